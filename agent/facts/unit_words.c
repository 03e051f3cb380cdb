/* SPDX-License-Identifier: MIT */
#include "facts/unit_words.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define BLANKS " \t\n\r"

static const struct {
	char letter, byte;
} simple[] = {
	{'a', '\a'}, {'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'v', '\v'},
	{'\\', '\\'}, {'"', '"'}, {'\'', '\''}, {'s', ' '},
};

/* \xHH, \NNN, \uHHHH, \UHHHHHHHH: how many digits of which base. */
static const struct {
	char letter;
	unsigned digits, base;
} numbers[] = {{'x', 2, 16}, {'u', 4, 16}, {'U', 8, 16}, {0, 3, 8}};

static void add_utf8(struct text *out, unsigned long c)
{
	if (c < 0x80) {
		text_add_char(out, (char)c);
	} else if (c < 0x800) {
		text_add_char(out, (char)(0xc0 | c >> 6));
		text_add_char(out, (char)(0x80 | (c & 0x3f)));
	} else {
		if (c >= 0x10000) {
			text_add_char(out, (char)(0xf0 | c >> 18));
			text_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		} else {
			text_add_char(out, (char)(0xe0 | c >> 12));
		}
		text_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
		text_add_char(out, (char)(0x80 | (c & 0x3f)));
	}
}

static int add_number(const char **p, struct text *out, unsigned digits, unsigned base)
{
	char copy[9] = "", *end;
	unsigned long value;

	memcpy(copy, *p, strnlen(*p, digits));
	value = strtoul(copy, &end, (int)base);
	if (end != copy + digits || copy[0] == '-' || copy[0] == '+' || strpbrk(copy, BLANKS) || value == 0 || value > 0x10ffff)
		return -EINVAL;
	*p += digits;
	if (base == 16 && digits > 2)
		add_utf8(out, value);
	else if (value > 0xff)
		return -EINVAL;
	else
		text_add_char(out, (char)value);
	return 0;
}

/* *p stands behind the backslash. */
static int add_c_escape(const char **p, struct text *out)
{
	for (size_t i = 0; i < COUNT_OF(simple); i++)
		if (**p == simple[i].letter) {
			(*p)++;
			text_add_char(out, simple[i].byte);
			return 0;
		}
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (numbers[i].letter ? **p == numbers[i].letter : **p >= '0' && **p <= '7') {
			*p += numbers[i].letter != 0;
			return add_number(p, out, numbers[i].digits, numbers[i].base);
		}
	return -EINVAL;
}

static int add_escape(const char **p, enum unit_escape escape, struct text *out)
{
	if (escape == ESCAPE_RETAIN) {
		text_add_char(out, '\\');
		return 0;
	}
	if (!**p)
		return -EINVAL;
	if (escape == ESCAPE_C)
		return add_c_escape(p, out);
	text_add_char(out, *(*p)++);
	return 0;
}

int unit_word(const char **p, enum unit_escape escape, char **word)
{
	AUTO_TEXT struct text out = {0};
	char quote = 0;

	*word = NULL;
	*p += strspn(*p, BLANKS);
	if (!**p)
		return 0;
	text_add(&out, "");
	while (**p && (quote || !strchr(BLANKS, **p))) {
		char c = *(*p)++;
		int r = 0;

		if (c == '\\')
			r = add_escape(p, escape, &out);
		else if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else
			text_add_char(&out, c);
		if (r < 0)
			return r;
	}
	if (quote)
		return -EINVAL;
	*word = text_steal(&out);
	return 1;
}

int unit_words(const char *text, enum unit_escape escape, struct strings *words)
{
	char *word;
	int r;

	while ((r = unit_word(&text, escape, &word)) > 0)
		strings_own(words, word);
	return r;
}
