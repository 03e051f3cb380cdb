/* SPDX-License-Identifier: MIT */
/* Inside the room: extended attributes other than the access ACL. */
#ifndef PERMFIX_APPLY_NODE_XATTR_H
#define PERMFIX_APPLY_NODE_XATTR_H

#include "apply/image.h"

/* Adds them to the state, in the kernel's order. link is /proc/self/fd/N. */
int xattrs_read(const char *link, struct node_state *out, struct error *err);

#endif
