/* SPDX-License-Identifier: MIT */
/* One writer at a time, and the two directories that are permfix's own. */
#ifndef PERMFIX_APPLY_LOCK_H
#define PERMFIX_APPLY_LOCK_H

#include "base/error.h"

#define STATE_DIRECTORY "/var/lib/permfix"
#define RUN_DIRECTORY   "/run/permfix"

/* Opens a directory of permfix's own beneath root, making it (0700) where `make` says so; its parent must
 * exist. It must belong to the effective user and be closed to everybody else (-EPERM). A descriptor, or
 * -errno; -ENOENT where it is not there. */
int own_directory(int root, const char *path, int make, struct error *err);

/* Takes the lock of a run directory: an open file description lock (fcntl(2)) on the file "lock", which the
 * kernel releases when the holder dies; what stands in the file never matters. A descriptor to keep open, or
 * -EWOULDBLOCK where another run holds it. */
int lock_take(int run, struct error *err);

#endif
