/* SPDX-License-Identifier: MIT */
#include "facts/tmpfiles_line.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/unit_words.h"

#include <errno.h>
#include <string.h>

#define TYPES     "fFwdDveqQpLcbCxXrRzZtThHaAm"
#define GLOBBING  "wexXrRmzZtThHaA"
#define MODIFIERS "!-+=^~$?" /* those of later versions too */
#define BLANKS    " \t\r\n"

enum column { TYPE, PATH, MODE, USER, GROUP, AGE, COLUMNS };

bool tmpfiles_globs(const char *type)
{
	return *type && strchr(GLOBBING, *type);
}

static int refuse(char **why, char *text)
{
	free(*why);
	*why = text;
	return -EINVAL;
}

/* Resolves the specifiers of a column in place. */
static void resolve(const struct specifier_host *host, char **column, char **why)
{
	char unknown, *text;

	if (!*column)
		return;
	text = specifier_resolve(host, NULL, *column, &unknown);
	free(*column);
	*column = text;
	if (unknown && !*why)
		*why = xasprintf("what %%%c stands for is not known", unknown);
}

/* "/var/run/x" is "/run/x" (patch_var_run()); no double or final slash. */
static char *clean_path(const char *s)
{
	AUTO_TEXT struct text out = {0};

	if (starts_with(s, "/var/run/"))
		s += strlen("/var");
	for (; *s; s++)
		if (*s != '/' || !out.size || out.bytes[out.size - 1] != '/')
			text_add_char(&out, *s);
	if (out.size > 1 && out.bytes[out.size - 1] == '/')
		out.bytes[--out.size] = '\0';
	return text_steal(&out);
}

/* "~0750", ":0644", "755" with four digits; NULL: no mode. */
static int clean_mode(const char *s, char **out, char **why)
{
	size_t marks = s ? strspn(s, "~:") : 0;
	const char *digits = s ? s + marks : NULL;

	if (!s || streq(s, "-") || !*s)
		return 0;
	if (!*digits || strspn(digits, "01234567") != strlen(digits) || strlen(digits) > 8 || strtoul(digits, NULL, 8) > 07777)
		return refuse(why, xasprintf("the mode %.40s is none", s));
	*out = xasprintf("%.*s%04lo", (int)marks, s, strtoul(digits, NULL, 8));
	return 0;
}

static bool is_type(const char *s)
{
	return *s && strchr(TYPES, *s) && strspn(s + 1, MODIFIERS) == strlen(s + 1);
}

static char *name_or_null(char *s)
{
	if (s && *s && !streq(s, "-"))
		return s;
	free(s);
	return NULL;
}

static int fill(char **columns, const char *rest, struct tmpfiles_line *out, char **why)
{
	if (!is_type(columns[TYPE]))
		return refuse(why, xasprintf("the type %.40s is not known", columns[TYPE]));
	if (!columns[PATH] || columns[PATH][0] != '/')
		return refuse(why, xstrdup("no absolute path"));
	if (clean_mode(columns[MODE], &out->mode, why) < 0)
		return -EINVAL;
	out->type = TAKE_PTR(columns[TYPE]);
	out->path = clean_path(columns[PATH]);
	out->user = name_or_null(TAKE_PTR(columns[USER]));
	out->group = name_or_null(TAKE_PTR(columns[GROUP]));
	out->argument = name_or_null(xstrdup(rest));
	return 1;
}

int tmpfiles_line(const char *text, const struct specifier_host *host, struct tmpfiles_line *out, char **why)
{
	char *columns[COLUMNS] = {0};
	AUTO_FREE char *rest = NULL;
	int r = 1;

	*why = NULL;
	text += strspn(text, BLANKS);
	if (!*text || *text == '#' || *text == ';')
		return 0;
	for (size_t i = 0; r > 0 && i < COLUMNS; i++)
		r = unit_word(&text, ESCAPE_C, &columns[i]);
	text += strspn(text, BLANKS);
	rest = xstrdup(text);
	for (size_t n = strlen(rest); n && strchr(BLANKS, rest[n - 1]); n--)
		rest[n - 1] = '\0';
	for (size_t i = PATH; i <= GROUP; i++)
		resolve(host, &columns[i], why);
	r = r < 0 ? refuse(why, xstrdup("a quote that is not closed, or a broken escape")) : fill(columns, rest, out, why);
	for (size_t i = 0; i < COLUMNS; i++)
		free(columns[i]);
	if (r < 0)
		shape_free(&tmpfiles_line_shape, out);
	return r;
}
