/* SPDX-License-Identifier: MIT */
/* A plan that passed the guard. Only approve() makes one, so applying an unchecked plan does not compile. This header stands apart from
 * guard.h because apply includes it and must not see diagnose. Pure. */
#ifndef PERMFIX_GUARD_APPROVE_H
#define PERMFIX_GUARD_APPROVE_H

#include "facts/facts.h"
#include "guard/policy.h"
#include "plan/plan.h"

struct approved_plan;

/* Judges every step of the plan in order, each in the world that the steps before it make. Returns 0 and *out (owned by the caller:
 * approved_free; borrows plan and facts), or -EPERM with *refusal filled (may be NULL). policy may be NULL: nothing is allowed by name. */
int approve(const struct plan *plan, const struct facts *facts, const struct policy *policy, struct approved_plan **out,
	struct refusal *refusal);
const struct plan *approved_steps_of(const struct approved_plan *approved);
const struct facts *approved_facts_of(const struct approved_plan *approved);
void approved_free(struct approved_plan *approved); /* NULL is fine */

#endif
