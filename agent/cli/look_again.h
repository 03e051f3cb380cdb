/* SPDX-License-Identifier: MIT */
/* The host, observed anew while an apply is under way. */
#ifndef PERMFIX_CLI_LOOK_AGAIN_H
#define PERMFIX_CLI_LOOK_AGAIN_H

#include "cli/observe.h"

/* Fills *now with facts read anew for the same targets and worker, every path walked that the earlier facts
 * hold, and the policy read anew. probe: connect as the workers too. The caller frees (observation_free). */
int look_again(const struct observation *before, bool probe, struct observation *now, struct error *err);

/* The guard's judgement of the steps of one write, on facts read anew, each in the world that those before it
 * make. edits: the n_edits steps that were judged (and done) before, in order: what they edit has moved the
 * places of these. -EPERM with the rule in err. */
int judge_anew(const struct observation *before, const struct step *const *steps, size_t n,
        const struct step *const *edits, size_t n_edits, struct error *err);

#endif
