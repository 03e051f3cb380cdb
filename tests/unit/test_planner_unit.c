/* SPDX-License-Identifier: MIT */
/* Plans for sockets that units make: socket units, and services that bind their socket themselves. */
#include "tests/unit/plan_common.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)
#define APP	   "/run/app/app.sock"

/* Gunicorn behind app.socket: /run/app is declared by tmpfiles.d; the socket unit says `mode`, `user`, `group` (NULL: nothing). */
static struct build behind_socket(const char *live, const char *first, ...)
{
	struct build b = build_host("debian 12");
	struct unit *unit;
	const char *text;
	va_list args;

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:" APP, "example.com");
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
	expect_plan_with(b, (struct planning){.unguarded = true}, expected);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_healthy), cmocka_unit_test(socket_group), cmocka_unit_test(socket_mode), cmocka_unit_test(socket_owner),
		cmocka_unit_test(socket_stale), cmocka_unit_test(socket_not_durable), cmocka_unit_test(socket_dropin_that_loses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
