/* SPDX-License-Identifier: MIT */
/* The socket moves: out of a home, out of a /tmp that is private, off a file system that cannot hold one, or to the path that nginx has for it. Only for pools of PHP-FPM, whose one
 * key says where they listen; of other servers a person moves the socket (lever_manual.c). */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/dac.h"
#include "plan/effect_kinds.h"
#include "plan/maker.h"

#include <errno.h>
#include <stdlib.h>

#define GROUP_RW 0060U

/* Where distributions let PHP-FPM make its sockets; each is declared by a unit or a line of tmpfiles.d of the package. */
static const char *const directories[] = {"/run/php", "/run/php-fpm", "/run/php5-fpm"};

static const struct backend *pool_server(const struct facts *facts, const struct backend_section *section)
{
	const struct backend *backend = section ? backend_of_section(facts, section) : NULL;

	return backend && backend->kind == BACKEND_PHP_FPM && section->at.file && section->name ? backend : NULL;
}

/* A pool's name may hold anything; a file name and a line of configuration may not. */
static char *socket_path(const char *directory, const char *pool)
{
	char *path = xasprintf("%s/%s.sock", directory, pool);

	for (char *c = path + strlen(directory) + 1; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *c))
			*c = '-';
	return path;
}

/* The way to the place in a view: asked for where it was not looked at yet. */
static const struct walk *way_in(const struct situation *s, const char *view, const char *path)
{
	const struct walk *walk = walk_find(s->facts, view, path);

	if (!walk)
		questions_add(s->questions, (struct question){.kind = QUESTION_WALK, .view = xstrdup(view), .path = xstrdup(path)});
	return walk;
}

/* The worker's way; the host's tells whether both see the same. */
static const struct walk *way_to(const struct situation *s, const char *path)
{
	const struct walk *host = way_in(s, "host", path), *own = way_in(s, s->worker->as.view ? s->worker->as.view : "host", path);

	return host ? own : NULL;
}

/* The directory is there, the same for both, and the name is free. */
static bool is_free(const struct situation *s, const struct walk *walk)
{
	const struct node *last = walk->n_nodes ? &walk->nodes[walk->n_nodes - 1] : NULL;

	return walk->failed == ENOENT && streq(walk->missing, walk->path) && last && last->type == NODE_DIR && seen_on_host(s, last);
}

/* The pool lets the worker in wherever it makes its socket; else its settings change in the same breath, since it reads them with its
 * new place. */
static void let_in(const struct situation *s, const struct backend *server, const struct backend_section *section, struct steps *steps)
{
	static char path[] = "/run";
	const struct node parent = {.path = path, .type = NODE_DIR, .mode = 0755};
	AUTO_CREATION struct creation made = {0};
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);
	struct step *step;

	creation_predict(&s->world, MOMENT_RESTART, server, section, &parent, &made);
	if (!made.known || made.fails || dac_decide(&s->ids, &made.node, DAC_WRITE).allowed)
		return;
	step = step_pool(steps, section, xasprintf("the socket belongs to the group that %s runs with", s->worker->user));
	step_pool_key(step, &s->world, section, "listen.group", group);
	if ((made.node.mode & GROUP_RW) != GROUP_RW)
		step_pool_key(step, &s->world, section, "listen.mode", "0660");
	if (step->n_changes)
		return;
	step_free(step);
	steps->n--;
}

static void listen_there(const struct situation *s, const struct backend *server, const struct backend_section *section, const char *path,
	char *because, struct steps *steps)
{
	step_listen_path(steps, &s->world, section, path, because);
	let_in(s, server, section, steps);
	if (!server->pid && server->unit && s->check->cause == CAUSE_SERVER_CANNOT_CREATE)
		step_restart(steps, server->unit, NULL, xasprintf("%s could not make its socket; it does not serve now", server->unit));
	if (server->pid)
		step_reload(steps, &server->as, xasprintf("PHP-FPM closes the old socket of pool [%s] and makes the new one", section->name));
}

/* One that has failed for want of its socket is started again by its unit; whom nothing starts, a person does. What somebody has stopped stays so. */
static bool can_start(const struct situation *s, const struct backend *server)
{
	const struct unit *unit = server->unit ? unit_find(s->facts, server->unit) : NULL;

	return server->pid || s->check->cause != CAUSE_SERVER_CANNOT_CREATE || (unit && streq(unit->active, "failed"));
}

bool move_helps(const struct situation *s, const struct backend *server, const char *directory)
{
	const char *path = s->upstream->section ? endpoint_path(s->upstream->section->endpoint) : NULL;
	size_t n = strlen(directory);

	if (s->check->cause != CAUSE_SERVER_CANNOT_CREATE)
		return true;
	/* not where it fails already; and what is not root's may make nothing in a directory of root's */
	return path && !(strncmp(path, directory, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/')) && (!server->pid || server->as.uid == 0);
}

static char *why_move(const struct situation *s, const char *path)
{
	if (s->check->cause == CAUSE_SERVER_CANNOT_CREATE)
		return xasprintf("%s can be made: %s", path, s->check->because);
	if (s->check->cause == CAUSE_HOME_DIR)
		return xasprintf("%s is reached without opening a home", path);
	return xasprintf("%s is the same for nginx and the pool", path);
}

/* What makes the directory at boot is known only where an upstream stands in it already: else it is declared as it is. */
static void declare(const struct situation *s, const struct node *directory, struct steps *steps)
{
	for (size_t i = 0; i < s->facts->n_tmpfiles; i++)
		if (streq(s->facts->tmpfiles[i].path, directory->path))
			return;
	if (s->facts->host.systemd && streq(directory->fstype, "tmpfs"))
		step_tmpfiles(steps, &s->world, directory, xasprintf("%s is made at boot, whoever else makes it", directory->path));
}

static void move_to(const struct situation *s, const struct backend *server, const char *directory, struct candidates *out)
{
	const struct backend_section *section = s->upstream->section;
	AUTO_FREE char *path = socket_path(directory, section->name), *endpoint = xasprintf("unix:%s", path), *because = NULL;
	const struct walk *walk = way_to(s, path);
	struct steps steps = {0};

	if (walk && !is_free(s, walk))
		return;
	because = xasprintf("pool [%s] makes its socket there", section->name);
	if (walk)
		declare(s, &walk->nodes[walk->n_nodes - 1], &steps);
	listen_there(s, server, section, path, why_move(s, path), &steps);
	if (nginx_pass_to(s->facts, s->upstream->endpoint, endpoint, because, &steps))
		candidate_add(out, &steps);
	steps_free(&steps);
}

static const struct backend_section *section_on(const struct facts *facts, const char *endpoint)
{
	for (size_t b = 0; b < facts->n_backends; b++)
		for (size_t i = 0; i < facts->backends[b].n_sections; i++)
			if (streq(facts->backends[b].sections[i].endpoint, endpoint))
				return &facts->backends[b].sections[i];
	return NULL;
}

/* Several references name the path where nothing is, and none that of the pool. */
static void come_to(const struct situation *s, struct candidates *out)
{
	const struct backend_section *section = section_on(s->facts, s->upstream->meant);
	const struct backend *server = pool_server(s->facts, section);
	const char *path = endpoint_path(s->upstream->endpoint);
	struct steps steps = {0};

	if (!server || !path || nginx_users_of(s->facts, s->upstream->endpoint) < 2 || nginx_users_of(s->facts, s->upstream->meant))
		return;
	listen_there(s, server, section, path, xasprintf("%zu references name this path, and none the one on which the pool listens",
			nginx_users_of(s->facts, s->upstream->endpoint)), &steps);
	candidate_add(out, &steps);
}

void lever_move(const struct situation *s, struct candidates *out)
{
	const struct backend *server = pool_server(s->facts, s->upstream->section);

	if (s->check->cause == CAUSE_PATH_MISMATCH) {
		if (s->upstream->meant)
			come_to(s, out);
		return;
	}
	for (size_t i = 0; server && can_start(s, server) && i < COUNT_OF(directories); i++)
		if (move_helps(s, server, directories[i]))
			move_to(s, server, directories[i], out);
}
