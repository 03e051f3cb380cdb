/* SPDX-License-Identifier: MIT */
/* Steps that must pass: what the plans for real faults consist of. */
#include "tests/unit/guard_facts.h"

#define CLOSED "/run/closed"
#define SOCKET "/run/php/php8.2-fpm.sock"
#define WORKER "user:www-data=--x|mask=--x"
#define LISTEN STEP_PHPFPM_LISTEN
#define OWNER  STEP_PATH_OWNER
#define MODE   STEP_PATH_MODE
#define ACL    STEP_PATH_ACL
#define MEMBER STEP_GROUP_ADD_MEMBER

static const struct row directories[] = {
	{NULL, ACL, CLOSED, NULL, WORKER},
	{NULL, ACL, CLOSED, NULL, "user:33=--x|mask=--x"},
	{NULL, ACL, CLOSED, NULL, "user:nginx=--x|mask=--x"},
	{NULL, ACL, CLOSED, NULL, "group:nginx=--x|mask=--x"},
	{NULL, ACL, "/run/php", NULL, "user:www-data=--x|mask=r-x"},
	{NULL, ACL, "/srv/app/run", NULL, WORKER},
	{NULL, ACL, "/run/acl", NULL, "user:www-data=--x"},
	{NULL, ACL, "/run/acl", NULL, "user:www-data=!"},
	{NULL, ACL, "/run/masked", NULL, "mask=--x"},
	{NULL, ACL, "/run/masked2", NULL, "user:alice=!|mask=--x"},
	{NULL, ACL, "/run/denied", NULL, "user:www-data=--x"},
	{NULL, ACL, "/dev/shm/php", NULL, WORKER},
	{NULL, ACL, "/usr/local/php", NULL, WORKER},
	{NULL, OWNER, CLOSED, NULL, "group=www-data"},
	{NULL, OWNER, "/run/group", NULL, "group=www-data"},
	{NULL, OWNER, "/run/php", NULL, "group=33"},
	{NULL, OWNER, "/srv/app", NULL, "group=nginx"},
	{NULL, OWNER, CLOSED, NULL, "owner=app|group=www-data"},
	{NULL, MODE, "/run/fpmgroup", NULL, "mode=0710"},
	{NULL, MODE, CLOSED, NULL, "mode=0710"},
	{NULL, MODE, "/run/appdir", NULL, "mode=0710"},
	{NULL, MODE, "/run/masked", NULL, "mode=0710"},
	{NULL, MODE, "/run/open", NULL, "mode=0750"},
	{NULL, MODE, "/run/php", NULL, "mode=0750"},
	{NULL, MODE, "/run/sticky", NULL, "mode=1710"},
};

static const struct row sockets[] = {
	{NULL, OWNER, SOCKET, NULL, "group=nginx"},
	{NULL, OWNER, "/run/php/root.sock", NULL, "owner=www-data|group=www-data"},
	{NULL, OWNER, "/run/php/tight.sock", NULL, "group=www-data"},
	{NULL, OWNER, "/run/appdir/app.sock", NULL, "group=www-data"},
	{NULL, OWNER, "/run/appdir/old.sock", NULL, "owner=app|group=app"},
	{NULL, OWNER, SOCKET, NULL, "owner=root|group=root"},
	{NULL, OWNER, "/run/php/engine.sock", NULL, "owner=www-data|group=www-data"},
	{NULL, OWNER, "/srv/app-by-pid1.sock", NULL, "group=www-data"},
	{NULL, OWNER, "/srv/unit-app.sock", NULL, "group=www-data"},
	{NULL, OWNER, "/tmp/app.sock", NULL, "group=www-data"},
	{NULL, MODE, "/run/php/read.sock", NULL, "mode=0660"},
	{NULL, MODE, "/run/php/tight.sock", NULL, "mode=0660"},
	{NULL, MODE, "/run/php/open.sock", NULL, "mode=0660"},
	{NULL, MODE, "/run/php/wide.sock", NULL, "mode=0660"},
	{NULL, MODE, "/run/appdir/app.sock", NULL, "mode=0660"},
	{NULL, MODE, "/run/php/acl.sock", NULL, "mode=0660"},
	{NULL, ACL, "/run/php/tight.sock", NULL, "user:www-data=rw-|mask=rw-"},
	{NULL, ACL, "/run/php/acl.sock", NULL, "mask=rw-"},
	{NULL, ACL, "/run/php/aclgroup.sock", NULL, "mask=rw-"},
	{NULL, ACL, "/run/php/acl2.sock", NULL, "user:alice=r--|mask=rw-"},
	{NULL, ACL, "/run/php/open.sock", NULL, "user:nginx=rw-|mask=rw-"},
};

static const struct row pools[] = {
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.owner=www-data|listen.group=www-data|listen.mode=0660"},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.group=nginx"},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.owner=root|listen.group=nginx"},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.mode=660"},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.mode=0600"},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.mode=!"},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.acl_users=www-data,nginx"},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.acl_groups=nginx"},
	{NULL, LISTEN, POOLS "/acl.conf", "acl", "listen.acl_users=www-data,alice,nginx"},
	{NULL, LISTEN, POOLS "/acl.conf", "acl", "listen.acl_users=www-data"},
	{NULL, LISTEN, POOLS "/open.conf", "open", "listen.mode=0660"},
	{NULL, LISTEN, POOLS "/open.conf", "open", "listen.group=www-data"},
	{NULL, LISTEN, POOLS "/app.conf", "app", "listen.group=www-data|listen.mode=0660"},
	{NULL, LISTEN, POOLS "/aclr.conf", "aclr", "listen.mode=0660"},
	{NULL, LISTEN, POOLS "/rootw.conf", "rootw", "listen.mode=0660"},
	{NULL, LISTEN, POOLS "/link.conf", "link", "listen.mode=0660"},
	{NULL, LISTEN, POOLS "/private.conf", "private", "listen.group=www-data"},
};

static void sudoers_unread(struct facts *f)
{
	f->accounts.sudo_unknown = true;
}

/* Somebody's own nginx takes nothing from the workers of the real one. */
static const struct row beside_own_nginx[] = {
	{NULL, MEMBER, "sockets", NULL, "member=www-data", bobs_own_nginx},
	{NULL, LISTEN, POOLS "/www.conf", "www", "listen.group=nginx", bobs_own_nginx},
	{NULL, ACL, CLOSED, NULL, WORKER, bobs_own_nginx},
	{NULL, OWNER, SOCKET, NULL, "owner=root|group=root", bobs_own_nginx},
	{NULL, MEMBER, "sockets", NULL, "member=www-data", second_nginx_of_www},
	{NULL, ACL, CLOSED, NULL, WORKER, second_nginx_of_www},
	{NULL, OWNER, CLOSED, NULL, "group=www-data", second_nginx_of_www},
};

static const struct row others[] = {
	{NULL, STEP_GROUP_CREATE, "fpm-www", NULL, "gid=system"},
	{NULL, STEP_GROUP_CREATE, "fpm-www", NULL, "gid=system", sudoers_unread},
	{NULL, MEMBER, "sockets", NULL, "member=www-data"},
	{NULL, MEMBER, "sockets", NULL, "member=nginx"},
	{NULL, MEMBER, "sockets", NULL, "member=app"},
	{NULL, MEMBER, "web", NULL, "member=www-data"},
	{NULL, STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, "user=www-data"},
	{NULL, STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, "user=bob"},
	{NULL, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/php/php8.2-fpm.sock"},
	{NULL, STEP_SERVICE_RELOAD, "nginx.service", NULL, NULL},
	{NULL, STEP_SERVICE_RELOAD, "pid 900", NULL, NULL},
	{NULL, STEP_SERVICE_RELOAD, "php8.2-fpm.service", NULL, NULL},
	{NULL, STEP_SERVICE_RESTART, "php8.2-fpm.service", NULL, NULL},
	{NULL, STEP_SERVICE_RESTART, "gunicorn.service", NULL, NULL},
	{NULL, STEP_MANUAL, "move the application out of /root", NULL, NULL},
	{NULL, STEP_MANUAL, NULL, NULL, "anything=at all"},
};

static const struct row by_policy[] = {
	{NULL, MEMBER, "www-data", NULL, "member=nginx", NULL, "allow group-primary www-data\n"},
	{NULL, MEMBER, "app", NULL, "member=www-data", NULL, "# a site's choice\nallow group-primary nginx\nallow group-primary app # why\n"},
	{NULL, ACL, "/home/app", NULL, WORKER, NULL, "allow home-search /home/app\n"},
	{NULL, ACL, "/home/app/run", NULL, WORKER, NULL, "allow home-search \"/home/app\"\n"},
	{NULL, OWNER, "/home/alice", NULL, "group=www-data", NULL, "allow home-search /home/alice\n"},
	{NULL, ACL, "/srv/bob/run", NULL, WORKER, NULL, "allow home-search /srv/bob\n"},
	{NULL, ACL, "/home", NULL, "user:www-data=--x|mask=r-x", NULL, "allow home-search /home\n"},
	{NULL, MODE, "/home/alice", NULL, "mode=0700"},
};

#define DROPIN    STEP_SYSTEMD_DROPIN
#define OF(unit)  UNITS "/" unit ".d/zz-permfix.conf", unit
#define ENTRY     STEP_TMPFILES_ENTRY, "/etc/tmpfiles.d/00-permfix.conf", NULL
#define UWSGI     STEP_UWSGI_OPTION, INI "/app.ini", "uwsgi"
#define LISTEN_AT STEP_PHPFPM_LISTEN_PATH

static void no_service_manager(struct facts *f)
{
	f->host.systemd = false;
}

static const struct row units[] = {
	{NULL, DROPIN, OF("app.socket"), "Socket.SocketMode=0660|Socket.SocketGroup=www-data"},
	{NULL, DROPIN, OF("app.socket"), "Socket.SocketUser=www-data"},
	{NULL, DROPIN, OF("app.socket"), "Socket.SocketUser=root|Socket.SocketGroup=nginx|Socket.SocketMode=660"},
	{NULL, DROPIN, OF("app.socket"), "Socket.SocketMode=0600"},
	{NULL, DROPIN, OF("app.socket"), "Socket.DirectoryMode=0710"},
	{NULL, DROPIN, OF("app.service"), "Service.UMask=0007"},
	{NULL, DROPIN, OF("app.service"), "Service.Group=www-data|Service.SupplementaryGroups=sockets app|Service.UMask=0007"},
	{NULL, DROPIN, OF("app.service"), "Service.Group=www-data|Service.SupplementaryGroups=app sockets"},
	{NULL, DROPIN, OF("app.service"), "Service.RuntimeDirectoryMode=0710"},
	{NULL, DROPIN, OF("app.service"), "Service.RuntimeDirectory=gunirun fresh"},
	{NULL, DROPIN, OF("gunicorn.service"), "Service.RuntimeDirectory=fresh|Service.RuntimeDirectoryMode=0750|Service.RuntimeDirectoryPreserve=restart"},
	{NULL, DROPIN, OF("gunicorn.service"), "Service.RuntimeDirectoryPreserve=yes"},
	{NULL, DROPIN, OF("gunicorn.service"), "Service.Group=www-data|Service.SupplementaryGroups=app"},
	{NULL, DROPIN, OF("web.service"), "Service.RuntimeDirectory=fresh|Service.RuntimeDirectoryMode=0750"},
	{NULL, DROPIN, UNITS "/gunicorn.service.d/there.conf", "gunicorn.service", "Service.UMask=0007"},
	{NULL, STEP_SERVICE_DAEMON_RELOAD, "systemd", NULL, NULL},
};

static struct unit *app_unit(struct facts *f)
{
	for (size_t i = 0; i < f->n_units; i++)
		if (streq(f->units[i].name, "app.service"))
			return &f->units[i];
	return NULL;
}

static void app_requires_its_socket(struct facts *f)
{
	add_ref(f, "unix:/run/sdapp/app.sock");
	unit_set(app_unit(f), "Unit.Requires", "app.socket");
}

static void app_is_part_of_its_socket(struct facts *f)
{
	add_ref(f, "unix:/run/sdapp/app.sock");
	unit_set(app_unit(f), "Unit.PartOf", "app.socket");
}

static void app_is_stopped(struct facts *f)
{
	add_ref(f, "unix:/run/sdapp/app.sock");
	free(app_unit(f)->active);
	app_unit(f)->active = xstrdup("inactive");
}

static const struct row socket_units[] = {
	{NULL, STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_requires_its_socket},
	{NULL, STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_is_part_of_its_socket},
	{NULL, STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_is_stopped},
};

static const struct row boot[] = {
	{NULL, ENTRY, "/run/new=d 0750 app www-data"},
	{NULL, ENTRY, "/run/new=d 0710 root www-data"},
	{NULL, ENTRY, "/run/new=d 0750 1001 33"},
	{NULL, ENTRY, "/run/live=d 0755 app app"},
	{NULL, ENTRY, "/run/live=d 0750 app www-data"},
	{NULL, ENTRY, "/run/sdapp=d 0755 root root"},
	{NULL, ENTRY, "/run/tight=d 0710 app www-data"},
	{NULL, ENTRY, "/run/mine=d 0750 app www-data"},
	{NULL, ENTRY, "/run/pools=d 0755 root root"},
	{NULL, ENTRY, "/run/packaged=d 0755 root root"},
	{NULL, ENTRY, "/run/new=d 0750 app www-data|/run/new2=d 0750 app nginx"},
};

static const struct row uwsgi[] = {
	{NULL, UWSGI, "chmod-socket=660"},
	{NULL, UWSGI, "chmod-socket=0660|chown-socket=app:www-data"},
	{NULL, UWSGI, "chown-socket=app:nginx"},
	{NULL, UWSGI, "chown-socket=www-data"},
	{NULL, UWSGI, "chmod-socket=600"},
	{NULL, STEP_UWSGI_OPTION, INI "/open.ini", "uwsgi", "chmod-socket=660"},
};

static void service_listens(struct facts *f)
{
	add_unknown_server(f, UID_APP, "app.service");
}

/* DynamicUser=, or a program that changed its account: the unit's main process. */
static void main_process_listens(struct facts *f)
{
	add_unknown_server(f, 61200, "app.service");
	app_unit(f)->pid = 799;
}

static const struct row moves[] = {
	{NULL, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/php/listened.sock", service_listens},
	{NULL, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/php/listened.sock", main_process_listens},
	{NULL, LISTEN_AT, POOLS "/www.conf", "www", "listen=/run/php/moved.sock"},
	{NULL, LISTEN_AT, POOLS "/www.conf", "www", "listen=/run/pools/moved.sock"},
	{NULL, LISTEN_AT, POOLS "/www.conf", "www", "listen=/run/own/moved.sock"},
	{NULL, LISTEN_AT, POOLS "/www.conf", "www", "listen=/var/lib/pools/moved.sock"},
	{NULL, LISTEN_AT, POOLS "/app.conf", "app", "listen=/run/appdir/moved.sock"},
	{NULL, LISTEN_AT, POOLS "/open.conf", "open", "listen=/run/php/moved.sock"},
	{NULL, LISTEN_AT, POOLS "/private.conf", "private", "listen=/run/php/moved.sock"},
	{NULL, LISTEN_AT, POOLS "/www.conf", "www", "listen=/run/mem/moved.sock", no_service_manager},
	{NULL, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/sdapp/app.sock"},
	{NULL, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/uwsgi/app.sock"},
};

#define TABLE_TEST(rows)                                                                                     \
	static void test_##rows(void **state)                                                                \
	{                                                                                                    \
		(void)state;                                                                                 \
		assert_int_equal(judge_rows(rows, COUNT_OF(rows)), 0);                                       \
	}
TABLE_TEST(directories)
TABLE_TEST(sockets)
TABLE_TEST(pools)
TABLE_TEST(beside_own_nginx)
TABLE_TEST(others)
TABLE_TEST(by_policy)
TABLE_TEST(units)
TABLE_TEST(socket_units)
TABLE_TEST(boot)
TABLE_TEST(uwsgi)
TABLE_TEST(moves)

static void check_allowed_by(const struct row *row, const char *line)
{
	char *allowed_by = NULL;
	AUTO_FREE char *rule = judge_row(row, &allowed_by);

	assert_string_equal(rule, row->rule);
	if (line)
		assert_string_equal(allowed_by, line);
	else
		assert_null(allowed_by);
	free(allowed_by);
}

/* The line that a refusal names is the one that lifts it. */
static void test_allowed_by(void **state)
{
	(void)state;
	check_allowed_by(&(struct row){"group-primary", MEMBER, "www-data", NULL, "member=nginx"}, "allow group-primary www-data");
	check_allowed_by(&(struct row){"home-search", ACL, "/home/app/run", NULL, WORKER}, "allow home-search /home/app");
	check_allowed_by(&(struct row){"home-search", ACL, "/srv/bob", NULL, WORKER}, "allow home-search /srv/bob");
	check_allowed_by(&(struct row){"root-equal-group", MEMBER, "docker", NULL, "member=nginx"}, NULL);
	check_allowed_by(&(struct row){"other-access", MODE, SOCKET, NULL, "mode=0666"}, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directories), cmocka_unit_test(test_sockets), cmocka_unit_test(test_pools), cmocka_unit_test(test_beside_own_nginx), cmocka_unit_test(test_others),
		cmocka_unit_test(test_by_policy), cmocka_unit_test(test_units), cmocka_unit_test(test_socket_units), cmocka_unit_test(test_boot), cmocka_unit_test(test_uwsgi),
		cmocka_unit_test(test_moves), cmocka_unit_test(test_allowed_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
