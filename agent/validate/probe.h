/* SPDX-License-Identifier: MIT */
/* Connecting as a worker: the kernel's own answer about modes, ACLs, namespaces and the listener. Not about SELinux and AppArmor, which
 * judge by the label of the process: a probe keeps permfix's own. */
#ifndef PERMFIX_VALIDATE_PROBE_H
#define PERMFIX_VALIDATE_PROBE_H

#include <stddef.h>

#include "facts/facts.h"

/* Connects to each endpoint ("unix:/p", "unix:@name", "tcp:host:port") as the worker would, from one child process that enters the worker's
 * mount and network namespace and root directory, takes its ids, keeps none of its capabilities but those that decide about files
 * (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, where it has them), sets no_new_privs, sends no byte, and closes. As in nginx the
 * socket is non-blocking: EAGAIN from a path means a full backlog; TCP gets a second, then ETIMEDOUT. Its user namespace is not
 * entered: its ids are kernel ids, and the kernel compares those. Host names are looked up in the worker's /etc/hosts only, never by
 * a name service. Connecting to a socket that only systemd holds starts its service: leave such an endpoint out.
 *
 * A worker with as.pid 0 is assumed: probed in permfix's own namespaces. Else the process must still be the one that was seen (start
 * time and executable).
 *
 * out: n records that are overwritten; their strings are then owned by the caller (made to be moved into facts.probes). error is 0 or an errno of connect(2); -1 where
 * that could not be tried, with the reason as a sentence. Returns 0, or -errno where no child could be started (out is filled all
 * the same). Needs CAP_SETUID, CAP_SETGID, and for another namespace CAP_SYS_ADMIN and CAP_SYS_CHROOT. */
int probe_run(const struct worker *worker, const char *const *endpoints, size_t n, struct probe *out, struct error *err);

#endif
