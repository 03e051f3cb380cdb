/* SPDX-License-Identifier: MIT */
/* Listeners that a reference or a target names and that no configuration explains. There may be thousands of each, so what leads where is
 * looked up by name and by inode. */
#include "facts/gather_servers.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/string_index.h"

#include <inttypes.h>
#include <string.h>

struct looking {
	struct facts *facts;
	struct string_index walks;     /* path: the first walk that ends at a socket */
	struct string_index named;     /* by references and targets */
	struct string_index explained; /* by sections and socket units */
};

static char *by_name(const char *endpoint)
{
	return starts_with(endpoint, "unix:/var/run/") ? xasprintf("unix:%s", endpoint + strlen("unix:/var")) : xstrdup(endpoint);
}

/* unix_diag tells 32 bits of the inode. */
static char *by_inode(uint64_t dev, uint64_t ino)
{
	return xasprintf("%" PRIu64 ":%" PRIu32, dev, (uint32_t)ino);
}

static void index_walks(struct looking *l)
{
	for (size_t i = 0; i < l->facts->n_walks; i++) {
		const struct walk *walk = &l->facts->walks[i];
		const struct node *node = walk_object(walk);

		if (node && node->type == NODE_SOCKET && string_index_get(&l->walks, walk->path) < 0)
			string_index_put(&l->walks, walk->path, (int64_t)i);
	}
}

/* An endpoint leads to the listener of its name, and to the one whose socket stands at the path. */
static void leads(const struct looking *l, struct string_index *to, const char *endpoint)
{
	AUTO_FREE char *name = endpoint ? by_name(endpoint) : NULL;
	const char *path = endpoint ? endpoint_path(endpoint) : NULL;
	int64_t walk = path ? string_index_get(&l->walks, path) : -1;

	if (name)
		string_index_put(to, name, 0);
	if (walk >= 0) {
		const struct node *node = walk_object(&l->facts->walks[walk]);
		AUTO_FREE char *inode = by_inode(node->dev, node->ino);

		string_index_put(to, inode, 0);
	}
}

static bool is_led_to(const struct string_index *by, const struct listener *listener)
{
	AUTO_FREE char *endpoint = listener_endpoint(listener), *name = by_name(endpoint);
	AUTO_FREE char *inode = listener->family == LISTENER_UNIX && listener->file_ino ?
					by_inode(listener->file_dev, listener->file_ino) : NULL;

	return string_index_get(by, name) >= 0 || (inode && string_index_get(by, inode) >= 0);
}

static void index_named(struct looking *l)
{
	const struct facts *facts = l->facts;

	for (size_t i = 0; i < facts->n_targets; i++)
		leads(l, &l->named, facts->targets[i].endpoint);
	for (size_t i = 0; i < facts->n_nginx; i++)
		for (size_t k = 0; k < facts->nginx[i].n_refs; k++)
			leads(l, &l->named, facts->nginx[i].refs[k].endpoint);
}

static void index_explained(struct looking *l)
{
	const struct facts *facts = l->facts;

	for (size_t i = 0; i < facts->n_backends; i++)
		for (size_t k = 0; k < facts->backends[i].n_sections; k++)
			leads(l, &l->explained, facts->backends[i].sections[k].endpoint);
	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t k = 0; ends_with(facts->units[i].name, ".socket") && k < facts->units[i].n_settings; k++) {
			const struct setting *s = &facts->units[i].settings[k];
			AUTO_FREE char *endpoint = streq(s->key, "Socket.ListenStream") && *s->value == '/' ?
							   xasprintf("unix:%s", s->value) : NULL;
			AUTO_FREE char *name = endpoint ? by_name(endpoint) : NULL;

			if (name)
				string_index_put(&l->explained, name, 0);
		}
}

static struct backend *backend_of(struct gather *g, const struct process *holder)
{
	struct facts *facts = g->facts;
	struct backend *backend;

	for (size_t i = 0; i < facts->n_backends; i++)
		if (facts->backends[i].pid == holder->pid)
			return &facts->backends[i];
	backend = ARRAY_NEW(facts->backends, facts->n_backends);
	backend->pid = holder->pid;
	shape_copy(&process_shape, &backend->as, holder);
	backend->exe = xstrdup(holder->exe);
	backend->unit = xstrdup(holder->unit);
	backend->view = xstrdup(holder->view);
	if (g->proc >= 0)
		gather_program_name(g, backend);
	return backend;
}

/* The section that was waiting for an address, else a new one. */
static void explain(struct gather *g, const struct listener *listener)
{
	struct backend *backend = backend_of(g, &listener->holders[0]);
	struct backend_section *section = NULL;

	for (size_t i = 0; i < backend->n_sections && !section; i++)
		if (!backend->sections[i].endpoint && backend->sections[i].unclear)
			section = &backend->sections[i];
	if (!section) {
		section = ARRAY_NEW(backend->sections, backend->n_sections);
		if (server_is_read(backend->kind) || backend->kind == BACKEND_PHP_FPM)
			section->unclear = xstrdup("its configuration, as it stands now, names no such socket");
	}
	section->endpoint = listener_endpoint(listener);
}

/* A path where an application listens though nobody names it may be the one that was meant. */
static bool is_applications(const struct facts *facts, const struct listener *listener)
{
	for (size_t i = 0; listener->family == LISTENER_UNIX && i < facts->n_backends; i++)
		if (facts->backends[i].kind == BACKEND_NODE && facts->backends[i].pid == listener->holders[0].pid)
			return true;
	return false;
}

static bool is_wanted(const struct looking *l, const struct listener *listener)
{
	if (!listener->n_holders || (l->facts->host.systemd && listener_held_by(listener, 1)))
		return false;
	return (is_led_to(&l->named, listener) || is_applications(l->facts, listener)) && !is_led_to(&l->explained, listener);
}

void gather_unexplained(struct gather *g)
{
	struct looking l = {.facts = g->facts};

	index_walks(&l);
	index_named(&l);
	index_explained(&l);
	for (size_t i = 0; i < l.facts->n_listeners; i++) {
		const struct listener *listener = &l.facts->listeners[i];

		if (!is_wanted(&l, listener))
			continue;
		AUTO_FREE char *endpoint = listener_endpoint(listener);
		explain(g, listener);
		leads(&l, &l.explained, endpoint);
	}
	string_index_free(&l.walks);
	string_index_free(&l.named);
	string_index_free(&l.explained);
}
