/* SPDX-License-Identifier: MIT */
#include "plan/effect.h"
#include "base/alloc.h"
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

static int effect_unsupported(struct effect_context *c)
{
	return error_set(c->err, EINVAL, "%s is no step of this version", name_of(step_kind_names, c->step->kind));
}

static const struct {
	effect_function *effect;
	bool changes; /* a step without a change is no such step */
} effect_of[STEP_COUNT] = {
	[STEP_PHPFPM_LISTEN] = {effect_setting, true},
	[STEP_PHPFPM_LISTEN_PATH] = {effect_listen_path, true},
	[STEP_UWSGI_OPTION] = {effect_setting, true},
	[STEP_SYSTEMD_DROPIN] = {effect_dropin, true},
	[STEP_TMPFILES_ENTRY] = {effect_tmpfiles, true},
	[STEP_GROUP_CREATE] = {effect_group, false},
	[STEP_GROUP_ADD_MEMBER] = {effect_member, true},
	[STEP_PATH_OWNER] = {effect_path_owner, true},
	[STEP_PATH_MODE] = {effect_path_mode, true},
	[STEP_PATH_ACL] = {effect_path_acl, true},
	[STEP_NGINX_USER] = {effect_nginx_user, true},
	[STEP_NGINX_PASS] = {effect_nginx_pass, true},
	[STEP_SERVICE_RELOAD] = {effect_reload, false},
	[STEP_SERVICE_RESTART] = {effect_restart, false},
	[STEP_SERVICE_DAEMON_RELOAD] = {effect_daemon_reload, false},
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
