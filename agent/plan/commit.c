/* SPDX-License-Identifier: MIT */
/* What was chosen for an upstream goes into the plan, without what turned out to be needless, with what other upstreams have chosen already. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"
#include "plan/work.h"

#include <stdlib.h>

/* Faults that are neither cured in this world nor handed to a person. */
static size_t faults_left(const struct work *work, const struct effects *effects)
{
	const struct planner *p = work->planner;
	const struct world world = effects_world(effects, p->facts);
	struct upstream then = {0};
	size_t n = 0;

	diagnose_again(&world, &p->options->judge, work->upstream, &then);
	for (size_t i = 0; i < then.n_checks; i++)
		n += then.checks[i].cause && !work_by_hand(work, &then.checks[i]);
	if (n == 0 && !work->by_hand.n)
		n = then.n_causes;
	upstream_free(&then);
	return n;
}

/* Everything chosen but one cure of this upstream, replayed. */
static bool still_cured_without(const struct work *work, size_t left_out)
{
	const struct planner *p = work->planner;
	AUTO_EFFECTS struct effects effects = {0};
	bool cured = true;

	for (size_t i = 0; i < p->plan->n_steps; i++)
		effects_add(&effects, p->facts, &p->plan->steps[i], NULL);
	for (size_t i = 0; i < work->n_cures; i++)
		for (size_t k = 0; i != left_out && k < work->cures[i].steps.n; k++)
			cured &= effects_add(&effects, p->facts, &work->cures[i].steps.items[k], NULL) == 0;
	return cured && faults_left(work, &effects) == 0;
}

static void drop_cure(struct work *work, size_t i)
{
	steps_free(&work->cures[i].steps);
	work->n_cures--;
	memmove(&work->cures[i], &work->cures[i + 1], (work->n_cures - i) * sizeof(*work->cures));
}

static bool is_change(const struct step *step)
{
	return step->n_changes > 0;
}

/* Later steps on the same object expect it as this cure leaves it. */
static bool built_upon(const struct work *work, size_t cure)
{
	const struct steps *early = &work->cures[cure].steps;

	for (size_t i = cure + 1; i < work->n_cures; i++)
		for (size_t k = 0; k < work->cures[i].steps.n; k++)
			for (size_t e = 0; e < early->n; e++)
				if (is_change(&early->items[e]) && streq(early->items[e].target, work->cures[i].steps.items[k].target))
					return true;
	return false;
}

/* A later cure can make an earlier one needless. */
static void prune(struct work *work)
{
	for (size_t i = work->n_cures; work->n_cures > 1 && i-- > 0;)
		if (work->cures[i].steps.items[0].kind != STEP_MANUAL && !built_upon(work, i) && still_cured_without(work, i))
			drop_cure(work, i);
}

static void rebuild_effects(struct planner *p)
{
	effects_free(&p->effects);
	for (size_t i = 0; i < p->plan->n_steps; i++)
		effects_add(&p->effects, p->facts, &p->plan->steps[i], NULL);
}

/* systemd reads all its files at once: of two daemon-reloads with no start of a unit between them the later one does for both. */
static bool read_again_later(const struct work *work, size_t cure, size_t step)
{
	for (size_t i = cure; i < work->n_cures; i++) {
		for (size_t k = i == cure ? step + 1 : 0; k < work->cures[i].steps.n; k++) {
			int kind = work->cures[i].steps.items[k].kind;

			if (kind == STEP_SERVICE_DAEMON_RELOAD || kind == STEP_SERVICE_RESTART)
				return kind == STEP_SERVICE_DAEMON_RELOAD;
		}
	}
	return false;
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
			if (step->kind == STEP_SERVICE_DAEMON_RELOAD && read_again_later(work, i, k))
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
		bool works = true;

		for (size_t i = 0; i < p->plan->n_steps; i++)
			works &= i == left_out || effects_add(&effects, p->facts, &p->plan->steps[i], NULL) == 0;
		if (!works || faults_left(work, &effects) > 0)
			strings_add(&work->described->steps, p->plan->steps[left_out].id);
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

static bool tells_manual(const struct work *work)
{
	for (size_t i = 0; i < work->n_cures; i++)
		for (size_t k = 0; k < work->cures[i].steps.n; k++)
			if (work->cures[i].steps.items[k].kind == STEP_MANUAL)
				return true;
	return false;
}

static char *why_open(const struct work *work, enum outcome outcome)
{
	const struct plan_upstream *d = work->described;
	const char *rest = tells_manual(work) ? "; the rest is for a person to do" : "";

	if (outcome == CURED && work->unknown)
		return xasprintf("whether the steps cure it cannot be known: %s", work->unknown);
	if (outcome == CURED)
		return xstrdup("it works now, or will after the steps; a person has to make it last");
	if (outcome == BY_HAND)
		return xstrdup("a person has to do this; nothing is changed by itself");
	if (outcome == WAITING)
		return xstrdup("what is needed to judge the fix could not be looked at");
	if (d->n_refused)
		return xasprintf("every way to a fix is refused: %s%s", d->refused[0].rule, rest);
	return xasprintf("no safe fix is known%s", rest);
}

void work_finish(struct work *work, enum outcome outcome)
{
	struct planner *p = work->planner;
	size_t n_before = p->plan->n_steps;

	if (outcome == CURED)
		prune(work);
	if (outcome == HOPELESS || outcome == BY_HAND)
		tell_rest(work, outcome);
	if (outcome != CURED || work->by_hand.n || work->unknown)
		work->described->open = why_open(work, outcome);
	commit(work, outcome != CURED);
	if (outcome == CURED) {
		adopt_shared(work, n_before);
		adopt_reload(work);
	}
	rebuild_effects(p);
	for (size_t i = 0; i < work->n_cures; i++)
		steps_free(&work->cures[i].steps);
	free(work->cures);
	strings_free(&work->by_hand);
	free(work->unknown);
}
