/* SPDX-License-Identifier: MIT */
/* A directory that looks like /proc, for tests. */
#ifndef PERMFIX_TESTS_PROC_TREE_H
#define PERMFIX_TESTS_PROC_TREE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <signal.h>

#include "base/alloc.h"
#include "base/cleanup.h"

/* As fork(2), but the child does not outlive a test that fails. */
static inline pid_t fork_bound(void)
{
	pid_t child = fork();

	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static char tree_path[64];

static inline int tree_new(void)
{
	int fd;

	snprintf(tree_path, sizeof(tree_path), "/tmp/permfix-proc-XXXXXX");
	assert_non_null(mkdtemp(tree_path));
	fd = open(tree_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static inline int tree_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void tree_remove(int fd)
{
	close(fd);
	nftw(tree_path, tree_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void tree_parents(int tree, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		AUTO_FREE char *dir = xstrndup(path, (size_t)(slash - path));

		mkdirat(tree, dir, 0755);
	}
}

static inline void tree_bytes(int tree, const char *path, const void *bytes, size_t n)
{
	int fd;

	tree_parents(tree, path);
	fd = openat(tree, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static inline void tree_file(int tree, const char *path, const char *text)
{
	tree_bytes(tree, path, text, strlen(text));
}

static inline void tree_link(int tree, const char *path, const char *target)
{
	tree_parents(tree, path);
	assert_int_equal(symlinkat(target, tree, path), 0);
}

struct fake {
	unsigned pid, ppid, uid, gid;
	const char *exe, *comm, *title; /* exe NULL: a kernel thread */
	const char *groups, *caps, *cgroup;
	unsigned mnt, net, user;
};

static inline void fake_namespace(int tree, unsigned pid, const char *kind, unsigned inode)
{
	AUTO_FREE char *path = xasprintf("%u/ns/%s", pid, kind);
	AUTO_FREE char *target = xasprintf("%s:[%u]", kind, inode);

	tree_link(tree, path, target);
}

static inline void fake_file(int tree, unsigned pid, const char *name, char *text)
{
	AUTO_FREE char *path = xasprintf("%u/%s", pid, name);

	tree_file(tree, path, text);
	free(text);
}

static inline void fake_process(int tree, struct fake f)
{
	AUTO_FREE char *exe = xasprintf("%u/exe", f.pid);
	AUTO_FREE char *root = xasprintf("%u/root", f.pid);

	fake_file(tree, f.pid, "cmdline", xstrdup(f.title ? f.title : ""));
	fake_file(tree, f.pid, "stat",
		xasprintf("%u (%s) S %u 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0\n", f.pid, f.comm ? f.comm : "x", f.ppid, 1000));
	fake_file(tree, f.pid, "status",
		xasprintf("Name:\t%s\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nGroups:\t%s \nCapEff:\t%s\n", f.comm ? f.comm : "x",
			f.uid, f.uid, f.uid, f.uid, f.gid, f.gid, f.gid, f.gid, f.groups ? f.groups : "",
			f.caps ? f.caps : f.uid ? "0000000000000000" : "000001ffffffffff"));
	fake_file(tree, f.pid, "cgroup", xstrdup(f.cgroup ? f.cgroup : "0::/\n"));
	if (f.exe) {
		tree_link(tree, exe, f.exe);
		tree_link(tree, root, "/");
	}
	fake_namespace(tree, f.pid, "mnt", f.mnt ? f.mnt : 1);
	fake_namespace(tree, f.pid, "net", f.net ? f.net : 2);
	fake_namespace(tree, f.pid, "user", f.user ? f.user : 3);
	fake_namespace(tree, f.pid, "pid", 4);
}

#endif
