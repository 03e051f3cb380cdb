/* SPDX-License-Identifier: MIT */
/* From processes and units to backends: a tree that looks like /proc, one with configuration files, the real confined reader. */
#include "proc_tree.h"

#include "facts/gather_state.h"
#include "facts/reader.h"
#include "facts/server_orders.h"

#include <stdlib.h>

static struct facts facts;
static struct gather g;

static void put_process(int proc, uint32_t pid, uint32_t ppid, const char *words, size_t size, const char *cwd)
{
	char path[64], text[256], cwd_path[64];

	snprintf(path, sizeof(path), "%u/cmdline", pid);
	tree_bytes(proc, path, words, size);
	snprintf(path, sizeof(path), "%u/stat", pid);
	snprintf(text, sizeof(text), "%u (x) S %u 1 1 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0", pid, ppid);
	tree_file(proc, path, text);
	snprintf(path, sizeof(path), "%u/status", pid);
	tree_file(proc, path, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nCapEff:\t0000000000000000\n");
	snprintf(cwd_path, sizeof(cwd_path), "%u/cwd", pid);
	assert_int_equal(symlinkat(cwd, proc, cwd_path), 0);
	snprintf(path, sizeof(path), "%u/ns/mnt", pid);
	tree_parents(proc, path);
	assert_int_equal(symlinkat("mnt:[5]", proc, path), 0);
	snprintf(path, sizeof(path), "%u/root", pid);
	assert_int_equal(symlinkat("/", proc, path), 0);
}
#define PROCESS(pid, ppid, words, cwd) put_process(tree, pid, ppid, words, sizeof(words), cwd)

/* One tree is /proc and the host's root at once. */
static int set_up(void **state)
{
	int tree = tree_new();

	facts = (struct facts){0};
	facts.host.mntns = 5;
	views_host(&facts);
	g = (struct gather){.facts = &facts, .root = tree, .proc = tree, .roots = {.proc = tree, .host = tree}};
	*state = (void *)(intptr_t)tree;
	return 0;
}

static int tear_down(void **state)
{
	reader_stop(g.reader);
	view_roots_free(&g.roots);
	facts_free(&facts);
	tree_remove((int)(intptr_t)*state);
	return 0;
}

static struct backend *add_backend(int kind, uint32_t pid, const char *unit)
{
	struct backend *b = ARRAY_NEW(facts.backends, facts.n_backends);

	*b = (struct backend){.kind = kind, .pid = pid, .unit = xstrdup(unit), .view = xstrdup("host"), .as.pid = pid, .as.root = xstrdup("/")};
	return b;
}

static struct unit *add_unit(const char *name)
{
	struct unit *u = ARRAY_NEW(facts.units, facts.n_units);

	u->name = xstrdup(name);
	return u;
}

static void set(struct unit *unit, const char *key, const char *value)
{
	ARRAY_ADD(unit->settings, unit->n_settings, (struct setting){.key = xstrdup(key), .value = xstrdup(value), .file = xstrdup("/u"), .line = 1});
}

static struct listener *add_listener(const char *name, uint32_t pid, const char *exe)
{
	struct listener *l = ARRAY_NEW(facts.listeners, facts.n_listeners);
	struct process *holder;

	*l = (struct listener){.family = LISTENER_UNIX, .name = xstrdup(name), .listening = true};
	holder = ARRAY_NEW(l->holders, l->n_holders);
	*holder = (struct process){.pid = pid, .exe = xstrdup(exe), .view = xstrdup("host")};
	return l;
}

static void add_target(const char *endpoint)
{
	ARRAY_ADD(facts.targets, facts.n_targets, (struct target){.given = xstrdup(endpoint), .endpoint = xstrdup(endpoint)});
}

static const char *value(const struct backend *b, size_t section, const char *key)
{
	const struct setting *s;

	assert_true(section < b->n_sections);
	s = setting_find(&b->sections[section], key);
	return s ? s->value : "(not set)";
}

/* --- live ------------------------------------------------------------------------------------------------------------------ */

static void a_live_gunicorn(void **state)
{
	int tree = (int)(intptr_t)*state;

	PROCESS(50, 1, "/usr/bin/python3\0/usr/bin/gunicorn\0-c\0conf.py\0app", "/srv/app");
	tree_bytes(tree, "50/environ", "XGUNICORN_CMD_ARGS=no\0GUNICORN_CMD_ARGSX=no\0PASSWORD=x\0GUNICORN_CMD_ARGS=-g www-data\0A=b",
		sizeof("XGUNICORN_CMD_ARGS=no\0GUNICORN_CMD_ARGSX=no\0PASSWORD=x\0GUNICORN_CMD_ARGS=-g www-data\0A=b"));
	tree_file(tree, "srv/app/conf.py", "bind = 'unix:app.sock'\numask = 0o117\n");
	add_backend(BACKEND_GUNICORN, 50, NULL);
	gather_servers(&g);
	assert_int_equal(facts.n_backends, 1);
	assert_string_equal(facts.backends[0].sections[0].endpoint, "unix:/srv/app/app.sock");
	assert_string_equal(value(&facts.backends[0], 0, "umask"), "0117");
	assert_string_equal(value(&facts.backends[0], 0, "group"), "www-data");
	assert_string_equal(facts.backends[0].config, "/srv/app/conf.py");
	assert_int_equal(facts.backends[0].n_files, 1);
}

static void the_environment_is_not_kept(void **state)
{
	int tree = (int)(intptr_t)*state;

	tree_bytes(tree, "7/environ", "A=GUNICORN\0GUNICORN_CMD_ARGS", 28);
	assert_null(process_variable(tree, 7, "GUNICORN_CMD_ARGS"));
	assert_null(process_variable(tree, 8, "GUNICORN_CMD_ARGS"));
	tree_bytes(tree, "7/environ", "GUNICORN_CMD_ARGS=", 19);
	AUTO_FREE char *empty = process_variable(tree, 7, "GUNICORN_CMD_ARGS");
	assert_string_equal(empty, "");
}

/* setproctitle: the words are gone, but the unit has them. */
static void a_title_and_a_unit(void **state)
{
	int tree = (int)(intptr_t)*state;
	struct unit *unit = add_unit("web.service");

	set(unit, "Service.ExecStart", "/srv/venv/bin/gunicorn --bind unix:web.sock -m 007 app:app");
	set(unit, "Service.WorkingDirectory", "/srv/web");
	PROCESS(50, 1, "gunicorn: master [app:app]\0\0\0", "/srv/web");
	PROCESS(51, 1, "gunicorn: master [other]", "/");
	add_backend(BACKEND_GUNICORN, 50, "web.service");
	add_backend(BACKEND_GUNICORN, 51, NULL);
	gather_servers(&g);
	assert_int_equal(facts.n_backends, 2);
	assert_string_equal(facts.backends[0].sections[0].endpoint, "unix:/srv/web/web.sock");
	assert_string_equal(value(&facts.backends[0], 0, "umask"), "0007");
	assert_null(facts.backends[1].sections[0].endpoint);
	assert_non_null(strstr(facts.backends[1].sections[0].unclear, "hidden behind the title"));
}

static void titles_of_ruby(void **state)
{
	int tree = (int)(intptr_t)*state;

	PROCESS(60, 1, "puma 5.6.5 (unix:///run/p.sock?umask=0117,tcp://127.0.0.1:80) [app]", "/srv");
	PROCESS(61, 1, "unicorn master -c u.rb -D", "/srv");
	tree_file(tree, "srv/u.rb", "listen '/run/u.sock', umask: 0007\n");
	add_backend(BACKEND_PUMA, 60, NULL);
	add_backend(BACKEND_UNICORN, 61, NULL);
	gather_servers(&g);
	assert_int_equal(facts.backends[0].n_sections, 2);
	assert_string_equal(facts.backends[0].sections[0].endpoint, "unix:/run/p.sock");
	assert_string_equal(value(&facts.backends[0], 0, "umask"), "0117");
	assert_string_equal(facts.backends[0].sections[1].endpoint, "tcp:127.0.0.1:80");
	assert_string_equal(value(&facts.backends[1], 0, "umask"), "0007");
}

/* --- units ----------------------------------------------------------------------------------------------------------------- */

static void accounts(void)
{
	static const struct {
		const char *name;
		uint32_t id;
	} all[] = {{"root", 0}, {"app", 1000}, {"www-data", 33}};

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		ARRAY_ADD(facts.accounts.users, facts.accounts.n_users,
			(struct user){.name = xstrdup(all[i].name), .uid = all[i].id, .gid = all[i].id});
		ARRAY_ADD(facts.accounts.groups, facts.accounts.n_groups, (struct group){.name = xstrdup(all[i].name), .gid = all[i].id});
	}
	strings_add(&facts.accounts.groups[2].members, "app");
}

static void a_unit_that_does_not_run(void **state)
{
	int tree = (int)(intptr_t)*state;
	struct unit *unit = add_unit("api.service");

	accounts();
	set(unit, "Service.User", "app");
	set(unit, "Service.ExecStart", "-/usr/bin/uwsgi --ini %%.ini");
	set(unit, "Service.ExecStart", "/usr/bin/uwsgi --ini api.ini");
	set(unit, "Service.WorkingDirectory", "-/srv/api");
	unit = add_unit("other.service");
	set(unit, "Service.ExecStart", "/usr/bin/other --socket /x");
	tree_file(tree, "srv/api/api.ini", "[uwsgi]\nsocket = s\nchmod-socket = 664\n");
	gather_servers(&g);
	assert_int_equal(facts.n_backends, 1);
	assert_int_equal(facts.backends[0].pid, 0);
	assert_int_equal(facts.backends[0].as.uid, 1000);
	assert_int_equal(facts.backends[0].as.gid, 1000);
	assert_int_equal(facts.backends[0].as.n_groups, 2);
	assert_int_equal(facts.backends[0].as.groups[0], 33);
	assert_string_equal(facts.backends[0].unit, "api.service");
	assert_string_equal(facts.backends[0].sections[0].endpoint, "unix:/srv/api/s");
	assert_string_equal(value(&facts.backends[0], 0, "chmod-socket"), "664");
}

static void ids_of_units(void **state)
{
	static const struct {
		const char *key[3], *value[3];
		bool known;
		uint32_t uid, gid;
	} cases[] = {
		{{NULL}, {NULL}, true, 0, 0},
		{{"Service.User"}, {"app"}, true, 1000, 1000},
		{{"Service.User", "Service.Group"}, {"app", "www-data"}, true, 1000, 33},
		{{"Service.User", "Service.Group"}, {"1000", "33"}, true, 1000, 33},
		{{"Service.User", "Service.Group"}, {"77", "78"}, true, 77, 78},
		{{"Service.User"}, {"77"}, false, 0, 0},
		{{"Service.User"}, {"nobody-there"}, false, 0, 0},
		{{"Service.User", "Service.DynamicUser"}, {"made-up", "yes"}, false, 0, 0},
		{{"Service.User", "Service.DynamicUser"}, {"app", "yes"}, true, 1000, 1000},
		{{"Service.DynamicUser"}, {"yes"}, false, 0, 0},
		{{"Service.Group"}, {"nobody-there"}, false, 0, 0},
	};

	(void)state;
	accounts();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct unit unit = {.name = xstrdup("x.service")};
		struct process is = {0};

		for (size_t k = 0; k < 3 && cases[i].key[k]; k++)
			set(&unit, cases[i].key[k], cases[i].value[k]);
		assert_int_equal(ids_of_unit(&facts.accounts, &unit, &is), cases[i].known);
		if (cases[i].known) {
			assert_int_equal(is.uid, cases[i].uid);
			assert_int_equal(is.gid, cases[i].gid);
		}
		shape_free(&process_shape, &is);
		shape_free(&unit_shape, &unit);
	}
}

/* What a socket unit makes, the server does not. */
static void a_socket_unit_makes_it(void **state)
{
	int tree = (int)(intptr_t)*state;
	struct unit *service = add_unit("web.service"), *socket;

	set(service, "Service.ExecStart", "/usr/bin/puma -b unix:///var/run/web.sock -b unix:///run/own.sock");
	socket = add_unit("web.socket");
	set(socket, "Socket.ListenStream", "/run/web.sock");
	(void)tree;
	gather_servers(&g);
	assert_int_equal(facts.n_backends, 1);
	assert_int_equal(facts.backends[0].n_sections, 1);
	assert_string_equal(facts.backends[0].sections[0].endpoint, "unix:/run/own.sock");
}

static void gunicorn_binds_nothing_that_it_was_handed(void **state)
{
	int tree = (int)(intptr_t)*state;
	struct listener *l = add_listener("/run/handed.sock", 1, "/lib/systemd/systemd");

	facts.host.systemd = true;
	*ARRAY_NEW(l->holders, l->n_holders) = (struct process){.pid = 50, .exe = xstrdup("/usr/bin/python3"), .view = xstrdup("host")};
	PROCESS(50, 1, "/usr/bin/python3\0/usr/bin/gunicorn\0-b\0unix:/run/conf.sock\0app", "/srv");
	add_backend(BACKEND_GUNICORN, 50, NULL);
	add_target("unix:/run/handed.sock");
	gather_servers(&g);
	gather_unexplained(&g);
	assert_int_equal(facts.n_backends, 1);
	assert_int_equal(facts.backends[0].n_sections, 0);
}

/* --- supervisord ------------------------------------------------------------------------------------------------------------ */

static void programs_of_supervisord(void **state)
{
	int tree = (int)(intptr_t)*state;

	PROCESS(40, 1, "/usr/bin/python3\0/usr/bin/supervisord\0-n\0-c\0/etc/s.conf", "/");
	PROCESS(50, 40, "/usr/bin/python3\0/usr/bin/gunicorn\0--chdir\0/srv/app\0-b\0unix:/run/g.sock\0app", "/srv/app");
	PROCESS(51, 40, "/usr/bin/node\0server.js", "/srv");
	PROCESS(52, 1, "/usr/bin/node\0server.js", "/srv");
	tree_file(tree, "etc/s.conf",
		"[program:web]\ncommand=/usr/bin/gunicorn --chdir /srv/app -b unix:/run/g.sock app\nenvironment=KEY=\"secret\"\n"
		"[program:other]\ncommand=/usr/bin/gunicorn x\n[program:js]\ncommand=/usr/bin/node server.js\ndirectory=/srv\n"
		"[fcgi-program:f]\ncommand=/x --password=secret\nsocket=unix:///run/f.sock\nsocket_mode=0660\n");
	add_backend(BACKEND_GUNICORN, 50, NULL);
	add_backend(BACKEND_NODE, 51, NULL);
	add_backend(BACKEND_NODE, 52, NULL);
	gather_servers(&g);
	assert_int_equal(facts.n_backends, 4);
	assert_string_equal(facts.backends[0].supervisor, "web");
	assert_string_equal(facts.backends[0].supervisor_at.file, "/etc/s.conf");
	assert_int_equal(facts.backends[0].supervisor_at.line, 1);
	assert_null(facts.backends[0].sections[0].unclear); /* it was started in supervisord's directory */
	assert_string_equal(facts.backends[1].supervisor, "js");
	assert_null(facts.backends[2].supervisor);
	assert_int_equal(facts.backends[3].pid, 40);
	assert_int_equal(facts.backends[3].n_sections, 1);
	assert_string_equal(facts.backends[3].sections[0].name, "fcgi-program:f");
	assert_int_equal(facts.backends[3].sections[0].n_settings, 1);
	assert_string_equal(value(&facts.backends[3], 0, "socket_mode"), "0660");
}

/* --- listeners that nothing explains ---------------------------------------------------------------------------------------- */

static void listeners_without_a_section(void **state)
{
	int tree = (int)(intptr_t)*state;

	PROCESS(50, 1, "/usr/bin/python3\0/usr/bin/gunicorn\0-c\0/c.py\0app", "/srv");
	tree_file(tree, "c.py", "bind = f'unix:{x}'\n");
	PROCESS(51, 1, "/usr/bin/ruby\0/usr/bin/puma\0-b\0unix:///run/new.sock", "/srv");
	add_backend(BACKEND_GUNICORN, 50, NULL);
	add_backend(BACKEND_PUMA, 51, NULL);
	add_listener("/run/g.sock", 50, "/usr/bin/python3");
	add_listener("/run/old.sock", 51, "/usr/bin/ruby");
	add_listener("/run/x.sock", 70, "/usr/bin/x");
	add_listener("/run/unnamed.sock", 71, "/usr/bin/y");
	add_listener("/run/node.sock", 72, "/usr/bin/node");
	add_backend(BACKEND_NODE, 72, NULL); /* nobody names it, but it may be meant */
	add_target("unix:/run/g.sock");
	add_target("unix:/run/old.sock");
	add_target("unix:/var/run/x.sock");
	gather_servers(&g);
	gather_unexplained(&g);
	assert_int_equal(facts.n_backends, 4);
	assert_string_equal(facts.backends[2].sections[0].endpoint, "unix:/run/node.sock");
	assert_int_equal(facts.backends[0].n_sections, 1);
	assert_string_equal(facts.backends[0].sections[0].endpoint, "unix:/run/g.sock");
	assert_non_null(strstr(facts.backends[0].sections[0].unclear, "f-string"));
	assert_int_equal(facts.backends[1].n_sections, 2);
	assert_non_null(strstr(facts.backends[1].sections[1].unclear, "names no such socket"));
	assert_int_equal(facts.backends[3].kind, BACKEND_UNKNOWN);
	assert_int_equal(facts.backends[3].pid, 70);
	assert_string_equal(facts.backends[3].sections[0].endpoint, "unix:/run/x.sock");
	assert_null(facts.backends[3].sections[0].unclear);
	assert_int_equal(facts.backends[3].sections[0].n_settings, 0);
}

/* --- applications that nobody has --------------------------------------------------------------------------------------------- */

#define APPS "etc/uwsgi/apps-enabled/"

static void applications_in_usual_places(void **state)
{
	int tree = (int)(intptr_t)*state;

	tree_file(tree, APPS "a.ini", "[uwsgi]\nsocket = /run/uwsgi/a.sock\nsocket = /run/uwsgi/unasked.sock\nchmod-socket = 660\n");
	tree_file(tree, APPS "b.ini", "[uwsgi]\nsocket = /run/uwsgi/b.sock\n");
	tree_file(tree, APPS "c.ini", "[uwsgi]\nsocket = /run/uwsgi/c.sock\n");
	tree_file(tree, "etc/uwsgi/vassals/d.ini", "[uwsgi]\nsocket = /run/uwsgi/d.sock\n");
	tree_file(tree, "run/uwsgi/b.sock", "");
	PROCESS(50, 1, "/usr/bin/uwsgi\0--ini\0/etc/uwsgi/apps-enabled/c.ini", "/");
	add_backend(BACKEND_UWSGI, 50, NULL);
	add_target("unix:/var/run/uwsgi/a.sock"); /* nobody makes it */
	add_target("unix:/run/uwsgi/b.sock");     /* it is there */
	add_target("unix:/run/uwsgi/c.sock");     /* a process has it */
	gather_servers(&g);
	assert_int_equal(facts.n_backends, 2);
	assert_string_equal(facts.backends[0].sections[0].endpoint, "unix:/run/uwsgi/c.sock");
	assert_int_equal(facts.backends[1].kind, BACKEND_UWSGI);
	assert_int_equal(facts.backends[1].pid, 0);
	assert_string_equal(facts.backends[1].config, "/etc/uwsgi/apps-enabled/a.ini");
	assert_int_equal(facts.backends[1].n_sections, 1);
	assert_string_equal(facts.backends[1].sections[0].endpoint, "unix:/run/uwsgi/a.sock");
	assert_non_null(strstr(facts.backends[1].sections[0].unclear, "as whom it is started is not known"));
}

static void no_application_is_read_without_need(void **state)
{
	int tree = (int)(intptr_t)*state;

	tree_file(tree, APPS "a.ini", "[uwsgi]\nsocket = /run/uwsgi/a.sock\n");
	tree_file(tree, "run/uwsgi/a.sock", "");
	add_target("unix:/run/uwsgi/a.sock");
	add_target("tcp:127.0.0.1:8000");
	gather_servers(&g);
	assert_int_equal(facts.n_backends, 0);
	assert_null(g.reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_live_gunicorn), TEST(the_environment_is_not_kept), TEST(a_title_and_a_unit), TEST(titles_of_ruby),
		TEST(a_unit_that_does_not_run), TEST(ids_of_units), TEST(a_socket_unit_makes_it),
		TEST(gunicorn_binds_nothing_that_it_was_handed), TEST(programs_of_supervisord), TEST(listeners_without_a_section),
		TEST(applications_in_usual_places), TEST(no_application_is_read_without_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
