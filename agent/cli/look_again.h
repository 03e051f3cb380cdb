/* SPDX-License-Identifier: MIT */
/* The host, observed anew while an apply is under way. */
#ifndef PERMFIX_CLI_LOOK_AGAIN_H
#define PERMFIX_CLI_LOOK_AGAIN_H

#include "cli/observe.h"

/* Fills *now with facts read anew for the same targets and worker, every path walked that the earlier facts hold, and the policy read anew. probe:
 * connect as the workers too. The caller frees (observation_free). */
int look_again(const struct observation *before, bool probe, struct observation *now, struct error *err);

/* The guard's judgement of one step of a plan on facts read anew. earlier: the n steps of the plan that were judged (and perhaps
 * done) before it, in order. -EPERM with the rule in err. */
int judge_anew(const struct observation *before, const struct step *step, const struct step *const *earlier, size_t n, struct error *err);

#endif
