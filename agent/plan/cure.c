/* SPDX-License-Identifier: MIT */
/* One round: the next fault of an upstream, all candidates against it, and the best of them. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/edit_ask.h"
#include "plan/lever.h"
#include "plan/manual.h"
#include "plan/step_make.h"
#include "plan/work.h"

#include <stdlib.h>

/* A fault across worlds. */
static char *fault_key(const struct check *check)
{
	return xasprintf("%s %s %s", name_of(moment_names, check->moment), check->needs ? check->needs : "", check->object ? check->object : "");
}

bool work_by_hand(const struct work *work, const struct check *check)
{
	AUTO_FREE char *key = fault_key(check);

	return strings_has(&work->by_hand, key);
}

/* What is to be cured next: denials now before those of the next restart, but for what a person has to mend. */
static bool next_fault(const struct work *work, const struct upstream *u, struct check *out)
{
	for (int moment = MOMENT_NOW; moment <= MOMENT_BOOT; moment++) {
		for (size_t i = 0; i < u->n_checks; i++) {
			if (u->checks[i].verdict == VERDICT_DENY && u->checks[i].moment == moment && u->checks[i].cause &&
				!work_by_hand(work, &u->checks[i])) {
				*out = u->checks[i];
				return true;
			}
		}
	}
	if (u->n_causes == 0 || work->by_hand.n)
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

static void take(struct work *work, struct candidate *best)
{
	struct cure *cure = ARRAY_NEW(work->cures, work->n_cures);

	set_reach(&best->steps, &best->reach);
	if (!work->unknown)
		work->unknown = TAKE_PTR(best->unknown);
	cure->steps = best->steps;
	best->steps = (struct steps){0};
	for (size_t i = 0; i < cure->steps.n; i++)
		effects_add(&work->planner->effects, work->planner->facts, &cure->steps.items[i], NULL);
}

/* It works now, and what only a person can do is to make it last: the rest is still worth doing. */
static bool mended_later(struct work *work, const struct check *check)
{
	if (check->moment == MOMENT_NOW)
		return false;
	strings_own(&work->by_hand, fault_key(check));
	return true;
}

/* Which commands it takes is not known, and no rule could tell. */
static void warn(const struct situation *s, const struct candidate *best)
{
	if (best && best->steps.n && serves_as_root(s))
		strings_addf(&best->steps.items[0].warnings,
			"%s runs as root and is no known kind of server: if it carries out what its clients say, whoever may connect is root",
			s->upstream->backend->unit ? s->upstream->backend->unit : s->upstream->backend->as.comm ? s->upstream->backend->as.comm : "the server");
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
		outcome = !best ? HOPELESS : !best->manual ? CURED : mended_later(work, s->check) ? CURED : BY_HAND;
		keep_losers(work, &list, best);
		warn(s, best);
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

/* The upstream in the world that the cures so far make. */
static void situation_open(const struct work *work, struct upstream *now, struct check *fault, struct situation *s)
{
	struct planner *p = work->planner;

	*s = (struct situation){.facts = p->facts, .options = p->options, .effects = &p->effects,
		.world = effects_world(&p->effects, p->facts), .all = &p->all, .upstream = now, .check = fault,
		.worker = &p->facts->workers[work->upstream->worker], .questions = p->questions};
	*now = (struct upstream){0};
	diagnose_again(&s->world, &p->options->judge, work->upstream, now);
	world_worker_ids(&s->world, work->upstream->worker, &s->ids);
	chosen_steps(work, s);
}

static void situation_close(struct situation *s, struct upstream *now)
{
	ids_free(&s->ids);
	free(s->chosen);
	upstream_free(now);
}

static bool is_told(const struct work *work, const struct step *step)
{
	for (size_t i = 0; i < work->n_cures; i++)
		for (size_t k = 0; k < work->cures[i].steps.n; k++)
			if (work->cures[i].steps.items[k].kind == step->kind && streq(work->cures[i].steps.items[k].target, step->target))
				return true;
	return false;
}

static void tell(struct work *work, const struct situation *s)
{
	struct candidates list = {0};

	lever_manual(s, &list);
	for (size_t i = 0; i < list.n; i++)
		if (!is_told(work, &list.items[i].steps.items[0]))
			take(work, &list.items[i]);
	candidates_free(&list);
}

/* What a person was told about one check on the way mends the others of its kind too; who listens is another matter. */
static bool is_another_matter(const struct check *check, enum outcome outcome)
{
	return check->verdict == VERDICT_DENY && check->moment == MOMENT_NOW && check->cause &&
	       (outcome == HOPELESS || check->layer == LAYER_LISTENER);
}

void tell_rest(struct work *work, enum outcome outcome)
{
	struct upstream now;
	struct check fault = {0};
	struct situation s;

	situation_open(work, &now, &fault, &s);
	for (size_t i = 0; i < now.n_checks; i++) {
		s.check = &now.checks[i];
		if (is_another_matter(s.check, outcome))
			tell(work, &s);
	}
	situation_close(&s, &now);
}

enum outcome cure_next(struct work *work, bool *more)
{
	struct upstream now;
	struct check fault;
	struct situation s;
	enum outcome outcome = CURED;

	situation_open(work, &now, &fault, &s);
	*more = next_fault(work, &now, &fault);
	if (*more)
		outcome = cure_one(work, &s);
	situation_close(&s, &now);
	return outcome;
}

static bool is_socket(const struct check *check, int verdict, int moment)
{
	return check->verdict == verdict && check->moment == moment && streq(check->class, "sock_file") && streq(check->needs, "write");
}

static const struct check *socket_check(const struct upstream *u, int verdict, int moment)
{
	for (size_t i = 0; i < u->n_checks; i++)
		if (is_socket(&u->checks[i], verdict, moment))
			return &u->checks[i];
	return NULL;
}

void cure_unclear(struct work *work)
{
	const struct check *unknown;
	struct upstream now;
	struct check fault = {0};
	struct situation s;
	struct steps steps = {0};
	char *words;

	if (!work->n_cures || !socket_check(work->upstream, VERDICT_DENY, MOMENT_NOW))
		return;
	situation_open(work, &now, &fault, &s);
	unknown = socket_check(&now, VERDICT_UNKNOWN, MOMENT_RESTART);
	words = unknown ? manual_unclear(&s) : NULL;
	if (words) {
		strings_own(&work->by_hand, fault_key(unknown));
		step_manual(&steps, unknown->object, words);
		ARRAY_NEW(work->cures, work->n_cures)->steps = steps;
	}
	situation_close(&s, &now);
}
