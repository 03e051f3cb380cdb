/* SPDX-License-Identifier: MIT */
/* A plan's promise against the facts that follow: what was written is simulated by building the site anew. */
#include "tests/unit/plan_common.h"
#include "validate/promise.h"

#include <errno.h>

#define OTHER "unix:/run/other/app.sock"

/* Two upstreams: PHP-FPM's pool, and a server that nobody repairs. */
static struct build two(const char *php, const char *group, const char *other)
{
	struct build b = build_site(php, "root", group, "0660");

	build_ref(&b, "proxy_pass", OTHER, "example.com");
	build_dir(&b, "/run/other", "root:root 0755");
	build_socket(&b, "/run/other/app.sock", other);
	build_listen(&b, "/run/other/app.sock", 900);
	return b;
}

struct made {
	struct build before;
	struct plan plan;
	struct promise promise;
};

static void promise_of(struct made *made, const char *php, const char *other, const char *const *ids)
{
	struct planning how = {0};
	struct strings steps = {0};

	made->before = two(php, "root", other);
	build_done(&made->before);
	make_plan(&made->before, &how, &made->plan);
	for (; ids && *ids; ids++)
		strings_add(&steps, *ids);
	assert_int_equal(promise_make(&made->before.facts, &made->plan, ids ? &steps : NULL, &(struct judge){0}, &made->promise, NULL), 0);
	strings_free(&steps);
}

static void made_free(struct made *made)
{
	promise_free(&made->promise);
	plan_free(&made->plan);
	build_free(&made->before);
}

static int check(const struct made *made, const char *php, const char *group, const char *other, int probe, struct error *err)
{
	struct build now = two(php, group, other);
	int r;

	build_done(&now);
	if (probe >= 0)
		build_probe(&now, now.facts.workers[0].id, "unix:" BUILD_PHP_SOCKET, probe);
	r = promise_check(&made->promise, &now.facts, err);
	build_free(&now);
	return r;
}

#define ALL_WELL "root:www-data 0660", "www-data"
#define FINE "root:www-data 0660"

static void kept(void **state)
{
	struct made m;
	struct error err = {0};

	(void)state;
	promise_of(&m, "root:root 0660", FINE, NULL);
	assert_true(promise_cures(&m.promise, &err));
	assert_int_equal(check(&m, ALL_WELL, FINE, -1, &err), 0);
	assert_int_equal(check(&m, ALL_WELL, FINE, 0, &err), 0);
	made_free(&m);
}

static void not_kept(void **state)
{
	struct made m;
	struct error err = {0};

	(void)state;
	promise_of(&m, "root:root 0660", FINE, NULL);
	assert_int_equal(check(&m, "root:root 0660", "www-data", FINE, -1, &err), -EIO); /* the live socket */
	assert_non_null(strstr(err.text, "unix:" BUILD_PHP_SOCKET " is not cured: " BUILD_PHP_SOCKET));
	assert_int_equal(check(&m, "root:www-data 0660", "root", FINE, -1, &err), -EIO); /* what the next restart makes */
	assert_int_equal(check(&m, ALL_WELL, FINE, EACCES, &err), -EIO);                   /* the kernel's word */
	made_free(&m);
}

static void others_may_not_be_worse(void **state)
{
	struct made m;
	struct error err = {0};

	(void)state;
	promise_of(&m, "root:root 0660", FINE, NULL);
	assert_int_equal(check(&m, ALL_WELL, "root:root 0660", -1, &err), -EIO);
	assert_non_null(strstr(err.text, OTHER " is worse than before"));
	made_free(&m);
	promise_of(&m, "root:root 0660", "root:root 0600", (const char *const[]){"s2", "s3", NULL}); /* s1 is the other's */
	assert_int_equal(check(&m, ALL_WELL, "root:root 0600", -1, &err), 0); /* as bad as it was */
	assert_int_equal(check(&m, ALL_WELL, FINE, -1, &err), 0);             /* better */
	made_free(&m);
}

/* Without the pool's step the next restart stays as it is, and that is no broken promise. */
static void live_only(void **state)
{
	struct made m;
	struct error err = {0};

	(void)state;
	promise_of(&m, "root:root 0660", FINE, (const char *const[]){"s2", NULL});
	assert_true(promise_cures(&m.promise, &err));
	assert_int_equal(check(&m, "root:www-data 0660", "root", FINE, -1, &err), 0);
	assert_int_equal(check(&m, "root:root 0660", "root", FINE, -1, &err), -EIO);
	made_free(&m);
	promise_of(&m, "root:root 0660", FINE, (const char *const[]){"s1", NULL});
	assert_false(promise_cures(&m.promise, &err));
	assert_string_equal(err.text, "unix:" BUILD_PHP_SOCKET " would still be blocked");
	made_free(&m);
}

static void nginx_that_is_gone(void **state)
{
	struct made m;
	struct build now = build_host("debian 12");
	struct error err = {0};

	(void)state;
	promise_of(&m, "root:root 0660", FINE, NULL);
	build_done(&now);
	assert_int_equal(promise_check(&m.promise, &now.facts, &err), -EIO);
	assert_non_null(strstr(err.text, "does not run"));
	build_free(&now);
	made_free(&m);
}

/* With targets the others are watched all the same. */
static void targets(void **state)
{
	struct made m = {.before = two("root:root 0660", "root", FINE)};
	struct planning how = {0};
	struct error err = {0};

	(void)state;
	build_target(&m.before, "unix:" BUILD_PHP_SOCKET, NULL);
	build_done(&m.before);
	make_plan(&m.before, &how, &m.plan);
	assert_int_equal(m.plan.n_upstreams, 1);
	assert_int_equal(promise_make(&m.before.facts, &m.plan, NULL, &(struct judge){0}, &m.promise, NULL), 0);
	assert_int_equal(check(&m, ALL_WELL, FINE, -1, &err), 0);
	assert_int_equal(check(&m, ALL_WELL, "root:root 0660", -1, &err), -EIO);
	made_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept), cmocka_unit_test(not_kept), cmocka_unit_test(others_may_not_be_worse), cmocka_unit_test(live_only),
		cmocka_unit_test(nginx_that_is_gone), cmocka_unit_test(targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
