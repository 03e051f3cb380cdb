/* SPDX-License-Identifier: MIT */
#include "apply/lock.h"
#include "apply/pin.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int open_parent(int root, const char *path, char **name, struct error *err)
{
	AUTO_FREE char *parent = xstrdup(path);
	char *slash = strrchr(parent, '/');
	int fd;

	*name = xstrdup(slash + 1);
	*slash = '\0';
	fd = beneath_open(root, *parent ? parent : "/", O_PATH | O_DIRECTORY);
	return fd < 0 ? error_errno(err, -fd, "%s", path) : fd;
}

static int check_own(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", path);
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return error_set(err, EPERM,
		        "%s must belong to root and be closed to everybody else (mode 0700)", path);
	return 0;
}

int own_directory(int root, const char *path, int make, struct error *err)
{
	AUTO_FREE char *name = NULL;
	AUTO_CLOSE int parent = open_parent(root, path, &name, err), fd = -1;
	int r;

	if (parent < 0)
		return parent;
	if (make && mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return error_errno(err, errno, "making %s", path);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return error_set(err, ENOTDIR, "%s must be a directory, and no symbolic link to one", path);
	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	r = check_own(fd, path, err);
	return r < 0 ? r : TAKE_FD(fd);
}

int lock_take(int run, struct error *err)
{
	AUTO_CLOSE int fd = openat(run, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0)
		return error_errno(err, errno, "opening the lock file");
	if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
		return TAKE_FD(fd);
	if (errno == EAGAIN || errno == EACCES)
		return error_set(err, EWOULDBLOCK, "another run of permfix holds the lock");
	return error_errno(err, errno, "taking the lock");
}
