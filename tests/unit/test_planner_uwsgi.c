/* SPDX-License-Identifier: MIT */
/* Plans for uWSGI's ini files, and for sockets that have to move. */
#include "tests/unit/plan_common.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)
#define APP	   "/run/uwsgi/app.sock"
#define INI	   "/etc/uwsgi/apps-enabled/app.ini"

/* uWSGI as user, with app.ini; settings "key=value", the list ends with NULL. */
static struct build uwsgi(const char *user, const char *live, const char *first, const char *second)
{
	struct build b = build_host("debian 12");
	struct backend_section *section;
	struct backend *backend;

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:" APP, "example.com");
	build_dir(&b, "/run/uwsgi", "root:root 0777");
	build_socket(&b, APP, live);
	backend = build_backend(&b, BACKEND_UWSGI, 900, user);
	backend->as.umask = xstrdup("0022");
	section = build_pool(&b, backend, "uwsgi", APP, first, second, NULL);
	free(section->at.file);
	section->at.file = xstrdup(INI);
	build_listen(&b, APP, 900);
	return b;
}

TEST(mode)
{
	struct build b = uwsgi("app", "app:www-data 0600", "chmod-socket=600", NULL);

	build_member(&b, "www-data", "app");
	ARRAY_ADD(b.facts.backends[0].as.groups, b.facts.backends[0].as.n_groups, 33);
	b.facts.backends[0].as.gid = 33;
	expect_plan(&b,
		"u1 blocked: socket-mode | s1 s2\n"
		"s1 uwsgi.option " INI " [uwsgi]: chmod-socket 600>660\n"
		"s2 path.mode " APP ": mode 0600>0660\n"
		"exit 2\n");
}

/* Started as root it may give its socket to any group. */
TEST(group_by_root)
{
	struct build b = uwsgi("root", "root:root 0660", "chmod-socket=660", NULL);

	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"s1 uwsgi.option " INI " [uwsgi]: chown-socket >root:www-data\n"
		"s2 path.owner " APP ": group root>www-data\n"
		"exit 2\n");
}

TEST(group_and_mode_by_root)
{
	struct build b = uwsgi("root", "app:app 0600", "chmod-socket=600", "chown-socket=app:app");

	expect_plan(&b,
		"u1 blocked: socket-owner | s1 s2 s3\n"
		"s1 uwsgi.option " INI " [uwsgi]: chown-socket app:app>app:www-data, chmod-socket 600>660\n"
		"s2 path.owner " APP ": group app>www-data\n"
		"s3 path.mode " APP ": mode 0600>0660\n"
		"exit 2\n");
}

/* As app it may not: then uWSGI would not start. The socket is opened now, and a person makes it last. */
TEST(group_not_by_app)
{
	struct build b = uwsgi("app", "app:app 0660", "chmod-socket=660", NULL);

	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2 | it works now, or will after the steps; a person has to make it last\n"
		"s1 path.owner " APP ": group app>www-data\n"
		"s2 manual " APP "\n"
		"exit 3\n");
}

/* What could not be understood is not promised: opened now, and a person is told which place. */
TEST(unclear)
{
	struct build b = uwsgi("app", "app:app 0660", NULL, NULL);

	b.facts.backends[0].sections[0].unclear = xstrdup(INI ":4: chmod-socket is not known: a variable that is set elsewhere");
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2 | it works now, or will after the steps; a person has to make it last\n"
		"s1 path.owner " APP ": group app>www-data\n"
		"s2 manual " APP "\n"
		"exit 3\n");
}

/* The socket was no part of the fault: nothing is promised about it, nor asked for. */
TEST(unclear_beside_the_fault)
{
	struct build b = uwsgi("app", "app:www-data 0660", NULL, NULL);

	build_dir(&b, "/run/uwsgi", "root:root 0700");
	b.facts.backends[0].sections[0].unclear = xstrdup(INI ":4: chmod-socket is not known: a variable that is set elsewhere");
	expect_plan(&b,
		"u1 blocked: dir-search | s1\n"
		"s1 path.acl /run/uwsgi: user:www-data >--x, mask >--x\n"
		"exit 2\n");
}

TEST(stale)
{
	struct build b = uwsgi("root", "root:root 0600", "chmod-socket=660", "chown-socket=root:www-data");

	expect_plan(&b,
		"u1 blocked: stale-socket | s1 s2\n"
		"s1 path.owner " APP ": group root>www-data\n"
		"s2 path.mode " APP ": mode 0600>0660\n"
		"exit 2\n");
}

TEST(not_durable)
{
	struct build b = uwsgi("root", "root:www-data 0660", "chmod-socket=660", NULL);

	expect_plan(&b,
		"u1 reachable: not-durable | s1\n"
		"s1 uwsgi.option " INI " [uwsgi]: chown-socket >root:www-data\n"
		"exit 2\n");
}

TEST(tighten)
{
	struct build b = uwsgi("root", "root:root 0666", "chmod-socket=666", NULL);

	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1 s2 s3\n"
		"s1 uwsgi.option " INI " [uwsgi]: chown-socket >root:www-data, chmod-socket 666>660\n"
		"s2 path.owner " APP ": group root>www-data\n"
		"s3 path.mode " APP ": mode 0666>0660\n"
		"exit 2\n");
}

/* --- moves --- */

/* The stock pool with its socket elsewhere; /run/php is there. */
static struct build pool_at(const char *path, const char *perms, const char *group)
{
	AUTO_FREE char *endpoint = xasprintf("unix:%s", path), *setting = xasprintf("listen.group=%s", group);
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", endpoint, "example.com");
	build_dir(&b, "/run/php", "www-data:www-data 0755");
	build_socket(&b, path, perms);
	build_pool(&b, build_php(&b, 801), "www", path, setting, NULL);
	build_listen(&b, path, 801);
	return b;
}

#define MOVED(from) "s1 phpfpm.listen-path /etc/php/8.2/fpm/pool.d/www.conf [www]: listen " from ">/run/php/www.sock\n"

TEST(out_of_a_home)
{
	struct build b = pool_at("/home/app/php.sock", "root:www-data 0660", "www-data");

	build_dir(&b, "/home/app", "app:app 0750");
	expect_plan(&b,
		"u1 blocked: home-dir | s1 s2 s3 s4\n"
		MOVED("/home/app/php.sock")
		"s2 service.reload pid 801\n"
		"s3 nginx.pass /etc/nginx/sites-enabled/default: fastcgi_pass unix:/home/app/php.sock>unix:/run/php/www.sock\n"
		"s4 service.reload pid 800\n"
		"exit 2\n");
}

/* A pool that would not let the worker in at its new place changes that in the same breath. */
TEST(out_of_a_home_with_another_group)
{
	struct build b = pool_at("/home/app/php.sock", "root:app 0660", "app");

	build_dir(&b, "/home/app", "app:app 0750");
	expect_plan(&b,
		"u1 blocked: home-dir socket-group | s1 s2 s3 s4 s5\n"
		MOVED("/home/app/php.sock")
		"s2 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group app>www-data\n"
		"s3 service.reload pid 801\n"
		"s4 nginx.pass /etc/nginx/sites-enabled/default: fastcgi_pass unix:/home/app/php.sock>unix:/run/php/www.sock\n"
		"s5 service.reload pid 800\n"
		"exit 2\n");
}

TEST(home_by_policy)
{
	struct build b = pool_at("/home/app/php.sock", "root:www-data 0660", "www-data");

	build_dir(&b, "/home/app", "app:app 0750");
	expect_plan_with(&b, (struct planning){.policy = "allow home-search /home/app\n"},
		"u1 blocked: home-dir | s1\n"
		"s1 path.acl /home/app: user:www-data >--x, mask >r-x\n"
		"exit 2\n");
}

/* The name is taken: nothing is moved onto another's socket. */
TEST(no_free_name)
{
	struct build b = pool_at("/home/app/php.sock", "root:www-data 0660", "www-data");

	build_dir(&b, "/home/app", "app:app 0750");
	build_socket(&b, "/run/php/www.sock", "root:root 0600");
	expect_plan(&b,
		"u1 blocked: home-dir | s1 | a person has to do this; nothing is changed by itself\n"
		"s1 manual /home/app\n"
		"exit 3\n");
}

/* Two sites name a path where nothing is, none the pool's: one line of the pool is less than two of nginx. */
TEST(the_side_with_fewer_users)
{
	struct build b = pool_at("/run/php/php8.2-fpm.sock", "www-data:www-data 0660", "www-data");

	free(b.facts.nginx[0].refs[0].endpoint);
	free(b.facts.nginx[0].refs[0].written);
	b.facts.nginx[0].refs[0].endpoint = xstrdup("unix:/run/php/php8.1-fpm.sock");
	b.facts.nginx[0].refs[0].written = xstrdup("unix:/run/php/php8.1-fpm.sock");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/php8.1-fpm.sock", "two.example");
	expect_plan(&b,
		"u1 absent: path-mismatch | s1 s2\n"
		"s1 phpfpm.listen-path /etc/php/8.2/fpm/pool.d/www.conf [www]: listen /run/php/php8.2-fpm.sock>/run/php/php8.1-fpm.sock\n"
		"s2 service.reload pid 801\n"
		"exit 2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode), cmocka_unit_test(group_by_root), cmocka_unit_test(group_and_mode_by_root),
		cmocka_unit_test(group_not_by_app), cmocka_unit_test(unclear), cmocka_unit_test(unclear_beside_the_fault), cmocka_unit_test(stale), cmocka_unit_test(not_durable), cmocka_unit_test(tighten),
		cmocka_unit_test(out_of_a_home), cmocka_unit_test(out_of_a_home_with_another_group), cmocka_unit_test(home_by_policy),
		cmocka_unit_test(no_free_name), cmocka_unit_test(the_side_with_fewer_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
