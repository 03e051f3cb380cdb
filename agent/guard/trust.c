/* SPDX-License-Identifier: MIT */
#include "guard/trust.h"

#include <string.h>

/* With an ACL the mode's group bits are the mask, so a named writer shows in the group's write bit (acl(5)); whether the entry is root's
 * own then matters. */
static bool acl_writer(const struct node *node, struct text *why)
{
	if (!(node->mode & 0020))
		return false;
	for (size_t i = 0; i < node->n_acl; i++) {
		const struct acl_entry *e = &node->acl[i];

		if ((e->tag == ACL_TAG_USER || e->tag == ACL_TAG_GROUP) && e->id != 0 && (e->perms & 2)) {
			text_addf(why, "can be written by %s %u", e->tag == ACL_TAG_USER ? "uid" : "gid", e->id);
			return true;
		}
	}
	return false;
}

static bool group_writes(const struct node *node)
{
	for (size_t i = 0; i < node->n_acl; i++)
		if (node->acl[i].tag == ACL_TAG_GROUP_OBJ)
			return (node->acl[i].perms & node->mode >> 3 & 2) != 0;
	return (node->mode & 0020) != 0;
}

bool others_write(const struct node *node, struct text *why)
{
	if (node->type == NODE_SYMLINK)
		return false;
	if (node->uid != 0)
		text_addf(why, "belongs to uid %u", node->uid);
	else if (node->mode & 0002)
		text_add(why, "can be written by everybody");
	else if (node->gid != 0 && group_writes(node))
		text_addf(why, "can be written by gid %u", node->gid);
	else if (node->acl_unknown)
		text_add(why, "has an ACL that could not be read");
	else
		return acl_writer(node, why);
	return true;
}

static bool is_parent(const struct node *node, const struct node *child)
{
	const char *slash = strrchr(child->path, '/');
	size_t n = slash ? (size_t)(slash - child->path) : 0;

	if (n == 0)
		return streq(node->path, "/");
	return strlen(node->path) == n && strncmp(node->path, child->path, n) == 0;
}

bool link_is_roots(const struct node *nodes, size_t n, const struct node *link)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_TEXT struct text why = {0};

		if (nodes[i].type == NODE_DIR && is_parent(&nodes[i], link))
			return !others_write(&nodes[i], &why);
	}
	return false;
}
