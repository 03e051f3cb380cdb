/* SPDX-License-Identifier: MIT */
/* Rules on groups and on who becomes a member. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/parties.h"
#include "guard/root_equal.h"
#include "guard/rules.h"

static bool target_gid(const struct guard_case *c, uint32_t *gid)
{
	return world_group(&c->before, c->step->target, gid);
}

static bool group_is_root_equal(const struct guard_case *c, const char *name)
{
	uint32_t gid;

	return is_root_equal_name(name) || strings_has(&c->facts->accounts.sudo_groups, name) ||
		(world_group(&c->before, name, &gid) && is_root_equal_gid(&c->facts->accounts, gid));
}

/* gid 0 as the owning group takes access away from everybody else; as an entry it says nothing that root has not. */
static bool grants_to_root_equal(struct guard_case *c)
{
	for (size_t i = 0; i < c->n_grants; i++) {
		const struct grant *grant = &c->grants[i];

		if (grant->group && grant->bits && grant->id != 0 && is_root_equal_gid(&c->facts->accounts, grant->id))
			return refuse(c, "gid %u is such a group", grant->id);
	}
	/* in a configuration the group stays, whatever the mode of today leaves it */
	return c->one && c->will.gid != c->was.gid && c->will.gid != 0 && is_root_equal_gid(&c->facts->accounts, c->will.gid) &&
		refuse(c, "gid %u is such a group", c->will.gid);
}

static bool user_has_root_equal(struct guard_case *c, const char *name)
{
	const struct user *user = user_by_name(&c->facts->accounts, name);
	AUTO_IDS struct ids ids = {0};

	if (!user)
		return false;
	world_user_ids(&c->before, user, &ids);
	for (size_t i = 0; i < ids.n_groups; i++)
		if (is_root_equal_gid(&c->facts->accounts, ids.groups[i]))
			return refuse(c, "%s is in gid %u, which is such a group", name, ids.groups[i]);
	return false;
}

/* As a group of its processes gid 0 gives a service what root's group has. */
static bool service_gains_root_equal(struct guard_case *c)
{
	for (size_t i = 0; i < c->n_gids; i++)
		if (is_root_equal_gid(&c->facts->accounts, c->gids[i]))
			return refuse(c, "the service would be in gid %u, which is such a group", c->gids[i]);
	return false;
}

bool rule_root_equal_group(struct guard_case *c)
{
	if (c->family == FAMILY_GROUP)
		return group_is_root_equal(c, c->step->target) && refuse(c, "the group %s", c->step->target);
	if (c->step->kind == STEP_NGINX_PASS)
		return false;
	if (c->family == FAMILY_NGINX)
		return user_has_root_equal(c, case_value(c, "user"));
	return service_gains_root_equal(c) || grants_to_root_equal(c);
}

static bool made_by_this_plan(const struct guard_case *c, const char *name)
{
	for (size_t i = 0; i < c->first; i++)
		if (c->effects.items[i].kind == EFFECT_GROUP && streq(c->effects.items[i].key, name))
			return true;
	return false;
}

bool rule_sudoers_unknown(struct guard_case *c)
{
	return c->step->kind == STEP_GROUP_ADD_MEMBER && c->facts->accounts.sudo_unknown && !made_by_this_plan(c, c->step->target) &&
		refuse(c, "nobody knows what sudoers gives to %s", c->step->target);
}

bool member_is_foreign(struct guard_case *c)
{
	const char *name = case_value(c, "member");
	const struct user *user = name ? user_by_name(&c->facts->accounts, name) : NULL;

	if (user && user->uid != 0 && (is_worker_uid(c, user->uid) || is_server_uid(c, user->uid)))
		return false;
	return refuse(c, "%s is neither a worker nor a server", name ? name : "nobody");
}

static bool member_is_own_nginx(struct guard_case *c)
{
	const char *name = case_value(c, "member");
	const struct user *user = name ? user_by_name(&c->facts->accounts, name) : NULL;

	return user && is_own_nginx(c, false, user->uid) && refuse(c, "%s runs its own nginx", name);
}

bool rule_unprivileged_master(struct guard_case *c)
{
	if (c->family == FAMILY_GROUP)
		return member_is_own_nginx(c);
	for (size_t i = 0; i < c->n_grants; i++) {
		const struct grant *grant = &c->grants[i];

		if ((grant->bits || grant->own) && grant->id != 0 && is_own_nginx(c, grant->group, grant->id))
			return refuse(c, "%s %u is the worker's of a master that is not root", grant->group ? "gid" : "uid", grant->id);
	}
	for (size_t i = 0; i < c->n_gids; i++)
		if (c->gids[i] != 0 && is_own_nginx(c, true, c->gids[i]))
			return refuse(c, "gid %u is the worker's of a master that is not root", c->gids[i]);
	return false;
}

bool rule_group_primary(struct guard_case *c)
{
	const char *member = case_value(c, "member");
	uint32_t gid;

	if (c->step->kind != STEP_GROUP_ADD_MEMBER || !target_gid(c, &gid))
		return false;
	for (size_t i = 0; i < c->facts->accounts.n_users; i++) {
		const struct user *user = &c->facts->accounts.users[i];

		if (user->gid != gid || streq(user->name, member))
			continue;
		c->object = xstrdup(c->step->target);
		return refuse(c, "%s is the primary group of %s", c->step->target, user->name);
	}
	return false;
}
