/* SPDX-License-Identifier: MIT */
/* What no step may do, and what a person is told then. */
#include "tests/unit/plan_common.h"
#include "plan/candidate.h"
#include "tests/unit/build_units.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)
#define APP	   "/run/uwsgi/app.sock"
#define INI	   "/etc/uwsgi/apps-enabled/app.ini"
#define BY_HAND	   "a person has to do this; nothing is changed by itself\n"

/* What the plan says of a step: its reason, then its warnings. */
static void expect_said(struct build *b, size_t step, const char *words)
{
	AUTO_PLAN struct plan plan = {0};
	struct planning how = {0};
	struct text said = {0};
	char *text;

	build_done(b);
	make_plan(b, &how, &plan);
	assert_true(step < plan.n_steps);
	text_add(&said, plan.steps[step].because);
	for (size_t i = 0; i < plan.steps[step].warnings.n; i++)
		text_addf(&said, "\n%s", plan.steps[step].warnings.items[i]);
	text = text_steal(&said);
	if (!strstr(text, words))
		fail_msg("\"%s\" does not say \"%s\"", text, words);
	free(text);
	build_free(b);
}

/* No step gives the group to anybody, and root-equal-group says why. */
static void expect_refused_group(struct build *b)
{
	AUTO_PLAN struct plan plan = {0};
	struct planning how = {0};
	bool refused = false;

	build_done(b);
	make_plan(b, &how, &plan);
	for (size_t i = 0; i < plan.n_steps; i++)
		for (size_t k = 0; k < plan.steps[i].n_changes; k++)
			assert_false(streq(plan.steps[i].changes[k].to, "docker"));
	for (size_t i = 0; i < plan.upstreams[0].n_refused; i++)
		refused |= streq(plan.upstreams[0].refused[i].rule, "root-equal-group") && strstr(plan.upstreams[0].refused[i].what, "Service.Group");
	assert_true(refused);
	build_free(b);
}

/* --- workers that run as nobody --- */

static struct build nobodys(bool directive)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct nginx *nginx = &b.facts.nginx[0];
	struct worker *worker = &b.facts.workers[0];

	free(worker->user);
	worker->user = xstrdup("nobody");
	worker->as.uid = worker->as.ruid = worker->as.gid = worker->as.groups[0] = 65534;
	free(nginx->user);
	nginx->user = directive ? xstrdup("nobody") : NULL;
	nginx->user_length = directive ? strlen("nobody") : 0;
	nginx->default_user = xstrdup("nobody");
	if (!directive) {
		free(nginx->user_at.file);
		nginx->user_at.file = NULL;
	}
	build_user(&b, "nobody", 65534, "/nonexistent");
	build_group(&b, "nogroup", 65534, NULL);
	return b;
}

TEST(nobody_by_default)
{
	struct build b = nobodys(false);

	expect_plan(&b,
		"u1 blocked: worker-user | s1 | " BY_HAND
		"s1 manual /etc/nginx/nginx.conf\n"
		"exit 3\n");
}

TEST(nobody_by_default_words)
{
	struct build b = nobodys(false);

	expect_said(&b, 0, "write the line `user www-data;` at the top of /etc/nginx/nginx.conf, outside every block; then reload nginx");
}

/* By configuration: a pool that is nobody else's is not made nobody's. */
TEST(nobody_by_configuration)
{
	struct build b = nobodys(true);

	expect_said(&b, 0, "in /etc/nginx/nginx.conf, line 1, write `user www-data;` instead of `user nobody;`");
}

/* --- what sync may set --- */

static struct build uwsgi(const char *live, const char *mode, uint32_t pid)
{
	struct build b = build_host("debian 12");
	struct backend_section *section;
	struct backend *backend;

	build_nginx(&b, "www-data");
	build_ref(&b, "uwsgi_pass", "unix:" APP, "example.com");
	build_dir(&b, "/run/uwsgi", "root:root 0777");
	build_socket(&b, APP, live);
	backend = build_backend(&b, BACKEND_UWSGI, pid, "root");
	backend->as.umask = xstrdup("0022");
	section = build_pool(&b, backend, "uwsgi", APP, "chown-socket=www-data:www-data", mode, NULL);
	free(section->at.file);
	section->at.file = xstrdup(INI);
	if (pid)
		build_listen(&b, APP, pid);
	return b;
}

TEST(sync_is_cut)
{
	struct build b = uwsgi("root:root 0755", "chmod-socket=664", 900);

	expect_plan(&b,
		"u1 blocked: stale-socket | s1 s2\n"
		"s1 path.owner " APP ": owner root>www-data, group root>www-data\n"
		"s2 path.mode " APP ": mode 0755>0660\n"
		"exit 2\n");
}

TEST(sync_then_start)
{
	struct build b = uwsgi("root:root 0755", "chmod-socket=664", 0);

	expect_plan(&b,
		"u1 blocked: stale-socket not-listening | s1 | " BY_HAND
		"s1 manual unix:" APP "\n"
		"exit 3\n");
}

/* Nothing may be given on this socket; that nobody listens on it is said all the same. */
TEST(refused_and_not_listening)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/podman/podman.sock", "example.com");
	build_dir(&b, "/run/podman", "root:root 0755");
	build_socket(&b, "/run/podman/podman.sock", "root:root 0660");
	expect_plan(&b,
		"u1 blocked: socket-group not-listening | s1 | "
		"every way to a fix is refused: root-equal-group; the rest is for a person to do\n"
		"s1 manual unix:/run/podman/podman.sock\n"
		"exit 3\n");
}

/* --- a socket that went with its service's runtime directory --- */

static struct build on_a_disk(void)
{
	struct build b = build_booted("debian 12");
	struct node *root = build_dir(&b, "/", "root:root 0755");

	root->dev = 1;
	free(root->fstype);
	root->fstype = xstrdup("ext4");
	build_dir(&b, "/etc/systemd/system", "root:root 0755");
	build_above(&b, NULL, "/etc/systemd/system");
	return b;
}

static struct build socket_gone(const char *active, const char *requires)
{
	struct build b = on_a_disk();

	build_ref(&b, "proxy_pass", "unix:/run/app/app.sock", "example.com");
	build_server_at(&b, BACKEND_GUNICORN, streq(active, "active") ? 900 : 0, "app", "app.service", "/run/app/other.sock");
	build_socket_unit(&b, "app.socket", true, "/run/app/app.sock");
	build_unit_as(&b, "app.service", active, "no", "Service.User=app", "Service.Group=www-data", "Service.RuntimeDirectory=app", requires, NULL);
	build_unit_as(&b, "app.socket", "active", "yes", "Socket.ListenStream=/run/app/app.sock", "Socket.SocketMode=0660",
		"Socket.SocketGroup=www-data", NULL);
	return b;
}

#define AGAIN                                                                                                                                  \
	"u1 absent: never-created | s1 s2 s3\n"                                                                                                \
	"s1 systemd.dropin /etc/systemd/system/app.service.d/zz-permfix.conf [app.service]: Service.RuntimeDirectoryPreserve >yes\n"           \
	"s2 service.daemon-reload systemd\n"                                                                                                   \
	"s3 service.restart app.socket\n"                                                                                                      \
	"exit 2\n"

TEST(gone_with_requires)
{
	struct build b = socket_gone("active", "Unit.Requires=app.socket");

	expect_plan(&b, AGAIN);
}

TEST(gone_with_stopped_service)
{
	struct build b = socket_gone("inactive", NULL);

	expect_plan(&b, AGAIN);
}

TEST(gone_beside_running_service)
{
	struct build b = socket_gone("active", NULL);

	expect_plan(&b,
		"u1 absent: never-created | s1 | " BY_HAND
		"s1 manual /run/app\n"
		"exit 3\n");
}

TEST(gone_beside_running_service_words)
{
	struct build b = socket_gone("active", "Unit.Wants=app.socket");

	expect_said(&b, 0, "with `systemctl edit app.service` give it [Service] RuntimeDirectoryPreserve=yes, else its next stop removes the socket "
		"again; then `systemctl stop app.service`, `systemctl restart app.socket`, `systemctl start app.service`, in this order");
}

/* --- what cannot be known --- */

static struct build kept(const char *unclear)
{
	struct build b = socket_gone("active", "Unit.Wants=app.socket");

	build_dir(&b, "/run/app", "app:www-data 0755");
	build_socket(&b, "/run/app/app.sock", "app:www-data 0660");
	build_listen(&b, "/run/app/app.sock", 900);
	b.facts.backends[1].sections[0].unclear = unclear ? xstrdup(unclear) : NULL;
	return b;
}

#define KEPT                                                                                                                                  \
	"s1 systemd.dropin /etc/systemd/system/app.service.d/zz-permfix.conf [app.service]: Service.RuntimeDirectoryPreserve >yes\n"           \
	"s2 service.daemon-reload systemd\n"

TEST(kept_and_known)
{
	struct build b = kept(NULL);

	expect_plan(&b, "u1 reachable: not-durable | s1 s2\n" KEPT "exit 2\n");
}

/* The directory stays; what the socket unit will make in it cannot be said. */
TEST(kept_and_unknown)
{
	struct build b = kept("a setting that is not understood");

	expect_plan(&b,
		"u1 reachable: not-durable | s1 s2 | whether the steps cure it cannot be known: what unix:/run/app/app.sock will be when it is made again\n"
		KEPT
		"exit 3\n");
}

/* Directly: the unknown one loses against everything, a person's work included, and is taken where there is nothing else. */
TEST(unknown_comes_last)
{
	struct candidate items[3] = {
		{.unknown = xstrdup("this"), .durable = true}, {.manual = true}, {.impact = IMPACT_RESTART, .cured = 0},
	};
	struct candidates list = {items, 3};

	assert_ptr_equal(candidates_choose(&list), &items[2]);
	assert_string_equal(items[0].lost, "whether it lets the worker in cannot be known");
	free(items[0].lost);
	free(items[1].lost);
	items[0].lost = items[1].lost = NULL;
	list.n = 2;
	assert_ptr_equal(candidates_choose(&list), &items[1]);
	free(items[0].lost);
	items[0].lost = NULL;
	list.n = 1;
	assert_ptr_equal(candidates_choose(&list), &items[0]);
	free(items[0].unknown);
}

/* --- a file system that cannot hold a socket --- */

static struct build on_a_shared_folder(const char *active)
{
	struct build b = on_a_disk();
	struct backend *php = build_php(&b, 801);
	struct node *folder = build_dir(&b, "/data", "root:root 0777");

	free(folder->fstype);
	folder->fstype = xstrdup("vboxsf");
	folder->dev = 2;
	build_ref(&b, "fastcgi_pass", "unix:/data/php.sock", "example.com");
	build_dir(&b, "/run/php", "www-data:www-data 0755");
	build_tmpfiles(&b, "d", "/run/php", "0755", "www-data", "www-data");
	build_pool(&b, php, "www", "/data/php.sock", "listen.owner=www-data", "listen.group=www-data", NULL);
	php->pid = php->as.pid = 0;
	free(php->unit);
	php->unit = xstrdup("php8.2-fpm.service");
	build_unit_as(&b, "php8.2-fpm.service", active, "yes", NULL);
	return b;
}

TEST(shared_folder)
{
	struct build b = on_a_shared_folder("failed");

	expect_plan(&b,
		"u1 absent: server-cannot-create | s1 s2 s3 s4\n"
		"s1 phpfpm.listen-path /etc/php/8.2/fpm/pool.d/www.conf [www]: listen /data/php.sock>/run/php/www.sock\n"
		"s2 service.restart php8.2-fpm.service\n"
		"s3 nginx.pass /etc/nginx/sites-enabled/default: fastcgi_pass unix:/data/php.sock>unix:/run/php/www.sock\n"
		"s4 service.reload pid 800\n"
		"exit 2\n");
}

/* Somebody has stopped it. */
TEST(shared_folder_stopped)
{
	struct build b = on_a_shared_folder("inactive");

	expect_said(&b, 0, "move the socket: listen = /run/php/www.sock in /etc/php/8.2/fpm/pool.d/www.conf, pool [www], and the same path");
}

/* --- new workers --- */

TEST(reload_for_docker)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_group(&b, "docker", 998, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/docker.sock", "example.com");
	build_socket(&b, "/run/docker.sock", "root:docker 0660");
	build_backend(&b, BACKEND_UNKNOWN, 760, "root");
	build_listen(&b, "/run/docker.sock", 760);
	expect_plan(&b,
		"u1 blocked: stale-groups | every way to a fix is refused: root-equal-socket\n"
		"exit 3\n");
}

/* --- what a grant brings with it --- */

static struct build by_unit(int kind, const char *user, const char *perms, const char *setting)
{
	struct build b = on_a_disk();

	build_socket(&b, "/run/svc/svc.sock", perms);
	build_dir(&b, "/run/svc", "root:root 0777");
	build_tmpfiles(&b, "d", "/run/svc", "0777", "root", "root");
	build_ref(&b, "proxy_pass", "unix:/run/svc/svc.sock", "example.com");
	build_server_at(&b, kind, 950, user, "svc.service", "/run/svc/svc.sock");
	build_listen(&b, "/run/svc/svc.sock", 950);
	build_unit_as(&b, "svc.service", "active", "yes", setting, NULL);
	return b;
}

/* Whoever is in www-data would be root, perhaps: a group for the worker alone. */
TEST(unknown_server_of_root)
{
	struct build b = by_unit(BACKEND_UNKNOWN, "root", "root:root 0755", "Service.User=root");

	expect_plan(&b,
		"u1 blocked: socket-owner | s1 s2 s3 s4 s5 s6 s7\n"
		"s1 group.create socket-svc: gid >system\n"
		"s2 group.add-member socket-svc: member >www-data\n"
		"s3 systemd.dropin /etc/systemd/system/svc.service.d/zz-permfix.conf [svc.service]: Service.Group >socket-svc, "
		"Service.SupplementaryGroups >root, Service.UMask >0007\n"
		"s4 service.daemon-reload systemd\n"
		"s5 path.owner /run/svc/svc.sock: group root>socket-svc\n"
		"s6 path.mode /run/svc/svc.sock: mode 0755>0660\n"
		"s7 service.reload pid 800\n"
		"exit 2\n");
}

TEST(unknown_server_of_root_words)
{
	struct build b = by_unit(BACKEND_UNKNOWN, "root", "root:root 0755", "Service.User=root");

	expect_said(&b, 0, "svc.service runs as root and is no known kind of server: if it carries out what its clients say, whoever may connect is root");
}

/* Group= gives the service what else the group may. */
TEST(group_of_a_service)
{
	struct build b = by_unit(BACKEND_NODE, "app", "app:app 0755", "Service.User=app");

	build_socket(&b, "/run/shared.sock", "root:www-data 0660");
	build_ref(&b, "proxy_pass", "unix:/run/shared.sock", "two.example");
	build_listen(&b, "/run/shared.sock", 951);
	expect_said(&b, 0, "svc.service gains all that group www-data may do: /run/shared.sock\n");
}

/* Never one whose members can become root, though the worker runs with it. */
TEST(root_equal_group_of_a_service)
{
	struct build b = by_unit(BACKEND_NODE, "app", "app:app 0755", "Service.User=app");
	struct process *worker = &b.facts.workers[0].as;

	build_group(&b, "docker", 998, NULL);
	worker->gid = worker->groups[0] = 998;
	expect_refused_group(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_by_default), cmocka_unit_test(nobody_by_default_words), cmocka_unit_test(nobody_by_configuration),
		cmocka_unit_test(sync_is_cut), cmocka_unit_test(sync_then_start), cmocka_unit_test(refused_and_not_listening),
		cmocka_unit_test(gone_with_requires), cmocka_unit_test(gone_with_stopped_service), cmocka_unit_test(gone_beside_running_service),
		cmocka_unit_test(gone_beside_running_service_words), cmocka_unit_test(unknown_server_of_root),
		cmocka_unit_test(unknown_server_of_root_words), cmocka_unit_test(group_of_a_service), cmocka_unit_test(root_equal_group_of_a_service),
		cmocka_unit_test(reload_for_docker), cmocka_unit_test(kept_and_known), cmocka_unit_test(kept_and_unknown),
		cmocka_unit_test(unknown_comes_last), cmocka_unit_test(shared_folder), cmocka_unit_test(shared_folder_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
