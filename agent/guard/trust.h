/* SPDX-License-Identifier: MIT */
/* Who but root can write an object. Inside this room only. */
#ifndef PERMFIX_GUARD_TRUST_H
#define PERMFIX_GUARD_TRUST_H

#include "base/text.h"
#include "facts/facts.h"

/* Why others than root can write the object, as words after its path ("belongs to uid 1000"); false where only root can. What is not
 * known about it counts against it. Symbolic links have no permissions of their own and pass: their directory is judged. */
bool others_write(const struct node *node, struct text *why);

/* Whether the directory in which this link stands, one of the nodes of the same way, can be written by root alone. */
bool link_is_roots(const struct node *nodes, size_t n, const struct node *link);

#endif
