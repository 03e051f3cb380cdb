/* SPDX-License-Identifier: MIT */
#include "facts/read_sudoers.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "facts/account_lines.h"

#include <errno.h>
#include <string.h>

/* A file that includes itself twice would be read for ever: so there is a limit on the number of files as well. */
#define NESTED_MAX 16 /* sudo stops at 128 */
#define FILES_MAX  1000

struct sudoers {
	int root;
	unsigned depth, files;
	struct accounts *out;
	struct strings *notes;
};

static int read_file(struct sudoers *s, const char *path);

/* Reads a word at p, to one of stop; "…" and \c are taken literally. Returns what follows it. */
static const char *read_word(const char *p, const char *stop, struct text *word)
{
	bool quoted = false;

	for (; *p && (quoted || !strchr(stop, *p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && p[1])
			text_add_char(word, *++p);
		else
			text_add_char(word, *p);
	}
	return p;
}

static void add_group(struct sudoers *s, const char *word)
{
	if (*word == '%' && word[1] && word[1] != ':' && !strings_has(&s->out->sudo_groups, word + 1))
		strings_add(&s->out->sudo_groups, word + 1);
}

/* Every word that names a group, up to one of the characters in end. */
static void groups_in(struct sudoers *s, const char *p, const char *end)
{
	while (*p && !strchr(end, *p)) {
		AUTO_TEXT struct text word = {0};

		p = read_word(p, " \t,=:", &word);
		if (word.bytes)
			add_group(s, word.bytes);
		while (*p && strchr(" \t,=:!", *p) && !strchr(end, *p))
			p++;
	}
}

static void entry(struct sudoers *s, const char *line)
{
	if (starts_with(line, "User_Alias"))
		groups_in(s, line, "");
	else if (starts_with(line, "Defaults:"))
		groups_in(s, line + strlen("Defaults:"), " \t");
	else if (!starts_with(line, "Defaults"))
		groups_in(s, line, "=");
}

/* The path of an include directive at p, absolute; NULL where it holds a host name (%h) or nothing. */
static char *include_path(const char *p, const char *from)
{
	AUTO_TEXT struct text word = {0};

	read_word(p + strspn(p, " \t"), " \t", &word);
	if (!word.bytes || strchr(word.bytes, '%'))
		return NULL;
	if (word.bytes[0] == '/')
		return text_steal(&word);
	return xasprintf("%.*s/%s", (int)(strrchr(from, '/') - from), from, word.bytes);
}

/* Names that sudo reads in an included directory: none with a dot, none that ends in ~. */
static void include_directory(struct sudoers *s, const char *dir)
{
	AUTO_FREE char *pattern = xasprintf("%s/*", dir);
	AUTO_STRINGS struct strings files = {0};

	if (beneath_glob(s->root, pattern, &files) < 0)
		s->out->sudo_unknown = true;
	for (size_t i = 0; i < files.n; i++)
		if (!strchr(strrchr(files.items[i], '/'), '.') && !ends_with(files.items[i], "~"))
			read_file(s, files.items[i]);
}

static const struct {
	const char *word;
	bool directory;
} includes[] = {{"includedir", true}, {"include", false}};

/* True where the line is an include directive: @include, or #include without a blank after the #. */
static bool include(struct sudoers *s, struct account_file *f, const char *line)
{
	if (*line != '@' && *line != '#')
		return false;
	for (size_t i = 0; i < COUNT_OF(includes); i++) {
		size_t n = strlen(includes[i].word);
		AUTO_FREE char *path = NULL;

		if (!starts_with(line + 1, includes[i].word) || !line[1 + n] || !strchr(" \t", line[1 + n]))
			continue;
		path = include_path(line + 1 + n, f->path);
		if (!path) {
			account_file_note(f, "include that could not be followed");
			s->out->sudo_unknown = true;
		} else if (includes[i].directory) {
			include_directory(s, path);
		} else if (read_file(s, path) == -ENOENT) {
			account_file_note(f, "included file is missing");
			s->out->sudo_unknown = true;
		}
		return true;
	}
	return false;
}

/* Takes a comment off: from # on, unless that begins a user id (#1000) or a group id (%#1000). */
static void strip_comment(char *line)
{
	for (char *p = line; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '#' && (p[1] < '0' || p[1] > '9')) {
			*p = '\0';
			return;
		}
	}
}

/* Takes the backslash off that continues a line on the next one. An even number of them are escaped backslashes. */
static bool take_continuation(char *line)
{
	size_t n = strlen(line), back = 0;

	while (back < n && line[n - 1 - back] == '\\')
		back++;
	if (back % 2 == 0)
		return false;
	line[n - 1] = '\0';
	return true;
}

static void read_lines(struct sudoers *s, struct account_file *f)
{
	AUTO_TEXT struct text whole = {0};
	char *line;
	bool more;

	while ((line = account_file_line(f))) {
		if (whole.size == 0 && include(s, f, line))
			continue;
		strip_comment(line); /* first: a backslash at the end of a comment continues nothing */
		more = take_continuation(line);
		text_add(&whole, line);
		if (more)
			continue;
		entry(s, whole.bytes);
		text_free(&whole);
	}
	if (whole.bytes)
		entry(s, whole.bytes);
}

static int read_file(struct sudoers *s, const char *path)
{
	AUTO_ACCOUNT_FILE struct account_file f = {0};
	int r;

	if (s->depth >= NESTED_MAX || ++s->files > FILES_MAX) {
		s->out->sudo_unknown = true;
		return -ELOOP;
	}
	r = account_file_open(s->root, path, s->notes, &f);
	if (r < 0 && r != -ENOENT)
		s->out->sudo_unknown = true;
	s->depth++;
	if (r == 0)
		read_lines(s, &f);
	s->depth--;
	return r;
}

void read_sudoers(int root, struct accounts *out, struct strings *notes)
{
	struct sudoers s = {.root = root, .out = out, .notes = notes};

	if (read_file(&s, "/etc/sudoers") == -ENOENT)
		read_file(&s, "/usr/etc/sudoers");
}
