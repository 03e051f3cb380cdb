/* SPDX-License-Identifier: MIT */
/* Effects of group.* steps on the account data. */
#include "base/alloc.h"
#include "plan/effect_kinds.h"

#include <errno.h>

static bool gid_taken(const struct world *world, uint32_t gid)
{
	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_GROUP && world->effects[i].gid == gid)
			return true;
	return group_by_gid(&world->facts->accounts, gid) != NULL;
}

/* The gid that groupadd --system would take: the highest free one of the system range (find_new_gid in shadow's lib). */
static int free_system_gid(const struct world *world, uint32_t *gid)
{
	const struct accounts *accounts = &world->facts->accounts;

	for (uint32_t id = accounts->gid_max_system; id >= accounts->gid_min_system && id > 0; id--) {
		if (!gid_taken(world, id)) {
			*gid = id;
			return 0;
		}
	}
	return -ENOENT;
}

int effect_group(struct effect_context *c)
{
	struct effect effect = {.kind = EFFECT_GROUP, .key = c->step->target};
	uint32_t there;

	if (world_group(&c->world, c->step->target, &there))
		return error_set(c->err, EINVAL, "group %s exists already", c->step->target);
	if (free_system_gid(&c->world, &effect.gid) < 0)
		return error_set(c->err, EINVAL, "no free system group id");
	ARRAY_ADD(c->list->items, c->list->n, effect);
	return 0;
}

int effect_member(struct effect_context *c)
{
	uint32_t gid;

	if (!world_group(&c->world, c->step->target, &gid))
		return error_set(c->err, EINVAL, "no group %s", c->step->target);
	for (size_t i = 0; i < c->step->n_changes; i++) {
		const char *name = c->step->changes[i].to;

		if (!streq(c->step->changes[i].key, "member") || !name || !user_by_name(&c->world.facts->accounts, name))
			return error_set(c->err, EINVAL, "no such account: %s", name ? name : "none");
		ARRAY_ADD(c->list->items, c->list->n,
			(struct effect){.kind = EFFECT_MEMBER, .key = c->step->target, .value = name});
	}
	return 0;
}
