/* SPDX-License-Identifier: MIT */
/* What an upstream is made of, looked up in the facts: walk, listener, server, section, probe. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/exam.h"

const char *worker_view(const struct worker *worker)
{
	return worker->as.view ? worker->as.view : "host";
}

/* A listener whose inode is not known is taken by its name, where its holder sees the same file system. */
static const struct listener *listener_by_name(const struct index *index, const struct upstream *up, const char *name)
{
	const char *view = worker_view(&index->facts->workers[up->worker]);
	const struct listener *listener;

	for (size_t n = 0; (listener = index_listener_named(index, LISTENER_UNIX, name, n)); n++)
		if (!listener->file_ino &&
			(!listener->n_holders || !listener->holders[0].view ||
				same_view(index->facts, view, listener->holders[0].view)))
			return listener;
	return NULL;
}

static const struct listener *path_listener(const struct index *index, const struct upstream *up)
{
	const struct node *object = walk_object(up->walk);
	const struct listener *found;

	if (!object)
		return NULL;
	found = index_listener_of(index, object, up->walk->path);
	if (!found)
		found = listener_by_name(index, up, up->walk->path);
	return found ? found : listener_by_name(index, up, object->path);
}

/* --- TCP and abstract: by name, within the worker's network namespace --- */

static bool same_netns(const struct listener *listener, const struct worker *worker)
{
	return !listener->netns || !worker->as.netns || listener->netns == worker->as.netns;
}

static const struct listener *named_here(const struct index *index, const struct worker *worker, int family, const char *name)
{
	const struct listener *listener;

	for (size_t n = 0; (listener = index_listener_named(index, family, name, n)); n++)
		if (same_netns(listener, worker))
			return listener;
	return NULL;
}

bool is_loopback(const char *host, size_t n)
{
	static const char *const names[] = {"localhost", "[::1]", "::1"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strlen(names[i]) == n && strncmp(names[i], host, n) == 0)
			return true;
	return n > 4 && strncmp(host, "127.", 4) == 0;
}

static const struct listener *tcp_listener(const struct index *index, const struct worker *worker, const char *address)
{
	static const char *const any[] = {"0.0.0.0", "[::]", "*", "127.0.0.1", "[::1]"};
	const char *port = strrchr(address, ':');
	const struct listener *found = named_here(index, worker, LISTENER_TCP, address);
	bool local = port && is_loopback(address, (size_t)(port - address));
	size_t n = local && strncmp(address, "localhost", 9) == 0 ? COUNT_OF(any) : 3;

	for (size_t i = 0; !found && local && i < n; i++) {
		char *name AUTO_FREE = xasprintf("%s%s", any[i], port);

		found = named_here(index, worker, LISTENER_TCP, name);
	}
	return found;
}

static const struct listener *any_listener(const struct index *index, const struct upstream *up)
{
	const struct worker *worker = &index->facts->workers[up->worker];

	if (endpoint_path(up->endpoint))
		return path_listener(index, up);
	if (starts_with(up->endpoint, "unix:@"))
		return named_here(index, worker, LISTENER_ABSTRACT, up->endpoint + strlen("unix:@"));
	if (starts_with(up->endpoint, "tcp:"))
		return tcp_listener(index, worker, up->endpoint + strlen("tcp:"));
	return NULL;
}

/* --- server and section --- */

/* The socket unit of this section holds the listener, or will have it: then the server's own setting for the same path is not used. */
static bool is_socket_units(const struct index *index, const struct section_at *at)
{
	const struct unit *unit = at->backend->kind == BACKEND_SYSTEMD ? unit_find(index->facts, at->backend->unit) : NULL;

	return unit && !streq(unit->load, "masked") && (streq(unit->active, "active") || streq(unit->at_boot, "yes"));
}

/* Of the sections for this path: a socket unit's where pid 1 holds the listener or the unit is in force; the one whose server holds the
 * listener; without a listener the first that is no idle socket unit. */
static const struct section_at *section_for(const struct index *index, const struct upstream *up, const char *path)
{
	const struct section_at *first = NULL, *holder = NULL, *at;

	for (size_t n = 0; (at = index_section(index, path, n)); n++) {
		bool held = up->listener && listener_held_by(up->listener, at->backend->pid);

		if (at->backend->kind == BACKEND_SYSTEMD && (held || (!up->listener && is_socket_units(index, at))))
			return at;
		holder = !holder && held ? at : holder;
		first = !first || (first->backend->kind == BACKEND_SYSTEMD && at->backend->kind != BACKEND_SYSTEMD) ? at : first;
	}
	return holder ? holder : first;
}

static const struct section_at *find_section(const struct index *index, const struct upstream *up)
{
	const struct node *object = walk_object(up->walk);
	const char *path = endpoint_path(up->endpoint);
	const char *const names[] = {
		object ? object->path : up->walk ? up->walk->missing : NULL,
		path ? path : up->endpoint,
		up->listener ? up->listener->name : NULL,
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct section_at *at = names[i] ? section_for(index, up, names[i]) : NULL;

		if (at)
			return at;
	}
	return NULL;
}

/* The process that serves. systemd holds every socket of its socket units and serves none: it counts only where nobody else is there, and of
 * several socket units only the one of this section, or one without any. */
static const struct backend *find_holder(const struct index *index, const struct listener *listener, const struct section_at *at)
{
	const struct facts *facts = index->facts;
	const struct backend *manager = NULL;

	for (size_t i = 0; i < facts->n_backends; i++) {
		const struct backend *backend = &facts->backends[i];

		if (!listener_held_by(listener, backend->pid))
			continue;
		if (backend->kind != BACKEND_SYSTEMD)
			return backend;
		if (at && at->backend == backend)
			manager = backend;
		else if (!manager && !backend->n_sections)
			manager = backend;
	}
	return manager;
}

static void find_server(const struct index *index, struct upstream *up)
{
	const struct section_at *at = find_section(index, up);
	const struct backend *holder = up->listener ? find_holder(index, up->listener, at) : NULL;

	up->backend = holder ? holder : at ? at->backend : NULL;
	/* a socket unit makes the socket on which another process serves */
	if (!at || (at->backend != up->backend && at->backend->kind != BACKEND_SYSTEMD))
		return;
	up->maker = at->backend;
	up->section = at->section;
}

/* A facts file may come from anywhere: a walk with a nameless component is no walk. */
static const struct walk *find_walk(const struct index *index, const struct worker *worker, const char *path)
{
	const struct walk *walk = index_walk(index, worker_view(worker), path);

	for (size_t i = 0; walk && i < walk->n_nodes; i++)
		if (!walk->nodes[i].path)
			return NULL;
	return walk;
}

void resolve(struct index *index, struct upstream *up)
{
	const struct worker *worker = &index->facts->workers[up->worker];
	const char *path = endpoint_path(up->endpoint);

	if (!up->endpoint)
		return;
	up->walk = path ? find_walk(index, worker, path) : NULL;
	up->listener = any_listener(index, up);
	find_server(index, up);
	up->probe = index_probe(index, worker->id, up->endpoint);
	if (up->probe && up->probe->error < 0)
		up->probe = NULL;
	if (path)
		resolve_namespace(index, up);
	if (path && !up->section && !up->hidden && up->walk && !walk_object(up->walk))
		up->meant = resolve_meant(index, up);
}
