/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/edit_formats.h"

#include <errno.h>

char *nginx_quote(const char *value)
{
	struct text out = {0};

	if (*value == '\0' || strchr(value, '$'))
		return NULL;
	if (!strpbrk(value, " \t\r\n;{}\"'\\#"))
		return xstrdup(value);
	text_add_char(&out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add_char(&out, '\\');
		text_add_char(&out, *value);
	}
	text_add_char(&out, '"');
	return text_steal(&out);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The range was found in the file as it was read before: what stands around it shows whether it is still an argument. */
static bool is_argument(const char *text, size_t n, uint64_t offset, uint64_t length)
{
	uint64_t end = offset + length;

	if (length == 0 || offset == 0 || offset >= n || length > n - offset)
		return false;
	if (!is_blank(text[offset - 1]) || (end < n && !is_blank(text[end]) && text[end] != ';' && text[end] != '{'))
		return false;
	if (text[offset] == '"' || text[offset] == '\'')
		return length > 1 && text[end - 1] == text[offset];
	for (uint64_t i = offset; i < end; i++)
		if (is_blank(text[i]) || (text[i] == ';' && (i == offset || text[i - 1] != '\\')))
			return false;
	return true;
}

int edit_nginx(const struct question *q, const char *before, size_t n, struct text *after, struct error *err)
{
	AUTO_FREE char *argument = NULL;

	if (q->n_changes != 1 || !q->changes[0].value)
		return error_set(err, EINVAL, "an edit of nginx's configuration changes just one argument");
	if (!is_argument(before, n, q->offset, q->length))
		return error_set(err, EINVAL, "the argument to be changed is not where it was: the file has changed");
	argument = nginx_quote(q->changes[0].value);
	if (!argument)
		return error_set(err, EINVAL, "nginx has no way to write this value: it is empty or has a $ in it");
	text_add_bytes(after, before, q->offset);
	text_add(after, argument);
	text_add_bytes(after, before + q->offset + q->length, n - q->offset - q->length);
	return 0;
}
