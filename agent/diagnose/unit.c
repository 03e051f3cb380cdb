/* SPDX-License-Identifier: MIT */
#include "diagnose/unit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/cleanup.h"

#define ALL_CAPS UINT64_MAX

char *unit_text(const struct world *world, const struct unit *unit, const char *key, int moment)
{
	char *storage = NULL, *last = NULL;
	const char *value;

	for (size_t n = 0; (value = world_unit_setting(world, unit, key, moment, n, &storage)); n++) {
		free(last);
		last = *value ? xstrdup(value) : NULL;
	}
	free(storage);
	return last;
}

bool unit_flag(const struct world *world, const struct unit *unit, const char *key, int moment)
{
	static const char *const yes[] = {"1", "yes", "y", "true", "t", "on"};
	char *value AUTO_FREE = unit_text(world, unit, key, moment);

	for (size_t i = 0; value && i < COUNT_OF(yes); i++)
		if (strcasecmp(value, yes[i]) == 0)
			return true;
	return false;
}

uint32_t unit_octal(const struct world *world, const struct unit *unit, const char *key, int moment, uint32_t otherwise)
{
	char *value AUTO_FREE = unit_text(world, unit, key, moment);

	return value ? (uint32_t)strtoul(value, NULL, 8) & 07777 : otherwise;
}

static bool is_number(const char *s)
{
	return *s && strlen(s) == strspn(s, "0123456789");
}

static const struct user *find_user(const struct accounts *accounts, const char *name)
{
	const struct user *user = user_by_name(accounts, name);

	return !user && is_number(name) ? user_by_uid(accounts, (uint32_t)strtoul(name, NULL, 10)) : user;
}

bool unit_owner(const struct world *world, const char *user, const char *group, uint32_t *uid, uint32_t *gid)
{
	const struct user *found = user ? find_user(&world->facts->accounts, user) : NULL;

	*uid = found ? found->uid : 0;
	*gid = found ? found->gid : 0;
	if (user && !found) {
		if (!is_number(user) || !group)
			return false;
		*uid = (uint32_t)strtoul(user, NULL, 10);
	}
	if (!group || world_group(world, group, gid))
		return true;
	*gid = (uint32_t)strtoul(group, NULL, 10);
	return is_number(group);
}

static void add_supplementary(const struct world *world, const struct unit *unit, int moment, struct ids *out)
{
	char *storage AUTO_FREE = NULL;
	const char *name;
	uint32_t gid;

	for (size_t n = 0; (name = world_unit_setting(world, unit, "Service.SupplementaryGroups", moment, n, &storage)); n++)
		if (world_group(world, name, &gid) && !ids_in_group(out, gid))
			ARRAY_ADD(out->groups, out->n_groups, gid);
}

bool unit_ids(const struct world *world, const struct unit *unit, int moment, struct ids *out)
{
	char *user AUTO_FREE = unit_text(world, unit, "Service.User", moment);
	char *group AUTO_FREE = unit_text(world, unit, "Service.Group", moment);
	const struct user *found = user ? find_user(&world->facts->accounts, user) : user_by_uid(&world->facts->accounts, 0);
	uint32_t uid, gid;

	*out = (struct ids){.mapped = true};
	if (unit_flag(world, unit, "Service.DynamicUser", moment) || !unit_owner(world, user, group, &uid, &gid))
		return false;
	if (found)
		world_user_ids(world, found, out);
	out->uid = uid;
	out->gid = gid;
	out->caps = uid == 0 ? ALL_CAPS : 0;
	add_supplementary(world, unit, moment, out);
	return true;
}

bool unit_is_newer(const struct unit *unit, const char *key, const struct process *as)
{
	const struct setting *setting = unit_setting(unit, key);

	for (size_t i = 0; setting && setting->file && i < unit->n_files; i++)
		if (streq(unit->files[i].path, setting->file))
			return as->started && unit->files[i].mtime >= as->started;
	return false;
}

bool is_socket_unit(const struct unit *unit)
{
	return unit && ends_with(unit->name, ".socket");
}

bool is_service_unit(const struct unit *unit)
{
	return unit && ends_with(unit->name, ".service");
}

const struct unit *service_of(const struct facts *facts, const struct backend *backend)
{
	const struct unit *unit = backend && backend->unit ? unit_find(facts, backend->unit) : NULL;
	const struct setting *service;
	char *name AUTO_FREE = NULL;

	if (!is_socket_unit(unit))
		return is_service_unit(unit) ? unit : NULL;
	service = unit_setting(unit, "Socket.Service");
	if (service && service->value && *service->value)
		return unit_find(facts, service->value);
	name = xasprintf("%.*s.service", (int)(strlen(unit->name) - strlen(".socket")), unit->name);
	return unit_find(facts, name);
}

const char *unit_not_at_boot(const struct unit *unit)
{
	if (streq(unit->load, "masked"))
		return "is masked";
	if (streq(unit->load, "bad-setting") || streq(unit->load, "error"))
		return "has an error in its files";
	return streq(unit->at_boot, "no") ? "is not enabled: nothing starts it at boot" : NULL;
}

bool unit_runs(const struct unit *unit)
{
	return unit->pid || !(streq(unit->active, "inactive") || streq(unit->active, "failed"));
}

bool socket_restarts(const struct world *world, const struct unit *socket, const struct unit *service)
{
	static const char *const keys[] = {"Unit.Requires", "Unit.BindsTo", "Unit.PartOf"};

	if (!service || !unit_runs(service))
		return service != NULL;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		char *storage AUTO_FREE = NULL;
		const char *item;

		for (size_t n = 0; (item = world_unit_setting(world, service, keys[i], MOMENT_RESTART, n, &storage)); n++)
			if (streq(item, socket->name))
				return true;
	}
	return false;
}
