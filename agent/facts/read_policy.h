/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_FACTS_READ_POLICY_H
#define PERMFIX_FACTS_READ_POLICY_H

#include "facts/facts.h"

#define POLICY_DIRECTORY "/etc/permfix/policy.d"
#define POLICY_SIZE_MAX ((size_t)1 << 20)

/* Adds the texts of the site policy beneath root to facts.policies, in the order of their names; they are not parsed here. A policy
 * only ever allows more, so one that may not be read becomes a note and counts for nothing. Where trust is set (a host, not a tree),
 * a file or directory that others than root can write is an error (-EPERM): it would let them allow what the site did not. */
int read_policy(int root, bool trust, struct facts *facts, struct error *err);

#endif
