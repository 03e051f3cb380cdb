/* SPDX-License-Identifier: MIT */
/* Attributes of an inode through a pinned descriptor: read, compared, changed. */
#ifndef PERMFIX_APPLY_NODE_H
#define PERMFIX_APPLY_NODE_H

#include "apply/image.h"
#include "plan/plan.h"

/* Reads type, owner, mode, access ACL and all other extended attributes; fd may be O_PATH. *out is
 * overwritten, owned by the caller. An ACL that cannot be read is an error. */
int node_read(int fd, struct node_state *out, struct error *err);

/* Same type, owner, mode and ACL: which inode it is and its other attributes do not count. */
bool node_same(const struct node_state *a, const struct node_state *b);

/* Changes owner, mode and ACL from one state to another. In between nothing is wider than in both: where the
 * owner changes together with permissions, what the two states do not share is taken away first. The last
 * step is verified by reading again. */
int node_bring(int fd, const struct node_state *from, const struct node_state *to, struct error *err);

/* The states that node_bring() passes through, so that one who finds the node after a crash knows it again:
 * at most NODE_VIA_MAX, owned by the caller. */
#define NODE_VIA_MAX 2
size_t node_via(
        const struct node_state *from, const struct node_state *to, struct node_state via[NODE_VIA_MAX]);

/* Sets and removes extended attributes other than the access ACL until fd has those of `to`. */
int node_bring_xattrs(int fd, const struct node_state *to, struct error *err);

/* What a path.owner, path.mode or path.acl step makes of a state; names are looked up in accounts. -EINVAL,
 * -ENOENT (no such account). */
int node_apply(const struct accounts *accounts, const struct step *step, struct node_state *state,
        struct error *err);

/* What "d MODE USER GROUP" (a line of tmpfiles.d, without its path) makes of a directory that was not there; state is overwritten. -EINVAL for
 * anything else, -ENOENT. */
int node_made(const struct accounts *accounts, const char *what, struct node_state *state, struct error *err);

#endif
