/* SPDX-License-Identifier: MIT */
/* The helper programs: each keeps one heavy or crash-prone library out of the main program. */
#ifndef PERMFIX_BASE_HELPER_H
#define PERMFIX_BASE_HELPER_H

#include "base/error.h"
#include "base/spawn.h"

/* *path: permfix-NAME, beside the running program (build/) or in ../libexec/permfix/ as seen from it (installed); nothing else is
 * looked at, so no environment and no working directory can put another program in its place. Run by root, the helper
 * and its directory must belong to root or to the owner of the running program, and others must not be able to write
 * them (-EPERM). -ENOENT where there is none. The caller frees. */
int helper_path(const char *name, char **path, struct error *err);

/* Runs helper NAME on a text, with one argument (NULL: none), and hands back what it wrote, at most output_max bytes. Errors of helper_path(), spawn_run(), spawn_check(). */
int helper_run(const char *name, const char *argument, const char *input, size_t input_size, size_t output_max, unsigned deadline_ms,
	struct spawn_result *result, struct error *err);

#endif
