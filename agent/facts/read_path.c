/* SPDX-License-Identifier: MIT */
#include "facts/read_path.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/components.h"
#include "facts/read_node.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

/* Directories keep their descriptor while they are remembered: well below the usual limit of 1,024. */
#define REMEMBERED_MAX 256

struct way {
	struct path_reader *reader;
	const struct view *view;
	const struct mounts *mounts; /* NULL offline */
	int root;
	struct components rest;
	const struct cached *here; /* the directory that the next component is looked up in */
	struct walk *out;
};

uint32_t kernel_dev(uint64_t st_dev)
{
	return major(st_dev) << 20 | minor(st_dev);
}

void path_reader_free(struct path_reader *reader)
{
	for (size_t i = 0; i < reader->n_views; i++) {
		free(reader->views[i].view);
		mounts_free(&reader->views[i].mounts);
	}
	free(reader->views);
	path_cache_free(&reader->cache);
	*reader = (struct path_reader){0};
}

static const struct mounts *mounts_of(struct path_reader *reader, const struct view *view)
{
	struct view_mounts *added;

	if (reader->offline)
		return NULL;
	for (size_t i = 0; i < reader->n_views; i++)
		if (streq(reader->views[i].view, view->id))
			return &reader->views[i].mounts;
	added = ARRAY_NEW(reader->views, reader->n_views);
	added->view = xstrdup(view->id);
	read_mounts(view->pid, &added->mounts); /* an unreadable table stays empty: fstype is then unknown */
	return &added->mounts;
}

static char *join(const char *dir, const char *name)
{
	return xasprintf("%s/%s", streq(dir, "/") ? "" : dir, name);
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

static int ended(struct way *w, int errnum, const char *missing)
{
	w->out->failed = errnum;
	w->out->missing = xstrdup(missing);
	return 0;
}

static bool is_listed(const struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->n_nodes; i++)
		if (streq(walk->nodes[i].path, path))
			return true;
	return false;
}

static void list(struct way *w, const struct node *node)
{
	struct node *copy = ARRAY_NEW(w->out->nodes, w->out->n_nodes);

	shape_copy(&node_shape, copy, node);
}

static void list_once(struct way *w, const struct node *node)
{
	if (!is_listed(w->out, node->path))
		list(w, node);
}

/* Looks at one component; takes path over. *found is filled by reference to the cache for a directory or a link; anything else is not
 * remembered: its node is listed here, and *found is NULL. Returns -errno. */
static int look(struct way *w, int fd, const char *path, const struct cached **found)
{
	struct cached entry = {.fd = fd, .mount_id = w->here ? w->here->mount_id : 0};
	int r = read_node(fd, w->mounts, w->reader->labels, &entry.mount_id, &entry.node);

	*found = NULL;
	entry.node.path = xstrdup(path);
	if (r == 0 && (entry.node.type == NODE_DIR || entry.node.type == NODE_SYMLINK)) {
		if (entry.node.type == NODE_SYMLINK) {
			entry.magic = link_is_magic(w->here->fd, fd);
			entry.fd = -1;
			close(fd);
		}
		*found = path_cache_add(&w->reader->cache, w->view->id, &entry);
		return 0;
	}
	close(fd);
	if (r < 0)
		shape_free(&node_shape, &entry.node);
	else
		*ARRAY_NEW(w->out->nodes, w->out->n_nodes) = entry.node;
	return r;
}

static int look_up(struct way *w, int dir, const char *name, const char *path, const struct cached **found)
{
	int fd;

	*found = path_cache_find(&w->reader->cache, w->view->id, path);
	if (!*found) {
		fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		int r = look(w, fd, path, found);

		if (r < 0)
			return r;
	}
	if (*found)
		list_once(w, &(*found)->node);
	return 0;
}

/* The root of the view: where the walk begins, and begins again after an absolute link. */
static int enter_root(struct way *w)
{
	const struct cached *root = NULL;
	int r = look_up(w, w->root, ".", "/", &root);

	if (r < 0 || !root)
		return ended(w, r < 0 ? -r : ENOTDIR, "/");
	w->here = root;
	return 1;
}

static int follow(struct way *w, const struct cached *link)
{
	int r = link->magic || !link->node.link ? -EPERM : components_follow(&w->rest, link->node.link);

	if (r < 0)
		return ended(w, -r, link->node.path);
	return w->rest.absolute ? enter_root(w) : 1;
}

static int go_up(struct way *w)
{
	AUTO_FREE char *parent = parent_of(w->here->node.path);

	/* Always remembered: the walk came through it, and nothing is forgotten during a walk. */
	w->here = path_cache_find(&w->reader->cache, w->view->id, parent);
	return 1;
}

/* The path is used up: the object is the directory in which the walk stands. */
static int arrive(struct way *w)
{
	const struct walk *out = w->out;

	if (!streq(out->nodes[out->n_nodes - 1].path, w->here->node.path))
		list(w, &w->here->node);
	if (w->reader->look_inside)
		read_emptiness(w->here->fd, &out->nodes[out->n_nodes - 1]);
	return 0;
}

/* One component. 1: the walk goes on; 0: it has ended, well or not. */
static int step(struct way *w)
{
	bool last, slash;
	const char *name = components_next(&w->rest, &last, &slash);
	AUTO_FREE char *path = NULL;
	const struct cached *found;
	int r;

	if (!name)
		return arrive(w);
	if (streq(name, "."))
		return 1;
	if (streq(name, ".."))
		return go_up(w);
	path = join(w->here->node.path, name);
	r = look_up(w, w->here->fd, name, path, &found);
	if (r < 0)
		return ended(w, -r, path);
	if (!found)
		return last && !slash ? 0 : ended(w, ENOTDIR, path);
	if (found->node.type == NODE_SYMLINK)
		return follow(w, found);
	w->here = found;
	return 1;
}

int read_walk(struct path_reader *reader, const struct view *view, int root, const char *path, struct walk *out)
{
	struct way w = {.reader = reader, .view = view, .root = root, .out = out};

	*out = (struct walk){.view = xstrdup(view->id), .path = xstrdup(path)};
	if (*path != '/')
		return -EINVAL;
	if (reader->cache.n >= REMEMBERED_MAX)
		path_cache_free(&reader->cache);
	w.mounts = mounts_of(reader, view);
	if (enter_root(&w) == 0)
		return 0;
	/* The kernel takes no path of PATH_MAX bytes or more, its NUL included: getname() in fs/namei.c. */
	if (strlen(path) >= PATH_MAX)
		return ended(&w, ENAMETOOLONG, path);
	components_begin(&w.rest, path);
	while (step(&w) > 0)
		;
	components_free(&w.rest);
	return 0;
}
