/* SPDX-License-Identifier: MIT */
/* uWSGI applications that are configured in a usual place, but that neither a process nor a unit has: whose socket it is that is not there. */
#include "facts/gather_servers.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>

/* Debian's and Fedora's directories of applications, and that of the emperor's documentation. Many on a host have no fault at all, so few are read. */
static const char *const usual[] = {"/etc/uwsgi/apps-enabled/*.ini", "/etc/uwsgi.d/*.ini", "/etc/uwsgi/vassals/*.ini"};
#define FILES_MAX 200

static const char *run_of(const char *path)
{
	return starts_with(path, "/var/run/") ? path + strlen("/var") : path;
}

static bool same_endpoint(const char *a, const char *b)
{
	const char *x = endpoint_path(a), *y = endpoint_path(b);

	return x && y && streq(run_of(x), run_of(y));
}

static bool is_made(const struct facts *facts, const char *endpoint)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		for (size_t k = 0; k < facts->backends[i].n_sections; k++)
			if (same_endpoint(facts->backends[i].sections[k].endpoint, endpoint))
				return true;
	return false;
}

static bool is_there(const struct gather *g, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(g->root, path, O_PATH);

	return fd >= 0;
}

static bool is_missed(const struct gather *g, const char *endpoint)
{
	const char *path = endpoint_path(endpoint);

	return path && !is_there(g, path) && !is_made(g->facts, endpoint);
}

/* The endpoints of unix sockets that references and targets name, that are not there and that no server known so far makes. */
static void find_missed(const struct gather *g, struct strings *out)
{
	const struct facts *facts = g->facts;

	for (size_t i = 0; i < facts->n_nginx; i++)
		for (size_t k = 0; k < facts->nginx[i].n_refs; k++)
			if (is_missed(g, facts->nginx[i].refs[k].endpoint))
				strings_add(out, facts->nginx[i].refs[k].endpoint);
	for (size_t i = 0; i < facts->n_targets; i++)
		if (is_missed(g, facts->targets[i].endpoint))
			strings_add(out, facts->targets[i].endpoint);
}

static bool has_file(const struct facts *facts, const char *path)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		for (size_t k = 0; k < facts->backends[i].n_files; k++)
			if (streq(facts->backends[i].files[k].path, path))
				return true;
	return false;
}

/* With which ids it starts depends on who starts it: an init script, an emperor, a person. */
static bool keep_missed(struct backend *backend, const struct strings *missed)
{
	size_t kept = 0;

	for (size_t i = 0; i < backend->n_sections; i++) {
		struct backend_section *section = &backend->sections[i];
		bool wanted = false;

		for (size_t k = 0; k < missed->n; k++)
			wanted |= same_endpoint(section->endpoint, missed->items[k]);
		if (!wanted) {
			shape_free(&backend_section_shape, section);
			continue;
		}
		if (!section->unclear)
			section->unclear = xasprintf("%s names this socket, but as whom it is started is not known: no process and no unit has it",
				backend->config ? backend->config : "a configuration file");
		backend->sections[kept++] = *section;
	}
	backend->n_sections = kept;
	return kept > 0;
}

static void read_application(struct gather *g, const char *path, const struct strings *missed)
{
	struct server_order order = {.kind = BACKEND_UWSGI};
	struct backend backend = {.kind = BACKEND_UWSGI, .view = xstrdup("host"), .config = xstrdup(path)};

	strings_add(&order.words, "--ini");
	strings_add(&order.words, path);
	server_configuration(g, &order, &backend);
	if (keep_missed(&backend, missed))
		ARRAY_ADD(g->facts->backends, g->facts->n_backends, backend);
	else
		shape_free(&backend_shape, &backend);
	shape_free(&server_order_shape, &order);
}

void gather_installed_servers(struct gather *g)
{
	AUTO_STRINGS struct strings missed = {0}, files = {0};

	find_missed(g, &missed);
	for (size_t i = 0; missed.n && i < COUNT_OF(usual); i++)
		beneath_glob(g->root, usual[i], &files);
	for (size_t i = 0; i < files.n && i < FILES_MAX; i++)
		if (is_there(g, files.items[i]) && !has_file(g->facts, files.items[i]))
			read_application(g, files.items[i], &missed);
	if (files.n > FILES_MAX)
		strings_addf(&g->facts->notes, "%zu applications of uWSGI are configured in the usual places: %d of them were read", files.n, FILES_MAX);
}
