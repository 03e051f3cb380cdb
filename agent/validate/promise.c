/* SPDX-License-Identifier: MIT */
#include "validate/promise.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>

/* One upstream as it was and as it shall be. */
struct promised {
	const struct facts *facts;
	struct upstream before, after;
	bool cured; /* one of the steps is for it */
};

/* --- making
 * -------------------------------------------------------------------------------------------------------------
 */

static bool same_endpoint(
        const struct facts *a, const struct upstream *x, const struct facts *b, const struct upstream *y)
{
	const struct nginx *one = &a->nginx[a->workers[x->worker].nginx],
	                   *other = &b->nginx[b->workers[y->worker].nginx];

	return streq(x->endpoint, y->endpoint) && streq(one->conf, other->conf) &&
	       streq(one->prefix, other->prefix);
}

static bool same_worker(
        const struct facts *a, const struct upstream *x, const struct facts *b, const struct upstream *y)
{
	return a->workers[x->worker].as.uid == b->workers[y->worker].as.uid;
}

static bool serves(const struct plan *plan, const struct strings *steps, const struct plan_upstream *u)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct step *step = &plan->steps[i];

		if (step->kind != STEP_MANUAL && strings_has(&u->steps, step->id) &&
		        (!steps || strings_has(steps, step->id)))
			return true;
	}
	return false;
}

static bool is_cured(const struct plan *plan, const struct strings *steps, const struct facts *facts,
        const struct upstream *u)
{
	for (size_t i = 0; i < plan->n_upstreams; i++) {
		const struct plan_upstream *p = &plan->upstreams[i];

		if (streq(p->endpoint, u->endpoint) && p->worker.uid == facts->workers[u->worker].as.uid &&
		        serves(plan, steps, p))
			return true;
	}
	return false;
}

static bool is_there(const struct promise *promise, const struct upstream *u)
{
	for (size_t i = 0; i < promise->n_upstreams; i++)
		if (promise->upstreams[i].before.worker == u->worker &&
		        streq(promise->upstreams[i].before.endpoint, u->endpoint))
			return true;
	return false;
}

/* All upstreams that these facts are asked about; those without an endpoint cannot be found again and are
 * passed over. */
static void add_all(struct promise *promise, const struct facts *facts, const struct plan *plan,
        const struct strings *steps)
{
	struct world before = {.facts = facts}, after = effects_world(&promise->effects, facts);
	AUTO_DIAGNOSIS struct diagnosis all = {0};

	diagnose(&before, &promise->judge, &all);
	for (size_t i = 0; i < all.n_upstreams; i++) {
		struct upstream *u = &all.upstreams[i];
		struct promised *p;

		if (!u->endpoint || is_there(promise, u))
			continue;
		p = ARRAY_NEW(promise->upstreams, promise->n_upstreams);
		p->facts = facts;
		p->cured = is_cured(plan, steps, facts, u);
		diagnose_again(&after, &promise->judge, u, &p->after);
		p->before = *u;
		*u = (struct upstream){0};
	}
}

int promise_make(const struct facts *facts, const struct plan *plan, const struct strings *steps,
        const struct judge *judge, struct promise *out, struct error *err)
{
	*out = (struct promise){.facts = facts, .every = *facts, .judge = *judge};
	out->every.n_targets = 0;
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct step *step = &plan->steps[i];
		int r;

		if (step->kind == STEP_MANUAL || (steps && !strings_has(steps, step->id)))
			continue;
		out->service |= step->kind == STEP_SERVICE_RELOAD || step->kind == STEP_SERVICE_RESTART;
		r = effects_add(&out->effects, facts, step, err);
		if (r < 0)
			return r;
	}
	add_all(out, facts, plan, steps);
	if (facts->n_targets)
		add_all(out, &out->every, plan, steps);
	return 0;
}

void promise_free(struct promise *promise)
{
	for (size_t i = 0; i < promise->n_upstreams; i++) {
		upstream_free(&promise->upstreams[i].before);
		upstream_free(&promise->upstreams[i].after);
	}
	free(promise->upstreams);
	effects_free(&promise->effects);
	*promise = (struct promise){0};
}

bool promise_cures(const struct promise *promise, struct error *err)
{
	for (size_t i = 0; i < promise->n_upstreams; i++) {
		const struct promised *p = &promise->upstreams[i];
		AUTO_FREE char *shown = escape_terminal(p->before.endpoint);

		if (p->cured && p->after.verdict != UPSTREAM_REACHABLE) {
			error_set(err, EINVAL, "%s would still be %s", shown,
			        name_of(upstream_verdict_names, p->after.verdict));
			return false;
		}
	}
	return true;
}

/* --- comparing
 * ------------------------------------------------------------------------------------------------------------
 */

static bool is_same_check(const struct check *a, const struct check *b)
{
	return a->moment == b->moment && a->layer == b->layer && streq(a->object, b->object) &&
	       streq(a->class, b->class) && streq(a->needs, b->needs);
}

static const struct check *find_check(const struct upstream *u, const struct check *like)
{
	for (size_t i = 0; i < u->n_checks; i++)
		if (is_same_check(&u->checks[i], like))
			return &u->checks[i];
	return NULL;
}

/* A denial that was not foreseen; or something unknown that was to be allowed. */
static bool is_broken(const struct upstream *promised, const struct check *now)
{
	const struct check *foreseen = find_check(promised, now);

	if (now->verdict == VERDICT_ALLOW)
		return false;
	if (now->verdict == VERDICT_UNKNOWN)
		return foreseen && foreseen->verdict == VERDICT_ALLOW;
	return !foreseen || foreseen->verdict != VERDICT_DENY;
}

static int broken(const struct upstream *now, const struct check *check, const char *what, struct error *err)
{
	AUTO_FREE char *endpoint = escape_terminal(now->endpoint), *object = escape_terminal(check->object);
	AUTO_FREE char *because = escape_terminal(check->because ? check->because : "");

	return error_set(err, EIO, "%s %s: %s (%s) %s %s: %s", endpoint, what, object, check->class,
	        check->needs, name_of(verdict_names, check->verdict), because);
}

static int compare_cured(const struct promised *p, const struct upstream *now, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(now->endpoint);

	for (size_t i = 0; i < now->n_checks; i++)
		if (is_broken(&p->after, &now->checks[i]))
			return broken(now, &now->checks[i], "is not cured", err);
	if (now->verdict != UPSTREAM_REACHABLE && now->verdict != p->after.verdict)
		return error_set(err, EIO, "%s is not cured: it is %s", shown,
		        name_of(upstream_verdict_names, now->verdict));
	return 0;
}

/* Not worse than before is enough; as promised is too, since the guard let the steps pass with what they take
 * away. */
static int compare_other(const struct promised *p, const struct upstream *now, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(now->endpoint);

	for (size_t i = 0; i < now->n_checks; i++)
		if (is_broken(&p->before, &now->checks[i]) && is_broken(&p->after, &now->checks[i]))
			return broken(now, &now->checks[i], "is worse than before", err);
	if (now->verdict != UPSTREAM_REACHABLE && p->before.verdict == UPSTREAM_REACHABLE &&
	        p->after.verdict == UPSTREAM_REACHABLE)
		return error_set(err, EIO, "%s is worse than before: it is %s", shown,
		        name_of(upstream_verdict_names, now->verdict));
	return 0;
}

/* --- finding again
 * ----------------------------------------------------------------------------------------------------------
 */

static bool has_pid(const struct worker *worker, uint32_t pid)
{
	for (size_t i = 0; i < worker->n_pids; i++)
		if (worker->pids[i] == pid)
			return true;
	return false;
}

/* All of its processes were there before. */
static bool is_old(const struct facts *before, const struct worker *worker)
{
	for (size_t i = 0; i < worker->n_pids; i++) {
		bool found = false;

		for (size_t k = 0; k < before->n_workers && !found; k++)
			found = has_pid(&before->workers[k], worker->pids[i]);
		if (!found)
			return false;
	}
	return worker->n_pids > 0;
}

struct fresh {
	const struct facts *facts;
	struct diagnosis all;
};

static bool has_newer(const struct promise *promise, const struct fresh *now, const struct upstream *u)
{
	for (size_t i = 0; i < now->all.n_upstreams; i++) {
		const struct upstream *other = &now->all.upstreams[i];

		if (same_endpoint(now->facts, u, now->facts, other) &&
		        !is_old(promise->facts, &now->facts->workers[other->worker]))
			return true;
	}
	return false;
}

/* A worker that ends after a reload serves what it has accepted and nothing new. */
static bool is_ending(const struct promise *promise, const struct fresh *now, const struct upstream *u)
{
	return promise->service && is_old(promise->facts, &now->facts->workers[u->worker]) &&
	       has_newer(promise, now, u);
}

static bool is_meant(const struct promise *promise, const struct promised *p, const struct fresh *now,
        const struct upstream *u, bool by_worker)
{
	return same_endpoint(p->facts, &p->after, now->facts, u) && !is_ending(promise, now, u) &&
	       (!by_worker || same_worker(p->facts, &p->after, now->facts, u));
}

/* By endpoint and account; where the account is another one now (nginx.user) by endpoint alone. */
static int compare(
        const struct promise *promise, const struct promised *p, const struct fresh *now, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(p->after.endpoint);

	for (int by_worker = 1; by_worker >= 0; by_worker--) {
		size_t found = 0;
		int r = 0;

		for (size_t i = 0; i < now->all.n_upstreams && r == 0; i++) {
			const struct upstream *u = &now->all.upstreams[i];

			if (!is_meant(promise, p, now, u, by_worker))
				continue;
			found++;
			r = p->cured ? compare_cured(p, u, err) : compare_other(p, u, err);
		}
		if (r < 0 || found)
			return r;
	}
	return error_set(err, EIO, "nginx no longer uses %s, or does not run", shown);
}

static int compare_all(
        const struct promise *promise, bool every, const struct facts *facts, struct error *err)
{
	struct fresh now = {.facts = facts};
	struct world world = {.facts = facts};
	int r = 0;

	diagnose(&world, &promise->judge, &now.all);
	for (size_t i = 0; i < promise->n_upstreams && r == 0; i++)
		if ((promise->upstreams[i].facts == &promise->every) == every)
			r = compare(promise, &promise->upstreams[i], &now, err);
	diagnosis_free(&now.all);
	return r;
}

int promise_check(const struct promise *promise, const struct facts *now, struct error *err)
{
	struct facts every = *now;
	int r = compare_all(promise, false, now, err);

	every.n_targets = 0;
	if (r == 0 && promise->facts->n_targets)
		r = compare_all(promise, true, &every, err);
	return r;
}
