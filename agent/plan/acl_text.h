/* SPDX-License-Identifier: MIT */
/* Access ACLs as lists of entries and as the key/value text of a path.acl step (acl(5), "ACL text forms"). */
#ifndef PERMFIX_PLAN_ACL_TEXT_H
#define PERMFIX_PLAN_ACL_TEXT_H

#include "diagnose/world.h"
#include "base/error.h"

struct acl_list {
	struct acl_entry *items; /* owned by who made the list */
	size_t n;
};

/* The node's access ACL; where it has none, the three entries that its mode stands for. */
void acl_of_node(const struct node *node, struct acl_list *out);

/* Sets the entry that key names ("user:NAME", "group:NAME", "mask", "group:" for the owning group) to perms ("rw-"), or takes it out (perms NULL). The mask is never recomputed
 * (setfacl -n). -EINVAL: not such a key, no such account, not three permission characters. */
int acl_apply(const struct world *world, struct acl_list *acl, const char *key, const char *perms, struct error *err);

/* Brings the entries into the order of acl_valid(3) and holds its rules: named entries need a mask. */
int acl_finish(struct acl_list *acl, struct error *err);

/* "user:www-data" for an entry, numbers where the account has no name; the caller frees. */
char *acl_key(const struct facts *facts, const struct acl_entry *entry);

/* "r-x" into a buffer of four bytes. */
void perms_text(uint32_t perms, char text[4]);

const struct acl_entry *acl_find(const struct acl_entry *items, size_t n, int tag, uint32_t id);

#endif
