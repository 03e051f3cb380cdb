/* SPDX-License-Identifier: MIT */
/* Nothing is at the path: who should have made it, and why it is not there. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/exam.h"

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

static char *cannot_create(const struct exam *exam)
{
	char *why;

	if (!exam->up->section)
		return NULL;
	if (exam->made[MOMENT_RESTART].known)
		return exam->made[MOMENT_RESTART].may_not ? xstrdup(exam->made[MOMENT_RESTART].fails) : NULL;
	why = no_directory(exam);
	return why ? why : refused_now(exam);
}

static char *never_because(const struct exam *exam)
{
	const struct upstream *up = exam->up;
	char *directory = no_directory(exam);

	if (strlen(endpoint_path(up->endpoint)) > SUN_PATH_MAX) {
		free(directory);
		return xasprintf("the path has %zu bytes, a socket's address has room for %d", strlen(endpoint_path(up->endpoint)),
			SUN_PATH_MAX);
	}
	if (directory)
		return directory;
	if (up->walk->failed != ENOENT)
		return xasprintf("nothing can be there: %s", strerror(up->walk->failed));
	if (exam->made[MOMENT_RESTART].fails)
		return xasprintf("nothing is there: %s", exam->made[MOMENT_RESTART].fails);
	if (!up->section)
		return xstrdup("nothing is there, and no server known here is to make it");
	return up->backend->pid ? xasprintf("nothing is there; its server (pid %u) has to be restarted to make it", up->backend->pid) :
				  xasprintf("nothing is there; %s, which makes it, does not run", name_of(backend_kind_names, up->backend->kind));
}

void check_absent(struct exam *exam)
{
	struct upstream *up = exam->up;
	const char *path = up->walk->missing ? up->walk->missing : endpoint_path(up->endpoint);
	char *why = cannot_create(exam);

	if (why)
		exam_deny(exam, LAYER_LISTENER, xstrdup(path), "sock_file", "exist", CAUSE_SERVER_CANNOT_CREATE, why);
	else if (up->meant)
		exam_deny(exam, LAYER_LISTENER, xstrdup(path), "sock_file", "exist", CAUSE_PATH_MISMATCH,
			xasprintf("nothing is there; the server listens at %s", up->meant));
	else
		exam_deny(exam, LAYER_LISTENER, xstrdup(path), "sock_file", "exist", CAUSE_NEVER_CREATED, never_because(exam));
}
