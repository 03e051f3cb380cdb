/* SPDX-License-Identifier: MIT */
/* Which steps of a plan make one transaction. */
#ifndef PERMFIX_APPLY_SPLIT_H
#define PERMFIX_APPLY_SPLIT_H

#include "plan/plan.h"

struct step_set {
	struct strings steps;     /* ids, in the order of the plan */
	struct strings upstreams; /* ids */
};
struct step_sets {
	struct step_set *items;
	size_t n;
};

/* Upstreams that share a step are one transaction, and so are steps that change the same object: else taking
 * one back would meet the other's change. Everything else is a transaction of its own, in the order of the
 * plan. Steps of kind manual are in none. */
void plan_split(const struct plan *plan, struct step_sets *out);
void step_sets_free(struct step_sets *sets);
#define AUTO_STEP_SETS __attribute__((cleanup(step_sets_free)))

#endif
