/* SPDX-License-Identifier: MIT */
#include "facts/account_lines.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define NOTES_MAX 20

int account_file_open(int root, const char *path, struct strings *notes, struct account_file *f)
{
	struct error err;
	int r;

	*f = (struct account_file){.path = path, .notes = notes};
	r = beneath_read(root, path, ACCOUNT_FILE_MAX, &f->bytes, &f->size, NULL, &err);
	if (r < 0 && r != -ENOENT)
		strings_add(notes, err.text);
	f->next = f->bytes;
	return r;
}

void account_file_note(struct account_file *f, const char *what)
{
	AUTO_FREE char *shown = NULL;

	if (++f->told > NOTES_MAX)
		return;
	shown = escape_terminal(f->path);
	strings_addf(f->notes, "%s:%u: %s", shown, f->line, what);
}

char *account_file_line(struct account_file *f)
{
	const char *end = f->bytes + f->size;

	while (f->next && f->next < end) {
		char *line = f->next, *newline = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((newline ? newline : end) - line);

		f->next = line + n + 1;
		f->line++;
		line[n] = '\0';
		if (n > ACCOUNT_LINE_MAX)
			account_file_note(f, "line of more than 1 MiB passed over");
		else if (strlen(line) < n)
			account_file_note(f, "line with a NUL byte passed over");
		else if (*(line += strspn(line, " \t")))
			return line;
	}
	return NULL;
}

void account_file_close(struct account_file *f)
{
	if (f->told > NOTES_MAX) {
		AUTO_FREE char *shown = escape_terminal(f->path);

		strings_addf(f->notes, "%s: %zu more lines passed over", shown, f->told - NOTES_MAX);
	}
	free(f->bytes);
	*f = (struct account_file){0};
}

char *cut(char *s, char sep)
{
	char *at = strchr(s, sep);

	if (!at)
		return NULL;
	*at = '\0';
	return at + 1;
}
