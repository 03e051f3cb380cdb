/* SPDX-License-Identifier: MIT */
#include "apply/split.h"
#include "base/alloc.h"
#include "base/cleanup.h"

/* Sets of step indices by their smallest member. */
static void join(size_t *set_of, size_t n, size_t a, size_t b)
{
	size_t from = set_of[a] > set_of[b] ? set_of[a] : set_of[b],
	       to = set_of[a] > set_of[b] ? set_of[b] : set_of[a];

	for (size_t i = 0; i < n; i++)
		if (set_of[i] == from)
			set_of[i] = to;
}

static bool applied(const struct step *step)
{
	return step->kind != STEP_MANUAL;
}

static void join_upstream(const struct plan *plan, const struct plan_upstream *u, size_t *set_of)
{
	size_t first = plan->n_steps;

	for (size_t i = 0; i < plan->n_steps; i++) {
		if (!applied(&plan->steps[i]) || !strings_has(&u->steps, plan->steps[i].id))
			continue;
		if (first < plan->n_steps)
			join(set_of, plan->n_steps, first, i);
		else
			first = i;
	}
}

static bool is_service(const struct step *step)
{
	return step->kind == STEP_SERVICE_RELOAD || step->kind == STEP_SERVICE_RESTART ||
	       step->kind == STEP_SERVICE_DAEMON_RELOAD;
}

/* A service has no state to be taken back, and members of a group come and go one by one. */
static bool same_object(const struct step *a, const struct step *b)
{
	if (!streq(a->target, b->target) || is_service(a) || is_service(b))
		return false;
	return a->kind != STEP_GROUP_ADD_MEMBER || b->kind != STEP_GROUP_ADD_MEMBER;
}

static void join_targets(const struct plan *plan, size_t *set_of)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		for (size_t k = 0; k < i; k++)
			if (applied(&plan->steps[i]) && applied(&plan->steps[k]) &&
			        same_object(&plan->steps[i], &plan->steps[k]))
				join(set_of, plan->n_steps, i, k);
}

static void add_upstreams(const struct plan *plan, struct step_set *set)
{
	for (size_t u = 0; u < plan->n_upstreams; u++)
		for (size_t i = 0; i < set->steps.n; i++)
			if (strings_has(&plan->upstreams[u].steps, set->steps.items[i])) {
				strings_add(&set->upstreams, plan->upstreams[u].id);
				break;
			}
}

void plan_split(const struct plan *plan, struct step_sets *out)
{
	AUTO_FREE size_t *set_of = xcalloc(plan->n_steps + 1, sizeof(*set_of));

	*out = (struct step_sets){0};
	for (size_t i = 0; i < plan->n_steps; i++)
		set_of[i] = i;
	for (size_t i = 0; i < plan->n_upstreams; i++)
		join_upstream(plan, &plan->upstreams[i], set_of);
	join_targets(plan, set_of);
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct step_set *set;

		if (set_of[i] != i || !applied(&plan->steps[i]))
			continue;
		set = ARRAY_NEW(out->items, out->n);
		for (size_t k = i; k < plan->n_steps; k++)
			if (set_of[k] == i)
				strings_add(&set->steps, plan->steps[k].id);
		add_upstreams(plan, set);
	}
}

void step_sets_free(struct step_sets *sets)
{
	for (size_t i = 0; i < sets->n; i++) {
		strings_free(&sets->items[i].steps);
		strings_free(&sets->items[i].upstreams);
	}
	free(sets->items);
	*sets = (struct step_sets){0};
}
