/* SPDX-License-Identifier: MIT */
/* Runs another program: no shell, no PATH look-up, an environment of two fixed variables, no descriptor but 0, 1 and 2, signals
 * as a fresh process has them, "/" as working directory, a process group of its own, and a deadline. */
#ifndef PERMFIX_BASE_SPAWN_H
#define PERMFIX_BASE_SPAWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define SPAWN_STDERR_MAX ((size_t)8192) /* what is kept of stderr; the rest is read and dropped */

struct spawn {
	const char *path;        /* absolute */
	const char *const *argv; /* ends with NULL; argv[0] is the program's name */
	const char *input;       /* what it finds on stdin; NULL: nothing */
	size_t input_size;
	size_t output_max;       /* bytes of stdout; one more and the program is killed */
	unsigned deadline_ms;    /* then its process group gets SIGKILL */
	bool (*stop)(void);      /* asked a few times a second: true, and its process group gets SIGKILL; NULL: never */
};

struct spawn_result {
	int status;       /* exit status; -1 where a signal ended it */
	int signal;       /* the signal that ended it, 0 none */
	bool timed_out;   /* killed at the deadline */
	bool stopped;     /* killed because stop said so */
	bool overflowed;  /* killed for its stdout; out holds the first output_max bytes */
	char *out;        /* NUL-terminated at out[out_size]; NUL bytes may be inside */
	size_t out_size;
	char *err;        /* likewise, at most SPAWN_STDERR_MAX bytes */
	size_t err_size;
};

/* Runs the program to its end and reaps it; what it left running in its process group is killed. Input larger than a pipe cannot block:
 * stdin is a memory file. Returns 0 when the program ran, however it ended; -errno (with err) when it could not be started. */
int spawn_run(const struct spawn *how, struct spawn_result *result, struct error *err);

/* Says in *err how the program named what ended, unless it ended with status 0: returns 0 then, else -EIO, -ETIMEDOUT or -EINTR. The first line
 * of its stderr is quoted, escaped. */
int spawn_check(const struct spawn_result *result, const char *what, struct error *err);

void spawn_free(struct spawn_result *result);
#define AUTO_SPAWN __attribute__((cleanup(spawn_free)))

#endif
