/* SPDX-License-Identifier: MIT */
/* Inside the room: what could be done about one denied check. Levers propose candidates; each is then tried on a copy of the facts, judged by
 * the guard and measured by its reach, and the best one is taken. */
#ifndef PERMFIX_PLAN_CANDIDATE_H
#define PERMFIX_PLAN_CANDIDATE_H

#include "diagnose/diagnose.h"
#include "plan/effect.h"
#include "plan/planner.h"
#include "plan/step_make.h"

struct candidate {
	struct steps steps;
	struct reach reach;
	struct refusal refusal; /* rule set: the guard says no */
	char *lost;             /* why it is not the one; NULL: still in the race */
	size_t expected;        /* of those who gain: other workers of this endpoint, other endpoints of this worker */
	size_t cured;           /* other upstreams that it cures as well */
	bool durable;           /* leaves no not-durable behind */
	bool unmeasured;        /* a question is open: not to be decided yet */
	char *unknown;          /* something that was known, or denied, cannot be said any more: what; NULL: all is known */
	int impact;             /* the greatest of its steps */
	bool manual;
	bool fits;              /* changes the very thing that the cause names, where others would fit the rest to it */
};

struct candidates {
	struct candidate *items;
	size_t n;
};
void candidate_free(struct candidate *candidate);
void candidates_free(struct candidates *list);

/* All that a lever may look at. */
struct situation {
	const struct facts *facts;
	const struct plan_options *options;
	struct effects *effects;        /* of the steps chosen so far */
	struct world world;             /* facts with those effects */
	const struct diagnosis *all;    /* every upstream, as first diagnosed */
	const struct upstream *upstream; /* as diagnosed in this world */
	const struct check *check;      /* the denied check that is to be cured */
	const struct worker *worker;
	struct ids ids;                 /* of the worker in this world; owned */
	struct questions *questions;
	const struct step **chosen;     /* the steps before this one, in their order */
	size_t n_chosen;
};

/* Adds what could cure s->check, by its cause, in the order of preference among equals. */
void candidates_propose(const struct situation *s, struct candidates *out);

/* Tries, judges and measures one candidate: sets lost, refusal, durable, reach, impact. */
void candidate_try(const struct situation *s, struct candidate *candidate);

/* Whether an effect can change what an upstream's diagnosis says. */
bool effect_touches(const struct situation *s, const struct effect *effect, const struct upstream *u);

/* The best one that is still in the race; NULL: none. The others get their reason in .lost. */
struct candidate *candidates_choose(struct candidates *list);

/* Reach of effects `after` compared with the world before, for the situation's upstream. */
void reach_measure(const struct situation *s, const struct world *after, struct reach *out);

#endif
