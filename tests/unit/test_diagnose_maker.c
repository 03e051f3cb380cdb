/* SPDX-License-Identifier: MIT */
/* Who serves and who makes; what is said where nothing was made; a server that is to listen elsewhere. */
#include "tests/unit/expect_causes.h"
#include "tests/unit/build_units.h"

#define DIR "/run/app"
#define SOCKET DIR "/app.sock"
#define OTHER "/run/other/other.sock"

static void add_holder(struct build *b, struct listener *listener, const struct backend *backend)
{
	(void)b;
	shape_copy(&process_shape, ARRAY_NEW(listener->holders, listener->n_holders), &backend->as);
}

/* Two socket units, Gunicorn behind the second. */
static struct build two_units(void)
{
	struct build b = build_booted("debian 12");
	struct listener *listener;

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	build_socket(&b, SOCKET, "app:www-data 0660");
	build_socket(&b, OTHER, "app:www-data 0660");
	build_socket_unit(&b, "other.socket", true, OTHER);
	build_socket_unit(&b, "app.socket", true, SOCKET);
	build_server_at(&b, BACKEND_GUNICORN, 69, "app", "app.service", SOCKET);
	build_listen(&b, OTHER, 1);
	listener = build_listen(&b, SOCKET, 1);
	add_holder(&b, listener, &b.facts.backends[2]);
	build_unit_as(&b, "app.service", "active", "yes", "Service.User=app", NULL);
	build_unit_as(&b, "app.socket", "active", "yes", "Socket.ListenStream=" SOCKET, "Socket.SocketUser=app", "Socket.SocketGroup=www-data",
		"Socket.SocketMode=0660", NULL);
	build_unit_as(&b, "other.socket", "active", "yes", "Socket.ListenStream=" OTHER, "Socket.SocketMode=0600", NULL);
	return b;
}

static void expect_made_by(struct build *b, const char *server, const char *maker)
{
	struct diagnosis d;
	const struct upstream *up;

	diagnose_built(b, false, &d);
	up = &d.upstreams[0];
	assert_string_equal(up->backend ? name_of(backend_kind_names, up->backend->kind) : "none", server);
	assert_string_equal(up->maker ? up->maker->unit : "none", maker);
	assert_int_equal(up->maker != NULL, up->section != NULL);
	diagnosis_free(&d);
	build_free(b);
}

TEST(gunicorn_serves_and_the_socket_unit_makes)
{
	struct build b = two_units();

	expect_made_by(&b, "gunicorn", "app.socket");
	b = two_units();
	build_run_in_memory(&b);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(the_server_is_named_not_systemd)
{
	struct build b = two_units();
	struct diagnosis d;
	bool said = false;

	diagnose_built(&b, false, &d);
	for (size_t i = 0; i < d.upstreams[0].n_checks; i++)
		said |= strstr(d.upstreams[0].checks[i].because, "gunicorn (pid 69) listens") != NULL;
	assert_true(said);
	diagnosis_free(&d);
	build_free(&b);
}

TEST(without_the_server_the_socket_unit_serves)
{
	struct build b = two_units();

	b.facts.backends[2].pid = 0;
	shape_free(&process_shape, &b.facts.listeners[1].holders[--b.facts.listeners[1].n_holders]);
	expect_made_by(&b, "systemd", "app.socket");
}

TEST(an_idle_socket_unit_makes_nothing)
{
	struct build b = two_units();

	b.facts.backends[1].pid = 0;
	free(b.facts.units[1].active);
	free(b.facts.units[1].at_boot);
	b.facts.units[1].active = xstrdup("inactive");
	b.facts.units[1].at_boot = xstrdup("no");
	b.facts.listeners[1].holders[0].pid = 69;
	expect_made_by(&b, "gunicorn", "app.service");
}

TEST(systemd_without_a_section)
{
	struct build b = build_booted("debian 12");
	struct backend *backend;

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	build_socket(&b, SOCKET, "app:www-data 0660");
	backend = build_backend(&b, BACKEND_SYSTEMD, 1, "root");
	backend->unit = xstrdup("init.scope");
	build_listen(&b, SOCKET, 1);
	expect_made_by(&b, "systemd", "none");
}

/* --- nothing is there --- */

static struct build absent(const char *directory, int kind, const char *active, const char *at_boot, const char *setting)
{
	struct build b = build_booted("debian 12");

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	if (directory)
		build_dir(&b, DIR, directory);
	build_server_at(&b, kind, 0, "app", "app.service", SOCKET);
	build_unit_as(&b, "app.service", active, at_boot, "Service.User=app", "Service.ExecStart=/usr/bin/gunicorn app", setting, NULL);
	return b;
}

static void expect_absent(struct build *b, const char *cause, const char *text)
{
	struct diagnosis d;

	build_run_in_memory(b);
	diagnose_built(b, false, &d);
	expect_upstream(&d.upstreams[0], UPSTREAM_ABSENT, cause);
	for (size_t i = 0; i < d.upstreams[0].n_checks; i++)
		if (d.upstreams[0].checks[i].cause && !strstr(d.upstreams[0].checks[i].because, text))
			fail_msg("\"%s\" does not say \"%s\"", d.upstreams[0].checks[i].because, text);
	diagnosis_free(&d);
	build_free(b);
}

TEST(inactive_service)
{
	struct build b = absent(NULL, BACKEND_GUNICORN, "inactive", "yes", "Service.RuntimeDirectory=app");

	expect_absent(&b, "never-created", "app.service, which makes it, is inactive");
}

TEST(directory_that_comes_with_a_server_that_is_not_understood)
{
	struct build b = absent(NULL, BACKEND_GUNICORN, "inactive", "yes", "Service.RuntimeDirectory=app");

	b.facts.backends[0].sections[0].unclear = xstrdup("/g.py:1: umask is not known: an expression");
	expect_absent(&b, "never-created", "app.service, which makes it, is inactive");
}

TEST(failed_service)
{
	struct build b = absent("app:app 0755", BACKEND_GUNICORN, "failed", "no", NULL);

	expect_absent(&b, "never-created", "app.service, which makes it, has failed, and it is not enabled");
}

TEST(masked_service)
{
	struct build b = absent("app:app 0755", BACKEND_GUNICORN, "inactive", "no", NULL);

	free(b.facts.units[0].load);
	b.facts.units[0].load = xstrdup("masked");
	expect_absent(&b, "never-created", "is masked");
}

TEST(may_not_bind_in_the_directory)
{
	struct build b = absent("root:root 0755", BACKEND_GUNICORN, "failed", "yes", NULL);

	expect_absent(&b, "server-cannot-create", "app (uid 1000) may not write in /run/app");
}

TEST(no_directory)
{
	struct build b = absent(NULL, BACKEND_GUNICORN, "failed", "yes", NULL);

	expect_absent(&b, "server-cannot-create", "the directory /run/app does not exist");
}

TEST(a_script_makes_the_directory)
{
	struct build b = absent(NULL, BACKEND_GUNICORN, "inactive", "yes", "Service.ExecStartPre=+/usr/bin/mkdir -p /run/app");

	expect_absent(&b, "never-created", "app.service, which makes it, is inactive");
}

TEST(node_has_no_directory)
{
	struct build b = absent(NULL, BACKEND_NODE, "failed", "yes", NULL);

	expect_absent(&b, "server-cannot-create", "does not exist");
}

TEST(socket_removed_with_the_runtime_directory)
{
	struct build b = build_booted("debian 12");

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	build_socket_unit(&b, "app.socket", true, SOCKET);
	build_unit_as(&b, "app.service", "inactive", "yes", "Service.User=app", "Service.RuntimeDirectory=app", NULL);
	build_unit_as(&b, "app.socket", "active", "yes", "Socket.ListenStream=" SOCKET, NULL);
	expect_absent(&b, "never-created", "deleted with RuntimeDirectory= of app.service when it stopped, while app.socket stays active");
}

TEST(socket_unit_makes_its_directory)
{
	struct build b = build_booted("debian 12");

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	build_socket_unit(&b, "app.socket", false, SOCKET);
	build_unit_as(&b, "app.socket", "inactive", "no", "Socket.ListenStream=" SOCKET, NULL);
	expect_absent(&b, "never-created", "app.socket, which makes it, is inactive, and it is not enabled");
}

/* --- which one was meant --- */

static struct build uwsgi_elsewhere(int kind, const char *directive)
{
	struct build b = build_booted("debian 12");

	build_ref(&b, directive, "unix:/run/app/webapp1.sock", "app.example");
	build_socket(&b, "/run/app/webapp2.sock", "app:www-data 0660");
	build_server_at(&b, kind, 85, "app", NULL, "/run/app/webapp2.sock");
	build_listen(&b, "/run/app/webapp2.sock", 85);
	return b;
}

TEST(uwsgi_pass_means_no_node)
{
	struct build b = uwsgi_elsewhere(BACKEND_UWSGI, "uwsgi_pass");

	expect_absent(&b, "path-mismatch", "the server listens at unix:/run/app/webapp2.sock");
	b = uwsgi_elsewhere(BACKEND_NODE, "uwsgi_pass");
	expect_absent(&b, "never-created", "nothing is there");
	b = uwsgi_elsewhere(BACKEND_NODE, "proxy_pass");
	expect_absent(&b, "path-mismatch", "webapp2.sock");
}

TEST(sections_stand_for_unread_tables)
{
	struct build b = uwsgi_elsewhere(BACKEND_UWSGI, "uwsgi_pass");

	b.facts.listeners[0].listening = false;
	b.facts.listeners_unknown = true;
	expect_absent(&b, "path-mismatch", "webapp2.sock");
}

/* --- a server that moves --- */

static void again(struct build *b, const struct effect *effects, size_t n, int verdict, const char *causes)
{
	const struct world before = {.facts = &b->facts}, after = {.facts = &b->facts, .effects = effects, .n_effects = n};
	const struct judge judge = {0};
	struct diagnosis d;
	struct upstream up;

	diagnose(&before, &judge, &d);
	diagnose_again(&after, &judge, &d.upstreams[0], &up);
	expect_upstream(&up, verdict, causes);
	upstream_free(&up);
	diagnosis_free(&d);
}

static struct effect moves(const struct build *b, const char *to)
{
	return (struct effect){.kind = EFFECT_LISTEN, .section = &b->facts.backends[0].sections[0], .value = to};
}

TEST(pool_moves_to_what_nginx_names)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effect;

	free(b.facts.nginx[0].refs[0].endpoint);
	b.facts.nginx[0].refs[0].endpoint = xstrdup("unix:/run/php/site.sock");
	build_done(&b);
	effect = moves(&b, "unix:/run/php/site.sock");
	again(&b, &effect, 0, UPSTREAM_ABSENT, "path-mismatch");
	again(&b, &effect, 1, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(pool_moves_away)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effect;

	build_done(&b);
	build_probe(&b, "w1", "unix:" BUILD_PHP_SOCKET, 0);
	effect = moves(&b, "unix:/run/php/site.sock");
	again(&b, &effect, 1, UPSTREAM_ABSENT, "path-mismatch");
	build_free(&b);
}

TEST(pool_and_reference_move)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effects[2];

	build_dir(&b, "/run/closed", "root:root 0700");
	build_target(&b, "unix:/run/php/site.sock", NULL);
	build_target(&b, "unix:/run/closed/site.sock", NULL);
	build_target(&b, "unix:" BUILD_PHP_SOCKET, NULL);
	build_done(&b);
	for (size_t i = 0; i < 2; i++) {
		const char *to = i ? "unix:/run/closed/site.sock" : "unix:/run/php/site.sock";

		effects[0] = moves(&b, to);
		effects[1] = (struct effect){.kind = EFFECT_ENDPOINT, .key = "unix:" BUILD_PHP_SOCKET, .value = to};
		{
			const struct world after = {.facts = &b.facts, .effects = effects, .n_effects = 2}, before = {.facts = &b.facts};
			const struct judge judge = {0};
			struct diagnosis d;
			struct upstream up;

			diagnose(&before, &judge, &d);
			for (size_t k = 0; k < d.n_upstreams; k++) {
				if (!streq(d.upstreams[k].endpoint, "unix:" BUILD_PHP_SOCKET))
					continue;
				diagnose_again(&after, &judge, &d.upstreams[k], &up);
				expect_upstream(&up, i ? UPSTREAM_BLOCKED : UPSTREAM_REACHABLE, i ? "dir-search" : "");
				upstream_free(&up);
			}
			diagnosis_free(&d);
		}
	}
	build_free(&b);
}

/* To a directory that a planned line of tmpfiles.d makes. */
TEST(pool_moves_to_a_new_directory)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effects[2];

	free(b.facts.nginx[0].refs[0].endpoint);
	b.facts.nginx[0].refs[0].endpoint = xstrdup("unix:/run/site/site.sock");
	b.facts.host.systemd = true;
	build_unit_as(&b, "php8.2-fpm.service", "active", "yes", "Service.ExecStart=/usr/sbin/php-fpm8.2", NULL);
	build_run_in_memory(&b);
	effects[0] = moves(&b, "unix:/run/site/site.sock");
	effects[1] = (struct effect){.kind = EFFECT_TMPFILES, .key = "/run/site", .value = "d 0750 root www-data"};
	again(&b, effects, 1, UPSTREAM_ABSENT, "server-cannot-create");
	again(&b, effects, 2, UPSTREAM_REACHABLE, "");
	effects[1].value = "d 0750 root root";
	again(&b, effects, 2, UPSTREAM_BLOCKED, "dir-search");
	build_free(&b);
}

/* --- planned cures of what would not last --- */

TEST(tmpfiles_entry_cures_a_directory_in_memory)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effect = {.kind = EFFECT_TMPFILES, .key = "/run/php", .value = "d 0755 www-data www-data"};

	b.facts.host.systemd = true;
	build_unit_as(&b, "php8.2-fpm.service", "active", "yes", "Service.ExecStart=/usr/sbin/php-fpm8.2", NULL);
	build_run_in_memory(&b);
	again(&b, &effect, 0, UPSTREAM_REACHABLE, "not-durable");
	again(&b, &effect, 1, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(preserving_cures_a_removed_socket)
{
	struct build b = two_units();
	struct effect effects[2] = {{.kind = EFFECT_UNIT, .key = "Service.RuntimeDirectoryPreserve", .value = "yes"},
		{.kind = EFFECT_DAEMON_RELOAD}};
	struct unit *service = &b.facts.units[0];

	build_dir(&b, DIR, "app:app 0755");
	ARRAY_ADD(service->settings, service->n_settings,
		(struct setting){.key = xstrdup("Service.RuntimeDirectory"), .value = xstrdup("app")});
	ARRAY_ADD(service->settings, service->n_settings, (struct setting){.key = xstrdup("Service.Group"), .value = xstrdup("www-data")});
	build_run_in_memory(&b);
	effects[0].unit = service;
	again(&b, effects, 0, UPSTREAM_REACHABLE, "not-durable");
	again(&b, effects, 1, UPSTREAM_REACHABLE, "not-durable");
	again(&b, effects, 2, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

/* --- said, without a verdict --- */

TEST(unexplained_socket)
{
	struct build b = build_booted("debian 12");
	struct diagnosis d;
	bool said = false;

	build_ref(&b, "proxy_pass", "unix:" SOCKET, "app.example");
	build_socket(&b, SOCKET, "app:www-data 0660");
	build_listen(&b, SOCKET, 77)->holders[0].umask = xstrdup("0117");
	diagnose_built(&b, false, &d);
	expect_upstream(&d.upstreams[0], UPSTREAM_REACHABLE, "");
	for (size_t i = 0; i < d.upstreams[0].n_checks; i++)
		said |= strstr(d.upstreams[0].checks[i].because, "no configuration that was found makes this socket; it is held by app (pid 77, no "
								 "unit, umask 0117)") != NULL;
	assert_true(said);
	diagnosis_free(&d);
	build_free(&b);
}

TEST(a_command_after_the_start_may_change_the_socket)
{
	struct build b = two_units();
	struct unit *unit = &b.facts.units[1];

	free(unit->settings[3].value);
	unit->settings[3].value = xstrdup("0600");
	ARRAY_ADD(unit->settings, unit->n_settings,
		(struct setting){.key = xstrdup("Socket.ExecStartPost"), .value = xstrdup("/bin/chmod -R g+w " DIR)});
	build_run_in_memory(&b);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(private_tmp_names_the_line)
{
	struct build b = build_booted("debian 12");

	build_ref(&b, "proxy_pass", "unix:/tmp/app.sock", "app.example");
	build_view(&b, "pid:812", 812);
	free(b.facts.workers[0].as.view);
	b.facts.workers[0].as.view = xstrdup("pid:812");
	b.facts.workers[0].as.unit = xstrdup("nginx.service");
	build_socket(&b, "/tmp/app.sock", "app:app 0666");
	build_absent(&b, "pid:812", "/tmp/app.sock");
	build_server_at(&b, BACKEND_NODE, 69, "app", "app.service", "/tmp/app.sock");
	build_unit_as(&b, "nginx.service", "active", "yes", "Service.PrivateTmp=yes", NULL);
	expect_because(&b, CAUSE_PRIVATE_TMP, "nginx.service has PrivateTmp=yes (/etc/systemd/system/nginx.service:5)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gunicorn_serves_and_the_socket_unit_makes),
		cmocka_unit_test(the_server_is_named_not_systemd),
		cmocka_unit_test(without_the_server_the_socket_unit_serves),
		cmocka_unit_test(an_idle_socket_unit_makes_nothing),
		cmocka_unit_test(systemd_without_a_section),
		cmocka_unit_test(inactive_service),
		cmocka_unit_test(failed_service),
		cmocka_unit_test(directory_that_comes_with_a_server_that_is_not_understood),
		cmocka_unit_test(masked_service),
		cmocka_unit_test(may_not_bind_in_the_directory),
		cmocka_unit_test(no_directory),
		cmocka_unit_test(a_script_makes_the_directory),
		cmocka_unit_test(node_has_no_directory),
		cmocka_unit_test(socket_removed_with_the_runtime_directory),
		cmocka_unit_test(socket_unit_makes_its_directory),
		cmocka_unit_test(uwsgi_pass_means_no_node),
		cmocka_unit_test(sections_stand_for_unread_tables),
		cmocka_unit_test(pool_moves_to_what_nginx_names),
		cmocka_unit_test(pool_moves_away),
		cmocka_unit_test(pool_and_reference_move),
		cmocka_unit_test(pool_moves_to_a_new_directory),
		cmocka_unit_test(tmpfiles_entry_cures_a_directory_in_memory),
		cmocka_unit_test(preserving_cures_a_removed_socket),
		cmocka_unit_test(unexplained_socket),
		cmocka_unit_test(a_command_after_the_start_may_change_the_socket),
		cmocka_unit_test(private_tmp_names_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
