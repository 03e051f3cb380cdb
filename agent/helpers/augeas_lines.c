/* SPDX-License-Identifier: MIT */
/* What Augeas wrote, back in the text. */
#include "helpers/augeas_editor.h"
#include "base/alloc.h"
#include "base/cleanup.h"

/* The nearest line with a key in the section, before line k if there is one; else line k itself (a comment that holds the key). */
static const struct ini_line *neighbour(const struct editor *e, size_t k)
{
	size_t found = k;

	for (size_t i = 0; i < e->n_nodes && (i <= k || found == k); i++)
		if (!e->nodes[i].comment && *e->nodes[i].label)
			found = i;
	return &e->lines.items[e->lines.shown[found]];
}

static char *spaced(const struct editor *e, const char *line, size_t n, size_t k)
{
	AUTO_FREE char *written = xstrndup(line, n);
	const struct ini_line *like = neighbour(e, k);

	if (e->format->words)
		return TAKE_PTR(written);
	return ini_spaced_like(written, like->s, like->n);
}

/* Lines that the parser wrote anew, in order. */
struct written {
	const char *p;
};

static size_t next_line(const struct written *w)
{
	const char *newline = strchr(w->p, '\n');

	return newline ? (size_t)(newline - w->p) + 1 : strlen(w->p);
}

static bool same_as(const struct ini_line *line, const char *s, size_t n)
{
	return (line->n == n && memcmp(line->s, s, n) == 0) ||
	       (line->n + 1 == n && memcmp(line->s, s, line->n) == 0 && s[n - 1] == '\n' && line->s[line->n - 1] != '\n');
}

static void take_back_set(struct editor *e, struct ini_line *line, const struct op *op, const char *s, size_t n)
{
	/* A key without value has no blanks after its equals sign that could be kept. */
	line->changed = e->nodes[op->line].value ? xstrndup(s, n) : ini_spaced_like(s, line->s, line->n);
}

static int take_back_line(struct editor *e, size_t k, struct written *w)
{
	struct ini_line *line = &e->lines.items[e->lines.shown[k]];
	bool touched = false;

	for (size_t i = e->n_ops; i-- > 0;) {
		if (e->ops[i].line != k || e->ops[i].kind == OP_INSERT)
			continue;
		touched = true;
		line->removed = e->ops[i].kind == OP_REMOVE;
		if (!line->removed) {
			AUTO_FREE char *s = xstrndup(w->p, next_line(w));

			take_back_set(e, line, &e->ops[i], s, strlen(s));
			w->p += strlen(s);
		}
	}
	if (!touched && !same_as(line, w->p, next_line(w)))
		return fail(e, line_number(e, k), "Augeas would change a line that was not meant");
	w->p += touched ? 0 : next_line(w);
	for (size_t i = e->n_ops; i-- > 0;) { /* sorted backwards */
		if (e->ops[i].line == k && e->ops[i].kind == OP_INSERT) {
			strings_own(&line->after, spaced(e, w->p, next_line(w), k));
			w->p += next_line(w);
		}
	}
	return 0;
}

int take_back(struct editor *e, const char *text)
{
	struct written w = {text};
	int r = 0;

	for (size_t k = 0; k < e->lines.n_shown && r == 0; k++)
		r = take_back_line(e, k, &w);
	return r == 0 && *w.p ? fail(e, 0, "Augeas wrote more lines than were meant") : r;
}
