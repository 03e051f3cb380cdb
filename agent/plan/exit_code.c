/* SPDX-License-Identifier: MIT */
#include "plan/planner.h"

enum { EXIT_NOTHING_WRONG = 0, EXIT_COVERED = 2, EXIT_OPEN = 3 };

static int upstream_code(const struct plan_upstream *u)
{
	if (u->open)
		return EXIT_OPEN;
	if (u->causes.n)
		return u->steps.n ? EXIT_COVERED : EXIT_OPEN;
	return streq(u->verdict, "unknown") ? EXIT_OPEN : EXIT_NOTHING_WRONG;
}

int plan_exit_code(const struct plan *plan)
{
	int code = plan->n_problems ? EXIT_OPEN : EXIT_NOTHING_WRONG;

	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (upstream_code(&plan->upstreams[i]) > code)
			code = upstream_code(&plan->upstreams[i]);
	return code;
}
