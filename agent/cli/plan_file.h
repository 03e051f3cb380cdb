/* SPDX-License-Identifier: MIT */
/* A plan from a file, for apply: what was reviewed is what is applied, or it is refused. */
#ifndef PERMFIX_CLI_PLAN_FILE_H
#define PERMFIX_CLI_PLAN_FILE_H

#include "plan/plan.h"

/* Whether a word of the command line names a plan file rather than a target: the path of a regular file, but
 * for names that end like those of sockets; a word without a slash (which may be a server_name) only where
 * the file begins with "{" or its name ends in ".json". "unix:/p" always names an endpoint. A name in ".json"
 * counts though there is no such file: it must not be taken for a site. */
bool plan_file_named(const char *word);

/* Reads a plan that nobody but root (or the caller) can have written: the file and every directory above it
 * belong to one of them and are not writable by anybody else (a sticky directory is fine: nobody can replace
 * another's file there). -EINVAL where it is altered or no plan, -EPERM where others can write it: refused
 * (exit 6). Any other -errno: it could not be read (exit 1). */
int plan_file_read(const char *path, struct plan *plan, struct error *err);

/* Whether the plan is for this host as it is: -ESTALE where it is expired at `now`, of a tree, of another
 * host or boot. */
int plan_file_fits(const struct plan *plan, const struct plan_host *host, int64_t now, struct error *err);

/* Whether planning anew on fresh facts gives the same: -ESTALE naming the first thing that is different. What
 * the steps expect of their objects is checked by apply itself. */
int plan_file_same(const struct plan *plan, const struct plan *fresh, struct error *err);

#endif
