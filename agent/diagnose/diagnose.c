/* SPDX-License-Identifier: MIT */
#include "diagnose/diagnose.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/exam.h"

static void check_unresolved(struct exam *exam)
{
	const struct facts *facts = exam->world->facts;
	const struct upstream *up = exam->up;
	const struct nginx_ref *ref = up->n_refs ? &facts->nginx[exam->worker->nginx].refs[up->refs[0]] : NULL;
	const char *written = ref && ref->written ? ref->written : "?";
	const char *why = ref && ref->unresolved ? ref->unresolved : written;

	exam_deny(exam, LAYER_LISTENER, xstrdup(written), "endpoint", "resolve", CAUSE_UNRESOLVED,
		xasprintf("where this leads is known only at run time: %s", why));
}

static void check_all(struct exam *exam)
{
	if (!exam->up->endpoint) {
		check_unresolved(exam);
		return;
	}
	if (endpoint_path(exam->up->endpoint)) {
		check_namespaces(exam);
		check_directories(exam);
		check_object(exam);
		check_listener(exam);
	} else {
		check_remote(exam);
	}
	check_probe(exam);
	check_mac(exam);
	check_durable(exam);
	check_world_access(exam);
}

static void examine(const struct world *world, const struct judge *judge, const struct upstream *before, struct upstream *up)
{
	struct exam exam = {.world = world, .judge = judge, .before = before, .up = up};

	exam_begin(&exam);
	check_all(&exam);
	conclude(&exam);
	exam_end(&exam);
}

/* The upstreams of one worker lie together: each worker's odd account is looked for among its own. */
static void find_web_users(const struct world *world, struct diagnosis *all)
{
	for (size_t i = 0, end; i < all->n_upstreams; i = end) {
		size_t worker = all->upstreams[i].worker;
		const struct user *user;

		for (end = i; end < all->n_upstreams && all->upstreams[end].worker == worker;)
			end++;
		user = find_web_user(world, worker, all->upstreams + i, end - i);
		for (size_t j = i; j < end; j++)
			all->upstreams[j].web_user = user;
	}
}

static void keep_wanted(const struct world *world, struct diagnosis *all)
{
	bool *want = targets_want(world->facts, all->upstreams, all->n_upstreams);
	size_t kept = 0;

	for (size_t i = 0; i < all->n_upstreams; i++) {
		if (want[i])
			all->upstreams[kept++] = all->upstreams[i];
		else
			upstream_free(&all->upstreams[i]);
	}
	all->n_upstreams = kept;
	free(want);
}

void diagnose(const struct world *world, const struct judge *judge, struct diagnosis *out)
{
	struct index index;

	*out = (struct diagnosis){0};
	index_build(&index, world);
	group_upstreams(world, out);
	for (size_t i = 0; i < out->n_upstreams; i++)
		resolve(&index, &out->upstreams[i]);
	find_web_users(world, out);
	keep_wanted(world, out);
	for (size_t i = 0; i < out->n_upstreams; i++) {
		out->upstreams[i].id = xasprintf("u%zu", i + 1);
		examine(world, judge, NULL, &out->upstreams[i]);
	}
	index_free(&index);
}

/* What was looked up for an upstream, without what was found wrong with it. */
static void copy_resolved(const struct upstream *from, struct upstream *to)
{
	*to = *from;
	to->id = xstrdup(from->id);
	to->endpoint = xstrdup(from->endpoint);
	to->meant = xstrdup(from->meant);
	to->hidden_because = xstrdup(from->hidden_because);
	to->refs = xcalloc(from->n_refs, sizeof(*to->refs));
	for (size_t i = 0; i < from->n_refs; i++)
		to->refs[i] = from->refs[i];
	to->checks = NULL;
	to->causes = to->advisories = NULL;
	to->n_checks = to->n_causes = to->n_advisories = 0;
}

/* Whether a server has moved to this endpoint, or away from it. */
static bool is_moved(const struct world *world, const struct upstream *up)
{
	for (size_t i = 0; i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->kind == EFFECT_LISTEN && (effect->section == up->section || streq(effect->value, up->endpoint) ||
							     streq(effect->section->endpoint, up->endpoint)))
			return true;
	}
	return false;
}

static void resolve_anew(const struct world *world, struct upstream *up, const char *endpoint)
{
	struct upstream fresh = {.id = TAKE_PTR(up->id), .endpoint = xstrdup(endpoint), .worker = up->worker, .web_user = up->web_user,
		.refs = TAKE_PTR(up->refs), .n_refs = up->n_refs};
	struct index index;

	upstream_free(up);
	*up = fresh;
	index_build(&index, world);
	resolve(&index, up);
	index_free(&index);
}

void diagnose_again(const struct world *world, const struct judge *judge, const struct upstream *which, struct upstream *out)
{
	const char *endpoint = world_endpoint(world, world->facts->workers[which->worker].nginx, which->endpoint);

	copy_resolved(which, out);
	if (streq(endpoint, which->endpoint) && !is_moved(world, which)) {
		examine(world, judge, which, out);
		return;
	}
	resolve_anew(world, out, endpoint);
	examine(world, judge, NULL, out);
}

void upstream_free(struct upstream *up)
{
	for (size_t i = 0; i < up->n_checks; i++) {
		free(up->checks[i].object);
		free(up->checks[i].class);
		free(up->checks[i].needs);
		free(up->checks[i].because);
	}
	free(up->checks);
	free(up->causes);
	free(up->advisories);
	free(up->refs);
	free(up->id);
	free(up->endpoint);
	free(up->meant);
	free(up->hidden_because);
	*up = (struct upstream){0};
}

void diagnosis_free(struct diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->n_upstreams; i++)
		upstream_free(&diagnosis->upstreams[i]);
	free(diagnosis->upstreams);
	*diagnosis = (struct diagnosis){0};
}
