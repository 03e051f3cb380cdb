/* SPDX-License-Identifier: MIT */
#include "facts/edit.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/diff.h"
#include "base/digest.h"
#include "facts/edit_formats.h"

#include <errno.h>

static const struct {
	const char *name;
	edit_function *edit;
} formats[] = {{"php-fpm", edit_php_fpm}, {"nginx", edit_nginx}};

static uint32_t line_at(const char *s, const char *at)
{
	uint32_t line = 1;

	for (; s < at; s++)
		line += *s == '\n';
	return line;
}

int edit_text(const struct question *q, const char *before, size_t n, char **after, size_t *after_n, struct error *err)
{
	const char *nul = memchr(before, '\0', n);
	struct text out = {0};
	int r = -EINVAL;

	if (nul)
		return error_set(err, EINVAL, "line %u: a NUL byte", line_at(before, nul));
	error_set(err, EINVAL, "permfix cannot edit this format");
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (streq(q->format, formats[i].name))
			r = formats[i].edit(q, before, n, &out, err);
	if (r < 0) {
		text_free(&out);
		return r;
	}
	*after_n = out.size;
	*after = text_steal(&out);
	return 0;
}

int edit_answer(int root, const struct question *q, struct edit *out)
{
	AUTO_FREE char *before = NULL, *after = NULL;
	size_t n = 0, after_n = 0;
	struct error err;
	int r = beneath_read(root, q->path, EDIT_FILE_MAX, &before, &n, NULL, &err);

	*out = (struct edit){.key = edit_key(q)};
	if (r == 0) {
		r = edit_text(q, before, n, &after, &after_n, &err);
		if (r < 0) {
			AUTO_FREE char *shown = escape_terminal(q->path);

			error_wrap(&err, "%s", shown);
		}
	}
	if (r < 0) {
		out->failed = xstrdup(err.text);
		return r;
	}
	out->before = digest_of(before, n);
	out->after = digest_of(after, after_n);
	out->diff = diff_unified(q->path, before, n, after, after_n);
	return 0;
}
