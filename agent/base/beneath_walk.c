/* SPDX-License-Identifier: MIT */
#include "base/beneath_walk.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/components.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

/* The directories from the root to where the walk stands; the root's descriptor is the caller's. */
struct trail {
	int root;
	int *fds;
	size_t n;
};

static int trail_here(const struct trail *t)
{
	return t->n ? t->fds[t->n - 1] : t->root;
}

static void trail_up(struct trail *t)
{
	if (t->n)
		close(t->fds[--t->n]);
}

static void trail_restart(struct trail *t)
{
	while (t->n)
		trail_up(t);
}

static void trail_free(struct trail *t)
{
	trail_restart(t);
	free(t->fds);
}

static int follow(struct trail *t, struct components *c, int link)
{
	char target[PATH_MAX];
	ssize_t n;
	int r;

	if (link_is_magic(trail_here(t), link))
		return -ELOOP;
	n = readlinkat(link, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	r = components_follow(c, target);
	if (r == 0 && c->absolute)
		trail_restart(t);
	return r;
}

/* Opens the object that the walk has arrived at. Its name is opened again, since a descriptor from O_PATH cannot be
 * turned into another without /proc; a link put there meanwhile is refused by O_NOFOLLOW. */
static int open_object(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* "." and ".." as last component, or nothing but slashes: the object is a directory of the trail. */
static int open_here(const struct trail *t, int flags, int *result)
{
	*result = open_object(trail_here(t), ".", flags);
	return *result < 0 ? *result : 0;
}

static int dots(struct trail *t, const char *name, bool last, int flags, int *result)
{
	if (streq(name, ".."))
		trail_up(t);
	return last ? open_here(t, flags, result) : 1;
}

/* The object itself, at the end of the path. */
static int arrive(const struct trail *t, const char *name, int flags, int *result)
{
	*result = open_object(trail_here(t), name, flags);
	return *result < 0 ? *result : 0;
}

/* One component. 1: the walk goes on; 0: *result is the object's descriptor; negative errno. */
static int step(struct trail *t, struct components *c, int flags, int *result)
{
	bool last, slash;
	const char *name = components_next(c, &last, &slash);
	AUTO_CLOSE int fd = -1;
	struct stat st;
	int r;

	if (!name)
		return open_here(t, flags, result);
	if (streq(name, ".") || streq(name, ".."))
		return dots(t, name, last, flags, result);
	fd = open_object(trail_here(t), name, O_PATH);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && (!last || slash || !(flags & O_NOFOLLOW))) {
		r = follow(t, c, fd);
		return r < 0 ? r : 1;
	}
	if (last)
		return arrive(t, name, flags | (slash ? O_DIRECTORY : 0), result);
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	ARRAY_ADD(t->fds, t->n, TAKE_FD(fd));
	return 1;
}

int beneath_walk(int root, const char *path, int flags)
{
	__attribute__((cleanup(trail_free))) struct trail t = {.root = root};
	AUTO_COMPONENTS struct components c = {0};
	int fd = -1, r;

	if (!*path)
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	components_begin(&c, path);
	while ((r = step(&t, &c, flags, &fd)) > 0)
		;
	return r < 0 ? r : fd;
}
