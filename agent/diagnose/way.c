/* SPDX-License-Identifier: MIT */
/* All directories on the way to a socket, as they will be: those that the walk met, and those that are missing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/index.h"
#include "diagnose/place.h"

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash || slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

/* The directories from `missing` down to the socket's own. */
static void add_missing(const struct world *world, const struct upstream *up, int moment, const char *missing, struct way *out)
{
	const char *path = run_path(up->walk->path);
	size_t n = strlen(missing);

	for (const char *slash = path + n; (slash = strchr(slash, '/')); slash++) {
		char *directory = xstrndup(path, (size_t)(slash - path));
		struct directory *place = ARRAY_NEW(out->dirs, out->n);

		place_predict(world, up, moment, directory, NULL, place);
		place->node.path = directory; /* way_free() frees it */
	}
}

static void add_met(const struct world *world, const struct upstream *up, int moment, struct way *out)
{
	const struct walk *walk = up->walk;
	size_t n = walk->n_nodes - (walk_object(walk) != NULL);

	for (size_t i = 0; i < n; i++) {
		struct directory *place;

		if (walk->nodes[i].type != NODE_DIR)
			continue;
		place = ARRAY_NEW(out->dirs, out->n);
		place_predict(world, up, moment, walk->nodes[i].path, &walk->nodes[i], place);
		place->node.path = xstrdup(walk->nodes[i].path);
	}
}

/* The socket's own directory is among them. */
static bool has_directory_of(const struct way *way, const char *path)
{
	char *directory AUTO_FREE = parent_of(path);

	return way->n && streq(way->dirs[way->n - 1].node.path, directory);
}

void way_build(const struct world *world, const struct upstream *up, int moment, struct way *out)
{
	const struct walk *walk = up->walk;
	const struct node *object = walk_object(walk);
	const char *missing = walk && walk->failed == ENOENT ? run_path(walk->missing) : NULL;

	*out = (struct way){0};
	if (!walk)
		return;
	add_met(world, up, moment, out);
	if (object) {
		out->whole = has_directory_of(out, object->path);
	} else if (missing && path_within(run_path(walk->path), missing)) {
		add_missing(world, up, moment, missing, out);
		out->whole = has_directory_of(out, run_path(walk->path));
	}
}

void way_free(struct way *way)
{
	for (size_t i = 0; i < way->n; i++) {
		char *path = way->dirs[i].node.path;

		place_free(&way->dirs[i]);
		free(path);
	}
	free(way->dirs);
	*way = (struct way){0};
}

const struct directory *way_parent(const struct way *way)
{
	return way->whole && way->dirs[way->n - 1].known ? &way->dirs[way->n - 1] : NULL;
}
