/* SPDX-License-Identifier: MIT */
/* Accounts that are nobody's own: every daemon that drops its rights without an account of its own runs as nobody, group nogroup (or nobody).
 * What is given to one of them is given to all. The one place that says so, for the planner and for the rules of the guard. */
#ifndef PERMFIX_DIAGNOSE_SHARED_H
#define PERMFIX_DIAGNOSE_SHARED_H

#include "facts/facts.h"

/* By id, so that another name for the same id is caught: the account nobody, and the kernel's overflow id 65534 (proc(5),
 * /proc/sys/kernel/overflowuid), which NFS and user namespaces use for whomever they do not know. */
bool is_shared_uid(const struct accounts *accounts, uint32_t uid);

/* The groups nogroup and nobody, the primary group of nobody, and 65534. */
bool is_shared_gid(const struct accounts *accounts, uint32_t gid);

/* The account that nginx should run as on this host: what its distribution's package has, else a well-known one that exists. NULL: there is
 * none. */
const char *web_account(const struct facts *facts);

#endif
