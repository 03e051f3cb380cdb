/* SPDX-License-Identifier: MIT */
/* The atomic writer of configuration files: a new file that carries owner, mode, ACL, extended attributes and
 * label of the old one takes its name. Until the rename the new one has no name, or a hidden one that no live
 * glob matches (nginx's `*`, PHP-FPM's `*.conf`). */
#include "apply/set_file.h"
#include "apply/make.h"
#include "apply/new_file.h"
#include "apply/node.h"
#include "apply/pin.h"
#include "apply/writer.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>

#define CONTENT_MAX ((size_t)4 << 20) /* EDIT_FILE_MAX of facts/edit.h: what is not edited is not written */

static bool not_there(int r)
{
	return r == -ENOENT || r == -ENOTDIR;
}

static int read_bytes(const struct pinned *p, char **bytes, size_t *n, struct error *err)
{
	AUTO_CLOSE int fd = -1;
	char link[32];

	pin_link(p->fd, link);
	fd = open(link, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? error_errno(err, errno, "opening it")
	              : read_descriptor(fd, CONTENT_MAX, bytes, n, err);
}

static int file_digest(const struct pinned *p, char **digest, struct error *err)
{
	AUTO_FREE char *bytes = NULL;
	size_t n;
	int r = read_bytes(p, &bytes, &n, err);

	if (r == 0)
		*digest = digest_of(bytes, n);
	return r;
}

static int read_pinned(const struct pinned *p, const char *path, struct image *out, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	int r;

	*out = (struct image){.node = xcalloc(1, sizeof(*out->node))};
	r = node_read(p->fd, out->node, err);
	if (r == 0 && S_ISREG(p->st.st_mode))
		r = file_digest(p, &out->digest, err);
	return r < 0 ? error_wrap(err, "%s", shown) : 0;
}

static int file_image(const struct apply_host *host, const char *path, struct image *out, struct error *err)
{
	AUTO_PINNED struct pinned p = PINNED_NONE;
	int r = pin_path(host->root, path, &p, err);

	*out = (struct image){.absent = not_there(r)};
	if (r < 0)
		return not_there(r) ? 0 : r;
	return read_pinned(&p, path, out, err);
}

static bool image_same(const struct image *a, const struct image *b)
{
	if (a->absent || b->absent || !a->node || !b->node)
		return a->absent && b->absent;
	return node_same(a->node, b->node) && streq(a->digest, b->digest);
}

/* The name must still be that of the pinned file, and nobody may have written to it since it was read. */
static int unchanged(int dir, const struct pinned *p, struct error *err)
{
	struct stat now;

	if (fstatat(dir, p->name, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "looking again");
	if (now.st_dev != p->st.st_dev || now.st_ino != p->st.st_ino || now.st_size != p->st.st_size ||
	        now.st_ctim.tv_sec != p->st.st_ctim.tv_sec || now.st_ctim.tv_nsec != p->st.st_ctim.tv_nsec)
		return error_set(err, ESTALE, "it was changed or replaced a moment ago");
	return 0;
}

static int replace(int dir, const struct pinned *p, const struct write *w, struct error *err)
{
	bool named;
	AUTO_CLOSE int fd = new_file_open(dir, w->temporary, &named);
	int r = fd < 0 ? error_errno(err, -fd, "making a new file beside it") : new_file_fill(fd, w, err);

	if (r == 0 && !named && (r = new_file_name(dir, fd, w->temporary)) < 0)
		r = error_errno(err, -r, "naming the new file");
	if (r == 0)
		r = unchanged(dir, p, err);
	if (r == 0 && renameat(dir, w->temporary, dir, p->name) < 0)
		r = error_errno(err, errno, "renaming the new file");
	if (r < 0)
		unlinkat(dir, w->temporary, 0);
	else if (fsync(dir) < 0)
		r = error_errno(err, errno, "syncing the directory");
	return r;
}

static int check_kind(const struct pinned *p, const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	int r = pinned_writable(p, path, err);

	if (r < 0)
		return r;
	if (!S_ISREG(p->st.st_mode))
		return error_set(err, EPERM, "%s is no regular file", shown);
	if (!p->only_root)
		return error_set(
		        err, EPERM, "%s: others than root can write its directory: not edited", shown);
	return 0;
}

static int check_now(const struct pinned *p, const struct write *w, struct error *err)
{
	AUTO_IMAGE struct image now = {0};
	AUTO_FREE char *shown = escape_terminal(w->object);
	int r = check_kind(p, w->object, err);

	if (r == 0)
		r = read_pinned(p, w->object, &now, err);
	if (r == 0 && !image_same(&now, w->from))
		r = error_set(err, ESTALE, "%s was changed a moment ago", shown);
	return r;
}

static int rewrite(const struct pinned *p, const struct write *w, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(w->object);
	AUTO_CLOSE int dir = -1;
	int r;

	dir = openat(p->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_errno(err, errno, "%s: its directory", shown);
	/* one that an earlier, interrupted attempt at this very write left behind */
	if (unlinkat(dir, w->temporary, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "%s: removing %s", shown, w->temporary);
	r = replace(dir, p, w, err);
	return r < 0 ? error_wrap(err, "%s", shown) : 0;
}

static int write_over(const struct write *w, struct error *err)
{
	AUTO_PINNED struct pinned p = PINNED_NONE;
	int r = pin_path(w->host->root, w->object, &p, err);

	if (r == 0)
		r = check_now(&p, w, err);
	if (r < 0)
		return r;
	return w->to->absent ? file_unmake(&p, w, err) : rewrite(&p, w, err);
}

static int file_write(const struct write *w, struct error *err)
{
	int r = w->from->absent ? file_make(w, err) : write_over(w, err);

	return r < 0 ? r : writer_verify(&file_writer, w, err);
}

const struct writer file_writer = {file_image, image_same, file_write, NULL};

int file_content(const struct apply_host *host, const char *path, char **bytes, size_t *n,
        struct image *image, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	AUTO_PINNED struct pinned p = PINNED_NONE;
	int r = pin_path(host->root, path, &p, err);

	*bytes = NULL;
	*image = (struct image){0};
	if (r == 0)
		r = check_kind(&p, path, err);
	if (r < 0)
		return r;
	image->node = xcalloc(1, sizeof(*image->node));
	r = node_read(p.fd, image->node, err);
	if (r == 0)
		r = read_bytes(&p, bytes, n, err);
	if (r < 0)
		return error_wrap(err, "%s", shown);
	image->digest = digest_of(*bytes, *n);
	return 0;
}

static bool remove_name(int dir, const char *name)
{
	return unlinkat(dir, name, 0) == 0 || (errno == EISDIR && unlinkat(dir, name, AT_REMOVEDIR) == 0) || errno != ENOENT;
}

int file_remove_leftover(
        const struct apply_host *host, const char *path, const char *temporary, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	AUTO_PINNED struct pinned p = PINNED_NONE, parent = PINNED_NONE;
	AUTO_CLOSE int dir = -1;
	const char *name;
	int r = pin_path(host->root, path, &p, err);
	bool gone = not_there(r);

	if (gone) /* it was to be made */
		r = pin_parent(host->root, path, &parent, &name, err);
	if (r < 0)
		return not_there(r) ? 0 : r;
	dir = openat(gone ? parent.fd : p.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_errno(err, errno, "%s: its directory", shown);
	if (!(gone ? parent.only_root : p.only_root) || !remove_name(dir, temporary))
		return 0;
	return fsync(dir) < 0 ? error_errno(err, errno, "%s: removing %s", shown, temporary) : 0;
}
