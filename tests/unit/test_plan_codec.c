/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/shape_schema.h"
#include "plan/codec.c"
#include "plan/planner.h"
#include "plan/when.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void sample(struct plan *plan)
{
	struct plan_upstream *u;
	struct step *s;

	*plan = (struct plan){.schema = xstrdup(PLAN_SCHEMA), .permfix = xstrdup("0.1.0"), .expires = rfc3339(3600)};
	plan->host.distro = xstrdup("debian 12");
	u = ARRAY_NEW(plan->upstreams, plan->n_upstreams);
	u->id = xstrdup("u1");
	u->endpoint = xstrdup("unix:/run/a\\b\x01\x7f\xff\xc3\xa9.sock");
	u->verdict = xstrdup("blocked");
	strings_add(&u->causes, "socket-group");
	u->probe = xcalloc(1, sizeof(*u->probe));
	u->probe->error = 13;
	u->probe->name = xstrdup("EACCES");
	s = ARRAY_NEW(plan->steps, plan->n_steps);
	s->id = xstrdup("s1");
	s->kind = STEP_PATH_OWNER;
	s->target = xstrdup("/run/a");
	s->offset = UINT64_MAX;
	s->reach.complete = true;
}

static void test_round_trip(void **state)
{
	struct plan plan AUTO_PLAN = {0}, again AUTO_PLAN = {0};
	AUTO_FREE char *text = NULL, *text_again = NULL;
	struct error err;

	(void)state;
	sample(&plan);
	plan_seal(&plan, 0);
	text = plan_write(&plan);
	assert_int_equal(plan_read(text, strlen(text), &again, &err), 0);
	text_again = plan_write(&again);
	assert_string_equal(text, text_again);
	assert_string_equal(again.upstreams[0].endpoint, plan.upstreams[0].endpoint);
	assert_int_equal(again.upstreams[0].probe->error, 13);
	assert_true(again.steps[0].offset == UINT64_MAX);
}

/* By hand, as jq -cS prints it: keys sorted, escapes in lower case, DEL escaped, final newline. */
static void test_digest_is_of_the_canonical_form(void **state)
{
	struct plan plan AUTO_PLAN = {0};
	json_t *object;
	AUTO_FREE char *digest = NULL;

	(void)state;
	object = json_pack("{s:s,s:s,s:s}", "b", "\x1f\x7f\n\\", "a", "\xc3\xa9", "digest", "x");
	json_object_set_new(object, "created", json_string("2026"));
	digest = digest_of_json(object);
	json_decref(object);
	/* printf '{"a":"é","b":"\\u001f\\u007f\\n\\\\"}\n' | sha256sum */
	assert_string_equal(digest, "sha256:" "560a40f3b70632a6fac007eae045bdd12724b58d31c47cacfe46adef05b2d042");
}

static void test_created_does_not_count(void **state)
{
	struct plan plan AUTO_PLAN = {0};
	AUTO_FREE char *first = NULL;

	(void)state;
	sample(&plan);
	plan_seal(&plan, 1000);
	first = xstrdup(plan.digest);
	plan_seal(&plan, 2000);
	assert_string_equal(first, plan.digest);
	free(plan.steps[0].target);
	plan.steps[0].target = xstrdup("/run/b");
	plan_seal(&plan, 2000);
	assert_string_not_equal(first, plan.digest);
}

static void refuses(const char *text, const char *because)
{
	struct plan plan AUTO_PLAN = {0};
	struct error err = {0};

	assert_true(plan_read(text, strlen(text), &plan, &err) < 0);
	if (!strstr(err.text, because))
		fail_msg("\"%s\" does not say \"%s\"", err.text, because);
}

static void test_refuses(void **state)
{
	struct plan plan AUTO_PLAN = {0};
	AUTO_FREE char *text = NULL;
	char *at;

	(void)state;
	refuses("", "line 1");
	refuses("{\"schema\": ", "line 1, column");
	refuses("[]", "schema is none");
	refuses("{\"schema\":\"permfix.plan/v2\"}", "permfix.plan/v2");
	refuses("{\"schema\":\"permfix.plan/v1\",\"schema\":\"permfix.plan/v1\"}", "duplicate");
	sample(&plan);
	plan_seal(&plan, 0);
	text = plan_write(&plan);
	at = strstr(text, "/run/a");
	at[5] = 'b';
	refuses(text, "altered");
	at = strstr(text, "path.owner");
	at[0] = 'q';
	refuses(text, "plan.steps[0].kind");
}

static void test_schema_names_are_unique(void **state)
{
	(void)state;
	assert_null(shape_schema_clash(&plan_shape));
}

static void test_published_schema_is_up_to_date(void **state)
{
	AUTO_FREE char *now = plan_schema_text(), *published = NULL;

	(void)state;
	assert_int_equal(beneath_read(AT_FDCWD, "plans/plan.schema.json", 1 << 20, &published, NULL, NULL, NULL), 0);
	if (!streq(now, published))
		fail_msg("plans/plan.schema.json is not what the tables say: run `make schema`");
}

static int code_of(const char *verdict, const char *cause, const char *step, const char *open)
{
	struct plan plan AUTO_PLAN = {0};
	struct plan_upstream *u = ARRAY_NEW(plan.upstreams, plan.n_upstreams);

	u->verdict = xstrdup(verdict);
	u->open = xstrdup(open);
	if (cause)
		strings_add(&u->causes, cause);
	if (step)
		strings_add(&u->steps, step);
	return plan_exit_code(&plan);
}

static void test_exit_codes(void **state)
{
	(void)state;
	assert_int_equal(code_of("reachable", NULL, NULL, NULL), 0);
	assert_int_equal(code_of("blocked", "socket-mode", "s1", NULL), 2);
	assert_int_equal(code_of("reachable", "not-durable", "s1", NULL), 2);
	assert_int_equal(code_of("blocked", "socket-mode", NULL, "refused"), 3);
	assert_int_equal(code_of("absent", "never-created", "s1", "by hand"), 3);
	assert_int_equal(code_of("unknown", NULL, NULL, NULL), 3);
}

static void test_what_was_not_read_is_not_healthy(void **state)
{
	struct plan plan AUTO_PLAN = {0};

	(void)state;
	assert_int_equal(plan_exit_code(&plan), 0);
	ARRAY_NEW(plan.problems, plan.n_problems)->file = xstrdup("/etc/nginx/nginx.conf");
	assert_int_equal(plan_exit_code(&plan), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_digest_is_of_the_canonical_form),
		cmocka_unit_test(test_created_does_not_count),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_schema_names_are_unique),
		cmocka_unit_test(test_published_schema_is_up_to_date),
		cmocka_unit_test(test_exit_codes),
		cmocka_unit_test(test_what_was_not_read_is_not_healthy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
