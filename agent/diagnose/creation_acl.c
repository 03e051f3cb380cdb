/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diagnose/creation.h"

static struct acl_entry *find(struct node *node, int tag, uint32_t id)
{
	for (size_t i = 0; i < node->n_acl; i++)
		if (node->acl[i].tag == tag && node->acl[i].id == id)
			return &node->acl[i];
	return NULL;
}

static uint32_t cut(struct node *node, int tag, uint32_t bits)
{
	struct acl_entry *entry = find(node, tag, 0);

	return entry ? (entry->perms &= bits) : bits;
}

void creation_inherit(const struct node *parent, struct node *node)
{
	uint32_t user, group, other;

	if (!parent->n_default_acl)
		return;
	node->acl = xcalloc(parent->n_default_acl, sizeof(*node->acl));
	node->n_acl = parent->n_default_acl;
	memcpy(node->acl, parent->default_acl, node->n_acl * sizeof(*node->acl));
	user = cut(node, ACL_TAG_USER_OBJ, node->mode >> 6 & 7);
	other = cut(node, ACL_TAG_OTHER, node->mode & 7);
	group = cut(node, find(node, ACL_TAG_MASK, 0) ? ACL_TAG_MASK : ACL_TAG_GROUP_OBJ, node->mode >> 3 & 7);
	node->mode = (node->mode & 07000) | user << 6 | group << 3 | other;
	if (node->n_acl > 3)
		return;
	free(node->acl);
	node->acl = NULL;
	node->n_acl = 0;
}

static void start_from_mode(struct node *node)
{
	const struct acl_entry base[] = {
		{.tag = ACL_TAG_USER_OBJ, .perms = node->mode >> 6 & 7},
		{.tag = ACL_TAG_GROUP_OBJ, .perms = node->mode >> 3 & 7},
		{.tag = ACL_TAG_OTHER, .perms = node->mode & 7},
	};

	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++)
		ARRAY_ADD(node->acl, node->n_acl, base[i]);
}

static int entry_order(const void *a, const void *b)
{
	const struct acl_entry *x = a, *y = b;

	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

bool creation_add_entry(struct node *node, int tag, uint32_t id, uint32_t perms)
{
	struct acl_entry *grown;

	if (!node->n_acl)
		start_from_mode(node);
	if (find(node, tag, id))
		return false;
	/* An inherited array has no spare room in the sense of ARRAY_ADD. */
	grown = xcalloc(node->n_acl + 1, sizeof(*grown));
	memcpy(grown, node->acl, node->n_acl * sizeof(*grown));
	grown[node->n_acl] = (struct acl_entry){.tag = tag, .id = id, .perms = perms};
	free(node->acl);
	node->acl = grown;
	node->n_acl++;
	qsort(node->acl, node->n_acl, sizeof(*node->acl), entry_order);
	return true;
}

void creation_calc_mask(struct node *node)
{
	struct acl_entry *mask = find(node, ACL_TAG_MASK, 0);
	uint32_t perms = 0;

	for (size_t i = 0; i < node->n_acl; i++)
		if (node->acl[i].tag == ACL_TAG_USER || node->acl[i].tag == ACL_TAG_GROUP_OBJ ||
			node->acl[i].tag == ACL_TAG_GROUP)
			perms |= node->acl[i].perms;
	if (mask)
		mask->perms = perms;
	else
		creation_add_entry(node, ACL_TAG_MASK, 0, perms);
	node->mode = (node->mode & ~070u) | perms << 3;
}
