/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/alloc.h"
#include "diagnose/world.h"

#define ALL_CAPS UINT64_MAX

void ids_free(struct ids *ids)
{
	free(ids->groups);
	*ids = (struct ids){0};
}

bool ids_in_group(const struct ids *ids, uint32_t gid)
{
	if (ids->gid == gid)
		return true;
	for (size_t i = 0; i < ids->n_groups; i++)
		if (ids->groups[i] == gid)
			return true;
	return false;
}

static void add_group(struct ids *ids, uint32_t gid)
{
	for (size_t i = 0; i < ids->n_groups; i++)
		if (ids->groups[i] == gid)
			return;
	ARRAY_ADD(ids->groups, ids->n_groups, gid);
}

bool world_group(const struct world *world, const char *name, uint32_t *gid)
{
	const struct group *group = group_by_name(&world->facts->accounts, name);

	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_GROUP && streq(world->effects[i].key, name)) {
			*gid = world->effects[i].gid;
			return true;
		}
	if (group)
		*gid = group->gid;
	return group != NULL;
}

/* initgroups(3): the primary group and every group that lists the name. */
static void database_groups(const struct world *world, const char *name, struct ids *ids)
{
	const struct accounts *accounts = &world->facts->accounts;
	uint32_t gid;

	add_group(ids, ids->gid);
	for (size_t i = 0; name && i < accounts->n_groups; i++)
		if (strings_has(&accounts->groups[i].members, name))
			add_group(ids, accounts->groups[i].gid);
	for (size_t i = 0; name && i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->kind == EFFECT_MEMBER && streq(effect->value, name) && world_group(world, effect->key, &gid))
			add_group(ids, gid);
	}
}

void world_user_ids(const struct world *world, const struct user *user, struct ids *out)
{
	*out = (struct ids){.uid = user->uid, .gid = user->gid, .mapped = true, .caps = user->uid == 0 ? ALL_CAPS : 0};
	database_groups(world, user->name, out);
}

/* Unknown namespaces (unreadable links, a tree) count as ours only where nothing says otherwise. */
static bool is_mapped(const struct facts *facts, const struct process *as)
{
	if (!as->userns || !facts->host.userns)
		return !as->userns || as->uid == 0;
	return as->userns == facts->host.userns;
}

void process_ids(const struct facts *facts, const struct process *as, struct ids *out)
{
	*out = (struct ids){.uid = as->uid, .gid = as->gid, .caps = as->caps, .mapped = is_mapped(facts, as)};
	for (size_t i = 0; i < as->n_groups; i++)
		ARRAY_ADD(out->groups, out->n_groups, as->groups[i]);
	if (as->pid == 0 && as->uid == 0)
		out->caps = ALL_CAPS;
}

/* What a reload gives a worker: its ids stay, its supplementary groups are read anew. Accounts from elsewhere (sss) may give groups
 * that the files do not list, so there the old ones are kept. */
void world_fresh_ids(const struct world *world, size_t worker, struct ids *out)
{
	const struct accounts *accounts = &world->facts->accounts;
	const struct process *as = &world->facts->workers[worker].as;
	const struct user *user = user_by_uid(accounts, as->uid);

	process_ids(world->facts, as, out);
	if (!user)
		return;
	if (!accounts->elsewhere && !accounts->unknown)
		out->n_groups = 0;
	database_groups(world, user->name, out);
}

/* nginx.c, ngx_set_user(): without a second argument the group is the one that is named like the user. */
static bool become(const struct world *world, const char *name, struct ids *out)
{
	const struct user *user = user_by_name(&world->facts->accounts, name);
	uint32_t gid;

	if (!user)
		return false;
	ids_free(out);
	*out = (struct ids){.uid = user->uid, .gid = world_group(world, name, &gid) ? gid : user->gid, .mapped = true};
	out->caps = user->uid == 0 ? ALL_CAPS : 0;
	database_groups(world, name, out);
	return true;
}

void world_worker_ids(const struct world *world, size_t worker, struct ids *out)
{
	const struct worker *who = &world->facts->workers[worker];
	const char *user = NULL;
	bool reload = false;

	for (size_t i = 0; i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->nginx != who->nginx)
			continue;
		reload |= effect->kind == EFFECT_RELOAD;
		if (effect->kind == EFFECT_NGINX_USER)
			user = effect->value;
	}
	if (reload)
		world_fresh_ids(world, worker, out);
	else
		process_ids(world->facts, &who->as, out);
	if (user && !world->facts->nginx[who->nginx].user_ignored)
		become(world, user, out);
}
