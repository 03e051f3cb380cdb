/* SPDX-License-Identifier: MIT */
/* For unit tests: a directory of their own that goes away again, and files in it. */
#ifndef PERMFIX_TESTS_SCRATCH_H
#define PERMFIX_TESTS_SCRATCH_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

static char scratch[64];
static int scratch_fd;

static inline int scratch_begin(void **state)
{
	(void)state;
	umask(022);
	snprintf(scratch, sizeof(scratch), "/tmp/permfix-unit.XXXXXX");
	if (!mkdtemp(scratch) || chmod(scratch, 0755) < 0)
		return -1;
	scratch_fd = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return scratch_fd < 0 ? -1 : 0;
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline int scratch_end(void **state)
{
	(void)state;
	close(scratch_fd);
	return nftw(scratch, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void scratch_dirs(const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		AUTO_FREE char *dir = xstrndup(path, (size_t)(slash - path));

		if (*dir && mkdirat(scratch_fd, dir, 0755) < 0)
			assert_int_equal(errno, EEXIST);
	}
}

/* path is relative to the scratch directory; directories on the way are made. A path that ends in a slash is a directory. */
static inline void scratch_bytes(const char *path, const void *bytes, size_t n)
{
	scratch_dirs(path);
	if (ends_with(path, "/"))
		return;
	AUTO_CLOSE int fd = openat(scratch_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	for (size_t done = 0; done < n;) {
		ssize_t w = write(fd, (const char *)bytes + done, n - done);

		assert_true(w > 0);
		done += (size_t)w;
	}
}

static inline void scratch_file(const char *path, const char *text)
{
	scratch_bytes(path, text, strlen(text));
}

static inline void scratch_link(const char *target, const char *path)
{
	scratch_dirs(path);
	assert_int_equal(symlinkat(target, scratch_fd, path), 0);
}

/* A listening socket at path (relative), or a bound one with backlog -1. The caller closes. */
static inline int scratch_socket(const char *path, int backlog)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	scratch_dirs(path);
	assert_true(fd >= 0);
	assert_true(snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s", scratch, path) < (int)sizeof(a.sun_path));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_begin, scratch_end)

#endif
