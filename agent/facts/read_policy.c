/* SPDX-License-Identifier: MIT */
#include "facts/read_policy.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

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
static int step_down(int *fd, const char *name, int flags, bool trust, const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	AUTO_CLOSE int next = openat(*fd, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (next < 0)
		return errno == ENOENT ? -ENOENT : error_errno(err, errno, "%s", shown);
	if (fstat(next, &st) < 0)
		return error_errno(err, errno, "%s", shown);
	r = trust ? check_owner(&st, path, err) : 0;
	if (r < 0)
		return r;
	close(*fd);
	*fd = TAKE_FD(next);
	return 0;
}

/* Every component is judged, so that nobody can put another directory in the place of a good one. -ENOENT without a message: there is no
 * site policy. */
static int open_directory(int root, bool trust, int *out, struct error *err)
{
	AUTO_CLOSE int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	const char *rest = POLICY_DIRECTORY;
	int r;

	if (fd < 0)
		return error_errno(err, errno, "/");
	r = step_down(&fd, ".", O_RDONLY | O_DIRECTORY, trust, "/", err);
	while (r == 0 && *rest) {
		size_t n = strcspn(rest + 1, "/");
		AUTO_FREE char *name = xstrndup(rest + 1, n), *path = NULL;

		rest += 1 + n;
		path = xstrndup(POLICY_DIRECTORY, (size_t)(strlen(POLICY_DIRECTORY) - strlen(rest)));
		r = step_down(&fd, name, O_RDONLY | O_DIRECTORY, trust, path, err);
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

static int read_text(int fd, const char *path, struct text *text, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
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
		text_add_bytes(text, chunk, (size_t)n);
		if (text->size > POLICY_SIZE_MAX)
			return error_set(err, EFBIG, "%s: larger than %zu bytes", shown, POLICY_SIZE_MAX);
	}
	return 0;
}

/* What could not be read allows nothing, which is safe; what others can write ends the run. */
static int count_for_nothing(struct facts *facts, int r, const struct error *why, struct error *err)
{
	if (r == -EPERM)
		return error_set(err, EPERM, "%s", why->text);
	if (r != -ENOENT)
		strings_addf(&facts->notes, "the site policy counts for nothing: %s", why->text);
	return 0;
}

static int read_file(int directory, const char *name, bool trust, struct facts *facts, struct error *err)
{
	AUTO_FREE char *path = xasprintf("%s/%s", POLICY_DIRECTORY, name), *shown = escape_terminal(path);
	AUTO_CLOSE int fd = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	AUTO_TEXT struct text text = {0};
	struct error why = {0};
	int r = fd < 0 ? error_errno(&why, errno, "%s", POLICY_DIRECTORY) : step_down(&fd, name, O_RDONLY, trust, path, &why);

	if (r == 0)
		r = read_text(fd, path, &text, &why);
	if (r < 0)
		return count_for_nothing(facts, r, &why, err);
	if (text.bytes && strlen(text.bytes) != text.size)
		return error_set(err, EINVAL, "%s: a NUL byte in a site policy", shown);
	ARRAY_ADD(facts->policies, facts->n_policies, (struct policy_text){.file = TAKE_PTR(path), .text = text_steal(&text)});
	return 0;
}

int read_policy(int root, bool trust, struct facts *facts, struct error *err)
{
	AUTO_STRINGS struct strings names = {0};
	AUTO_CLOSE int directory = -1;
	struct error why = {0};
	int r = open_directory(root, trust, &directory, &why);

	if (r == 0)
		r = list_names(directory, &names, &why);
	if (r < 0)
		return count_for_nothing(facts, r, &why, err);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = read_file(directory, names.items[i], trust, facts, err);
	return r;
}
