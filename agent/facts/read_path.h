/* SPDX-License-Identifier: MIT */
/* Paths, component by component, as the kernel resolves them for a process that lives in a view: path_resolution(7). */
#ifndef PERMFIX_FACTS_READ_PATH_H
#define PERMFIX_FACTS_READ_PATH_H

#include "facts/facts.h"
#include "facts/path_cache.h"
#include "facts/read_mounts.h"

/* The mount table of a view, read when the first path of it is walked. */
struct view_mounts {
	char *view;
	struct mounts mounts;
};

/* Remembers directories and links on the way, so it must not outlive one observation: begin anew to see changes. Zero-initialised is
 * ready to use; the switches are the caller's to set. */
struct path_reader {
	bool offline;     /* --root: a tree, so there is no mount table that would tell about it */
	bool labels;      /* read SELinux labels */
	bool look_inside; /* find out whether the object, where it is a directory, is empty (node.empty) */
	struct path_cache cache;
	struct view_mounts *views;
	size_t n_views;
};
void path_reader_free(struct path_reader *reader);
#define AUTO_PATH_READER __attribute__((cleanup(path_reader_free)))

/* Fills out (overwritten, owned by the caller) with every component of path, an absolute path in the view, whose root directory is the
 * descriptor root: "/" for the host, /proc/PID/root of its process for another view (O_PATH | O_DIRECTORY), always the same one for a view.
 * `.` gives no node, `..` goes back; a directory that was met before is not listed a second time, unless it is the object: the last
 * node is the object where failed is 0. failed and missing as facts.h says; besides, EPERM for a magic link of procfs (/proc/PID/root),
 * which only the kernel can follow, and whatever else openat(2) or statx(2) said. An error for failed other than ENOENT, ENOTDIR, ELOOP,
 * ENAMETOOLONG means that nothing is known.
 *
 * node.dev is st_dev as stat(2) gives it (glibc's makedev). The socket tables name devices as the kernel does (unix_diag_vfs:
 * s_dev, major << 20 | minor): compare with kernel_dev(node.dev), and node.ino with 32 bits. On btrfs and overlayfs st_dev is not
 * the s_dev of the superblock, so a difference of devices alone proves nothing there.
 *
 * Never fails for what it finds; -EINVAL for a path that is not absolute. */
int read_walk(struct path_reader *reader, const struct view *view, int root, const char *path, struct walk *out);

/* st_dev → the number by which sock_diag(7) names the device (udiag_vfs_dev). */
uint32_t kernel_dev(uint64_t st_dev);

#endif
