/* SPDX-License-Identifier: MIT */
/* approve(): a whole plan, each step in the world that the steps before it make. */
#include "tests/unit/guard_facts.h"

#include <errno.h>

static void add_step(struct plan *plan, int kind, const char *target, const char *section, const char *changes)
{
	make_step(ARRAY_NEW(plan->steps, plan->n_steps), kind, target, section, changes);
}

/* A new group for two unrelated workers on one pool: the later steps are good only because of the earlier ones. */
static void dedicated_group(struct plan *plan)
{
	add_step(plan, STEP_GROUP_CREATE, "fpm-www", NULL, "gid=system");
	add_step(plan, STEP_GROUP_ADD_MEMBER, "fpm-www", NULL, "member=www-data");
	add_step(plan, STEP_GROUP_ADD_MEMBER, "fpm-www", NULL, "member=nginx");
	add_step(plan, STEP_PHPFPM_LISTEN, POOLS "/www.conf", "www", "listen.group=fpm-www|listen.mode=0660");
	add_step(plan, STEP_PATH_OWNER, "/run/php/php8.2-fpm.sock", NULL, "group=fpm-www");
	add_step(plan, STEP_SERVICE_RELOAD, "nginx.service", NULL, NULL);
	add_step(plan, STEP_MANUAL, "tell the owner of the pool", NULL, NULL);
}

/* The rule that refuses the plan, NULL where it is approved. The caller frees. */
static char *judge_plan(const struct plan *plan, const struct policy *policy)
{
	AUTO_FACTS struct facts facts = {0};
	struct approved_plan *approved = NULL;
	struct refusal refusal = {0};
	char *rule = NULL;
	int r;

	guard_host(&facts);
	r = approve(plan, &facts, policy, &approved, &refusal);
	if (r == 0) {
		assert_ptr_equal(approved_steps_of(approved), plan);
		assert_ptr_equal(approved_facts_of(approved), &facts);
		assert_null(refusal.rule);
	} else {
		assert_int_equal(r, -EPERM);
		assert_null(approved);
		rule = xstrdup(refusal.rule);
	}
	refusal_free(&refusal);
	approved_free(approved);
	return rule;
}

static void test_good_plan(void **state)
{
	AUTO_PLAN struct plan plan = {0};

	(void)state;
	dedicated_group(&plan);
	assert_null(judge_plan(&plan, NULL));
}

static void test_empty_plan(void **state)
{
	const struct plan plan = {0};

	(void)state;
	assert_null(judge_plan(&plan, NULL));
}

/* Without the step that makes the group, the one that uses it is refused; and without a member it is a stranger's. */
static void test_order_matters(void **state)
{
	AUTO_PLAN struct plan early = {0}, memberless = {0};
	AUTO_FREE char *rule = NULL, *other = NULL;

	(void)state;
	add_step(&early, STEP_PHPFPM_LISTEN, POOLS "/www.conf", "www", "listen.group=fpm-www");
	add_step(&early, STEP_GROUP_CREATE, "fpm-www", NULL, "gid=system");
	rule = judge_plan(&early, NULL);
	assert_string_equal(rule, "malformed-step");
	add_step(&memberless, STEP_GROUP_CREATE, "fpm-www", NULL, "gid=system");
	add_step(&memberless, STEP_PHPFPM_LISTEN, POOLS "/www.conf", "www", "listen.group=fpm-www");
	other = judge_plan(&memberless, NULL);
	assert_string_equal(other, "worker-ids");
}

static void test_one_bad_step(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	dedicated_group(&plan);
	add_step(&plan, STEP_PATH_MODE, "/run/php/php8.2-fpm.sock", NULL, "mode=0666");
	add_step(&plan, STEP_PATH_MODE, "/run/php/read.sock", NULL, "mode=0660");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "other-access");
}

/* Two harmless steps that together are none: the group's write bit first, then another group. */
static void test_steps_add_up(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_PATH_MODE, "/run/closed", NULL, "mode=0730");
	assert_null(judge_plan(&plan, NULL));
	add_step(&plan, STEP_PATH_OWNER, "/run/closed", NULL, "group=www-data");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "directory-write");
}

/* The mask is opened for the worker, then a stranger's entry is put beneath it. */
static void test_entry_behind_the_mask(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_PATH_MODE, "/run/masked", NULL, "mode=0710");
	assert_null(judge_plan(&plan, NULL));
	add_step(&plan, STEP_PATH_ACL, "/run/masked", NULL, "user:alice=--x");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "worker-ids");
}

/* A group is made twice; a member of root's group is smuggled in behind it. */
static void test_group_twice(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_GROUP_CREATE, "fpm-www", NULL, "gid=system");
	add_step(&plan, STEP_GROUP_CREATE, "fpm-www", NULL, "gid=system");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "group-collision");
}

static void test_policy_lifts(void **state)
{
	static const char line[] = "allow group-primary www-data\n";
	AUTO_PLAN struct plan plan = {0};
	struct policy policy = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_GROUP_ADD_MEMBER, "www-data", NULL, "member=nginx");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "group-primary");
	assert_int_equal(policy_parse(&policy, "site.policy", line, strlen(line), NULL), 0);
	assert_null(judge_plan(&plan, &policy));
	policy_free(&policy);
}

/* What the plan claims of itself counts for nothing: reach, impact, from. */
static void test_claims_do_not_count(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_PATH_MODE, "/run/php/php8.2-fpm.sock", NULL, "mode=0666");
	plan.steps[0].changes[0].from = xstrdup("0666");
	plan.steps[0].reach.complete = true;
	plan.steps[0].because = xstrdup("it was 0666 before");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "other-access");
}

static void set_argument(struct plan *plan, const char *from)
{
	struct step *step = &plan->steps[plan->n_steps - 1];

	free(step->changes[0].from);
	step->changes[0].from = xstrdup(from);
}

/* A pool moves, and nginx after it; the other way round nginx would pass to nothing, and back to the old place no more. */
static void test_move(void **state)
{
	AUTO_PLAN struct plan good = {0}, early = {0}, back = {0};
	AUTO_FREE char *rule = NULL, *other = NULL;

	(void)state;
	add_step(&good, STEP_PHPFPM_LISTEN_PATH, POOLS "/www.conf", "www", "listen=/run/php/moved.sock");
	add_step(&good, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/php/moved.sock");
	add_step(&good, STEP_SERVICE_RELOAD, "php8.2-fpm.service", NULL, NULL);
	assert_null(judge_plan(&good, NULL));
	add_step(&early, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/php/moved.sock");
	add_step(&early, STEP_PHPFPM_LISTEN_PATH, POOLS "/www.conf", "www", "listen=/run/php/moved.sock");
	rule = judge_plan(&early, NULL);
	assert_string_equal(rule, "foreign-endpoint");
	add_step(&back, STEP_PHPFPM_LISTEN_PATH, POOLS "/www.conf", "www", "listen=/run/php/moved.sock");
	add_step(&back, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/php/php8.2-fpm.sock");
	other = judge_plan(&back, NULL);
	assert_string_equal(other, "foreign-endpoint");
}

/* Two pools that move to one place. */
static void test_move_onto_another(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_PHPFPM_LISTEN_PATH, POOLS "/www.conf", "www", "listen=/run/php/moved.sock");
	add_step(&plan, STEP_PHPFPM_LISTEN_PATH, POOLS "/app.conf", "app", "listen=/run/php/moved.sock");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "path-in-use");
}

/* A directory that is in memory is good for a socket once the same plan declares it. */
static void test_declared_by_this_plan(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_TMPFILES_ENTRY, "/etc/tmpfiles.d/00-permfix.conf", NULL, "/run/mem=d 0755 root root");
	add_step(&plan, STEP_PHPFPM_LISTEN_PATH, POOLS "/www.conf", "www", "listen=/run/mem/moved.sock");
	assert_null(judge_plan(&plan, NULL));
	add_step(&plan, STEP_TMPFILES_ENTRY, "/etc/tmpfiles.d/00-permfix.conf", NULL, "/run/nowhere=d 0710 root www-data");
	add_step(&plan, STEP_TMPFILES_ENTRY, "/etc/tmpfiles.d/00-permfix.conf", NULL, "/run/nowhere/sub=d 0710 root www-data");
	assert_null(judge_plan(&plan, NULL));
	add_step(&plan, STEP_PHPFPM_LISTEN_PATH, POOLS "/app.conf", "app", "listen=/run/mem/moved.sock");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "path-in-use");
}

/* The umask first, the group then: what a service makes is judged with both. */
static void test_unit_steps_add_up(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_GROUP_CREATE, "app-web", NULL, "gid=system");
	add_step(&plan, STEP_GROUP_ADD_MEMBER, "app-web", NULL, "member=www-data");
	add_step(&plan, STEP_SYSTEMD_DROPIN, UNITS "/app.socket.d/zz-permfix.conf", "app.socket", "Socket.SocketGroup=app-web|Socket.SocketMode=0660");
	add_step(&plan, STEP_SERVICE_DAEMON_RELOAD, "systemd", NULL, NULL);
	assert_null(judge_plan(&plan, NULL));
	add_step(&plan, STEP_SYSTEMD_DROPIN, UNITS "/app.service.d/zz-permfix.conf", "app.service", "Service.RuntimeDirectoryMode=0720");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "directory-write");
}

/* An edit of nginx's file that reaches beyond its argument, or says that another one stands there. */
static void test_edit_range(void **state)
{
	static const struct {
		uint64_t offset, length;
	} ranges[] = {{100, 28}, {100, 30}, {100, 4096}, {0, 29}, {100, 0}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ranges); i++) {
		AUTO_PLAN struct plan plan = {0};
		AUTO_FREE char *rule = NULL;

		add_step(&plan, STEP_NGINX_PASS, "/etc/nginx/nginx.conf", NULL, "fastcgi_pass=unix:/run/uwsgi/app.sock");
		set_argument(&plan, "unix:/run/php/php8.2-fpm.sock");
		plan.steps[0].offset = ranges[i].offset;
		plan.steps[0].length = ranges[i].length;
		rule = judge_plan(&plan, NULL);
		assert_string_equal(rule, ranges[i].offset ? "edit-range" : "malformed-step");
	}
	for (size_t i = 0; i < 2; i++) {
		AUTO_PLAN struct plan plan = {0};
		AUTO_FREE char *rule = NULL;

		add_step(&plan, STEP_NGINX_USER, "/etc/nginx/nginx.conf", NULL, "user=www-data");
		plan.steps[0].offset += i;
		plan.steps[0].length += 1 - i;
		rule = judge_plan(&plan, NULL);
		assert_string_equal(rule, "edit-range");
	}
}

static void test_daemon_reload_unit(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_SERVICE_DAEMON_RELOAD, "systemd", NULL, NULL);
	plan.steps[0].unit = xstrdup("ssh.service");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "foreign-service");
}

static void test_recursive_command(void **state)
{
	static const char *const commands[] = {"chmod -R 0710 /run/closed", "setfacl -nRm u:www-data:x -- /run/closed", "chgrp --recursive www-data /run/closed"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		AUTO_PLAN struct plan plan = {0};
		AUTO_FREE char *rule = NULL;

		add_step(&plan, STEP_PATH_MODE, "/run/closed", NULL, "mode=0710");
		strings_add(&plan.steps[0].sh, commands[i]);
		rule = judge_plan(&plan, NULL);
		assert_string_equal(rule, "recursion");
	}
}

static void test_harmless_command(void **state)
{
	static const char *const commands[] = {"chmod -- 0710 /run/closed", "setfacl -n -m u:www-data:x -- '/run/A -R'", "chgrp -h -- www-data /run/-R"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		AUTO_PLAN struct plan plan = {0};

		add_step(&plan, STEP_PATH_MODE, "/run/closed", NULL, "mode=0710");
		strings_add(&plan.steps[0].sh, commands[i]);
		assert_null(judge_plan(&plan, NULL));
	}
}

static void test_foreign_unit(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *rule = NULL;

	(void)state;
	add_step(&plan, STEP_SERVICE_RELOAD, "nginx.service", NULL, NULL);
	plan.steps[0].unit = xstrdup("ssh.service");
	rule = judge_plan(&plan, NULL);
	assert_string_equal(rule, "foreign-service");
}

/* The words of a refusal are shown on a terminal: nothing in them may act on it. */
static void test_refusal_is_escaped(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	const struct world world = {.facts = &facts};
	struct refusal refusal = {0};
	struct step step;

	(void)state;
	guard_host(&facts);
	make_step(&step, STEP_PATH_MODE, "/run/\033[2Jx", NULL, "mode=0660");
	assert_false(guard_allows(NULL, &world, &step, &refusal));
	assert_null(strchr(refusal.what, '\033'));
	assert_null(strchr(refusal.because, '\033'));
	refusal_free(&refusal);
	assert_false(guard_allows(NULL, &world, &step, NULL));
	step_free(&step);
}

static void test_judge_for_the_planner(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	const struct world world = {.facts = &facts};
	const struct guard_judge judge = guard_judge(NULL);
	struct refusal refusal = {0};
	struct step good, bad;

	(void)state;
	guard_host(&facts);
	make_step(&good, STEP_PATH_MODE, "/run/php/read.sock", NULL, "mode=0660");
	make_step(&bad, STEP_PATH_MODE, "/run/php/read.sock", NULL, "mode=0666");
	assert_true(judge.judge.allows(&judge.judge, &world, &good, &refusal));
	assert_false(judge.judge.allows(&judge.judge, &world, &bad, &refusal));
	refusal_free(&refusal);
	step_free(&good);
	step_free(&bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_plan), cmocka_unit_test(test_empty_plan), cmocka_unit_test(test_order_matters),
		cmocka_unit_test(test_one_bad_step), cmocka_unit_test(test_steps_add_up), cmocka_unit_test(test_group_twice), cmocka_unit_test(test_entry_behind_the_mask),
		cmocka_unit_test(test_policy_lifts), cmocka_unit_test(test_claims_do_not_count), cmocka_unit_test(test_recursive_command),
		cmocka_unit_test(test_harmless_command), cmocka_unit_test(test_foreign_unit), cmocka_unit_test(test_refusal_is_escaped),
		cmocka_unit_test(test_judge_for_the_planner), cmocka_unit_test(test_move), cmocka_unit_test(test_move_onto_another),
		cmocka_unit_test(test_declared_by_this_plan), cmocka_unit_test(test_unit_steps_add_up), cmocka_unit_test(test_edit_range),
		cmocka_unit_test(test_daemon_reload_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
