/* SPDX-License-Identifier: MIT */
/* The refusal floor and the site policy: which steps may be done at all. Rules have stable names (rules.def). Two tiers: `never` rules are
 * compiled in and nothing lifts them; `default` rules may be lifted by the site policy, by name and for a named object. Pure. */
#ifndef PERMFIX_GUARD_H
#define PERMFIX_GUARD_H

#include "guard/policy.h"
#include "plan/planner.h"

/* True where every rule lets the step pass in that world; else *refusal (may be NULL) says which does not. A step that cannot be understood
 * is refused by the rule "malformed-step". `manual` steps are never executed and pass. */
bool guard_allows(const struct policy *policy, const struct world *world, const struct step *step, struct refusal *refusal);

/* A step_judge for the planner. Embed: the planner sees only .judge. */
struct guard_judge {
	struct step_judge judge;
	const struct policy *policy;
};
struct guard_judge guard_judge(const struct policy *policy);

/* A plan that passed. Only approve() makes one, so applying an unchecked plan does not compile. */
struct approved_plan;

/* Judges every step of the plan in order, each in the world that the steps before it make. Returns 0 and *out (owned by the caller:
 * approved_free; borrows plan and facts), or -EPERM with *refusal filled. */
int approve(const struct plan *plan, const struct facts *facts, const struct policy *policy, struct approved_plan **out,
	struct refusal *refusal);
const struct plan *approved_steps_of(const struct approved_plan *approved);
void approved_free(struct approved_plan *approved);

#endif
