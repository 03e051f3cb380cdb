/* SPDX-License-Identifier: MIT */
/* Rules on what nginx passes to, and on how much of its file an edit replaces. */
#include "base/cleanup.h"
#include "diagnose/unit.h"
#include "guard/parties.h"
#include "guard/rules.h"

static bool is_referenced_now(const struct guard_case *c, const char *endpoint)
{
	for (size_t i = 0; i < c->facts->n_nginx; i++)
		for (size_t k = 0; k < c->facts->nginx[i].n_refs; k++)
			if (streq(c->facts->nginx[i].refs[k].endpoint, endpoint))
				return true;
	return false;
}

/* A program of no known kind that a service unit of the system starts: root set it up to serve. Its main process, or one of the account that the unit
 * names: a user's job in the cgroup of cron.service, or a user's own manager, is neither. */
static bool is_units_server(const struct guard_case *c, const struct backend *backend)
{
	const struct unit *unit = backend->unit ? unit_find(c->facts, backend->unit) : NULL;
	AUTO_IDS struct ids ids = {0};

	if (!is_service_unit(unit) || !streq(unit->load, "loaded") || starts_with(unit->name, "user@") || !backend->pid || backend->as.container)
		return false;
	return unit->pid == backend->pid || (unit_ids(&c->before, unit, MOMENT_RESTART, &ids) && ids.uid == backend->as.uid);
}

/* A socket of a server whose configuration or process is known: where its section listens after the steps so far. What listens there and
 * is no known kind of server may be anybody's; that nginx passes to it already is a person's word for it. */
static bool server_makes(const struct guard_case *c, const struct backend *backend, const char *endpoint)
{
	if (backend->kind == BACKEND_UNKNOWN && !is_units_server(c, backend) && !is_referenced_now(c, endpoint))
		return false;
	for (size_t i = 0; i < backend->n_sections; i++)
		if (streq(world_listen(&c->before, &backend->sections[i]), endpoint))
			return true;
	return false;
}

/* Whether an earlier step has moved a server away from there: it still listens, but will no more. */
static bool is_left(const struct guard_case *c, const char *endpoint)
{
	for (size_t i = 0; i < c->facts->n_backends; i++)
		for (size_t k = 0; k < c->facts->backends[i].n_sections; k++) {
			const struct backend_section *section = &c->facts->backends[i].sections[k];

			if (streq(section->endpoint, endpoint) && !streq(world_listen(&c->before, section), endpoint))
				return true;
		}
	return false;
}

static bool server_holds(const struct guard_case *c, const struct listener *listener)
{
	for (size_t i = 0; i < listener->n_holders; i++)
		for (size_t k = 0; k < c->facts->n_backends; k++)
			if (c->facts->backends[k].pid > 1 && c->facts->backends[k].kind != BACKEND_UNKNOWN &&
				c->facts->backends[k].pid == listener->holders[i].pid)
				return true;
	return false;
}

bool rule_foreign_endpoint(struct guard_case *c)
{
	const char *path = endpoint_path(c->endpoint);

	if (!c->endpoint)
		return false;
	for (size_t i = 0; i < c->facts->n_backends; i++)
		if (server_makes(c, &c->facts->backends[i], c->endpoint))
			return false;
	if (is_left(c, c->endpoint))
		return refuse(c, "the server that listens at %s is moved away from there", c->endpoint);
	for (size_t i = 0; path && i < c->facts->n_listeners; i++)
		if (c->facts->listeners[i].family == LISTENER_UNIX && streq(c->facts->listeners[i].name, path) &&
			server_holds(c, &c->facts->listeners[i]))
			return false;
	return refuse(c, "no known server listens at %s", c->endpoint);
}

/* The bytes from offset on, as the reader of nginx's files found them. */
static bool is_argument(const struct guard_case *c, const struct nginx_ref *ref)
{
	const struct step *step = c->step;

	if (ref->upstream)
		return streq(ref->server_at.file, step->target) && ref->server_offset == step->offset && ref->server_length == step->length &&
			streq(step->changes[0].key, "server");
	return streq(ref->at.file, step->target) && ref->offset == step->offset && ref->length == step->length &&
		streq(step->changes[0].key, ref->directive);
}

bool rule_edit_range(struct guard_case *c)
{
	const struct step *step = c->step;

	if (step->kind == STEP_NGINX_USER)
		return (step->offset != c->nginx->user_offset || step->length != c->nginx->user_length) &&
			refuse(c, "%llu bytes at %llu are not the name of the user", (unsigned long long)step->length,
				(unsigned long long)step->offset);
	for (size_t i = 0; step->n_changes == 1 && i < c->nginx->n_refs; i++)
		if (is_argument(c, &c->nginx->refs[i]))
			return false;
	return refuse(c, "%llu bytes at %llu are no argument of %s", (unsigned long long)step->length, (unsigned long long)step->offset,
		step->changes[0].key);
}
