/* SPDX-License-Identifier: MIT */
#include "apply/make.h"
#include "apply/new_file.h"
#include "apply/node.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define UNITS    "/etc/systemd/system/"
#define TMPFILES "/etc/tmpfiles.d/"

int pin_parent(int root, const char *path, struct pinned *out, const char **name, struct error *err)
{
	AUTO_FREE char *dir = NULL, *shown = NULL;
	const char *slash = strrchr(path, '/');
	int r;

	*out = (struct pinned)PINNED_NONE;
	if (!slash || slash == path || !slash[1] || streq(slash + 1, ".") || streq(slash + 1, ".."))
		return error_set(err, EINVAL, "%s: no name in a directory", (shown = escape_terminal(path)));
	*name = slash + 1;
	dir = xstrndup(path, (size_t)(slash - path));
	shown = escape_terminal(dir);
	r = pin_path(root, dir, out, err);
	if (r < 0)
		return r;
	/* what was found may be where a link led to: its own name must be it */
	if (!streq(out->name, strrchr(dir, '/') + 1) || S_ISLNK(out->st.st_mode))
		return error_set(err, ELOOP, "%s is a symbolic link: nothing is made in it", shown);
	if (!S_ISDIR(out->st.st_mode))
		return error_set(err, ENOTDIR, "%s is no directory", shown);
	out->only_root &= out->st.st_uid == 0 && (out->st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
	return 0;
}

/* NAME and SUFFIX, and no further slash, no hidden name. */
static bool is_name(const char *s, size_t n, const char *suffix)
{
	size_t end = strlen(suffix);

	return n > end && *s != '.' && !memchr(s, '/', n) && strncmp(s + n - end, suffix, end) == 0;
}

int may_make_file(const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	const char *rest;
	size_t n;

	if (starts_with(path, TMPFILES) && is_name(path + strlen(TMPFILES), strlen(path) - strlen(TMPFILES), ".conf"))
		return 0;
	if (starts_with(path, UNITS)) {
		rest = path + strlen(UNITS);
		n = strcspn(rest, "/");
		if (is_name(rest, n, ".d") && rest[n] && is_name(rest + n + 1, strlen(rest + n + 1), ".conf"))
			return 0;
	}
	return error_set(err, EPERM, "%s is not there, and permfix makes no file of that name", shown);
}

struct node_state *new_file_state(void)
{
	struct node_state *state = xcalloc(1, sizeof(*state));

	*state = (struct node_state){.type = NODE_FILE, .mode = 0644};
	return state;
}

/* The directory of a new object, open for syncing; *name points into the object's path. */
static int open_parent(const struct write *w, const char **name, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(w->object);
	AUTO_PINNED struct pinned p = PINNED_NONE;
	int r = pin_parent(w->host->root, w->object, &p, name, err), fd;

	if (r == 0)
		r = pinned_writable(&p, w->object, err);
	if (r < 0)
		return r;
	if (!p.only_root)
		return error_set(err, EPERM, "%s: others than root can write its directory: nothing is made in it", shown);
	fd = openat(p.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_errno(err, errno, "%s: its directory", shown) : fd;
}

static int taken(int errnum, const char *what, struct error *err)
{
	if (errnum == EEXIST)
		return error_set(err, ESTALE, "something has taken its name meanwhile");
	return error_errno(err, errnum, "%s", what);
}

static int sync_directory(int dir, struct error *err)
{
	return fsync(dir) < 0 ? error_errno(err, errno, "syncing the directory") : 0;
}

/* --- files
 * ---------------------------------------------------------------------------------------------------------- */

/* A file with a hidden name has two names for a moment: recovery removes the hidden one first. */
static int name_new(int dir, int fd, bool named, const struct write *w, const char *name, struct error *err)
{
	int r = named ? (linkat(dir, w->temporary, dir, name, 0) < 0 ? -errno : 0) : new_file_name(dir, fd, name);

	if (r < 0)
		return taken(-r, "naming the new file", err);
	return sync_directory(dir, err);
}

static int make_in(int dir, const char *name, const struct write *w, struct error *err)
{
	bool named;
	AUTO_CLOSE int fd = new_file_open(dir, w->temporary, &named);
	int r = fd < 0 ? error_errno(err, -fd, "making a new file") : new_file_fill(fd, w, err);

	if (r == 0)
		r = name_new(dir, fd, named, w, name, err);
	if (fd >= 0 && named && unlinkat(dir, w->temporary, 0) < 0 && r == 0)
		r = error_errno(err, errno, "removing %s", w->temporary);
	return r;
}

int file_make(const struct write *w, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(w->object);
	const char *name = NULL;
	int r = may_make_file(w->object, err);
	AUTO_CLOSE int dir = r < 0 ? -1 : open_parent(w, &name, err);

	if (r < 0 || dir < 0)
		return r < 0 ? r : dir;
	if (unlinkat(dir, w->temporary, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "%s: removing %s", shown, w->temporary);
	r = make_in(dir, name, w, err);
	return r < 0 ? error_wrap(err, "%s", shown) : 0;
}

static int unmake(const struct pinned *p, const struct write *w, int flags, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(w->object);
	AUTO_CLOSE int dir = openat(p->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return error_errno(err, errno, "%s: its directory", shown);
	if (!p->only_root)
		return error_set(err, EPERM, "%s: others than root can write its directory: not removed", shown);
	if (unlinkat(dir, p->name, flags) < 0)
		return errno == ENOTEMPTY || errno == EEXIST
		               ? error_set(err, ENOTEMPTY, "it is not empty: not removed")
		               : error_errno(err, errno, "removing it");
	return sync_directory(dir, err);
}

int file_unmake(const struct pinned *p, const struct write *w, struct error *err)
{
	return unmake(p, w, 0, err);
}

/* --- directories
 * ---------------------------------------------------------------------------------------------------- */

static int bring_new(int dir, const struct write *w, struct error *err)
{
	AUTO_CLOSE int fd = openat(dir, w->temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct node_state fresh;
	int r;

	if (fd < 0)
		return error_errno(err, errno, "opening the new directory");
	r = node_read(fd, &fresh, err);
	if (r == 0)
		r = node_bring(fd, &fresh, w->to->node, err);
	node_state_free(&fresh);
	return r == 0 && fsync(fd) < 0 ? error_errno(err, errno, "syncing the new directory") : r;
}

int directory_make(const struct write *w, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(w->object);
	const char *name = NULL;
	AUTO_CLOSE int dir = open_parent(w, &name, err);
	int r = 0;

	if (dir < 0)
		return dir;
	if (unlinkat(dir, w->temporary, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_errno(err, errno, "%s: removing %s", shown, w->temporary);
	if (mkdirat(dir, w->temporary, 0700) < 0)
		return error_errno(err, errno, "%s: making it", shown);
	r = bring_new(dir, w, err);
	if (r == 0 && renameat2(dir, w->temporary, dir, name, RENAME_NOREPLACE) < 0)
		r = taken(errno, "naming the new directory", err);
	if (r < 0)
		unlinkat(dir, w->temporary, AT_REMOVEDIR);
	else
		r = sync_directory(dir, err);
	return r < 0 ? error_wrap(err, "%s", shown) : 0;
}

int directory_unmake(const struct pinned *p, const struct write *w, struct error *err)
{
	return unmake(p, w, AT_REMOVEDIR, err);
}
