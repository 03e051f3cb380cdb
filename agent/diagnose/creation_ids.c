/* SPDX-License-Identifier: MIT */
/* With which ids and which umask a server starts: those of its unit where that is what the live process has, or the process is older than
 * what the unit says; else the program has changed them itself, and will again. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "diagnose/making.h"
#include "diagnose/unit.h"

const struct unit *creation_unit_of(const struct facts *facts, const struct backend *maker)
{
	if (maker->kind == BACKEND_SYSTEMD)
		return unit_find(facts, maker->unit);
	return maker->supervisor ? NULL : service_of(facts, maker);
}

/* uWSGI gives up its ids itself. */
static bool changes_ids(const struct backend *maker)
{
	for (size_t i = 0; maker->kind == BACKEND_UWSGI && i < maker->n_sections; i++)
		if (setting_find(&maker->sections[i], "uid") || setting_find(&maker->sections[i], "gid"))
			return true;
	return false;
}

static bool unit_governs(const struct world *world, const struct backend *maker, const struct unit *unit)
{
	const struct world now = {.facts = world->facts};
	struct ids ids AUTO_IDS = {0};

	if (!maker->pid || changes_ids(maker))
		return true;
	if (unit_is_newer(unit, "Service.User", &maker->as) || unit_is_newer(unit, "Service.Group", &maker->as))
		return true;
	return unit_ids(&now, unit, MOMENT_RESTART, &ids) && ids.uid == maker->as.uid && ids.gid == maker->as.gid;
}

bool creation_ids(const struct world *world, int moment, const struct backend *maker, struct ids *out)
{
	static char name[] = "root";
	const struct user root = {.name = name};
	const struct unit *unit = creation_unit_of(world->facts, maker);

	*out = (struct ids){0};
	if (maker->kind == BACKEND_SYSTEMD || (!maker->pid && !maker->as.uid && !unit && maker->kind == BACKEND_PHP_FPM)) {
		world_user_ids(world, &root, out);
		return true;
	}
	if (unit && unit->incomplete)
		return false;
	if (unit && unit_governs(world, maker, unit)) {
		if (!unit_ids(world, unit, moment, out))
			return false;
		if (maker->pid && out->uid == maker->as.uid)
			out->caps = maker->as.caps;
		return true;
	}
	process_ids(world->facts, &maker->as, out);
	return true;
}

bool making_umask(struct making *m, uint32_t *umask)
{
	const struct world now = {.facts = m->world->facts};
	const char *live = m->maker->as.umask;
	uint32_t has = live ? (uint32_t)strtoul(live, NULL, 8) & 0777 : 0;

	if (!m->unit && !live)
		return false;
	if (m->unit && (!live || !m->maker->pid || has == unit_octal(&now, m->unit, "Service.UMask", MOMENT_RESTART, 022) ||
			       unit_is_newer(m->unit, "Service.UMask", &m->maker->as))) {
		*umask = unit_octal(m->world, m->unit, "Service.UMask", m->moment, 022);
		return true;
	}
	m->out->configured = false;
	*umask = has;
	return true;
}
