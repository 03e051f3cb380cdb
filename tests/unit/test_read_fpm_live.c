/* SPDX-License-Identifier: MIT */
#include "proc_tree.h"

#include "facts/read_backends.c"
#include "facts/read_fpm_live.c"

#define FPM "/usr/sbin/php-fpm8.2"

static char no_root[] = "";

static void read_tree(int tree, struct facts *facts)
{
	AUTO_PROC_TABLE struct proc_table table;
	struct process_reader reader = {.proc = tree, .systemd = true, .cgroup_root = no_root};

	*facts = (struct facts){0};
	assert_int_equal(proc_table_read(tree, &table), 0);
	read_fpm(&reader, &table, facts);
}

static void a_master_with_its_title(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .exe = FPM, .comm = "php-fpm8.2",
		.title = "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)", .cgroup = "0::/system.slice/php8.2-fpm.service\n"});
	fake_process(tree, (struct fake){.pid = 11, .ppid = 10, .uid = 33, .exe = FPM, .title = "php-fpm: pool www"});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_backends, 1);
	assert_int_equal(facts.backends[0].pid, 10);
	assert_int_equal(facts.backends[0].kind, BACKEND_PHP_FPM);
	assert_string_equal(facts.backends[0].config, "/etc/php/8.2/fpm/php-fpm.conf");
	assert_string_equal(facts.backends[0].version, "8.2");
	assert_string_equal(facts.backends[0].unit, "php8.2-fpm.service");
	assert_int_equal(facts.notes.n, 0);
	tree_remove(tree);
}

static void a_title_alone_is_not_believed(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .exe = "/usr/bin/sleep", .title = "php-fpm: master process (/etc/shadow)"});
	fake_process(tree, (struct fake){.pid = 11, .ppid = 10, .exe = "/usr/bin/python3", .title = "php-fpm: pool www"});
	fake_process(tree, (struct fake){.pid = 12, .ppid = 1, .uid = 1000, .exe = FPM, .title = "php-fpm: master process (/home/eve/f.conf)",
		.cgroup = "0::/user.slice/user-1000.slice/session-3.scope\n"});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_backends, 0);
	assert_int_equal(facts.notes.n, 2);
	tree_remove(tree);
}

static void another_name_is_believed_when_the_pools_run_it_too(void **state)
{
	AUTO_FACTS struct facts facts;
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .exe = "/opt/bin/php", .title = "php-fpm: master process (/opt/fpm.conf)"});
	fake_process(tree, (struct fake){.pid = 11, .ppid = 10, .exe = "/opt/bin/php", .title = "php-fpm: pool www"});
	read_tree(tree, &facts);
	assert_int_equal(facts.n_backends, 1);
	tree_remove(tree);
}

static void without_a_title_the_options_tell(void **state)
{
	static const struct {
		const char *cmdline;
		size_t n;
		const char *config;
	} cases[] = {
		{"php-fpm\0--nodaemonize\0--fpm-config\0/etc/a.conf\0", 46, "/etc/a.conf"},
		{"php-fpm\0-F\0-y\0b.conf\0", 21, "/srv/b.conf"},
		{"php-fpm\0--fpm-config=/c.conf\0", 29, "/c.conf"},
		{"php-fpm\0-F\0", 11, NULL},
		{"php-fpm\0-y\0", 11, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FACTS struct facts facts;
		int tree = tree_new();

		fake_process(tree, (struct fake){.pid = 10, .ppid = 1, .exe = "/usr/local/sbin/php-fpm"});
		tree_bytes(tree, "10/cmdline", cases[i].cmdline, cases[i].n);
		tree_link(tree, "10/cwd", "/srv");
		fake_process(tree, (struct fake){.pid = 11, .ppid = 10, .exe = "/usr/local/sbin/php-fpm"}); /* a child of it */
		fake_process(tree, (struct fake){.pid = 12, .ppid = 1, .exe = "/usr/local/sbin/php-fpm"});
		tree_bytes(tree, "12/cmdline", "php-fpm\0-t\0", 11);
		read_tree(tree, &facts);
		assert_int_equal(facts.n_backends, 1);
		if (cases[i].config)
			assert_string_equal(facts.backends[0].config, cases[i].config);
		else
			assert_null(facts.backends[0].config);
		tree_remove(tree);
	}
}

static void versions(void **state)
{
	static const char *const cases[][2] = {
		{"/usr/sbin/php-fpm8.2", "8.2"},
		{"/usr/sbin/php8.4-fpm", "8.4"},
		{"/opt/remi/php82/root/usr/sbin/php-fpm", "8.2"},
		{"/opt/cpanel/ea-php74/root/usr/sbin/php-fpm", "7.4"},
		{"/etc/php/8.10/fpm/php-fpm.conf", "8.10"},
		{"/etc/php5/fpm/php-fpm.conf", "5"},
		{"/usr/sbin/php-fpm7", "7"},
		{"/usr/sbin/php-fpm", NULL},
		{"/etc/php-fpm.conf", NULL},
		{NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *version = php_version(cases[i][0]);

		if (!streq(version, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], version);
	}
}

static void what_is_installed_but_does_not_run(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	int tree = tree_new();

	(void)state;
	tree_file(tree, "etc/php/8.2/fpm/php-fpm.conf", "");
	tree_file(tree, "etc/php/8.4/fpm/php-fpm.conf", "");
	tree_file(tree, "etc/php5/fpm/php-fpm.conf", "");
	tree_file(tree, "etc/opt/remi/php74/php-fpm.conf", "");
	*ARRAY_NEW(facts.backends, facts.n_backends) =
		(struct backend){.pid = 5, .config = xstrdup("/etc/php/8.4/fpm/php-fpm.conf"), .view = xstrdup("host")};
	read_fpm_installed(tree, &facts);
	assert_int_equal(facts.n_backends, 4);
	assert_string_equal(facts.backends[1].config, "/etc/php/8.2/fpm/php-fpm.conf");
	assert_int_equal(facts.backends[1].pid, 0);
	assert_string_equal(facts.backends[1].view, "host");
	assert_string_equal(facts.backends[2].config, "/etc/opt/remi/php74/php-fpm.conf");
	assert_string_equal(facts.backends[2].version, "7.4");
	AUTO_FREE char *usual = fpm_config_default(tree, "8.4");
	assert_string_equal(usual, "/etc/php/8.4/fpm/php-fpm.conf");
	AUTO_FREE char *none = fpm_config_default(tree, "9.9");
	assert_null(none);
	tree_remove(tree);
}

static void servers_by_kind(void **state)
{
	static const struct {
		const char *exe, *cmdline;
		size_t n;
		int kind;
	} cases[] = {
		{"/usr/bin/python3.11", "/usr/bin/python3\0/usr/bin/gunicorn\0-b\0x", 40, BACKEND_GUNICORN},
		{"/usr/bin/python3.11", "python3\0-m\0gunicorn\0app", 23, BACKEND_GUNICORN},
		{"/usr/bin/python3.11", "gunicorn: master [app]", 22, BACKEND_GUNICORN},
		{"/usr/bin/python3.11", "python3\0/srv/app.py", 19, BACKEND_UNKNOWN},
		{"/usr/bin/uwsgi-core", "uwsgi\0--ini\0x", 13, BACKEND_UWSGI},
		{"/usr/bin/node", "node\0server.js", 14, BACKEND_NODE},
		{"/usr/bin/ruby3.1", "puma 5.6.5 (unix:///run/puma.sock) [app]", 40, BACKEND_PUMA},
		{"/usr/bin/ruby3.1", "unicorn master -c x", 19, BACKEND_UNICORN},
		{"/usr/bin/bash", "gunicorn", 8, BACKEND_UNKNOWN},
		{NULL, "gunicorn", 8, BACKEND_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char bytes[64] = {0}, exe[64];
		struct proc_entry entry = {.cmdline = bytes, .size = cases[i].n};

		memcpy(bytes, cases[i].cmdline, cases[i].n);
		snprintf(exe, sizeof(exe), "%s", cases[i].exe ? cases[i].exe : "");
		entry.exe = cases[i].exe ? exe : NULL;
		assert_int_equal(backend_kind_of(&entry), cases[i].kind);
	}
}

static void holders_of_listeners_are_servers(void **state)
{
	AUTO_PROC_TABLE struct proc_table table;
	AUTO_FACTS struct facts facts = {.host.systemd = true};
	struct listener *listener = ARRAY_NEW(facts.listeners, facts.n_listeners);
	int tree = tree_new();

	(void)state;
	fake_process(tree, (struct fake){.pid = 1, .exe = "/usr/lib/systemd/systemd", .title = "/sbin/init"});
	fake_process(tree, (struct fake){.pid = 9, .ppid = 1, .exe = "/usr/bin/python3.11", .title = "gunicorn: master [app]"});
	fake_process(tree, (struct fake){.pid = 12, .ppid = 1, .exe = "/usr/sbin/sshd", .title = "sshd"});
	assert_int_equal(proc_table_read(tree, &table), 0);
	for (size_t i = 0; i < 3; i++)
		*ARRAY_NEW(listener->holders, listener->n_holders) =
			(struct process){.pid = (uint32_t[]){1, 9, 12}[i], .unit = xstrdup("x.service")};
	read_listening_backends(&table, &facts);
	assert_int_equal(facts.n_backends, 2);
	assert_int_equal(facts.backends[0].kind, BACKEND_SYSTEMD);
	assert_int_equal(facts.backends[1].kind, BACKEND_GUNICORN);
	assert_string_equal(facts.backends[1].unit, "x.service");
	read_listening_backends(&table, &facts);
	assert_int_equal(facts.n_backends, 2);
	tree_remove(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_master_with_its_title),
		cmocka_unit_test(a_title_alone_is_not_believed),
		cmocka_unit_test(another_name_is_believed_when_the_pools_run_it_too),
		cmocka_unit_test(without_a_title_the_options_tell),
		cmocka_unit_test(versions),
		cmocka_unit_test(what_is_installed_but_does_not_run),
		cmocka_unit_test(servers_by_kind),
		cmocka_unit_test(holders_of_listeners_are_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
