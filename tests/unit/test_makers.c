/* SPDX-License-Identifier: MIT */
/* What each kind of server makes of its settings, its unit and its umask: one test for each rule of creation.h but PHP-FPM's. */
#include "tests/unit/expect_causes.h"

#include "diagnose/creation.h"
#include "tests/unit/build_units.h"

#define PATH "/run/app/app.sock"

struct expected {
	uint32_t uid, gid, mode;
	bool configured;
};

static struct creation made_in(struct build *b, const char *directory)
{
	const struct world world = {.facts = &b->facts};
	struct node parent = {.path = (char *)"/run/app", .type = NODE_DIR};
	struct creation made;

	build_perms(b, directory, &parent);
	creation_predict(&world, MOMENT_RESTART, &b->facts.backends[0], b->facts.backends[0].sections, &parent, &made);
	build_free(b);
	return made;
}

static void expect(struct build *b, const char *directory, struct expected e)
{
	struct creation made = made_in(b, directory);

	if (!made.known || made.fails)
		fail_msg("not made: %s", made.fails ? made.fails : made.why_unknown);
	assert_int_equal(made.node.uid, e.uid);
	assert_int_equal(made.node.gid, e.gid);
	assert_int_equal(made.node.mode, e.mode);
	assert_int_equal(made.configured, e.configured);
	creation_free(&made);
}

static void expect_text(const char *said, const char *text)
{
	assert_non_null(said);
	if (!strstr(said, text))
		fail_msg("\"%s\" does not say \"%s\"", said, text);
}

static void expect_fails(struct build *b, const char *directory, const char *text)
{
	struct creation made = made_in(b, directory);

	assert_true(made.known);
	expect_text(made.fails, text);
	creation_free(&made);
}

static void expect_unknown(struct build *b, const char *text)
{
	struct creation made = made_in(b, "app:app 0755");

	assert_false(made.known);
	expect_text(made.why_unknown, text);
	creation_free(&made);
}

/* A running server of that user with up to three settings, no unit. */
static struct build server(int kind, const char *user, const char *x, const char *y, const char *z)
{
	struct build b = build_host("debian 12");
	struct backend *backend = build_backend(&b, kind, 69, user);

	backend->as.umask = xstrdup("0022");
	build_pool(&b, backend, NULL, PATH, x, y, z, NULL);
	return b;
}

static void use_unit(struct build *b, const char *name)
{
	free(b->facts.backends[0].unit);
	b->facts.backends[0].unit = xstrdup(name);
}

/* --- Gunicorn --- */

TEST(gunicorn_makes_0777)
{
	struct build b = server(BACKEND_GUNICORN, "app", NULL, NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0777, true});
}

TEST(gunicorn_umask)
{
	struct build b = server(BACKEND_GUNICORN, "app", "umask=0117", NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0660, true});
}

TEST(gunicorn_as_root_chowns)
{
	struct build b = server(BACKEND_GUNICORN, "root", "umask=0117", "user=app", "group=www-data");

	expect(&b, "root:root 0755", (struct expected){1000, 33, 0660, true});
}

TEST(gunicorn_user_alone_keeps_roots_group)
{
	struct build b = server(BACKEND_GUNICORN, "root", "user=app", NULL, NULL);

	expect(&b, "root:root 0755", (struct expected){1000, 0, 0777, true});
}

TEST(gunicorn_without_root_leaves_out_a_foreign_group)
{
	struct build b = server(BACKEND_GUNICORN, "app", "group=www-data", NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0777, true});
}

TEST(gunicorn_in_a_setgid_directory)
{
	struct build b = server(BACKEND_GUNICORN, "app", NULL, NULL, NULL);

	expect(&b, "app:www-data 2755", (struct expected){1000, 33, 0777, true});
	b = server(BACKEND_GUNICORN, "root", "group=app", NULL, NULL);
	expect(&b, "app:www-data 2755", (struct expected){0, 1000, 0777, true});
}

TEST(gunicorn_unknown_user)
{
	struct build b = server(BACKEND_GUNICORN, "root", "user=nobody-here", NULL, NULL);

	expect_fails(&b, "root:root 0755", "names the user nobody-here");
}

TEST(may_not_bind)
{
	struct build b = server(BACKEND_GUNICORN, "app", NULL, NULL, NULL);

	expect_fails(&b, "root:root 0755", "may not write in /run/app");
}

TEST(unclear_settings_are_not_known)
{
	struct build b = server(BACKEND_GUNICORN, "app", NULL, NULL, NULL);

	b.facts.backends[0].sections[0].unclear = xstrdup("umask is an expression");
	expect_unknown(&b, "umask is an expression");
}

/* --- uWSGI --- */

TEST(uwsgi_by_umask)
{
	struct build b = server(BACKEND_UWSGI, "app", NULL, NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0755, false});
}

TEST(uwsgi_own_umask)
{
	struct build b = server(BACKEND_UWSGI, "app", "umask=117", NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0660, true});
}

TEST(uwsgi_chmod_socket)
{
	struct build b = server(BACKEND_UWSGI, "app", "chmod-socket=664", "umask=077", NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0664, true});
}

TEST(uwsgi_chmod_socket_alone_is_0666)
{
	struct build b = server(BACKEND_UWSGI, "app", "chmod-socket=", NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0666, true});
}

TEST(uwsgi_four_digits_are_refused)
{
	struct build b = server(BACKEND_UWSGI, "app", "chmod-socket=0660", NULL, NULL);

	expect_fails(&b, "app:app 0755", "not three octal digits");
}

TEST(uwsgi_drops_root_before_it_binds)
{
	struct build b = server(BACKEND_UWSGI, "root", "uid=app", "gid=www-data", "chmod-socket=660");

	expect(&b, "app:app 0755", (struct expected){1000, 33, 0660, true});
	b = server(BACKEND_UWSGI, "root", "uid=app", NULL, "chmod-socket=660");
	expect_fails(&b, "root:root 0755", "may not write");
}

TEST(uwsgi_chown_socket_is_done_as_root)
{
	struct build b = server(BACKEND_UWSGI, "root", "uid=app", "chown-socket=app:www-data", "chmod-socket=660");

	expect(&b, "root:root 0755", (struct expected){1000, 33, 0660, true});
}

TEST(uwsgi_may_not_chown)
{
	struct build b = server(BACKEND_UWSGI, "app", "chown-socket=www-data", "chmod-socket=660", NULL);

	expect_fails(&b, "app:app 0755", "may not chown");
}

/* --- Puma, Unicorn: their own umask, 0 without one --- */

TEST(puma)
{
	struct build b = server(BACKEND_PUMA, "app", NULL, NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0777, true});
	b = server(BACKEND_PUMA, "app", "umask=0117", NULL, NULL);
	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0660, true});
	b = server(BACKEND_PUMA, "app", "umask=0117", "mode=0666", NULL);
	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0666, true});
}

TEST(unicorn)
{
	struct build b = server(BACKEND_UNICORN, "app", NULL, NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0777, true});
	b = server(BACKEND_UNICORN, "app", "umask=0007", NULL, NULL);
	expect(&b, "app:www-data 2770", (struct expected){1000, 33, 0770, true});
}

/* --- everything else: the umask of the process or of its unit --- */

TEST(node_by_its_process)
{
	struct build b = server(BACKEND_NODE, "app", NULL, NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0755, false});
}

TEST(node_by_its_unit)
{
	struct build b = server(BACKEND_NODE, "app", NULL, NULL, NULL);

	use_unit(&b, "app.service");
	build_unit_as(&b, "app.service", "active", "yes", "Service.User=app", "Service.UMask=0022", NULL);
	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0755, true});
}

TEST(node_sets_its_umask_itself)
{
	struct build b = server(BACKEND_NODE, "app", NULL, NULL, NULL);

	use_unit(&b, "app.service");
	free(b.facts.backends[0].as.umask);
	b.facts.backends[0].as.umask = xstrdup("0117");
	build_unit_as(&b, "app.service", "active", "yes", "Service.User=app", NULL);
	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0660, false});
}

/* A drop-in that came after the start: the process has the old umask still. */
TEST(a_newer_unit_counts)
{
	struct build b = server(BACKEND_NODE, "app", NULL, NULL, NULL);
	struct unit *unit;

	use_unit(&b, "app.service");
	unit = build_unit_as(&b, "app.service", "active", "yes", "Service.User=app", "Service.UMask=0007", NULL);
	unit->files[0].mtime = b.now;
	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0770, true});
}

TEST(supervised_programs_are_not_their_units)
{
	struct build b = server(BACKEND_NODE, "app", NULL, NULL, NULL);

	use_unit(&b, "supervisor.service");
	b.facts.backends[0].supervisor = xstrdup("web");
	build_unit_as(&b, "supervisor.service", "active", "yes", "Service.UMask=0022", NULL);
	expect(&b, "app:app 0755", (struct expected){1000, 1000, 0755, false});
}

TEST(fcgi_program)
{
	struct build b = server(BACKEND_UNKNOWN, "root", "user=app", NULL, NULL);

	b.facts.backends[0].sections[0].name = xstrdup("fcgi-program:web");
	expect(&b, "root:root 0755", (struct expected){1000, 1000, 0700, true});
	b = server(BACKEND_UNKNOWN, "root", "user=app", "socket_owner=app:www-data", "socket_mode=0660");
	b.facts.backends[0].sections[0].name = xstrdup("fcgi-program:web");
	expect(&b, "root:root 0755", (struct expected){1000, 33, 0660, true});
}

/* --- servers that do not run: the unit's account --- */

static struct build stopped(const char *x, const char *y, const char *z)
{
	struct build b = build_host("debian 12");

	build_server_at(&b, BACKEND_NODE, 0, "app", "app.service", PATH);
	build_unit_as(&b, "app.service", "inactive", "yes", x, y, z, NULL);
	return b;
}

TEST(stopped_server_has_its_units_ids)
{
	struct build b = stopped("Service.User=app", "Service.Group=www-data", "Service.UMask=0007");

	expect(&b, "app:app 0755", (struct expected){1000, 33, 0770, true});
}

TEST(stopped_server_without_user_is_root)
{
	struct build b = stopped(NULL, NULL, NULL);

	expect(&b, "app:app 0755", (struct expected){0, 0, 0755, true});
}

TEST(supplementary_groups_count)
{
	struct build b = stopped("Service.User=app", "Service.SupplementaryGroups=www-data", NULL);

	expect(&b, "root:www-data 0770", (struct expected){1000, 1000, 0755, true});
}

TEST(dynamic_user_is_not_known)
{
	struct build b = stopped("Service.DynamicUser=yes", NULL, NULL);

	expect_unknown(&b, "ids that app.service will run with");
}

/* --- socket units --- */

static struct build socket_unit(const char *x, const char *y, const char *z)
{
	struct build b = build_host("debian 12");

	build_socket_unit(&b, "app.socket", true, PATH);
	build_unit_as(&b, "app.socket", "active", "yes", x, y, z, NULL);
	return b;
}

TEST(socket_unit_defaults)
{
	struct build b = socket_unit(NULL, NULL, NULL);

	expect(&b, "root:root 0755", (struct expected){0, 0, 0666, true});
}

TEST(socket_unit_user_brings_its_group)
{
	struct build b = socket_unit("Socket.SocketUser=app", "Socket.SocketMode=0660", NULL);

	expect(&b, "root:root 0755", (struct expected){1000, 1000, 0660, true});
}

TEST(socket_unit_group)
{
	struct build b = socket_unit("Socket.SocketGroup=www-data", "Socket.SocketMode=0660", NULL);

	expect(&b, "root:root 0755", (struct expected){0, 33, 0660, true});
}

TEST(socket_unit_in_a_setgid_directory)
{
	struct build b = socket_unit("Socket.SocketMode=0660", NULL, NULL);

	expect(&b, "root:www-data 2755", (struct expected){0, 33, 0660, true});
}

TEST(socket_unit_unknown_group)
{
	struct build b = socket_unit("Socket.SocketGroup=nobody-here", NULL, NULL);

	expect_fails(&b, "root:root 0755", "SocketGroup= names the group nobody-here");
}

TEST(masked_socket_unit)
{
	struct build b = socket_unit(NULL, NULL, NULL);

	free(b.facts.units[0].load);
	b.facts.units[0].load = xstrdup("masked");
	expect_fails(&b, "root:root 0755", "app.socket is masked");
}

/* What is planned for a unit is in force after a reload of the manager. */
TEST(planned_drop_in)
{
	struct build b = socket_unit("Socket.SocketMode=0660", NULL, NULL);
	struct effect effects[2] = {{.kind = EFFECT_UNIT, .unit = b.facts.units, .key = "Socket.SocketGroup", .value = "www-data"},
		{.kind = EFFECT_DAEMON_RELOAD}};
	const struct node parent = {.path = (char *)"/run/app", .type = NODE_DIR, .mode = 0755};
	struct creation made;

	for (size_t n = 1; n <= 2; n++)
		for (int moment = MOMENT_RESTART; moment <= MOMENT_BOOT; moment++) {
			const struct world world = {.facts = &b.facts, .effects = effects, .n_effects = n};

			creation_predict(&world, moment, b.facts.backends, b.facts.backends[0].sections, &parent, &made);
			assert_int_equal(made.node.gid, n == 1 && moment == MOMENT_RESTART ? 0 : 33);
			creation_free(&made);
		}
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gunicorn_makes_0777),
		cmocka_unit_test(gunicorn_umask),
		cmocka_unit_test(gunicorn_as_root_chowns),
		cmocka_unit_test(gunicorn_user_alone_keeps_roots_group),
		cmocka_unit_test(gunicorn_without_root_leaves_out_a_foreign_group),
		cmocka_unit_test(gunicorn_in_a_setgid_directory),
		cmocka_unit_test(gunicorn_unknown_user),
		cmocka_unit_test(may_not_bind),
		cmocka_unit_test(unclear_settings_are_not_known),
		cmocka_unit_test(uwsgi_by_umask),
		cmocka_unit_test(uwsgi_own_umask),
		cmocka_unit_test(uwsgi_chmod_socket),
		cmocka_unit_test(uwsgi_chmod_socket_alone_is_0666),
		cmocka_unit_test(uwsgi_four_digits_are_refused),
		cmocka_unit_test(uwsgi_drops_root_before_it_binds),
		cmocka_unit_test(uwsgi_chown_socket_is_done_as_root),
		cmocka_unit_test(uwsgi_may_not_chown),
		cmocka_unit_test(puma),
		cmocka_unit_test(unicorn),
		cmocka_unit_test(node_by_its_process),
		cmocka_unit_test(node_by_its_unit),
		cmocka_unit_test(node_sets_its_umask_itself),
		cmocka_unit_test(a_newer_unit_counts),
		cmocka_unit_test(supervised_programs_are_not_their_units),
		cmocka_unit_test(fcgi_program),
		cmocka_unit_test(stopped_server_has_its_units_ids),
		cmocka_unit_test(stopped_server_without_user_is_root),
		cmocka_unit_test(supplementary_groups_count),
		cmocka_unit_test(dynamic_user_is_not_known),
		cmocka_unit_test(socket_unit_defaults),
		cmocka_unit_test(socket_unit_user_brings_its_group),
		cmocka_unit_test(socket_unit_group),
		cmocka_unit_test(socket_unit_in_a_setgid_directory),
		cmocka_unit_test(socket_unit_unknown_group),
		cmocka_unit_test(masked_socket_unit),
		cmocka_unit_test(planned_drop_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
