/* SPDX-License-Identifier: MIT */
#include "facts/question.h"
#include "base/alloc.h"
#include "base/cleanup.h"

void question_free(struct question *q)
{
	free(q->view);
	free(q->path);
	free(q->format);
	free(q->section);
	for (size_t i = 0; i < q->n_changes; i++) {
		free(q->changes[i].key);
		free(q->changes[i].value);
	}
	free(q->changes);
	if (q->base)
		question_free(q->base);
	free(q->base);
}

static bool same_question(const struct question *a, const struct question *b)
{
	if (a->kind != b->kind || !streq(a->view, b->view) || !streq(a->path, b->path) || !streq(a->section, b->section) ||
		a->offset != b->offset || a->length != b->length || a->n_changes != b->n_changes || !a->base != !b->base)
		return false;
	for (size_t i = 0; i < a->n_changes; i++)
		if (!streq(a->changes[i].key, b->changes[i].key) || !streq(a->changes[i].value, b->changes[i].value))
			return false;
	return !a->base || same_question(a->base, b->base);
}

void questions_add(struct questions *list, struct question q)
{
	for (size_t i = 0; i < list->n; i++) {
		if (same_question(&list->items[i], &q)) {
			question_free(&q);
			return;
		}
	}
	ARRAY_ADD(list->items, list->n, q);
}

void questions_free(struct questions *list)
{
	for (size_t i = 0; i < list->n; i++)
		question_free(&list->items[i]);
	free(list->items);
	*list = (struct questions){0};
}

char *edit_key(const struct question *q)
{
	struct text key = {0};

	if (q->base) {
		AUTO_FREE char *before = edit_key(q->base);

		text_addf(&key, "%s, then ", before);
	}
	text_addf(&key, "%s:%s", q->format, q->path);
	if (q->section)
		text_addf(&key, " [%s]", q->section);
	if (q->length)
		text_addf(&key, " @%llu+%llu", (unsigned long long)q->offset, (unsigned long long)q->length);
	for (size_t i = 0; i < q->n_changes; i++) {
		text_addf(&key, " %s", q->changes[i].key);
		if (q->changes[i].value)
			text_addf(&key, "=%s", q->changes[i].value);
	}
	return text_steal(&key);
}
