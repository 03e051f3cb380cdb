/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The length of the well-formed UTF-8 sequence at s (Unicode 15, table 3-7), 0 where there is none; *code gets the character. */
static size_t utf8_length(const unsigned char *s, size_t n, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	if (length == 0 || length > n)
		return 0;
	*code = length == 1 ? s[0] : s[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3fU);
	}
	if (*code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return length;
}

/* Characters that steer a terminal or reorder what is shown on it. */
static bool steers_terminal(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029;
}

/* How many bytes at s are printable ASCII and no backslash: nearly all of nearly every text. */
static size_t harmless_length(const unsigned char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '\\')
		i++;
	return i;
}

char *escape_text(const char *s, size_t n, bool json)
{
	const unsigned char *u = (const unsigned char *)s;
	struct text out = {0};

	for (size_t i = 0, length; i < n; i += length) {
		uint32_t code = 0;

		length = harmless_length(u + i, n - i);
		if (length) {
			text_add_bytes(&out, s + i, length);
			continue;
		}

		length = utf8_length(u + i, n - i, &code);
		if (length == 0 || (!json && steers_terminal(code)) || code == 0) {
			length = length ? length : 1;
			for (size_t k = 0; k < length; k++)
				text_addf(&out, "\\x%02x", u[i + k]);
		} else if (code == '\\') {
			text_add(&out, "\\\\");
		} else {
			text_add_bytes(&out, s + i, length);
		}
	}
	return text_steal(&out);
}

char *escape_terminal(const char *s)
{
	return escape_text(s, strlen(s), false);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *unescape_text(const char *s, size_t *n)
{
	struct text out = {0};

	for (; *s; s++) {
		size_t plain = strcspn(s, "\\");

		if (plain) {
			text_add_bytes(&out, s, plain);
			s += plain - 1;
		} else if (s[1] == '\\') {
			text_add_char(&out, '\\');
			s++;
		} else if (s[1] == 'x' && hex_value(s[2]) >= 0 && hex_value(s[3]) >= 0) {
			text_add_char(&out, (char)(hex_value(s[2]) << 4 | hex_value(s[3])));
			s += 3;
		} else {
			text_free(&out);
			return NULL;
		}
	}
	if (n)
		*n = out.size;
	return text_steal(&out);
}

char *shell_quote(const char *s)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	struct text out = {0};

	if (*s && strspn(s, harmless) == strlen(s))
		return xstrdup(s);
	text_add_char(&out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			text_add(&out, "'\\''");
		else
			text_add_char(&out, *s);
	}
	text_add_char(&out, '\'');
	return text_steal(&out);
}
