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

static bool holds(const struct listener *listener, uint32_t pid)
{
	for (size_t i = 0; pid && i < listener->n_holders; i++)
		if (listener->holders[i].pid == pid)
			return true;
	return false;
}

static const struct backend *backend_of(const struct facts *facts, const struct listener *listener)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		if (holds(listener, facts->backends[i].pid))
			return &facts->backends[i];
	return NULL;
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

/* Of the sections for this path the one whose server holds the listener; without a listener the first. */
static const struct section_at *section_for(const struct index *index, const struct upstream *up, const char *path)
{
	const struct section_at *at = index_section(index, path, 0), *other;

	for (size_t n = 0; up->listener && (other = index_section(index, path, n)); n++)
		if (holds(up->listener, other->backend->pid))
			return other;
	return at;
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

static void find_server(const struct index *index, struct upstream *up)
{
	const struct backend *holder = up->listener ? backend_of(index->facts, up->listener) : NULL;
	const struct section_at *at = find_section(index, up);

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
