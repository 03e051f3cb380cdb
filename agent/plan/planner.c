/* SPDX-License-Identifier: MIT */
/* The loop that makes a plan: cure the first denied check, look at the world that this makes, cure the next, until nothing is left. An
 * upstream that cannot be cured whole gets no step at all: half a cure changes the host and leaves the site down. But what only would not last
 * is cured now, and handed to a person for later. */
#include "plan/planner.h"
#include "base/alloc.h"
#include "plan/describe.h"
#include "plan/edit_ask.h"
#include "plan/work.h"

#define ROUNDS_MAX 12

static void work_on(struct planner *p, const struct upstream *upstream, struct plan_upstream *described)
{
	struct work work = {.planner = p, .upstream = upstream, .described = described};
	enum outcome outcome = CURED;
	bool more = true;

	for (int i = 0; i < ROUNDS_MAX && more && outcome == CURED; i++)
		outcome = cure_next(&work, &more);
	if (more && outcome == CURED)
		outcome = HOPELESS; /* it goes round in circles */
	if (outcome == CURED)
		cure_unclear(&work);
	work_finish(&work, outcome);
}

void plan_make(const struct facts *facts, const struct plan_options *options, struct plan *out, struct questions *questions)
{
	struct planner p = {.facts = facts, .options = options, .plan = out, .questions = questions};
	struct world world = {.facts = facts};

	*out = (struct plan){0};
	describe_host(facts, out);
	diagnose(&world, &options->judge, &p.all);
	describe_problems(facts, &p.all, out);
	for (size_t i = 0; i < p.all.n_upstreams; i++)
		describe_upstream(facts, &p.all.upstreams[i], ARRAY_NEW(out->upstreams, out->n_upstreams));
	for (size_t i = 0; i < p.all.n_upstreams; i++)
		if (p.all.upstreams[i].n_causes)
			work_on(&p, &p.all.upstreams[i], &out->upstreams[i]);
	edits_fill(facts, out, questions);
	effects_free(&p.effects);
	diagnosis_free(&p.all);
}
