/* SPDX-License-Identifier: MIT */
/* Rules on the step as it is written. The first ones look before the step is understood, so that what is asked for gets its own name. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/rules.h"

#include <string.h>

bool rule_kind_not_supported(struct guard_case *c)
{
	return c->family == FAMILY_OTHER && refuse(c, "steps of the kind %s are not done yet", name_of(step_kind_names, c->step->kind));
}

static bool recursive_key(const char *key)
{
	static const char *const words[] = {"recursive", "recurse", "-R", "R", "--recursive"};

	for (size_t i = 0; key && i < COUNT_OF(words); i++)
		if (streq(words[i], key))
			return true;
	return false;
}

/* A short option with R in it (chmod -R, setfacl -nRm), or the long one, in a command that a person may paste. */
static bool recursive_command(const char *line)
{
	for (const char *s = line; (s = strstr(s, " -")); s++) {
		size_t n = strcspn(s + 2, " ");

		if (s[2] == '-' ? starts_with(s, " --recursive") : memchr(s + 2, 'R', n) != NULL)
			return true;
		if (n == 1 && s[2] == '-')
			return false; /* what follows "--" is no option */
	}
	return false;
}

bool rule_recursion(struct guard_case *c)
{
	const struct step *step = c->step;

	for (size_t i = 0; i < step->n_changes; i++)
		if (recursive_key(step->changes[i].key))
			return refuse(c, "a change of everything beneath");
	for (size_t i = 0; i < step->sh.n; i++)
		if (recursive_command(step->sh.items[i]))
			return refuse(c, "its command is recursive");
	return step->target && (ends_with(step->target, "/*") || ends_with(step->target, "/**") || ends_with(step->target, "/.")) &&
		refuse(c, "its target stands for everything beneath");
}

bool rule_default_acl(struct guard_case *c)
{
	for (size_t i = 0; i < c->step->n_changes; i++) {
		const char *key = c->step->changes[i].key;

		if (key && (starts_with(key, "default:") || starts_with(key, "d:") || streq(key, "default")))
			return refuse(c, "a default entry");
	}
	return false;
}

static bool means_root(const struct guard_case *c, const char *name)
{
	const struct user *user = name ? user_by_name(&c->facts->accounts, name) : NULL;

	return name && (streq(name, "root") || strspn(name, "0") == strlen(name) || (user && user->uid == 0));
}

/* By uid, so that another name for uid 0 is caught. Most of these are keys of no step: they are named here for what they ask. */
bool rule_root_user(struct guard_case *c)
{
	static const char *const keys[] = {"user", "Service.User", "uid"};

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (means_root(c, case_value(c, keys[i])))
			return refuse(c, "user %s", case_value(c, keys[i]));
	return false;
}

static bool is_user_name(const struct guard_case *c, const char *name)
{
	return user_by_name(&c->facts->accounts, name) != NULL;
}

bool rule_group_collision(struct guard_case *c)
{
	const char *name = c->step->target;
	uint32_t gid;

	if (c->step->kind != STEP_GROUP_CREATE || !c->well_formed)
		return false;
	if (world_group(&c->before, name, &gid))
		return refuse(c, "the group %s is there already", name);
	if (is_user_name(c, name))
		return refuse(c, "there is a user %s, whose programs would take this group for their own", name);
	for (size_t i = c->first; i < c->effects.n; i++)
		if (group_by_gid(&c->facts->accounts, c->effects.items[i].gid))
			return refuse(c, "the gid %u is in use", c->effects.items[i].gid);
	return false;
}

bool rule_malformed_step(struct guard_case *c)
{
	return !c->understood && refuse(c, "%s", c->error.text);
}

bool rule_accounts_unknown(struct guard_case *c)
{
	return c->facts->accounts.unknown && refuse(c, "users and groups could not be read");
}
