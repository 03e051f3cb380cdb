/* SPDX-License-Identifier: MIT */
#include "base/beneath.h"
#include "base/alloc.h"
#include "base/beneath_walk.h"
#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#define OPEN_ATTEMPTS 8

/* EAGAIN: something was renamed or mounted anywhere while a `..` was resolved; openat2(2) asks to try again. */
static int open_in_root(int root, const char *path, int flags)
{
	struct open_how how = {.flags = (unsigned long long)(unsigned)flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	long fd = -1;

	for (int i = 0; i < OPEN_ATTEMPTS; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

/* No openat2: ENOSYS, or EPERM from a seccomp filter older than it; EAGAIN: a host that renames all the time. */
static bool needs_walk(int r)
{
	return r == -ENOSYS || r == -EPERM || r == -EAGAIN;
}

int beneath_open(int root, const char *path, int flags)
{
	int fd;

	flags |= O_CLOEXEC;
	if (!(flags & O_PATH))
		flags |= O_NONBLOCK | O_NOCTTY;
	fd = open_in_root(root, path, flags);
	return needs_walk(fd) ? beneath_walk(root, path, flags) : fd;
}

static int read_all(int fd, size_t max, struct text *out)
{
	char chunk[16384];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (out->size + (size_t)n > max)
			return -EFBIG;
		text_add_bytes(out, chunk, (size_t)n);
	}
	return 0;
}

int read_descriptor(int fd, size_t max, char **bytes, size_t *size, struct error *err)
{
	AUTO_TEXT struct text out = {0};
	int r = read_all(fd, max, &out);

	if (r < 0)
		return error_errno(err, -r, "reading it");
	*size = out.size;
	*bytes = text_steal(&out);
	return 0;
}

int beneath_read(int root, const char *path, size_t max, char **bytes, size_t *size, struct stat *st, struct error *err)
{
	AUTO_TEXT struct text out = {0};
	AUTO_FREE char *shown = escape_terminal(path);
	struct stat here;
	AUTO_CLOSE int fd = beneath_open(root, path, O_RDONLY);
	int r;

	if (fd < 0)
		return error_errno(err, -fd, "%s", shown);
	if (!st)
		st = &here;
	if (fstat(fd, st) < 0)
		return error_errno(err, errno, "%s", shown);
	if (!S_ISREG(st->st_mode))
		return error_set(err, EINVAL, "%s: not a regular file", shown);
	r = read_all(fd, max, &out);
	if (r < 0)
		return error_errno(err, -r, "%s", shown);
	if (size)
		*size = out.size;
	*bytes = text_steal(&out);
	return 0;
}

static bool has_wildcard(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int beneath_names(int root, const char *dir, const char *pattern, struct strings *names)
{
	int fd = beneath_open(root, *dir ? dir : "/", O_RDONLY | O_DIRECTORY);
	struct dirent *entry;
	DIR *d;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(d)))
		if (!streq(entry->d_name, ".") && !streq(entry->d_name, "..") &&
			fnmatch(pattern, entry->d_name, FNM_PERIOD) == 0)
			strings_add(names, entry->d_name);
	closedir(d);
	return 0;
}

static bool exists(int root, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH);

	return fd >= 0;
}

/* Extends one directory of the match by the rest of the pattern, which begins with a slash or is empty. */
static int glob_rest(int root, const char *dir, const char *rest, struct strings *paths)
{
	AUTO_STRINGS struct strings names = {0};
	AUTO_FREE char *component = NULL;
	size_t n;
	int r;

	rest += strspn(rest, "/");
	if (!*rest) {
		if (exists(root, dir))
			strings_add(paths, dir);
		return 0;
	}
	n = strcspn(rest, "/");
	component = xstrndup(rest, n);
	if (!has_wildcard(component)) {
		AUTO_FREE char *next = xasprintf("%s/%s", dir, component);

		return glob_rest(root, next, rest + n, paths);
	}
	r = beneath_names(root, dir, component, &names);
	for (size_t i = 0; i < names.n; i++) {
		AUTO_FREE char *next = xasprintf("%s/%s", dir, names.items[i]);
		int inner = rest[n] ? glob_rest(root, next, rest + n, paths) : (strings_add(paths, next), 0);

		r = r < 0 ? r : inner;
	}
	return r;
}

int beneath_glob(int root, const char *pattern, struct strings *paths)
{
	size_t before = paths->n;
	int r;

	if (!has_wildcard(pattern)) {
		strings_add(paths, pattern);
		return 0;
	}
	r = glob_rest(root, "", pattern, paths);
	if (paths->n > before)
		qsort(paths->items + before, paths->n - before, sizeof(char *), by_name);
	return r;
}
