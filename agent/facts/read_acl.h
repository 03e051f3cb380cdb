/* SPDX-License-Identifier: MIT */
/* POSIX ACLs of an inode, by descriptor. */
#ifndef PERMFIX_FACTS_READ_ACL_H
#define PERMFIX_FACTS_READ_ACL_H

#include "facts/facts.h"

/* Fills node->acl (left empty where it says no more than the mode), for a directory node->default_acl too, and node->acl_unknown where
 * the file system has ACLs that could not be read. link is /proc/self/fd/N of a descriptor that may be O_PATH; node->type is set.
 * acl(5); the extended attributes are those of linux/xattr.h, decoded by libacl. */
void read_acl(const char *link, struct node *node);

#endif
