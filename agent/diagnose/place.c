/* SPDX-License-Identifier: MIT */
#include "diagnose/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/creation.h"
#include "diagnose/unit.h"

void place_free(struct directory *place)
{
	free(place->by);
	free(place->gone);
	*place = (struct directory){0};
}

void place_unknown(struct directory *place)
{
	const struct node node = place->node;

	place_free(place);
	place->node = node;
}

void place_make(struct directory *place, uint32_t uid, uint32_t gid, uint32_t mode, char *by)
{
	char *path = place->node.path;

	free(place->by);
	if (!place->exists)
		place->node = (struct node){.path = path};
	place->node.type = NODE_DIR;
	place->node.uid = uid;
	place->node.gid = gid;
	place->node.mode = mode & 07777;
	place->known = place->exists = place->configured = true;
	place->by = by;
}

bool path_within(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	while (n > 1 && directory[n - 1] == '/')
		n--;
	return strncmp(path, directory, n) == 0 && (!path[n] || path[n] == '/');
}

/* --- what is in memory alone --- */

static bool in_memory(const struct facts *facts, const struct node *node)
{
	static const char *const types[] = {"tmpfs", "ramfs", "devtmpfs"};

	if (facts->host.offline)
		return path_within(node->path, "/run") || path_within(node->path, "/dev");
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (streq(node->fstype, types[i]))
			return true;
	return false;
}

/* A live system has its root in memory too, and puts it there again. */
static bool is_volatile(const struct facts *facts, const struct upstream *up, const struct node *node)
{
	const struct node *root = up->walk && up->walk->n_nodes ? &up->walk->nodes[0] : NULL;

	if (streq(node->path, "/") || !in_memory(facts, node))
		return false;
	return facts->host.offline || !root || root->dev != node->dev;
}

/* src/shared/mount-setup.c; tmp.mount and run-lock.mount. */
static const struct {
	const char *path;
	uint32_t mode;
} mounts[] = {{"/run", 0755}, {"/run/lock", 01777}, {"/tmp", 01777}, {"/dev", 0755}, {"/dev/shm", 01777}};

static void mount_anew(struct directory *place)
{
	const struct node was = place->node;

	for (size_t i = 0; i < COUNT_OF(mounts); i++)
		if (streq(was.path, mounts[i].path)) {
			place->node.mode = mounts[i].mode;
			place->node.uid = place->node.gid = 0;
			place->node.acl = place->node.default_acl = NULL;
			place->node.n_acl = place->node.n_default_acl = 0;
			if (was.mode != mounts[i].mode || was.uid || was.gid || was.n_acl)
				place->by = xstrdup("systemd, which mounts it");
		}
}

static bool is_mounted_by_systemd(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(mounts); i++)
		if (streq(path, mounts[i].path))
			return true;
	return false;
}

/* --- who might make it that nobody can see --- */

static bool never_makes_directories(int kind)
{
	return kind == BACKEND_PHP_FPM || kind == BACKEND_GUNICORN || kind == BACKEND_UWSGI || kind == BACKEND_PUMA ||
	       kind == BACKEND_UNICORN || kind == BACKEND_SYSTEMD;
}

/* The program that ExecStart= names, for servers that are known; a script may do anything. Commands are known from the files alone (as for
 * a boot): systemd is not asked for what it has loaded of them. */
static bool starts_itself(const struct world *world, const struct unit *unit, const struct backend *backend)
{
	char *command AUTO_FREE = unit_text(world, unit, "Service.ExecStart", MOMENT_BOOT);
	char *word;

	if (!command)
		return true;
	word = command + strspn(command, "-@:+!|");
	word[strcspn(word, " \t")] = '\0';
	return strstr(word, name_of(backend_kind_names, backend->kind)) != NULL;
}

/* A missing directory could come from the server, or from what is run before it. */
static bool may_come_from_server(const struct world *world, const struct upstream *up, int moment)
{
	const struct unit *service = service_of(world->facts, up->backend);
	char *before AUTO_FREE = NULL;

	if (up->maker && up->maker->kind == BACKEND_SYSTEMD)
		return false;
	if (!up->backend || up->backend->supervisor || !never_makes_directories(up->backend->kind))
		return true;
	if (!service)
		return moment == MOMENT_BOOT; /* who starts it then is not known */
	before = unit_text(world, service, "Service.ExecStartPre", MOMENT_BOOT);
	return before || !starts_itself(world, service, up->backend);
}

static bool may_make(const struct world *world, const struct upstream *up, int moment, const struct directory *place)
{
	const struct node run = {.path = (char *)"/run", .type = NODE_DIR, .mode = 0755};
	const struct unit *service = service_of(world->facts, up->backend);
	struct ids ids AUTO_IDS = {0};
	char *refused AUTO_FREE = NULL, *before AUTO_FREE = NULL;

	if (!may_come_from_server(world, up, moment))
		return false;
	before = service ? unit_text(world, service, "Service.ExecStartPre", MOMENT_BOOT) : NULL;
	if (!service || before || !path_within(place->node.path, "/run") || !creation_ids(world, moment, up->backend, &ids))
		return true;
	/* Nobody but root makes anything in /run. */
	refused = creation_refused(world, &ids, &run);
	return !refused;
}

/* --- */

static void begin(const struct world *world, const char *path, const struct node *live, struct directory *out)
{
	*out = (struct directory){.known = true, .exists = live != NULL};
	if (live)
		world_node(world, live, &out->node);
	out->node.path = (char *)path;
}

static void at_boot(const struct world *world, const struct upstream *up, const struct node *live, struct directory *out)
{
	if (live && is_volatile(world->facts, up, live)) {
		if (is_mounted_by_systemd(live->path))
			mount_anew(out);
		else if (!live->mount_point)
			out->exists = false;
	}
	place_by_tmpfiles(world, out);
	place_by_sockets(world, up, MOMENT_BOOT, out);
	place_by_services(world, up, MOMENT_BOOT, out);
	if (out->known && !out->exists && (world->facts->tmpfiles_unknown || may_make(world, up, MOMENT_BOOT, out)))
		place_unknown(out);
	else if (out->known && !out->exists)
		out->gone = xasprintf("%s is gone after a boot: %s, and nothing makes it anew", out->node.path,
			live ? "it stands in memory" : "it is not there");
}

static void at_restart(const struct world *world, const struct upstream *up, struct directory *out)
{
	if (!out->exists)
		place_made_now(world, out->node.path, out);
	place_by_services(world, up, MOMENT_RESTART, out);
	place_by_sockets(world, up, MOMENT_RESTART, out);
	if (!out->known || out->exists)
		return;
	if (may_make(world, up, MOMENT_RESTART, out))
		place_unknown(out);
	else
		out->gone = xasprintf("the directory %s does not exist", out->node.path);
}

void place_predict(const struct world *world, const struct upstream *up, int moment, const char *path, const struct node *live,
	struct directory *out)
{
	begin(world, path, live, out);
	if (moment == MOMENT_BOOT)
		at_boot(world, up, live, out);
	else
		at_restart(world, up, out);
}
