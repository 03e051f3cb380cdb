/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_FACTS_READ_POLICY_H
#define PERMFIX_FACTS_READ_POLICY_H

#include "facts/facts.h"

#define POLICY_DIRECTORY "/etc/permfix/policy.d"
#define POLICY_SIZE_MAX ((size_t)1 << 20)

/* Adds the texts of the site policy beneath root (POLICY_DIRECTORY/ *.policy, hidden files left out) to facts.policies, in the order of
 * their names; they are not parsed here. A policy only ever allows more, so what may not or cannot be read becomes a note and counts for
 * nothing. Symbolic links are not followed: what they lead to could be anybody's. Where trust is set (a host, not a tree), every component
 * from / down and every file must belong to root and be writable by root alone: else -EPERM, since whoever can write there would allow
 * what the site did not. A NUL byte is -EINVAL. */
int read_policy(int root, bool trust, struct facts *facts, struct error *err);

#endif
