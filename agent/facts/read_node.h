/* SPDX-License-Identifier: MIT */
/* One inode, by descriptor. */
#ifndef PERMFIX_FACTS_READ_NODE_H
#define PERMFIX_FACTS_READ_NODE_H

#include "facts/facts.h"
#include "facts/read_mounts.h"

/* What an O_PATH descriptor leads to, bar path. mounts is the table of the mount namespace, NULL none (then fstype, mount_point and
 * read_only stay unset); *mount_id gets the id of the inode's mount, and on entry has that of the parent (0: none), by which a mount
 * point is known on kernels without STATX_ATTR_MOUNT_ROOT. labels: the security.selinux attribute is read too. Returns -errno where
 * the descriptor cannot be looked at. Attributes of network and FUSE file systems are taken from the kernel's cache
 * (AT_STATX_DONT_SYNC): a dead server must not stop permfix. */
int read_node(int fd, const struct mounts *mounts, bool labels, uint64_t *mount_id, struct node *out);

/* Sets node->empty of a directory in which there is nothing. Needs read permission, else it stays false. */
void read_emptiness(int fd, struct node *node);

#endif
