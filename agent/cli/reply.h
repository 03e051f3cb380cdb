/* SPDX-License-Identifier: MIT */
/* What a command has to say. Commands fill it, main() prints it once (but for a question at the terminal): nothing else in the program writes to stdout or stderr
 * but the progress line. */
#ifndef PERMFIX_CLI_REPLY_H
#define PERMFIX_CLI_REPLY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

/* Exit codes: exits.def is the one list. */
enum exit_code {
#define EXIT_CODE(id, code, meaning) EXIT_CODE_##id = (code),
#include "cli/exits.def"
#undef EXIT_CODE
};

struct reply {
	struct text out; /* for stdout */
	struct text err; /* for stderr: whole lines */
	int code;        /* enum exit_code */
	bool stands;     /* code tells what became of the host: it stands even where stdout could not take the text */
};

/* Adds "permfix: TEXT" to the diagnostics. Outside text in it is to be escaped by the caller. */
void reply_note(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As reply_note with the error's text, and makes code the exit code. Returns code. */
int reply_fail(struct reply *reply, int code, const struct error *err);

/* Wrong usage of a command: exit code 64, and where its help is. */
void reply_usage(struct reply *reply, const char *command, const struct error *err);

/* Prints both texts, diagnostics first, and returns the exit code: EXIT_CODE_FAILED where stdout could not take it all (said on
 * stderr unless its reader has gone away) and the code does not stand. */
int reply_print(struct reply *reply);

/* Prints both texts now and empties them, for a question that comes next. 0, or the errno of stdout. */
int reply_flush(struct reply *reply);

void reply_free(struct reply *reply);
#define AUTO_REPLY __attribute__((cleanup(reply_free)))

#endif
