/* SPDX-License-Identifier: MIT */
#include "proc_tree.h"

#include "facts/nginx_command.c"
#include "facts/nginx_build.c"
#include "facts/read_nginx.c"

#include <signal.h>
#include <sys/wait.h>

#define NGINX  "/usr/sbin/nginx"
#define MASTER "nginx: master process /usr/sbin/nginx -g daemon on; master_process on;"
#define WORKER "nginx: worker process"

static char no_root[] = "";

static void read_tree(int tree, struct facts *facts)
{
	AUTO_PROC_TABLE struct proc_table table;
	struct process_reader reader = {.proc = tree, .systemd = true, .cgroup_root = no_root};

	*facts = (struct facts){0};
	facts->host.userns = 3;
	assert_int_equal(proc_table_read(tree, &table), 0);
	read_nginx(&reader, &table, facts);
}

static void master(int tree, unsigned pid, const char *exe, const char *title)
{
	fake_process(tree, (struct fake){.pid = pid, .ppid = 1, .exe = exe, .comm = "nginx", .title = title});
}

static void worker(int tree, unsigned pid, unsigned ppid, const char *exe, unsigned uid)
{
	fake_process(tree, (struct fake){.pid = pid, .ppid = ppid, .uid = uid, .gid = uid, .exe = exe, .comm = "nginx", .title = WORKER});
}

static void master_and_workers_that_agree(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	master(tree, 10, NGINX, MASTER);
	worker(tree, 11, 10, NGINX, 33);
	worker(tree, 12, 10, NGINX, 33);
	fake_process(tree, (struct fake){.pid = 13, .ppid = 10, .uid = 33, .exe = NGINX, .title = "nginx: cache manager process"});
	fake_process(tree, (struct fake){.pid = 14, .ppid = 10, .uid = 33, .exe = NGINX, .title = "nginx: worker process is shutting down"});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_nginx, 1);
	assert_int_equal(facts.nginx[0].pid, 10);
	assert_string_equal(facts.nginx[0].exe, NGINX);
	assert_string_equal(facts.nginx[0].conf, "/etc/nginx/nginx.conf");
	assert_false(facts.nginx[0].user_ignored);
	assert_int_equal(facts.n_workers, 1);
	assert_string_equal(facts.workers[0].id, "w1");
	assert_int_equal(facts.workers[0].n_pids, 2);
	assert_int_equal(facts.workers[0].as.pid, 11);
	assert_string_equal(facts.workers[0].user, "33");
	assert_int_equal(facts.notes.n, 0);
	tree_remove(tree);
}

static void unlike_workers_are_told_apart(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	master(tree, 10, NGINX, MASTER);
	worker(tree, 11, 10, NGINX, 33);
	fake_process(tree, (struct fake){.pid = 12, .ppid = 10, .uid = 33, .gid = 33, .exe = NGINX, .title = WORKER, .groups = "33 99"});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_workers, 2);
	tree_remove(tree);
}

static void several_masters_side_by_side(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	master(tree, 10, NGINX, MASTER);
	worker(tree, 11, 10, NGINX, 33);
	master(tree, 20, "/usr/sbin/angie", "angie: master process v1.7.0 #1 [/usr/sbin/angie -c /srv/a b.conf -p /srv/angie]");
	fake_process(tree, (struct fake){.pid = 21, .ppid = 20, .uid = 34, .exe = "/usr/sbin/angie", .title = "angie: worker process #1"});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_nginx, 2);
	assert_int_equal(facts.n_workers, 2);
	assert_int_equal(facts.workers[1].nginx, 1);
	assert_string_equal(facts.nginx[1].conf, "/srv/a b.conf");
	assert_string_equal(facts.nginx[1].prefix, "/srv/angie/");
	tree_remove(tree);
}

static void a_title_alone_is_not_believed(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	master(tree, 10, "/usr/bin/sleep", MASTER);
	fake_process(tree, (struct fake){.pid = 11, .ppid = 1, .uid = 1000, .exe = "/usr/bin/sleep", .title = WORKER});
	fake_process(tree, (struct fake){.pid = 12, .ppid = 10, .uid = 33, .exe = "/usr/bin/python3", .title = WORKER});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_nginx, 0);
	assert_int_equal(facts.n_workers, 0);
	assert_int_equal(facts.notes.n, 3);
	tree_remove(tree);
}

static void a_worker_elsewhere_in_the_tree_is_not_believed(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	master(tree, 10, NGINX, MASTER);
	worker(tree, 11, 10, NGINX, 33);
	worker(tree, 12, 1, NGINX, 1000);
	worker(tree, 13, 10, "/home/eve/nginx", 1000);
	read_tree(tree, &facts);
	assert_int_equal(facts.n_workers, 1);
	assert_int_equal(facts.workers[0].n_pids, 1);
	assert_int_equal(facts.notes.n, 2);
	tree_remove(tree);
}

static void another_name_is_believed_when_the_workers_run_it_too(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	master(tree, 10, "/opt/web/sbin/frontend", MASTER);
	worker(tree, 11, 10, "/opt/web/sbin/frontend", 33);
	read_tree(tree, &facts);
	assert_int_equal(facts.n_nginx, 1);
	assert_int_equal(facts.n_workers, 1);
	tree_remove(tree);
}

static void a_master_that_is_not_root_has_workers_of_its_own_user_only(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .uid = 500, .exe = NGINX, .title = MASTER,
		.cgroup = "0::/system.slice/own.service\n"});
	worker(tree, 11, 10, NGINX, 500);
	worker(tree, 12, 10, NGINX, 33);
	read_tree(tree, &facts);
	assert_int_equal(facts.n_nginx, 1);
	assert_true(facts.nginx[0].user_ignored);
	assert_int_equal(facts.n_workers, 1);
	assert_int_equal(facts.workers[0].as.uid, 500);
	tree_remove(tree);
}

static void root_of_another_user_namespace_may_change_ids(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .uid = 100000, .exe = NGINX, .title = MASTER, .user = 9,
		.caps = "000001ffffffffff"});
	fake_process(tree, (struct fake){.pid = 11, .ppid = 10, .uid = 100033, .exe = NGINX, .title = WORKER, .user = 9});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_workers, 1);
	assert_false(facts.nginx[0].user_ignored);
	assert_int_equal(facts.workers[0].as.userns, 9);
	tree_remove(tree);
}

static void what_a_user_runs_in_his_session_is_no_service(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .uid = 1000, .exe = NGINX, .title = MASTER,
		.cgroup = "0::/user.slice/user-1000.slice/session-3.scope\n"});
	worker(tree, 11, 10, NGINX, 1000);
	read_tree(tree, &facts);
	assert_int_equal(facts.n_nginx, 0);
	assert_int_equal(facts.n_workers, 0);
	assert_int_equal(facts.notes.n, 2);
	tree_remove(tree);
}

static void without_master_process_the_one_process_works(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .exe = NGINX});
	tree_bytes(tree, "10/cmdline", "nginx\0-c\0/srv/n.conf\0-g\0master_process off;\0", 44);
	fake_process(tree, (struct fake){.pid = 12, .ppid = 1, .exe = NGINX});
	tree_bytes(tree, "12/cmdline", "nginx\0-t\0", 9);
	read_tree(tree, &facts);
	assert_int_equal(facts.n_nginx, 1);
	assert_string_equal(facts.nginx[0].conf, "/srv/n.conf");
	assert_int_equal(facts.n_workers, 1);
	assert_int_equal(facts.workers[0].as.pid, 10);
	tree_remove(tree);
}

static void titles_are_taken_apart(void **state)
{
	static const struct {
		const char *title, *conf, *prefix, *user, *group;
		bool single;
	} cases[] = {
		{"nginx: master process /usr/sbin/nginx", NULL, NULL, NULL, NULL, false},
		{"nginx: master process nginx -c conf/my.conf -p /srv/my nginx", "conf/my.conf", "/srv/my nginx", NULL, NULL, false},
		{"nginx: master process nginx -g daemon off; user foo bar; -c /x", "/x", NULL, "foo", "bar", false},
		{"nginx: master process nginx -c/x -p/y", "/x", "/y", NULL, NULL, false},
		{"nginx: master process nginx -qc /x", "/x", NULL, NULL, NULL, false},
		{"nginx: master process nginx -g master_process off;", NULL, NULL, NULL, NULL, true},
		{"nginx: master process /opt/my apps/nginx -c /x", "/x", NULL, NULL, NULL, false},
		{"nginx: master process nginx -c", NULL, NULL, NULL, NULL, false},
		{"nginx: master process ", NULL, NULL, NULL, NULL, false},
		{"nginx: master process", NULL, NULL, NULL, NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_STRINGS struct strings words = {0};
		struct nginx_command command;

		nginx_title_words(cases[i].title, &words);
		nginx_command_parse(&words, &command);
		if (!streq(command.conf, cases[i].conf) || !streq(command.prefix, cases[i].prefix) ||
			!streq(command.user, cases[i].user) || !streq(command.group, cases[i].group) ||
			command.single != cases[i].single)
			fail_msg("%s: -c %s -p %s user %s %s", cases[i].title, command.conf, command.prefix, command.user, command.group);
		nginx_command_free(&command);
	}
}

static void a_program_tells_what_it_was_built_with(void **state)
{
	static const char arguments[] = "--with-cc-opt='-g -O2 --user=no' --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf "
					"--user='web user' --modules-path=/x";
	struct nginx_build build;
	char name[] = "/tmp/permfix-elf-XXXXXX";
	int fd = mkstemp(name);
	size_t at = WINDOW - 10; /* the mark itself lies across the edge of a window */

	(void)state;
	unlink(name);
	assert_int_equal(pwrite(fd, mark, strlen(mark), (off_t)at), strlen(mark));
	assert_int_equal(pwrite(fd, " ", 1, (off_t)(at + strlen(mark))), 1);
	assert_int_equal(pwrite(fd, arguments, sizeof(arguments), (off_t)(at + strlen(mark) + 1)), sizeof(arguments));
	if (geteuid() != 0) {
		assert_int_equal(nginx_build_read(fd, &build), -EPERM);
		close(fd);
		return;
	}
	assert_int_equal(nginx_build_read(fd, &build), 0);
	assert_string_equal(build.prefix, "/usr/share/nginx/");
	assert_string_equal(build.conf, "/etc/nginx/nginx.conf");
	assert_string_equal(build.user, "web user");
	assert_null(build.group);
	nginx_build_free(&build);
	nginx_build_parse("", &build);
	assert_string_equal(build.conf, "/usr/local/nginx/conf/nginx.conf");
	assert_string_equal(build.user, "nobody");
	nginx_build_free(&build);
	assert_int_equal(fchown(fd, 1, 1), 0);
	assert_int_equal(nginx_build_read(fd, &build), -EPERM);
	close(fd);
}

/* Overwrites this program's own arguments, as nginx does. */
static void pretend(char **argv, const char *title)
{
	size_t room = strlen(argv[0]);

	assert_true(room > strlen(title));
	memset(argv[0], 0, room);
	memcpy(argv[0], title, strlen(title));
}

static char **own_argv;

static void a_live_process_with_a_false_title_is_not_believed(void **state)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_PROC_TABLE struct proc_table table;
	AUTO_FACTS struct facts facts = {0};
	struct process_reader reader;
	bool noted = false;
	int ready[2];
	pid_t child;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork_bound();
	if (child == 0) {
		pretend(own_argv, WORKER);
		if (write(ready[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	process_reader_init(&reader, proc, &facts.host);
	assert_int_equal(proc_table_read(proc, &table), 0);
	assert_string_equal(proc_table_find(&table, (uint32_t)child)->cmdline, WORKER);
	read_nginx(&reader, &table, &facts);
	assert_false(has_worker(&facts, (uint32_t)child));
	AUTO_FREE char *said = xasprintf("process %d calls itself", child);
	for (size_t i = 0; i < facts.notes.n; i++)
		noted = noted || starts_with(facts.notes.items[i], said);
	assert_true(noted);
	process_reader_free(&reader);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(master_and_workers_that_agree),
		cmocka_unit_test(unlike_workers_are_told_apart),
		cmocka_unit_test(several_masters_side_by_side),
		cmocka_unit_test(a_title_alone_is_not_believed),
		cmocka_unit_test(a_worker_elsewhere_in_the_tree_is_not_believed),
		cmocka_unit_test(another_name_is_believed_when_the_workers_run_it_too),
		cmocka_unit_test(a_master_that_is_not_root_has_workers_of_its_own_user_only),
		cmocka_unit_test(root_of_another_user_namespace_may_change_ids),
		cmocka_unit_test(what_a_user_runs_in_his_session_is_no_service),
		cmocka_unit_test(without_master_process_the_one_process_works),
		cmocka_unit_test(titles_are_taken_apart),
		cmocka_unit_test(a_program_tells_what_it_was_built_with),
		cmocka_unit_test(a_live_process_with_a_false_title_is_not_believed),
	};

	(void)argc;
	own_argv = argv;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
