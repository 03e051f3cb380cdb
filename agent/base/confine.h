/* SPDX-License-Identifier: MIT */
/* Takes everything away from the calling process that a parser does not need: what is left is computing, its memory, and reading and
 * writing the descriptors it was given. For children and helper programs that read outside text. */
#ifndef PERMFIX_BASE_CONFINE_H
#define PERMFIX_BASE_CONFINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct confine {
	const int *fds;          /* stay open; every other descriptor is closed */
	size_t n_fds;
	uint64_t memory;         /* bytes of address space, 0 no limit; never set under AddressSanitizer */
	unsigned cpu_seconds;    /* 0 no limit */
};

/* In this order: signals to their defaults, descriptors closed, resource limits (no file can grow, no core, no process), uid and gid 65534
 * without supplementary groups where it ran as root, no capability, no_new_privs, death with its parent, and last a seccomp filter: opening,
 * connecting and the like fail with EACCES, whatever else is not on the short list kills the process (SIGSYS).
 *
 * There is no way back. On failure (-errno) the process is in no defined state: it must exit. */
int confine_self(const struct confine *how, struct error *err);

#endif
