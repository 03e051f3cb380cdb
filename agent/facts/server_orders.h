/* SPDX-License-Identifier: MIT */
/* What is known of a server before its configuration is read: from its process, and from its unit. */
#ifndef PERMFIX_FACTS_SERVER_ORDERS_H
#define PERMFIX_FACTS_SERVER_ORDERS_H

#include "facts/facts.h"
#include "facts/server_read.h"

/* The command line of a process in words, without empty ones at the end (a title leaves them behind). */
void process_words(int proc, uint32_t pid, struct strings *out);

/* Its parent; 0 where it is gone. */
uint32_t process_parent(int proc, uint32_t pid);

/* Where it is, as a path of its own root directory; NULL. The caller frees. */
char *process_cwd(int proc, const struct process *process);

/* The value of one variable of its environment; NULL. Nothing else of the environment is kept, in memory neither. The caller frees. */
char *process_variable(int proc, uint32_t pid, const char *name);

/* Order for a live server of a known kind. unit may be NULL: its ExecStart= stands in where the process has overwritten its command line. */
void order_of_process(int proc, const struct backend *backend, const struct unit *unit, struct server_order *out);

/* Order for a unit; false where its ExecStart= starts none of the known servers (node is not read). */
bool order_of_unit(const struct unit *unit, struct server_order *out);

/* The ids that a unit's User=, Group=, SupplementaryGroups= give, by the account data; root where it names none. false: an account that is not
 * there, or made when the unit starts (DynamicUser=). */
bool ids_of_unit(const struct accounts *accounts, const struct unit *unit, struct process *out);

#endif
