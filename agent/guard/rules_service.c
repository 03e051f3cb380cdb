/* SPDX-License-Identifier: MIT */
/* Rules on what a restart interrupts, and on what new workers of nginx gain. */
#include "base/cleanup.h"
#include "diagnose/diagnose.h"
#include "diagnose/unit.h"
#include "guard/parties.h"
#include "guard/root_equal.h"
#include "guard/rules.h"

static bool holds(const struct listener *listener, const char *target)
{
	for (size_t i = 0; i < listener->n_holders; i++)
		if (service_is(&listener->holders[i], target))
			return true;
	return false;
}

static const struct listener *listener_of(const struct facts *facts, const char *path)
{
	for (size_t i = 0; path && i < facts->n_listeners; i++)
		if (facts->listeners[i].family == LISTENER_UNIX && facts->listeners[i].listening && streq(facts->listeners[i].name, path))
			return &facts->listeners[i];
	return NULL;
}

/* The socket unit that is to be restarted, and its service, which is restarted with it; NULL: another unit. */
static const struct unit *socket_unit(const struct guard_case *c, const struct unit **service)
{
	const struct unit *unit = unit_find(c->facts, c->step->target);

	*service = NULL;
	for (size_t i = 0; is_socket_unit(unit) && i < c->facts->n_backends && !*service; i++)
		if (streq(c->facts->backends[i].unit, unit->name))
			*service = service_of(c->facts, &c->facts->backends[i]);
	return is_socket_unit(unit) ? unit : NULL;
}

bool rule_socket_restart(struct guard_case *c)
{
	const struct unit *service, *socket = socket_unit(c, &service);

	if (c->step->kind != STEP_SERVICE_RESTART || !ends_with(c->step->target, ".socket"))
		return false;
	if (!socket || !service)
		return refuse(c, "nothing is known of %s or of its service", c->step->target);
	return !socket_restarts(&c->before, socket, service) && refuse(c, "%s runs, and is not restarted with it", service->name);
}

static bool serves_by(const struct guard_case *c, const char *target, const char *endpoint)
{
	const struct listener *listener = listener_of(c->facts, endpoint_path(endpoint));

	if (listener && holds(listener, target))
		return true;
	for (size_t i = 0; i < c->facts->n_backends; i++) {
		const struct backend *backend = &c->facts->backends[i];

		for (size_t k = 0; k < backend->n_sections; k++)
			if ((service_is(&backend->as, target) || streq(backend->unit, target)) && streq(backend->sections[k].endpoint, endpoint))
				return true;
	}
	return false;
}

static bool serves(const struct guard_case *c, const char *endpoint)
{
	const struct unit *service, *socket = socket_unit(c, &service);

	return serves_by(c, c->step->target, endpoint) || (socket && service && serves_by(c, service->name, endpoint));
}

/* By the probe where there is one, else by the permissions of what listens there now. */
static bool works_for(const struct guard_case *c, size_t worker, const char *endpoint)
{
	const struct worker *w = &c->facts->workers[worker];
	const struct probe *probe = probe_find(c->facts, w->id, endpoint);
	const char *path = endpoint_path(endpoint);
	const struct walk *walk = path ? walk_find(c->facts, w->as.view ? w->as.view : "host", path) : NULL;
	AUTO_IDS struct ids ids = {0};

	if (probe && probe->error >= 0)
		return probe->error == 0;
	if (!walk || !listener_of(c->facts, path))
		return false;
	world_worker_ids(&c->before, worker, &ids);
	return diagnose_access(&c->before, &ids, walk, NULL);
}

static bool works(const struct guard_case *c, size_t nginx, const char *endpoint)
{
	for (size_t i = 0; i < c->facts->n_workers; i++)
		if (c->facts->workers[i].nginx == nginx && works_for(c, i, endpoint))
			return true;
	return false;
}

/* Whoever is to be cured by the restart does not work now; one that works beside it would be interrupted. */
bool rule_working_upstream(struct guard_case *c)
{
	const char *broken = NULL, *working = NULL;

	if (c->step->kind != STEP_SERVICE_RESTART)
		return false;
	for (size_t n = 0; n < c->facts->n_nginx; n++)
		for (size_t i = 0; i < c->facts->nginx[n].n_refs; i++) {
			const char *endpoint = c->facts->nginx[n].refs[i].endpoint;

			if (!endpoint || !serves(c, endpoint))
				continue;
			if (!works(c, n, endpoint))
				broken = endpoint;
			else if (!streq(working, endpoint) && working)
				return refuse(c, "%s and %s work", working, endpoint);
			else
				working = endpoint;
		}
	return broken && working && refuse(c, "%s works", working);
}

static bool is_root_equal(const struct guard_case *c, const struct node *socket)
{
	const struct listener *listener = listener_at(c, socket);

	return any_path_of(c->facts, socket, is_root_equal_path) || (listener && is_root_equal_listener(listener));
}

static bool worker_gains_root(struct guard_case *c, size_t worker)
{
	const char *view = c->facts->workers[worker].as.view ? c->facts->workers[worker].as.view : "host";
	AUTO_IDS struct ids now = {0};
	AUTO_IDS struct ids then = {0};

	world_worker_ids(&c->before, worker, &now);
	world_fresh_ids(&c->before, worker, &then);
	for (size_t i = 0; i < c->facts->n_walks; i++) {
		const struct walk *walk = &c->facts->walks[i];
		const struct node *object = streq(walk->view, view) ? walk_object(walk) : NULL;

		if (object && object->type == NODE_SOCKET && is_root_equal(c, object) && !diagnose_access(&c->before, &now, walk, NULL) &&
			diagnose_access(&c->before, &then, walk, NULL))
			return refuse(c, "%s would get to %s", c->facts->workers[worker].user, object->path);
	}
	return false;
}

bool new_workers_are_root_equal(struct guard_case *c)
{
	for (size_t i = 0; i < c->facts->n_workers; i++)
		if (service_is(&c->facts->nginx[c->facts->workers[i].nginx].as, c->step->target) && worker_gains_root(c, i))
			return true;
	return false;
}
