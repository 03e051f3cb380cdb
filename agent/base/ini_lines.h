/* SPDX-License-Identifier: MIT */
/* The lines of an ini-like text, and the short text that a costly parser needs to see of it: a stock pool file of PHP-FPM is 22 kB of
 * comments around ten lines. What the parser does to the short text is carried back line by line, so all other lines stay as they
 * are, to the byte. */
#ifndef PERMFIX_BASE_INI_LINES_H
#define PERMFIX_BASE_INI_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct ini_line {
	const char *s; /* into the text */
	size_t n;      /* its end of line included */
	bool shown;    /* part of the short text */
	bool removed;
	char *changed; /* what stands there now, NULL as it was; owned */
	struct strings after; /* lines put in after it */
};

struct ini_lines {
	struct ini_line *items;
	size_t n;
	size_t *shown; /* indices of the shown ones */
	size_t n_shown;
};

/* What of a text is shown. */
struct ini_view {
	const char *section;
	const struct strings *keys; /* that are to be changed */
	const char *begins, *ends;  /* a related key has this begin, or this end; NULL: none has. Without regard to case */
	bool only_related;          /* a line whose key is neither named nor related is not shown */
};

/* Splits text (which must outlive the lines). Shown are the lines of the sections of that name, but blank ones and comments (; or #); of the
 * comments those that hold a key, ";key = …", that is related or one of the named. */
void ini_lines_split(const char *text, const struct ini_view *view, struct ini_lines *lines);

bool ini_related(const struct ini_view *view, const char *key);
void ini_lines_free(struct ini_lines *lines);
#define AUTO_INI_LINES __attribute__((cleanup(ini_lines_free)))

/* The shown lines as they stand now, each with an end of line: what was changed, put in and removed is honoured. The caller frees. */
char *ini_lines_short(const struct ini_lines *lines);

/* The whole text as it stands now; a text without final newline has none again. The caller frees. */
char *ini_lines_whole(const struct ini_lines *lines);

/* "listen.owner" of ";  listen.owner = x": the key that a comment line holds, without regard to case; NULL none. The caller frees. */
char *ini_commented_key(const char *line, size_t n);

/* Writes "key=value" (as a parser wrote it anew: no blanks) with the blanks of like, a line with a key: its indent, its blanks around the
 * equals sign (or its column, where like is padded to one) and its kind of end of line. A comment mark of like is left out; without an
 * equals sign in like there is a blank on both sides. The caller frees. */
char *ini_spaced_like(const char *line, const char *like, size_t like_n);

#endif
