/* SPDX-License-Identifier: MIT */
/* The groups that sudoers(5) names, for read_accounts.c alone. */
#ifndef PERMFIX_FACTS_READ_SUDOERS_H
#define PERMFIX_FACTS_READ_SUDOERS_H

#include "facts/facts.h"

/* Adds to out->sudo_groups every %name and %#gid ("#gid" there) in a user list, a User_Alias or a Defaults line of /etc/sudoers
 * (/usr/etc/sudoers where that is missing), its includes and their includes. Naming a group is enough, whatever it is allowed:
 * the list serves to refuse. Sets out->sudo_unknown where a file could not be read or an include could not be followed. */
void read_sudoers(int root, struct accounts *out, struct strings *notes);

#endif
