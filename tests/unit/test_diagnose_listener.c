/* SPDX-License-Identifier: MIT */
/* Absent sockets, what is no socket, listeners, probes, mandatory access control, endpoints without a path. */
#include "tests/unit/expect_causes.h"

static struct build php_site(uint32_t pid, const char *listen, const char *passed)
{
	struct build b = build_host("debian 12");
	char *endpoint = xasprintf("unix:%s", passed);

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", endpoint, "example.com");
	build_dir(&b, "/run/php", "www-data:www-data 0755");
	build_pool(&b, build_php(&b, pid), "www", listen, "listen.owner=www-data", "listen.group=www-data", NULL);
	free(endpoint);
	return b;
}

static void add_pool(struct build *b, const char *path)
{
	build_pool(b, &b->facts.backends[0], "other", path, NULL);
	build_socket(b, path, "www-data:www-data 0660");
	build_listen(b, path, 801);
}

TEST(never_created_server_is_down)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(never_created_nobody_knows_it)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/gunicorn/app.sock", "example.com");
	build_dir(&b, "/run/gunicorn", "root:root 0755");
	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(never_created_not_another_app)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/gunicorn/app.sock", "example.com");
	build_socket(&b, "/run/node/app.sock", "app:www-data 0660");
	build_listen(&b, "/run/node/app.sock", 900);
	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(never_created_not_another_site)
{
	struct build b = php_site(801, "/run/php/alice.sock", "/run/php/carol.sock");

	build_socket(&b, "/run/php/alice.sock", "www-data:www-data 0660");
	build_listen(&b, "/run/php/alice.sock", 801);
	add_pool(&b, "/run/php/bob.sock");
	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(never_created_deleted_by_hand)
{
	struct build b = php_site(801, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_listen(&b, BUILD_PHP_SOCKET, 801)->file_ino = 4711;
	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(never_created_too_long)
{
	char path[] = "/run/php/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.sock";
	struct build b = build_host("debian 12");
	char *endpoint = xasprintf("unix:%s", path);

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", endpoint, "example.com");
	free(endpoint);
	expect_because(&b, CAUSE_NEVER_CREATED, "has room for 107");
}

TEST(mismatch_of_version)
{
	struct build b = php_site(801, BUILD_PHP_SOCKET, "/run/php/php7.4-fpm.sock");

	build_socket(&b, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	build_listen(&b, BUILD_PHP_SOCKET, 801);
	expect_because(&b, CAUSE_PATH_MISMATCH, "unix:/run/php/php8.2-fpm.sock");
}

TEST(mismatch_only_pool)
{
	struct build b = php_site(801, "/run/php/www.sock", "/var/lib/php/fpm.socket");

	build_socket(&b, "/run/php/www.sock", "www-data:www-data 0660");
	build_listen(&b, "/run/php/www.sock", 801);
	expect_first(&b, UPSTREAM_ABSENT, "path-mismatch");
}

TEST(mismatch_prefers_the_same_version_pattern)
{
	struct build b = php_site(801, BUILD_PHP_SOCKET, "/run/php/php8.1-fpm.sock");

	build_socket(&b, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	build_listen(&b, BUILD_PHP_SOCKET, 801);
	add_pool(&b, "/run/php/shop.sock");
	expect_because(&b, CAUSE_PATH_MISMATCH, "unix:/run/php/php8.2-fpm.sock");
}

TEST(mismatch_letters)
{
	struct build b = php_site(801, "/run/php/webmail.sock", "/run/php/webmal.sock");

	build_socket(&b, "/run/php/webmail.sock", "www-data:www-data 0660");
	build_listen(&b, "/run/php/webmail.sock", 801);
	add_pool(&b, "/run/php/shop.sock");
	expect_because(&b, CAUSE_PATH_MISMATCH, "unix:/run/php/webmail.sock");
}

/* ":/prefix" is for proxy_pass; in a `server` line it is part of the file name. */
TEST(mismatch_uri_suffix)
{
	struct build b = php_site(801, "/run/php/www.sock", "/run/php/www.sock:/shop");

	build_socket(&b, "/run/php/www.sock", "www-data:www-data 0660");
	build_listen(&b, "/run/php/www.sock", 801);
	add_pool(&b, "/run/php/shop.sock");
	expect_because(&b, CAUSE_PATH_MISMATCH, "unix:/run/php/www.sock");
}

/* Two versions run, neither is nearer: no guess. */
TEST(never_created_between_two_versions)
{
	struct build b = php_site(801, "/run/php/php8.1-fpm.sock", "/run/php/php7.4-fpm.sock");

	build_socket(&b, "/run/php/php8.1-fpm.sock", "www-data:www-data 0660");
	build_listen(&b, "/run/php/php8.1-fpm.sock", 801);
	add_pool(&b, BUILD_PHP_SOCKET);
	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(mismatch_not_with_a_dead_server)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, "/run/php/php7.4-fpm.sock");

	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(cannot_create_no_directory)
{
	struct build b = php_site(0, "/srv/gone/php.sock", "/srv/gone/php.sock");

	expect_because(&b, CAUSE_SERVER_CANNOT_CREATE, "the directory /srv does not exist");
}

TEST(cannot_create_may_not_write)
{
	struct build b = php_site(801, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	b.facts.backends[0].as.uid = b.facts.backends[0].as.gid = 1000;
	b.facts.backends[0].as.caps = 0;
	expect_because(&b, CAUSE_SERVER_CANNOT_CREATE, "app (uid 1000) may not write in /run/php");
}

TEST(cannot_create_uwsgi)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:/srv/locked/app.sock", "example.com");
	build_dir(&b, "/srv/locked", "root:root 0755");
	build_pool(&b, build_backend(&b, BACKEND_UWSGI, 900, "app"), "app", "/srv/locked/app.sock", NULL);
	expect_first(&b, UPSTREAM_ABSENT, "server-cannot-create");
}

TEST(cannot_create_read_only)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_dir(&b, "/run/php", "www-data:www-data 0755")->read_only = true;
	expect_first(&b, UPSTREAM_ABSENT, "server-cannot-create");
}

TEST(directory_denies_and_nothing_is_there)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_dir(&b, "/run/php", "root:root 0700");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search never-created");
}

TEST(component_is_no_directory)
{
	struct build b = php_site(0, "/run/php/x/php.sock", "/run/php/x/php.sock");

	build_file_in(&b, NULL, NODE_FILE, "/run/php/x", "root:root 0644");
	expect_first(&b, UPSTREAM_ABSENT, "server-cannot-create");
}

/* --- what is there --- */

TEST(plain_file)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_file_in(&b, NULL, NODE_FILE, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	expect_first(&b, UPSTREAM_REFUSING, "not-a-socket");
}

TEST(plain_file_of_root)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_file_in(&b, NULL, NODE_FILE, BUILD_PHP_SOCKET, "root:root 0644");
	expect_first(&b, UPSTREAM_REFUSING, "not-a-socket");
}

TEST(directory_at_the_end)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_dir(&b, BUILD_PHP_SOCKET, "www-data:www-data 0755");
	expect_first(&b, UPSTREAM_REFUSING, "not-a-socket");
}

TEST(nobody_listens)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_socket(&b, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(nobody_listens_on_this_inode)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.listeners[0].file_ino = 4711;
	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(bound_but_not_listening)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.listeners[0].listening = false;
	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(closed_and_dead)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	b.facts.listeners[0].listening = false;
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group not-listening");
}

/* unix_diag knows the superblock's device and half the inode number: overlayfs, btrfs, large file systems. */
TEST(listener_with_another_device)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.listeners[0].file_dev = 99;
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(listener_with_half_an_inode)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	build_find(&b, NULL, BUILD_PHP_SOCKET)->node.ino = 0x100000000ull + b.facts.listeners[0].file_ino;
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(listener_without_inode_by_name)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.listeners[0].file_ino = b.facts.listeners[0].file_dev = 0;
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(listeners_unknown)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_socket(&b, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	b.facts.listeners_unknown = true;
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(listener_may_be_in_another_netns)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_socket(&b, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	b.facts.other_netns_unknown = true;
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(backlog_is_full)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.listeners[0].backlog = 1;
	b.facts.listeners[0].queued = 2;
	expect_first(&b, UPSTREAM_REFUSING, "backlog-full");
}

TEST(backlog_at_its_maximum_has_room_for_one)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.listeners[0].backlog = b.facts.listeners[0].queued = 511;
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

/* --- probes --- */

static struct build probed(int error)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	build_probe(&b, "w1", "unix:" BUILD_PHP_SOCKET, error);
	return b;
}

TEST(probe_connects)
{
	struct build b = probed(0);

	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(probe_settles_unknowns)
{
	struct build b = probed(0);

	build_dir(&b, "/run/php", "root:root 0755")->acl_unknown = true;
	b.facts.n_listeners = 0;
	b.facts.listeners_unknown = true;
	shape_free(&facts_shape, &(struct facts){.listeners = b.facts.listeners, .n_listeners = 1});
	b.facts.listeners = NULL;
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(probe_does_not_settle_selinux)
{
	struct build b = probed(0);

	b.facts.host.selinux = LSM_ENFORCING;
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(probe_denied_without_reason)
{
	struct build b = probed(EACCES);

	expect_first(&b, UPSTREAM_BLOCKED, "other");
}

TEST(probe_not_permitted_without_reason)
{
	struct build b = probed(EPERM);

	expect_first(&b, UPSTREAM_BLOCKED, "other");
}

TEST(probe_denied_with_reason)
{
	struct build b = probed(EACCES);

	build_socket(&b, BUILD_PHP_SOCKET, "app:app 0660");
	free(b.facts.backends[0].sections[0].settings[1].value);
	b.facts.backends[0].sections[0].settings[1].value = xstrdup("app");
	free(b.facts.backends[0].sections[0].settings[2].value);
	b.facts.backends[0].sections[0].settings[2].value = xstrdup("app");
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

TEST(probe_refused)
{
	struct build b = probed(ECONNREFUSED);

	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(probe_again)
{
	struct build b = probed(EAGAIN);

	expect_first(&b, UPSTREAM_REFUSING, "backlog-full");
}

TEST(probe_timed_out)
{
	struct build b = probed(ETIMEDOUT);

	expect_first(&b, UPSTREAM_REFUSING, "timeout");
}

TEST(probe_refused_passed_the_unknown_acl)
{
	struct build b = probed(ECONNREFUSED);

	build_dir(&b, "/run/php", "root:root 0755")->acl_unknown = true;
	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(probe_not_possible_is_no_probe)
{
	struct build b = probed(-1);
	struct diagnosis d;

	diagnose_built(&b, false, &d);
	assert_null(d.upstreams[0].probe);
	expect_upstream(&d.upstreams[0], UPSTREAM_REACHABLE, "");
	diagnosis_free(&d);
	build_free(&b);
}

TEST(probe_of_an_absent_socket)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_probe(&b, "w1", "unix:" BUILD_PHP_SOCKET, ENOENT);
	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

/* --- mandatory access control --- */

TEST(selinux_permissive_denies_nothing)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.host.selinux = LSM_PERMISSIVE;
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(selinux_enforcing_is_unknown)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.host.selinux = LSM_ENFORCING;
	b.facts.workers[0].as.selinux = xstrdup("system_u:system_r:httpd_t:s0");
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(selinux_does_not_hide_the_mode)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	b.facts.host.selinux = LSM_ENFORCING;
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

static struct build apparmor_site(const char *worker, const char *server)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	b.facts.host.apparmor = LSM_ENABLED;
	b.facts.workers[0].as.apparmor = xstrdup(worker);
	b.facts.listeners[0].holders[0].apparmor = xstrdup(server);
	return b;
}

TEST(apparmor_unconfined)
{
	struct build b = apparmor_site("unconfined", "unconfined");

	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(apparmor_confines_worker)
{
	struct build b = apparmor_site("nginx (enforce)", "unconfined");

	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(apparmor_confines_server)
{
	struct build b = apparmor_site("unconfined", "php-fpm (enforce)");

	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(apparmor_label_unreadable)
{
	struct build b = apparmor_site(NULL, NULL);

	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

/* --- endpoints without a path --- */

static struct build endpoint_site(const char *directive, const char *endpoint)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, directive, endpoint, "example.com");
	return b;
}

TEST(variable_is_unresolved)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_unresolved(&b, "fastcgi_pass", "$http_x_pool");
	expect_first(&b, UPSTREAM_UNKNOWN, "unresolved");
}

TEST(unresolved_beside_a_good_site)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct diagnosis d;

	build_unresolved(&b, "proxy_pass", "http://$backend");
	diagnose_built(&b, false, &d);
	assert_int_equal(d.n_upstreams, 2);
	expect_upstream(&d.upstreams[0], UPSTREAM_REACHABLE, "");
	expect_upstream(&d.upstreams[1], UPSTREAM_UNKNOWN, "unresolved");
	assert_null(d.upstreams[1].endpoint);
	diagnosis_free(&d);
	build_free(&b);
}

TEST(tcp_listens)
{
	struct build b = endpoint_site("fastcgi_pass", "tcp:127.0.0.1:9000");

	build_listen(&b, "127.0.0.1:9000", 900);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(tcp_listens_on_all_addresses)
{
	struct build b = endpoint_site("proxy_pass", "tcp:localhost:3000");

	build_listen(&b, "[::]:3000", 900);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(tcp_nobody_listens)
{
	struct build b = endpoint_site("fastcgi_pass", "tcp:127.0.0.1:9000");

	build_listen(&b, "127.0.0.1:9001", 900);
	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(tcp_other_namespace_does_not_count)
{
	struct build b = endpoint_site("fastcgi_pass", "tcp:127.0.0.1:9000");

	build_listen(&b, "127.0.0.1:9000", 900)->netns = 4026539999u;
	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(tcp_other_machine_is_unknown)
{
	struct build b = endpoint_site("proxy_pass", "tcp:192.0.2.7:8080");

	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(tcp_probe_timed_out)
{
	struct build b = endpoint_site("proxy_pass", "tcp:192.0.2.7:8080");

	build_probe(&b, "w1", "tcp:192.0.2.7:8080", ETIMEDOUT);
	expect_first(&b, UPSTREAM_REFUSING, "timeout");
}

TEST(tcp_backlog)
{
	struct build b = endpoint_site("fastcgi_pass", "tcp:127.0.0.1:9000");

	build_listen(&b, "127.0.0.1:9000", 900)->queued = 600;
	expect_first(&b, UPSTREAM_REFUSING, "backlog-full");
}

TEST(abstract_listens)
{
	struct build b = endpoint_site("proxy_pass", "unix:@app");

	build_listen(&b, "@app", 900);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(abstract_nobody_listens)
{
	struct build b = endpoint_site("proxy_pass", "unix:@app");

	expect_first(&b, UPSTREAM_REFUSING, "not-listening");
}

TEST(tree_has_no_listeners)
{
	struct build b = php_site(0, BUILD_PHP_SOCKET, BUILD_PHP_SOCKET);

	build_socket(&b, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	b.facts.host.offline = true;
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_created_server_is_down),
		cmocka_unit_test(never_created_nobody_knows_it),
		cmocka_unit_test(never_created_not_another_app),
		cmocka_unit_test(never_created_not_another_site),
		cmocka_unit_test(never_created_deleted_by_hand),
		cmocka_unit_test(never_created_too_long),
		cmocka_unit_test(mismatch_of_version),
		cmocka_unit_test(mismatch_only_pool),
		cmocka_unit_test(mismatch_prefers_the_same_version_pattern),
		cmocka_unit_test(mismatch_letters),
		cmocka_unit_test(mismatch_uri_suffix),
		cmocka_unit_test(never_created_between_two_versions),
		cmocka_unit_test(mismatch_not_with_a_dead_server),
		cmocka_unit_test(cannot_create_no_directory),
		cmocka_unit_test(cannot_create_may_not_write),
		cmocka_unit_test(cannot_create_uwsgi),
		cmocka_unit_test(cannot_create_read_only),
		cmocka_unit_test(directory_denies_and_nothing_is_there),
		cmocka_unit_test(component_is_no_directory),
		cmocka_unit_test(plain_file),
		cmocka_unit_test(plain_file_of_root),
		cmocka_unit_test(directory_at_the_end),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(nobody_listens_on_this_inode),
		cmocka_unit_test(bound_but_not_listening),
		cmocka_unit_test(closed_and_dead),
		cmocka_unit_test(listener_with_another_device),
		cmocka_unit_test(listener_with_half_an_inode),
		cmocka_unit_test(listener_without_inode_by_name),
		cmocka_unit_test(listeners_unknown),
		cmocka_unit_test(listener_may_be_in_another_netns),
		cmocka_unit_test(backlog_is_full),
		cmocka_unit_test(backlog_at_its_maximum_has_room_for_one),
		cmocka_unit_test(probe_connects),
		cmocka_unit_test(probe_settles_unknowns),
		cmocka_unit_test(probe_does_not_settle_selinux),
		cmocka_unit_test(probe_denied_without_reason),
		cmocka_unit_test(probe_not_permitted_without_reason),
		cmocka_unit_test(probe_denied_with_reason),
		cmocka_unit_test(probe_refused),
		cmocka_unit_test(probe_again),
		cmocka_unit_test(probe_timed_out),
		cmocka_unit_test(probe_refused_passed_the_unknown_acl),
		cmocka_unit_test(probe_not_possible_is_no_probe),
		cmocka_unit_test(probe_of_an_absent_socket),
		cmocka_unit_test(selinux_permissive_denies_nothing),
		cmocka_unit_test(selinux_enforcing_is_unknown),
		cmocka_unit_test(selinux_does_not_hide_the_mode),
		cmocka_unit_test(apparmor_unconfined),
		cmocka_unit_test(apparmor_confines_worker),
		cmocka_unit_test(apparmor_confines_server),
		cmocka_unit_test(apparmor_label_unreadable),
		cmocka_unit_test(variable_is_unresolved),
		cmocka_unit_test(unresolved_beside_a_good_site),
		cmocka_unit_test(tcp_listens),
		cmocka_unit_test(tcp_listens_on_all_addresses),
		cmocka_unit_test(tcp_nobody_listens),
		cmocka_unit_test(tcp_other_namespace_does_not_count),
		cmocka_unit_test(tcp_other_machine_is_unknown),
		cmocka_unit_test(tcp_probe_timed_out),
		cmocka_unit_test(tcp_backlog),
		cmocka_unit_test(abstract_listens),
		cmocka_unit_test(abstract_nobody_listens),
		cmocka_unit_test(tree_has_no_listeners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
