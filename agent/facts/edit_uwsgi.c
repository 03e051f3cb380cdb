/* SPDX-License-Identifier: MIT */
/* An option of a uWSGI ini file, read as core/ini.c of uWSGI does: a line is a comment only where it begins with ; or #, the value is all that
 * follows the first equals sign, and names heed case. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/edit_formats.h"
#include "facts/edit_helper.h"
#include "facts/edit_lines.h"

#include <errno.h>

static const struct key_value *change_of(const struct question *q, const struct assignment *a)
{
	if (!streq(a->section, q->section))
		return NULL;
	for (size_t i = 0; i < q->n_changes; i++)
		if (streq(q->changes[i].key, a->key))
			return &q->changes[i];
	return NULL;
}

/* The last one counts (uwsgi_opt_set_int() and its like overwrite). */
static const char *in_force(const struct assignments *list, const struct question *q, const struct key_value *change)
{
	const char *value = NULL;

	for (size_t i = 0; i < list->n; i++)
		if (change_of(q, &list->items[i]) == change)
			value = list->items[i].value;
	return value;
}

static int prove(const struct question *q, const char *before, const struct text *after, struct error *err)
{
	AUTO_ASSIGNMENTS struct assignments old = {0}, new = {0};
	bool meant;

	assignments_read(before, false, &old);
	assignments_read(after->bytes ? after->bytes : "", false, &new);
	meant = assignments_kept(&old, &new, q, change_of);
	for (size_t i = 0; i < q->n_changes; i++)
		meant &= streq(in_force(&new, q, &q->changes[i]), q->changes[i].value);
	return meant ? 0 : error_set(err, EINVAL, "uWSGI would not read the changed file as it is meant");
}

/* "chmod-socket" alone is an option too (mode 0666); the lens wants an equals sign. */
static bool lacks_equals(const struct question *q, const char *line, size_t n)
{
	for (size_t i = 0; i < q->n_changes; i++)
		if (n == strlen(q->changes[i].key) && strncmp(line, q->changes[i].key, n) == 0)
			return true;
	return false;
}

static char *with_equals(const struct question *q, const char *text)
{
	struct text out = {0};

	for (size_t n; *text; text += n + (text[n] == '\n')) {
		size_t from = strspn(text, " \t"), end;

		n = strcspn(text, "\n");
		for (end = n; end > from && strchr(" \t\r", text[end - 1]);)
			end--;
		text_add_bytes(&out, text, end);
		if (lacks_equals(q, text + from, end - from))
			text_add(&out, " =");
		text_add_bytes(&out, text + end, n - end + (text[n] == '\n'));
	}
	return text_steal(&out);
}

int edit_uwsgi(const struct question *q, const char *before, size_t n, struct text *after, struct error *err)
{
	AUTO_EDIT_REQUEST struct edit_request request = {.format = xstrdup(q->format), .section = xstrdup(q->section)};
	int r;

	(void)n;
	if (!q->section || q->n_changes == 0)
		return error_set(err, EINVAL, "an edit of uWSGI's configuration needs a section and a change");
	for (size_t i = 0; i < q->n_changes; i++)
		ARRAY_ADD(request.changes, request.n_changes,
			(struct edit_change){xstrdup(q->changes[i].key), xstrdup(q->changes[i].value), false});
	request.text = with_equals(q, before);
	r = edit_by_helper(&request, after, err);
	return r == 0 ? prove(q, before, after, err) : r;
}
