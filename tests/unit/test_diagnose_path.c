/* SPDX-License-Identifier: MIT */
/* Causes at the directories on the way, at nginx's user, and at the view of the file system. */
#include "tests/unit/expect_causes.h"

static struct build pool_in(const char *directory, const char *perms)
{
	struct build b = build_host("debian 12");
	char *path = xasprintf("%s/php.sock", directory), *endpoint = xasprintf("unix:%s", path);

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", endpoint, "example.com");
	build_dir(&b, directory, perms);
	build_socket(&b, path, "www-data:www-data 0660");
	build_pool(&b, build_php(&b, 801), "www", path, "listen.owner=www-data", "listen.group=www-data", NULL);
	build_listen(&b, path, 801);
	free(endpoint);
	free(path);
	return b;
}

TEST(directory_of_root)
{
	struct build b = pool_in("/srv/pool", "root:root 0700");

	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(directory_three_levels_up)
{
	struct build b = pool_in("/srv/a/b/c", "root:root 0755");

	build_dir(&b, "/srv/a", "root:root 0700");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(directory_without_search_for_group)
{
	struct build b = pool_in("/srv/pool", "root:www-data 0765");

	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(directory_and_socket)
{
	struct build b = pool_in("/srv/pool", "root:root 0700");

	build_socket(&b, "/srv/pool/php.sock", "root:root 0660");
	free(b.facts.backends[0].sections[0].settings[1].value);
	free(b.facts.backends[0].sections[0].settings[2].value);
	b.facts.backends[0].sections[0].settings[1].value = xstrdup("root");
	b.facts.backends[0].sections[0].settings[2].value = xstrdup("root");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search socket-group");
}

TEST(directory_acl_entry)
{
	struct build b = pool_in("/srv/pool", "root:root 0755");

	build_acl(&b, "/srv/pool", "user:www-data:---,mask::r-x");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-acl");
}

TEST(directory_acl_mask)
{
	struct build b = pool_in("/srv/pool", "root:root 0750");

	build_acl(&b, "/srv/pool", "user:www-data:--x,mask::---");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-acl");
}

TEST(directory_acl_mask_of_group)
{
	struct build b = pool_in("/srv/pool", "root:www-data 0750");

	build_acl(&b, "/srv/pool", "group::r-x,user:app:rwx,mask::rw-");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-acl");
}

TEST(directory_acl_of_others_is_mode)
{
	struct build b = pool_in("/srv/pool", "root:root 0750");

	build_acl(&b, "/srv/pool", "user:app:r-x,mask::r-x");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(home_of_account)
{
	struct build b = pool_in("/home/app", "app:app 0750");

	expect_first(&b, UPSTREAM_BLOCKED, "home-dir");
}

TEST(home_beneath)
{
	struct build b = pool_in("/home/app/run", "app:app 0700");

	expect_first(&b, UPSTREAM_BLOCKED, "home-dir");
}

TEST(home_of_root)
{
	struct build b = pool_in("/root", "root:root 0700");

	expect_first(&b, UPSTREAM_BLOCKED, "home-dir");
}

TEST(home_elsewhere)
{
	struct build b = pool_in("/data/carol", "root:root 0700");

	build_user(&b, "carol", 1001, "/data/carol/");
	expect_first(&b, UPSTREAM_BLOCKED, "home-dir");
}

TEST(home_of_slash_is_none)
{
	struct build b = pool_in("/srv/pool", "root:root 0700");

	build_user(&b, "dave", 1001, "/");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(home_of_nobody_or_system_account_is_none)
{
	struct build b = pool_in("/var/www", "root:root 0700");

	build_user(&b, "nobody2", 65534, "/var/www");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(home_by_acl_is_dir_acl)
{
	struct build b = pool_in("/home/app", "app:app 0755");

	build_acl(&b, "/home/app", "user:www-data:---,mask::r-x");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-acl");
}

TEST(home_itself_is_no_home)
{
	struct build b = pool_in("/home/app", "app:app 0755");

	build_dir(&b, "/home", "root:root 0700");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search");
}

TEST(stale_groups_on_directory)
{
	struct build b = pool_in("/srv/pool", "root:root 0755");

	build_group(&b, "web", 500, "www-data");
	build_dir(&b, "/srv/pool", "root:web 0750");
	expect_first(&b, UPSTREAM_BLOCKED, "stale-groups");
}

TEST(stale_groups_before_home)
{
	struct build b = pool_in("/home/app", "app:app 0750");

	build_member(&b, "app", "www-data");
	expect_first(&b, UPSTREAM_BLOCKED, "stale-groups");
}

TEST(acl_unknown_is_never_allow)
{
	struct build b = pool_in("/srv/pool", "root:root 0755");

	build_dir(&b, "/srv/pool", "root:root 0755")->acl_unknown = true;
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(unreadable_directory_is_unknown)
{
	struct build b = pool_in("/srv/pool", "root:root 0755");

	build_unreadable(&b, "/srv/pool", EACCES);
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(unread_path_is_unknown)
{
	struct build b = pool_in("/srv/pool", "root:root 0755");
	const struct world world = {.facts = &b.facts};
	const struct judge judge = {0};
	struct diagnosis d;

	diagnose(&world, &judge, &d); /* without build_done: no walks */
	expect_upstream(&d.upstreams[0], UPSTREAM_UNKNOWN, "");
	diagnosis_free(&d);
	build_free(&b);
}

TEST(root_worker_gets_everywhere)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "root");
	build_ref(&b, "fastcgi_pass", "unix:/srv/pool/php.sock", "example.com");
	build_dir(&b, "/srv/pool", "app:app 0700");
	build_socket(&b, "/srv/pool/php.sock", "app:app 0600");
	build_listen(&b, "/srv/pool/php.sock", 900);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(symlink_needs_nothing)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	build_link(&b, "/var/run", "/run");
	build_link(&b, "/run/php/php-fpm.sock", "/etc/alternatives/php-fpm.sock");
	build_link(&b, "/etc/alternatives/php-fpm.sock", BUILD_PHP_SOCKET);
	free(b.facts.nginx[0].refs[0].endpoint);
	b.facts.nginx[0].refs[0].endpoint = xstrdup("unix:/var/run/php/php-fpm.sock");
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

/* --- nginx's user --- */

static struct build four_sites(const char *user)
{
	struct build b = build_host("debian 12");

	build_user(&b, "nginx", 101, "/nonexistent");
	build_nginx(&b, user);
	build_ref(&b, "fastcgi_pass", "unix:" BUILD_PHP_SOCKET, "a.example");
	build_ref(&b, "proxy_pass", "unix:/run/gunicorn/app.sock", "b.example");
	build_ref(&b, "uwsgi_pass", "unix:/run/uwsgi/app.sock", "c.example");
	build_dir(&b, "/run/uwsgi", "app:www-data 0750");
	build_socket(&b, BUILD_PHP_SOCKET, "www-data:www-data 0660");
	build_socket(&b, "/run/gunicorn/app.sock", "app:www-data 0660");
	build_socket(&b, "/run/uwsgi/app.sock", "app:www-data 0660");
	build_pool(&b, build_php(&b, 801), "www", BUILD_PHP_SOCKET, "listen.owner=www-data", "listen.group=www-data", NULL);
	build_listen(&b, BUILD_PHP_SOCKET, 801);
	build_listen(&b, "/run/gunicorn/app.sock", 901);
	build_listen(&b, "/run/uwsgi/app.sock", 902);
	return b;
}

TEST(worker_user_odd_one_out)
{
	struct build b = four_sites("nginx");

	expect_every(&b, UPSTREAM_BLOCKED, "worker-user");
}

TEST(worker_user_right_one)
{
	struct build b = four_sites("www-data");

	expect_every(&b, UPSTREAM_REACHABLE, "");
}

TEST(worker_user_names_the_account)
{
	struct build b = four_sites("nginx");
	struct diagnosis d;

	diagnose_built(&b, false, &d);
	assert_string_equal(d.upstreams[0].web_user->name, "www-data");
	diagnosis_free(&d);
	build_free(&b);
}

TEST(worker_user_not_where_one_socket_admits)
{
	struct build b = four_sites("nginx");

	build_socket(&b, "/run/gunicorn/app.sock", "app:nginx 0660");
	build_target(&b, "unix:" BUILD_PHP_SOCKET, NULL);
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

/* A pool that lets in nobody stays that pool's fault. */
TEST(worker_user_beside_a_wrong_pool)
{
	struct build b = four_sites("nginx");

	build_socket(&b, "/run/gunicorn/app.sock", "app:app 0660");
	build_target(&b, "unix:/run/gunicorn/app.sock", NULL);
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

TEST(worker_user_not_for_an_ordinary_account)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/a.sock", "a.example");
	build_ref(&b, "proxy_pass", "unix:/run/b.sock", "b.example");
	build_socket(&b, "/run/a.sock", "app:app 0660");
	build_socket(&b, "/run/b.sock", "app:app 0660");
	build_listen(&b, "/run/a.sock", 901);
	build_listen(&b, "/run/b.sock", 902);
	expect_every(&b, UPSTREAM_BLOCKED, "socket-group");
}

static struct build one_site(const char *distro, const char *account)
{
	struct build b = build_host(distro);
	char *owner = xasprintf("listen.owner=%s", account), *group = xasprintf("listen.group=%s", account);
	char *perms = xasprintf("%s:%s 0660", account, account);

	build_user(&b, "nginx", 101, "/nonexistent");
	build_user(&b, "web", 102, "/nonexistent");
	build_nginx(&b, "web");
	build_ref(&b, "fastcgi_pass", "unix:" BUILD_PHP_SOCKET, "a.example");
	build_socket(&b, BUILD_PHP_SOCKET, perms);
	build_pool(&b, build_php(&b, 801), "www", BUILD_PHP_SOCKET, owner, group, NULL);
	build_listen(&b, BUILD_PHP_SOCKET, 801);
	free(owner);
	free(group);
	free(perms);
	return b;
}

TEST(worker_user_one_stock_pool)
{
	struct build b = one_site("debian 12", "www-data");

	expect_first(&b, UPSTREAM_BLOCKED, "worker-user");
}

TEST(worker_user_one_stock_pool_fedora)
{
	struct build b = one_site("fedora 40", "nginx");

	expect_first(&b, UPSTREAM_BLOCKED, "worker-user");
}

TEST(worker_user_not_for_one_other_pool)
{
	struct build b = one_site("debian 12", "app");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

/* No user directive: nobody is what nginx was built with, and nobody chose it. */
static struct build without_user_directive(const char *account)
{
	struct build b = one_site("debian 12", "www-data");
	struct nginx *nginx = &b.facts.nginx[0];

	free(nginx->user);
	nginx->user = NULL;
	nginx->default_user = xstrdup(account);
	free(b.facts.workers[0].user);
	b.facts.workers[0].user = xstrdup(account);
	return b;
}

TEST(worker_user_no_directive)
{
	struct build b = without_user_directive("nobody");

	expect_first(&b, UPSTREAM_BLOCKED, "worker-user");
}

TEST(worker_user_not_for_the_package_account)
{
	struct build b = without_user_directive("web");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

TEST(worker_user_two_spellings_are_one_pool)
{
	struct build b = one_site("debian 12", "nginx");

	build_link(&b, "/var/run", "/run");
	build_ref(&b, "fastcgi_pass", "unix:/var" BUILD_PHP_SOCKET, "b.example");
	expect_every(&b, UPSTREAM_BLOCKED, "socket-group");
}

TEST(stale_groups_before_worker_user)
{
	struct build b = four_sites("nginx");

	build_member(&b, "www-data", "nginx");
	expect_every(&b, UPSTREAM_BLOCKED, "stale-groups");
}

/* --- views --- */

static struct build own_view(const char *path, bool there)
{
	struct build b = build_host("debian 12");
	char *endpoint = xasprintf("unix:%s", path), *above = build_parent(path);

	build_view(&b, "pid:812", 812);
	build_nginx(&b, "www-data");
	free(b.facts.workers[0].as.view);
	b.facts.workers[0].as.view = xstrdup("pid:812");
	build_ref(&b, "fastcgi_pass", endpoint, "example.com");
	if (there) {
		build_socket(&b, path, "www-data:www-data 0660");
	} else {
		build_file_in(&b, "host", NODE_SOCKET, path, "www-data:www-data 0660");
		build_file_in(&b, "pid:812", NODE_DIR, above, "root:root 1777");
	}
	build_pool(&b, build_php(&b, 801), "www", path, "listen.owner=www-data", NULL);
	build_listen(&b, path, 801);
	if (!there)
		b.facts.listeners[0].file_ino = build_find(&b, "host", path)->node.ino;
	free(endpoint);
	free(above);
	return b;
}

TEST(view_private_tmp)
{
	struct build b = own_view("/tmp/php.sock", false);

	expect_first(&b, UPSTREAM_BLOCKED, "private-tmp");
}

TEST(view_private_var_tmp)
{
	struct build b = own_view("/var/tmp/php.sock", false);

	expect_first(&b, UPSTREAM_BLOCKED, "private-tmp");
}

TEST(view_other_mount)
{
	struct build b = own_view("/run/php/php.sock", false);

	expect_first(&b, UPSTREAM_BLOCKED, "mount-namespace");
}

TEST(view_that_shows_the_socket)
{
	struct build b = own_view("/run/php/php.sock", true);

	expect_first(&b, UPSTREAM_REACHABLE, "");
}

/* ProtectHome=: /home is an empty directory that nobody may search. */
TEST(view_hidden_home)
{
	struct build b = own_view("/home/app/php.sock", false);

	build_file_in(&b, "host", NODE_DIR, "/home", "root:root 0755");
	build_file_in(&b, "host", NODE_DIR, "/home/app", "app:app 0755");
	build_file_in(&b, "pid:812", NODE_DIR, "/home", "root:root 0000");
	build_absent(&b, "pid:812", "/home/app");
	expect_first(&b, UPSTREAM_BLOCKED, "mount-namespace");
}

/* Another file of that name stands in the worker's view. */
TEST(view_with_a_dead_socket_of_that_name)
{
	struct build b = own_view("/tmp/php.sock", false);

	build_file_in(&b, "pid:812", NODE_SOCKET, "/tmp/php.sock", "root:root 0600");
	expect_first(&b, UPSTREAM_BLOCKED, "private-tmp");
}

/* It is the server that has a private /tmp; its view was not walked, the listener tells. */
TEST(view_of_the_server_is_private)
{
	struct build b = build_host("debian 12");

	build_view(&b, "pid:801", 801)->unknown = true;
	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:/tmp/php.sock", "example.com");
	build_dir(&b, "/tmp", "root:root 1777");
	build_pool(&b, build_php(&b, 801), "www", "/tmp/php.sock", NULL);
	free(b.facts.backends[0].as.view);
	free(b.facts.backends[0].view);
	b.facts.backends[0].as.view = xstrdup("pid:801");
	b.facts.backends[0].view = xstrdup("pid:801");
	build_listen(&b, "/tmp/php.sock", 801)->file_ino = 4711;
	expect_first(&b, UPSTREAM_BLOCKED, "private-tmp");
}

/* Docker: nginx and its own PHP-FPM in one container; the host has another socket at that path. */
TEST(view_of_a_container_with_its_own_server)
{
	struct build b = own_view("/run/php/php.sock", false);

	build_file_in(&b, "pid:812", NODE_SOCKET, "/run/php/php.sock", "www-data:www-data 0660");
	b.facts.listeners[0].file_ino = build_find(&b, "pid:812", "/run/php/php.sock")->node.ino;
	shape_free(&backend_shape, &b.facts.backends[0]);
	b.facts.n_backends = 0;
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

/* What is elsewhere is no socket: then no view hides one. */
TEST(view_of_a_plain_file_elsewhere)
{
	struct build b = own_view("/tmp/php.sock", false);

	build_file_in(&b, "host", NODE_FILE, "/tmp/php.sock", "root:root 0644");
	b.facts.listeners[0].file_ino = 4711;
	free(b.facts.listeners[0].name);
	b.facts.listeners[0].name = xstrdup("/tmp/else.sock");
	expect_first(&b, UPSTREAM_ABSENT, "never-created");
}

TEST(view_unknown)
{
	struct build b = own_view("/run/php/php.sock", true);

	b.facts.views[1].unknown = true;
	expect_first(&b, UPSTREAM_UNKNOWN, "");
}

TEST(view_hidden_before_socket_causes)
{
	struct build b = own_view("/tmp/php.sock", false);

	build_file_in(&b, "pid:812", NODE_DIR, "/tmp", "root:root 0700");
	expect_first(&b, UPSTREAM_BLOCKED, "private-tmp");
}

/* --- user namespaces --- */

static struct build rootless(uint32_t uid, const char *perms)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	b.facts.workers[0].as.uid = b.facts.workers[0].as.gid = uid;
	b.facts.workers[0].as.n_groups = 0;
	b.facts.workers[0].as.userns = 4026532999u;
	b.facts.workers[0].as.caps = uid == 100000 ? ~(uint64_t)0 : 0;
	build_ref(&b, "proxy_pass", "unix:/srv/app.sock", "example.com");
	build_socket(&b, "/srv/app.sock", perms);
	build_listen(&b, "/srv/app.sock", 900);
	return b;
}

TEST(other_ids_on_socket)
{
	struct build b = rootless(100032, "app:www-data 0660");

	expect_first(&b, UPSTREAM_BLOCKED, "user-namespace");
}

TEST(other_ids_of_a_contained_root)
{
	struct build b = rootless(100000, "app:www-data 0660");

	expect_first(&b, UPSTREAM_BLOCKED, "user-namespace");
}

TEST(other_ids_that_fit)
{
	struct build b = rootless(100032, "100032:100032 0600");

	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(same_namespace_as_the_server)
{
	struct build b = rootless(100032, "100999:100999 0660");

	b.facts.listeners[0].holders[0].userns = 4026532999u;
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directory_of_root),
		cmocka_unit_test(directory_three_levels_up),
		cmocka_unit_test(directory_without_search_for_group),
		cmocka_unit_test(directory_and_socket),
		cmocka_unit_test(directory_acl_entry),
		cmocka_unit_test(directory_acl_mask),
		cmocka_unit_test(directory_acl_mask_of_group),
		cmocka_unit_test(directory_acl_of_others_is_mode),
		cmocka_unit_test(home_of_account),
		cmocka_unit_test(home_beneath),
		cmocka_unit_test(home_of_root),
		cmocka_unit_test(home_elsewhere),
		cmocka_unit_test(home_of_slash_is_none),
		cmocka_unit_test(home_of_nobody_or_system_account_is_none),
		cmocka_unit_test(home_by_acl_is_dir_acl),
		cmocka_unit_test(home_itself_is_no_home),
		cmocka_unit_test(stale_groups_on_directory),
		cmocka_unit_test(stale_groups_before_home),
		cmocka_unit_test(acl_unknown_is_never_allow),
		cmocka_unit_test(unreadable_directory_is_unknown),
		cmocka_unit_test(unread_path_is_unknown),
		cmocka_unit_test(root_worker_gets_everywhere),
		cmocka_unit_test(symlink_needs_nothing),
		cmocka_unit_test(worker_user_odd_one_out),
		cmocka_unit_test(worker_user_right_one),
		cmocka_unit_test(worker_user_names_the_account),
		cmocka_unit_test(worker_user_not_where_one_socket_admits),
		cmocka_unit_test(worker_user_beside_a_wrong_pool),
		cmocka_unit_test(worker_user_not_for_an_ordinary_account),
		cmocka_unit_test(worker_user_one_stock_pool),
		cmocka_unit_test(worker_user_one_stock_pool_fedora),
		cmocka_unit_test(worker_user_not_for_one_other_pool),
		cmocka_unit_test(worker_user_no_directive),
		cmocka_unit_test(worker_user_not_for_the_package_account),
		cmocka_unit_test(worker_user_two_spellings_are_one_pool),
		cmocka_unit_test(stale_groups_before_worker_user),
		cmocka_unit_test(view_private_tmp),
		cmocka_unit_test(view_private_var_tmp),
		cmocka_unit_test(view_other_mount),
		cmocka_unit_test(view_that_shows_the_socket),
		cmocka_unit_test(view_hidden_home),
		cmocka_unit_test(view_with_a_dead_socket_of_that_name),
		cmocka_unit_test(view_of_the_server_is_private),
		cmocka_unit_test(view_of_a_container_with_its_own_server),
		cmocka_unit_test(view_of_a_plain_file_elsewhere),
		cmocka_unit_test(view_unknown),
		cmocka_unit_test(view_hidden_before_socket_causes),
		cmocka_unit_test(other_ids_on_socket),
		cmocka_unit_test(other_ids_of_a_contained_root),
		cmocka_unit_test(other_ids_that_fit),
		cmocka_unit_test(same_namespace_as_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
