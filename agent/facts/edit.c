/* SPDX-License-Identifier: MIT */
#include "facts/edit.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/diff.h"
#include "base/digest.h"
#include "facts/edit_formats.h"

#include <errno.h>
#include <fcntl.h>

static const struct {
	const char *name;
	edit_function *edit;
	bool makes; /* a file that is not there yet is an empty one: it is ours alone */
} formats[] = {{"php-fpm", edit_php_fpm, false}, {"nginx", edit_nginx, false}, {"uwsgi", edit_uwsgi, false},
	{"systemd", edit_systemd, true}, {"tmpfiles", edit_tmpfiles, true}};

static bool makes_file(const char *format)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (streq(format, formats[i].name))
			return formats[i].makes;
	return false;
}

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

int64_t edit_moved_by(const struct question *q)
{
	int64_t moved = 0;

	for (const struct question *b = q->base; b; b = b->base) {
		AUTO_FREE char *argument = b->length && b->n_changes && b->changes[0].value ? nginx_quote(b->changes[0].value) : NULL;

		if (argument && b->offset < q->offset)
			moved += (int64_t)strlen(argument) - (int64_t)b->length;
	}
	return moved;
}

/* Nothing at all stands there: a link that leads nowhere is something. */
static bool is_absent(int root, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH | O_NOFOLLOW);

	return fd == -ENOENT;
}

/* The text that q starts from: the file (NULL: there is none, and the format makes it), or what the edit before it yields. */
static int text_before(int root, const struct question *q, char **text, size_t *n, struct error *err)
{
	AUTO_FREE char *earlier = NULL;
	struct question base;
	size_t earlier_n = 0;
	int r;

	if (!q->base) {
		r = beneath_read(root, q->path, EDIT_FILE_MAX, text, n, NULL, err);
		return r == -ENOENT && makes_file(q->format) && is_absent(root, q->path) ? 0 : r;
	}
	base = *q->base;
	base.offset = (uint64_t)((int64_t)base.offset + edit_moved_by(q->base));
	r = text_before(root, q->base, &earlier, &earlier_n, err);
	return r < 0 ? r : edit_text(&base, earlier ? earlier : "", earlier_n, text, n, err);
}

int edit_answer(int root, const struct question *q, struct edit *out)
{
	AUTO_FREE char *before = NULL, *after = NULL;
	size_t n = 0, after_n = 0;
	struct question moved = *q;
	struct error err;
	int r = text_before(root, q, &before, &n, &err);

	*out = (struct edit){.key = edit_key(q)};
	moved.offset = (uint64_t)((int64_t)q->offset + edit_moved_by(q));
	if (r == 0) {
		r = edit_text(&moved, before ? before : "", n, &after, &after_n, &err);
		if (r < 0) {
			AUTO_FREE char *shown = escape_terminal(q->path);

			error_wrap(&err, "%s", shown);
		}
	}
	if (r < 0) {
		out->failed = xstrdup(err.text);
		return r;
	}
	out->before = before ? digest_of(before, n) : xstrdup("absent");
	out->after = digest_of(after, after_n);
	out->diff = diff_unified(q->path, before, n, after, after_n);
	return 0;
}
