/* SPDX-License-Identifier: MIT */
/* Groups: joining one, a new one for several workers, a reload for groups that the database has given already. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"
#include "plan/maker.h"

#define GROUP_NAME_MAX 32 /* useradd(8), CAVEATS */

static const struct nginx *nginx_of(const struct situation *s, size_t worker)
{
	return &s->facts->nginx[s->facts->workers[worker].nginx];
}

/* Workers call initgroups() when they are forked, so new workers are enough. */
static void reload_for(const struct situation *s, size_t worker, struct steps *steps)
{
	const struct nginx *nginx = nginx_of(s, worker);

	if (nginx->pid)
		step_reload(steps, &nginx->as, xstrdup("new workers get the groups that the group database gives them"));
}

void lever_reload(const struct situation *s, struct candidates *out)
{
	struct steps steps = {0};

	reload_for(s, s->upstream->worker, &steps);
	candidate_add(out, &steps);
}

static bool grants_by_group(const struct node *node)
{
	uint32_t needed = node->type == NODE_DIR ? 0010U : 0020U;

	return (node->mode & needed) != 0;
}

void lever_join_group(const struct situation *s, struct candidates *out)
{
	AUTO_FREE char *group = NULL;
	struct steps steps = {0};
	struct node node;

	if (!denied_node(s, &node) || !grants_by_group(&node) || !user_by_name(&s->facts->accounts, s->worker->user) ||
		!group_by_gid(&s->facts->accounts, node.gid))
		return;
	group = group_label(&s->world, node.gid);
	step_member(&steps, group, s->worker->user, xasprintf("%s gets everything that group %s may do", s->worker->user, group));
	reload_for(s, s->upstream->worker, &steps);
	candidate_add(out, &steps);
}

/* Accounts of all workers that use the same pool, this one first. */
static void workers_of_pool(const struct situation *s, struct strings *users, size_t **workers, size_t *n)
{
	for (size_t i = 0; i < s->all->n_upstreams; i++) {
		const struct upstream *u = &s->all->upstreams[i];
		const char *user = s->facts->workers[u->worker].user;

		if (u->section != s->upstream->section || strings_has(users, user) ||
			!user_by_name(&s->facts->accounts, user))
			continue;
		strings_add(users, user);
		ARRAY_ADD(*workers, *n, u->worker);
	}
}

/* A user's name is taken as well: its programs would think that the group is its own. */
static bool name_taken(const struct situation *s, const char *name)
{
	uint32_t gid;

	return world_group(&s->world, name, &gid) || user_by_name(&s->facts->accounts, name);
}

/* "fpm" for a pool, else what the server is. */
static const char *prefix_of(const struct situation *s)
{
	return s->upstream->maker->kind == BACKEND_PHP_FPM ? "fpm" : "socket";
}

/* A pool's name; of other servers that of the unit, without its type. */
static char *stem_of(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker;
	const char *unit = maker->unit;

	if (maker->kind == BACKEND_PHP_FPM || !unit)
		return xstrdup(s->upstream->section->name ? s->upstream->section->name : name_of(backend_kind_names, maker->kind));
	return xstrndup(unit, strcspn(unit, "."));
}

/* Pool names may hold more than a group name may (groupadd(8), CAVEATS: [a-z_][a-z0-9_-]*). */
static char *new_group_name(const struct situation *s)
{
	AUTO_FREE char *stem = stem_of(s), *name = xasprintf("%s-%s", prefix_of(s), stem);

	if (strlen(name) > GROUP_NAME_MAX - 4)
		name[GROUP_NAME_MAX - 4] = '\0';
	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		else if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", *c))
			*c = '-';
	}
	for (int i = 2; i < 100; i++) {
		AUTO_FREE char *numbered = xasprintf("%s-%d", name, i);

		if (!name_taken(s, name))
			break;
		if (!name_taken(s, numbered))
			return TAKE_PTR(numbered);
	}
	return TAKE_PTR(name);
}

static uint32_t wanted_mode(const struct creation *creation)
{
	return (creation->node.mode & 0060) == 0060 ? 0 : 0660;
}

void lever_dedicated_group(const struct situation *s, struct candidates *out)
{
	AUTO_STRINGS struct strings users = {0};
	AUTO_FREE size_t *workers = NULL;
	AUTO_FREE char *group = NULL;
	AUTO_CREATION struct creation creation = {0};
	struct steps steps = {0};
	size_t n = 0;

	predict_in(s, &s->world, &creation);
	if (!creation.known || creation.fails)
		return;
	workers_of_pool(s, &users, &workers, &n);
	if (n == 0)
		return;
	group = new_group_name(s);
	step_group_create(&steps, group, xstrdup("a group for this socket and nothing else"));
	for (size_t i = 0; i < users.n; i++)
		step_member(&steps, group, users.items[i], xasprintf("%s passes requests to this socket", users.items[i]));
	if (!maker_turn(s, &creation, &(struct wish){.group = group, .mode = wanted_mode(&creation)},
		    xstrdup("the socket belongs to the new group"), &steps)) {
		steps_free(&steps);
		return;
	}
	if (s->check->moment == MOMENT_NOW)
		sync_live(s, &steps);
	for (size_t i = 0; i < n; i++)
		reload_for(s, workers[i], &steps);
	candidate_add(out, &steps);
}
