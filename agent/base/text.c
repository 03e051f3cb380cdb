/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/alloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool text_room(struct text *t, size_t more)
{
	size_t need, room;

	if (t->overflow || more > TEXT_MAX - t->size - 1) {
		t->overflow = true;
		return false;
	}
	need = t->size + more + 1;
	if (need <= t->room)
		return true;
	room = t->room ? t->room : 64;
	while (room < need)
		room *= 2;
	t->bytes = xrealloc(t->bytes, room, 1);
	t->room = room;
	return true;
}

void text_add_bytes(struct text *t, const void *bytes, size_t n)
{
	if (!text_room(t, n))
		return;
	if (n)
		memcpy(t->bytes + t->size, bytes, n);
	t->size += n;
	t->bytes[t->size] = '\0';
}

void text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
	text_add_bytes(t, &c, 1);
}

void text_addf(struct text *t, const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	s = xvasprintf(format, args);
	va_end(args);
	text_add(t, s);
	free(s);
}

char *text_steal(struct text *t)
{
	char *s = t->bytes ? t->bytes : xstrdup("");

	*t = (struct text){0};
	return s;
}

void text_free(struct text *t)
{
	free(t->bytes);
	*t = (struct text){0};
}

void strings_own(struct strings *list, char *s)
{
	ARRAY_ADD(list->items, list->n, s);
}

void strings_add(struct strings *list, const char *s)
{
	strings_own(list, xstrdup(s));
}

void strings_addf(struct strings *list, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	strings_own(list, xvasprintf(format, args));
	va_end(args);
}

bool strings_has(const struct strings *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (streq(list->items[i], s))
			return true;
	return false;
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){0};
}

bool streq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}
