/* SPDX-License-Identifier: MIT */
#include "facts/read_policy.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

void policy_texts_free(struct policy_text *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(files[i].file);
		free(files[i].text);
	}
	free(files);
}

/* A POSIX ACL that lets somebody else write shows in the group's write bit, which is then the mask (acl(5)). */
static int check_owner(const struct stat *st, const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);

	if (st->st_uid != 0)
		return error_set(err, EPERM, "%s: belongs to uid %u, not to root", shown, st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, EPERM, "%s: others than root can write it (mode %04o)", shown, st->st_mode & 07777U);
	return 0;
}

/* Opens name beneath the directory without following a link, and judges it. Takes *fd over and leaves the new descriptor there. */
static int step_down(int *fd, const char *name, int flags, bool roots_only, const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	AUTO_CLOSE int next = openat(*fd, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (next < 0)
		return errno == ENOENT ? -ENOENT : error_errno(err, errno, "%s", shown);
	if (fstat(next, &st) < 0)
		return error_errno(err, errno, "%s", shown);
	r = roots_only ? check_owner(&st, path, err) : 0;
	if (r < 0)
		return r;
	close(*fd);
	*fd = TAKE_FD(next);
	return 0;
}

/* Every component is judged, so that nobody can put another directory in the place of a good one. -ENOENT without a message: there is no
 * site policy. */
static int open_directory(int root, bool roots_only, int *out, struct error *err)
{
	AUTO_CLOSE int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	const char *rest = POLICY_DIRECTORY;
	int r;

	if (fd < 0)
		return error_errno(err, errno, "/");
	r = step_down(&fd, ".", O_RDONLY | O_DIRECTORY, roots_only, "/", err);
	while (r == 0 && *rest) {
		size_t n = strcspn(rest + 1, "/");
		AUTO_FREE char *name = xstrndup(rest + 1, n), *path = NULL;

		rest += 1 + n;
		path = xstrndup(POLICY_DIRECTORY, (size_t)(strlen(POLICY_DIRECTORY) - strlen(rest)));
		r = step_down(&fd, name, O_RDONLY | O_DIRECTORY, roots_only, path, err);
	}
	if (r == 0)
		*out = TAKE_FD(fd);
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_names(int directory, struct strings *names, struct error *err)
{
	int fd = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	struct dirent *entry;
	DIR *d;

	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		int errnum = errno;

		if (fd >= 0)
			close(fd);
		return error_errno(err, errnum, "%s", POLICY_DIRECTORY);
	}
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.' && ends_with(entry->d_name, ".policy"))
			strings_add(names, entry->d_name);
	closedir(d);
	if (names->n)
		qsort(names->items, names->n, sizeof(*names->items), by_name);
	return 0;
}

static int read_text(int fd, struct policy_text *out, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(out->file);
	AUTO_TEXT struct text text = {0};
	char chunk[4096];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", shown);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "%s: not a regular file", shown);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, errno, "%s", shown);
		text_add_bytes(&text, chunk, (size_t)n);
		if (text.size > POLICY_FILE_MAX)
			return error_set(err, EFBIG, "%s: larger than %zu bytes", shown, POLICY_FILE_MAX);
	}
	out->size = text.size;
	out->text = text_steal(&text);
	return 0;
}

static int read_file(int directory, const char *name, bool roots_only, struct policy_text *out, struct error *err)
{
	AUTO_CLOSE int fd = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	int r;

	out->file = xasprintf("%s/%s", POLICY_DIRECTORY, name);
	if (fd < 0)
		return error_errno(err, errno, "%s", POLICY_DIRECTORY);
	r = step_down(&fd, name, O_RDONLY, roots_only, out->file, err);
	if (r == -ENOENT)
		return error_errno(err, ENOENT, "%s", out->file);
	return r < 0 ? r : read_text(fd, out, err);
}

int read_policy_files(int root, bool roots_only, struct policy_text **files, size_t *n, struct error *err)
{
	AUTO_STRINGS struct strings names = {0};
	AUTO_CLOSE int directory = -1;
	int r;

	*files = NULL;
	*n = 0;
	r = open_directory(root, roots_only, &directory, err);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = list_names(directory, &names, err);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = read_file(directory, names.items[i], roots_only, ARRAY_NEW(*files, *n), err);
	if (r < 0) {
		policy_texts_free(*files, *n);
		*files = NULL;
		*n = 0;
	}
	return r;
}
