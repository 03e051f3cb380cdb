/* SPDX-License-Identifier: MIT */
/* nginx as it runs: masters and their workers. The configuration itself is read by the configuration reader. */
#ifndef PERMFIX_FACTS_READ_NGINX_H
#define PERMFIX_FACTS_READ_NGINX_H

#include "facts/facts.h"
#include "facts/proc.h"
#include "facts/read_process.h"

/* Adds to facts.nginx every running master (pid, as, exe, conf, prefix, default_*, user and group where -g sets them, user_ignored) and
 * to facts.workers its workers, those that the kernel treats alike as one. A master is believed when its executable is an nginx by
 * name or runs in its workers too, and when its workers are its children, with its executable and, unless it may change ids,
 * its owner. A title alone is never believed; who claims one falsely gets a note. */
void read_nginx(const struct process_reader *reader, const struct proc_table *table, struct facts *facts);

/* Adds the nginx that is installed beneath root but does not run: pid 0, its main file by what the program was built with, else by the
 * usual place. Returns false where no main file exists; then nothing is added. */
bool read_nginx_installed(int root, struct facts *facts);

/* Adds a worker that is like this process; the result is valid until the next one is added. */
struct worker *worker_new(struct facts *facts, size_t nginx, const struct process *as);

/* Adds a worker of facts.nginx[nginx] that was not seen, with the ids that initgroups(3) would give this user. group, where it is not NULL
 * and exists, takes the place of the primary one. */
void worker_assume(struct facts *facts, size_t nginx, const struct user *user, const char *group, const char *why);

/* As worker_assume, for a master that may not change ids: its workers are what it is itself. */
void worker_assume_master(struct facts *facts, size_t nginx, const char *why);

#endif
