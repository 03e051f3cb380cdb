/* SPDX-License-Identifier: MIT */
/* Lines of the account files, with what was wrong about them told in moderation. For read_accounts.c and read_sudoers.c. */
#ifndef PERMFIX_FACTS_ACCOUNT_LINES_H
#define PERMFIX_FACTS_ACCOUNT_LINES_H

#include "base/number.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define ACCOUNT_LINE_MAX ((size_t)1 << 20)
#define ACCOUNT_FILE_MAX ((size_t)64 << 20)

struct account_file {
	const char *path;
	char *bytes;           /* owned; lines are cut out of it in place */
	size_t size;
	char *next;            /* the first line not given out yet */
	uint32_t line;         /* number of the line that was given out last */
	struct strings *notes; /* borrowed */
	size_t told;           /* notes about this file so far */
};

/* Reads the file beneath root. -errno, with a note for every error but ENOENT. */
int account_file_open(int root, const char *path, struct strings *notes, struct account_file *f);

/* The next line without its newline and without leading blanks, NULL at the end. Empty lines and lines longer than ACCOUNT_LINE_MAX or with
 * a NUL byte in them are passed over, the latter two with a note. */
char *account_file_line(struct account_file *f);

/* "FILE:LINE: WHAT", with escapes for what came from outside (what must be escaped already); after 20 for one file no more. */
void account_file_note(struct account_file *f, const char *what);

/* Frees, and says how many notes were swallowed. */
void account_file_close(struct account_file *f);
#define AUTO_ACCOUNT_FILE __attribute__((cleanup(account_file_close)))

/* Cuts s at the first sep and returns what follows it; NULL where there is none. */
char *cut(char *s, char sep);

#endif
