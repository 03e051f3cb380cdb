/* SPDX-License-Identifier: MIT */
/* Who listens, from the kernel's socket tables. */
#ifndef PERMFIX_FACTS_READ_LISTENERS_H
#define PERMFIX_FACTS_READ_LISTENERS_H

#include "facts/facts.h"
#include "facts/proc.h"
#include "facts/read_process.h"

/* Fills facts.listeners, sorted by family, name and inode, with their holders, and sets listeners_unknown, other_netns_unknown. The tables
 * of the reader's own network namespace come by netlink; those of others as text through one of their processes, so there backlog and
 * file_ino are unknown and a path is one of the holder's view. Needs facts.host.netns. */
void read_listeners(const struct process_reader *reader, const struct proc_table *table, struct facts *facts);

#endif
