/* SPDX-License-Identifier: MIT */
#include "plan/acl_text.h"
#include "base/alloc.h"
#include "plan/effect_kinds.h"

#include <errno.h>
#include <stdlib.h>

static void add(struct acl_list *acl, int tag, uint32_t id, uint32_t perms)
{
	ARRAY_ADD(acl->items, acl->n, (struct acl_entry){.tag = tag, .id = id, .perms = perms & 7});
}

/* The kernel keeps the entries of owner, mask and others equal to the mode; after a planned chmod only the mode is new. */
static void follow_mode(struct acl_list *acl, uint32_t mode)
{
	for (size_t i = 0; i < acl->n; i++) {
		struct acl_entry *e = &acl->items[i];

		if (e->tag == ACL_TAG_USER_OBJ)
			e->perms = mode >> 6 & 7;
		else if (e->tag == ACL_TAG_MASK)
			e->perms = mode >> 3 & 7;
		else if (e->tag == ACL_TAG_OTHER)
			e->perms = mode & 7;
	}
}

void acl_of_node(const struct node *node, struct acl_list *out)
{
	*out = (struct acl_list){0};
	for (size_t i = 0; i < node->n_acl; i++)
		ARRAY_ADD(out->items, out->n, node->acl[i]);
	if (node->n_acl) {
		follow_mode(out, node->mode);
		return;
	}
	add(out, ACL_TAG_USER_OBJ, 0, node->mode >> 6);
	add(out, ACL_TAG_GROUP_OBJ, 0, node->mode >> 3);
	add(out, ACL_TAG_OTHER, 0, node->mode);
}

const struct acl_entry *acl_find(const struct acl_entry *items, size_t n, int tag, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].tag == tag && items[i].id == id)
			return &items[i];
	return NULL;
}

static int parse_key(const struct world *world, const char *key, struct acl_entry *entry, struct error *err)
{
	if (streq(key, "mask")) {
		entry->tag = ACL_TAG_MASK;
		return 0;
	}
	if (streq(key, "group:")) {
		entry->tag = ACL_TAG_GROUP_OBJ;
		return 0;
	}
	if (starts_with(key, "user:") && user_id(world, key + strlen("user:"), &entry->id)) {
		entry->tag = ACL_TAG_USER;
		return 0;
	}
	if (starts_with(key, "group:") && group_id(world, key + strlen("group:"), &entry->id)) {
		entry->tag = ACL_TAG_GROUP;
		return 0;
	}
	return error_set(err, EINVAL, "no ACL entry can be called %s here", key);
}

static bool parse_perms(const char *text, uint32_t *perms)
{
	static const char letters[] = "rwx";

	if (strlen(text) != 3)
		return false;
	*perms = 0;
	for (int i = 0; i < 3; i++) {
		if (text[i] == letters[i])
			*perms |= 4U >> i;
		else if (text[i] != '-')
			return false;
	}
	return true;
}

static void take_out(struct acl_list *acl, size_t i)
{
	acl->n--;
	memmove(&acl->items[i], &acl->items[i + 1], (acl->n - i) * sizeof(*acl->items));
}

int acl_apply(const struct world *world, struct acl_list *acl, const char *key, const char *perms, struct error *err)
{
	struct acl_entry entry = {0};
	struct acl_entry *there;
	int r = parse_key(world, key, &entry, err);

	if (r < 0)
		return r;
	if (perms && !parse_perms(perms, &entry.perms))
		return error_set(err, EINVAL, "%s: permissions are three characters of rwx and -", key);
	if (!perms && entry.tag == ACL_TAG_GROUP_OBJ)
		return error_set(err, EINVAL, "the owning group's entry cannot be taken out");
	there = (struct acl_entry *)(uintptr_t)acl_find(acl->items, acl->n, entry.tag, entry.id);
	if (there && perms)
		there->perms = entry.perms;
	else if (there)
		take_out(acl, (size_t)(there - acl->items));
	else if (perms)
		add(acl, entry.tag, entry.id, entry.perms);
	return 0;
}

static int by_tag_and_id(const void *a, const void *b)
{
	const struct acl_entry *x = a, *y = b;

	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

int acl_finish(struct acl_list *acl, struct error *err)
{
	bool named = false, mask = false;

	for (size_t i = 0; i < acl->n; i++) {
		named |= acl->items[i].tag == ACL_TAG_USER || acl->items[i].tag == ACL_TAG_GROUP;
		mask |= acl->items[i].tag == ACL_TAG_MASK;
	}
	if (named && !mask)
		return error_set(err, EINVAL, "an ACL with named entries needs a mask");
	qsort(acl->items, acl->n, sizeof(*acl->items), by_tag_and_id);
	return 0;
}

char *acl_key(const struct facts *facts, const struct acl_entry *entry)
{
	const struct user *user = user_by_uid(&facts->accounts, entry->id);
	const struct group *group = group_by_gid(&facts->accounts, entry->id);

	if (entry->tag == ACL_TAG_MASK)
		return xstrdup("mask");
	if (entry->tag == ACL_TAG_GROUP_OBJ)
		return xstrdup("group:");
	if (entry->tag == ACL_TAG_USER)
		return user ? xasprintf("user:%s", user->name) : xasprintf("user:%u", entry->id);
	return group ? xasprintf("group:%s", group->name) : xasprintf("group:%u", entry->id);
}

void perms_text(uint32_t perms, char text[4])
{
	static const char letters[] = "rwx";

	for (int i = 0; i < 3; i++)
		text[i] = perms & (4U >> i) ? letters[i] : '-';
	text[3] = '\0';
}
