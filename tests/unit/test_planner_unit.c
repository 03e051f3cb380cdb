/* SPDX-License-Identifier: MIT */
/* Plans for sockets that units make: socket units, and services that bind their socket themselves. */
#include "tests/unit/plan_common.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)
#define APP	   "/run/app/app.sock"

/* The root directory is on a disk, and not in memory like /run. */
static void build_disk(struct build *b)
{
	struct node *root = build_dir(b, "/", "root:root 0755");

	root->dev = 1;
	free(root->fstype);
	root->fstype = xstrdup("ext4");
	build_dir(b, "/etc/systemd/system", "root:root 0755");
	build_above(b, NULL, "/etc/systemd/system");
	build_dir(b, "/etc/tmpfiles.d", "root:root 0755");
}

/* Gunicorn behind app.socket: /run/app is declared by tmpfiles.d; the socket unit says `mode`, `user`, `group` (NULL: nothing). */
static struct build behind_socket(const char *live, const char *first, ...)
{
	struct build b = build_host("debian 12");
	struct unit *unit;
	const char *text;
	va_list args;

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:" APP, "example.com");
	build_disk(&b);
	build_dir(&b, "/run/app", "root:root 0755");
	build_socket(&b, APP, live);
	build_backend(&b, BACKEND_GUNICORN, 900, "app")->unit = xstrdup("app.service");
	build_pool(&b, build_backend(&b, BACKEND_SYSTEMD, 1, "root"), "app.socket", APP, NULL);
	b.facts.backends[1].unit = xstrdup("app.socket");
	build_listen(&b, APP, 900);
	build_tmpfiles(&b, "d", "/run/app", "0755", "root", "root");
	build_unit(&b, "app.service", "Service.User=app", "Service.Group=app", NULL);
	unit = build_unit(&b, "app.socket", "Socket.ListenStream=" APP, NULL);
	va_start(args, first);
	for (text = first; text; text = va_arg(args, const char *)) {
		const char *equals = strchr(text, '=');

		ARRAY_ADD(unit->settings, unit->n_settings,
			(struct setting){.key = xstrndup(text, (size_t)(equals - text)), .value = xstrdup(equals + 1),
				.file = xstrdup(unit->fragment)});
	}
	va_end(args);
	return b;
}

static void expect_unguarded(struct build *b, const char *expected)
{
	expect_plan_with(b, (struct planning){.unguarded = getenv("UNGUARDED") != NULL}, expected);
}

TEST(socket_healthy)
{
	struct build b = behind_socket("www-data:www-data 0660", "Socket.SocketUser=www-data", "Socket.SocketMode=0660", NULL);

	expect_unguarded(&b,
		"u1 reachable\n"
		"exit 0\n");
}

TEST(socket_group)
{
	struct build b = behind_socket("root:root 0660", "Socket.SocketMode=0660", NULL);

	expect_unguarded(&b,
		"u1 blocked: socket-group | s1 s2 s3\n"
		"s1 systemd.dropin /etc/systemd/system/app.socket.d/zz-permfix.conf [app.socket]: Socket.SocketGroup >www-data\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.owner /run/app/app.sock: group root>www-data\n"
		"exit 2\n");
}

TEST(socket_mode)
{
	struct build b = behind_socket("root:www-data 0640", "Socket.SocketGroup=www-data", "Socket.SocketMode=0640", NULL);

	expect_unguarded(&b,
		"u1 blocked: socket-mode | s1 s2 s3\n"
		"s1 systemd.dropin /etc/systemd/system/app.socket.d/zz-permfix.conf [app.socket]: Socket.SocketMode 0640>0660\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.mode /run/app/app.sock: mode 0640>0660\n"
		"exit 2\n");
}

TEST(socket_owner)
{
	struct build b = behind_socket("app:app 0600", "Socket.SocketUser=app", "Socket.SocketMode=0600", NULL);

	expect_unguarded(&b,
		"u1 blocked: socket-owner | s1 s2 s3 s4\n"
		"s1 systemd.dropin /etc/systemd/system/app.socket.d/zz-permfix.conf [app.socket]: Socket.SocketGroup >www-data, "
		"Socket.SocketMode 0600>0660\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.owner /run/app/app.sock: group app>www-data\n"
		"s4 path.mode /run/app/app.sock: mode 0600>0660\n"
		"exit 2\n");
}

/* The files say what is right, and systemd has it loaded: only the inode is older. */
TEST(socket_stale)
{
	struct build b = behind_socket("root:root 0600", "Socket.SocketGroup=www-data", "Socket.SocketMode=0660", NULL);

	expect_unguarded(&b,
		"u1 blocked: stale-socket | s1 s2\n"
		"s1 path.owner /run/app/app.sock: group root>www-data\n"
		"s2 path.mode /run/app/app.sock: mode 0600>0660\n"
		"exit 2\n");
}

/* A chmod by hand works till the unit makes its socket anew. */
TEST(socket_not_durable)
{
	struct build b = behind_socket("root:www-data 0660", "Socket.SocketMode=0660", NULL);

	expect_unguarded(&b,
		"u1 reachable: not-durable | s1 s2\n"
		"s1 systemd.dropin /etc/systemd/system/app.socket.d/zz-permfix.conf [app.socket]: Socket.SocketGroup >www-data\n"
		"s2 service.daemon-reload systemd\n"
		"exit 2\n");
}

/* Another drop-in has the last word: no drop-in of ours can change that. */
TEST(socket_dropin_that_loses)
{
	struct build b = behind_socket("root:root 0660", "Socket.SocketMode=0660", "Socket.SocketGroup=root", NULL);
	struct unit *unit = &b.facts.units[1];

	free(unit->settings[2].file);
	unit->settings[2].file = xstrdup("/etc/systemd/system/app.socket.d/zzz.conf");
	build_group(&b, "web", 900, NULL);
	expect_unguarded(&b,
		"u1 blocked: socket-group | s1 s2 s3\n"
		"s1 systemd.dropin /etc/systemd/system/app.socket.d/zz-permfix.conf [app.socket]: Socket.SocketUser >www-data\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.owner /run/app/app.sock: owner root>www-data\n"
		"exit 2\n");
}

/* A service that binds its socket itself, as app:app; runtime says what stands in its unit besides. */
static struct build by_service(int kind, const char *live, const char *directory, const char *umask, const char *first, ...)
{
	struct build b = build_host("debian 12");
	struct backend *backend;
	struct unit *unit;
	const char *text;
	va_list args;

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:" APP, "example.com");
	build_disk(&b);
	build_dir(&b, "/run/app", directory);
	build_socket(&b, APP, live);
	backend = build_backend(&b, kind, 900, "app");
	backend->unit = xstrdup("app.service");
	backend->as.umask = xstrdup(umask);
	build_pool(&b, backend, NULL, APP, NULL);
	free(b.facts.backends[0].sections[0].at.file);
	b.facts.backends[0].sections[0].at.file = NULL;
	build_listen(&b, APP, 900);
	build_unit(&b, "app.service", "Service.User=app", "Service.Group=app", NULL);
	unit = &b.facts.units[0];
	va_start(args, first);
	for (text = first; text; text = va_arg(args, const char *)) {
		const char *equals = strchr(text, '=');

		ARRAY_ADD(unit->settings, unit->n_settings,
			(struct setting){.key = xstrndup(text, (size_t)(equals - text)), .value = xstrdup(equals + 1),
				.file = xstrdup(unit->fragment)});
	}
	va_end(args);
	return b;
}

#define DROPIN "/etc/systemd/system/app.service.d/zz-permfix.conf [app.service]: "

/* Node under UMask=0007: the socket is its group's; the service keeps that group among the others. */
TEST(service_group)
{
	struct build b = by_service(BACKEND_NODE, "app:app 0770", "root:root 0755", "0007", "Service.UMask=0007", NULL);

	build_tmpfiles(&b, "d", "/run/app", "0777", "root", "root");
	build_dir(&b, "/run/app", "root:root 0777");
	expect_unguarded(&b,
		"u1 blocked: socket-group | s1 s2 s3\n"
		"s1 systemd.dropin " DROPIN "Service.Group app>www-data, Service.SupplementaryGroups >app\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.owner /run/app/app.sock: group app>www-data\n"
		"exit 2\n");
}

/* RuntimeDirectory= follows the group: directory and socket are brought to it together. */
TEST(service_group_and_umask)
{
	struct build b = by_service(BACKEND_NODE, "app:app 0755", "app:app 0755", "0022", "Service.RuntimeDirectory=app", NULL);

	expect_unguarded(&b,
		"u1 blocked: socket-owner | s1 s2 s3 s4 s5\n"
		"s1 systemd.dropin " DROPIN "Service.Group app>www-data, Service.SupplementaryGroups >app, Service.UMask >0007\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.owner /run/app: group app>www-data\n"
		"s4 path.owner /run/app/app.sock: group app>www-data\n"
		"s5 path.mode /run/app/app.sock: mode 0755>0660\n"
		"exit 2\n");
}

/* The directory is the service's alone, each time it starts. */
TEST(runtime_directory_mode)
{
	struct build b = by_service(BACKEND_NODE, "app:app 0770", "app:app 0700", "0007", "Service.UMask=0007",
		"Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0700", NULL);

	expect_unguarded(&b,
		"u1 blocked: dir-search socket-group | s1 s2 s3 s4 s5\n"
		"s1 systemd.dropin " DROPIN
		"Service.Group app>www-data, Service.SupplementaryGroups >app, Service.RuntimeDirectoryMode 0700>0710\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.owner /run/app: group app>www-data\n"
		"s4 path.mode /run/app: mode 0700>0710\n"
		"s5 path.owner /run/app/app.sock: group app>www-data\n"
		"exit 2\n");
}

/* chmod 0700 by hand: the unit says otherwise. */
TEST(runtime_directory_stale)
{
	struct build b = by_service(BACKEND_NODE, "app:www-data 0770", "app:www-data 0700", "0007", "Service.UMask=0007",
		"Service.RuntimeDirectory=app", NULL);

	b.facts.units[0].settings[1].value[0] = 0;
	free(b.facts.units[0].settings[1].value);
	b.facts.units[0].settings[1].value = xstrdup("www-data");
	b.facts.backends[0].as.gid = 33;
	expect_unguarded(&b,
		"u1 blocked: stale-socket | s1\n"
		"s1 path.mode /run/app: mode 0700>0750\n"
		"exit 2\n");
}

/* Gunicorn binds under its own umask, which only its own file says: the socket is opened now, the file is a person's. */
TEST(gunicorn_umask_is_by_hand)
{
	struct build b = by_service(BACKEND_GUNICORN, "app:www-data 0700", "app:www-data 0750", "0022", "Service.RuntimeDirectory=app",
		"Service.RuntimeDirectoryMode=0750", NULL);
	struct backend_section *section = &b.facts.backends[0].sections[0];

	free(b.facts.units[0].settings[1].value);
	b.facts.units[0].settings[1].value = xstrdup("www-data");
	b.facts.backends[0].as.gid = 33;
	section->at = (struct place){xstrdup("/srv/app/gunicorn.conf.py"), 1};
	build_setting(section, "umask=077", false);
	section->settings[1].line = 4;
	expect_unguarded(&b,
		"u1 blocked: socket-mode | s1 s2 | it works now, or will after the steps; a person has to make it last\n"
		"s1 path.mode /run/app/app.sock: mode 0700>0660\n"
		"s2 manual /run/app/app.sock\n"
		"exit 3\n");
}

/* Node that sets its umask itself: no unit explains it. */
TEST(own_umask_is_by_hand)
{
	struct build b = by_service(BACKEND_NODE, "app:www-data 0700", "app:www-data 0750", "0077", "Service.RuntimeDirectory=app",
		"Service.RuntimeDirectoryMode=0750", NULL);

	free(b.facts.units[0].settings[1].value);
	b.facts.units[0].settings[1].value = xstrdup("www-data");
	b.facts.backends[0].as.gid = 33;
	expect_unguarded(&b,
		"u1 blocked: socket-mode | s1 s2 | it works now, or will after the steps; a person has to make it last\n"
		"s1 path.mode /run/app/app.sock: mode 0700>0660\n"
		"s2 manual /run/app/app.sock\n"
		"exit 3\n");
}

/* The class is right, the umask of the unit is not. */
TEST(service_umask)
{
	struct build b = by_service(BACKEND_NODE, "app:www-data 0700", "app:www-data 0750", "0077", "Service.UMask=0077",
		"Service.RuntimeDirectory=app", "Service.RuntimeDirectoryMode=0750", NULL);

	free(b.facts.units[0].settings[1].value);
	b.facts.units[0].settings[1].value = xstrdup("www-data");
	b.facts.backends[0].as.gid = 33;
	expect_unguarded(&b,
		"u1 blocked: socket-mode | s1 s2 s3\n"
		"s1 systemd.dropin " DROPIN "Service.UMask 0077>0007\n"
		"s2 service.daemon-reload systemd\n"
		"s3 path.mode /run/app/app.sock: mode 0700>0660\n"
		"exit 2\n");
}

/* Nothing declares /run/app: it is not there after a boot. */
TEST(undeclared_directory)
{
	struct build b = by_service(BACKEND_GUNICORN, "app:app 0777", "app:app 0755", "0022", NULL);

	expect_unguarded(&b,
		"u1 reachable: not-durable | s1\n"
		"s1 tmpfiles.entry /etc/tmpfiles.d/00-permfix.conf: /run/app >d 0755 app app\n"
		"exit 2\n");
}

/* Closed now, and gone after a boot: one entry, and the live directory in step. */
TEST(undeclared_directory_that_denies)
{
	struct build b = by_service(BACKEND_GUNICORN, "app:app 0777", "app:app 0700", "0022", NULL);

	expect_unguarded(&b,
		"u1 blocked: dir-search | s1 s2 s3\n"
		"s1 tmpfiles.entry /etc/tmpfiles.d/00-permfix.conf: /run/app >d 0710 app www-data\n"
		"s2 path.owner /run/app: group app>www-data\n"
		"s3 path.mode /run/app: mode 0700>0710\n"
		"exit 2\n");
}

/* The service removes its runtime directory with the socket unit's socket in it. */
TEST(preserve)
{
	struct build b = behind_socket("app:app 0666", NULL, NULL);
	struct unit *unit = &b.facts.units[0];

	ARRAY_ADD(unit->settings, unit->n_settings,
		(struct setting){.key = xstrdup("Service.RuntimeDirectory"), .value = xstrdup("app"), .file = xstrdup(unit->fragment)});
	build_dir(&b, "/run/app", "app:app 0755");
	expect_unguarded(&b,
		"u1 reachable: not-durable | s1 s2\n"
		"s1 systemd.dropin " DROPIN "Service.RuntimeDirectoryPreserve >yes\n"
		"s2 service.daemon-reload systemd\n"
		"exit 2\n");
}

/* Nothing makes /run/app, so app.service fails: tmpfiles.d makes it from now on, and the service is started. */
TEST(server_cannot_create)
{
	struct build b = by_service(BACKEND_GUNICORN, "app:app 0777", "app:app 0755", "0022", NULL);
	struct unit *unit = &b.facts.units[0];

	b.facts.listeners[0].name[5] = 0x5f; /* it listens no more */
	build_absent(&b, NULL, "/run/app");
	b.facts.backends[0].pid = b.facts.backends[0].as.pid = 0;
	free(unit->active);
	unit->active = xstrdup("failed");
	expect_unguarded(&b,
		"u1 absent: server-cannot-create | s1 s2\n"
		"s1 tmpfiles.entry /etc/tmpfiles.d/00-permfix.conf: /run/app >d 0750 app www-data\n"
		"s2 service.restart app.service\n"
		"exit 2\n");
}

/* The unit was put right, systemd has not read it since: it reads it, and the live socket follows. */
TEST(socket_not_reloaded)
{
	struct build b = behind_socket("root:www-data 0600", "Socket.SocketGroup=www-data", "Socket.SocketMode=0660", NULL);
	struct unit *unit = &b.facts.units[1];

	unit->stale = true;
	ARRAY_ADD(unit->loaded, unit->n_loaded,
		(struct setting){.key = xstrdup("Socket.SocketGroup"), .value = xstrdup("www-data"), .file = xstrdup(unit->fragment)});
	ARRAY_ADD(unit->loaded, unit->n_loaded,
		(struct setting){.key = xstrdup("Socket.SocketMode"), .value = xstrdup("0600"), .file = xstrdup(unit->fragment)});
	expect_unguarded(&b,
		"u1 blocked: stale-socket | s1 s2\n"
		"s1 service.daemon-reload systemd\n"
		"s2 path.mode /run/app/app.sock: mode 0600>0660\n"
		"exit 2\n");
}

/* A line of tmpfiles.d that closes /run/app at boot stays as strict for everybody else, whatever the live directory lets in. */
TEST(line_that_closes)
{
	struct build b = by_service(BACKEND_GUNICORN, "app:app 0777", "app:app 0755", "0022", NULL);

	b.facts.host.systemd = true;
	build_tmpfiles(&b, "d", "/run/app", "0700", "app", "app");
	expect_unguarded(&b,
		"u1 reachable: not-durable | s1\n"
		"s1 tmpfiles.entry /etc/tmpfiles.d/00-permfix.conf: /run/app d 0700 app app>d 0710 app www-data\n"
		"exit 2\n");
}

/* Its own directory beside the one that it has: the drop-in says the mode again, which the emptied list takes along. */
TEST(own_directory_keeps_the_mode)
{
	struct build b = by_service(BACKEND_GUNICORN, "app:app 0777", "root:root 0755", "0022", "Service.RuntimeDirectory=other",
		"Service.RuntimeDirectoryMode=0750", NULL);
	struct unit *unit = &b.facts.units[0];

	b.facts.listeners[0].name[5] = 0x5f; /* it listens no more */
	build_absent(&b, NULL, APP);
	b.facts.backends[0].pid = b.facts.backends[0].as.pid = 0;
	free(unit->active);
	unit->active = xstrdup("failed");
	expect_unguarded(&b,
		"u1 absent: server-cannot-create | s1 s2 s3\n"
		"s1 systemd.dropin " DROPIN "Service.RuntimeDirectory other>other app, Service.RuntimeDirectoryMode >0750, "
		"Service.Group app>www-data, Service.SupplementaryGroups >app\n"
		"s2 service.daemon-reload systemd\n"
		"s3 service.restart app.service\n"
		"exit 2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_healthy), cmocka_unit_test(socket_group), cmocka_unit_test(socket_mode), cmocka_unit_test(socket_owner),
		cmocka_unit_test(socket_stale), cmocka_unit_test(socket_not_durable), cmocka_unit_test(socket_dropin_that_loses),
		cmocka_unit_test(service_group), cmocka_unit_test(service_group_and_umask), cmocka_unit_test(runtime_directory_mode),
		cmocka_unit_test(runtime_directory_stale), cmocka_unit_test(gunicorn_umask_is_by_hand), cmocka_unit_test(own_umask_is_by_hand),
		cmocka_unit_test(service_umask), cmocka_unit_test(undeclared_directory), cmocka_unit_test(undeclared_directory_that_denies), cmocka_unit_test(preserve),
		cmocka_unit_test(server_cannot_create), cmocka_unit_test(socket_not_reloaded), cmocka_unit_test(line_that_closes),
		cmocka_unit_test(own_directory_keeps_the_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
