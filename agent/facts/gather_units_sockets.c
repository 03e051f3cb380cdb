/* SPDX-License-Identifier: MIT */
/* Socket units as what they are for an upstream: makers of its socket. */
#include "facts/gather_units.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/unit_keys.h"

static bool is_running(const struct facts *facts, const struct unit *unit)
{
	return !facts->host.offline && streq(unit->active, "active");
}

/* PID 1 binds it, as root. */
static void add_process(struct gather *g, struct backend *backend)
{
	struct process_reader reader;
	struct process as;

	process_reader_init(&reader, g->proc, &g->facts->host);
	if (read_process(&reader, 1, &as) == 0) {
		backend->as = as;
		view_of_process(g->facts, g->proc, &backend->as);
	}
	process_reader_free(&reader);
}

static void add_section(struct backend *backend, const struct unit *unit, const struct setting *listen)
{
	struct backend_section *section = ARRAY_NEW(backend->sections, backend->n_sections);

	section->name = xstrdup(unit->name);
	section->at = (struct place){xstrdup(listen->file), listen->line};
	section->endpoint = unit_endpoint(listen->value);
}

static void add_backend(struct gather *g, const struct unit *unit)
{
	struct backend *backend = ARRAY_NEW(g->facts->backends, g->facts->n_backends);
	bool running = is_running(g->facts, unit);

	backend->kind = BACKEND_SYSTEMD;
	backend->unit = xstrdup(unit->name);
	backend->config = xstrdup(unit->fragment);
	if (!g->facts->host.offline)
		add_process(g, backend);
	backend->exe = xstrdup(backend->as.exe);
	backend->pid = running ? 1 : 0;
	backend->view = xstrdup(backend->as.view ? backend->as.view : "host");
	for (size_t i = 0; i < unit->n_settings; i++)
		if (streq(unit->settings[i].key, "Socket.ListenStream"))
			add_section(backend, unit, &unit->settings[i]);
}

static bool makes_sockets(const struct unit *unit)
{
	return ends_with(unit->name, ".socket") && unit_name_matters(unit->name) && streq(unit->load, "loaded") && unit_setting(unit, "Socket.ListenStream");
}

/* One socket may be wanted under two names. */
static bool is_same(const struct wanted *a, const struct wanted *b)
{
	return a == b || (a && a->path && streq(a->path, b->path));
}

static bool has_section(const struct units_run *run, const struct wanted *w)
{
	const struct facts *facts = run->g->facts;

	for (size_t i = 0; i < facts->n_backends; i++)
		for (size_t k = 0; facts->backends[i].kind == BACKEND_SYSTEMD && k < facts->backends[i].n_sections; k++)
			if (is_same(units_wants(run, facts->backends[i].sections[k].endpoint), w))
				return true;
	return false;
}

/* The backend that stands for all that PID 1 holds goes where each socket that matters has a unit. */
static void drop_nameless(struct units_run *run)
{
	struct facts *facts = run->g->facts;
	size_t kept = 0;

	for (size_t i = 0; i < run->n_wanted; i++)
		if (listener_held_by(run->wanted[i].listener, 1) && !has_section(run, &run->wanted[i]))
			return;
	for (size_t i = 0; i < facts->n_backends; i++) {
		struct backend *backend = &facts->backends[i];

		if (backend->kind == BACKEND_SYSTEMD && !backend->n_sections)
			shape_free(&backend_shape, backend);
		else
			facts->backends[kept++] = *backend;
	}
	facts->n_backends = kept;
}

void units_backends(struct units_run *run)
{
	const struct facts *facts = run->g->facts;
	bool added = false;

	for (size_t i = 0; i < facts->n_units; i++)
		if (makes_sockets(&facts->units[i])) {
			add_backend(run->g, &facts->units[i]);
			added = true;
		}
	if (added)
		drop_nameless(run);
}
