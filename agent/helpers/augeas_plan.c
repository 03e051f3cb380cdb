/* SPDX-License-Identifier: MIT */
/* Which lines a request touches, and the changes in the tree. */
#include "helpers/augeas_editor.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <strings.h>

#define NOT_FOUND SIZE_MAX

static bool holds_key(const struct editor *e, size_t k, const char *key, bool comment)
{
	const struct node *node = &e->nodes[k];
	const struct ini_line *line = &e->lines.items[e->lines.shown[k]];
	AUTO_FREE char *commented = NULL;

	if (node->comment != comment)
		return false;
	if (!comment)
		return e->format->words ? streq(node->label, key) : strcasecmp(node->label, key) == 0;
	commented = ini_commented_key(line->s, line->n);
	return commented && strcasecmp(commented, key) == 0;
}

static size_t last_with_key(const struct editor *e, const char *key, bool comment)
{
	for (size_t k = e->n_nodes; k-- > 0;)
		if (holds_key(e, k, key, comment))
			return k;
	return NOT_FOUND;
}

static size_t last_related(const struct editor *e)
{
	for (size_t k = e->n_nodes; k-- > 0;)
		if (!e->nodes[k].comment && ini_related(&e->view, e->nodes[k].label))
			return k;
	return e->format->fallback ? last_with_key(e, e->format->fallback, false) : NOT_FOUND;
}

/* Beside its comment, else after the last related line (listen.* of a pool), else after the fallback (listen), else at the end. */
static size_t place_for(const struct editor *e, const char *key)
{
	size_t k = last_with_key(e, key, true);

	if (k == NOT_FOUND)
		k = last_related(e);
	return k == NOT_FOUND ? e->n_nodes - 1 : k;
}

static void plan_removal(struct editor *e, const struct edit_change *change)
{
	for (size_t k = 0; k < e->n_nodes; k++)
		if (holds_key(e, k, change->key, false))
			ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_REMOVE, k, change, NULL, 0});
}

static void plan_value(struct editor *e, const struct edit_change *change)
{
	size_t k = last_with_key(e, change->key, false); /* the one in force */

	if (k == NOT_FOUND)
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_INSERT, place_for(e, change->key), change, change->value, 0});
	else if (!streq(e->nodes[k].value ? e->nodes[k].value : "", change->value))
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_SET, k, change, change->value, 0});
}

static bool has_just(const struct editor *e, const struct edit_change *change)
{
	size_t n = 0;

	for (size_t k = 0; k < e->n_nodes; k++) {
		const char *wanted = change->list && n == 0 ? "" : change->value;

		if (!holds_key(e, k, change->key, false))
			continue;
		if (n++ > (change->list && *change->value ? 1 : 0) || !streq(e->nodes[k].value, wanted))
			return false;
	}
	return n == (change->list && *change->value ? 2 : 1);
}

/* A list's words come in addition to those of the files before, but for an empty assignment, which takes all before it back (systemd.unit(5)). */
static void plan_words(struct editor *e, const struct edit_change *change)
{
	size_t k = last_with_key(e, change->key, false), nth = 0;

	if (has_just(e, change))
		return;
	if (k == NOT_FOUND)
		k = place_for(e, change->key);
	plan_removal(e, change);
	if (change->list)
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_INSERT, k, change, "", nth++});
	if (!change->list || *change->value)
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_INSERT, k, change, change->value, nth});
}

int plan(struct editor *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	for (size_t i = 0; i < e->request->n_changes; i++) {
		const struct edit_change *change = &e->request->changes[i];

		if (!change->key || !*change->key || strspn(change->key, allowed) != strlen(change->key))
			return fail(e, 0, "a key has characters that a key cannot have");
		if (change->value && strpbrk(change->value, "\r\n"))
			return fail(e, 0, "a value has an end of line in it");
		for (size_t k = 0; k < i; k++)
			if (strcasecmp(e->request->changes[k].key, change->key) == 0)
				return fail(e, 0, "a key is to be changed twice");
		if (!change->value)
			plan_removal(e, change);
		else if (e->format->words)
			plan_words(e, change);
		else
			plan_value(e, change);
	}
	return 0;
}

/* --- doing it ------------------------------------------------------------------------------------------------------- */

/* The path of the section that node k is in: of its header, which has no label here. */
static char *section_path(const struct editor *e, size_t k)
{
	while (k > 0 && *e->nodes[k].label)
		k--;
	return xstrdup(e->nodes[k].path);
}

static int set_words(struct editor *e, const char *path, const char *value)
{
	AUTO_FREE char *fresh = xasprintf("%s/value[last()+1]", path);
	int r = aug_set(e->aug, path, NULL);

	for (size_t n; r >= 0 && *value; value += n) {
		AUTO_FREE char *word = NULL;

		n = strcspn(value, " ");
		word = xstrndup(value, n);
		if (n)
			r = aug_set(e->aug, fresh, word);
		else
			n = 1;
	}
	return r;
}

static int set_value(struct editor *e, const char *path, const char *value)
{
	return e->format->words ? set_words(e, path, value) : aug_set(e->aug, path, *value ? value : NULL);
}

static int insert_key(struct editor *e, const struct op *op)
{
	AUTO_FREE char *section = section_path(e, op->line), *first = xasprintf("%s/*[1]", section);
	AUTO_FREE char *only = xasprintf("%s/%s", section, op->change->key);
	AUTO_FREE char *next = xasprintf("%s/following-sibling::*[1]", e->nodes[op->line].path);
	bool at_header = !*e->nodes[op->line].label;
	int r;

	if (at_header && aug_match(e->aug, first, NULL) == 0)
		return set_value(e, only, op->value); /* an empty section: that makes its first child */
	r = aug_insert(e->aug, at_header ? first : e->nodes[op->line].path, op->change->key, at_header);
	return r < 0 ? r : set_value(e, at_header ? first : next, op->value);
}

static int do_op(struct editor *e, const struct op *op)
{
	const char *path = e->nodes[op->line].path;

	if (op->kind == OP_REMOVE)
		return aug_rm(e->aug, path) > 0 ? 0 : -1;
	if (op->kind == OP_SET)
		return set_value(e, path, op->value);
	return insert_key(e, op);
}

static int by_line_backwards(const void *a, const void *b)
{
	const struct op *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? 1 : -1;
	/* What is put in after a line that is taken out needs it as long as it is there. */
	if ((x->kind == OP_INSERT) != (y->kind == OP_INSERT))
		return x->kind == OP_INSERT ? -1 : 1;
	/* At one line the first in the request comes last: each is put in right after the line, before those put in earlier. */
	if (x->change != y->change)
		return x->change < y->change ? 1 : -1;
	return x->nth < y->nth ? 1 : x->nth > y->nth ? -1 : 0;
}

/* From the end to the begin, so that no path of a node that is still to be changed shifts. */
int change_tree(struct editor *e)
{
	if (e->n_ops)
		qsort(e->ops, e->n_ops, sizeof(*e->ops), by_line_backwards);
	for (size_t i = 0; i < e->n_ops; i++)
		if (do_op(e, &e->ops[i]) < 0)
			return fail(e, line_number(e, e->ops[i].line), "Augeas refuses the change");
	return 0;
}
