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
		return strcasecmp(node->label, key) == 0;
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

static size_t last_listen(const struct editor *e)
{
	for (size_t k = e->n_nodes; k-- > 0;)
		if (!e->nodes[k].comment &&
			strncasecmp(e->nodes[k].label, "listen.", strlen("listen.")) == 0)
			return k;
	return last_with_key(e, "listen", false);
}

/* Beside its comment, else after the last listen.* line, else after listen, else at the end. */
static size_t place_for(const struct editor *e, const char *key)
{
	size_t k = last_with_key(e, key, true);

	if (k == NOT_FOUND)
		k = last_listen(e);
	return k == NOT_FOUND ? e->n_nodes - 1 : k;
}

static void plan_removal(struct editor *e, const struct edit_change *change)
{
	for (size_t k = 0; k < e->n_nodes; k++)
		if (holds_key(e, k, change->key, false))
			ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_REMOVE, k, change});
}

static void plan_value(struct editor *e, const struct edit_change *change)
{
	size_t k = last_with_key(e, change->key, false); /* the one in force */

	if (k == NOT_FOUND)
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_INSERT, place_for(e, change->key), change});
	else if (!streq(e->nodes[k].value ? e->nodes[k].value : "", change->value))
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_SET, k, change});
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
		if (change->value)
			plan_value(e, change);
		else
			plan_removal(e, change);
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

static int insert_key(struct editor *e, const struct op *op)
{
	AUTO_FREE char *section = section_path(e, op->line), *fresh = xasprintf("%s/%s[last()]", section, op->change->key);
	const struct node *anchor = &e->nodes[op->line];
	AUTO_FREE char *first = xasprintf("%s/*[1]", section);
	bool at_header = !*anchor->label;
	int r;

	if (at_header && aug_match(e->aug, first, NULL) == 0)
		r = 0; /* an empty section: aug_set makes its first child */
	else
		r = aug_insert(e->aug, at_header ? first : anchor->path, op->change->key, at_header);
	if (at_header && r == 0 && aug_match(e->aug, fresh, NULL) == 0) {
		free(fresh);
		fresh = xasprintf("%s/%s", section, op->change->key);
	}
	return r < 0 ? r : aug_set(e->aug, fresh, *op->change->value ? op->change->value : NULL);
}

static int do_op(struct editor *e, const struct op *op)
{
	const char *path = e->nodes[op->line].path;

	if (op->kind == OP_REMOVE)
		return aug_rm(e->aug, path) > 0 ? 0 : -1;
	if (op->kind == OP_SET)
		return aug_set(e->aug, path, *op->change->value ? op->change->value : NULL);
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
	return x->change < y->change ? 1 : x->change > y->change ? -1 : 0;
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
