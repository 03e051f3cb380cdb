/* SPDX-License-Identifier: MIT */
/* Effects of service.* steps. */
#include "base/alloc.h"
#include "plan/effect_kinds.h"

#include <errno.h>

static int nginx_of(const struct facts *facts, const char *target, size_t *index)
{
	for (*index = 0; *index < facts->n_nginx; (*index)++)
		if (service_is(&facts->nginx[*index].as, target))
			return 0;
	return -ENOENT;
}

int effect_reload(struct effect_context *c)
{
	struct effect effect = {.kind = EFFECT_RELOAD};

	if (nginx_of(c->world.facts, c->step->target, &effect.nginx) == 0)
		ARRAY_ADD(c->list->items, c->list->n, effect);
	return 0; /* the reload of anything else changes nothing that is checked here */
}

int effect_restart(struct effect_context *c)
{
	for (size_t i = 0; i < c->world.facts->n_backends; i++) {
		const struct backend *backend = &c->world.facts->backends[i];

		if (service_starts(backend, c->step->target))
			ARRAY_ADD(c->list->items, c->list->n, (struct effect){.kind = EFFECT_RESTART, .backend = backend});
	}
	return 0;
}

int effect_daemon_reload(struct effect_context *c)
{
	if (!streq(c->step->target, "systemd"))
		return error_set(c->err, EINVAL, "%s is not the service manager", c->step->target);
	if (c->step->n_changes)
		return error_set(c->err, EINVAL, "%s is not a key of this step", c->step->changes[0].key);
	ARRAY_ADD(c->list->items, c->list->n, (struct effect){.kind = EFFECT_DAEMON_RELOAD});
	return 0;
}
