/* SPDX-License-Identifier: MIT */
/* For the tests of diagnosis: build facts, say which verdict and causes are expected, done. */
#ifndef PERMFIX_TESTS_EXPECT_CAUSES_H
#define PERMFIX_TESTS_EXPECT_CAUSES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "diagnose/diagnose.h"
#include "tests/unit/build_facts.h"

static inline char *causes_text(const int *causes, size_t n)
{
	struct text text = {0};

	for (size_t i = 0; i < n; i++)
		text_addf(&text, "%s%s", i ? " " : "", name_of(cause_names, causes[i]));
	return text_steal(&text);
}

/* Each denied check has a cause and a sentence, no other check has a cause. */
static inline void expect_sound(const struct upstream *up)
{
	for (size_t i = 0; i < up->n_checks; i++) {
		const struct check *check = &up->checks[i];

		assert_int_equal(check->verdict == VERDICT_DENY, check->cause != CAUSE_NONE);
		assert_non_null(check->because);
		assert_true(*check->because != '\0');
		assert_non_null(check->object);
	}
}

static inline void expect_upstream(const struct upstream *up, int verdict, const char *causes)
{
	char *text = causes_text(up->causes, up->n_causes);

	expect_sound(up);
	assert_string_equal(text, causes);
	assert_string_equal(name_of(upstream_verdict_names, up->verdict), name_of(upstream_verdict_names, verdict));
	free(text);
}

static inline void diagnose_built(struct build *b, bool tighten, struct diagnosis *out)
{
	const struct world world = {.facts = &b->facts};
	const struct judge judge = {.tighten = tighten};

	build_done(b);
	diagnose(&world, &judge, out);
}

/* The first upstream's verdict and causes; frees what was built. */
static inline void expect_first(struct build *b, int verdict, const char *causes)
{
	struct diagnosis d;

	diagnose_built(b, false, &d);
	assert_true(d.n_upstreams >= 1);
	expect_upstream(&d.upstreams[0], verdict, causes);
	diagnosis_free(&d);
	build_free(b);
}

/* Every upstream's. */
static inline void expect_every(struct build *b, int verdict, const char *causes)
{
	struct diagnosis d;

	diagnose_built(b, false, &d);
	assert_true(d.n_upstreams >= 1);
	for (size_t i = 0; i < d.n_upstreams; i++)
		expect_upstream(&d.upstreams[i], verdict, causes);
	diagnosis_free(&d);
	build_free(b);
}

/* What the first check with this cause says must hold this text. */
static inline void expect_because(struct build *b, int cause, const char *text)
{
	struct diagnosis d;
	const char *because = NULL;

	diagnose_built(b, false, &d);
	for (size_t i = 0; i < d.upstreams[0].n_checks && !because; i++)
		if (d.upstreams[0].checks[i].cause == cause)
			because = d.upstreams[0].checks[i].because;
	assert_non_null(because);
	if (!strstr(because, text))
		fail_msg("\"%s\" does not say \"%s\"", because, text);
	diagnosis_free(&d);
	build_free(b);
}

#define TEST(name) static void name(__attribute__((unused)) void **state)

#endif
