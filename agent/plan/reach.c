/* SPDX-License-Identifier: MIT */
/* Reach: who else gains the upstream by a change, who loses it, and which other sockets the worker gains. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/candidate.h"
#include "plan/lever.h"

#include <errno.h>
#include <stdlib.h>

#define ACCOUNTS_MAX 4096 /* beyond it the answer is not complete, and says so */

/* The way to the socket as it is now, and as it will be once the server has made its socket anew. */
struct ways {
	const struct walk *now;
	struct walk later;          /* nodes borrowed but for the last one */
	struct creation creation;
};

static void ways_of(const struct situation *s, const struct world *world, struct ways *ways)
{
	const struct walk *walk = s->upstream->walk;

	*ways = (struct ways){.now = walk};
	predict_in(s, world, &ways->creation);
	if (!ways->creation.known || ways->creation.fails || !walk_object(walk))
		return;
	ways->later = *walk;
	ways->later.nodes = xcalloc(walk->n_nodes, sizeof(*walk->nodes));
	memcpy(ways->later.nodes, walk->nodes, walk->n_nodes * sizeof(*walk->nodes));
	ways->later.nodes[walk->n_nodes - 1] = ways->creation.node;
	/* no effect on the live inode may reach the predicted one */
	ways->later.nodes[walk->n_nodes - 1].dev = 0;
	ways->later.nodes[walk->n_nodes - 1].ino = 0;
}

static void ways_free(struct ways *ways)
{
	free(ways->later.nodes);
	creation_free(&ways->creation);
}

static bool gets_through(const struct world *world, const struct ways *ways, const struct user *user, bool later)
{
	AUTO_IDS struct ids ids = {0};
	const struct walk *walk = later ? &ways->later : ways->now;

	if (!walk || !walk->nodes)
		return false;
	world_user_ids(world, user, &ids);
	return diagnose_access(world, &ids, walk, NULL);
}

static void compare_user(const struct situation *s, const struct world *after, const struct ways *before_ways,
	const struct ways *after_ways, const struct user *user, struct reach *out)
{
	bool before = false, then = false;

	for (int later = 0; later < 2; later++) {
		before |= gets_through(&s->world, before_ways, user, later);
		then |= gets_through(after, after_ways, user, later);
	}
	if (then && !before)
		strings_add(&out->users, user->name);
	if (before && !then)
		strings_add(&out->loses, user->name);
}

static bool gains_ids(const struct world *before, const struct world *after)
{
	for (size_t i = before->n_effects; i < after->n_effects; i++)
		if (after->effects[i].kind == EFFECT_MEMBER || after->effects[i].kind == EFFECT_RELOAD ||
			after->effects[i].kind == EFFECT_NGINX_USER)
			return true;
	return false;
}

static bool seen_whole(const struct walk *walk)
{
	for (size_t i = 0; i < walk->n_nodes; i++)
		if (walk->nodes[i].acl_unknown)
			return false;
	return walk->failed != EACCES && walk->failed != EPERM;
}

/* Sockets that the worker's ids open after and not before. */
static void compare_objects(const struct situation *s, const struct world *after, struct reach *out)
{
	AUTO_IDS struct ids then = {0};

	world_worker_ids(after, s->upstream->worker, &then);
	for (size_t i = 0; i < s->facts->n_listeners; i++) {
		const struct listener *l = &s->facts->listeners[i];
		AUTO_FREE char *endpoint = xasprintf("unix:%s", l->name);
		const struct walk *walk;

		if (l->family != LISTENER_UNIX || l->name[0] != '/' || streq(endpoint, s->upstream->endpoint))
			continue;
		walk = walk_find(s->facts, s->worker->as.view, l->name);
		out->complete &= walk && seen_whole(walk);
		if (!walk)
			questions_add(s->questions, (struct question){.kind = QUESTION_WALK,
							    .view = xstrdup(s->worker->as.view), .path = xstrdup(l->name)});
		else if (diagnose_access(after, &then, walk, NULL) && !diagnose_access(&s->world, &s->ids, walk, NULL))
			strings_add(&out->objects, endpoint);
	}
}

void reach_measure(const struct situation *s, const struct world *after, struct reach *out)
{
	const struct accounts *accounts = &s->facts->accounts;
	struct ways before_ways, after_ways;

	*out = (struct reach){.complete = !accounts->elsewhere && !accounts->unknown && accounts->n_users <= ACCOUNTS_MAX};
	out->complete &= !s->upstream->walk || seen_whole(s->upstream->walk);
	ways_of(s, &s->world, &before_ways);
	ways_of(s, after, &after_ways);
	for (size_t i = 0; i < accounts->n_users && i < ACCOUNTS_MAX; i++)
		if (!streq(accounts->users[i].name, s->worker->user))
			compare_user(s, after, &before_ways, &after_ways, &accounts->users[i], out);
	ways_free(&before_ways);
	ways_free(&after_ways);
	if (gains_ids(&s->world, after))
		compare_objects(s, after, out);
}
