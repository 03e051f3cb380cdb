/* SPDX-License-Identifier: MIT */
/* The refusal floor and the site policy: which steps may be done at all. Rules have stable names (rules.def, rule.h). Two tiers: `never`
 * rules are compiled in and nothing lifts them; `default` rules may be lifted by the site policy, by name and for a named object. Pure. */
#ifndef PERMFIX_GUARD_H
#define PERMFIX_GUARD_H

#include "guard/approve.h"
#include "guard/policy.h"
#include "guard/rule.h"
#include "plan/planner.h"

/* True where every rule lets the step pass in that world; else *refusal (may be NULL) says which does not: the first one in the table's
 * order. A step that cannot be understood is refused by the rule "malformed-step". `manual` steps are never executed and pass. policy may
 * be NULL. For a step that edits a configuration file the facts must hold a walk of that file in its server's view (QUESTION_WALK): what
 * was not looked at is refused as untrusted-config. */
bool guard_allows(const struct policy *policy, const struct world *world, const struct step *step, struct refusal *refusal);

/* A step_judge for the planner. Embed: the planner sees only .judge. */
struct guard_judge {
	struct step_judge judge;
	const struct policy *policy;
};
struct guard_judge guard_judge(const struct policy *policy);

#endif
