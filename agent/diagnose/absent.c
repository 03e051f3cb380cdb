/* SPDX-License-Identifier: MIT */
/* Nothing is at the path: who should have made it, and why it is not there. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/exam.h"
#include "diagnose/unit.h"

#define SUN_PATH_MAX 107 /* sizeof(sun_path) less the NUL: unix(7) */

/* The directory is not there: nobody makes it when a server binds. */
static char *no_directory(const struct exam *exam)
{
	const struct walk *walk = exam->up->walk;

	if (exam->parent >= 0 || !walk || !walk->missing)
		return NULL;
	if (walk->failed == ENOTDIR)
		return xasprintf("%s is no directory", walk->missing);
	return walk->failed == ENOENT ? xasprintf("the directory %s does not exist", walk->missing) : NULL;
}

/* For servers whose configuration is not understood: what their running process may do. */
static char *refused_now(const struct exam *exam)
{
	const struct upstream *up = exam->up;
	struct ids ids AUTO_IDS = {0};
	struct node parent;

	if (!up->section || exam->parent < 0 || (!up->backend->pid && up->backend->kind != BACKEND_PHP_FPM))
		return NULL;
	if (!creation_ids(exam->world, MOMENT_RESTART, up->backend, &ids))
		return NULL;
	world_node(exam->world, &up->walk->nodes[exam->parent], &parent);
	return creation_refused(exam->world, &ids, &parent);
}

/* Who will start it, and what he does before that, is not known. */
static bool nobody_starts(const struct upstream *up)
{
	return !up->maker->pid && !up->maker->unit && up->section->unclear;
}

/* A directory that comes, or may come, with the server is not missing; something else in its place stays there. */
static bool directory_comes(const struct exam *exam)
{
	const struct way *way = &exam->ways[MOMENT_RESTART];

	if (!way->n || exam->up->walk->failed == ENOTDIR)
		return false;
	return !way->dirs[way->n - 1].known || way->dirs[way->n - 1].exists;
}

static char *cannot_create(const struct exam *exam)
{
	const struct creation *made = &exam->made[MOMENT_RESTART];
	char *why;

	if (!exam->up->section)
		return NULL;
	if (made->known)
		return made->may_not ? xstrdup(made->fails) : NULL;
	why = directory_comes(exam) || nobody_starts(exam->up) ? NULL : no_directory(exam);
	return why ? why : refused_now(exam);
}

/* --- never created: who should have made it --- */

static const struct unit *maker_unit(const struct exam *exam)
{
	const struct backend *maker = exam->up->maker;

	if (!maker)
		return NULL;
	return maker->kind == BACKEND_SYSTEMD ? unit_find(exam->world->facts, maker->unit) : service_of(exam->world->facts, maker);
}

/* systemd.exec(5): the service's runtime directory goes with the service, whoever made what is in it. */
static char *removed_because(const struct exam *exam, const struct unit *unit)
{
	const struct unit *remover = place_remover(exam->world, exam->up, run_path(endpoint_path(exam->up->endpoint)), true);

	if (!remover || !is_socket_unit(unit))
		return NULL;
	return xasprintf("nothing is there: the socket was deleted with RuntimeDirectory= of %s when it stopped, while %s stays active",
		remover->name, unit->name);
}

static char *unit_because(const struct exam *exam)
{
	const struct unit *unit = maker_unit(exam);
	const char *state = unit ? unit_not_at_boot(unit) : NULL;
	bool masked = unit && streq(unit->load, "masked");

	if (!unit)
		return NULL;
	if (streq(unit->active, "active"))
		return removed_because(exam, unit);
	if (masked || !unit->active)
		return state ? xasprintf("nothing is there; %s, which makes it, %s", unit->name, state) : NULL;
	return xasprintf("nothing is there; %s, which makes it, %s%s%s%s", unit->name, streq(unit->active, "failed") ? "has " : "is ",
		unit->active, state ? ", and it " : "", state ? state : "");
}

static char *too_long(const char *path)
{
	return strlen(path) > SUN_PATH_MAX ?
		       xasprintf("the path has %zu bytes, a socket's address has room for %d", strlen(path), SUN_PATH_MAX) :
		       NULL;
}

static char *nothing_because(const struct exam *exam)
{
	const struct upstream *up = exam->up;

	if (up->walk->failed != ENOENT)
		return xasprintf("nothing can be there: %s", strerror(up->walk->failed));
	if (exam->made[MOMENT_RESTART].fails)
		return xasprintf("nothing is there: %s", exam->made[MOMENT_RESTART].fails);
	if (!up->section)
		return xstrdup("nothing is there, and no server known here is to make it");
	return up->backend->pid ? xasprintf("nothing is there; its server (pid %u) has to be restarted to make it", up->backend->pid) :
				  xasprintf("nothing is there; %s, which makes it, does not run", name_of(backend_kind_names, up->backend->kind));
}

static char *never_because(const struct exam *exam)
{
	char *why = too_long(endpoint_path(exam->up->endpoint));

	if (!why)
		why = unit_because(exam);
	if (!why)
		why = no_directory(exam);
	return why ? why : nothing_because(exam);
}

/* That a tree has no socket, nor its directory, says nothing; only what its configuration would make does. */
static bool tells_nothing(const struct exam *exam)
{
	const struct creation *made = &exam->made[exam->moment];

	return exam->world->facts->host.offline && exam->up->walk->failed == ENOENT && !exam->moved_to && !exam->up->meant &&
	       !(exam->parent >= 0 && made->known && made->may_not);
}

static void add_unknown(struct exam *exam)
{
	const char *why = exam->made[exam->moment].why_unknown;

	exam_add(exam, LAYER_DAC, xstrdup(endpoint_path(exam->up->endpoint)), "sock_file", "write", VERDICT_UNKNOWN,
		xasprintf("a tree has no sockets, and what would be made is not known%s%s", why ? ": " : "", why ? why : ""));
}

void check_absent(struct exam *exam)
{
	struct upstream *up = exam->up;
	const char *path = up->walk->missing ? up->walk->missing : endpoint_path(up->endpoint);
	const char *meant = exam->moved_to ? exam->moved_to : up->meant;
	char *why;

	if (tells_nothing(exam)) {
		add_unknown(exam);
		return;
	}
	why = exam->moved_to ? NULL : cannot_create(exam);
	if (why)
		exam_deny(exam, LAYER_LISTENER, xstrdup(path), "sock_file", "exist", CAUSE_SERVER_CANNOT_CREATE, why);
	else if (meant)
		exam_deny(exam, LAYER_LISTENER, xstrdup(path), "sock_file", "exist", CAUSE_PATH_MISMATCH,
			xasprintf("nothing is there; the server listens at %s", meant));
	else
		exam_deny(exam, LAYER_LISTENER, xstrdup(path), "sock_file", "exist", CAUSE_NEVER_CREATED, never_because(exam));
}
