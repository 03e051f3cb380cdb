/* SPDX-License-Identifier: MIT */
/* Which upstreams a change can concern: only those are diagnosed again. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/candidate.h"

static bool on_the_way(const struct upstream *u, const struct effect *e)
{
	for (size_t i = 0; u->walk && i < u->walk->n_nodes; i++)
		if (u->walk->nodes[i].dev == e->dev && u->walk->nodes[i].ino == e->ino)
			return true;
	return false;
}

static bool is_its_unit(const struct upstream *u, const struct unit *unit)
{
	return (u->backend && streq(u->backend->unit, unit->name)) || (u->maker && streq(u->maker->unit, unit->name));
}

static bool is_beneath(const char *path, const char *directory)
{
	return path && starts_with(path, directory) && path[strlen(directory)] == '/';
}

/* A unit makes sockets and directories: its own, and those of a socket unit that stand in its runtime directory. */
static bool unit_touches(const struct situation *s, const struct unit *unit, const struct upstream *u)
{
	const char *path = endpoint_path(u->endpoint);

	for (size_t i = 0; i < unit->n_settings; i++) {
		AUTO_FREE char *directory = streq(unit->settings[i].key, "Service.RuntimeDirectory") ?
						    xasprintf("/run/%s", unit->settings[i].value) : NULL;

		if (directory && is_beneath(path, directory))
			return true;
	}
	return is_its_unit(u, unit) || is_its_unit(s->upstream, unit);
}

/* Whether an effect can change what an upstream's diagnosis says. */
bool effect_touches(const struct situation *s, const struct effect *e, const struct upstream *u)
{
	switch (e->kind) {
	case EFFECT_OWNER:
	case EFFECT_MODE:
	case EFFECT_ACL:
		return on_the_way(u, e);
	case EFFECT_SETTING:
		return u->section == e->section;
	case EFFECT_LISTEN:
		return u->section == e->section || streq(u->endpoint, e->value);
	case EFFECT_RELOAD:
	case EFFECT_NGINX_USER:
		return s->facts->workers[u->worker].nginx == e->nginx;
	case EFFECT_ENDPOINT:
		return s->facts->workers[u->worker].nginx == e->nginx && streq(u->endpoint, e->key);
	case EFFECT_MEMBER:
		return streq(s->facts->workers[u->worker].user, e->value);
	case EFFECT_RESTART:
		return u->backend == e->backend || u->maker == e->backend;
	case EFFECT_UNIT:
		return unit_touches(s, e->unit, u);
	case EFFECT_TMPFILES:
		return is_beneath(endpoint_path(u->endpoint), e->key);
	default:
		return false;
	}
}
