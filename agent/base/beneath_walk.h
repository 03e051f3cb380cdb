/* SPDX-License-Identifier: MIT */
/* openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS by hand, for kernels that have none (before 5.6: RHEL 8) and for
 * sandboxes that forbid it. Used by beneath.c alone. */
#ifndef PERMFIX_BASE_BENEATH_WALK_H
#define PERMFIX_BASE_BENEATH_WALK_H

/* As beneath_open: a descriptor or a negative errno. One component at a time, O_PATH | O_NOFOLLOW; `..` goes back to the directory
 * that the walk came through, so a directory that is moved away meanwhile leads nowhere outside. */
int beneath_walk(int root, const char *path, int flags);

#endif
