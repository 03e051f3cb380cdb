/* SPDX-License-Identifier: MIT */
/* What the rules of each family look at, found from the effects of the step. */
#include "guard/case_open.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/grants.h"
#include "guard/made.h"

#include <errno.h>
#include <string.h>

static const struct effect *own_effect(const struct guard_case *c, int kind)
{
	for (size_t i = c->first; i < c->effects.n; i++)
		if (c->effects.items[i].kind == kind)
			return &c->effects.items[i];
	return NULL;
}

static bool is_object_effect(const struct effect *effect)
{
	return effect->kind == EFFECT_OWNER || effect->kind == EFFECT_MODE || effect->kind == EFFECT_ACL;
}

static bool not_understood(struct guard_case *c, const char *what)
{
	AUTO_FREE char *shown = escape_terminal(c->step->target ? c->step->target : "");

	error_set(&c->error, EINVAL, "%s: %s", shown, what);
	return false;
}

static bool open_path(struct guard_case *c)
{
	if (c->first == c->effects.n)
		return not_understood(c, "nothing is known of it");
	for (size_t i = c->first; i < c->effects.n; i++) {
		const struct effect *effect = &c->effects.items[i];

		if (!is_object_effect(effect) || !case_inode(c->facts, effect->dev, effect->ino, c->step->target))
			return not_understood(c, "it was not looked at");
	}
	return true;
}

/* The way to the file, from the host's root: a walk that was asked for it, or one that came through it. */
static void open_file(struct guard_case *c)
{
	for (size_t w = 0; w < c->facts->n_walks; w++) {
		const struct walk *walk = &c->facts->walks[w];

		if (!streq(walk->view, "host"))
			continue;
		if (streq(walk->path, c->step->target)) {
			c->way = walk->nodes;
			c->n_way = walk->n_nodes;
			c->node = walk_object(walk);
			return;
		}
	}
}

static const struct backend *backend_of(const struct facts *facts, const struct backend_section *section)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		if (section >= facts->backends[i].sections && section < facts->backends[i].sections + facts->backends[i].n_sections)
			return &facts->backends[i];
	return NULL;
}

/* A drop-in or a file of tmpfiles.d may be new, and so may the drop-in's directory: the way then ends above it. */
static void open_new_file(struct guard_case *c)
{
	const struct node *last = c->n_way ? &c->way[c->n_way - 1] : NULL;
	size_t length = last ? strlen(last->path) : 0;
	const char *rest = c->step->target + length;

	if (c->node || !last || last->type != NODE_DIR || !starts_with(c->step->target, last->path) || *rest != '/')
		return;
	rest = strchr(rest + 1, '/');
	if (!rest || !strchr(rest + 1, '/'))
		c->parent = last;
}

static bool open_unit(struct guard_case *c)
{
	const struct effect *effect = own_effect(c, EFFECT_UNIT);

	if (!effect || !effect->unit || !streq(effect->unit->name, c->step->section))
		return not_understood(c, "the unit was not looked at");
	c->unit = effect->unit;
	for (size_t i = 0; i < c->facts->n_backends && !c->server; i++)
		if (streq(c->facts->backends[i].unit, c->unit->name) && c->facts->backends[i].pid > 1)
			c->server = &c->facts->backends[i].as;
	open_file(c);
	open_new_file(c);
	return made_by_unit(c);
}

static bool open_tmpfiles(struct guard_case *c)
{
	open_file(c);
	open_new_file(c);
	return made_by_tmpfiles(c);
}

static bool open_section(struct guard_case *c, const struct effect *effect)
{
	c->section = effect ? effect->section : NULL;
	c->backend = c->section ? backend_of(c->facts, c->section) : NULL;
	if (!c->backend)
		return not_understood(c, "no such section in a known server's configuration");
	c->server = &c->backend->as;
	c->server_view = c->backend->view;
	open_file(c);
	return true;
}

static bool open_fpm(struct guard_case *c)
{
	const struct effect *effect = own_effect(c, c->step->kind == STEP_PHPFPM_LISTEN_PATH ? EFFECT_LISTEN : EFFECT_SETTING);

	if (!open_section(c, effect))
		return false;
	c->listen = effect->kind == EFFECT_LISTEN ? endpoint_path(effect->value) : NULL;
	return grants_of_section(c);
}

static bool open_uwsgi(struct guard_case *c)
{
	return open_section(c, own_effect(c, EFFECT_SETTING)) && made_by_uwsgi(c);
}

static bool open_nginx(struct guard_case *c)
{
	const struct effect *effect = own_effect(c, c->step->kind == STEP_NGINX_PASS ? EFFECT_ENDPOINT : EFFECT_NGINX_USER);

	if (!effect || effect->nginx >= c->facts->n_nginx)
		return not_understood(c, "no known nginx reads it");
	if (effect->kind == EFFECT_NGINX_USER && (!effect->value || !user_by_name(&c->facts->accounts, effect->value)))
		return not_understood(c, "no such user");
	c->endpoint = effect->kind == EFFECT_ENDPOINT ? effect->value : NULL;
	c->nginx = &c->facts->nginx[effect->nginx];
	c->server = &c->nginx->as;
	c->server_view = c->nginx->as.view;
	open_file(c);
	return true;
}

bool case_open_family(struct guard_case *c)
{
	switch (c->family) {
	case FAMILY_PATH:
		return open_path(c);
	case FAMILY_FPM:
		return open_fpm(c);
	case FAMILY_NGINX:
		return open_nginx(c);
	case FAMILY_UNIT:
		return open_unit(c);
	case FAMILY_TMPFILES:
		return open_tmpfiles(c);
	case FAMILY_UWSGI:
		return open_uwsgi(c);
	default:
		return true;
	}
}
