/* SPDX-License-Identifier: MIT */
/* Inside the room: the work on one upstream. Rounds of cures (cure.c) end in an outcome; what was chosen then goes into the plan (commit.c). */
#ifndef PERMFIX_PLAN_WORK_H
#define PERMFIX_PLAN_WORK_H

#include "plan/candidate.h"

/* How a round, or all of them, ended. BY_HAND: a person has to mend what is wrong now, so nothing is changed. */
enum outcome { CURED, HOPELESS, BY_HAND, WAITING };

/* What was chosen in one round: the steps belong together. */
struct cure {
	struct steps steps;
};

struct planner {
	const struct facts *facts;
	const struct plan_options *options;
	struct diagnosis all;
	struct effects effects; /* of everything chosen */
	struct plan *plan;
	struct questions *questions;
};

/* The work on one upstream. */
struct work {
	struct planner *planner;
	const struct upstream *upstream;
	struct plan_upstream *described;
	struct cure *cures;
	size_t n_cures;
	char *unknown;          /* what cannot be known of what was chosen; NULL: all is known */
	struct strings by_hand; /* faults of later moments that a person has to mend: their keys (fault_key) */
};


/* Cures the next fault; *more is false where there was none. */
enum outcome cure_next(struct work *work, bool *more);

/* After HOPELESS or BY_HAND: what a person has to do about the faults of now that are left, as manual steps of a last cure. */
void tell_rest(struct work *work, enum outcome outcome);

/* After the last round: the socket that was opened may be closed again by its server's next start, since its configuration could not be understood:
 * handed to a person. */
void cure_unclear(struct work *work);

/* Whether this fault is one that a person has to mend. */
bool work_by_hand(const struct work *work, const struct check *check);

/* Moves what was chosen into the plan, and says why faults remain. */
void work_finish(struct work *work, enum outcome outcome);

#endif
