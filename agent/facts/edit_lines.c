/* SPDX-License-Identifier: MIT */
#include "facts/edit_lines.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <stdlib.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *stripped(const char *s, size_t n)
{
	while (n && is_blank(*s))
		s++, n--;
	while (n && is_blank(s[n - 1]))
		n--;
	return xstrndup(s, n);
}

static void add(struct assignments *out, const char *section, const char *line)
{
	const char *equals = strchr(line, '=');
	size_t n = equals ? (size_t)(equals - line) : strlen(line);

	ARRAY_ADD(out->items, out->n,
		(struct assignment){xstrdup(section), stripped(line, n), equals ? stripped(equals + 1, strlen(equals + 1)) : NULL});
}

static void one_line(struct assignments *out, char **section, const char *line)
{
	size_t n = strlen(line);

	if (*line == '\0' || *line == '#' || *line == ';')
		return;
	if (*line != '[') {
		add(out, *section ? *section : "", line);
		return;
	}
	free(*section);
	*section = xstrndup(line + 1, n - (n > 1 && line[n - 1] == ']' ? 2 : 1));
}

void assignments_read(const char *text, bool continued, struct assignments *out)
{
	AUTO_FREE char *section = NULL;
	struct text whole = {0};

	*out = (struct assignments){0};
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		AUTO_FREE char *line = NULL;

		n = strcspn(text, "\n");
		line = stripped(text, n);
		/* a comment between the parts of a line is passed over */
		if (continued && whole.size && (*line == '#' || *line == ';'))
			continue;
		text_add(&whole, line);
		if (continued && ends_with(line, "\\") && *line != '#' && *line != ';' && text[n]) {
			whole.bytes[whole.size - 1] = ' ';
			continue;
		}
		one_line(out, &section, whole.bytes ? whole.bytes : "");
		text_free(&whole);
	}
	if (whole.size)
		one_line(out, &section, whole.bytes);
	text_free(&whole);
}

void assignments_free(struct assignments *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->items[i].section);
		free(list->items[i].key);
		free(list->items[i].value);
	}
	free(list->items);
	*list = (struct assignments){0};
}

static const struct assignment *next_kept(const struct assignments *list, size_t *i, const struct question *q, assignment_change *change_of)
{
	while (*i < list->n && change_of(q, &list->items[*i]))
		++*i;
	return *i < list->n ? &list->items[(*i)++] : NULL;
}

bool assignments_kept(const struct assignments *before, const struct assignments *after, const struct question *q,
	assignment_change *change_of)
{
	size_t i = 0, k = 0;

	for (;;) {
		const struct assignment *a = next_kept(before, &i, q, change_of), *b = next_kept(after, &k, q, change_of);

		if (!a || !b)
			return !a && !b;
		if (!streq(a->section, b->section) || !streq(a->key, b->key) || !streq(a->value, b->value))
			return false;
	}
}
