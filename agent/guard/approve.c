/* SPDX-License-Identifier: MIT */
#include "guard/approve.h"
#include "base/alloc.h"
#include "base/text.h"
#include "guard/guard.h"
#include "plan/effect.h"

#include <errno.h>

struct approved_plan {
	const struct plan *plan;
	const struct facts *facts;
};

/* The world after a step that passed. guard_allows() computed the same effects, so a failure here is as good as a step that nobody
 * understands. */
static bool take_effect(struct effects *effects, const struct facts *facts, const struct step *step, struct refusal *refusal)
{
	struct error err;

	if (step->kind == STEP_MANUAL || effects_add(effects, facts, step, &err) == 0)
		return true;
	if (refusal)
		*refusal = (struct refusal){.rule = xstrdup("malformed-step"), .what = escape_terminal(step->target),
			.because = xstrdup(err.text)};
	return false;
}

static bool passes(struct effects *effects, const struct facts *facts, const struct policy *policy, const struct step *step,
	struct refusal *refusal)
{
	const struct world world = effects_world(effects, facts);

	return guard_allows(policy, &world, step, refusal) && take_effect(effects, facts, step, refusal);
}

int approve(const struct plan *plan, const struct facts *facts, const struct policy *policy, struct approved_plan **out,
	struct refusal *refusal)
{
	AUTO_EFFECTS struct effects effects = {0};

	*out = NULL;
	for (size_t i = 0; i < plan->n_steps; i++)
		if (!passes(&effects, facts, policy, &plan->steps[i], refusal))
			return -EPERM;
	*out = xcalloc(1, sizeof(**out));
	**out = (struct approved_plan){plan, facts};
	return 0;
}

const struct plan *approved_steps_of(const struct approved_plan *approved)
{
	return approved->plan;
}

const struct facts *approved_facts_of(const struct approved_plan *approved)
{
	return approved->facts;
}

void approved_free(struct approved_plan *approved)
{
	free(approved);
}
