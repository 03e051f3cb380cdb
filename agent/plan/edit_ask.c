/* SPDX-License-Identifier: MIT */
#include "plan/edit_ask.h"
#include "base/alloc.h"
#include "base/cleanup.h"

static const char *format_of(int kind)
{
	return kind == STEP_PHPFPM_LISTEN ? "php-fpm" : kind == STEP_NGINX_USER ? "nginx" : NULL;
}

static struct question question_of(const struct step *step)
{
	struct question q = {.kind = QUESTION_EDIT, .view = xstrdup("host"), .path = xstrdup(step->target),
		.format = xstrdup(format_of(step->kind)), .section = xstrdup(step->section), .offset = step->offset,
		.length = step->length};

	for (size_t i = 0; i < step->n_changes; i++)
		ARRAY_ADD(q.changes, q.n_changes,
			(struct key_value){.key = xstrdup(step->changes[i].key), .value = xstrdup(step->changes[i].to)});
	return q;
}

/* The same change for a person to type: patch(1) with the diff, in a here-document that nothing in the diff can end. */
static void add_patch_line(struct step *step)
{
	AUTO_FREE char *end = xstrdup("END-OF-PATCH");

	while (strstr(step->diff, end)) {
		char *longer = xasprintf("%s-", end);

		free(end);
		end = longer;
	}
	strings_addf(&step->sh, "patch -d / -p1 <<'%s'\n%s%s", end, step->diff, end);
}

static char *ask(const struct situation *s, struct step *step)
{
	struct questions asked = {0};
	const struct edit *edit;
	AUTO_FREE char *key = NULL;
	struct question q;

	if (!format_of(step->kind) || step->diff)
		return NULL;
	q = question_of(step);
	key = edit_key(&q);
	edit = edit_find(s->facts, key);
	if (!edit) {
		questions_add(s->questions, q);
		return NULL;
	}
	questions_add(&asked, q); /* releases it */
	questions_free(&asked);
	if (edit->failed)
		return xasprintf("%s cannot be edited: %s", step->target, edit->failed);
	step->diff = xstrdup(edit->diff);
	add_patch_line(step);
	step_expects(step, "file", step->target, xstrdup(edit->before));
	return NULL;
}

char *edits_ask(const struct situation *s, struct steps *steps)
{
	char *failed = NULL;

	for (size_t i = 0; i < steps->n && !failed; i++)
		failed = ask(s, &steps->items[i]);
	return failed;
}
