/* SPDX-License-Identifier: MIT */
/* Causes at the socket's inode, and their precedence. */
#include "tests/unit/expect_causes.h"

TEST(healthy_site)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(mode_group_cannot_write)
{
	struct build b = build_site("root:www-data 0640", "root", "www-data", "0640");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-mode");
}

TEST(mode_owner_cannot_write)
{
	struct build b = build_site("www-data:www-data 0460", "www-data", "www-data", "0460");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-mode");
}

TEST(group_wrong)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

TEST(group_wrong_of_another_server)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/node/app.sock", "example.com");
	build_socket(&b, "/run/node/app.sock", "app:app 0660");
	build_listen(&b, "/run/node/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

TEST(group_sentence)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	expect_because(&b, CAUSE_SOCKET_GROUP, "www-data (uid 33, groups 33) is neither owner (root) nor in group root; other has ---");
}

TEST(owner_only)
{
	struct build b = build_site("root:root 0600", "root", "root", "0600");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-owner");
}

TEST(owner_only_group_reads)
{
	struct build b = build_site("app:app 0640", "app", "app", "0640");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-owner");
}

TEST(acl_names_worker)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/node/app.sock", "example.com");
	build_socket(&b, "/run/node/app.sock", "app:www-data 0660");
	build_acl(&b, "/run/node/app.sock", "user:www-data:---,mask::rw-");
	build_listen(&b, "/run/node/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "socket-acl");
}

TEST(acl_names_group)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/node/app.sock", "example.com");
	build_socket(&b, "/run/node/app.sock", "app:app 0660");
	build_acl(&b, "/run/node/app.sock", "group:www-data:r--,mask::rw-");
	build_listen(&b, "/run/node/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "socket-acl");
}

/* The directory's default ACL is what makes it so, at each start again. */
static struct build default_acl_site(const char *default_acl, const char *socket_acl)
{
	struct build b = build_site("root:www-data 0660", "root", "www-data", "0660");

	build_dir(&b, "/run/php", "root:root 0755");
	build_default_acl(&b, "/run/php", default_acl);
	build_acl(&b, BUILD_PHP_SOCKET, socket_acl);
	return b;
}

TEST(acl_from_default_acl)
{
	struct build b = default_acl_site("user::rwx,user:www-data:---,group::r-x,mask::r-x,other::r-x",
		"user::rw-,user:www-data:---,group::r-x,mask::r--,other::---");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-acl");
}

TEST(mask_from_default_acl)
{
	struct build b = default_acl_site("user::rwx,group::rwx,mask::r-x,other::---", "user::rw-,group::rwx,mask::r--,other::---");

	expect_first(&b, UPSTREAM_BLOCKED, "acl-mask");
}

TEST(mask_hides_named_entry)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:app 0660");
	build_acl(&b, "/run/app.sock", "user:www-data:rw-,mask::r--");
	build_listen(&b, "/run/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "acl-mask");
}

TEST(mask_sentence)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:app 0660");
	build_acl(&b, "/run/app.sock", "user:www-data:rw-,mask::r--");
	build_listen(&b, "/run/app.sock", 900);
	expect_because(&b, CAUSE_ACL_MASK, "ACL entry user:www-data has rw-, but the mask r-- takes write away");
}

TEST(empty_mask)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:app 0600");
	build_acl(&b, "/run/app.sock", "user:www-data:rw-,mask::---");
	build_listen(&b, "/run/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "acl-mask");
}

/* --- listen.acl_users --- */

static struct build override_site(const char *acl_key, const char *owner)
{
	struct build b = build_host("debian 12");
	char *o = xasprintf("listen.owner=%s", owner);

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:" BUILD_PHP_SOCKET, "example.com");
	build_socket(&b, BUILD_PHP_SOCKET, "root:root 0660");
	build_acl(&b, BUILD_PHP_SOCKET, "user:root:rw-,mask::rw-");
	build_pool(&b, build_php(&b, 801), "www", BUILD_PHP_SOCKET, acl_key, o, NULL);
	build_listen(&b, BUILD_PHP_SOCKET, 801);
	free(o);
	return b;
}

TEST(override_by_users)
{
	struct build b = override_site("listen.acl_users=root", "www-data");

	expect_first(&b, UPSTREAM_BLOCKED, "acl-users-override");
}

TEST(override_by_groups)
{
	struct build b = override_site("listen.acl_groups=app", "www-data");

	expect_first(&b, UPSTREAM_BLOCKED, "acl-users-override");
}

TEST(override_without_an_owner_to_ignore)
{
	struct build b = override_site("listen.acl_users=root", "");

	expect_first(&b, UPSTREAM_BLOCKED, "acl-users-override");
}

TEST(override_empty_is_unset)
{
	struct build b = override_site("listen.acl_users=", "root");

	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

/* --- stale groups --- */

TEST(stale_groups)
{
	struct build b = build_site("root:web 0660", "root", "web", "0660");

	build_group(&b, "web", 500, "www-data");
	build_socket(&b, BUILD_PHP_SOCKET, "root:web 0660");
	expect_first(&b, UPSTREAM_BLOCKED, "stale-groups");
}

TEST(stale_groups_not_without_write)
{
	struct build b = build_site("root:root 0640", "root", "web", "0640");

	build_group(&b, "web", 500, "www-data");
	build_socket(&b, BUILD_PHP_SOCKET, "root:web 0640");
	expect_first(&b, UPSTREAM_BLOCKED, "socket-owner");
}

TEST(stale_groups_by_acl)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_group(&b, "web", 500, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:app 0660");
	build_acl(&b, "/run/app.sock", "group:web:rw-,mask::rw-");
	build_listen(&b, "/run/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "stale-groups");
}

TEST(stale_groups_not_in_a_container)
{
	struct build b = build_host("debian 12");

	build_view(&b, "pid:812", 812);
	build_nginx(&b, "www-data");
	build_group(&b, "web", 500, "www-data");
	free(b.facts.workers[0].as.view);
	b.facts.workers[0].as.view = xstrdup("pid:812");
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:web 0660");
	build_listen(&b, "/run/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "socket-group");
}

/* --- stale socket --- */

TEST(stale_by_hand)
{
	struct build b = build_site("root:root 0660", "www-data", "www-data", "0660");

	expect_first(&b, UPSTREAM_BLOCKED, "stale-socket");
}

TEST(stale_mode)
{
	struct build b = build_site("www-data:www-data 0400", "www-data", "www-data", "0660");

	expect_first(&b, UPSTREAM_BLOCKED, "stale-socket");
}

TEST(stale_before_mask)
{
	struct build b = build_site("root:www-data 0660", "root", "www-data", "0660");

	build_acl(&b, BUILD_PHP_SOCKET, "group::rw-,mask::r--");
	expect_first(&b, UPSTREAM_BLOCKED, "stale-socket");
}

TEST(stale_before_stale_groups)
{
	struct build b = build_site("root:root 0660", "www-data", "www-data", "0660");

	build_group(&b, "web", 500, "www-data");
	build_socket(&b, BUILD_PHP_SOCKET, "root:web 0660");
	expect_first(&b, UPSTREAM_BLOCKED, "stale-socket");
}

/* The configuration says the right group, the live socket has another, and the process is older than its membership. */
TEST(stale_with_fresh_groups_only)
{
	struct build b = build_site("root:root 0660", "root", "web", "0660");

	build_group(&b, "web", 500, "www-data");
	expect_first(&b, UPSTREAM_BLOCKED, "stale-socket");
}

TEST(stale_not_for_servers_whose_rules_are_unknown)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:/run/uwsgi/app.sock", "example.com");
	build_socket(&b, "/run/uwsgi/app.sock", "app:www-data 0600");
	build_pool(&b, build_backend(&b, BACKEND_UWSGI, 900, "app"), "app", "/run/uwsgi/app.sock", NULL);
	build_listen(&b, "/run/uwsgi/app.sock", 900);
	expect_first(&b, UPSTREAM_BLOCKED, "socket-mode");
}

TEST(override_before_stale_groups)
{
	struct build b = override_site("listen.acl_users=root", "www-data");

	build_group(&b, "web", 500, "www-data");
	build_socket(&b, BUILD_PHP_SOCKET, "root:web 0660");
	build_acl(&b, BUILD_PHP_SOCKET, "user:root:rw-,mask::rw-");
	expect_first(&b, UPSTREAM_BLOCKED, "acl-users-override");
}

/* --- not-durable, world-access --- */

TEST(not_durable)
{
	struct build b = build_site("www-data:www-data 0660", "root", "root", "0660");

	expect_first(&b, UPSTREAM_REACHABLE, "not-durable");
}

TEST(not_durable_missing_account)
{
	struct build b = build_site("www-data:www-data 0660", "deploy", "www-data", "0660");

	expect_because(&b, CAUSE_NOT_DURABLE, "listen.owner names the user deploy, which does not exist");
}

TEST(not_durable_default_acl)
{
	struct build b = build_site("root:www-data 0660", "root", "www-data", "0660");

	build_default_acl(&b, "/run/php", "user::rwx,group::r-x,other::---");
	expect_first(&b, UPSTREAM_REACHABLE, "not-durable");
}

TEST(not_durable_lost_membership)
{
	struct build b = build_host("debian 12");

	build_group(&b, "web", 500, "www-data");
	build_nginx(&b, "www-data");
	strings_free(&b.facts.accounts.groups[b.facts.accounts.n_groups - 1].members);
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:web 0660");
	build_listen(&b, "/run/app.sock", 900);
	expect_first(&b, UPSTREAM_REACHABLE, "not-durable");
}

TEST(lost_membership_is_not_known_with_sss)
{
	struct build b = build_host("debian 12");

	build_group(&b, "web", 500, "www-data");
	build_nginx(&b, "www-data");
	strings_free(&b.facts.accounts.groups[b.facts.accounts.n_groups - 1].members);
	b.facts.accounts.elsewhere = xstrdup("sss");
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:web 0660");
	build_listen(&b, "/run/app.sock", 900);
	expect_first(&b, UPSTREAM_REACHABLE, "");
}

TEST(not_durable_beside_closed_directory)
{
	struct build b = build_site("www-data:www-data 0660", "root", "root", "0660");

	build_dir(&b, "/run/php", "root:root 0700");
	expect_first(&b, UPSTREAM_BLOCKED, "dir-search not-durable");
}

static void expect_wide(struct build *b, bool tighten, const char *causes, const char *advisories)
{
	struct diagnosis d;
	char *text;

	diagnose_built(b, tighten, &d);
	expect_upstream(&d.upstreams[0], UPSTREAM_REACHABLE, causes);
	text = causes_text(d.upstreams[0].advisories, d.upstreams[0].n_advisories);
	assert_string_equal(text, advisories);
	free(text);
	diagnosis_free(&d);
	build_free(b);
}

TEST(world_access_advises)
{
	struct build b = build_site("www-data:www-data 0666", "www-data", "www-data", "0666");

	expect_wide(&b, false, "", "world-access");
}

TEST(world_access_tightened)
{
	struct build b = build_site("www-data:www-data 0666", "www-data", "www-data", "0666");

	expect_wide(&b, true, "world-access", "");
}

TEST(world_access_ends_at_a_closed_directory)
{
	struct build b = build_site("www-data:www-data 0666", "www-data", "www-data", "0666");

	build_dir(&b, "/run/php", "root:www-data 0750");
	expect_wide(&b, true, "", "");
}

TEST(world_access_through_an_acl)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:/run/app.sock", "example.com");
	build_socket(&b, "/run/app.sock", "app:app 0666");
	build_acl(&b, "/run/app.sock", "user:www-data:rw-,mask::rw-,other::rw-");
	build_listen(&b, "/run/app.sock", 900);
	expect_wide(&b, false, "", "world-access");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_site),
		cmocka_unit_test(mode_group_cannot_write),
		cmocka_unit_test(mode_owner_cannot_write),
		cmocka_unit_test(group_wrong),
		cmocka_unit_test(group_wrong_of_another_server),
		cmocka_unit_test(group_sentence),
		cmocka_unit_test(owner_only),
		cmocka_unit_test(owner_only_group_reads),
		cmocka_unit_test(acl_names_worker),
		cmocka_unit_test(acl_names_group),
		cmocka_unit_test(acl_from_default_acl),
		cmocka_unit_test(mask_from_default_acl),
		cmocka_unit_test(mask_hides_named_entry),
		cmocka_unit_test(mask_sentence),
		cmocka_unit_test(empty_mask),
		cmocka_unit_test(override_by_users),
		cmocka_unit_test(override_by_groups),
		cmocka_unit_test(override_without_an_owner_to_ignore),
		cmocka_unit_test(override_empty_is_unset),
		cmocka_unit_test(stale_groups),
		cmocka_unit_test(stale_groups_not_without_write),
		cmocka_unit_test(stale_groups_by_acl),
		cmocka_unit_test(stale_groups_not_in_a_container),
		cmocka_unit_test(stale_by_hand),
		cmocka_unit_test(stale_mode),
		cmocka_unit_test(stale_before_mask),
		cmocka_unit_test(stale_before_stale_groups),
		cmocka_unit_test(stale_with_fresh_groups_only),
		cmocka_unit_test(stale_not_for_servers_whose_rules_are_unknown),
		cmocka_unit_test(override_before_stale_groups),
		cmocka_unit_test(not_durable),
		cmocka_unit_test(not_durable_missing_account),
		cmocka_unit_test(not_durable_default_acl),
		cmocka_unit_test(not_durable_lost_membership),
		cmocka_unit_test(lost_membership_is_not_known_with_sss),
		cmocka_unit_test(not_durable_beside_closed_directory),
		cmocka_unit_test(world_access_advises),
		cmocka_unit_test(world_access_tightened),
		cmocka_unit_test(world_access_ends_at_a_closed_directory),
		cmocka_unit_test(world_access_through_an_acl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
