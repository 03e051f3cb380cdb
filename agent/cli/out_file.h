/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_CLI_OUT_FILE_H
#define PERMFIX_CLI_OUT_FILE_H

#include <stddef.h>

#include "base/error.h"

/* Writes a file of --out: mode 0600, whole or not at all. It is written beside its name and renamed over it, so a reader never sees half of
 * it. What is there already must be a regular file (a symbolic link is none), else -EEXIST. */
int out_file_write(const char *path, const char *bytes, size_t size, struct error *err);

#endif
