/* SPDX-License-Identifier: MIT */
/* What the next restart and the next boot make, of the directories and of the socket; and what stands when it is older than that. */
#include "tests/unit/expect_causes.h"
#include "tests/unit/build_units.h"

#define DIR "/run/app"
#define SOCKET DIR "/app.sock"

static void expect_booted(struct build *b, int verdict, const char *causes)
{
	build_run_in_memory(b);
	expect_first(b, verdict, causes);
}

static void expect_says(struct build *b, int cause, const char *text)
{
	build_run_in_memory(b);
	expect_because(b, cause, text);
}

/* A Gunicorn of user app and group www-data, active, whose unit has up to three more settings; its socket is as its umask makes it. */
static struct build service(const char *directory, const char *x, const char *y, const char *z)
{
	struct build b = build_booted("debian 12");
	struct backend *gunicorn;

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	build_dir(&b, DIR, directory);
	build_socket(&b, SOCKET, "app:www-data 0660");
	gunicorn = build_server_at(&b, BACKEND_GUNICORN, 69, "app", "app.service", SOCKET);
	gunicorn->as.gid = 33;
	build_setting(&gunicorn->sections[0], "umask=0117", false);
	build_listen(&b, SOCKET, 69);
	build_unit_as(&b, "app.service", "active", "yes", "Service.User=app", "Service.Group=www-data", "Service.ExecStart=/usr/bin/gunicorn app",
		x ? x : "Service.Type=notify", y ? y : "Service.Type=notify", z, NULL);
	return b;
}

/* Gunicorn behind a socket unit. */
static struct build activated(const char *directory, const char *socket_setting, const char *service_setting)
{
	struct build b = build_booted("debian 12");
	struct listener *listener;

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	build_dir(&b, DIR, directory);
	build_socket(&b, SOCKET, "app:www-data 0660");
	build_socket_unit(&b, "app.socket", true, SOCKET);
	build_server_at(&b, BACKEND_GUNICORN, 69, "app", "app.service", SOCKET)->as.gid = 33;
	listener = build_listen(&b, SOCKET, 1);
	shape_copy(&process_shape, ARRAY_NEW(listener->holders, listener->n_holders), &b.facts.backends[1].as);
	build_unit_as(&b, "app.service", "active", "yes", "Service.User=app", "Service.Group=www-data", service_setting, NULL);
	build_unit_as(&b, "app.socket", "active", "yes", "Socket.ListenStream=" SOCKET, "Socket.SocketUser=app", "Socket.SocketGroup=www-data",
		"Socket.SocketMode=0660", socket_setting, NULL);
	return b;
}

static struct unit *unit_of(struct build *b, const char *name)
{
	return (struct unit *)unit_find(&b->facts, name);
}

static void set(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
}

/* --- healthy: nothing is said --- */

/* By the settings that were read each of these units would bring a fault back, but there may be others. */
TEST(unit_that_could_not_be_read_is_not_guessed)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0700", NULL);

	unit_of(&b, "app.service")->incomplete = true;
	b.facts.units_unknown = true;
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(socket_unit_that_could_not_be_read_is_not_guessed)
{
	struct build b = activated("app:www-data 0750", "Socket.SocketMode=0600", NULL);

	unit_of(&b, "app.socket")->incomplete = true;
	b.facts.units_unknown = true;
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(runtime_directory_lasts)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750", NULL);

	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(socket_unit_lasts)
{
	struct build b = activated("root:root 0755", NULL, NULL);

	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(tmpfiles_last)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	build_tmpfiles_line(&b, "d /run/app 0750 app www-data");
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

/* --- directories at boot --- */

TEST(undeclared_directory_is_gone)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	expect_booted(&b, UPSTREAM_REACHABLE, "not-durable");
	b = service("app:www-data 0750", NULL, NULL, NULL);
	expect_says(&b, CAUSE_NOT_DURABLE, "/run/app is gone after a boot");
}

TEST(directory_on_disk_stays)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	build_done(&b);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(without_systemd_nothing_is_said_about_a_boot)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	b.facts.host.systemd = false;
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(a_script_before_it_may_make_the_directory)
{
	struct build b = service("app:www-data 0750", "Service.ExecStartPre=+/srv/app/prepare", NULL, NULL);

	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(unread_tmpfiles_are_not_known)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	b.facts.tmpfiles_unknown = true;
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(node_cannot_make_its_directory_in_run)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	b.facts.backends[0].kind = BACKEND_NODE;
	expect_booted(&b, UPSTREAM_REACHABLE, "not-durable");
}

TEST(root_may_make_its_directory)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	b.facts.backends[0].kind = BACKEND_NODE;
	b.facts.backends[0].as.uid = b.facts.backends[0].as.gid = 0;
	b.facts.backends[0].as.caps = ~(uint64_t)0;
	set(&b.facts.units[0].settings[0].value, "root");
	set(&b.facts.units[0].settings[1].value, "root");
	set(&b.facts.backends[0].as.umask, "0000");
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(tmpfiles_with_another_mode)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	build_tmpfiles_line(&b, "d /run/app 0700 app app");
	expect_says(&b, CAUSE_NOT_DURABLE, "after a boot it is app:app 0700 (/usr/lib/tmpfiles.d/app.conf:1)");
}

TEST(first_line_for_a_path_wins)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	build_tmpfiles_line(&b, "d /run/app 0750 app www-data");
	build_tmpfiles_line(&b, "d /run/app 0700 app app");
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(z_adjusts_afterwards)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	build_tmpfiles_line(&b, "z /run/a* 0700 app app");
	build_tmpfiles_line(&b, "d /run/app 0750 app www-data");
	expect_booted(&b, UPSTREAM_REACHABLE, "not-durable");
}

TEST(acl_lines_are_not_known)
{
	struct build b = service("app:www-data 0750", NULL, NULL, NULL);

	build_tmpfiles_line(&b, "d /run/app 0700 app app");
	build_tmpfiles_line(&b, "a+ /run/app - - -");
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(runtime_directory_mode_at_boot)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0700", NULL);

	expect_says(&b, CAUSE_NOT_DURABLE, "RuntimeDirectory= of app.service");
}

TEST(nested_runtime_directory)
{
	struct build b = service("root:root 0755", "Service.RuntimeDirectory=app/sub", NULL, NULL);

	/* the parent is made as root's, in which Gunicorn may not bind: the socket stands in it */
	expect_booted(&b, UPSTREAM_REACHABLE, "not-durable");
}

TEST(directory_mode_of_the_socket_unit)
{
	struct build b = activated("root:root 0755", "Socket.DirectoryMode=0700", NULL);

	expect_says(&b, CAUSE_NOT_DURABLE, "DirectoryMode= of app.socket");
}

/* --- at a restart --- */

TEST(runtime_directory_takes_the_units_socket_along)
{
	struct build b = activated("app:www-data 0750", NULL, "Service.RuntimeDirectory=app");

	expect_says(&b, CAUSE_NOT_DURABLE, "when app.service stops, it removes its RuntimeDirectory=");
}

TEST(a_preserved_runtime_directory_does_not)
{
	struct build b = activated("app:www-data 0755", NULL, "Service.RuntimeDirectory=app");
	struct unit *unit = unit_of(&b, "app.service");

	ARRAY_ADD(unit->settings, unit->n_settings,
		(struct setting){.key = xstrdup("Service.RuntimeDirectoryPreserve"), .value = xstrdup("yes")});
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

/* The service gives the unit's socket to its own account when it starts: here to a group that the worker is not in. */
TEST(the_service_takes_over_the_socket)
{
	struct build b = activated("app:app 0755", NULL, "Service.RuntimeDirectory=app");
	struct unit *unit = unit_of(&b, "app.service");

	set(&unit->settings[1].value, "app");
	ARRAY_ADD(unit->settings, unit->n_settings,
		(struct setting){.key = xstrdup("Service.RuntimeDirectoryPreserve"), .value = xstrdup("yes")});
	b.facts.backends[1].as.gid = 1000;
	expect_says(&b, CAUSE_NOT_DURABLE, "after a boot: www-data (uid 33, groups 33) is neither owner (app) nor in group app");
}

TEST(directory_of_another_service)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750",
		"Service.RuntimeDirectoryPreserve=yes");

	build_unit_as(&b, "other.service", "active", "yes", "Service.User=app", "Service.Group=www-data", "Service.RuntimeDirectory=app",
		"Service.RuntimeDirectoryMode=0750", NULL);
	expect_says(&b, CAUSE_NOT_DURABLE, "when other.service stops");
}

TEST(socket_mode_of_the_unit)
{
	struct build b = activated("root:root 0755", NULL, NULL);

	set(&unit_of(&b, "app.socket")->settings[3].value, "0600");
	expect_says(&b, CAUSE_NOT_DURABLE, "after a restart of app.socket:");
}

/* Loaded and on disk: a restart goes by one, a boot by the other. */
TEST(stale_unit)
{
	struct build b = activated("root:root 0755", NULL, NULL);
	struct unit *unit = unit_of(&b, "app.socket");

	unit->stale = true;
	unit->n_loaded = unit->n_settings;
	unit->loaded = xcalloc(unit->n_settings, sizeof(*unit->loaded));
	for (size_t i = 0; i < unit->n_settings; i++)
		unit->loaded[i] = (struct setting){.key = xstrdup(unit->settings[i].key), .value = xstrdup(unit->settings[i].value)};
	set(&unit->settings[3].value, "0600");
	expect_says(&b, CAUSE_NOT_DURABLE, "after a boot:");
}

/* --- not started at boot --- */

TEST(disabled_service)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750", NULL);

	set(&b.facts.units[0].at_boot, "no");
	expect_says(&b, CAUSE_NOT_DURABLE, "app.service is not enabled");
}

TEST(disabled_service_behind_a_socket_unit)
{
	struct build b = activated("root:root 0755", NULL, NULL);

	set(&unit_of(&b, "app.service")->at_boot, "no");
	expect_booted(&b, UPSTREAM_REACHABLE, "");
}

TEST(disabled_socket_unit)
{
	struct build b = activated("root:root 0755", NULL, NULL);

	set(&unit_of(&b, "app.socket")->at_boot, "no");
	expect_says(&b, CAUSE_NOT_DURABLE, "app.socket is not enabled");
}

/* --- stale --- */

TEST(closed_by_hand)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750", NULL);

	build_socket(&b, SOCKET, "app:www-data 0600");
	expect_booted(&b, UPSTREAM_BLOCKED, "stale-socket");
}

TEST(directory_closed_by_hand)
{
	struct build b = service("app:www-data 0700", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750", NULL);

	expect_booted(&b, UPSTREAM_BLOCKED, "stale-socket");
	b = service("app:www-data 0700", NULL, NULL, NULL);
	build_tmpfiles_line(&b, "d /run/app 0750 app www-data");
	expect_booted(&b, UPSTREAM_BLOCKED, "stale-socket");
}

TEST(directory_that_nobody_configures)
{
	struct build b = service("app:www-data 0700", NULL, NULL, NULL);

	build_done(&b);
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(directory_that_is_configured_so)
{
	struct build b = service("app:www-data 0700", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0700", NULL);

	expect_booted(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(unit_socket_closed_by_hand)
{
	struct build b = activated("root:root 0755", NULL, NULL);

	build_socket(&b, SOCKET, "root:root 0660");
	expect_booted(&b, UPSTREAM_BLOCKED, "stale-socket");
}

/* Node's own umask is no configuration. */
TEST(node_closed_by_hand)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750", NULL);

	b.facts.backends[0].kind = BACKEND_NODE;
	set(&b.facts.backends[0].as.umask, "0117");
	build_socket(&b, SOCKET, "app:www-data 0600");
	expect_booted(&b, UPSTREAM_BLOCKED, "socket-mode");
}

TEST(node_opened_by_hand)
{
	struct build b = service("app:www-data 0750", "Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750", NULL);

	b.facts.backends[0].kind = BACKEND_NODE;
	set(&b.facts.backends[0].as.umask, "0177");
	expect_says(&b, CAUSE_NOT_DURABLE, "no configuration says so, it is what gunicorn (pid 69, app.service, umask 0177) makes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runtime_directory_lasts),
		cmocka_unit_test(unit_that_could_not_be_read_is_not_guessed), cmocka_unit_test(socket_unit_that_could_not_be_read_is_not_guessed),
		cmocka_unit_test(socket_unit_lasts),
		cmocka_unit_test(tmpfiles_last),
		cmocka_unit_test(undeclared_directory_is_gone),
		cmocka_unit_test(directory_on_disk_stays),
		cmocka_unit_test(without_systemd_nothing_is_said_about_a_boot),
		cmocka_unit_test(a_script_before_it_may_make_the_directory),
		cmocka_unit_test(unread_tmpfiles_are_not_known),
		cmocka_unit_test(node_cannot_make_its_directory_in_run),
		cmocka_unit_test(root_may_make_its_directory),
		cmocka_unit_test(tmpfiles_with_another_mode),
		cmocka_unit_test(first_line_for_a_path_wins),
		cmocka_unit_test(z_adjusts_afterwards),
		cmocka_unit_test(acl_lines_are_not_known),
		cmocka_unit_test(runtime_directory_mode_at_boot),
		cmocka_unit_test(nested_runtime_directory),
		cmocka_unit_test(directory_mode_of_the_socket_unit),
		cmocka_unit_test(runtime_directory_takes_the_units_socket_along),
		cmocka_unit_test(a_preserved_runtime_directory_does_not),
		cmocka_unit_test(the_service_takes_over_the_socket),
		cmocka_unit_test(directory_of_another_service),
		cmocka_unit_test(socket_mode_of_the_unit),
		cmocka_unit_test(stale_unit),
		cmocka_unit_test(disabled_service),
		cmocka_unit_test(disabled_service_behind_a_socket_unit),
		cmocka_unit_test(disabled_socket_unit),
		cmocka_unit_test(closed_by_hand),
		cmocka_unit_test(directory_closed_by_hand),
		cmocka_unit_test(directory_that_nobody_configures),
		cmocka_unit_test(directory_that_is_configured_so),
		cmocka_unit_test(unit_socket_closed_by_hand),
		cmocka_unit_test(node_closed_by_hand),
		cmocka_unit_test(node_opened_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
