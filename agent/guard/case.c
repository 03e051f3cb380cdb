/* SPDX-License-Identifier: MIT */
#include "guard/case.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/case_open.h"
#include "guard/grammar.h"
#include "guard/grants.h"
#include "guard/made.h"

#include <stdarg.h>

static const struct {
	int kind;
	enum step_family family;
} families[] = {
	{STEP_PHPFPM_LISTEN, FAMILY_FPM},
	{STEP_PATH_OWNER, FAMILY_PATH},
	{STEP_PATH_MODE, FAMILY_PATH},
	{STEP_PATH_ACL, FAMILY_PATH},
	{STEP_GROUP_CREATE, FAMILY_GROUP},
	{STEP_GROUP_ADD_MEMBER, FAMILY_GROUP},
	{STEP_NGINX_USER, FAMILY_NGINX},
	{STEP_NGINX_PASS, FAMILY_NGINX},
	{STEP_SERVICE_RELOAD, FAMILY_SERVICE},
	{STEP_SERVICE_RESTART, FAMILY_SERVICE},
	{STEP_SERVICE_DAEMON_RELOAD, FAMILY_SERVICE},
	{STEP_PHPFPM_LISTEN_PATH, FAMILY_FPM},
	{STEP_SYSTEMD_DROPIN, FAMILY_UNIT},
	{STEP_TMPFILES_ENTRY, FAMILY_TMPFILES},
	{STEP_UWSGI_OPTION, FAMILY_UWSGI},
};

static unsigned int family_of(int kind)
{
	for (size_t i = 0; i < COUNT_OF(families); i++)
		if (families[i].kind == kind)
			return families[i].family;
	return FAMILY_OTHER;
}

bool refuse(struct guard_case *c, const char *format, ...)
{
	va_list args;

	free(c->detail);
	va_start(args, format);
	c->detail = xvasprintf(format, args);
	va_end(args);
	return true;
}

const char *case_value(const struct guard_case *c, const char *key)
{
	for (size_t i = 0; i < c->step->n_changes; i++)
		if (streq(c->step->changes[i].key, key))
			return c->step->changes[i].to;
	return NULL;
}

static bool same_inode(const struct node *node, uint64_t dev, uint64_t ino)
{
	return node->dev == dev && node->ino == ino;
}

/* The node of an inode, preferably as the step names it. */
const struct node *case_inode(const struct facts *facts, uint64_t dev, uint64_t ino, const char *path)
{
	const struct node *found = NULL;

	for (size_t w = 0; w < facts->n_walks; w++)
		for (size_t i = 0; i < facts->walks[w].n_nodes; i++) {
			const struct node *node = &facts->walks[w].nodes[i];

			if (!same_inode(node, dev, ino))
				continue;
			if (streq(node->path, path))
				return node;
			found = found ? found : node;
		}
	return found;
}

bool any_path_of(const struct facts *facts, const struct node *node, bool (*judge)(const char *path))
{
	if (judge(node->path))
		return true;
	for (size_t w = 0; w < facts->n_walks; w++)
		for (size_t i = 0; i < facts->walks[w].n_nodes; i++) {
			const struct node *other = &facts->walks[w].nodes[i];

			if (same_inode(other, node->dev, node->ino) && judge(other->path))
				return true;
		}
	return false;
}

size_t case_objects(const struct guard_case *c)
{
	if (c->family == FAMILY_PATH && c->understood)
		return c->effects.n - c->first;
	return c->n_made ? c->n_made : 1;
}

static void select_inode(struct guard_case *c, const struct effect *effect)
{
	c->node = case_inode(c->facts, effect->dev, effect->ino, c->step->target);
	world_node(&c->before, c->node, &c->was);
	world_node(&c->after, c->node, &c->will);
}

static void select_made(struct guard_case *c, const struct made *made)
{
	c->one = made;
	c->was = made->was;
	c->will = made->will;
}

void case_select(struct guard_case *c, size_t object)
{
	if (!c->understood || (c->family != FAMILY_PATH && !c->n_made))
		return;
	if (c->family == FAMILY_PATH)
		select_inode(c, &c->effects.items[c->first + object]);
	else
		select_made(c, &c->made[object]);
	free(c->grants);
	c->grants = NULL;
	c->n_grants = 0;
	grants_of_node(c);
}

const struct node *case_place(const struct guard_case *c)
{
	return c->node ? c->node : c->parent;
}

const struct node *case_node(const struct guard_case *c, const char *path)
{
	for (size_t w = 0; w < c->facts->n_walks; w++) {
		const struct walk *walk = &c->facts->walks[w];

		for (size_t i = 0; streq(walk->view, "host") && i < walk->n_nodes; i++)
			if (streq(walk->nodes[i].path, path))
				return &walk->nodes[i];
	}
	return NULL;
}

void case_open(struct guard_case *c, const struct policy *policy, const struct world *world, const struct step *step)
{
	*c = (struct guard_case){.policy = policy, .step = step, .facts = world->facts, .family = family_of(step->kind), .before = *world};
	for (size_t i = 0; i < world->n_effects; i++)
		ARRAY_ADD(c->effects.items, c->effects.n, world->effects[i]);
	c->first = c->effects.n;
	c->after = *world;
	c->well_formed = step_well_formed(step, &c->error);
	if (!c->well_formed || effects_add(&c->effects, c->facts, step, &c->error) < 0)
		return;
	c->after = effects_world(&c->effects, c->facts);
	c->understood = case_open_family(c);
}

void case_close(struct guard_case *c)
{
	effects_free(&c->effects);
	made_free(c);
	free(c->grants);
	free(c->gids);
	free(c->object);
	free(c->detail);
}

/* What the pool's configuration says of its socket's mode; PHP-FPM's default since 5.5.12 is 0660. */
static uint32_t listen_mode(const char *value)
{
	uint32_t mode;

	return value && parse_mode(value, &mode) ? mode : 0660;
}

/* Everybody could come to the socket where the pool listens now: every directory on the way lets others search. */
static bool old_place_is_open(const struct guard_case *c)
{
	const char *path = endpoint_path(world_listen(&c->before, c->section));
	const struct walk *walk = path ? walk_find(c->facts, "host", path) : NULL;

	if (!walk_object(walk))
		return false;
	for (size_t i = 0; i < walk->n_nodes; i++)
		if (walk->nodes[i].type == NODE_DIR && (!(walk->nodes[i].mode & 1) || walk->nodes[i].acl_unknown))
			return false;
	return true;
}

void case_mode(const struct guard_case *c, struct mode_change *mode)
{
	static const char key[] = "listen.mode";

	if (c->family != FAMILY_FPM) {
		*mode = (struct mode_change){c->was.mode, c->will.mode, c->was.type == NODE_SOCKET,
			c->family == FAMILY_PATH ? c->step->kind == STEP_PATH_MODE : c->one && c->one->set_mode};
		return;
	}
	*mode = (struct mode_change){listen_mode(world_setting(&c->before, c->section, key)),
		listen_mode(world_setting(&c->after, c->section, key)), true, case_value(c, key) != NULL};
	if (c->listen && !old_place_is_open(c))
		mode->was &= ~0007U;
}
