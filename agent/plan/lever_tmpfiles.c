/* SPDX-License-Identifier: MIT */
/* Directories: what RuntimeDirectory= of a service makes, and what nobody declares although it lies on a file system in memory. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/place.h"
#include "diagnose/unit.h"
#include "plan/effect_kinds.h"
#include "plan/maker.h"
#include "plan/runtime_directory.h"

#include <stdlib.h>

#define GROUP_SEARCH 0010U
#define OTHER_BITS   0007U
#define RUN	     "/run/"

static bool in_memory(const struct node *node)
{
	return streq(node->fstype, "tmpfs") || streq(node->fstype, "ramfs");
}

/* The directory that the fault is about, as the host has it; where it is gone at boot that is the one that stands there now. */
static const struct node *directory_of(const struct situation *s)
{
	const struct walk *walk = s->upstream->walk;

	for (size_t i = 0; walk && i < walk->n_nodes; i++)
		if (walk->nodes[i].type == NODE_DIR && streq(walk->nodes[i].path, s->check->object))
			return seen_on_host(s, &walk->nodes[i]);
	return NULL;
}

/* --- RuntimeDirectory= --- */

static void mode_key(const struct situation *s, struct step *step, const struct unit *unit, const struct node *made)
{
	AUTO_FREE char *mode = xasprintf("%04o", made->mode | GROUP_SEARCH);

	if (!(made->mode & GROUP_SEARCH))
		step_dropin_key(step, &s->world, unit, "Service.RuntimeDirectoryMode", mode);
}

static void open_to_group(const struct situation *s, const struct unit *unit, const struct node *made, struct candidates *out)
{
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);
	struct steps steps = {0};
	struct step *step = step_dropin(&steps, unit,
		xasprintf("%s makes this directory each time it starts: search permission for the group that %s runs with", unit->name, s->worker->user));

	if (!ids_in_group(&s->ids, made->gid))
		service_group_keys(s, step, unit, group);
	mode_key(s, step, unit, made);
	if (step->n_changes == 0) {
		steps_free(&steps);
		return;
	}
	step_daemon_reload(&steps, xstrdup("systemd takes what units say from its memory until it has read their files anew"));
	sync_directories(s, &steps);
	sync_live(s, &steps);
	candidate_add(out, &steps);
}

/* The worker joins the group that the service has already. */
static void open_to_member(const struct situation *s, const struct unit *unit, const struct node *made, struct candidates *out)
{
	const struct nginx *nginx = &s->facts->nginx[s->worker->nginx];
	AUTO_FREE char *group = group_label(&s->world, made->gid);
	struct steps steps = {0};
	struct step *step;

	if (ids_in_group(&s->ids, made->gid) || !group_by_gid(&s->facts->accounts, made->gid) ||
		!user_by_name(&s->facts->accounts, s->worker->user) || !nginx->pid)
		return;
	step_member(&steps, group, s->worker->user, xasprintf("%s gets everything that group %s may do", s->worker->user, group));
	step = step_dropin(&steps, unit, xasprintf("%s makes this directory each time it starts: search permission for its group", unit->name));
	mode_key(s, step, unit, made);
	if (step->n_changes == 0) {
		steps_free(&steps);
		return;
	}
	step_daemon_reload(&steps, xstrdup("systemd takes what units say from its memory until it has read their files anew"));
	sync_directories(s, &steps);
	step_reload(&steps, &nginx->as, xstrdup("new workers get the groups that the group database gives them"));
	candidate_add(out, &steps);
}

void lever_runtime_directory(const struct situation *s, struct candidates *out)
{
	const struct node *directory = directory_of(s);
	const struct unit *unit = maker_service(s);
	struct node made;

	if (!directory || !unit || !runtime_directory_has(&s->world, unit, directory->path))
		return;
	made = *directory;
	if (!runtime_directory_node(&s->world, unit, &made))
		return;
	open_to_group(s, unit, &made, out);
	open_to_member(s, unit, &made, out);
}

/* --- tmpfiles.d --- */

static bool made_by_service(const struct situation *s, const char *path)
{
	for (size_t i = 0; i < s->facts->n_units; i++)
		if (is_service_unit(&s->facts->units[i]) && runtime_directory_has(&s->world, &s->facts->units[i], path))
			return true;
	return false;
}

/* The directory as it has to be: the live one, with search for the group that the worker runs with where it lacks that. */
static void wanted_directory(const struct situation *s, const struct node *live, struct node *wanted)
{
	*wanted = *live;
	if (s->check->moment != MOMENT_NOW)
		return;
	if (!ids_in_group(&s->ids, wanted->gid))
		wanted->gid = s->ids.gid;
	wanted->mode |= GROUP_SEARCH;
}

static void declare_as(const struct situation *s, const struct node *directory, const struct node *wanted, struct candidates *out)
{
	struct steps steps = {0};

	step_tmpfiles(&steps, &s->world, wanted,
		xasprintf("%s lies in memory: at boot it is what tmpfiles.d says, or it is not there", directory->path));
	if (s->check->moment == MOMENT_NOW)
		sync_object(s, &steps, directory, wanted, "tmpfiles.d");
	candidate_add(out, &steps);
}

/* A line that is there already may have closed it on purpose: then as that line has it, and the worker's group besides. */
static void declare_less(const struct situation *s, const struct node *directory, struct candidates *out)
{
	struct directory then = {0};

	place_predict(&s->world, s->upstream, MOMENT_BOOT, directory->path, directory, &then);
	if (then.known && then.exists && then.configured && !then.node.n_acl) {
		then.node.gid = ids_in_group(&s->ids, then.node.gid) ? then.node.gid : s->ids.gid;
		then.node.mode |= GROUP_SEARCH;
		declare_as(s, directory, &then.node, out);
	}
	place_free(&then);
}

void lever_tmpfiles(const struct situation *s, struct candidates *out)
{
	const struct node *directory = directory_of(s);
	struct node live, wanted;

	if (!directory || !in_memory(directory) || directory->mount_point || made_by_service(s, directory->path) ||
		(!s->facts->host.systemd && !s->facts->n_tmpfiles))
		return;
	world_node(&s->world, directory, &live);
	if (live.n_acl)
		return;
	wanted_directory(s, &live, &wanted);
	declare_as(s, directory, &wanted, out);
	if (s->check->moment == MOMENT_BOOT)
		declare_less(s, directory, out);
}

/* --- the server may not make its socket --- */

/* The directory in which the socket is to stand. */
static char *socket_directory(const struct situation *s)
{
	const char *path = s->upstream->section ? endpoint_path(s->upstream->section->endpoint) : NULL;

	return path ? xstrndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
}

static void restart_of(const struct situation *s, const struct unit *unit, struct steps *steps)
{
	const struct backend *maker = s->upstream->maker;

	step_restart(steps, unit->name, maker->pid ? &maker->as : NULL,
		xasprintf("%s could not make its socket; it does not serve now", unit->name));
}

/* A directory of its own, which the service manager makes for the service each time. */
static void own_directory(const struct situation *s, const struct unit *unit, const char *directory, struct candidates *out)
{
	AUTO_FREE char *words = unit_list_text(&s->world, unit, "Service.RuntimeDirectory"), *more = NULL;
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);
	struct steps steps = {0};
	struct step *step;

	if (!starts_with(directory, RUN) || strchr(directory + strlen(RUN), '/'))
		return;
	more = words_with(words, directory + strlen(RUN));
	step = step_dropin(&steps, unit, xasprintf("%s gets a directory of its own in which it may make its socket", unit->name));
	step_dropin_key(step, &s->world, unit, "Service.RuntimeDirectory", more);
	/* Not step_dropin_key(): also where it is 0750 already. The list is emptied first, and its mode with it, see world.c. */
	step_change(step, "Service.RuntimeDirectoryMode", NULL, "0750");
	service_group_keys(s, step, unit, group);
	step_daemon_reload(&steps, xstrdup("systemd takes what units say from its memory until it has read their files anew"));
	restart_of(s, unit, &steps);
	candidate_add(out, &steps);
}

/* A directory that is there, or that tmpfiles.d makes, belongs to the server. */
static void given_directory(const struct situation *s, const struct unit *unit, const char *directory, struct candidates *out)
{
	const struct node *there = node_at(s->facts, directory);
	AUTO_IDS struct ids ids = {0};
	struct node wanted = {.path = (char *)(uintptr_t)directory, .type = NODE_DIR, .mode = 0750};
	struct steps steps = {0};

	if (!starts_with(directory, RUN) || !creation_ids(&s->world, MOMENT_RESTART, s->upstream->maker, &ids))
		return;
	wanted.uid = ids.uid;
	wanted.gid = s->ids.gid;
	if (there && in_memory(there))
		wanted.mode |= there->mode & OTHER_BITS;
	step_tmpfiles(&steps, &s->world, &wanted, xasprintf("the directory belongs to the account of %s, each time the host boots", unit->name));
	if (there)
		sync_object(s, &steps, there, &wanted, "tmpfiles.d");
	restart_of(s, unit, &steps);
	candidate_add(out, &steps);
}

/* It was started, and could not. What somebody has stopped is not started behind his back. */
static bool was_started(const struct unit *unit)
{
	return streq(unit->active, "failed") || streq(unit->active, "activating") || streq(unit->active, "active");
}

void lever_make_directory(const struct situation *s, struct candidates *out)
{
	AUTO_FREE char *directory = socket_directory(s);
	const struct unit *unit = maker_service(s);

	if (!directory || !unit || !was_started(unit) || s->upstream->maker->kind == BACKEND_SYSTEMD || s->upstream->maker->kind == BACKEND_PHP_FPM)
		return;
	own_directory(s, unit, directory, out);
	given_directory(s, unit, directory, out);
}
