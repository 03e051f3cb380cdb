/* SPDX-License-Identifier: MIT */
/* The user's own proof: --validate-with PROGRAM. */
#ifndef PERMFIX_VALIDATE_PROGRAM_H
#define PERMFIX_VALIDATE_PROGRAM_H

#include <stdbool.h>
#include "base/error.h"

#define PROGRAM_DEADLINE_MS 30000

/* Turns the word of the command line into an absolute path without symbolic links, once: what is run later is
 * what was named, wherever permfix stands by then. *path is owned by the caller. -ENOENT, -EACCES (not
 * executable), -EINVAL (no regular file) with a sentence. */
int program_resolve(const char *word, char **path, struct error *err);

/* Runs it without arguments, input and shell, in "/" with a fixed environment (base/spawn.h). 0 where it
 * exits with 0; else -EIO, -ETIMEDOUT or the errno for which it could not be started, with a sentence that
 * quotes the first line of its stderr. */
int program_validate(const char *path, unsigned deadline_ms, bool (*stop)(void), struct error *err);

#endif
