/* SPDX-License-Identifier: MIT */
#include "cli/out_file.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

/* Everything happens relative to the descriptor of the directory: a directory that is renamed or replaced meanwhile does not lead
 * the file astray. */
static int open_directory(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	AUTO_FREE char *directory = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	*name = slash ? slash + 1 : path;
	return fd < 0 ? -errno : fd;
}

/* A name nobody can have prepared a link under, created with O_EXCL besides. */
static int create_beside(int directory, const char *name, char **temporary)
{
	unsigned long long salt;

	if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
		return -EIO;
	*temporary = xasprintf(".%.200s.%016llx", name, salt);
	int fd = openat(directory, *temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

static int fill(int fd, const char *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, bytes + done, size - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return fchmod(fd, 0600) < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int replaceable(int directory, const char *name)
{
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISREG(st.st_mode) ? 0 : -EEXIST;
}

static int write_beside(int directory, const char *name, const char *bytes, size_t size)
{
	AUTO_FREE char *temporary = NULL;
	AUTO_CLOSE int fd = create_beside(directory, name, &temporary);
	int r = fd < 0 ? fd : fill(fd, bytes, size);

	if (fd < 0)
		return r;
	if (r == 0 && renameat(directory, temporary, directory, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(directory, temporary, 0);
	return r;
}

int out_file_write(const char *path, const char *bytes, size_t size, struct error *err)
{
	const char *name;
	AUTO_FREE char *shown = escape_terminal(path);
	AUTO_CLOSE int directory = open_directory(path, &name);
	int r = directory < 0 ? directory : *name ? replaceable(directory, name) : -EISDIR;

	if (r == -EEXIST)
		return error_set(err, EEXIST, "%s is no regular file, so it is not replaced", shown);
	if (r == 0)
		r = write_beside(directory, name, bytes, size);
	if (r < 0)
		return error_errno(err, -r, "cannot write %s", shown);
	return 0;
}
