/* SPDX-License-Identifier: MIT */
/* Effects of nginx.* steps: the user directive, the endpoint that a reference names. */
#include "base/alloc.h"
#include "plan/effect_kinds.h"

#include <errno.h>

int effect_nginx_user(struct effect_context *c)
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

int effect_nginx_pass(struct effect_context *c)
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
