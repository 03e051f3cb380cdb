/* SPDX-License-Identifier: MIT */
/* One line of our own file in tmpfiles.d(5): a directory that is made at boot. Plain text: the whole file is lines of ours, a line is put in or
 * takes the place of one, and Augeas' lens does not know the modifiers of newer systemd. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/edit_formats.h"

#include <errno.h>

#define HEADER                                                                                                                     \
	"# Made by permfix: directories that a socket needs at boot and that nothing else makes.\n"                           \
	"# The first line for a path counts, so this file sorts before others. `permfix rollback` takes it back.\n"
#define WORDS 4 /* "d MODE USER GROUP" */

/* Specifiers, quotes, escapes, patterns: what would not be taken as it is. Modes and accounts begin with no mark (":0755", "~0755"). */
static bool plain(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return *s && !strpbrk(s, "%\"'\\*?[]{}#$~:");
}

static bool is_mode(const char *s)
{
	size_t n = strlen(s);

	return n >= 3 && n <= 4 && strspn(s, "01234567") == n;
}

/* "d 0755 app www-data": a directory and nothing else. *words are owned by the caller. */
static bool split_value(const char *value, struct strings *words)
{
	for (size_t n; *value; value += n + (value[n] == ' ')) {
		n = strcspn(value, " ");
		strings_own(words, xstrndup(value, n));
	}
	return words->n == WORDS && streq(words->items[0], "d") && is_mode(words->items[1]) && plain(words->items[2]) &&
	       plain(words->items[3]);
}

/* Whether a line is about that path, whatever its type. */
static bool about(const char *line, size_t n, const char *path)
{
	AUTO_FREE char *copy = xstrndup(line, n);
	char *save = NULL, *type = strtok_r(copy, " \t\r", &save), *of = strtok_r(NULL, " \t\r", &save);
	size_t length = of ? strlen(of) : 0;

	if (!type || *type == '#' || !of)
		return false;
	while (length > 1 && of[length - 1] == '/')
		of[--length] = '\0';
	return streq(of, path);
}

static int check(const struct question *q, struct strings *words, struct error *err)
{
	const char *path = q->n_changes == 1 ? q->changes[0].key : NULL;

	if (!path || *path != '/' || !path[1] || !plain(path) || ends_with(path, "/") || strstr(path, "/../") || strstr(path, "//"))
		return error_set(err, EINVAL, "an edit of tmpfiles.d is about just one directory with a plain path");
	if (q->changes[0].value && !split_value(q->changes[0].value, words))
		return error_set(err, EINVAL, "a directory of tmpfiles.d needs its mode, user and group: \"d 0755 app www-data\"");
	return 0;
}

static void add_entry(struct text *after, const char *path, const struct strings *words)
{
	text_addf(after, "d %s %s %s %s -\n", path, words->items[1], words->items[2], words->items[3]);
}

int edit_tmpfiles(const struct question *q, const char *before, size_t n, struct text *after, struct error *err)
{
	AUTO_STRINGS struct strings words = {0};
	size_t found = 0;
	int r = check(q, &words, err);

	if (r < 0)
		return r;
	if (n == 0)
		text_add(after, HEADER);
	for (size_t length; *before; before += length) {
		length = strcspn(before, "\n");
		length += before[length] == '\n';
		if (!about(before, length - (length && before[length - 1] == '\n'), q->changes[0].key))
			text_add_bytes(after, before, length);
		else if (found++ == 0 && words.n)
			add_entry(after, q->changes[0].key, &words);
	}
	if (found > 1)
		return error_set(err, EINVAL, "the file has several lines for %s", q->changes[0].key);
	if (after->size && after->bytes[after->size - 1] != '\n')
		text_add_char(after, '\n');
	if (found == 0 && words.n)
		add_entry(after, q->changes[0].key, &words);
	return found || words.n ? 0 : error_set(err, EINVAL, "the file has no line for %s", q->changes[0].key);
}
