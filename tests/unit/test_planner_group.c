/* SPDX-License-Identifier: MIT */
/* Plans with groups: a dedicated one, joining one, groups that a process does not have yet, nginx's user; and reach. */
#include "tests/unit/plan_common.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)

static void more_nginx(struct build *b, const char *user, uint32_t uid, uint32_t pid)
{
	struct nginx *nginx;

	build_user(b, user, uid, "/nonexistent");
	nginx = build_nginx(b, user);
	free(nginx->conf);
	free(nginx->user_at.file);
	nginx->conf = xasprintf("/etc/%s/nginx.conf", user);
	nginx->user_at.file = xasprintf("/etc/%s/nginx.conf", user);
	nginx->pid = nginx->as.pid = pid;
	b->facts.workers[b->facts.n_workers - 1].as.pid = pid + 1;
	b->facts.workers[b->facts.n_workers - 1].pids[0] = pid + 1;
	build_ref(b, "fastcgi_pass", "unix:" PHP_LIVE, user);
}

TEST(three_workers_one_pool)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	more_nginx(&b, "shop", 998, 820);
	more_nginx(&b, "blog", 997, 830);
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2 s3 s4 s5 s6 s7 s8 s9\n"
		"u2 blocked: socket-group | s1 s3 s5 s6 s8\n"
		"u3 blocked: socket-group | s1 s4 s5 s6 s9\n"
		"s1 group.create fpm-www: gid >system\n"
		"s2 group.add-member fpm-www: member >www-data\n"
		"s3 group.add-member fpm-www: member >shop\n"
		"s4 group.add-member fpm-www: member >blog\n"
		"s5 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group root>fpm-www\n"
		"s6 path.owner /run/php/php8.2-fpm.sock: group root>fpm-www\n"
		"s7 service.reload pid 800\n"
		"s8 service.reload pid 820\n"
		"s9 service.reload pid 830\n"
		"exit 2\n");
}

/* Of two workers one is in already. */
TEST(second_worker_left_out)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	more_nginx(&b, "shop", 998, 820);
	expect_plan(&b,
		"u1 reachable\n"
		"u2 blocked: socket-group | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group www-data>shop\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: group www-data>shop\n"
		"exit 2\n");
}

/* The name is a user's: its programs would think that the group is its own. */
/* Two are enough for a group of their own: one step cures both. */
TEST(two_workers_one_pool)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	more_nginx(&b, "shop", 998, 820);
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2 s3 s4 s5 s6 s7\n"
		"u2 blocked: socket-group | s1 s3 s4 s5 s7\n"
		"s1 group.create fpm-www: gid >system\n"
		"s2 group.add-member fpm-www: member >www-data\n"
		"s3 group.add-member fpm-www: member >shop\n"
		"s4 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group root>fpm-www\n"
		"s5 path.owner /run/php/php8.2-fpm.sock: group root>fpm-www\n"
		"s6 service.reload pid 800\n"
		"s7 service.reload pid 820\n"
		"exit 2\n");
}

TEST(group_name_is_a_users)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	build_user(&b, "fpm-www", 990, "/nonexistent");
	build_group(&b, "fpm-www-2", 991, NULL);
	more_nginx(&b, "shop", 998, 820);
	more_nginx(&b, "blog", 997, 830);
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2 s3 s4 s5 s6 s7 s8 s9\n"
		"u2 blocked: socket-group | s1 s3 s5 s6 s8\n"
		"u3 blocked: socket-group | s1 s4 s5 s6 s9\n"
		"s1 group.create fpm-www-3: gid >system\n"
		"s2 group.add-member fpm-www-3: member >www-data\n"
		"s3 group.add-member fpm-www-3: member >shop\n"
		"s4 group.add-member fpm-www-3: member >blog\n"
		"s5 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group root>fpm-www-3\n"
		"s6 path.owner /run/php/php8.2-fpm.sock: group root>fpm-www-3\n"
		"s7 service.reload pid 800\n"
		"s8 service.reload pid 820\n"
		"s9 service.reload pid 830\n"
		"exit 2\n");
}

TEST(pool_name_is_no_group_name)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/s.sock", "example.com");
	build_socket(&b, "/run/php/s.sock", "root:root 0660");
	build_pool(&b, build_php(&b, 801), "Shop.Example com, a very long name", "/run/php/s.sock", "listen.group=root", NULL);
	build_listen(&b, "/run/php/s.sock", 801);
	for (size_t i = 0; i < 2; i++) {
		more_nginx(&b, i ? "shop" : "blog", 998 - (uint32_t)i, 820 + (uint32_t)i * 10);
		free(b.facts.nginx[i + 1].refs[0].endpoint);
		b.facts.nginx[i + 1].refs[0].endpoint = xstrdup("unix:/run/php/s.sock");
	}
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2 s3 s4 s5 s6 s7 s8 s9\n"
		"u2 blocked: socket-group | s1 s3 s5 s6 s8\n"
		"u3 blocked: socket-group | s1 s4 s5 s6 s9\n"
		"s1 group.create fpm-shop-example-com--a-very: gid >system\n"
		"s2 group.add-member fpm-shop-example-com--a-very: member >www-data\n"
		"s3 group.add-member fpm-shop-example-com--a-very: member >blog\n"
		"s4 group.add-member fpm-shop-example-com--a-very: member >shop\n"
		"s5 phpfpm.listen /etc/php/8.2/fpm/pool.d/Shop.Example com, a very long name.conf [Shop.Example com, a very long name]: listen.group root>fpm-shop-example-com--a-very\n"
		"s6 path.owner /run/php/s.sock: group root>fpm-shop-example-com--a-very\n"
		"s7 service.reload pid 800\n"
		"s8 service.reload pid 820\n"
		"s9 service.reload pid 830\n"
		"exit 2\n");
}

TEST(stale_groups)
{
	struct build b = build_site("root:web 0660", "root", "web", "0660");

	build_group(&b, "web", 900, "www-data");
	build_perms(&b, "root:web 0660", &build_find(&b, NULL, PHP_LIVE)->node);
	expect_plan(&b,
		"u1 blocked: stale-groups | s1\n"
		"s1 service.reload pid 800\n"
		"exit 2\n");
}

TEST(stale_groups_in_a_unit)
{
	struct build b = build_site("root:web 0660", "root", "web", "0660");

	build_group(&b, "web", 900, "www-data");
	build_perms(&b, "root:web 0660", &build_find(&b, NULL, PHP_LIVE)->node);
	b.facts.nginx[0].as.unit = xstrdup("nginx.service");
	expect_plan(&b,
		"u1 blocked: stale-groups | s1\n"
		"s1 service.reload nginx.service\n"
		"exit 2\n");
}

/* Nothing but the membership is open: another server's socket in a directory whose ACL is not to be had. */
static struct build only_by_group(const char *policy_group)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/node/app.sock", "example.com");
	build_user(&b, policy_group, 2000, "/srv/app");
	build_dir(&b, "/run/node", "root:root 0755");
	build_socket(&b, "/run/node/app.sock", "app:app 0660");
	build_backend(&b, BACKEND_NODE, 900, "app");
	build_listen(&b, "/run/node/app.sock", 900);
	return b;
}

/* For group.* the guard asks the policy; all that touches the socket is refused by its inode's second name. */
TEST(join_refused_with_policy_line)
{
	struct build b = only_by_group("svc");
	struct planning how = {0};
	struct plan plan = {0};

	build_find(&b, NULL, "/run/node/app.sock")->node.nlink = 2;
	plan_built(&b, &how, &plan);
	assert_int_equal(plan.n_steps, 0);
	assert_int_equal(plan_exit_code(&plan), 3);
	assert_int_equal(plan.upstreams[0].n_refused, 3);
	assert_string_equal(plan.upstreams[0].refused[0].rule, "group-primary");
	assert_string_equal(plan.upstreams[0].refused[0].allowed_by, "allow group-primary app");
	assert_string_equal(plan.upstreams[0].alternatives[0].lost, "refused: group-primary");
	plan_free(&plan);
	build_free(&b);
}

TEST(join_taken_where_allowed)
{
	struct build b = only_by_group("svc");

	build_find(&b, NULL, "/run/node/app.sock")->node.nlink = 2;
	expect_plan_with(&b, (struct planning){.policy = "allow group-primary app\n"},
		"u1 blocked: socket-group | s1 s2\n"
		"s1 group.add-member app: member >www-data\n"
		"s2 service.reload pid 800\n"
		"exit 2\n");
}

/* By the membership the worker gains another server's socket; that is asked for, and told. */
TEST(join_gains_objects)
{
	struct build b = only_by_group("svc");
	struct planning how = {.policy = "allow group-primary app\n"};
	struct plan plan = {0};

	build_find(&b, NULL, "/run/node/app.sock")->node.nlink = 2;
	build_socket(&b, "/run/admin.sock", "app:app 0660");
	build_socket(&b, "/run/open.sock", "app:app 0666");
	build_listen(&b, "/run/admin.sock", 900);
	build_listen(&b, "/run/open.sock", 900);
	plan_built(&b, &how, &plan);
	assert_true(how.rounds > 1);
	assert_int_equal(plan.n_steps, 2);
	assert_int_equal(plan.steps[0].reach.objects.n, 1);
	assert_string_equal(plan.steps[0].reach.objects.items[0], "unix:/run/admin.sock");
	assert_true(plan.steps[0].reach.complete);
	plan_free(&plan);
	build_free(&b);
}

/* Without the answer nobody knows. */
TEST(join_objects_unknown)
{
	struct build b = only_by_group("svc");
	struct planning how = {.policy = "allow group-primary app\n", .mute = true};
	struct plan plan = {0};

	build_find(&b, NULL, "/run/node/app.sock")->node.nlink = 2;
	build_socket(&b, "/run/admin.sock", "app:app 0660");
	build_listen(&b, "/run/admin.sock", 900);
	plan_built(&b, &how, &plan);
	assert_int_equal(plan.n_steps, 2);
	assert_false(plan.steps[0].reach.complete);
	plan_free(&plan);
	build_free(&b);
}

/* The way to the other socket could not be looked at whole. */
TEST(join_objects_unreadable)
{
	struct build b = only_by_group("svc");
	struct planning how = {.policy = "allow group-primary app\n"};
	struct plan plan = {0};

	build_find(&b, NULL, "/run/node/app.sock")->node.nlink = 2;
	build_listen(&b, "/srv/secret/admin.sock", 900);
	build_unreadable(&b, "/srv/secret", EACCES);
	plan_built(&b, &how, &plan);
	assert_int_equal(plan.n_steps, 2);
	assert_false(plan.steps[0].reach.complete);
	plan_free(&plan);
	build_free(&b);
}

static void expect_reach(struct build *b, const char *users, const char *loses, bool complete)
{
	struct planning how = {0};
	struct plan plan = {0};
	struct text got = {0}, lost = {0};

	plan_built(b, &how, &plan);
	assert_true(plan.n_steps > 0);
	add_words(&got, "", &plan.steps[0].reach.users);
	add_words(&lost, "", &plan.steps[0].reach.loses);
	assert_string_equal(got.bytes ? got.bytes : "", users);
	assert_string_equal(lost.bytes ? lost.bytes : "", loses);
	assert_int_equal(plan.steps[0].reach.complete, complete);
	text_free(&got);
	text_free(&lost);
	plan_free(&plan);
	build_free(b);
}

TEST(reach_nobody)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	expect_reach(&b, "", "", true);
}

/* The group's other member would gain by the group, so the worker gets it alone. */
TEST(reach_prefers_the_worker_alone)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	build_member(&b, "www-data", "app");
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.owner root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: owner root>www-data\n"
		"exit 2\n");
}

TEST(reach_of_the_loser)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");
	struct planning how = {0};
	struct plan plan = {0};
	const struct alternative *loser;

	build_member(&b, "www-data", "app");
	plan_built(&b, &how, &plan);
	loser = &plan.upstreams[0].alternatives[0];
	assert_string_equal(loser->lost, "more would gain by it");
	assert_int_equal(loser->steps[0].reach.users.n, 1);
	assert_string_equal(loser->steps[0].reach.users.items[0], "app");
	assert_int_equal(plan.steps[0].reach.users.n, 0);
	plan_free(&plan);
	build_free(&b);
}

TEST(reach_lost)
{
	struct build b = build_site("app:app 0660", "root", "www-data", "0660");

	expect_reach(&b, "", "app", true);
}

TEST(reach_accounts_elsewhere)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	b.facts.accounts.elsewhere = xstrdup("sss");
	expect_reach(&b, "", "", false);
}

TEST(nginx_user_is_the_odd_one)
{
	struct build b = build_host("debian 12");
	struct nginx *nginx;

	build_user(&b, "nginx", 101, "/nonexistent");
	nginx = build_nginx(&b, "nginx");
	nginx->default_user = xstrdup("www-data");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/a.sock", "a.example");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/b.sock", "b.example");
	build_socket(&b, "/run/php/a.sock", "www-data:www-data 0660");
	build_socket(&b, "/run/php/b.sock", "www-data:www-data 0660");
	build_php(&b, 801);
	build_pool(&b, &b.facts.backends[0], "a", "/run/php/a.sock", "listen.owner=www-data", "listen.group=www-data", "user=www-data", NULL);
	build_pool(&b, &b.facts.backends[0], "b", "/run/php/b.sock", "listen.owner=www-data", "listen.group=www-data", "user=www-data", NULL);
	build_listen(&b, "/run/php/a.sock", 801);
	build_listen(&b, "/run/php/b.sock", 801);
	expect_plan(&b,
		"u1 blocked: worker-user | s1 s2\n"
		"u2 blocked: worker-user | s1 s2\n"
		"s1 nginx.user /etc/nginx/nginx.conf: user nginx>www-data\n"
		"s2 service.reload pid 800\n"
		"exit 2\n");
}

/* The worker of somebody's own nginx is let in nowhere. */
TEST(unprivileged_master)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	b.facts.nginx[0].as.uid = b.facts.nginx[0].as.ruid = 1000;
	b.facts.nginx[0].user_ignored = true;
	b.facts.workers[0].as.uid = b.facts.workers[0].as.gid = b.facts.workers[0].as.ruid = 1000;
	b.facts.workers[0].as.groups[0] = 1000;
	free(b.facts.workers[0].user);
	b.facts.workers[0].user = xstrdup("app");
	expect_plan(&b,
		"u1 blocked: socket-group | every way to a fix is refused: unprivileged-master\n"
		"exit 3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_workers_one_pool), cmocka_unit_test(second_worker_left_out), cmocka_unit_test(two_workers_one_pool), cmocka_unit_test(group_name_is_a_users),
		cmocka_unit_test(pool_name_is_no_group_name), cmocka_unit_test(stale_groups), cmocka_unit_test(stale_groups_in_a_unit),
		cmocka_unit_test(join_refused_with_policy_line), cmocka_unit_test(join_taken_where_allowed), cmocka_unit_test(join_gains_objects),
		cmocka_unit_test(join_objects_unknown), cmocka_unit_test(join_objects_unreadable), cmocka_unit_test(reach_nobody),
		cmocka_unit_test(reach_prefers_the_worker_alone), cmocka_unit_test(reach_of_the_loser), cmocka_unit_test(reach_lost),
		cmocka_unit_test(reach_accounts_elsewhere), cmocka_unit_test(nginx_user_is_the_odd_one), cmocka_unit_test(unprivileged_master),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
