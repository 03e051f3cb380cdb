/* SPDX-License-Identifier: MIT */
#include "diagnose/because.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/cleanup.h"

struct bits {
	char text[4];
};

static struct bits bits_of(uint32_t perms)
{
	return (struct bits){{perms & 4 ? 'r' : '-', perms & 2 ? 'w' : '-', perms & 1 ? 'x' : '-', 0}};
}

char *name_of_user(const struct world *world, uint32_t uid)
{
	const struct user *user = user_by_uid(&world->facts->accounts, uid);

	return user ? xstrdup(user->name) : xasprintf("%u", uid);
}

char *name_of_group(const struct world *world, uint32_t gid)
{
	const struct group *group = group_by_gid(&world->facts->accounts, gid);

	for (size_t i = 0; !group && i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_GROUP && world->effects[i].gid == gid)
			return xstrdup(world->effects[i].key);
	return group ? xstrdup(group->name) : xasprintf("%u", gid);
}

/* "nginx (uid 101, groups 101 33)"; a long list is cut. */
static char *identity(const char *who, const struct ids *ids)
{
	struct text text = {0};

	text_addf(&text, "%s (uid %u, groups %u", who, ids->uid, ids->gid);
	for (size_t i = 0; i < ids->n_groups && i < 8; i++)
		if (ids->groups[i] != ids->gid)
			text_addf(&text, " %u", ids->groups[i]);
	text_add(&text, ids->n_groups > 8 ? " …)" : ")");
	return text_steal(&text);
}

static const struct acl_entry *entry_of(const struct node *node, int tag, uint32_t id)
{
	for (size_t i = 0; i < node->n_acl; i++)
		if (node->acl[i].tag == tag && (tag == ACL_TAG_GROUP_OBJ || node->acl[i].id == id))
			return &node->acl[i];
	return NULL;
}

static char *because_other(const struct world *world, const char *who, const struct ids *ids, const struct node *node)
{
	char *me AUTO_FREE = identity(who, ids), *owner AUTO_FREE = name_of_user(world, node->uid);
	char *group AUTO_FREE = name_of_group(world, node->gid);
	const char *not_named = node->n_acl && (node->mode & 070) ? ", no ACL entry names it" : "";

	return xasprintf("%s is neither owner (%s) nor in group %s%s; other has %s", me, owner, group, not_named,
		bits_of(node->mode).text);
}

static char *because_masked(const char *entry, const struct node *node, uint32_t perms, uint32_t want)
{
	return xasprintf("ACL entry %s has %s, but the mask %s takes %s away", entry, bits_of(perms).text,
		bits_of(node->mode >> 3).text, want & DAC_WRITE ? "write" : "search");
}

static char *because_entry(const struct world *world, const char *who, const struct node *node,
	const struct dac_answer *answer, uint32_t want)
{
	int tag = answer->by == DAC_ACL_USER ? ACL_TAG_USER : answer->by == DAC_ACL_GROUP ? ACL_TAG_GROUP : ACL_TAG_GROUP_OBJ;
	const struct acl_entry *entry = entry_of(node, tag, answer->id);
	char *name AUTO_FREE = tag == ACL_TAG_USER ? name_of_user(world, answer->id) : name_of_group(world, answer->id);
	char *word AUTO_FREE = xasprintf("%s:%s", tag == ACL_TAG_USER ? "user" : "group", tag == ACL_TAG_GROUP_OBJ ? "" : name);
	uint32_t perms = entry ? entry->perms : node->mode >> 3;

	if (answer->masked)
		return because_masked(word, node, perms, want);
	if (tag == ACL_TAG_GROUP_OBJ)
		return xasprintf("%s is in the owning group %s, which has %s", who, name, bits_of(perms).text);
	if (tag == ACL_TAG_GROUP)
		return xasprintf("%s is in group %s; ACL entry %s has %s", who, name, word, bits_of(perms).text);
	return xasprintf("ACL entry %s has %s", word, bits_of(perms).text);
}

char *because_dac(const struct world *world, const char *who, const struct ids *ids, const struct node *node,
	const struct dac_answer *answer, uint32_t want)
{
	if (answer->acl_unknown)
		return xasprintf("the ACL of %s could not be read", node->path);
	switch (answer->by) {
	case DAC_CAPABILITY:
		return xasprintf("%s (uid %u) has the capability to override modes", who, ids->uid);
	case DAC_OWNER:
		return xasprintf("%s is the owner, who has %s", who, bits_of(node->mode >> 6).text);
	case DAC_OTHER:
		return because_other(world, who, ids, node);
	default:
		return because_entry(world, who, node, answer, want);
	}
}
