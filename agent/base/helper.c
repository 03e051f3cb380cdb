/* SPDX-License-Identifier: MIT */
#include "base/helper.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

static const char *const places[] = {"", "/../libexec/permfix"};

/* Root runs only what nobody but root, or whoever owns the program that is already running, can have written. */
static bool trusted(const struct stat *st, uid_t owner)
{
	return geteuid() != 0 || ((st->st_uid == 0 || st->st_uid == owner) && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

static int look(const char *directory, const char *name, uid_t owner, char **path, struct error *err)
{
	AUTO_FREE char *candidate = xasprintf("%s/permfix-%s", directory, name);
	struct stat file, parent;

	if (stat(directory, &parent) < 0 || lstat(candidate, &file) < 0)
		return -ENOENT;
	if (!S_ISREG(file.st_mode))
		return error_set(err, EPERM, "%s is not a regular file: not run", candidate);
	if (!trusted(&file, owner) || !trusted(&parent, owner))
		return error_set(err, EPERM, "%s can be changed by others than root: not run", candidate);
	*path = TAKE_PTR(candidate);
	return 0;
}

static int find(const char *directory, const char *name, uid_t owner, char **path, struct error *err)
{
	int r = -ENOENT;

	for (size_t i = 0; i < COUNT_OF(places) && r == -ENOENT; i++) {
		AUTO_FREE char *place = xasprintf("%s%s", directory, places[i]);

		r = look(place, name, owner, path, err);
	}
	return r == -ENOENT ? error_set(err, ENOENT, "the helper program permfix-%s is not installed beside permfix", name) : r;
}

int helper_path(const char *name, char **path, struct error *err)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct stat st;
	char *slash;

	if (n < 0 || stat("/proc/self/exe", &st) < 0)
		return error_errno(err, errno, "could not read /proc/self/exe");
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return error_set(err, ENOENT, "/proc/self/exe is no path");
	*slash = '\0';
	return find(self, name, st.st_uid, path, err);
}

int helper_run(const char *name, const char *argument, const char *input, size_t input_size, size_t output_max, unsigned deadline_ms,
	struct spawn_result *result, struct error *err)
{
	AUTO_FREE char *path = NULL, *what = xasprintf("permfix-%s", name);
	const char *const argv[] = {what, argument, NULL};
	int r = helper_path(name, &path, err);

	*result = (struct spawn_result){.status = -1};
	if (r == 0)
		r = spawn_run(&(struct spawn){path, argv, input, input_size, output_max, deadline_ms}, result, err);
	return r == 0 ? spawn_check(result, what, err) : r;
}
