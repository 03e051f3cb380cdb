/* SPDX-License-Identifier: MIT */
#include "facts/read_policy.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>

static int distrusted(const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);

	return error_set(err, EPERM, "%s: others than root can write it, so it is no site policy", shown);
}

static bool only_root_writes(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int check_directory(int root, const char *path, struct error *err)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH | O_DIRECTORY);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && !only_root_writes(&st))
		return distrusted(path, err);
	return 0;
}

static int read_one(int root, const char *path, bool trust, struct facts *facts, struct error *err)
{
	AUTO_FREE char *text = NULL, *shown = escape_terminal(path);
	struct error why = {0};
	struct stat st;
	size_t size = 0;
	int r = beneath_read(root, path, POLICY_SIZE_MAX, &text, &size, &st, &why);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		strings_addf(&facts->notes, "the site policy counts for nothing: %s", why.text);
		return 0;
	}
	if (trust && !only_root_writes(&st))
		return distrusted(path, err);
	if (strlen(text) != size)
		return error_set(err, EINVAL, "%s: a NUL byte in a site policy", shown);
	ARRAY_ADD(facts->policies, facts->n_policies, (struct policy_text){.file = xstrdup(path), .text = TAKE_PTR(text)});
	return 0;
}

int read_policy(int root, bool trust, struct facts *facts, struct error *err)
{
	AUTO_STRINGS struct strings paths = {0};
	int r = trust ? check_directory(root, POLICY_DIRECTORY, err) : 0;
	int listed = r < 0 ? 0 : beneath_glob(root, POLICY_DIRECTORY "/*.policy", &paths);

	if (listed < 0 && listed != -ENOENT && listed != -ENOTDIR)
		strings_addf(&facts->notes, "the site policy counts for nothing: " POLICY_DIRECTORY ": %s", strerror(-listed));
	for (size_t i = 0; r == 0 && i < paths.n; i++)
		r = read_one(root, paths.items[i], trust, facts, err);
	return r;
}
