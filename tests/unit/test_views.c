/* SPDX-License-Identifier: MIT */
#include "proc_tree.h"

#include "facts/views.c"
#include "facts/read_process.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#define MOUNTINFO "22 27 0:21 / /proc rw - proc proc rw\n27 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"

static void processes_with_the_same_view_share_one(void **state)
{
	AUTO_FACTS struct facts facts = {.host.mntns = 1};
	struct process processes[] = {
		{.pid = 10, .mntns = 1, .root = (char[]){"/"}},
		{.pid = 11, .mntns = 5, .root = (char[]){"/"}},
		{.pid = 12, .mntns = 5, .root = (char[]){"/"}},
		{.pid = 13, .mntns = 1, .root = (char[]){"/srv/jail"}},
		{.pid = 14, .mntns = 5, .root = (char[]){"/srv/jail"}},
	};
	static const char *const expected[] = {"host", "pid:11", "pid:11", "pid:13", "pid:14"};

	(void)state;
	views_host(&facts);
	for (size_t i = 0; i < COUNT_OF(processes); i++) {
		view_of_process(&facts, -1, &processes[i]);
		assert_string_equal(processes[i].view, expected[i]);
		free(processes[i].view);
	}
	assert_int_equal(facts.n_views, 4);
	assert_true(facts.views[0].same_as_host);
	assert_false(facts.views[2].same_as_host);
	assert_string_equal(facts.views[2].root, "/srv/jail");
}

static void hidden_namespaces_are_compared_by_their_mounts(void **state)
{
	AUTO_FACTS struct facts facts = {.host.mntns = 1};
	struct process same = {.pid = 10}, other = {.pid = 11}, none = {.pid = 12};
	int tree = tree_new();

	(void)state;
	tree_file(tree, "self/mountinfo", MOUNTINFO);
	tree_file(tree, "10/mountinfo", MOUNTINFO);
	tree_file(tree, "11/mountinfo", "122 27 0:21 / /proc rw - proc proc rw\n127 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n");
	views_host(&facts);
	view_of_process(&facts, tree, &same);
	view_of_process(&facts, tree, &other);
	view_of_process(&facts, tree, &none);
	assert_string_equal(same.view, "host");
	assert_int_equal(same.mntns, 1);
	assert_string_equal(other.view, "pid:11");
	assert_string_equal(none.view, "pid:12");
	assert_true(facts.views[1].unknown);
	shape_free(&process_shape, &same);
	shape_free(&process_shape, &other);
	shape_free(&process_shape, &none);
	tree_remove(tree);
}

/* A child in a mount namespace of its own, with another root directory. */
static pid_t start_elsewhere(const char *dir)
{
	int ready[2];
	pid_t child;
	char c;

	assert_int_equal(pipe(ready), 0);
	child = fork_bound();
	if (child == 0) {
		if (unshare(CLONE_NEWNS) < 0 || chroot(dir) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return child;
}

static void the_root_of_a_live_process_is_entered(void **state)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_VIEW_ROOTS struct view_roots roots = {.proc = proc, .host = host};
	AUTO_FACTS struct facts facts = {0};
	struct process_reader reader;
	struct process process;
	struct stat here, there;
	char dir[] = "/tmp/permfix-root-XXXXXX";
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	child = start_elsewhere(dir);
	facts.host.mntns = proc_namespace(proc, (uint32_t)getpid(), "mnt", NULL);
	views_host(&facts);
	process_reader_init(&reader, proc, &facts.host);
	assert_int_equal(read_process(&reader, (uint32_t)child, &process), 0);
	view_of_process(&facts, proc, &process);
	assert_int_equal(facts.n_views, 2);
	assert_int_equal(view_root(&roots, &facts.views[0]), host);
	assert_int_equal(fstat(view_root(&roots, &facts.views[1]), &there), 0);
	assert_int_equal(stat(dir, &here), 0);
	assert_int_equal(there.st_ino, here.st_ino);
	view_roots_free(&roots);
	roots = (struct view_roots){.proc = proc, .host = host};
	facts.views[1].mntns++; /* as if another process had got the number since */
	assert_int_equal(view_root(&roots, &facts.views[1]), -ESRCH);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	rmdir(dir);
	shape_free(&process_shape, &process);
	process_reader_free(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_with_the_same_view_share_one),
		cmocka_unit_test(hidden_namespaces_are_compared_by_their_mounts),
		cmocka_unit_test(the_root_of_a_live_process_is_entered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
