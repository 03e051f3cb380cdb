/* SPDX-License-Identifier: MIT */
/* Files beneath a root descriptor: a host, the root of a process (/proc/PID/root), or the tree of --root. A symbolic link is
 * followed as a process whose root directory that is would follow it, so nothing outside is ever reached. Read only. */
#ifndef PERMFIX_BASE_BENEATH_H
#define PERMFIX_BASE_BENEATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"

/* Opens path (absolute, or relative to root) beneath root: openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS; where
 * the kernel has no openat2 (before 5.6: RHEL 8) a walk of its own. O_CLOEXEC is added, and O_NONBLOCK unless O_PATH is given,
 * so that a FIFO in the way cannot hang. Returns a descriptor or a negative errno (no message: callers know what the file is for). */
int beneath_open(int root, const char *path, int flags);

/* Reads a regular file of at most max bytes. *bytes is NUL-terminated (NUL bytes may be inside) and owned by the caller. st may
 * be NULL. Errors: -ENOENT, -EACCES…, -EFBIG, -EINVAL where it is not a regular file; err (may be NULL) names the path. */
int beneath_read(int root, const char *path, size_t max, char **bytes, size_t *size, struct stat *st, struct error *err);

/* The same of a descriptor, from where it stands; err names no path. */
int read_descriptor(int fd, size_t max, char **bytes, size_t *size, struct error *err);

/* Names in the directory dir ("" is the root) that match the pattern, hidden ones only where it begins with a dot; in no order. 0 where there
 * is no such directory, -errno where it cannot be read. */
int beneath_names(int root, const char *dir, const char *pattern, struct strings *names);

/* Paths that match an absolute pattern with * ? [ ] in any component, sorted by strcmp as glob(3) without locale does; hidden files
 * only for patterns that begin with a dot. A pattern without such characters yields itself, existing or not. -errno where a
 * directory could not be read (matches found elsewhere are kept). */
int beneath_glob(int root, const char *pattern, struct strings *paths);

#endif
