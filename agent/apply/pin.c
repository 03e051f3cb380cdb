/* SPDX-License-Identifier: MIT */
#include "apply/pin.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/components.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <stdint.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

/* Not in linux/magic.h of every distribution: fs/smb/client/cifsfs.h, include/uapi/linux/magic.h. */
#define CIFS_MAGIC   0xFF534D42U
#define SMB2_MAGIC   0xFE534D42U
#define CEPH_MAGIC   0x00C36400U
#define FUSE_MAGIC   0x65735546U
#define GFS2_MAGIC   0x01161970U
#define OCFS2_MAGIC  0x7461636fU
#define LUSTRE_MAGIC 0x0BD00BD0U

/* The directories from the root to where the walk stands. */
struct level {
	int fd;
	bool only_root;
};
struct trail {
	struct level *levels;
	size_t n;
};

static bool root_alone_writes(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static const struct level *here(const struct trail *t)
{
	return &t->levels[t->n - 1];
}

static int enter(struct trail *t, int fd)
{
	bool above = t->n == 0 || here(t)->only_root;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0) {
		close(fd);
		return -EIO;
	}
	ARRAY_ADD(t->levels, t->n, (struct level){fd, above && root_alone_writes(&st)});
	return 0;
}

static void up(struct trail *t)
{
	if (t->n > 1)
		close(t->levels[--t->n].fd);
}

static void trail_free(struct trail *t)
{
	while (t->n)
		close(t->levels[--t->n].fd);
	free(t->levels);
}

static int follow(struct trail *t, struct components *c, int link)
{
	char target[PATH_MAX];
	ssize_t n;
	int r;

	/* Somebody else could make the link say anything: the attack is a link to a file of root's. */
	if (!here(t)->only_root || link_is_magic(here(t)->fd, link))
		return -ELOOP;
	n = readlinkat(link, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	r = components_follow(c, target);
	while (r == 0 && c->absolute && t->n > 1)
		up(t);
	return r;
}

static int arrive(const struct trail *t, const char *name, int fd, const struct stat *st, struct pinned *out)
{
	out->dir = fcntl(here(t)->fd, F_DUPFD_CLOEXEC, 3);
	if (out->dir < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	out->fd = fd;
	out->name = xstrdup(name);
	out->only_root = here(t)->only_root;
	out->st = *st;
	return 0;
}

/* One component. 1: the walk goes on; 0: arrived; negative errno. */
static int step(struct trail *t, struct components *c, struct pinned *out)
{
	bool last, slash;
	const char *name = components_next(c, &last, &slash);
	AUTO_CLOSE int fd = -1;
	struct stat st;
	int r;

	if (!name)
		return -EINVAL;
	if (streq(name, "..") || streq(name, ".")) {
		if (name[1])
			up(t);
		return last ? -EINVAL : 1;
	}
	fd = openat(here(t)->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode)) {
		r = follow(t, c, fd);
		return r < 0 ? r : 1;
	}
	if (last)
		return arrive(t, name, TAKE_FD(fd), &st, out);
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	r = enter(t, TAKE_FD(fd));
	return r < 0 ? r : 1;
}

int pin_path(int root, const char *path, struct pinned *out, struct error *err)
{
	__attribute__((cleanup(trail_free))) struct trail t = {0};
	AUTO_COMPONENTS struct components c = {0};
	AUTO_FREE char *shown = escape_terminal(path);
	int r;

	*out = (struct pinned)PINNED_NONE;
	if (*path != '/' || strlen(path) >= PATH_MAX)
		return error_set(err, EINVAL, "%s is no absolute path", shown);
	components_begin(&c, path);
	r = enter(&t, openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
	while (r >= 0 && (r = step(&t, &c, out)) > 0)
		;
	if (r == -ELOOP)
		return error_set(err, ELOOP,
		        "%s: a symbolic link in a directory that others than root can write is not followed",
		        shown);
	return r < 0 ? error_errno(err, -r, "%s", shown) : 0;
}

void pinned_free(struct pinned *p)
{
	cleanup_close(&p->fd);
	cleanup_close(&p->dir);
	free(p->name);
	*p = (struct pinned)PINNED_NONE;
}

void pin_link(int fd, char link[32])
{
	snprintf(link, 32, "/proc/self/fd/%d", fd);
}

/* File systems whose other side may change or refuse anything at any moment. */
static bool remote(uint32_t magic)
{
	static const uint32_t kinds[] = {NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_MAGIC, SMB2_MAGIC, FUSE_MAGIC,
	        AFS_SUPER_MAGIC, CODA_SUPER_MAGIC, NCP_SUPER_MAGIC, V9FS_MAGIC, CEPH_MAGIC, GFS2_MAGIC,
	        OCFS2_MAGIC, LUSTRE_MAGIC};

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i] == magic)
			return true;
	return false;
}

static int file_system_writable(const struct pinned *p, const char *shown, struct error *err)
{
	struct statfs fs;

	if (fstatfs(p->fd, &fs) < 0)
		return error_errno(err, errno, "%s", shown);
	if (remote((uint32_t)fs.f_type))
		return error_set(err, EPERM, "%s is on a network or FUSE file system: not changed", shown);
	if (fs.f_flags & ST_RDONLY)
		return error_set(err, EROFS, "%s is on a file system that is mounted read-only", shown);
	return 0;
}

int pinned_writable(const struct pinned *p, const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	struct statx x;

	if (!S_ISDIR(p->st.st_mode) && !S_ISREG(p->st.st_mode) && !S_ISSOCK(p->st.st_mode) &&
	        !S_ISFIFO(p->st.st_mode))
		return error_set(err, EPERM, "%s is a device or link: not changed", shown);
	if (!S_ISDIR(p->st.st_mode) && p->st.st_nlink != 1)
		return error_set(err, EMLINK, "%s has %lu names (hard links): not changed", shown,
		        (unsigned long)p->st.st_nlink);
	if (!S_ISDIR(p->st.st_mode) && (p->st.st_mode & (S_ISUID | S_ISGID)))
		return error_set(err, EPERM, "%s is setuid or setgid: not changed", shown);
	if (statx(p->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) == 0 &&
	        (x.stx_attributes & x.stx_attributes_mask & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)))
		return error_set(err, EPERM, "%s is immutable or append-only: not changed", shown);
	return file_system_writable(p, shown, err);
}
