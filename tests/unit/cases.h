/* SPDX-License-Identifier: MIT */
/* Runs a table of cases as cmocka tests, one each, so that a failure names its case. The case structs begin with `const char *name`. */
#ifndef PERMFIX_TESTS_CASES_H
#define PERMFIX_TESTS_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/alloc.h"

static inline int run_cases(const char *group, const void *cases, size_t n, size_t size, CMUnitTestFunction test)
{
	struct CMUnitTest *tests = xcalloc(n, sizeof(*tests));
	int failed;

	for (size_t i = 0; i < n; i++) {
		void *one = (char *)(uintptr_t)cases + i * size;

		tests[i] = (struct CMUnitTest){.name = *(const char *const *)one, .test_func = test, .initial_state = one};
	}
	failed = _cmocka_run_group_tests(group, tests, n, NULL, NULL);
	free(tests);
	return failed;
}
#define RUN_CASES(table, test) run_cases(#table, (table), sizeof(table) / sizeof((table)[0]), sizeof((table)[0]), (test))

#endif
