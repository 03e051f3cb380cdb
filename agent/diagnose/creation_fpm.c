/* SPDX-License-Identifier: MIT */
/* PHP-FPM: sapi/fpm/fpm/fpm_sockets.c and fpm_unix.c. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diagnose/making.h"

#define DEFAULT_MODE 0660 /* since 5.5.12 (CVE-2014-0185) */

static bool find_owner(struct making *m, const char *name, uint32_t *uid, uint32_t *gid)
{
	const struct user *user;

	if (making_is_number(name)) {
		*uid = (uint32_t)strtoul(name, NULL, 10);
		return true;
	}
	user = user_by_name(&m->world->facts->accounts, name);
	if (!user)
		return making_no_account(m, "user", "listen.owner", name);
	*uid = user->uid;
	*gid = user->gid;
	return true;
}

static bool chown_socket(struct making *m, const char *owner, const char *group)
{
	uint32_t uid = ID_UNCHANGED, gid = ID_UNCHANGED;

	if (owner && !find_owner(m, owner, &uid, &gid))
		return false;
	if (group && !making_find_group(m, "listen.group", group, &gid))
		return false;
	return making_chown(m, uid, gid, owner ? "listen.owner" : "listen.group");
}

static bool acl_id(struct making *m, int tag, const char *name, uint32_t *id)
{
	const struct user *user;

	if (tag == ACL_TAG_GROUP)
		return world_group(m->world, name, id) || making_no_account(m, "group", "listen.acl_groups", name);
	user = user_by_name(&m->world->facts->accounts, name);
	if (!user)
		return making_no_account(m, "user", "listen.acl_users", name);
	*id = user->uid;
	return true;
}

/* One list of names; like PHP-FPM it takes them as they stand between the commas. */
static bool add_names(struct making *m, int tag, const char *list)
{
	char *names = xstrdup(list);
	bool ok = true;

	for (char *name = names, *end; ok && name; name = end) {
		uint32_t id;

		end = strchr(name, ',');
		if (end)
			*end++ = '\0';
		ok = acl_id(m, tag, name, &id);
		if (ok && !creation_add_entry(&m->out->node, tag, id, 6))
			ok = making_fails(m, xasprintf("the ACL of the socket would name %s twice, so it does not start", name));
	}
	free(names);
	return ok;
}

void creation_fpm(struct making *m)
{
	const char *mode = making_text(m, "listen.mode");
	const char *users = making_text(m, "listen.acl_users");
	const char *groups = making_text(m, "listen.acl_groups");

	if (making_refused(m))
		return;
	making_bind(m, mode ? (uint32_t)strtoul(mode, NULL, 8) & 0777 : DEFAULT_MODE);
	m->out->acl_override = users || groups;
	if (!users && !groups) {
		chown_socket(m, making_text(m, "listen.owner"), making_text(m, "listen.group"));
		return;
	}
	if ((!users || add_names(m, ACL_TAG_USER, users)) && (!groups || add_names(m, ACL_TAG_GROUP, groups)))
		creation_calc_mask(&m->out->node);
}
