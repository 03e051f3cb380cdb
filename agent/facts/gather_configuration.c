/* SPDX-License-Identifier: MIT */
/* Configuration comes through the confined reader, one child for the whole run; what the processes told is kept over what it says. */
#include "facts/gather_state.h"
#include "facts/reader.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

/* Moves what a pointer and a count hold. */
#define MOVE_ARRAY(to, from, member)                                                                         \
	do {                                                                                                 \
		(to)->member = TAKE_PTR((from)->member);                                                     \
		(to)->n_##member = (from)->n_##member;                                                       \
		(from)->n_##member = 0;                                                                      \
	} while (0)

static void add_problem(struct config_problem **problems, size_t *n, const char *file, const char *text)
{
	struct config_problem problem = {.at.file = xstrdup(file), .text = xstrdup(text)};

	ARRAY_ADD(*problems, *n, problem);
}

/* A user that -g sets stands; nginx itself refuses one in the file beside it. */
static void merge_nginx(struct nginx *to, struct nginx *from)
{
	if (!to->user) {
		to->user = TAKE_PTR(from->user);
		to->group = TAKE_PTR(from->group);
		to->user_at = from->user_at;
		from->user_at = (struct place){0};
		to->user_offset = from->user_offset;
		to->user_length = from->user_length;
	}
	MOVE_ARRAY(to, from, servers);
	MOVE_ARRAY(to, from, refs);
	MOVE_ARRAY(to, from, problems);
	MOVE_ARRAY(to, from, files);
}

static void read_nginx_conf(struct gather *g, struct reader *reader, struct nginx *nginx)
{
	struct nginx read = {0};
	struct error err = {0};
	int root = gather_root(g, nginx->as.view);

	if (!nginx->conf)
		return;
	if (root < 0)
		error_errno(&err, -root, "the file system that nginx (pid %u) sees could not be entered", nginx->pid);
	else if (reader_nginx(reader, root, nginx->conf, nginx->prefix, &read, &err) == 0)
		err.text[0] = '\0';
	merge_nginx(nginx, &read);
	if (err.text[0])
		add_problem(&nginx->problems, &nginx->n_problems, nginx->conf, err.text);
	shape_free(&nginx_shape, &read);
}

static void read_fpm_conf(struct gather *g, struct reader *reader, struct backend *backend)
{
	struct backend read = {.exe = xstrdup(backend->exe)};
	struct error err = {0};
	int root = gather_root(g, backend->view);

	if (root < 0)
		error_errno(&err, -root, "the file system that PHP-FPM (pid %u) sees could not be entered", backend->pid);
	else if (reader_fpm(reader, root, backend->config, &read, &err) == 0)
		err.text[0] = '\0';
	MOVE_ARRAY(backend, &read, sections);
	MOVE_ARRAY(backend, &read, problems);
	MOVE_ARRAY(backend, &read, files);
	if (err.text[0])
		add_problem(&backend->problems, &backend->n_problems, backend->config, err.text);
	shape_free(&backend_shape, &read);
}

static bool is_fpm(const struct backend *backend)
{
	return backend->kind == BACKEND_PHP_FPM && backend->config;
}

static bool anything_to_read(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		if (facts->nginx[i].conf)
			return true;
	for (size_t i = 0; i < facts->n_backends; i++)
		if (is_fpm(&facts->backends[i]))
			return true;
	return false;
}

static void no_reader(struct facts *facts, const char *why)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		add_problem(&facts->nginx[i].problems, &facts->nginx[i].n_problems, facts->nginx[i].conf, why);
	for (size_t i = 0; i < facts->n_backends; i++)
		if (is_fpm(&facts->backends[i]))
			add_problem(&facts->backends[i].problems, &facts->backends[i].n_problems, facts->backends[i].config, why);
}

struct reader *gather_reader(struct gather *g)
{
	struct error err = {0};

	if (!g->reader && reader_start(&g->reader, &err) < 0)
		g->reader = NULL;
	return g->reader;
}

void gather_configuration(struct gather *g)
{
	struct facts *facts = g->facts;
	struct reader *reader;

	if (!anything_to_read(facts))
		return;
	reader = gather_reader(g);
	if (!reader) {
		no_reader(facts, "the configuration reader could not be started");
		return;
	}
	for (size_t i = 0; i < facts->n_nginx; i++)
		read_nginx_conf(g, reader, &facts->nginx[i]);
	for (size_t i = 0; i < facts->n_backends; i++)
		if (is_fpm(&facts->backends[i]))
			read_fpm_conf(g, reader, &facts->backends[i]);
}
