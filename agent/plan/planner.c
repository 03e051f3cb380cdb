/* SPDX-License-Identifier: MIT */
/* The loop that makes a plan: cure the first denied check, look at the world that this makes, cure the next, until nothing is left. An
 * upstream that cannot be cured whole gets no step at all: half a cure changes the host and leaves the site down. */
#include "plan/planner.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/candidate.h"
#include "plan/describe.h"
#include "plan/edit_ask.h"
#include "plan/effect_kinds.h"

#include <stdlib.h>

#define ROUNDS_MAX 12

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
	bool waiting; /* for answers */
};

/* What is to be cured next: denials now before those of the next restart. */
static bool next_fault(const struct upstream *u, struct check *out)
{
	for (int moment = MOMENT_NOW; moment <= MOMENT_BOOT; moment++) {
		for (size_t i = 0; i < u->n_checks; i++) {
			if (u->checks[i].verdict == VERDICT_DENY && u->checks[i].moment == moment && u->checks[i].cause) {
				*out = u->checks[i];
				return true;
			}
		}
	}
	if (u->n_causes == 0)
		return false;
	/* a cause without a denied check: too wide (--tighten), or denied by the probe alone */
	*out = (struct check){.cause = u->causes[0], .verdict = VERDICT_ALLOW, .node = u->walk ? (int)u->walk->n_nodes - 1 : -1};
	return true;
}

static void keep_refusal(struct work *work, struct refusal *refusal)
{
	struct plan_upstream *d = work->described;

	for (size_t i = 0; i < d->n_refused; i++)
		if (streq(d->refused[i].rule, refusal->rule) && streq(d->refused[i].what, refusal->what))
			return;
	ARRAY_ADD(d->refused, d->n_refused, *refusal);
	*refusal = (struct refusal){0};
}

static void set_reach(struct steps *steps, const struct reach *reach)
{
	for (size_t i = 0; i < steps->n; i++) {
		struct reach *r = &steps->items[i].reach;

		for (size_t k = 0; k < reach->users.n; k++)
			strings_add(&r->users, reach->users.items[k]);
		for (size_t k = 0; k < reach->objects.n; k++)
			strings_add(&r->objects, reach->objects.items[k]);
		for (size_t k = 0; k < reach->loses.n; k++)
			strings_add(&r->loses, reach->loses.items[k]);
		r->complete = reach->complete;
	}
}

/* The losers go into the plan: as refused where the guard said no, else as alternatives with the reason. */
static void keep_losers(struct work *work, struct candidates *list, const struct candidate *best)
{
	struct plan_upstream *d = work->described;

	for (size_t i = 0; i < list->n; i++) {
		struct candidate *c = &list->items[i];

		if (c == best)
			continue;
		if (c->refusal.rule)
			keep_refusal(work, &c->refusal);
		set_reach(&c->steps, &c->reach);
		ARRAY_ADD(d->alternatives, d->n_alternatives,
			(struct alternative){.steps = c->steps.items, .n_steps = c->steps.n,
				.lost = xstrdup(c->lost ? c->lost : "not needed")});
		c->steps = (struct steps){0};
	}
}

/* A file that cannot be edited takes its candidates out of the race. Only what was chosen once has been asked for, so the next best is found
 * in the next round of questions. */
static struct candidate *choose_editable(const struct situation *s, struct candidates *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!list->items[i].lost && !list->items[i].manual)
			list->items[i].lost = edits_failed(s, &list->items[i].steps);
	return candidates_choose(list);
}

enum outcome { CURED, HOPELESS, BY_HAND, WAITING };

static void take(struct work *work, struct candidate *best)
{
	struct cure *cure = ARRAY_NEW(work->cures, work->n_cures);

	set_reach(&best->steps, &best->reach);
	cure->steps = best->steps;
	best->steps = (struct steps){0};
	for (size_t i = 0; i < cure->steps.n; i++)
		effects_add(&work->planner->effects, work->planner->facts, &cure->steps.items[i], NULL);
}

static enum outcome cure_one(struct work *work, const struct situation *s)
{
	struct candidates list = {0};
	struct candidate *best;
	enum outcome outcome = CURED;

	candidates_propose(s, &list);
	for (size_t i = 0; i < list.n; i++) {
		candidate_try(s, &list.items[i]);
		if (list.items[i].unmeasured)
			outcome = WAITING;
	}
	if (outcome != WAITING) {
		best = choose_editable(s, &list);
		outcome = !best ? HOPELESS : best->manual ? BY_HAND : CURED;
		keep_losers(work, &list, best);
		if (best)
			take(work, best);
	}
	candidates_free(&list);
	return outcome;
}

static void chosen_steps(const struct work *work, struct situation *s)
{
	const struct plan *plan = work->planner->plan;

	for (size_t i = 0; i < plan->n_steps; i++)
		ARRAY_ADD(s->chosen, s->n_chosen, &plan->steps[i]);
	for (size_t i = 0; i < work->n_cures; i++)
		for (size_t k = 0; k < work->cures[i].steps.n; k++)
			ARRAY_ADD(s->chosen, s->n_chosen, &work->cures[i].steps.items[k]);
}

static enum outcome round_of(struct work *work, bool *more)
{
	struct planner *p = work->planner;
	struct upstream now = {0};
	struct check fault;
	struct situation s = {.facts = p->facts, .options = p->options, .effects = &p->effects,
		.world = effects_world(&p->effects, p->facts), .all = &p->all, .upstream = &now, .check = &fault,
		.worker = &p->facts->workers[work->upstream->worker], .questions = p->questions};
	enum outcome outcome = CURED;

	diagnose_again(&s.world, &p->options->judge, work->upstream, &now);
	*more = next_fault(&now, &fault);
	if (*more) {
		world_worker_ids(&s.world, work->upstream->worker, &s.ids);
		chosen_steps(work, &s);
		outcome = cure_one(work, &s);
		ids_free(&s.ids);
		free(s.chosen);
	}
	upstream_free(&now);
	return outcome;
}

/* Everything chosen but one cure of this upstream, replayed. */
static bool still_cured_without(const struct work *work, size_t left_out)
{
	const struct planner *p = work->planner;
	AUTO_EFFECTS struct effects effects = {0};
	struct upstream then = {0};
	struct world world;
	bool cured = true;

	for (size_t i = 0; i < p->plan->n_steps; i++)
		effects_add(&effects, p->facts, &p->plan->steps[i], NULL);
	for (size_t i = 0; i < work->n_cures; i++)
		for (size_t k = 0; i != left_out && k < work->cures[i].steps.n; k++)
			cured &= effects_add(&effects, p->facts, &work->cures[i].steps.items[k], NULL) == 0;
	world = effects_world(&effects, p->facts);
	diagnose_again(&world, &p->options->judge, work->upstream, &then);
	cured &= then.n_causes == 0;
	upstream_free(&then);
	return cured;
}

static void drop_cure(struct work *work, size_t i)
{
	steps_free(&work->cures[i].steps);
	work->n_cures--;
	memmove(&work->cures[i], &work->cures[i + 1], (work->n_cures - i) * sizeof(*work->cures));
}

/* A later cure can make an earlier one needless. */
static void prune(struct work *work)
{
	for (size_t i = work->n_cures; work->n_cures > 1 && i-- > 0;)
		if (still_cured_without(work, i))
			drop_cure(work, i);
}

static void rebuild_effects(struct planner *p)
{
	effects_free(&p->effects);
	for (size_t i = 0; i < p->plan->n_steps; i++)
		effects_add(&p->effects, p->facts, &p->plan->steps[i], NULL);
}

/* Moves the steps of the cures into the plan; with only_manual the others are given up. */
static void commit(struct work *work, bool only_manual)
{
	struct plan *plan = work->planner->plan;

	for (size_t i = 0; i < work->n_cures; i++) {
		for (size_t k = 0; k < work->cures[i].steps.n; k++) {
			struct step *step = &work->cures[i].steps.items[k];

			if (only_manual && step->kind != STEP_MANUAL)
				continue;
			step->id = xasprintf("s%zu", plan->n_steps + 1);
			strings_add(&work->described->steps, step->id);
			ARRAY_ADD(plan->steps, plan->n_steps, *step);
			*step = (struct step){0};
		}
	}
}

/* The steps of other upstreams that this one needs as well. */
static void adopt_shared(struct work *work, size_t n_before)
{
	struct planner *p = work->planner;

	for (size_t left_out = 0; left_out < n_before; left_out++) {
		AUTO_EFFECTS struct effects effects = {0};
		struct upstream then = {0};
		struct world world;
		bool works = true;

		for (size_t i = 0; i < p->plan->n_steps; i++)
			works &= i == left_out || effects_add(&effects, p->facts, &p->plan->steps[i], NULL) == 0;
		world = effects_world(&effects, p->facts);
		diagnose_again(&world, &p->options->judge, work->upstream, &then);
		if (!works || then.n_causes > 0)
			strings_add(&work->described->steps, p->plan->steps[left_out].id);
		upstream_free(&then);
	}
}

/* A changed nginx file counts in what-if as if nginx had read it: the reload that makes it so belongs to whoever needs the change. */
static void adopt_reload(struct work *work)
{
	const struct planner *p = work->planner;
	const struct nginx *nginx = &p->facts->nginx[p->facts->workers[work->upstream->worker].nginx];
	struct strings *ids = &work->described->steps;
	bool needed = false;

	for (size_t i = 0; i < p->plan->n_steps; i++) {
		const struct step *step = &p->plan->steps[i];

		needed |= (step->kind == STEP_NGINX_USER || step->kind == STEP_NGINX_PASS) && strings_has(ids, step->id);
		if (needed && step->kind == STEP_SERVICE_RELOAD && service_is(&nginx->as, step->target) && !strings_has(ids, step->id))
			strings_add(ids, step->id);
	}
}

static char *why_open(const struct work *work, enum outcome outcome)
{
	const struct plan_upstream *d = work->described;

	if (outcome == BY_HAND)
		return xstrdup("a person has to do this; nothing is changed by itself");
	if (outcome == WAITING)
		return xstrdup("what is needed to judge the fix could not be looked at");
	if (d->n_refused)
		return xasprintf("every way to a fix is refused: %s", d->refused[0].rule);
	return xstrdup("no safe fix is known");
}

static void finish(struct work *work, enum outcome outcome)
{
	struct planner *p = work->planner;
	size_t n_before = p->plan->n_steps;

	if (outcome == CURED)
		prune(work);
	else
		work->described->open = why_open(work, outcome);
	if (outcome != HOPELESS)
		commit(work, outcome != CURED);
	if (outcome == CURED) {
		adopt_shared(work, n_before);
		adopt_reload(work);
	}
	rebuild_effects(p);
	for (size_t i = 0; i < work->n_cures; i++)
		steps_free(&work->cures[i].steps);
	free(work->cures);
}

static void work_on(struct planner *p, const struct upstream *upstream, struct plan_upstream *described)
{
	struct work work = {.planner = p, .upstream = upstream, .described = described};
	enum outcome outcome = CURED;
	bool more = true;

	for (int i = 0; i < ROUNDS_MAX && more && outcome == CURED; i++)
		outcome = round_of(&work, &more);
	if (more && outcome == CURED)
		outcome = HOPELESS; /* it goes round in circles */
	finish(&work, outcome);
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
