/* SPDX-License-Identifier: MIT */
/* Effects of path.* steps on a node: owner, mode, ACL. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/number.h"
#include "plan/acl_text.h"
#include "plan/effect_kinds.h"

#include <errno.h>
#include <stdlib.h>

const struct node *node_at(const struct facts *facts, const char *path)
{
	for (size_t w = 0; w < facts->n_walks; w++) {
		const struct walk *walk = &facts->walks[w];

		for (size_t i = 0; streq(walk->view, "host") && i < walk->n_nodes; i++)
			if (streq(walk->nodes[i].path, path) && walk->nodes[i].type != NODE_SYMLINK)
				return &walk->nodes[i];
	}
	return NULL;
}

const struct backend_section *section_at(const struct facts *facts, const char *file, const char *name)
{
	for (size_t b = 0; b < facts->n_backends; b++)
		for (size_t s = 0; s < facts->backends[b].n_sections; s++)
			if (streq(facts->backends[b].sections[s].name, name) &&
				streq(facts->backends[b].sections[s].at.file, file))
				return &facts->backends[b].sections[s];
	return NULL;
}

const struct backend *backend_of_section(const struct facts *facts, const struct backend_section *section)
{
	for (size_t b = 0; b < facts->n_backends; b++)
		for (size_t s = 0; s < facts->backends[b].n_sections; s++)
			if (&facts->backends[b].sections[s] == section)
				return &facts->backends[b];
	return NULL;
}

bool service_is(const struct process *process, const char *target)
{
	AUTO_FREE char *by_pid = xasprintf("pid %u", process->pid);

	return process->pid && (streq(process->unit, target) || streq(by_pid, target));
}

bool service_starts(const struct backend *backend, const char *target)
{
	return service_is(&backend->as, target) || (backend->unit && streq(backend->unit, target));
}

bool user_id(const struct world *world, const char *text, uint32_t *uid)
{
	const struct user *user = user_by_name(&world->facts->accounts, text);

	if (user)
		*uid = user->uid;
	return user || parse_id(text, uid);
}

bool group_id(const struct world *world, const char *text, uint32_t *gid)
{
	return world_group(world, text, gid) || parse_id(text, gid);
}

static int target_node(struct effect_context *c, struct node *now)
{
	const struct node *node = node_at(c->world.facts, c->step->target);

	if (!node)
		return error_set(c->err, EINVAL, "%s was not looked at", c->step->target);
	world_node(&c->world, node, now);
	return 0;
}

static void add_effect(struct effect_context *c, const struct node *node, struct effect effect)
{
	effect.dev = node->dev;
	effect.ino = node->ino;
	ARRAY_ADD(c->list->items, c->list->n, effect);
}

static int change_owner(struct effect_context *c, const struct step_change *change, struct effect *effect)
{
	if (change->to && streq(change->key, "owner") && user_id(&c->world, change->to, &effect->uid))
		return 0;
	if (change->to && streq(change->key, "group") && group_id(&c->world, change->to, &effect->gid))
		return 0;
	return error_set(c->err, EINVAL, "no such %s: %s", change->key, change->to ? change->to : "none");
}

int effect_path_owner(struct effect_context *c)
{
	struct effect effect = {.kind = EFFECT_OWNER};
	struct node now;
	int r = target_node(c, &now);

	if (r < 0)
		return r;
	effect.uid = now.uid;
	effect.gid = now.gid;
	for (size_t i = 0; i < c->step->n_changes; i++)
		if ((r = change_owner(c, &c->step->changes[i], &effect)) < 0)
			return r;
	add_effect(c, &now, effect);
	return 0;
}

bool octal_mode(const char *text, uint32_t *mode)
{
	char *end;

	if (!text || strspn(text, "01234567") != strlen(text) || strlen(text) < 3 || strlen(text) > 5)
		return false;
	*mode = (uint32_t)strtoul(text, &end, 8);
	return *mode <= 07777;
}

int effect_path_mode(struct effect_context *c)
{
	struct effect effect = {.kind = EFFECT_MODE};
	struct node now;
	int r = target_node(c, &now);

	if (r < 0)
		return r;
	if (c->step->n_changes != 1 || !streq(c->step->changes[0].key, "mode") ||
		!octal_mode(c->step->changes[0].to, &effect.mode))
		return error_set(c->err, EINVAL, "path.mode wants one key \"mode\" with octal digits");
	add_effect(c, &now, effect);
	return 0;
}

int effect_path_acl(struct effect_context *c)
{
	struct acl_list acl = {0};
	struct node now;
	int r = target_node(c, &now);

	if (r < 0)
		return r;
	acl_of_node(&now, &acl);
	for (size_t i = 0; i < c->step->n_changes && r == 0; i++)
		r = acl_apply(&c->world, &acl, c->step->changes[i].key, c->step->changes[i].to, c->err);
	if (r == 0)
		r = acl_finish(&acl, c->err);
	ARRAY_ADD(c->list->acls, c->list->n_acls, acl.items);
	if (r == 0)
		add_effect(c, &now, (struct effect){.kind = EFFECT_ACL, .acl = acl.items, .n_acl = acl.n});
	return r;
}
