/* SPDX-License-Identifier: MIT */
/* Directories of units: exec_setup_directory() and exec_context_destroy_runtime_directory() in src/core/execute.c, socket_address_listen() in
 * src/shared/socket-label.c. */
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/index.h"
#include "diagnose/place.h"
#include "diagnose/unit.h"

#define DIRECTORY_MODE 0755

struct directory_kind {
	const char *key, *mode, *word, *base;
	bool removed; /* when the service stops */
	bool owned;   /* by the service's account */
};

static const struct directory_kind kinds[] = {
	{"Service.RuntimeDirectory", "Service.RuntimeDirectoryMode", "RuntimeDirectory", "/run", true, true},
	{"Service.StateDirectory", "Service.StateDirectoryMode", "StateDirectory", "/var/lib", false, true},
	{"Service.CacheDirectory", "Service.CacheDirectoryMode", "CacheDirectory", "/var/cache", false, true},
	{"Service.LogsDirectory", "Service.LogsDirectoryMode", "LogsDirectory", "/var/log", false, true},
	{"Service.ConfigurationDirectory", "Service.ConfigurationDirectoryMode", "ConfigurationDirectory", "/etc", false, false},
};

static bool is_kept(const struct world *world, const struct unit *unit, int moment)
{
	char *preserve AUTO_FREE = unit_text(world, unit, "Service.RuntimeDirectoryPreserve", moment);

	return streq(preserve, "restart") || unit_flag(world, unit, "Service.RuntimeDirectoryPreserve", moment);
}

/* "name" or "name:link" of the list. */
static char *directory_of(const struct directory_kind *kind, const char *item)
{
	return xasprintf("%s/%.*s", kind->base, (int)strcspn(item, ":"), item);
}

/* One unit, one kind: what it does to the place. */
struct act {
	const struct world *world;
	const struct unit *unit;
	const struct directory_kind *kind;
	int moment;
	struct directory *place;
};

static void make_own(const struct act *act)
{
	struct directory *place = act->place;
	struct node before = place->node;
	bool was = place->exists;
	struct ids ids AUTO_IDS = {0};

	if (!unit_ids(act->world, act->unit, act->moment, &ids)) {
		place_unknown(place);
		return;
	}
	if (!act->kind->owned) {
		ids.uid = was ? before.uid : 0;
		ids.gid = was ? before.gid : 0;
	}
	place_make(place, ids.uid, ids.gid, unit_octal(act->world, act->unit, act->kind->mode, act->moment, DIRECTORY_MODE),
		xasprintf("%s= of %s", act->kind->word, act->unit->name));
	place->takes_over = was && act->kind->owned && (before.uid != ids.uid || before.gid != ids.gid);
	place->uid = ids.uid;
	place->gid = ids.gid;
}

static void remove_it(struct directory *place)
{
	struct directory gone = {.known = place->known, .node = {.path = place->node.path}};

	place_free(place);
	*place = gone;
}

static bool is_removed(const struct act *act)
{
	return act->kind->removed && act->moment == MOMENT_RESTART && !is_kept(act->world, act->unit, act->moment);
}

/* True where it is this very directory. */
static bool work_on(const struct act *act, const char *directory)
{
	struct directory *place = act->place;
	const char *path = place->node.path;

	if (path_within(path, directory) && is_removed(act))
		remove_it(place);
	if (streq(path, directory)) {
		make_own(act);
		return true;
	}
	if (path_within(directory, path) && !place->exists && !streq(path, act->kind->base))
		place_make(place, 0, 0, DIRECTORY_MODE, xasprintf("%s= of %s", act->kind->word, act->unit->name));
	return false;
}

static bool work_all(const struct world *world, const struct unit *unit, int moment, struct directory *place)
{
	char *storage AUTO_FREE = NULL;
	const char *item;
	bool own = false;

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		for (size_t n = 0; place->known && (item = world_unit_setting(world, unit, kinds[i].key, moment, n, &storage)); n++) {
			const struct act act = {world, unit, &kinds[i], moment, place};
			char *directory AUTO_FREE = directory_of(&kinds[i], item);

			own |= work_on(&act, directory);
		}
	return own;
}

static bool same_state(const struct node *a, const struct node *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->mode == b->mode;
}

void place_by_services(const struct world *world, const struct upstream *up, int moment, struct directory *place)
{
	const struct facts *facts = world->facts;
	const struct unit *service = service_of(facts, up->backend);
	bool several = false;
	struct node other;

	for (size_t i = 0; moment == MOMENT_BOOT && i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];

		if (is_service_unit(unit) && unit != service && streq(unit->at_boot, "yes"))
			several |= work_all(world, unit, moment, place);
	}
	other = place->node;
	if (service && service->incomplete)
		place_unknown(place);
	if (!service || !work_all(world, service, moment, place))
		return;
	/* Two units give it two states: which comes last is not known. */
	if (several && place->known && !same_state(&other, &place->node))
		place_unknown(place);
}

static void make_for_socket(const struct world *world, const struct unit *unit, int moment, struct directory *place)
{
	char *storage AUTO_FREE = NULL;
	const char *listen;

	for (size_t n = 0; (listen = world_unit_setting(world, unit, "Socket.ListenStream", moment, n, &storage)); n++) {
		if (!path_within(run_path(listen), place->node.path) || streq(run_path(listen), place->node.path))
			continue;
		place_make(place, 0, 0, unit_octal(world, unit, "Socket.DirectoryMode", moment, DIRECTORY_MODE),
			xasprintf("DirectoryMode= of %s", unit->name));
		return;
	}
}

void place_by_sockets(const struct world *world, const struct upstream *up, int moment, struct directory *place)
{
	const struct facts *facts = world->facts;
	const struct unit *own = up->maker && up->maker->unit ? unit_find(facts, up->maker->unit) : NULL;

	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];

		if (!place->known || place->exists)
			return;
		if (unit == own && unit->incomplete)
			place_unknown(place);
		else if (is_socket_unit(unit) && (unit == own || (moment == MOMENT_BOOT && streq(unit->at_boot, "yes"))))
			make_for_socket(world, unit, moment, place);
	}
}

static bool removes(const struct world *world, const struct unit *unit, const char *path)
{
	char *storage AUTO_FREE = NULL;
	const char *item;

	if (is_kept(world, unit, MOMENT_RESTART))
		return false;
	for (size_t n = 0; (item = world_unit_setting(world, unit, kinds[0].key, MOMENT_RESTART, n, &storage)); n++) {
		char *directory AUTO_FREE = directory_of(&kinds[0], item);

		if (path_within(path, directory))
			return true;
	}
	return false;
}

const struct unit *place_remover(const struct world *world, const struct upstream *up, const char *path, bool own)
{
	const struct facts *facts = world->facts;
	const struct unit *service = service_of(facts, up->backend);

	if (own)
		return service && removes(world, service, path) ? service : NULL;
	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];

		if (is_service_unit(unit) && unit != service && streq(unit->active, "active") && removes(world, unit, path))
			return unit;
	}
	return NULL;
}
