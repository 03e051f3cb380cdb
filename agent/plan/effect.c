/* SPDX-License-Identifier: MIT */
#include "plan/effect.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"

#include <errno.h>

struct world effects_world(const struct effects *list, const struct facts *facts)
{
	return (struct world){.facts = facts, .effects = list->items, .n_effects = list->n};
}

struct effects effects_copy(const struct effects *list)
{
	struct effects copy = {0};

	for (size_t i = 0; i < list->n; i++)
		ARRAY_ADD(copy.items, copy.n, list->items[i]);
	return copy;
}

void effects_free(struct effects *list)
{
	for (size_t i = 0; i < list->n_acls; i++)
		free(list->acls[i]);
	free(list->acls);
	strings_free(&list->texts);
	free(list->items);
	*list = (struct effects){0};
}

static int effect_none(struct effect_context *c)
{
	(void)c;
	return 0;
}

/* The keys of sapi/fpm/fpm/fpm_conf.c that decide who may connect. */
static bool is_listen_key(const char *key)
{
	static const char *const keys[] = {"listen.owner", "listen.group", "listen.mode", "listen.acl_users", "listen.acl_groups"};

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (streq(keys[i], key))
			return true;
	return false;
}

static int effect_setting(struct effect_context *c)
{
	const struct backend_section *section = section_at(c->world.facts, c->step->target, c->step->section);

	if (!section)
		return error_set(c->err, EINVAL, "no section [%s] in %s", c->step->section ? c->step->section : "",
			c->step->target);
	for (size_t i = 0; i < c->step->n_changes; i++) {
		const struct step_change *change = &c->step->changes[i];

		if (!is_listen_key(change->key))
			return error_set(c->err, EINVAL, "%s is not a key of this step", change->key);
		ARRAY_ADD(c->list->items, c->list->n,
			(struct effect){.kind = EFFECT_SETTING, .section = section, .key = change->key, .value = change->to});
	}
	return 0;
}

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

static int effect_group(struct effect_context *c)
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

static int effect_member(struct effect_context *c)
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

static int nginx_of(const struct facts *facts, const char *target, size_t *index)
{
	for (*index = 0; *index < facts->n_nginx; (*index)++)
		if (service_is(&facts->nginx[*index].as, target))
			return 0;
	return -ENOENT;
}

static int effect_reload(struct effect_context *c)
{
	struct effect effect = {.kind = EFFECT_RELOAD};

	if (nginx_of(c->world.facts, c->step->target, &effect.nginx) == 0)
		ARRAY_ADD(c->list->items, c->list->n, effect);
	return 0; /* the reload of anything else changes nothing that is checked here */
}

static int effect_restart(struct effect_context *c)
{
	for (size_t i = 0; i < c->world.facts->n_backends; i++) {
		const struct backend *backend = &c->world.facts->backends[i];

		if (service_is(&backend->as, c->step->target))
			ARRAY_ADD(c->list->items, c->list->n, (struct effect){.kind = EFFECT_RESTART, .backend = backend});
	}
	return 0;
}

static int effect_nginx_user(struct effect_context *c)
{
	const struct step_change *change = c->step->changes;

	if (!streq(change->key, "user"))
		return error_set(c->err, EINVAL, "%s is not a key of this step", change->key);
	if (!change->to || !user_by_name(&c->world.facts->accounts, change->to))
		return error_set(c->err, EINVAL, "no such account: %s", change->to ? change->to : "none");
	for (size_t i = 0; i < c->world.facts->n_nginx; i++) {
		if (!streq(c->world.facts->nginx[i].user_at.file, c->step->target) || c->step->n_changes != 1)
			continue;
		ARRAY_ADD(c->list->items, c->list->n,
			(struct effect){.kind = EFFECT_NGINX_USER, .nginx = i, .value = change->to});
		return 0;
	}
	return error_set(c->err, EINVAL, "no user directive in %s", c->step->target);
}

/* The path that the new argument names where the old one names old_path: what stands around it must be the same. */
static char *changed_path(const char *written, const char *old_path, const char *to)
{
	const char *at = strstr(written, old_path);
	size_t before, after;

	if (!at || !to)
		return NULL;
	before = (size_t)(at - written);
	after = strlen(at) - strlen(old_path);
	if (strlen(to) <= before + after || strncmp(to, written, before) != 0 ||
		!streq(to + strlen(to) - after, at + strlen(old_path)) || to[before] != '/')
		return NULL;
	return xasprintf("unix:%.*s", (int)(strlen(to) - before - after), to + before);
}

static bool stands_at(const struct nginx_ref *ref, const struct step *step)
{
	if (ref->upstream)
		return streq(ref->server_at.file, step->target) && ref->server_offset == step->offset;
	return streq(ref->at.file, step->target) && ref->offset == step->offset;
}

static int effect_pass(struct effect_context *c)
{
	const struct facts *facts = c->world.facts;

	for (size_t n = 0; n < facts->n_nginx; n++) {
		for (size_t i = 0; i < facts->nginx[n].n_refs; i++) {
			const struct nginx_ref *ref = &facts->nginx[n].refs[i];
			char *endpoint;

			if (!stands_at(ref, c->step) || c->step->n_changes != 1 || !endpoint_path(ref->endpoint) ||
				!streq(c->step->changes[0].from, ref->written))
				continue;
			endpoint = changed_path(ref->written, endpoint_path(ref->endpoint), c->step->changes[0].to);
			if (!endpoint)
				break;
			strings_own(&c->list->texts, endpoint);
			ARRAY_ADD(c->list->items, c->list->n,
				(struct effect){.kind = EFFECT_ENDPOINT, .nginx = n, .key = ref->endpoint, .value = endpoint});
			return 0;
		}
	}
	return error_set(c->err, EINVAL, "%s: no such argument to change", c->step->target);
}

static int effect_unsupported(struct effect_context *c)
{
	return error_set(c->err, EINVAL, "%s is no step of this version", name_of(step_kind_names, c->step->kind));
}

static const struct {
	int (*effect)(struct effect_context *c);
	bool changes; /* a step without a change is no such step */
} effect_of[STEP_COUNT] = {
	[STEP_PHPFPM_LISTEN] = {effect_setting, true},
	[STEP_GROUP_CREATE] = {effect_group, false},
	[STEP_GROUP_ADD_MEMBER] = {effect_member, true},
	[STEP_PATH_OWNER] = {effect_path_owner, true},
	[STEP_PATH_MODE] = {effect_path_mode, true},
	[STEP_PATH_ACL] = {effect_path_acl, true},
	[STEP_NGINX_USER] = {effect_nginx_user, true},
	[STEP_NGINX_PASS] = {effect_pass, true},
	[STEP_SERVICE_RELOAD] = {effect_reload, false},
	[STEP_SERVICE_RESTART] = {effect_restart, false},
	[STEP_MANUAL] = {effect_none, false},
};

int effects_add(struct effects *list, const struct facts *facts, const struct step *step, struct error *err)
{
	struct effect_context context = {.list = list, .world = effects_world(list, facts), .step = step, .err = err};

	size_t before = list->n;
	int r;

	if (step->kind < 0 || step->kind >= STEP_COUNT || !effect_of[step->kind].effect)
		return effect_unsupported(&context);
	if (!step->target)
		return error_set(err, EINVAL, "%s without a target", name_of(step_kind_names, step->kind));
	if (effect_of[step->kind].changes && step->n_changes == 0)
		return error_set(err, EINVAL, "%s changes nothing", name_of(step_kind_names, step->kind));
	r = effect_of[step->kind].effect(&context);
	if (r < 0)
		list->n = before; /* half a step is none */
	return r;
}
