/* SPDX-License-Identifier: MIT */
#include "diagnose/dac.h"

#include <linux/capability.h>

static bool has_cap(const struct ids *ids, int cap)
{
	return ids->mapped && (ids->caps >> cap & 1);
}

/* generic_permission(): what the capabilities grant after the bits have denied. */
static bool cap_grants(const struct ids *ids, const struct node *node, uint32_t want)
{
	bool look_only = node->type == NODE_DIR ? !(want & DAC_WRITE) : want == DAC_READ;

	if (look_only && has_cap(ids, CAP_DAC_READ_SEARCH))
		return true;
	if (node->type != NODE_DIR && (want & DAC_SEARCH) && !(node->mode & 0111))
		return false;
	return has_cap(ids, CAP_DAC_OVERRIDE);
}

static bool entry_is_ours(const struct ids *ids, const struct node *node, const struct acl_entry *entry)
{
	switch (entry->tag) {
	case ACL_TAG_USER:
		return entry->id == ids->uid;
	case ACL_TAG_GROUP:
		return ids_in_group(ids, entry->id);
	case ACL_TAG_GROUP_OBJ:
		return ids_in_group(ids, node->gid);
	default:
		return false;
	}
}

static bool acl_has(const struct node *node, int tag)
{
	for (size_t i = 0; i < node->n_acl; i++)
		if ((int)node->acl[i].tag == tag)
			return true;
	return false;
}

/* The entry that decides, as posix_acl_permission() walks them: the user's own; else the first group entry of ours that has all the
 * bits; else the first of ours that has not; NULL: other decides. */
static const struct acl_entry *deciding_entry(const struct ids *ids, const struct node *node, uint32_t want)
{
	const struct acl_entry *group = NULL;

	for (size_t i = 0; i < node->n_acl; i++) {
		const struct acl_entry *entry = &node->acl[i];

		if (!entry_is_ours(ids, node, entry))
			continue;
		if (entry->tag == ACL_TAG_USER)
			return entry;
		if (!group || ((group->perms & want) != want && (entry->perms & want) == want))
			group = entry;
	}
	return group;
}

static void decided_by(struct dac_answer *answer, const struct node *node, const struct acl_entry *entry)
{
	answer->by = entry->tag == ACL_TAG_USER ? DAC_ACL_USER : entry->tag == ACL_TAG_GROUP ? DAC_ACL_GROUP : DAC_GROUP;
	answer->id = entry->tag == ACL_TAG_GROUP_OBJ ? node->gid : entry->id;
}

/* The mode's group bits are the mask: the kernel keeps them the same, and effects are applied to the mode. */
static void by_acl(struct dac_answer *answer, const struct ids *ids, const struct node *node, uint32_t want)
{
	const struct acl_entry *entry = deciding_entry(ids, node, want);
	uint32_t mask = acl_has(node, ACL_TAG_MASK) ? node->mode >> 3 & 7 : 7;

	answer->acl = true;
	if (!entry) {
		answer->by = DAC_OTHER;
		answer->allowed = (node->mode & want) == want;
		return;
	}
	decided_by(answer, node, entry);
	answer->allowed = (entry->perms & mask & want) == want;
	answer->masked = !answer->allowed && (entry->perms & want) == want;
}

static void by_mode(struct dac_answer *answer, const struct ids *ids, const struct node *node, uint32_t want)
{
	bool group = ids_in_group(ids, node->gid);
	const struct acl_entry *entry = node->n_acl ? deciding_entry(ids, node, want) : NULL;

	answer->by = group ? DAC_GROUP : DAC_OTHER;
	answer->id = group ? node->gid : 0;
	answer->allowed = ((group ? node->mode >> 3 : node->mode) & want) == want;
	if (answer->allowed || !entry || (entry->perms & want) != want)
		return;
	/* An ACL whose mask is empty is not consulted, which comes to the same for the one whom an entry would let in. */
	decided_by(answer, node, entry);
	answer->masked = true;
}

struct dac_answer dac_decide(const struct ids *ids, const struct node *node, uint32_t want)
{
	struct dac_answer answer = {0};

	if (ids->uid == node->uid) {
		answer.by = DAC_OWNER;
		answer.id = node->uid;
		answer.allowed = (node->mode >> 6 & want) == want;
	} else if (node->acl_unknown && (node->mode & 070)) {
		answer.by = DAC_OTHER;
		answer.acl_unknown = true;
	} else if (node->n_acl && (node->mode & 070)) {
		by_acl(&answer, ids, node, want);
	} else {
		by_mode(&answer, ids, node, want);
	}
	if (!answer.allowed && cap_grants(ids, node, want))
		answer = (struct dac_answer){.allowed = true, .by = DAC_CAPABILITY};
	return answer;
}
