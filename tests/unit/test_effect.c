/* SPDX-License-Identifier: MIT */
/* What each kind of step does to the facts, and what is refused as not understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"
#include "tests/unit/build_facts.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)
#define WWW	   "/etc/php/8.2/fpm/pool.d/www.conf"
#define SITE	   "/etc/nginx/sites-enabled/default"
#define SOCKET	   BUILD_PHP_SOCKET

/* The site, with a second reference through an upstream block, and a group of a user's name. */
static struct build host(void)
{
	struct build b = build_site("app:app 0640", "app", "app", "0640");
	struct nginx_ref *ref = build_ref(&b, "fastcgi_pass", "unix:/run/php/other.sock", "two.example");

	ref->upstream = xstrdup("php");
	ref->server_at = (struct place){xstrdup("/etc/nginx/conf.d/php.conf"), 3};
	ref->server_offset = 40;
	ref = build_ref(&b, "proxy_pass", "unix:/run/php/third.sock", "three.example");
	free(ref->written);
	ref->written = xstrdup("http://unix:/run/php/third.sock:/app");
	build_group(&b, "web", 900, NULL);
	build_acl(&b, SOCKET, "user:app:rw-,group::r--,mask::r--");
	b.facts.backends[0].as.unit = xstrdup("php8.2-fpm.service");
	b.facts.nginx[0].as.unit = xstrdup("nginx.service");
	build_done(&b);
	return b;
}

/* "key=value|key=value", "!" takes the key out; for nginx.pass the first value is the old argument: "key=old>new". */
static struct step make(int kind, const char *target, const char *section, uint64_t offset, const char *changes)
{
	struct step step = {.kind = kind, .target = xstrdup(target), .section = xstrdup(section), .offset = offset};
	char *words = xstrdup(changes ? changes : ""), *rest = words, *word;

	while (*words && (word = strsep(&rest, "|"))) {
		char *value = strchr(word, '='), *to;

		*value++ = '\0';
		to = strchr(value, '>');
		if (to)
			*to++ = '\0';
		ARRAY_ADD(step.changes, step.n_changes,
			(struct step_change){.key = xstrdup(word), .from = to ? xstrdup(value) : NULL,
				.to = streq(value, "!") ? NULL : xstrdup(to ? to : value)});
	}
	free(words);
	return step;
}

struct row {
	int kind;
	const char *target, *section;
	uint64_t offset;
	const char *changes, *says;
};

static const struct row refused[] = {
	{STEP_PHPFPM_LISTEN, WWW, "nosuch", 0, "listen.mode=0660", "no section [nosuch]"},
	{STEP_PHPFPM_LISTEN, WWW, NULL, 0, "listen.mode=0660", "no section []"},
	{STEP_PHPFPM_LISTEN, "/etc/other.conf", "www", 0, "listen.mode=0660", "no section [www] in /etc/other.conf"},
	{STEP_PHPFPM_LISTEN, WWW, "www", 0, "user=root", "user is not a key"},
	{STEP_PHPFPM_LISTEN, WWW, "www", 0, "listen.mode=0660|pm.max_children=1", "pm.max_children is not a key"},
	{STEP_PHPFPM_LISTEN, WWW, "www", 0, "listenx=1", "listenx is not a key"},
	{STEP_PATH_OWNER, "/run/nosuch", NULL, 0, "owner=root", "/run/nosuch was not looked at"},
	{STEP_PATH_OWNER, SOCKET, NULL, 0, "owner=nosuch", "no such owner: nosuch"},
	{STEP_PATH_OWNER, SOCKET, NULL, 0, "group=nosuch", "no such group: nosuch"},
	{STEP_PATH_OWNER, SOCKET, NULL, 0, "owner=web", "no such owner: web"},
	{STEP_PATH_OWNER, SOCKET, NULL, 0, "owner=4294967295", "no such owner"},
	{STEP_PATH_OWNER, SOCKET, NULL, 0, "owner=!", "no such owner: none"},
	{STEP_PATH_OWNER, SOCKET, NULL, 0, "user=root", "no such user"},
	{STEP_PATH_OWNER, SOCKET, NULL, 0, NULL, "changes nothing"},
	{STEP_PATH_MODE, "/run/nosuch", NULL, 0, "mode=0660", "was not looked at"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "mode=0689", "octal"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "mode=g+w", "octal"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "mode=!", "octal"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "mode=", "octal"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "mode=17777", "octal"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "mode=66", "octal"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "bits=0660", "octal"},
	{STEP_PATH_MODE, SOCKET, NULL, 0, "mode=0660|mode=0666", "one key"},
	{STEP_PATH_ACL, "/run/nosuch", NULL, 0, "user:app=rw-", "was not looked at"},
	{STEP_PATH_ACL, SOCKET, NULL, 0, "user:nosuch=rw-", "no ACL entry can be called user:nosuch"},
	{STEP_PATH_ACL, SOCKET, NULL, 0, "user:app=7", "three characters"},
	{STEP_PATH_ACL, SOCKET, NULL, 0, "mask=!", "needs a mask"},
	{STEP_PATH_ACL, "/run/php", NULL, 0, "user:www-data=--x", "needs a mask"},
	{STEP_PATH_ACL, SOCKET, NULL, 0, NULL, "changes nothing"},
	{STEP_GROUP_CREATE, "web", NULL, 0, "gid=system", "group web exists already"},
	{STEP_GROUP_CREATE, "app", NULL, 0, "gid=system", "group app exists already"},
	{STEP_GROUP_ADD_MEMBER, "nosuch", NULL, 0, "member=www-data", "no group nosuch"},
	{STEP_GROUP_ADD_MEMBER, "web", NULL, 0, "member=nosuch", "no such account: nosuch"},
	{STEP_GROUP_ADD_MEMBER, "web", NULL, 0, "member=!", "no such account: none"},
	{STEP_GROUP_ADD_MEMBER, "web", NULL, 0, "user=www-data", "no such account"},
	{STEP_GROUP_ADD_MEMBER, "web", NULL, 0, NULL, "changes nothing"},
	{STEP_NGINX_USER, "/etc/nosuch.conf", NULL, 0, "user=www-data", "no user directive in /etc/nosuch.conf"},
	{STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, 0, NULL, "changes nothing"},
	{STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, 0, "user=app|group=app", "no user directive"},
	{STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, 0, "worker_processes=app", "worker_processes is not a key"},
	{STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, 0, "user=nosuch", "no such account: nosuch"},
	{STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, 0, "user=!", "no such account: none"},
	{STEP_NGINX_PASS, SITE, NULL, 7, "fastcgi_pass=unix:" SOCKET ">unix:/run/a", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 100, "fastcgi_pass=unix:/run/x>unix:/run/a", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 100, "fastcgi_pass=unix:/run/a", "no such argument"},
	{STEP_NGINX_PASS, "/etc/x", NULL, 100, "fastcgi_pass=unix:" SOCKET ">unix:/run/a", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 100, "fastcgi_pass=unix:" SOCKET ">127.0.0.1:9000", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 100, "fastcgi_pass=unix:" SOCKET ">unix:run/a", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 100, "fastcgi_pass=unix:" SOCKET ">unix:", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 300, "proxy_pass=http://unix:/run/php/third.sock:/app>unix:/run/a:/app", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 300, "proxy_pass=http://unix:/run/php/third.sock:/app>http://unix:/run/a:/other", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 300, "proxy_pass=http://unix:/run/php/third.sock:/app>http://unix:/run/a", "no such argument"},
	{STEP_NGINX_PASS, SITE, NULL, 200, "fastcgi_pass=unix:/run/php/other.sock>unix:/run/a", "no such argument"},
	{STEP_PHPFPM_LISTEN_PATH, WWW, "www", 0, "listen=/run/a", "no step of this version"},
	{STEP_SELINUX_BOOLEAN, "x", NULL, 0, NULL, "no step of this version"},
	{STEP_SERVICE_DAEMON_RELOAD, "x", NULL, 0, NULL, "no step of this version"},
	{STEP_COUNT, "x", NULL, 0, NULL, "no step of this version"},
	{-1, "x", NULL, 0, NULL, "no step of this version"},
	{STEP_PATH_MODE, NULL, NULL, 0, "mode=0660", "without a target"},
	{STEP_MANUAL, NULL, NULL, 0, NULL, "without a target"},
};

TEST(refusals)
{
	size_t wrong = 0;

	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const struct row *row = &refused[i];
		struct build b = host();
		struct step step = make(row->kind, row->target, row->section, row->offset, row->changes);
		struct effects effects = {0};
		struct error err = {0};
		int r = effects_add(&effects, &b.facts, &step, &err);

		if (r != -EINVAL || effects.n != 0 || !strstr(err.text, row->says)) {
			print_error("%zu %s %s: %d, %zu effects, \"%s\"\n", i, row->target ? row->target : "", row->changes ? row->changes : "", r,
				effects.n, err.text);
			wrong++;
		}
		effects_free(&effects);
		step_free(&step);
		build_free(&b);
	}
	assert_int_equal(wrong, 0);
}

/* A test's facts and the effects of the steps that were added; steps must live as long, since effects borrow. */
struct scene {
	struct build b;
	struct steps steps;
	struct effects effects;
};

static void add(struct scene *s, int kind, const char *target, const char *section, uint64_t offset, const char *changes)
{
	struct step step = make(kind, target, section, offset, changes);
	struct error err = {0};

	if (effects_add(&s->effects, &s->b.facts, &step, &err) < 0)
		fail_msg("%s", err.text);
	ARRAY_ADD(s->steps.items, s->steps.n, step);
}

static struct world world_of(const struct scene *s)
{
	return effects_world(&s->effects, &s->b.facts);
}

static struct node node_of(const struct scene *s, const char *path)
{
	struct world world = world_of(s);
	struct node node;

	world_node(&world, node_at(&s->b.facts, path), &node);
	return node;
}

static void end(struct scene *s)
{
	effects_free(&s->effects);
	steps_free(&s->steps);
	build_free(&s->b);
}

TEST(owner)
{
	struct scene s = {.b = host()};

	add(&s, STEP_PATH_OWNER, SOCKET, NULL, 0, "group=www-data");
	assert_int_equal(node_of(&s, SOCKET).uid, 1000);
	assert_int_equal(node_of(&s, SOCKET).gid, 33);
	add(&s, STEP_PATH_OWNER, SOCKET, NULL, 0, "owner=4711|group=web");
	assert_int_equal(node_of(&s, SOCKET).uid, 4711);
	assert_int_equal(node_of(&s, SOCKET).gid, 900);
	add(&s, STEP_PATH_OWNER, SOCKET, NULL, 0, "owner=0");
	assert_int_equal(node_of(&s, SOCKET).uid, 0);
	assert_int_equal(node_of(&s, SOCKET).gid, 900);
	end(&s);
}

TEST(mode)
{
	struct scene s = {.b = host()};

	add(&s, STEP_PATH_MODE, "/run/php", NULL, 0, "mode=2710");
	assert_int_equal(node_of(&s, "/run/php").mode, 02710);
	assert_int_equal(node_of(&s, "/run").mode, 0755);
	end(&s);
}

TEST(acl_sets_the_mode)
{
	struct scene s = {.b = host()};

	add(&s, STEP_PATH_ACL, SOCKET, NULL, 0, "user:www-data=rw-|mask=rw-");
	assert_int_equal(node_of(&s, SOCKET).mode, 0660);
	assert_int_equal(node_of(&s, SOCKET).n_acl, 6);
	end(&s);
}

/* chmod(2) moves the mask, the next ACL step goes on from there and not from the first sight. */
TEST(acl_after_chmod)
{
	struct scene s = {.b = host()};

	add(&s, STEP_PATH_MODE, SOCKET, NULL, 0, "mode=0600");
	add(&s, STEP_PATH_ACL, SOCKET, NULL, 0, "user:www-data=rw-");
	assert_int_equal(node_of(&s, SOCKET).mode, 0600);
	end(&s);
}

TEST(acl_taken_out)
{
	struct scene s = {.b = host()};

	add(&s, STEP_PATH_ACL, SOCKET, NULL, 0, "group:=rw-|user:app=!|mask=!");
	assert_int_equal(node_of(&s, SOCKET).n_acl, 0);
	assert_int_equal(node_of(&s, SOCKET).mode, 0660);
	end(&s);
}

TEST(setting)
{
	struct scene s = {.b = host()};
	const struct backend_section *www = section_at(&s.b.facts, WWW, "www");
	struct world world;

	add(&s, STEP_PHPFPM_LISTEN, WWW, "www", 0, "listen.group=web|listen.mode=!");
	world = world_of(&s);
	assert_string_equal(world_setting(&world, www, "listen.group"), "web");
	assert_null(world_setting(&world, www, "listen.mode"));
	assert_string_equal(world_setting(&world, www, "listen.owner"), "app");
	end(&s);
}

static bool member_in(const struct scene *s, const char *user, uint32_t gid)
{
	struct world world = world_of(s);
	struct ids ids = {0};
	bool in;

	world_user_ids(&world, user_by_name(&s->b.facts.accounts, user), &ids);
	in = ids_in_group(&ids, gid);
	ids_free(&ids);
	return in;
}

/* A new group gets the highest free system gid; another one the next. */
TEST(groups)
{
	struct scene s = {.b = host()};
	struct world world;
	uint32_t gid;

	build_group(&s.b, "taken", 999, NULL);
	add(&s, STEP_GROUP_CREATE, "fpm", NULL, 0, "gid=system");
	world = world_of(&s);
	assert_true(world_group(&world, "fpm", &gid));
	assert_int_equal(gid, 998);
	add(&s, STEP_GROUP_CREATE, "fpm2", NULL, 0, "gid=system");
	world = world_of(&s);
	assert_true(world_group(&world, "fpm2", &gid));
	assert_int_equal(gid, 997);
	add(&s, STEP_GROUP_ADD_MEMBER, "fpm", NULL, 0, "member=www-data");
	assert_true(member_in(&s, "www-data", 998));
	assert_false(member_in(&s, "www-data", 997));
	assert_false(member_in(&s, "app", 998));
	add(&s, STEP_PATH_OWNER, SOCKET, NULL, 0, "group=fpm");
	assert_int_equal(node_of(&s, SOCKET).gid, 998);
	end(&s);
}

TEST(no_system_gid_left)
{
	struct scene s = {.b = host()};
	struct step step = make(STEP_GROUP_CREATE, "fpm", NULL, 0, "gid=system");
	struct error err;

	s.b.facts.accounts.gid_min_system = s.b.facts.accounts.gid_max_system = 900;
	assert_int_equal(effects_add(&s.effects, &s.b.facts, &step, &err), -EINVAL);
	assert_string_equal(err.text, "no free system group id");
	step_free(&step);
	end(&s);
}

static bool worker_in(const struct scene *s, uint32_t gid)
{
	struct world world = world_of(s);
	struct ids ids = {0};
	bool in;

	world_worker_ids(&world, 0, &ids);
	in = ids_in_group(&ids, gid);
	ids_free(&ids);
	return in;
}

/* Membership reaches the workers by a reload of their own nginx, by no other. */
TEST(reload)
{
	struct scene s = {.b = host()};

	add(&s, STEP_GROUP_ADD_MEMBER, "web", NULL, 0, "member=www-data");
	add(&s, STEP_SERVICE_RELOAD, "php8.2-fpm.service", NULL, 0, NULL);
	add(&s, STEP_SERVICE_RELOAD, "pid 801", NULL, 0, NULL);
	assert_false(worker_in(&s, 900));
	add(&s, STEP_SERVICE_RELOAD, "nginx.service", NULL, 0, NULL);
	assert_true(worker_in(&s, 900));
	end(&s);
}

TEST(reload_by_pid)
{
	struct scene s = {.b = host()};

	add(&s, STEP_GROUP_ADD_MEMBER, "web", NULL, 0, "member=www-data");
	add(&s, STEP_SERVICE_RELOAD, "pid 800", NULL, 0, NULL);
	assert_true(worker_in(&s, 900));
	end(&s);
}

TEST(restart)
{
	struct scene s = {.b = host()};
	struct world world;

	add(&s, STEP_SERVICE_RESTART, "nginx.service", NULL, 0, NULL);
	world = world_of(&s);
	assert_false(world_restarts(&world, &s.b.facts.backends[0]));
	add(&s, STEP_SERVICE_RESTART, "php8.2-fpm.service", NULL, 0, NULL);
	world = world_of(&s);
	assert_true(world_restarts(&world, &s.b.facts.backends[0]));
	end(&s);
}

TEST(nginx_user)
{
	struct scene s = {.b = host()};
	struct world world;
	struct ids ids = {0};

	add(&s, STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, 0, "user=app");
	world = world_of(&s);
	world_worker_ids(&world, 0, &ids);
	assert_int_equal(ids.uid, 1000);
	ids_free(&ids);
	end(&s);
}

static void expect_endpoint(const struct scene *s, const char *from, const char *to)
{
	struct world world = world_of(s);

	assert_string_equal(world_endpoint(&world, 0, from), to);
}

/* What stands around the path stays: a scheme before, a location behind. */
TEST(nginx_pass)
{
	struct scene s = {.b = host()};

	add(&s, STEP_NGINX_PASS, SITE, NULL, 100, "fastcgi_pass=unix:" SOCKET ">unix:/run/a.sock");
	add(&s, STEP_NGINX_PASS, "/etc/nginx/conf.d/php.conf", NULL, 40, "server=unix:/run/php/other.sock>unix:/run/b.sock");
	add(&s, STEP_NGINX_PASS, SITE, NULL, 300, "proxy_pass=http://unix:/run/php/third.sock:/app>http://unix:/run/c.sock:/app");
	expect_endpoint(&s, "unix:" SOCKET, "unix:/run/a.sock");
	expect_endpoint(&s, "unix:/run/php/other.sock", "unix:/run/b.sock");
	expect_endpoint(&s, "unix:/run/php/third.sock", "unix:/run/c.sock");
	end(&s);
}

TEST(manual_does_nothing)
{
	struct scene s = {.b = host()};

	add(&s, STEP_MANUAL, "anything", NULL, 0, "whatever=1");
	assert_int_equal(s.effects.n, 0);
	end(&s);
}

/* A copy can grow and go without harm to the original. */
TEST(copy)
{
	struct scene s = {.b = host()};
	struct step step = make(STEP_PATH_ACL, SOCKET, NULL, 0, "user:www-data=rw-|mask=rw-");
	struct effects more;

	add(&s, STEP_PATH_ACL, SOCKET, NULL, 0, "user:root=r--");
	more = effects_copy(&s.effects);
	assert_int_equal(effects_add(&more, &s.b.facts, &step, NULL), 0);
	assert_int_equal(more.n, 2);
	effects_free(&more);
	assert_int_equal(s.effects.n, 1);
	assert_int_equal(node_of(&s, SOCKET).n_acl, 6);
	step_free(&step);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals), cmocka_unit_test(owner), cmocka_unit_test(mode), cmocka_unit_test(acl_sets_the_mode),
		cmocka_unit_test(acl_after_chmod), cmocka_unit_test(acl_taken_out), cmocka_unit_test(setting), cmocka_unit_test(groups),
		cmocka_unit_test(no_system_gid_left), cmocka_unit_test(reload), cmocka_unit_test(reload_by_pid), cmocka_unit_test(restart),
		cmocka_unit_test(nginx_user), cmocka_unit_test(nginx_pass), cmocka_unit_test(manual_does_nothing), cmocka_unit_test(copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
