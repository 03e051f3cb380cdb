/* SPDX-License-Identifier: MIT */
/* Whom a pool's settings let in: listen.owner, listen.group, and the lists that replace them (sapi/fpm/fpm/fpm_unix.c of PHP). */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/grants.h"

#include <errno.h>
#include <string.h>

enum { SOCKET_USE = 6 }; /* read and write */

static const struct listen_key {
	const char *key;
	bool group, owner, acl;
} listen_keys[] = {
	{"listen.owner", false, true, false},
	{"listen.group", true, false, false},
	{"listen.acl_users", false, false, true},
	{"listen.acl_groups", true, false, true},
};

/* Whether a comma-separated list (blanks around the names as a person writes them) has this name. */
static bool list_has(const char *list, const char *name)
{
	static const char between[] = ", \t";
	size_t length = strlen(name);

	while (list && *list) {
		size_t n = strcspn(list += strspn(list, between), between);

		if (n == length && memcmp(list, name, n) == 0)
			return true;
		list += n;
	}
	return false;
}

static bool account_id(const struct guard_case *c, bool group, const char *name, uint32_t *id)
{
	const struct user *user;

	if (group)
		return world_group(&c->before, name, id);
	user = user_by_name(&c->facts->accounts, name);
	if (user)
		*id = user->uid;
	return user != NULL;
}

static bool add_name(struct guard_case *c, const struct listen_key *key, const char *name)
{
	struct grant grant = {.group = key->group, .owner = key->owner, .acl = key->acl, .bits = SOCKET_USE, .own = SOCKET_USE};

	if (!account_id(c, key->group, name, &grant.id)) {
		error_set(&c->error, EINVAL, "%s: no such %s: %s", key->key, key->group ? "group" : "user", name);
		return false;
	}
	ARRAY_ADD(c->grants, c->n_grants, grant);
	return true;
}

static bool add_names(struct guard_case *c, const struct listen_key *key, const char *list)
{
	const char *old = world_setting(&c->before, c->section, key->key);

	while (*list) {
		size_t n = strcspn(list, ",");
		AUTO_FREE char *name = xstrndup(list, n);

		if (!list_has(old, name) && !add_name(c, key, name))
			return false;
		list += list[n] ? n + 1 : n;
	}
	return true;
}

bool grants_of_section(struct guard_case *c)
{
	for (size_t i = 0; i < COUNT_OF(listen_keys); i++) {
		const char *list = case_value(c, listen_keys[i].key);

		if (list && !add_names(c, &listen_keys[i], list))
			return false;
	}
	return true;
}
