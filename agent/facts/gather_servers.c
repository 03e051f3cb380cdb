/* SPDX-License-Identifier: MIT */
/* How upstream servers other than PHP-FPM make their sockets: those that run, those that a unit would start, and listeners of programs that
 * have no configuration that is read. */
#include "facts/gather_servers.h"
#include "facts/proc.h"
#include "facts/reader.h"
#include "facts/server_orders.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

/* --- what is read -------------------------------------------------------------------------------------------------------- */

static void add_problem(struct backend *backend, const char *text)
{
	ARRAY_ADD(backend->problems, backend->n_problems, (struct config_problem){.text = xstrdup(text)});
}

#define APPEND(to, from, member)                                                                             \
	do {                                                                                                 \
		for (size_t i_ = 0; i_ < (from)->n_##member; i_++)                                           \
			ARRAY_ADD((to)->member, (to)->n_##member, (from)->member[i_]);                       \
		(from)->n_##member = 0;                                                                      \
	} while (0)

void server_configuration(struct gather *g, const struct server_order *order, struct backend *backend)
{
	struct backend read = {0};
	struct error err = {0};
	int root = gather_root(g, backend->view), r;
	struct reader *reader = root < 0 ? NULL : gather_reader(g);

	if (root < 0)
		r = error_errno(&err, -root, "the file system that process %u sees could not be entered", backend->pid);
	else if (!reader)
		r = error_set(&err, EIO, "the configuration reader could not be started");
	else
		r = reader_server(reader, root, order, &read, &err);
	if (r < 0)
		add_problem(backend, err.text);
	if (!backend->config)
		backend->config = TAKE_PTR(read.config);
	APPEND(backend, &read, sections);
	APPEND(backend, &read, problems);
	APPEND(backend, &read, files);
	shape_free(&backend_shape, &read);
}

bool server_is_read(int kind)
{
	return kind == BACKEND_GUNICORN || kind == BACKEND_UWSGI || kind == BACKEND_PUMA || kind == BACKEND_UNICORN;
}

static void read_live(struct gather *g, struct server_gather *s, struct backend *backend)
{
	AUTO_FREE char *start = gather_program(g, s, backend);
	struct server_order order = {0};

	if (!server_is_read(backend->kind))
		return;
	order_of_process(g->proc, backend, backend->supervisor ? NULL : unit_find(g->facts, backend->unit), &order);
	if (start && !order.start)
		order.start = TAKE_PTR(start);
	server_configuration(g, &order, backend);
	shape_free(&server_order_shape, &order);
}

/* --- units that start a server -------------------------------------------------------------------------------------------- */

static bool has_backend(const struct facts *facts, const struct unit *unit)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		if (facts->backends[i].kind != BACKEND_SYSTEMD &&
			(streq(facts->backends[i].unit, unit->name) || (unit->pid && facts->backends[i].pid == unit->pid)))
			return true;
	return false;
}

/* A process that runs without a listener of its own (an emperor, one that could not bind), else what the unit says. */
static void backend_of_unit(struct gather *g, const struct unit *unit, int kind, struct backend *out)
{
	struct process_reader reader;

	*out = (struct backend){.kind = kind, .unit = xstrdup(unit->name)};
	if (unit->pid && g->proc >= 0) {
		process_reader_init(&reader, g->proc, &g->facts->host);
		if (read_process(&reader, unit->pid, &out->as) == 0) {
			view_of_process(g->facts, g->proc, &out->as);
			out->pid = unit->pid;
			out->exe = xstrdup(out->as.exe);
		}
		process_reader_free(&reader);
	}
	if (!out->pid) {
		ids_of_unit(&g->facts->accounts, unit, &out->as);
		out->as.unit = xstrdup(unit->name);
		out->as.view = xstrdup("host");
	}
	out->view = xstrdup(out->as.view);
}

static void read_unit(struct gather *g, const struct unit *unit)
{
	struct server_order order = {0};
	struct backend backend;

	if (!ends_with(unit->name, ".service") || has_backend(g->facts, unit) || !order_of_unit(unit, &order))
		return;
	backend_of_unit(g, unit, order.kind, &backend);
	server_configuration(g, &order, &backend);
	/* One that names no socket (an emperor without vassals, a default port) explains nothing. */
	if (backend.n_sections || backend.n_problems)
		ARRAY_ADD(g->facts->backends, g->facts->n_backends, backend);
	else
		shape_free(&backend_shape, &backend);
	shape_free(&server_order_shape, &order);
}

/* --- sockets that systemd makes --------------------------------------------------------------------------------------------- */

static bool socket_unit_has(const struct facts *facts, const char *endpoint)
{
	const char *path = endpoint_path(endpoint);

	for (size_t i = 0; path && i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];

		for (size_t k = 0; ends_with(unit->name, ".socket") && k < unit->n_settings; k++)
			if (streq(unit->settings[k].key, "Socket.ListenStream") && streq(run_path(unit->settings[k].value), run_path(path)))
				return true;
	}
	return false;
}

char *listener_endpoint(const struct listener *listener)
{
	return xasprintf("%s%s", listener->family == LISTENER_UNIX ? "unix:" : listener->family == LISTENER_ABSTRACT ? "unix:@" : "tcp:",
		listener->name);
}

/* PID 1 holds it too: it was handed over. */
static bool handed_over(const struct facts *facts, const struct backend *backend, const char *endpoint)
{
	for (size_t i = 0; facts->host.systemd && backend->pid && i < facts->n_listeners; i++) {
		const struct listener *listener = &facts->listeners[i];
		AUTO_FREE char *name = listener_held_by(listener, 1) && listener_held_by(listener, backend->pid) ? listener_endpoint(listener) : NULL;

		/* Gunicorn binds nothing itself once it was handed a socket (gunicorn/sock.py create_sockets()). */
		if (name && (backend->kind == BACKEND_GUNICORN || streq(name, endpoint)))
			return true;
	}
	return false;
}

static void drop_handed_over(const struct facts *facts, struct backend *backend)
{
	size_t kept = 0;

	for (size_t i = 0; i < backend->n_sections; i++) {
		struct backend_section *section = &backend->sections[i];

		if (socket_unit_has(facts, section->endpoint) || handed_over(facts, backend, section->endpoint))
			shape_free(&backend_section_shape, section);
		else
			backend->sections[kept++] = *section;
	}
	backend->n_sections = kept;
}

/* --- the whole --------------------------------------------------------------------------------------------------------------- */

/* A file that several backends have read is listed with each. */
void gather_servers(struct gather *g)
{
	struct facts *facts = g->facts;
	struct server_gather s = {0};

	for (size_t i = 0; i < facts->n_backends; i++)
		if (facts->backends[i].kind != BACKEND_PHP_FPM && facts->backends[i].pid > 1)
			read_live(g, &s, &facts->backends[i]);
	for (size_t i = 0; i < facts->n_units; i++)
		read_unit(g, &facts->units[i]);
	for (size_t i = 0; i < facts->n_backends; i++)
		if (server_is_read(facts->backends[i].kind))
			drop_handed_over(facts, &facts->backends[i]);
	if (g->proc >= 0)
		gather_supervisors(g, &s);
	gather_installed_servers(g);
}
