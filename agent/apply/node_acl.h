/* SPDX-License-Identifier: MIT */
/* Inside the room: the access ACL of a node state. */
#ifndef PERMFIX_APPLY_NODE_ACL_H
#define PERMFIX_APPLY_NODE_ACL_H

#include "apply/image.h"

/* Writes the state's permission bits as an ACL: its entries, or the three that its mode stands for (which the
 * kernel keeps as a plain mode). link is /proc/self/fd/N. The mask is taken as it is. */
int node_write_acl(const char *link, const struct node_state *state, struct error *err);

/* As chmod(2) does: the bits go into mode and, with an ACL, into its owner, mask and other entries. */
void node_set_mode(struct node_state *state, uint32_t mode);

/* Sets the entry (tag, id) to perms, or takes it out (perms -1), then brings entries into order and mode into
 * agreement. Never recomputes the mask. */
void node_set_entry(struct node_state *state, int tag, uint32_t id, int perms);

/* The permissions of an entry, -1 where there is none. */
int node_entry(const struct node_state *state, int tag, uint32_t id);

/* -EINVAL where named entries have no mask (acl_valid(3)). An ACL of the three basic entries alone becomes a
 * plain mode. */
int node_acl_finish(struct node_state *state, struct error *err);

#endif
