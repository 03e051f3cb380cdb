/* SPDX-License-Identifier: MIT */
/* Tries candidates on a copy of the world and picks one: proved by diagnosing the changed world, judged by the guard, measured by reach. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/candidate.h"
#include "plan/edit_ask.h"
#include "plan/effect_kinds.h"

static size_t denied_now(const struct upstream *u)
{
	size_t n = 0;

	for (size_t i = 0; i < u->n_checks; i++)
		n += u->checks[i].verdict == VERDICT_DENY && u->checks[i].moment == MOMENT_NOW;
	return n;
}

static const struct check *same_check(const struct upstream *u, const struct check *check)
{
	for (size_t i = 0; i < u->n_checks; i++)
		if (u->checks[i].moment == check->moment && u->checks[i].layer == check->layer &&
			streq(u->checks[i].object, check->object) && streq(u->checks[i].needs, check->needs))
			return &u->checks[i];
	return NULL;
}

static bool has_cause(const struct upstream *u, int cause)
{
	for (size_t i = 0; i < u->n_causes; i++)
		if (u->causes[i] == cause)
			return true;
	return false;
}

/* A world-access cause under --tighten has no denied check of its own: it is cured when it is gone. A denied ACL check may
 * come back as a plain mode check of the same object, so the layer of a check that is still denied does not count. */
static bool cures(const struct situation *s, const struct upstream *then)
{
	const struct check *check;

	if (denied_now(then) > denied_now(s->upstream))
		return false;
	if (s->check->verdict != VERDICT_DENY)
		return !has_cause(then, s->check->cause);
	check = same_check(then, s->check);
	if (check)
		return check->verdict == VERDICT_ALLOW;
	for (size_t i = 0; i < then->n_checks; i++)
		if (then->checks[i].verdict != VERDICT_ALLOW && then->checks[i].moment == s->check->moment &&
			streq(then->checks[i].object, s->check->object) && streq(then->checks[i].needs, s->check->needs))
			return false;
	return true;
}

static bool on_the_way(const struct upstream *u, const struct effect *e)
{
	for (size_t i = 0; u->walk && i < u->walk->n_nodes; i++)
		if (u->walk->nodes[i].dev == e->dev && u->walk->nodes[i].ino == e->ino)
			return true;
	return false;
}

/* Whether an effect can change what an upstream's diagnosis says. */
static bool touches(const struct situation *s, const struct effect *e, const struct upstream *u)
{
	switch (e->kind) {
	case EFFECT_OWNER:
	case EFFECT_MODE:
	case EFFECT_ACL:
		return on_the_way(u, e);
	case EFFECT_SETTING:
		return u->section == e->section;
	case EFFECT_RELOAD:
	case EFFECT_NGINX_USER:
		return s->facts->workers[u->worker].nginx == e->nginx;
	case EFFECT_MEMBER:
		return streq(s->facts->workers[u->worker].user, e->value);
	default:
		return false;
	}
}

static bool touched(const struct situation *s, const struct effects *trial, const struct upstream *u)
{
	for (size_t i = s->effects->n; i < trial->n; i++)
		if (touches(s, &trial->items[i], u))
			return true;
	return false;
}

/* The first other upstream for which the change makes things worse; counts those that it cures. */
static char *harms(const struct situation *s, const struct effects *trial, size_t *cured)
{
	struct world after = effects_world(trial, s->facts);

	*cured = 0;
	for (size_t i = 0; i < s->all->n_upstreams; i++) {
		const struct upstream *other = &s->all->upstreams[i];
		struct upstream before = {0}, then = {0};
		bool worse;

		if (streq(other->id, s->upstream->id) || !touched(s, trial, other))
			continue;
		diagnose_again(&s->world, &s->options->judge, other, &before);
		diagnose_again(&after, &s->options->judge, other, &then);
		worse = denied_now(&then) > denied_now(&before) || then.n_causes > before.n_causes;
		*cured += before.n_causes > 0 && then.n_causes == 0;
		upstream_free(&before);
		upstream_free(&then);
		if (worse)
			return xasprintf("it would take %s from %s", other->endpoint ? other->endpoint : "another upstream",
				s->facts->workers[other->worker].user);
	}
	return NULL;
}

/* What the guard looks at must have been looked at: the way to every file and object that a step names. */
static bool known_target(const struct situation *s, const struct step *step)
{
	if (step->kind == STEP_MANUAL || step->target[0] != '/' || walk_find(s->facts, "host", step->target))
		return true;
	if (!edits_file(step) && node_at(s->facts, step->target))
		return true;
	questions_add(s->questions,
		(struct question){.kind = QUESTION_WALK, .view = xstrdup("host"), .path = xstrdup(step->target)});
	return false;
}

static bool play(const struct situation *s, struct candidate *candidate, struct effects *trial)
{
	for (size_t i = 0; i < candidate->steps.n; i++) {
		const struct step *step = &candidate->steps.items[i];
		struct world world = effects_world(trial, s->facts);
		struct error err;

		if (!known_target(s, step)) {
			candidate->unmeasured = true;
			return false;
		}
		if (s->options->guard && !s->options->guard->allows(s->options->guard, &world, step, &candidate->refusal)) {
			candidate->lost = xasprintf("refused: %s", candidate->refusal.rule);
			return false;
		}
		if (effects_add(trial, s->facts, step, &err) < 0) {
			candidate->lost = xasprintf("cannot be judged: %s", err.text);
			return false;
		}
	}
	return true;
}

/* What is refused is worth a word, and a policy line, only where it would help; then its reach says what it would open. */
static void weigh_refused(const struct situation *s, struct candidate *candidate)
{
	AUTO_EFFECTS struct effects trial = effects_copy(s->effects);
	struct upstream then = {0};
	struct world after;

	for (size_t i = 0; i < candidate->steps.n; i++)
		if (effects_add(&trial, s->facts, &candidate->steps.items[i], NULL) < 0)
			return;
	after = effects_world(&trial, s->facts);
	diagnose_again(&after, &s->options->judge, s->upstream, &then);
	if (!cures(s, &then)) {
		refusal_free(&candidate->refusal);
		free(candidate->lost);
		candidate->lost = xstrdup("it does not let the worker in");
	} else {
		reach_measure(s, &after, &candidate->reach);
	}
	upstream_free(&then);
}

/* nginx's configuration wants these to have it, so they are no reason against a candidate; upstreams that nobody asked about count too. */
static bool wanted(const struct situation *s, const char *user, const char *endpoint)
{
	for (size_t i = 0; i < s->facts->n_workers; i++) {
		const struct nginx *nginx = &s->facts->nginx[s->facts->workers[i].nginx];

		for (size_t k = 0; streq(s->facts->workers[i].user, user) && k < nginx->n_refs; k++)
			if (streq(nginx->refs[k].endpoint, endpoint))
				return true;
	}
	return false;
}

static size_t count_expected(const struct situation *s, const struct reach *reach)
{
	size_t n = 0;

	for (size_t i = 0; i < reach->users.n; i++)
		n += wanted(s, reach->users.items[i], s->upstream->endpoint);
	for (size_t i = 0; i < reach->objects.n; i++)
		n += wanted(s, s->worker->user, reach->objects.items[i]);
	return n;
}

void candidate_try(const struct situation *s, struct candidate *candidate)
{
	AUTO_EFFECTS struct effects trial = effects_copy(s->effects);
	struct upstream then = {0};
	struct world after;

	if (candidate->manual)
		return;
	if (!play(s, candidate, &trial)) {
		if (candidate->refusal.rule)
			weigh_refused(s, candidate);
		return;
	}
	after = effects_world(&trial, s->facts);
	diagnose_again(&after, &s->options->judge, s->upstream, &then);
	candidate->durable = !has_cause(&then, CAUSE_NOT_DURABLE);
	if (!cures(s, &then))
		candidate->lost = xstrdup("it does not let the worker in");
	else
		candidate->lost = harms(s, &trial, &candidate->cured);
	upstream_free(&then);
	if (candidate->lost)
		return;
	reach_measure(s, &after, &candidate->reach);
	candidate->expected = count_expected(s, &candidate->reach);
}

static size_t gains(const struct candidate *c)
{
	return c->reach.users.n + c->reach.domains.n + c->reach.objects.n - c->expected;
}

static size_t edits(const struct candidate *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->steps.n; i++)
		n += edits_file(&c->steps.items[i]);
	return n;
}

/* Negative: a is better. The last word has the order of the levers. */
static long compare(const struct candidate *a, const struct candidate *b)
{
	const long differences[] = {
		(long)a->manual - (long)b->manual,
		(long)(gains(a) > 0) - (long)(gains(b) > 0),
		(long)gains(a) - (long)gains(b),
		(long)b->fits - (long)a->fits,
		(long)b->cured - (long)a->cured,
		(long)b->durable - (long)a->durable,
		(long)a->reach.loses.n - (long)b->reach.loses.n,
		(long)a->impact - (long)b->impact,
		(long)edits(a) - (long)edits(b),
		(long)a->steps.n - (long)b->steps.n,
	};

	for (size_t i = 0; i < COUNT_OF(differences); i++)
		if (differences[i])
			return differences[i];
	return 0;
}

static const char *why_lost(const struct candidate *c, const struct candidate *best)
{
	if (c->manual)
		return "a step does the same without a person";
	if (gains(c) > gains(best))
		return "more would gain by it";
	if (c->fits < best->fits)
		return "it would leave what is wrong as it is, and change what is right";
	if (c->cured < best->cured)
		return "the other lets more of the workers in that nginx has for it";
	if (!c->durable && best->durable)
		return "it would not last";
	if (c->reach.loses.n > best->reach.loses.n)
		return "others would lose access by it";
	if (c->impact > best->impact)
		return "it needs more of a running service";
	if (edits(c) > edits(best))
		return "it changes configuration that is right already";
	if (c->steps.n > best->steps.n)
		return "it changes more";
	return "equal, and the other comes first";
}

struct candidate *candidates_choose(struct candidates *list)
{
	struct candidate *best = NULL;

	for (size_t i = 0; i < list->n; i++)
		if (!list->items[i].lost && (!best || compare(&list->items[i], best) < 0))
			best = &list->items[i];
	for (size_t i = 0; best && i < list->n; i++)
		if (&list->items[i] != best && !list->items[i].lost)
			list->items[i].lost = xstrdup(why_lost(&list->items[i], best));
	return best;
}
