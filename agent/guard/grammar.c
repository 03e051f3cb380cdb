/* SPDX-License-Identifier: MIT */
#include "guard/grammar.h"
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

enum { ACCOUNT_NAME_MAX = 32, PATH_LENGTH_MAX = 4096 };

static bool account_span(const char *s, size_t n)
{
	if (n == 0 || n > ACCOUNT_NAME_MAX || !strchr(LETTERS "_", *s))
		return false;
	if (n > 1 && s[n - 1] == '$')
		n--;
	return strspn(s, LETTERS DIGITS "_.-") >= n;
}

bool is_account_name(const char *s)
{
	return account_span(s, strlen(s));
}

bool is_account_list(const char *s)
{
	for (;;) {
		size_t n = strcspn(s, ",");

		if (!account_span(s, n))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

bool parse_mode(const char *s, uint32_t *mode)
{
	size_t n = strlen(s);

	if (n < 3 || n > 4 || strspn(s, "01234567") != n)
		return false;
	*mode = (uint32_t)strtoul(s, NULL, 8);
	return true;
}

bool is_account_or_id(const char *s)
{
	uint32_t id;

	return is_account_name(s) || parse_id(s, &id);
}

bool is_permissions(const char *s)
{
	return strlen(s) == 3 && (s[0] == 'r' || s[0] == '-') && (s[1] == 'w' || s[1] == '-') && (s[2] == 'x' || s[2] == '-');
}

bool is_four_octal_digits(const char *s)
{
	return strlen(s) == 4 && strspn(s, "01234567") == 4;
}

bool is_printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static bool plain_component(const char *s, size_t n)
{
	return n > 0 && !(n == 1 && s[0] == '.') && !(n == 2 && s[0] == '.' && s[1] == '.');
}

bool is_plain_path(const char *s)
{
	if (*s != '/' || strlen(s) > PATH_LENGTH_MAX || !is_printable(s))
		return false;
	if (!s[1])
		return true;
	while (*s) {
		size_t n = strcspn(++s, "/");

		if (!plain_component(s, n))
			return false;
		s += n;
	}
	return true;
}
