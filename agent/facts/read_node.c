/* SPDX-License-Identifier: MIT */
#include "facts/read_node.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/read_acl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static int type_of(unsigned mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return NODE_DIR;
	case S_IFLNK:
		return NODE_SYMLINK;
	case S_IFSOCK:
		return NODE_SOCKET;
	case S_IFREG:
		return NODE_FILE;
	case S_IFIFO:
		return NODE_FIFO;
	case S_IFCHR:
	case S_IFBLK:
		return NODE_DEVICE;
	}
	return NODE_UNKNOWN;
}

static void from_statx(const struct statx *x, struct node *out)
{
	out->type = type_of(x->stx_mode);
	out->mode = x->stx_mode & 07777;
	out->uid = x->stx_uid;
	out->gid = x->stx_gid;
	out->dev = makedev(x->stx_dev_major, x->stx_dev_minor);
	out->ino = x->stx_ino;
	out->nlink = x->stx_nlink;
	out->mtime = x->stx_mtime.tv_sec;
	out->ctime = x->stx_ctime.tv_sec;
	out->immutable = x->stx_attributes & x->stx_attributes_mask & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND);
}

static void mount_facts(int fd, const struct statx *x, const struct mounts *mounts, uint64_t *mount_id, struct node *out)
{
	uint64_t parent = *mount_id;
	const struct mount *mount;

	*mount_id = x->stx_mask & STATX_MNT_ID ? x->stx_mnt_id : mount_id_of(fd);
	mount = mount_by_id(mounts, *mount_id);
	out->fstype = mount ? xstrdup(mount->fstype) : NULL;
	out->read_only = mount && mount->read_only;
	out->mount_point = x->stx_attributes_mask & STATX_ATTR_MOUNT_ROOT ? x->stx_attributes & STATX_ATTR_MOUNT_ROOT
									: *mount_id != parent;
}

static char *read_link(int fd)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target));

	return n < 0 ? NULL : xstrndup(target, (size_t)n);
}

static char *read_label(const char *link)
{
	char label[4096];
	ssize_t n = getxattr(link, "security.selinux", label, sizeof(label));

	return n > 0 ? xstrndup(label, (size_t)n) : NULL;
}

int read_node(int fd, const struct mounts *mounts, bool labels, uint64_t *mount_id, struct node *out)
{
	char link[32];
	struct statx x;

	if (statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_MNT_ID, &x) < 0)
		return -errno;
	from_statx(&x, out);
	if (mounts)
		mount_facts(fd, &x, mounts, mount_id, out);
	if (out->type == NODE_SYMLINK) {
		out->link = read_link(fd);
		return 0;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	read_acl(link, out);
	if (labels)
		out->selinux = read_label(link);
	return 0;
}

static int open_to_list(int fd)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, list = openat(fd, ".", flags | O_NOATIME);

	return list < 0 && errno == EPERM ? openat(fd, ".", flags) : list;
}

void read_emptiness(int fd, struct node *node)
{
	int list = open_to_list(fd);
	DIR *d = list < 0 ? NULL : fdopendir(list);
	const struct dirent *entry;

	if (!d) {
		if (list >= 0)
			close(list);
		return;
	}
	errno = 0;
	while ((entry = readdir(d)) && (streq(entry->d_name, ".") || streq(entry->d_name, "..")))
		;
	node->empty = !entry && errno == 0;
	closedir(d);
}
