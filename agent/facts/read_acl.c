/* SPDX-License-Identifier: MIT */
#include "facts/read_acl.h"
#include "base/alloc.h"

#include <acl/libacl.h>
#include <errno.h>
#include <linux/xattr.h>
#include <sys/acl.h>
#include <sys/xattr.h>

static void free_acl(acl_t *acl)
{
	if (*acl)
		acl_free(*acl);
}

static const int tag_of[] = {
	[ACL_TAG_USER_OBJ] = ACL_USER_OBJ, [ACL_TAG_USER] = ACL_USER, [ACL_TAG_GROUP_OBJ] = ACL_GROUP_OBJ,
	[ACL_TAG_GROUP] = ACL_GROUP, [ACL_TAG_MASK] = ACL_MASK, [ACL_TAG_OTHER] = ACL_OTHER,
};

static bool convert_tag(acl_tag_t tag, int *out)
{
	for (size_t i = 0; i < sizeof(tag_of) / sizeof(tag_of[0]); i++) {
		if (tag_of[i] == tag) {
			*out = (int)i;
			return true;
		}
	}
	return false;
}

static uint32_t convert_perms(acl_permset_t perms)
{
	return (acl_get_perm(perms, ACL_READ) ? 4U : 0) | (acl_get_perm(perms, ACL_WRITE) ? 2U : 0) |
	       (acl_get_perm(perms, ACL_EXECUTE) ? 1U : 0);
}

static bool convert_entry(acl_entry_t entry, struct acl_entry *out)
{
	acl_permset_t perms;
	acl_tag_t tag;

	if (acl_get_tag_type(entry, &tag) < 0 || acl_get_permset(entry, &perms) < 0 || !convert_tag(tag, &out->tag))
		return false;
	out->perms = convert_perms(perms);
	if (tag == ACL_USER || tag == ACL_GROUP) {
		id_t *id = acl_get_qualifier(entry);

		if (!id)
			return false;
		out->id = *id;
		acl_free(id);
	}
	return true;
}

static bool convert(acl_t acl, struct acl_entry **entries, size_t *n)
{
	acl_entry_t entry;
	int r;

	for (r = acl_get_entry(acl, ACL_FIRST_ENTRY, &entry); r == 1; r = acl_get_entry(acl, ACL_NEXT_ENTRY, &entry)) {
		struct acl_entry one = {0};

		if (!convert_entry(entry, &one))
			return false;
		ARRAY_ADD(*entries, *n, one);
	}
	return r == 0;
}

/* Mostly there is none, and one getxattr says so; only where there is one libacl reads and decodes it. */
static int attribute_state(const char *link, const char *attribute)
{
	if (getxattr(link, attribute, NULL, 0) > 0)
		return 1;
	return errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
}

static void read_one(const char *link, acl_type_t type, struct acl_entry **entries, size_t *n, bool *unknown)
{
	bool access = type == ACL_TYPE_ACCESS;
	int state = attribute_state(link, access ? XATTR_NAME_POSIX_ACL_ACCESS : XATTR_NAME_POSIX_ACL_DEFAULT);
	__attribute__((cleanup(free_acl))) acl_t acl = state > 0 ? acl_get_file(link, type) : NULL;

	if (state < 0 || (state > 0 && !acl))
		*unknown = true;
	if (!acl || (access && acl_equiv_mode(acl, NULL) == 0))
		return;
	if (!convert(acl, entries, n)) {
		*unknown = true;
		*n = 0;
	}
}

void read_acl(const char *link, struct node *node)
{
	if (node->type == NODE_SYMLINK)
		return;
	read_one(link, ACL_TYPE_ACCESS, &node->acl, &node->n_acl, &node->acl_unknown);
	if (node->type == NODE_DIR)
		read_one(link, ACL_TYPE_DEFAULT, &node->default_acl, &node->n_default_acl, &node->acl_unknown);
}
