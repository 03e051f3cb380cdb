/* SPDX-License-Identifier: MIT */
/* From a command line to facts, policy and plan. */
#ifndef PERMFIX_CLI_OBSERVE_H
#define PERMFIX_CLI_OBSERVE_H

#include "cli/options.h"
#include "cli/progress.h"
#include "facts/gather.h"
#include "guard/policy.h"
#include "plan/plan.h"

/* Rounds of planning and answering; what is asked beyond them stays unknown. */
#define ROUNDS_OF_QUESTIONS 6

struct observation {
	const struct invocation *invocation;
	bool no_probe; /* whatever the command line says */
	struct progress progress;
	struct facts facts;
	struct policy policy;
};

/* Fills the facts (from the host, the tree of --root, or the file of --facts), probes where that is wanted and possible, and reads the
 * site policy. */
int observe(struct observation *o, const struct invocation *invocation, struct error *err);

/* The same without a progress line, from the host, and as *o says already what is wanted. */
int observe_again(struct observation *o, struct error *err);

/* What facts are gathered with. */
struct gather_options observe_options(const struct observation *o);

/* Makes the plan, having its questions answered into the facts; facts from a file are left as they are. */
void observe_plan(struct observation *o, bool tighten, struct plan *plan);

void observation_free(struct observation *o);
#define AUTO_OBSERVATION __attribute__((cleanup(observation_free)))

#endif
