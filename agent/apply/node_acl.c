/* SPDX-License-Identifier: MIT */
#include "apply/node_acl.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <sys/acl.h>

static void free_acl(acl_t *acl)
{
	if (*acl)
		acl_free(*acl);
}
#define AUTO_ACL __attribute__((cleanup(free_acl)))

static const acl_tag_t tag_of[] = {
        [ACL_TAG_USER_OBJ] = ACL_USER_OBJ,
        [ACL_TAG_USER] = ACL_USER,
        [ACL_TAG_GROUP_OBJ] = ACL_GROUP_OBJ,
        [ACL_TAG_GROUP] = ACL_GROUP,
        [ACL_TAG_MASK] = ACL_MASK,
        [ACL_TAG_OTHER] = ACL_OTHER,
};

static int add_entry(acl_t *acl, int tag, uint32_t id, uint32_t perms)
{
	acl_permset_t set;
	acl_entry_t entry;

	if (acl_create_entry(acl, &entry) < 0 || acl_set_tag_type(entry, tag_of[tag]) < 0 ||
	        acl_get_permset(entry, &set) < 0)
		return -1;
	if ((tag == ACL_TAG_USER || tag == ACL_TAG_GROUP) && acl_set_qualifier(entry, &id) < 0)
		return -1;
	if ((perms & 4 && acl_add_perm(set, ACL_READ) < 0) ||
	        (perms & 2 && acl_add_perm(set, ACL_WRITE) < 0) ||
	        (perms & 1 && acl_add_perm(set, ACL_EXECUTE) < 0))
		return -1;
	return acl_set_permset(entry, set);
}

static int fill(acl_t *acl, const struct node_state *s)
{
	int r = 0;

	for (size_t i = 0; i < s->n_acl && r == 0; i++)
		r = add_entry(acl, s->acl[i].tag, s->acl[i].id, s->acl[i].perms);
	if (s->n_acl || r < 0)
		return r;
	if (add_entry(acl, ACL_TAG_USER_OBJ, 0, s->mode >> 6 & 7) < 0 ||
	        add_entry(acl, ACL_TAG_GROUP_OBJ, 0, s->mode >> 3 & 7) < 0)
		return -1;
	return add_entry(acl, ACL_TAG_OTHER, 0, s->mode & 7);
}

int node_write_acl(const char *link, const struct node_state *state, struct error *err)
{
	AUTO_ACL acl_t acl = acl_init((int)state->n_acl + 3);

	if (!acl || fill(&acl, state) < 0 || acl_set_file(link, ACL_TYPE_ACCESS, acl) < 0)
		return error_errno(err, errno, "setting the ACL");
	return 0;
}

static struct acl_entry *find(const struct node_state *s, int tag, uint32_t id)
{
	for (size_t i = 0; i < s->n_acl; i++)
		if (s->acl[i].tag == tag &&
		        (s->acl[i].id == id || (tag != ACL_TAG_USER && tag != ACL_TAG_GROUP)))
			return &s->acl[i];
	return NULL;
}

static void set_perms(struct node_state *s, int tag, uint32_t perms)
{
	struct acl_entry *entry = find(s, tag, 0);

	if (entry)
		entry->perms = perms & 7;
}

void node_set_mode(struct node_state *s, uint32_t mode)
{
	s->mode = mode;
	set_perms(s, ACL_TAG_USER_OBJ, mode >> 6);
	set_perms(s, find(s, ACL_TAG_MASK, 0) ? ACL_TAG_MASK : ACL_TAG_GROUP_OBJ, mode >> 3);
	set_perms(s, ACL_TAG_OTHER, mode);
}

static void extend(struct node_state *s)
{
	if (s->n_acl)
		return;
	ARRAY_ADD(s->acl, s->n_acl, (struct acl_entry){ACL_TAG_USER_OBJ, 0, s->mode >> 6 & 7});
	ARRAY_ADD(s->acl, s->n_acl, (struct acl_entry){ACL_TAG_GROUP_OBJ, 0, s->mode >> 3 & 7});
	ARRAY_ADD(s->acl, s->n_acl, (struct acl_entry){ACL_TAG_OTHER, 0, s->mode & 7});
}

void node_set_entry(struct node_state *s, int tag, uint32_t id, int perms)
{
	struct acl_entry *entry;

	extend(s);
	entry = find(s, tag, id);
	if (entry && perms >= 0) {
		entry->perms = (uint32_t)perms;
	} else if (entry) {
		s->n_acl--;
		memmove(entry, entry + 1, (size_t)(s->acl + s->n_acl - entry) * sizeof(*entry));
	} else if (perms >= 0) {
		ARRAY_ADD(s->acl, s->n_acl, (struct acl_entry){tag, id, (uint32_t)perms});
	}
}

int node_entry(const struct node_state *s, int tag, uint32_t id)
{
	const struct acl_entry *entry = find(s, tag, id);

	return entry ? (int)entry->perms : -1;
}

static int by_tag_and_id(const void *a, const void *b)
{
	const struct acl_entry *x = a, *y = b;

	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* acl(5), "correspondence between ACL entries and file permission bits". */
static uint32_t mode_of(const struct node_state *s)
{
	const struct acl_entry *group = find(s, ACL_TAG_MASK, 0);

	if (!group)
		group = find(s, ACL_TAG_GROUP_OBJ, 0);
	return (s->mode & 07000) | find(s, ACL_TAG_USER_OBJ, 0)->perms << 6 | group->perms << 3 |
	       find(s, ACL_TAG_OTHER, 0)->perms;
}

int node_acl_finish(struct node_state *s, struct error *err)
{
	bool named = false;

	if (s->n_acl == 0)
		return 0;
	for (size_t i = 0; i < s->n_acl; i++)
		named |= s->acl[i].tag == ACL_TAG_USER || s->acl[i].tag == ACL_TAG_GROUP;
	if (named && !find(s, ACL_TAG_MASK, 0))
		return error_set(err, EINVAL, "an ACL with named entries needs a mask");
	qsort(s->acl, s->n_acl, sizeof(*s->acl), by_tag_and_id);
	s->mode = mode_of(s);
	if (s->n_acl == 3) {
		free(s->acl);
		s->acl = NULL;
		s->n_acl = 0;
	}
	return 0;
}
