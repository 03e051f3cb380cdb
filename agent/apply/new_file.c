/* SPDX-License-Identifier: MIT */
#include "apply/new_file.h"
#include "apply/node.h"
#include "apply/pin.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int new_file_open(int dir, const char *temporary, bool *named)
{
	int fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	*named = fd < 0;
	if (fd >= 0)
		return fd;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT)
		return -errno;
	fd = openat(dir, temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int write_content(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t w = write(fd, bytes, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		bytes += w;
		n -= (size_t)w;
	}
	return 0;
}

int new_file_fill(int fd, const struct write *w, struct error *err)
{
	struct node_state fresh;
	int r = write_content(fd, w->bytes, w->n);

	if (r < 0)
		return error_errno(err, -r, "writing the new content");
	r = node_read(fd, &fresh, err);
	if (r == 0 && !w->from->absent) /* one that is made keeps what the kernel gives it: its label */
		r = node_bring_xattrs(fd, w->to->node, err);
	if (r == 0)
		r = node_bring(fd, &fresh, w->to->node, err);
	node_state_free(&fresh);
	if (r == 0 && fsync(fd) < 0)
		r = error_errno(err, errno, "syncing the new content");
	return r;
}

int new_file_name(int dir, int fd, const char *name)
{
	char link[32];

	pin_link(fd, link);
	return linkat(AT_FDCWD, link, dir, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}
