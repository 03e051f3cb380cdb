/* SPDX-License-Identifier: MIT */
/* acl(5), ACCESS CHECK ALGORITHM and CORRESPONDENCE BETWEEN ACL ENTRIES AND FILE PERMISSION BITS: with an ACL the mode's group bits are the
 * mask, the owning group has an entry of its own, and the mask restricts every entry but owner and other. */
#include "base/alloc.h"
#include "guard/grants.h"

struct entry {
	int tag;
	uint32_t id;
	uint32_t own;
	uint32_t effective;
};

struct entries {
	struct entry *items;
	size_t n;
};

static bool has_mask(const struct node *node)
{
	for (size_t i = 0; i < node->n_acl; i++)
		if (node->acl[i].tag == ACL_TAG_MASK)
			return true;
	return false;
}

/* Named entries and the owning group's, with the mask applied, and the owner's. The mode is believed for owner and mask, since chmod(2)
 * writes there. */
static struct entries entries_of(const struct node *node)
{
	uint32_t group = node->mode >> 3 & 7, mask = has_mask(node) ? group : 7;
	struct entries list = {0};

	for (size_t i = 0; i < node->n_acl; i++) {
		const struct acl_entry *e = &node->acl[i];

		if (e->tag == ACL_TAG_USER || e->tag == ACL_TAG_GROUP)
			ARRAY_ADD(list.items, list.n, (struct entry){e->tag, e->id, e->perms, e->perms & mask});
		else if (e->tag == ACL_TAG_GROUP_OBJ && has_mask(node))
			group = e->perms;
	}
	ARRAY_ADD(list.items, list.n, (struct entry){ACL_TAG_GROUP_OBJ, node->gid, group, group & mask});
	ARRAY_ADD(list.items, list.n, (struct entry){ACL_TAG_USER_OBJ, node->uid, node->mode >> 6 & 7, node->mode >> 6 & 7});
	return list;
}

static const struct entry *find_entry(const struct entries *list, const struct entry *like)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].tag == like->tag && list->items[i].id == like->id)
			return &list->items[i];
	return NULL;
}

static void add_gain(struct guard_case *c, const struct entry *was, const struct entry *will)
{
	uint32_t gained = will->effective & ~(was ? was->effective : 0);
	uint32_t own = will->own & ~(was ? was->own : 0);
	struct grant grant = {.id = will->id, .bits = gained, .own = own};

	if (!gained && !own)
		return;
	grant.group = will->tag == ACL_TAG_GROUP || will->tag == ACL_TAG_GROUP_OBJ;
	grant.owner = will->tag == ACL_TAG_USER_OBJ;
	grant.acl = will->tag == ACL_TAG_USER || will->tag == ACL_TAG_GROUP;
	grant.by_mask = !own;
	ARRAY_ADD(c->grants, c->n_grants, grant);
}

/* What somebody without an entry of its own may get: a user from its groups' entries or from `other`, a group's member from `other`. */
static uint32_t without_entry(const struct entries *will, const struct node *node, bool user)
{
	uint32_t bits = node->mode & 7;

	for (size_t i = 0; user && i < will->n; i++)
		if (will->items[i].tag == ACL_TAG_GROUP || will->items[i].tag == ACL_TAG_GROUP_OBJ)
			bits |= will->items[i].effective;
	return bits;
}

/* An entry that is gone may have been a denial: its subject then falls to a wider class (acl(5)). */
static void add_removal(struct guard_case *c, const struct entry *was, const struct entries *will)
{
	uint32_t use = c->was.type == NODE_DIR ? 1 : 6;
	uint32_t gained = use & without_entry(will, &c->will, was->tag == ACL_TAG_USER) & ~was->effective;

	if ((was->tag == ACL_TAG_USER || was->tag == ACL_TAG_GROUP) && gained)
		ARRAY_ADD(c->grants, c->n_grants,
			(struct grant){.group = was->tag == ACL_TAG_GROUP, .acl = true, .by_removal = true, .id = was->id, .bits = gained});
}

void grants_of_node(struct guard_case *c)
{
	struct entries was = entries_of(&c->was), will = entries_of(&c->will);

	for (size_t i = 0; i < will.n; i++)
		add_gain(c, find_entry(&was, &will.items[i]), &will.items[i]);
	for (size_t i = 0; i < was.n; i++)
		if (!find_entry(&will, &was.items[i]))
			add_removal(c, &was.items[i], &will);
	free(was.items);
	free(will.items);
}
