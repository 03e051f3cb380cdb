/* SPDX-License-Identifier: MIT */
/* What the plan promises of the host, and whether it came true: the what-if of the steps, computed before
 * anything is written, compared with the diagnosis of fresh facts. */
#ifndef PERMFIX_VALIDATE_PROMISE_H
#define PERMFIX_VALIDATE_PROMISE_H

#include "diagnose/diagnose.h"
#include "plan/effect.h"
#include "plan/plan.h"

struct promise {
	const struct facts *facts; /* before; borrowed */
	struct facts every; /* the same (borrowed), asked about every upstream whatever the targets are */
	struct judge judge;
	struct effects effects;
	struct promised *upstreams;
	size_t n_upstreams;
	bool service; /* a server is told something: what it does about it may take a moment */
};

/* Computes what these steps of the plan (ids; NULL: all) make of the facts for which it was made. The facts
 * and the plan are borrowed. -EINVAL where a step cannot be understood. */
int promise_make(const struct facts *facts, const struct plan *plan, const struct strings *steps,
        const struct judge *judge, struct promise *out, struct error *err);

/* Whether every upstream that one of the steps serves will be reachable now. False with the first one that
 * will not be in err. What will be at the next restart is not asked. */
bool promise_cures(const struct promise *promise, struct error *err);

/* Compares with fresh facts (probed, where that can be done): every check of the upstreams that are to be
 * cured allows, but for what the promise leaves open; no other upstream is worse than it was. Workers that
 * were there before a reload and are still ending are passed over where newer ones are there. -EIO with the
 * first thing that is not as promised. */
int promise_check(const struct promise *promise, const struct facts *now, struct error *err);

void promise_free(struct promise *promise);
#define AUTO_PROMISE __attribute__((cleanup(promise_free)))

#endif
