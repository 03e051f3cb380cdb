/* SPDX-License-Identifier: MIT */
#include "proc_tree.h"

#include "facts/proc.c"
#include "facts/cgroup.c"
#include "facts/read_process.c"

#include <sys/wait.h>

static char no_root[] = "";

static struct process_reader reader_of(int proc)
{
	return (struct process_reader){.proc = proc, .boot = 1000 * NANO, .systemd = true, .cgroup_root = no_root};
}

static void status_gives_file_system_ids_and_sorted_groups(void **state)
{
	int tree = tree_new();
	struct process_reader reader = reader_of(tree);
	struct process p;

	(void)state;
	fake_process(tree, (struct fake){.pid = 7, .ppid = 1, .uid = 33, .gid = 33, .exe = "/usr/sbin/nginx (deleted)", .comm = "a) b (c",
		.groups = "33 4 33 100", .caps = "0000000000000400", .cgroup = "0::/system.slice/nginx.service\n"});
	fake_file(tree, 7, "status", xstrdup("Name:\tx\nUmask:\t0027\nUid:\t1\t2\t3\t33\nGid:\t5\t6\t7\t34\nGroups:\t33 4 33 100 \nCapEff:\t0000000000000400\n"));
	assert_int_equal(read_process(&reader, 7, &p), 0);
	assert_int_equal(p.uid, 33);
	assert_int_equal(p.ruid, 1);
	assert_int_equal(p.gid, 34);
	assert_int_equal(p.n_groups, 3);
	assert_int_equal(p.groups[0], 4);
	assert_int_equal(p.groups[2], 100);
	assert_int_equal(p.caps, 0x400);
	assert_string_equal(p.umask, "0027");
	assert_string_equal(p.comm, "a) b (c");
	assert_string_equal(p.exe, "/usr/sbin/nginx");
	assert_string_equal(p.unit, "nginx.service");
	assert_null(p.container);
	assert_int_equal(p.mntns, 1);
	assert_int_equal(p.pidns, 4);
	assert_int_equal(p.started, 1000 + 1000 / sysconf(_SC_CLK_TCK));
	assert_null(p.apparmor);
	shape_free(&process_shape, &p);
	tree_remove(tree);
}

static void a_vanished_process_is_esrch(void **state)
{
	int tree = tree_new();
	struct process_reader reader = reader_of(tree);
	struct process p;

	(void)state;
	assert_int_equal(read_process(&reader, 7, &p), -ESRCH);
	tree_file(tree, "8/status", "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
	assert_int_equal(read_process(&reader, 8, &p), -ESRCH);
	tree_file(tree, "9/status", "nonsense");
	assert_int_equal(read_process(&reader, 9, &p), -EINVAL);
	tree_remove(tree);
}

static void labels_belong_to_the_active_module(void **state)
{
	int tree = tree_new();
	struct process_reader reader = reader_of(tree);
	struct process p;

	(void)state;
	fake_process(tree, (struct fake){.pid = 7, .exe = "/x"});
	tree_file(tree, "7/attr/current", "system_u:system_r:httpd_t:s0\n");
	reader.selinux = true;
	assert_int_equal(read_process(&reader, 7, &p), 0);
	assert_string_equal(p.selinux, "system_u:system_r:httpd_t:s0");
	assert_null(p.apparmor);
	shape_free(&process_shape, &p);
	reader.selinux = false;
	reader.apparmor = true;
	tree_file(tree, "7/attr/current", "unconfined\n");
	assert_int_equal(read_process(&reader, 7, &p), 0);
	assert_string_equal(p.apparmor, "unconfined");
	shape_free(&process_shape, &p);
	tree_file(tree, "7/attr/apparmor/current", "nginx (enforce)\n");
	assert_int_equal(read_process(&reader, 7, &p), 0);
	assert_string_equal(p.apparmor, "nginx (enforce)");
	assert_null(p.selinux);
	shape_free(&process_shape, &p);
	tree_remove(tree);
}

static void cgroups_name_unit_and_container(void **state)
{
	static const struct {
		const char *text, *root, *unit, *container;
	} cases[] = {
		{"0::/system.slice/nginx.service\n", "", "nginx.service", NULL},
		{"0::/system.slice/system-php.slice/php@8.service/sub\n", "", "php@8.service", NULL},
		{"12:pids:/a\n1:name=systemd:/system.slice/php8.2-fpm.service\n0::/\n", "", "php8.2-fpm.service", NULL},
		{"0::/user.slice/user-1000.slice/session-3.scope\n", "", "session-3.scope", NULL},
		{"0::/system.slice/docker-0123.scope\n", "", "docker-0123.scope", "docker"},
		{"4:memory:/docker/0123\n0::/\n", "", NULL, "docker"},
		{"0::/docker/0123\n", "", NULL, "docker"},
		{"0::/docker/0123/system.slice/nginx.service\n", "/docker/0123", "nginx.service", NULL},
		{"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-1.scope\n", "", "cri-containerd-1.scope", "containerd"},
		{"0::/kubepods/pod1/abc\n", "", NULL, "kubepods"},
		{"0::/machine.slice/libpod-12.scope/container\n", "", "libpod-12.scope", "podman"},
		{"0::/machine.slice/systemd-nspawn@web.service/payload\n", "", "systemd-nspawn@web.service", "nspawn"},
		{"0::/lxc.payload.web/system.slice/nginx.service\n", "", NULL, "lxc"},
		{"0::/system.slice/lxcfs.service\n", "", "lxcfs.service", NULL},
		{"0::/system.slice/_cgroup.service\n", "", "cgroup.service", NULL},
		{"0::/init.scope\n", "", "init.scope", NULL},
		{"0::/\n", "", NULL, NULL},
		{"", "", NULL, NULL},
		{"nonsense", "", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *unit = NULL;
		AUTO_FREE char *container = NULL;

		cgroup_names(cases[i].text, cases[i].root, &unit, &container);
		if (!streq(unit, cases[i].unit) || !streq(container, cases[i].container))
			fail_msg("%s: %s %s", cases[i].text, unit, container);
	}
}

static void only_what_a_user_starts_himself_is_of_a_session(void **state)
{
	(void)state;
	assert_true(process_of_session(&(struct process){.ruid = 1000, .unit = (char[]){"session-3.scope"}}));
	assert_true(process_of_session(&(struct process){.ruid = 1000, .unit = (char[]){"user@1000.service"}}));
	assert_false(process_of_session(&(struct process){.ruid = 0, .unit = (char[]){"session-3.scope"}}));
	assert_false(process_of_session(&(struct process){.ruid = 33, .unit = (char[]){"nginx.service"}}));
	assert_false(process_of_session(&(struct process){.ruid = 33}));
}

static void the_pass_leaves_out_kernel_threads(void **state)
{
	AUTO_PROC_TABLE struct proc_table table;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 20, .ppid = 3, .exe = "/b", .title = "two"});
	fake_process(tree, (struct fake){.pid = 2, .comm = "kthreadd"});
	fake_process(tree, (struct fake){.pid = 1, .exe = "/sbin/init"});
	fake_process(tree, (struct fake){.pid = 3, .ppid = 1, .exe = "/a (deleted)", .comm = "three"});
	tree_bytes(tree, "3/cmdline", "a\0b c\0\0\0\0", 9);
	tree_file(tree, "uptime", "1 1");
	assert_int_equal(proc_table_read(tree, &table), 0);
	assert_int_equal(table.n, 3);
	assert_false(table.hidden);
	assert_int_equal(table.items[1].pid, 3);
	assert_string_equal(table.items[1].exe, "/a");
	assert_string_equal(proc_argument(&table.items[1], 1), "b c");
	assert_null(proc_argument(&table.items[1], 2));
	assert_int_equal(table.items[1].netns, 2);
	assert_string_equal(proc_comm(&table, &table.items[1]), "three");
	assert_int_equal(proc_depth(&table, 20), 2);
	assert_int_equal(proc_depth(&table, 1), 0);
	assert_null(proc_table_find(&table, 2));
	tree_remove(tree);
}

static void without_pid_1_something_is_hidden(void **state)
{
	AUTO_PROC_TABLE struct proc_table table;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 20, .exe = "/b"});
	assert_int_equal(proc_table_read(tree, &table), 0);
	assert_true(table.hidden);
	tree_remove(tree);
}

static void this_very_process_is_read(void **state)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct host host = {0};
	struct process_reader reader;
	struct process p;
	time_t now = time(NULL);
	pid_t child = fork_bound();

	(void)state;
	if (child == 0) {
		pause();
		_exit(0);
	}
	process_reader_init(&reader, proc, &host);
	assert_int_equal(read_process(&reader, (uint32_t)child, &p), 0);
	assert_int_equal(p.uid, geteuid());
	assert_int_equal(p.ruid, getuid());
	assert_true(ends_with(p.exe, "test_read_process"));
	assert_string_equal(p.root, "/");
	assert_true(p.mntns && p.netns && p.userns && p.pidns);
	assert_in_range(p.started, now - 1, now + 2);
	shape_free(&process_shape, &p);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(read_process(&reader, (uint32_t)child, &p), -ESRCH);
	process_reader_free(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_gives_file_system_ids_and_sorted_groups),
		cmocka_unit_test(a_vanished_process_is_esrch),
		cmocka_unit_test(labels_belong_to_the_active_module),
		cmocka_unit_test(cgroups_name_unit_and_container),
		cmocka_unit_test(only_what_a_user_starts_himself_is_of_a_session),
		cmocka_unit_test(the_pass_leaves_out_kernel_threads),
		cmocka_unit_test(without_pid_1_something_is_hidden),
		cmocka_unit_test(this_very_process_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
