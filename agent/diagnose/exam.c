/* SPDX-License-Identifier: MIT */
#include "diagnose/exam.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/because.h"

struct check *exam_add(struct exam *exam, int layer, char *object, const char *class, const char *needs, int verdict, char *because)
{
	struct check *check = ARRAY_NEW(exam->up->checks, exam->up->n_checks);

	*check = (struct check){.layer = layer, .object = object, .class = xstrdup(class), .needs = xstrdup(needs),
		.verdict = verdict, .because = because, .moment = MOMENT_NOW, .node = -1};
	return check;
}

struct check *exam_deny(struct exam *exam, int layer, char *object, const char *class, const char *needs, int cause, char *because)
{
	struct check *check = exam_add(exam, layer, object, class, needs, VERDICT_DENY, because);

	check->cause = cause;
	return check;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash || slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether the component that is missing is the socket itself and not a directory on the way. */
static bool only_socket_missing(const struct upstream *up)
{
	const struct walk *walk = up->walk;
	const struct node *last = walk->n_nodes ? &walk->nodes[walk->n_nodes - 1] : NULL;
	char *above AUTO_FREE = NULL;

	if (!walk->missing || walk->failed != ENOENT)
		return false;
	if (streq(run_path(walk->missing), run_path(walk->path)))
		return true;
	if (up->section && streq(run_path(walk->missing), run_path(endpoint_path(up->section->endpoint))))
		return true;
	if (last && last->type == NODE_SYMLINK && streq(last_of(last->path), last_of(walk->path)))
		return true;
	/* Through a linked directory: /srv/link/x.sock → /data/x.sock. Where directory and socket bear one name it cannot be told. */
	above = directory_of(walk->path);
	return streq(last_of(walk->missing), last_of(walk->path)) && !streq(last_of(above), last_of(walk->path));
}

static int find_parent(const struct upstream *up)
{
	const struct node *object = walk_object(up->walk);
	const char *path = object ? object->path : up->walk && only_socket_missing(up) ? up->walk->missing : NULL;
	char *directory AUTO_FREE = path ? directory_of(path) : NULL;

	for (size_t i = up->walk ? up->walk->n_nodes : 0; directory && i-- > 0;)
		if (up->walk->nodes[i].type == NODE_DIR && streq(up->walk->nodes[i].path, directory))
			return (int)i;
	return -1;
}

/* A read-only mount in the worker's view says nothing about the server's. */
static void see_as_server(const struct exam *exam, struct node *parent)
{
	const struct upstream *up = exam->up;
	const struct backend *server = up->maker ? up->maker : up->backend;

	if (server && !same_view(exam->world->facts, worker_view(exam->worker), server->view ? server->view : "host"))
		parent->read_only = false;
}

static bool find_directory(const struct exam *exam, int moment, struct node *out)
{
	const struct way *way = &exam->ways[moment];
	const struct directory *directory = way_parent(way);

	if (directory)
		*out = directory->node;
	else if (!way->whole && exam->parent >= 0)
		world_node(exam->world, &exam->up->walk->nodes[exam->parent], out);
	return directory ? directory->exists : !way->whole && exam->parent >= 0;
}

/* A socket unit's socket, in a directory that the service takes over when it starts. */
static void take_over(const struct exam *exam, int moment, struct creation *made)
{
	const struct directory *directory = way_parent(&exam->ways[moment]);

	if (!directory || !directory->takes_over || exam->up->maker->kind != BACKEND_SYSTEMD || !made->known || made->fails)
		return;
	made->node.uid = directory->uid;
	made->node.gid = directory->gid;
}

static void predict(struct exam *exam, int moment)
{
	const struct upstream *up = exam->up;
	struct node parent;
	bool there;

	way_build(exam->world, up, moment, &exam->ways[moment]);
	there = find_directory(exam, moment, &parent);
	if (there)
		see_as_server(exam, &parent);
	creation_predict(exam->world, moment, up->maker, up->section, there ? &parent : NULL, &exam->made[moment]);
	take_over(exam, moment, &exam->made[moment]);
}

/* Only systemd's boot is known. */
static bool knows_boot(const struct facts *facts)
{
	return (facts->host.systemd || facts->host.offline) && (facts->n_units || facts->n_tmpfiles) && !facts->units_unknown;
}

static bool is_moved_here(const struct exam *exam)
{
	const struct backend_section *section = exam->up->section;

	return section && !streq(world_listen(exam->world, section), section->endpoint);
}

/* A server that listens elsewhere in this world leaves nothing here. */
static const char *moved_to(const struct exam *exam)
{
	const struct world *world = exam->world;

	for (size_t i = 0; i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->kind == EFFECT_LISTEN && effect->section != exam->up->section &&
			streq(effect->section->endpoint, exam->up->endpoint))
			return world_listen(world, effect->section);
	}
	return NULL;
}

/* A tree has no sockets, whoever runs in it: what would be made is all that there is to judge. */
static bool is_of_a_tree(const struct exam *exam)
{
	return exam->world->facts->host.offline && exam->up->section && exam->up->walk && !walk_object(exam->up->walk);
}

static void find_object(struct exam *exam)
{
	const struct node *object = walk_object(exam->up->walk);
	const struct creation *made = &exam->made[exam->moment];

	exam->object_at = -1;
	if (exam->moved_to)
		return;
	if (exam->remade && made->known) {
		exam->has_object = !made->fails;
		exam->object = made->node;
	} else if (object) {
		exam->has_object = true;
		exam->object_at = (int)(exam->up->walk->n_nodes - 1);
		world_node(exam->world, object, &exam->object);
	}
}

/* The account files are the host's: in a container, or after a change of nginx's user, they say nothing about this process. */
static void find_fresh_ids(struct exam *exam)
{
	const struct facts *facts = exam->world->facts;

	if (exam->ids.uid == exam->worker->as.uid && same_view(facts, worker_view(exam->worker), "host"))
		world_fresh_ids(exam->world, exam->up->worker, &exam->fresh);
	else
		world_worker_ids(exam->world, exam->up->worker, &exam->fresh);
}

void exam_begin(struct exam *exam)
{
	struct upstream *up = exam->up;

	exam->worker = &exam->world->facts->workers[up->worker];
	world_worker_ids(exam->world, up->worker, &exam->ids);
	if (exam->ids.uid == exam->worker->as.uid && exam->worker->user)
		exam->who = xstrdup(exam->worker->user);
	else
		exam->who = name_of_user(exam->world, exam->ids.uid);
	find_fresh_ids(exam);
	if (up->web_user)
		world_user_ids(exam->world, up->web_user, &exam->web);
	exam->moved_to = moved_to(exam);
	exam->remade = exam->moved_to || is_moved_here(exam) || world_restarts(exam->world, up->maker ? up->maker : up->backend) ||
		       is_of_a_tree(exam);
	exam->parent = find_parent(up);
	exam->boots = knows_boot(exam->world->facts);
	exam->moment = exam->boots && is_of_a_tree(exam) && exam->parent < 0 ? MOMENT_BOOT : MOMENT_RESTART;
	predict(exam, MOMENT_RESTART);
	if (exam->boots)
		predict(exam, MOMENT_BOOT);
	find_object(exam);
}

void exam_end(struct exam *exam)
{
	ids_free(&exam->ids);
	ids_free(&exam->fresh);
	ids_free(&exam->web);
	for (int moment = MOMENT_RESTART; moment <= MOMENT_BOOT; moment++) {
		creation_free(&exam->made[moment]);
		way_free(&exam->ways[moment]);
	}
	free(exam->who);
}
