/* SPDX-License-Identifier: MIT */
/* Rules on what a step grants, and to whom. */
#include "diagnose/shared.h"
#include "guard/parties.h"
#include "guard/rules.h"

bool rule_special_bits(struct guard_case *c)
{
	struct mode_change mode;

	case_mode(c, &mode);
	return ((mode.was ^ mode.will) & 07000) != 0 && refuse(c, "from %04o to %04o", mode.was, mode.will);
}

bool rule_other_access(struct guard_case *c)
{
	struct mode_change mode;

	case_mode(c, &mode);
	return (mode.will & ~mode.was & 0007) != 0 && refuse(c, "from %04o to %04o", mode.was, mode.will);
}

/* A step that sets the mode answers for all of it; one that moves it by an ACL for what it adds. */
bool rule_socket_mode_max(struct guard_case *c)
{
	struct mode_change mode;
	uint32_t above;

	case_mode(c, &mode);
	above = mode.will & 0777 & ~0660U;
	if (!mode.set)
		above &= ~mode.was;
	return mode.socket && above && refuse(c, "from %04o to %04o", mode.was, mode.will);
}

bool rule_acl_unknown(struct guard_case *c)
{
	return c->was.acl_unknown && refuse(c, "its ACL is not known");
}

static const char *subject(const struct grant *grant)
{
	return grant->group ? "gid" : "uid";
}

bool rule_acl_rewidens(struct guard_case *c)
{
	for (size_t i = 0; i < c->n_grants; i++) {
		const struct grant *grant = &c->grants[i];

		if (grant->by_mask && grant->bits && !is_party(c, grant->group, grant->id))
			return refuse(c, "the entry of %s %u gets more through the mask", subject(grant), grant->id);
	}
	return false;
}

bool rule_wide_acl(struct guard_case *c)
{
	uint32_t needed = c->was.type == NODE_DIR ? 1 : 6;

	for (size_t i = 0; i < c->n_grants; i++) {
		const struct grant *grant = &c->grants[i];

		if (grant->acl && !grant->by_removal && (grant->own & ~needed))
			return refuse(c, "an entry gives %s %u more than that", subject(grant), grant->id);
	}
	return false;
}

/* The server may own its directory: it makes its socket there. */
bool rule_directory_write(struct guard_case *c)
{
	for (size_t i = 0; c->was.type == NODE_DIR && i < c->n_grants; i++) {
		const struct grant *grant = &c->grants[i];

		if (!(grant->bits & 2) || grant->id == 0)
			continue;
		if (grant->owner && is_server_uid(c, grant->id) && !is_worker_uid(c, grant->id))
			continue;
		if (grant->owner && c->family == FAMILY_UNIT)
			continue; /* the service's own account: systemd makes runtime directories for no other */
		return refuse(c, "%s %u may write in it", subject(grant), grant->id);
	}
	return false;
}

/* An entry counts although the mask takes it away: a later step or a person's chmod gives it back. */
bool rule_worker_ids(struct guard_case *c)
{
	if (c->family == FAMILY_GROUP)
		return c->step->kind == STEP_GROUP_ADD_MEMBER && member_is_foreign(c);
	if (c->family == FAMILY_NGINX)
		return c->step->kind == STEP_NGINX_USER && nginx_user_is_foreign(c);
	for (size_t i = 0; i < c->n_grants; i++) {
		const struct grant *grant = &c->grants[i];

		if ((grant->bits || grant->own) && !is_party(c, grant->group, grant->id))
			return refuse(c, "%s %u has no part in it", subject(grant), grant->id);
	}
	if (c->one && c->will.uid != c->was.uid && !is_party(c, false, c->will.uid))
		return refuse(c, "uid %u has no part in it", c->will.uid);
	if (c->one && c->will.gid != c->was.gid && !is_party(c, true, c->will.gid))
		return refuse(c, "gid %u has no part in it", c->will.gid);
	for (size_t i = 0; i < c->n_gids; i++)
		if (!is_party(c, true, c->gids[i]))
			return refuse(c, "the service would be in gid %u, which has no part in it", c->gids[i]);
	return false;
}

/* A server that runs as nobody makes its socket as nobody's. */
static bool is_servers_own(const struct guard_case *c, uint32_t uid)
{
	return is_server_uid(c, uid) && !is_worker_uid(c, uid);
}

static bool is_shared(const struct guard_case *c, bool group, uint32_t id)
{
	return group ? is_shared_gid(&c->facts->accounts, id) : is_shared_uid(&c->facts->accounts, id);
}

static bool account_is_shared(const struct guard_case *c, const char *name)
{
	const struct user *user = name ? user_by_name(&c->facts->accounts, name) : NULL;

	return user && is_shared_uid(&c->facts->accounts, user->uid);
}

static bool membership_is_shared(struct guard_case *c)
{
	const char *member = case_value(c, "member");
	uint32_t gid;

	if (account_is_shared(c, member))
		return refuse(c, "the new member would be %s", member);
	return world_group(&c->before, c->step->target, &gid) && is_shared_gid(&c->facts->accounts, gid) &&
		refuse(c, "the group %s", c->step->target);
}

/* Where the owner or group of what is made stays nobody's, nothing is given. */
static bool made_is_shared(struct guard_case *c)
{
	if (!c->one)
		return false;
	if (c->will.uid != c->was.uid && is_shared(c, false, c->will.uid) && !is_servers_own(c, c->will.uid))
		return refuse(c, "uid %u is such an account", c->will.uid);
	return c->will.gid != c->was.gid && is_shared(c, true, c->will.gid) && refuse(c, "gid %u is such a group", c->will.gid);
}

bool rule_shared_account(struct guard_case *c)
{
	if (c->family == FAMILY_GROUP)
		return membership_is_shared(c);
	if (c->family == FAMILY_NGINX)
		return account_is_shared(c, case_value(c, "user")) && refuse(c, "nginx would run as %s", case_value(c, "user"));
	for (size_t i = 0; i < c->n_grants; i++) {
		const struct grant *grant = &c->grants[i];

		if (grant->owner && is_servers_own(c, grant->id))
			continue;
		if ((grant->bits || grant->own) && is_shared(c, grant->group, grant->id))
			return refuse(c, "%s %u is such %s", subject(grant), grant->id, grant->group ? "a group" : "an account");
	}
	for (size_t i = 0; i < c->n_gids; i++)
		if (is_shared(c, true, c->gids[i]))
			return refuse(c, "the service would be in gid %u, which is such a group", c->gids[i]);
	return made_is_shared(c);
}
