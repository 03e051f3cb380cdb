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
#define UWSGI_INI  "/etc/uwsgi/apps-enabled/app.ini"
#define DROPIN	   "/etc/systemd/system/app.socket.d/zz-permfix.conf"
#define SERVICE_DROPIN "/etc/systemd/system/app.service.d/zz-permfix.conf"
#define TMPFILES   "/etc/tmpfiles.d/00-permfix.conf"

/* The site, with a second reference through an upstream block, and a group of a user's name. */
static struct build host(void)
{
	struct build b = build_site("app:app 0640", "app", "app", "0640");
	struct nginx_ref *ref = build_ref(&b, "fastcgi_pass", "unix:/run/php/other.sock", "two.example");
	struct backend_section *uwsgi;
	struct unit *unit;

	ref->upstream = xstrdup("php");
	ref->server_at = (struct place){xstrdup("/etc/nginx/conf.d/php.conf"), 3};
	ref->server_offset = 40;
	ref = build_ref(&b, "proxy_pass", "unix:/run/php/third.sock", "three.example");
	free(ref->written);
	ref->written = xstrdup("http://unix:/run/php/third.sock:/app");
	build_group(&b, "web", 900, NULL);
	build_acl(&b, SOCKET, "user:app:rw-,group::r--,mask::r--");
	uwsgi = build_pool(&b, build_backend(&b, BACKEND_UWSGI, 900, "app"), "uwsgi", "/run/uwsgi/app.sock", NULL);
	free(uwsgi->at.file);
	uwsgi->at.file = xstrdup(UWSGI_INI);
	build_unit(&b, "app.service", "Service.User=app", "Service.UMask=0022", NULL);
	unit = build_unit(&b, "app.socket", "Socket.ListenStream=/run/app.sock", "Socket.SocketMode=0600", NULL);
	free(unit->settings[1].file);
	unit->settings[1].file = xstrdup("/run/systemd/system/app.socket.d/local.conf");
	build_tmpfiles(&b, "d", "/run/known", "0755", "root", "root");
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
	{STEP_PHPFPM_LISTEN_PATH, WWW, "www", 0, "listen=run/a", "an absolute path"},
	{STEP_PHPFPM_LISTEN_PATH, WWW, "www", 0, "listen=!", "an absolute path"},
	{STEP_PHPFPM_LISTEN_PATH, WWW, "www", 0, "listen=127.0.0.1:9000", "an absolute path"},
	{STEP_PHPFPM_LISTEN_PATH, WWW, "www", 0, "listen=/run/a|listen=/run/b", "one key"},
	{STEP_PHPFPM_LISTEN_PATH, WWW, "www", 0, "listen.mode=0660", "listen.mode is not a key"},
	{STEP_PHPFPM_LISTEN_PATH, WWW, "nosuch", 0, "listen=/run/a", "no section [nosuch]"},
	{STEP_PHPFPM_LISTEN_PATH, UWSGI_INI, "uwsgi", 0, "listen=/run/a", "no section [uwsgi]"},
	{STEP_PHPFPM_LISTEN, UWSGI_INI, "uwsgi", 0, "listen.mode=0660", "no section [uwsgi]"},
	{STEP_UWSGI_OPTION, WWW, "www", 0, "chmod-socket=660", "no section [www]"},
	{STEP_UWSGI_OPTION, UWSGI_INI, "uwsgi", 0, "uid=root", "uid is not a key"},
	{STEP_UWSGI_OPTION, UWSGI_INI, "uwsgi", 0, "exec-as-root=id", "exec-as-root is not a key"},
	{STEP_UWSGI_OPTION, UWSGI_INI, "uwsgi", 0, "listen=/run/a", "listen is not a key"},
	{STEP_SYSTEMD_DROPIN, DROPIN, NULL, 0, "Socket.SocketMode=0660", "no unit  is known"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "nosuch.socket", 0, "Socket.SocketMode=0660", "no unit nosuch.socket"},
	{STEP_SYSTEMD_DROPIN, "/etc/systemd/system/app.service.d/z.conf", "app.socket", 0, "Socket.SocketMode=0660", "is no place"},
	{STEP_SYSTEMD_DROPIN, "/etc/systemd/system/app.socket", "app.socket", 0, "Socket.SocketMode=0660", "is no place"},
	{STEP_SYSTEMD_DROPIN, "/etc/systemd/user/app.socket.d/z.conf", "app.socket", 0, "Socket.SocketMode=0660", "is no place"},
	{STEP_SYSTEMD_DROPIN, "/etc/systemd/system/app.socket.d/../z.conf", "app.socket", 0, "Socket.SocketMode=0660", "is no place"},
	{STEP_SYSTEMD_DROPIN, "/etc/systemd/system/app.socket.d/z", "app.socket", 0, "Socket.SocketMode=0660", "is no place"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.ListenStream=/run/a", "Socket.ListenStream is not a key"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.ExecStartPre=/bin/x", "is not a key"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Service.UMask=0007", "Service.UMask is not a key"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.SocketMode=u=rw", "cannot be u=rw"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.SocketMode=!", "cannot be taken out"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.SocketGroup=nosuch", "cannot be nosuch"},
	{STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.SocketUser=web", "cannot be web"},
	{STEP_SYSTEMD_DROPIN, "/etc/systemd/system/app.socket.d/a.conf", "app.socket", 0, "Socket.SocketMode=0660", "comes after"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.User=root", "Service.User is not a key"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.PrivateTmp=no", "is not a key"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.SupplementaryGroups=app nosuch", "cannot be app nosuch"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.SupplementaryGroups=app  web", "cannot be"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.RuntimeDirectory=/run/app", "cannot be"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.RuntimeDirectory=a/../../etc", "cannot be"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.RuntimeDirectory=app:php", "cannot be"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.RuntimeDirectory=%i", "cannot be"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.RuntimeDirectoryPreserve=maybe", "cannot be maybe"},
	{STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, NULL, "changes nothing"},
	{STEP_TMPFILES_ENTRY, "/usr/lib/tmpfiles.d/a.conf", NULL, 0, "/run/app=d 0755 root root", "no file of tmpfiles.d"},
	{STEP_TMPFILES_ENTRY, "/etc/tmpfiles.d/a/b.conf", NULL, 0, "/run/app=d 0755 root root", "no file of tmpfiles.d"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "run/app=d 0755 root root", "not the path of one directory"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/*=d 0755 root root", "not the path of one directory"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/%m=d 0755 root root", "not the path of one directory"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/../etc=d 0755 root root", "not the path of one directory"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/a b=d 0755 root root", "not the path of one directory"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/app=D 0755 root root", "a line is"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/app=Z 0755 root root", "a line is"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/app=d 0755 root root 10d", "a line is"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/app=d 0755 root", "a line is"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/app=d - root root", "a line is"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/app=!", "a line is"},
	{STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/app=d 0755 nosuch root", "no such account"},
	{STEP_TMPFILES_ENTRY, "/etc/tmpfiles.d/z.conf", NULL, 0, "/run/known=d 0755 root root", "comes first"},
	{STEP_SELINUX_BOOLEAN, "x", NULL, 0, NULL, "no step of this version"},
	{STEP_SERVICE_DAEMON_RELOAD, "app.service", NULL, 0, NULL, "not the service manager"},
	{STEP_SERVICE_DAEMON_RELOAD, "systemd", NULL, 0, "x=1", "x is not a key"},
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

static const char *unit_value(const struct scene *s, const char *unit, const char *key, int moment, size_t n)
{
	static char *storage;
	struct world world = world_of(s);
	const char *value = world_unit_setting(&world, unit_find(&s->b.facts, unit), key, moment, n, &storage);
	static char copy[64];

	snprintf(copy, sizeof(copy), "%s", value ? value : "none");
	free(storage);
	storage = NULL;
	return copy;
}

/* On disk at once, in force after systemd has loaded it; a later step on the same key wins. */
TEST(dropin)
{
	struct scene s = {.b = host()};

	add(&s, STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.SocketGroup=www-data|Socket.SocketMode=0660");
	add(&s, STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0, "Service.Group=web|Service.SupplementaryGroups=app www-data");
	assert_int_equal(s.effects.n, 4);
	assert_string_equal(unit_value(&s, "app.socket", "Socket.SocketMode", MOMENT_BOOT, 0), "0660");
	assert_string_equal(unit_value(&s, "app.socket", "Socket.SocketMode", MOMENT_RESTART, 0), "0600");
	add(&s, STEP_SERVICE_DAEMON_RELOAD, "systemd", NULL, 0, NULL);
	assert_string_equal(unit_value(&s, "app.socket", "Socket.SocketMode", MOMENT_RESTART, 0), "0660");
	assert_string_equal(unit_value(&s, "app.service", "Service.SupplementaryGroups", MOMENT_RESTART, 1), "www-data");
	assert_string_equal(unit_value(&s, "app.service", "Service.SupplementaryGroups", MOMENT_RESTART, 2), "none");
	add(&s, STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.SocketMode=0640");
	assert_string_equal(unit_value(&s, "app.socket", "Socket.SocketMode", MOMENT_RESTART, 0), "0660");
	assert_string_equal(unit_value(&s, "app.socket", "Socket.SocketMode", MOMENT_BOOT, 0), "0640");
	end(&s);
}

TEST(every_key_of_a_unit)
{
	struct scene s = {.b = host()};

	add(&s, STEP_SYSTEMD_DROPIN, DROPIN, "app.socket", 0, "Socket.SocketUser=app|Socket.SocketGroup=33|Socket.DirectoryMode=0750");
	add(&s, STEP_SYSTEMD_DROPIN, SERVICE_DROPIN, "app.service", 0,
		"Service.UMask=0007|Service.RuntimeDirectory=app app/b|Service.RuntimeDirectoryMode=0750|Service.RuntimeDirectoryPreserve=yes");
	assert_int_equal(s.effects.n, 7);
	end(&s);
}

TEST(tmpfiles)
{
	struct scene s = {.b = host()};

	add(&s, STEP_TMPFILES_ENTRY, TMPFILES, NULL, 0, "/run/known=d 0750 root www-data|/run/app/a=d 0710 app 33");
	assert_int_equal(s.effects.n, 2);
	assert_int_equal(s.effects.items[0].kind, EFFECT_TMPFILES);
	assert_string_equal(s.effects.items[1].key, "/run/app/a");
	assert_string_equal(s.effects.items[1].value, "d 0710 app 33");
	end(&s);
}

TEST(uwsgi_option)
{
	struct scene s = {.b = host()};
	struct world world;

	add(&s, STEP_UWSGI_OPTION, UWSGI_INI, "uwsgi", 0, "chmod-socket=660|chown-socket=app:www-data");
	world = world_of(&s);
	assert_string_equal(world_setting(&world, section_at(&s.b.facts, UWSGI_INI, "uwsgi"), "chmod-socket"), "660");
	end(&s);
}

TEST(listen_path)
{
	struct scene s = {.b = host()};
	struct world world;

	add(&s, STEP_PHPFPM_LISTEN_PATH, WWW, "www", 0, "listen=/run/php/new.sock");
	world = world_of(&s);
	assert_string_equal(world_listen(&world, section_at(&s.b.facts, WWW, "www")), "unix:/run/php/new.sock");
	end(&s);
}

/* A service that does not run has no process to be named by. */
TEST(restart_of_what_is_down)
{
	struct scene s = {.b = host()};
	struct world world;

	s.b.facts.backends[1].pid = 0;
	s.b.facts.backends[1].as.pid = 0;
	s.b.facts.backends[1].unit = xstrdup("app.service");
	add(&s, STEP_SERVICE_RESTART, "app.service", NULL, 0, NULL);
	world = world_of(&s);
	assert_true(world_restarts(&world, &s.b.facts.backends[1]));
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
		cmocka_unit_test(nginx_user), cmocka_unit_test(nginx_pass), cmocka_unit_test(dropin),
		cmocka_unit_test(every_key_of_a_unit), cmocka_unit_test(tmpfiles), cmocka_unit_test(uwsgi_option),
		cmocka_unit_test(listen_path), cmocka_unit_test(restart_of_what_is_down), cmocka_unit_test(manual_does_nothing), cmocka_unit_test(copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
