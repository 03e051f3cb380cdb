/* SPDX-License-Identifier: MIT */
/* Plans for faults of one PHP-FPM pool: the pool file is changed, and the live socket brought to the same state. */
#include "tests/unit/plan_common.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)

TEST(healthy)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	expect_plan(&b,
		"u1 reachable\n"
		"exit 0\n");
}

TEST(group_aligned)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: group root>www-data\n"
		"exit 2\n");
}

TEST(mode_aligned)
{
	struct build b = build_site("root:www-data 0640", "root", "www-data", "0640");

	expect_plan(&b,
		"u1 blocked: socket-mode | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.mode 0640>0660\n"
		"s2 path.mode /run/php/php8.2-fpm.sock: mode 0640>0660\n"
		"exit 2\n");
}

TEST(owner_mode_aligned)
{
	struct build b = build_site("www-data:root 0440", "www-data", "root", "0440");

	expect_plan(&b,
		"u1 blocked: socket-mode | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.mode 0440>0640\n"
		"s2 path.mode /run/php/php8.2-fpm.sock: mode 0440>0640\n"
		"exit 2\n");
}

TEST(owner_group_mode_wrong)
{
	struct build b = build_site("root:root 0600", "root", "root", "0600");

	expect_plan(&b,
		"u1 blocked: socket-owner | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.owner root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: owner root>www-data\n"
		"exit 2\n");
}

TEST(other_bits_of_the_pool_go)
{
	struct build b = build_site("root:root 0664", "root", "root", "0664");

	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: group root>www-data\n"
		"exit 2\n");
}

TEST(stale_socket)
{
	struct build b = build_site("root:root 0600", "www-data", "www-data", "0660");

	expect_plan(&b,
		"u1 blocked: stale-socket | s1 s2\n"
		"s1 path.owner /run/php/php8.2-fpm.sock: owner root>www-data, group root>www-data\n"
		"s2 path.mode /run/php/php8.2-fpm.sock: mode 0600>0660\n"
		"exit 2\n");
}

/* Mode 0660 is to be 0600 and another owner's: at no time may the new group have it. */
TEST(stale_socket_narrower)
{
	struct build b = build_site("root:root 0660", "www-data", "app", "0600");

	expect_plan(&b,
		"u1 blocked: stale-socket | s1 s2\n"
		"s1 path.mode /run/php/php8.2-fpm.sock: mode 0660>0600\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: owner root>www-data, group root>app\n"
		"exit 2\n");
}

TEST(stale_socket_narrower_and_wider)
{
	struct build b = build_site("app:app 0640", "root", "www-data", "0620");

	expect_plan(&b,
		"u1 blocked: stale-socket | s1 s2 s3\n"
		"s1 path.mode /run/php/php8.2-fpm.sock: mode 0640>0600\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: owner app>root, group app>www-data\n"
		"s3 path.mode /run/php/php8.2-fpm.sock: mode 0600>0620\n"
		"exit 2\n");
}

TEST(stale_socket_open_pool)
{
	struct build b = build_site("root:root 0660", "www-data", "www-data", "0666");

	expect_plan(&b,
		"u1 blocked: stale-socket | s1\n"
		"s1 path.owner /run/php/php8.2-fpm.sock: owner root>www-data, group root>www-data\n"
		"exit 2\n");
}

TEST(stale_socket_with_acl)
{
	struct build b = build_site("root:root 0600", "www-data", "www-data", "0660");

	build_acl(&b, PHP_LIVE, "user:app:rw-,group::---,mask::rw-");
	expect_plan(&b,
		"u1 blocked: stale-socket | s1 s2\n"
		"s1 path.owner /run/php/php8.2-fpm.sock: owner root>www-data, group root>www-data\n"
		"s2 path.acl /run/php/php8.2-fpm.sock: group: --->rw-, user:app rw->, mask rw->\n"
		"exit 2\n");
}

TEST(not_durable)
{
	struct build b = build_site("www-data:www-data 0660", "root", "root", "0660");

	expect_plan(&b,
		"u1 reachable: not-durable | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: owner www-data>root\n"
		"exit 2\n");
}

TEST(not_durable_mode)
{
	struct build b = build_site("root:www-data 0660", "root", "www-data", "0600");

	expect_plan(&b,
		"u1 reachable: not-durable | s1\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.mode 0600>0660\n"
		"exit 2\n");
}

/* A pool that grants by ACL. */
static struct build acl_site(const char *key)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:" PHP_LIVE, "example.com");
	build_dir(&b, "/run/php", "root:root 0755");
	build_socket(&b, PHP_LIVE, "root:root 0660");
	build_acl(&b, PHP_LIVE, "user:app:rw-,group::rw-,mask::rw-");
	build_pool(&b, build_php(&b, 801), "www", PHP_LIVE, key, "listen.owner=www-data", "listen.mode=0660", NULL);
	build_listen(&b, PHP_LIVE, 801);
	return b;
}

TEST(acl_users_extended)
{
	struct build b = acl_site("listen.acl_users=app");

	expect_plan(&b,
		"u1 blocked: acl-users-override | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.acl_users app>app,www-data\n"
		"s2 path.acl /run/php/php8.2-fpm.sock: user:www-data >rw-\n"
		"exit 2\n");
}

TEST(acl_groups_then_users)
{
	struct build b = acl_site("listen.acl_groups=app");

	build_acl(&b, PHP_LIVE, "group:app:rw-,group::rw-,mask::rw-");
	expect_plan(&b,
		"u1 blocked: acl-users-override | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.acl_users >www-data\n"
		"s2 path.acl /run/php/php8.2-fpm.sock: user:www-data >rw-\n"
		"exit 2\n");
}

TEST(acl_socket_denies)
{
	struct build b = acl_site("listen.acl_users=app");

	build_acl(&b, PHP_LIVE, "user:www-data:---,user:app:rw-,group::rw-,mask::rw-");
	expect_plan(&b,
		"u1 blocked: acl-users-override | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.acl_users app>app,www-data\n"
		"s2 path.acl /run/php/php8.2-fpm.sock: user:www-data --->rw-\n"
		"exit 2\n");
}

static struct build default_acl_site(const char *default_acl, const char *socket_acl)
{
	struct build b = build_site("root:www-data 0660", "root", "www-data", "0660");

	build_dir(&b, "/run/php", "root:root 0755");
	build_default_acl(&b, "/run/php", default_acl);
	build_acl(&b, PHP_LIVE, socket_acl);
	return b;
}

TEST(default_acl_denies)
{
	struct build b = default_acl_site("user::rwx,user:www-data:---,group::r-x,mask::r-x,other::r-x",
		"user::rw-,user:www-data:---,group::r-x,mask::r--,other::---");

	expect_plan(&b,
		"u1 blocked: socket-acl | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.owner root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: owner root>www-data\n"
		"exit 2\n");
}

TEST(default_acl_masks)
{
	struct build b = default_acl_site("user::rwx,group::rwx,mask::r-x,other::---", "user::rw-,group::rwx,mask::r--,other::---");

	expect_plan(&b,
		"u1 blocked: acl-mask | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.owner root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: owner root>www-data\n"
		"exit 2\n");
}

TEST(mask_by_mode)
{
	struct build b = build_site("root:www-data 0640", "root", "www-data", "0640");

	build_acl(&b, PHP_LIVE, "user:www-data:rw-,group::rw-,mask::r--");
	expect_plan(&b,
		"u1 blocked: acl-mask | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.mode 0640>0660\n"
		"s2 path.acl /run/php/php8.2-fpm.sock: user:www-data rw->, mask r-->\n"
		"exit 2\n");
}

/* A master that is not root cannot chown, so listen.owner and listen.group would stop it. */
static struct build rootless(const char *perms, const char *mode)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:/run/app/fpm.sock", "example.com");
	build_dir(&b, "/run/app", "app:app 0755");
	build_socket(&b, "/run/app/fpm.sock", perms);
	build_pool(&b, build_php(&b, 801), "www", "/run/app/fpm.sock", mode, NULL);
	b.facts.backends[0].as.uid = b.facts.backends[0].as.gid = b.facts.backends[0].as.ruid = 1000;
	b.facts.backends[0].as.caps = 0;
	build_listen(&b, "/run/app/fpm.sock", 801);
	return b;
}

TEST(rootless_group)
{
	struct build b = rootless("app:app 0660", "listen.mode=0660");

	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.acl_users >www-data\n"
		"s2 path.acl /run/app/fpm.sock: user:www-data >rw-, mask >rw-\n"
		"exit 2\n");
}

TEST(rootless_in_group)
{
	struct build b = rootless("app:app 0640", "listen.mode=0640");

	build_member(&b, "app", "www-data");
	ARRAY_ADD(b.facts.workers[0].as.groups, b.facts.workers[0].as.n_groups, 1000);
	expect_plan(&b,
		"u1 blocked: socket-mode | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.mode 0640>0660\n"
		"s2 path.mode /run/app/fpm.sock: mode 0640>0660\n"
		"exit 2\n");
}

TEST(tighten)
{
	struct build b = build_site("www-data:www-data 0666", "www-data", "www-data", "0666");

	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.mode 0666>0660\n"
		"s2 path.mode /run/php/php8.2-fpm.sock: mode 0666>0660\n"
		"exit 2\n");
}

TEST(tighten_not_asked)
{
	struct build b = build_site("www-data:www-data 0666", "www-data", "www-data", "0666");

	expect_plan(&b,
		"u1 reachable\n"
		"exit 0\n");
}

/* The worker has access through the other bits alone. */
TEST(tighten_stranger)
{
	struct build b = build_site("app:app 0666", "app", "app", "0666");

	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1 s2 s3\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group app>www-data, listen.mode 0666>0660\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: group app>www-data\n"
		"s3 path.mode /run/php/php8.2-fpm.sock: mode 0666>0660\n"
		"exit 2\n");
}

TEST(tighten_live_only)
{
	struct build b = build_site("www-data:www-data 0666", "www-data", "www-data", "0660");

	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1\n"
		"s1 path.mode /run/php/php8.2-fpm.sock: mode 0666>0660\n"
		"exit 2\n");
}

/* An outage of an open pool is cured without adding an other bit to the live socket, and a second plan finds nothing. */
TEST(open_pool_closed_socket)
{
	struct build b = build_site("app:app 0600", "app", "app", "0666");

	expect_plan(&b,
		"u1 blocked: stale-socket | s1 s2 s3\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group app>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: group app>www-data\n"
		"s3 path.mode /run/php/php8.2-fpm.sock: mode 0600>0660\n"
		"exit 2\n");
}

/* The master would not start: its configuration names nobody. */
TEST(configuration_fails)
{
	struct build b = build_site("www-data:www-data 0660", "nosuch", "www-data", "0660");

	expect_plan(&b,
		"u1 reachable: not-durable | s1\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.owner nosuch>www-data\n"
		"exit 2\n");
}

TEST(configuration_fails_and_denied)
{
	struct build b = build_site("root:root 0600", "nosuch", "www-data", "0660");

	expect_plan(&b,
		"u1 blocked: socket-owner | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.acl_users >www-data\n"
		"s2 path.acl /run/php/php8.2-fpm.sock: user:www-data >rw-, group: >rw-, mask >rw-\n"
		"exit 2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy), cmocka_unit_test(group_aligned), cmocka_unit_test(mode_aligned), cmocka_unit_test(owner_mode_aligned),
		cmocka_unit_test(owner_group_mode_wrong), cmocka_unit_test(other_bits_of_the_pool_go), cmocka_unit_test(stale_socket),
		cmocka_unit_test(stale_socket_narrower), cmocka_unit_test(stale_socket_narrower_and_wider), cmocka_unit_test(stale_socket_open_pool),
		cmocka_unit_test(stale_socket_with_acl), cmocka_unit_test(not_durable), cmocka_unit_test(not_durable_mode),
		cmocka_unit_test(acl_users_extended), cmocka_unit_test(acl_groups_then_users), cmocka_unit_test(acl_socket_denies),
		cmocka_unit_test(default_acl_denies), cmocka_unit_test(default_acl_masks), cmocka_unit_test(mask_by_mode),
		cmocka_unit_test(rootless_group), cmocka_unit_test(rootless_in_group), cmocka_unit_test(tighten), cmocka_unit_test(tighten_not_asked),
		cmocka_unit_test(tighten_stranger), cmocka_unit_test(tighten_live_only), cmocka_unit_test(open_pool_closed_socket),
		cmocka_unit_test(configuration_fails), cmocka_unit_test(configuration_fails_and_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
