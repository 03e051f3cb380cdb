/* SPDX-License-Identifier: MIT */
/* Effects of steps on a section of a server's own configuration: PHP-FPM's pools, uWSGI's ini files. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"

#include <errno.h>

#define KEYS_MAX 5

/* The keys that decide who may connect: sapi/fpm/fpm/fpm_conf.c; uWSGI's core/uwsgi.c. */
static const struct {
	int step, backend;
	const char *keys[KEYS_MAX];
} sections[] = {
	{STEP_PHPFPM_LISTEN, BACKEND_PHP_FPM, {"listen.owner", "listen.group", "listen.mode", "listen.acl_users", "listen.acl_groups"}},
	{STEP_PHPFPM_LISTEN_PATH, BACKEND_PHP_FPM, {"listen"}},
	{STEP_UWSGI_OPTION, BACKEND_UWSGI, {"chmod-socket", "chown-socket"}},
};

static bool has_key(int step, const char *key)
{
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		for (size_t k = 0; sections[i].step == step && k < KEYS_MAX; k++)
			if (sections[i].keys[k] && streq(sections[i].keys[k], key))
				return true;
	return false;
}

static int backend_kind_of(int step)
{
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		if (sections[i].step == step)
			return sections[i].backend;
	return -1;
}

static int find_section(struct effect_context *c, const struct backend_section **section)
{
	const struct facts *facts = c->world.facts;

	*section = section_at(facts, c->step->target, c->step->section);
	if (!*section || backend_of_section(facts, *section)->kind != backend_kind_of(c->step->kind))
		return error_set(c->err, EINVAL, "no section [%s] in %s", c->step->section ? c->step->section : "",
			c->step->target);
	for (size_t i = 0; i < c->step->n_changes; i++)
		if (!has_key(c->step->kind, c->step->changes[i].key))
			return error_set(c->err, EINVAL, "%s is not a key of this step", c->step->changes[i].key);
	return 0;
}

int effect_setting(struct effect_context *c)
{
	const struct backend_section *section;
	int r = find_section(c, &section);

	for (size_t i = 0; r == 0 && i < c->step->n_changes; i++)
		ARRAY_ADD(c->list->items, c->list->n,
			(struct effect){.kind = EFFECT_SETTING, .section = section, .key = c->step->changes[i].key,
				.value = c->step->changes[i].to});
	return r;
}

int effect_listen_path(struct effect_context *c)
{
	const struct backend_section *section;
	const char *to;
	char *endpoint;
	int r = find_section(c, &section);

	if (r < 0)
		return r;
	to = c->step->changes[0].to;
	if (c->step->n_changes != 1 || !to || to[0] != '/')
		return error_set(c->err, EINVAL, "phpfpm.listen-path wants one key \"listen\" with an absolute path");
	endpoint = xasprintf("unix:%s", to);
	strings_own(&c->list->texts, endpoint);
	ARRAY_ADD(c->list->items, c->list->n,
		(struct effect){.kind = EFFECT_LISTEN, .section = section, .key = "listen", .value = endpoint});
	return 0;
}
