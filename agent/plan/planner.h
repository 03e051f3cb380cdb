/* SPDX-License-Identifier: MIT */
/* Facts and diagnosis → plan. Pure. */
#ifndef PERMFIX_PLANNER_H
#define PERMFIX_PLANNER_H

#include "diagnose/diagnose.h"
#include "facts/question.h"
#include "plan/plan.h"

/* Who says no: the guard, handed in because this room knows nothing of it. Returns true where the step may be done in that world (the
 * steps before it done), else fills *refusal (owned by the caller). */
struct step_judge {
	bool (*allows)(const struct step_judge *judge, const struct world *world, const struct step *step, struct refusal *refusal);
};

struct plan_options {
	struct judge judge;      /* --tighten */
	const struct step_judge *guard;
};

/* Builds the plan for a diagnosis of these facts: *out is filled but for created and digest. Questions whose answers are not in the facts
 * yet are added; the caller has them answered and calls again with the fuller facts. */
void plan_make(const struct facts *facts, const struct plan_options *options, struct plan *out, struct questions *questions);

/* Exit code of `plan` by the contract: 0, 2 or 3. A configuration that could not be read whole is 3: what it hides was not judged. */
int plan_exit_code(const struct plan *plan);

#endif
