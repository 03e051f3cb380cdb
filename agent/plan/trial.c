/* SPDX-License-Identifier: MIT */
/* Tries a candidate on a copy of the world: judged by the guard, proved by diagnosing the changed world, measured by reach. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/dac.h"
#include "diagnose/place.h"
#include "plan/candidate.h"
#include "plan/edit_ask.h"
#include "plan/effect_kinds.h"
#include "plan/lever.h"

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

/* A denial that ends in `unknown` is no cure that could be relied on: what is not known then, and was before. Of the socket's later state nothing
 * need stand among the checks where it is not known. NULL: all is known. */
static char *not_known(const struct situation *s, const struct world *after, const struct upstream *then)
{
	AUTO_CREATION struct creation was = {0};
	AUTO_CREATION struct creation will = {0};

	for (size_t i = 0; i < then->n_checks; i++) {
		const struct check *check = &then->checks[i], *before = same_check(s->upstream, check);

		if (check->verdict == VERDICT_UNKNOWN && (!before || before->verdict != VERDICT_UNKNOWN))
			return xstrdup(check->because);
	}
	if (s->check->verdict != VERDICT_DENY || s->check->moment == MOMENT_NOW || then->section != s->upstream->section ||
		streq(s->check->class, "dir"))
		return NULL;
	predict_in(s, &s->world, &was);
	predict_in(s, after, &will);
	/* that there will be a socket is one thing, what it will be another */
	return (was.known || streq(s->check->needs, "create")) && !will.known ? xasprintf("what %s will be when it is made again", s->upstream->endpoint) : NULL;
}

static bool touched(const struct situation *s, const struct effects *trial, const struct upstream *u)
{
	for (size_t i = s->effects->n; i < trial->n; i++)
		if (effect_touches(s, &trial->items[i], u))
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

/* Whose configuration the step edits: the view in which that server reads it. */
static const char *view_of_reader(const struct facts *facts, const struct step *step)
{
	const struct backend_section *section = section_at(facts, step->target, step->section);

	if (step->section && section)
		return backend_of_section(facts, section)->view;
	for (size_t n = 0; n < facts->n_nginx && (step->kind == STEP_NGINX_PASS || step->kind == STEP_NGINX_USER); n++)
		for (size_t i = 0; i < facts->nginx[n].n_files; i++)
			if (streq(facts->nginx[n].files[i].path, step->target))
				return facts->nginx[n].as.view;
	return NULL;
}

static bool walked(const struct situation *s, const char *view, const char *path)
{
	if (walk_find(s->facts, view, path))
		return true;
	questions_add(s->questions, (struct question){.kind = QUESTION_WALK, .view = xstrdup(view), .path = xstrdup(path)});
	return false;
}

/* A view that is the host's under another name is not looked at twice. */
static bool known_to_reader(const struct situation *s, const struct step *step)
{
	const char *id = view_of_reader(s->facts, step);
	const struct view *view = id ? view_by_id(s->facts, id) : NULL;

	return !view || view->same_as_host || view->unknown || walked(s, id, step->target);
}

/* What the guard looks at must have been looked at: the way to every file and object that a step names. */
static bool known_target(const struct situation *s, const struct step *step)
{
	if (step->kind == STEP_MANUAL || step->target[0] != '/')
		return true;
	if (!edits_file(step))
		return node_at(s->facts, step->target) || walked(s, "host", step->target);
	return walked(s, "host", step->target) && known_to_reader(s, step);
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

/* Where nginx passes to afterwards has to have been looked at, by every worker that passes there. */
static bool known_endpoints(const struct situation *s, const struct effects *trial)
{
	bool known = true;

	for (size_t i = s->effects->n; i < trial->n; i++) {
		const struct effect *e = &trial->items[i];
		const char *path = e->kind == EFFECT_ENDPOINT ? endpoint_path(e->value) : NULL;

		for (size_t w = 0; path && w < s->facts->n_workers; w++) {
			const struct worker *worker = &s->facts->workers[w];
			const char *view = worker->as.view ? worker->as.view : "host";

			if (worker->nginx != e->nginx || walk_find(s->facts, view, path))
				continue;
			questions_add(s->questions,
				(struct question){.kind = QUESTION_WALK, .view = xstrdup(view), .path = xstrdup(path)});
			known = false;
		}
	}
	return known;
}

/* Only systemd's boot is known. */
static int last_moment(const struct facts *facts)
{
	return (facts->host.systemd || facts->host.offline) && facts->n_units && !facts->units_unknown ? MOMENT_BOOT : MOMENT_RESTART;
}

static bool denies(const struct ids *ids, const struct directory *directory)
{
	return directory->known && (!directory->exists || (directory->by && !dac_decide(ids, &directory->node, DAC_SEARCH).allowed));
}

/* While other things deny now, the diagnosis is silent about what will be: whether the directory in question will still let the worker in. */
static bool directory_lasts(const struct situation *s, const struct world *after)
{
	AUTO_IDS struct ids ids = {0};
	bool lasts = true;

	if (!streq(s->check->class, "dir") || s->upstream->hidden)
		return true;
	world_worker_ids(after, s->upstream->worker, &ids);
	for (int moment = MOMENT_RESTART; moment <= last_moment(s->facts); moment++) {
		struct way way = {0};

		way_build(after, s->upstream, moment, &way);
		for (size_t i = 0; i < way.n; i++)
			lasts &= !streq(way.dirs[i].node.path, s->check->object) || !denies(&ids, &way.dirs[i]);
		way_free(&way);
	}
	return lasts;
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
	if (!known_endpoints(s, &trial)) {
		candidate->unmeasured = true;
		return;
	}
	after = effects_world(&trial, s->facts);
	diagnose_again(&after, &s->options->judge, s->upstream, &then);
	candidate->durable = !has_cause(&then, CAUSE_NOT_DURABLE) && directory_lasts(s, &after);
	if (!cures(s, &then))
		candidate->lost = xstrdup("it does not let the worker in");
	else
		candidate->lost = harms(s, &trial, &candidate->cured);
	if (!candidate->lost)
		candidate->unknown = not_known(s, &after, &then);
	upstream_free(&then);
	if (candidate->lost)
		return;
	reach_measure(s, &after, &candidate->reach);
	candidate->expected = count_expected(s, &candidate->reach);
}
