/* SPDX-License-Identifier: MIT */
/* Parts of case_open(). Inside this room only. */
#ifndef PERMFIX_GUARD_CASE_OPEN_H
#define PERMFIX_GUARD_CASE_OPEN_H

#include "guard/case.h"

/* Fills what the step's family has, from effects that were computed. False, with c->error, where something that it needs is not known. */
bool case_open_family(struct guard_case *c);

/* The node of an inode, preferably as the path names it; NULL where no walk met it. */
const struct node *case_inode(const struct facts *facts, uint64_t dev, uint64_t ino, const char *path);

#endif
