/* SPDX-License-Identifier: MIT */
#include "base/ini_lines.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <strings.h>

static size_t blanks(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i;
}

/* The length without the end of line. */
static size_t content_end(const char *s, size_t n)
{
	while (n && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	return n;
}

static bool is_comment(const char *s, size_t n)
{
	size_t i = blanks(s, n);

	return i < n && (s[i] == ';' || s[i] == '#');
}

char *ini_commented_key(const char *s, size_t n)
{
	size_t i = blanks(s, n), end;

	if (!is_comment(s, n))
		return NULL;
	i += 1 + blanks(s + i + 1, n - i - 1);
	for (end = i; end < n && !memchr(" \t=\r\n;#", s[end], 7);)
		end++;
	if (end == i || end + blanks(s + end, n - end) >= n || s[end + blanks(s + end, n - end)] != '=')
		return NULL;
	return xstrndup(s + i, end - i);
}

bool ini_related(const struct ini_view *view, const char *key)
{
	size_t n = strlen(key), end = view->ends ? strlen(view->ends) : 0;

	if (view->begins && strncasecmp(key, view->begins, strlen(view->begins)) == 0)
		return true;
	return end && n >= end && strcasecmp(key + n - end, view->ends) == 0;
}

/* "key" of "  key = x". */
static char *plain_key(const char *s, size_t n)
{
	size_t i = blanks(s, n), end = i;

	n = content_end(s, n);
	while (end < n && s[end] != '=')
		end++;
	while (end > i && (s[end - 1] == ' ' || s[end - 1] == '\t'))
		end--;
	return xstrndup(s + i, end - i);
}

static bool is_shown(const char *s, size_t n, const struct ini_view *view)
{
	AUTO_FREE char *key = NULL;

	if (blanks(s, n) == content_end(s, n))
		return false;
	if (!is_comment(s, n) && (!view->only_related || s[blanks(s, n)] == '['))
		return true;
	key = is_comment(s, n) ? ini_commented_key(s, n) : plain_key(s, n);
	if (!key)
		return false;
	for (size_t i = 0; i < view->keys->n; i++)
		if (strcasecmp(view->keys->items[i], key) == 0)
			return true;
	return ini_related(view, key);
}

/* Whether a line is a section's header, and then whether it is this section's: as PHP's scanner takes quotes off the name, and as PHP-FPM
 * compares it without regard to case. */
static bool is_header(const char *s, size_t n, const char *section, bool *wanted)
{
	size_t from = blanks(s, n), length;
	const char *close = memchr(s, ']', n);

	if (from == n || s[from] != '[' || !close)
		return false;
	from++;
	length = (size_t)(close - s) - from;
	if (length > 1 && s[from] == s[from + length - 1] && (s[from] == '"' || s[from] == '\'')) {
		from++;
		length -= 2;
	}
	*wanted = length == strlen(section) && strncasecmp(s + from, section, length) == 0;
	return true;
}

void ini_lines_split(const char *text, const struct ini_view *view, struct ini_lines *lines)
{
	bool inside = false;

	*lines = (struct ini_lines){0};
	while (*text) {
		const char *newline = strchr(text, '\n');
		size_t n = newline ? (size_t)(newline - text) + 1 : strlen(text);
		struct ini_line *line = ARRAY_NEW(lines->items, lines->n);

		line->s = text;
		line->n = n;
		is_header(text, n, view->section, &inside);
		line->shown = inside && is_shown(text, n, view);
		if (line->shown)
			ARRAY_ADD(lines->shown, lines->n_shown, lines->n - 1);
		text += n;
	}
}

void ini_lines_free(struct ini_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		free(lines->items[i].changed);
		strings_free(&lines->items[i].after);
	}
	free(lines->items);
	free(lines->shown);
	*lines = (struct ini_lines){0};
}

static void add_line(struct text *out, const char *s, size_t n)
{
	/* A line follows one that had no end of line: it gets one. */
	if (out->size && out->bytes[out->size - 1] != '\n')
		text_add_char(out, '\n');
	text_add_bytes(out, s, n);
}

static void add_lines(struct text *out, const struct ini_line *line)
{
	if (!line->removed)
		add_line(out, line->changed ? line->changed : line->s, line->changed ? strlen(line->changed) : line->n);
	for (size_t i = 0; i < line->after.n; i++)
		add_line(out, line->after.items[i], strlen(line->after.items[i]));
}

char *ini_lines_short(const struct ini_lines *lines)
{
	struct text out = {0};

	for (size_t i = 0; i < lines->n_shown; i++)
		add_lines(&out, &lines->items[lines->shown[i]]);
	add_line(&out, "", 0);
	return text_steal(&out);
}

char *ini_lines_whole(const struct ini_lines *lines)
{
	const struct ini_line *last = lines->n ? &lines->items[lines->n - 1] : NULL;
	struct text out = {0};

	for (size_t i = 0; i < lines->n; i++)
		add_lines(&out, &lines->items[i]);
	if (last && last->s[last->n - 1] != '\n' && out.bytes) {
		out.size = content_end(out.bytes, out.size);
		out.bytes[out.size] = '\0';
	}
	return text_steal(&out);
}

/* Where the parts of a line with a key begin. */
struct parts {
	size_t indent, key, key_end, equals, value;
	bool empty; /* no value */
};

static struct parts parts_of(const char *s, size_t n)
{
	struct parts p = {.indent = blanks(s, n)};

	n = content_end(s, n);
	p.key = p.indent;
	if (is_comment(s, n))
		p.key += 1 + blanks(s + p.key + 1, n - p.key - 1);
	for (p.equals = p.key; p.equals < n && s[p.equals] != '=';)
		p.equals++;
	for (p.key_end = p.equals; p.key_end > p.key && (s[p.key_end - 1] == ' ' || s[p.key_end - 1] == '\t');)
		p.key_end--;
	p.value = p.equals < n ? p.equals + 1 + blanks(s + p.equals + 1, n - p.equals - 1) : n;
	p.empty = p.value >= n || s[p.value] == ';' || s[p.value] == '#';
	return p;
}

static void add_blanks_before_equals(struct text *out, const char *like, struct parts l, size_t key_length)
{
	size_t gap = l.equals - l.key_end, column = l.equals - l.key;

	if (gap > 1 && like[l.key_end] == ' ') /* a column: keep it as far as the key leaves room */
		text_addf(out, "%*s", (int)(column > key_length ? column - key_length : 1), "");
	else
		text_add_bytes(out, like + l.key_end, gap);
}

char *ini_spaced_like(const char *line, const char *like, size_t like_n)
{
	struct parts l = parts_of(like, like_n), p = parts_of(line, strlen(line));
	size_t end = content_end(line, strlen(line));
	bool model = l.equals < content_end(like, like_n); /* a section's header is none */
	struct text out = {0};

	text_add_bytes(&out, like, l.indent);
	text_add_bytes(&out, line + p.key, p.key_end - p.key);
	if (model)
		add_blanks_before_equals(&out, like, l, p.key_end - p.key);
	else
		text_add_char(&out, ' ');
	text_add_char(&out, '=');
	if (model && !l.empty)
		text_add_bytes(&out, like + l.equals + 1, l.value - l.equals - 1);
	else if (!model || l.equals > l.key_end)
		text_add_char(&out, ' ');
	text_add_bytes(&out, line + p.value, end - p.value);
	text_add(&out, like_n > 1 && like[like_n - 1] == '\n' && like[like_n - 2] == '\r' ? "\r\n" : "\n");
	return text_steal(&out);
}
