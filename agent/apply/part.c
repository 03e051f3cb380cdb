/* SPDX-License-Identifier: MIT */
#include "apply/part.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>

#define DROPIN_DIRECTORY "d 0750 root root"

static const struct {
	bool there;
	int writer;
} writers[STEP_COUNT] = {
        [STEP_PATH_OWNER] = {true, WRITER_NODE},
        [STEP_PATH_MODE] = {true, WRITER_NODE},
        [STEP_PATH_ACL] = {true, WRITER_NODE},
        [STEP_PHPFPM_LISTEN] = {true, WRITER_FILE},
        [STEP_NGINX_USER] = {true, WRITER_FILE},
        [STEP_NGINX_PASS] = {true, WRITER_FILE},
        [STEP_PHPFPM_LISTEN_PATH] = {true, WRITER_FILE},
        [STEP_UWSGI_OPTION] = {true, WRITER_FILE},
        [STEP_SYSTEMD_DROPIN] = {true, WRITER_FILE},
        [STEP_TMPFILES_ENTRY] = {true, WRITER_FILE},
        [STEP_GROUP_CREATE] = {true, WRITER_GROUP},
        [STEP_GROUP_ADD_MEMBER] = {true, WRITER_MEMBER},
        [STEP_SERVICE_RELOAD] = {true, WRITER_SERVICE},
        [STEP_SERVICE_RESTART] = {true, WRITER_SERVICE},
        [STEP_SERVICE_DAEMON_RELOAD] = {true, WRITER_SERVICE},
};

int steps_select(const struct plan *plan, const struct strings *ids, const struct step ***steps, size_t *n,
        struct error *err)
{
	size_t found = 0;

	*steps = NULL;
	*n = 0;
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct step *step = &plan->steps[i];

		if (ids && !strings_has(ids, step->id))
			continue;
		found++;
		if (step->kind != STEP_MANUAL)
			ARRAY_ADD(*steps, *n, step);
	}
	if (ids && found != ids->n)
		return error_set(err, EINVAL, "the plan has not all of the steps that were named");
	return 0;
}

static struct part *add(struct parts *out, int writer, char *object, const struct step *step)
{
	struct part *part = ARRAY_NEW(out->items, out->n);

	part->writer = writer;
	part->object = object;
	ARRAY_ADD(part->steps, part->n_steps, step);
	return part;
}

static int add_members(struct parts *out, const struct step *step, struct error *err)
{
	for (size_t i = 0; i < step->n_changes; i++) {
		const struct step_change *c = &step->changes[i];

		if (!streq(c->key, "member") || c->from || !c->to || strchr(c->to, ':') ||
		        strchr(step->target, ':'))
			return error_set(
			        err, EINVAL, "%s: group.add-member adds accounts and nothing else", step->id);
		add(out, WRITER_MEMBER, xasprintf("%s:%s", step->target, c->to), step);
	}
	return 0;
}

static void add_directory(struct parts *out, char *path, const char *what, const struct step *step)
{
	add(out, WRITER_NODE, path, step)->directory = what;
}

/* Directories that have to be there: that of a drop-in is root's alone, as the contract has it for new ones; one that tmpfiles.d declares is made
 * now as at every boot, so that systemd-tmpfiles need not run. */
static void add_directories(struct parts *out, const struct step *step)
{
	const char *slash = strrchr(step->target, '/');

	if (step->kind == STEP_SYSTEMD_DROPIN && slash && slash != step->target)
		add_directory(out, xstrndup(step->target, (size_t)(slash - step->target)), DROPIN_DIRECTORY, step);
	if (step->kind != STEP_TMPFILES_ENTRY)
		return;
	for (size_t i = 0; i < step->n_changes; i++)
		if (step->changes[i].to)
			add_directory(out, xstrdup(step->changes[i].key), step->changes[i].to, step);
}

static int add_step(struct parts *out, const struct step *step, struct error *err)
{
	struct part *last;
	int writer;

	if (step->kind < 0 || step->kind >= STEP_COUNT || !writers[step->kind].there)
		return error_set(err, EOPNOTSUPP, "%s: %s cannot be applied by this version", step->id,
		        name_of(step_kind_names, step->kind));
	if (!step->target)
		return error_set(err, EINVAL, "%s has no target", step->id);
	writer = writers[step->kind].writer;
	add_directories(out, step);
	last = out->n ? &out->items[out->n - 1] : NULL;
	if (writer == WRITER_MEMBER)
		return add_members(out, step, err);
	if (writer == WRITER_NODE && last && last->writer == WRITER_NODE && streq(last->object, step->target))
		ARRAY_ADD(last->steps, last->n_steps, step);
	else
		add(out, writer, xstrdup(step->target), step);
	return 0;
}

int parts_of(const struct step *const *steps, size_t n, struct parts *out, struct error *err)
{
	int r = 0;

	*out = (struct parts){0};
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_step(out, steps[i], err);
	return r;
}

void parts_free(struct parts *parts)
{
	for (size_t i = 0; i < parts->n; i++) {
		free(parts->items[i].steps);
		free(parts->items[i].object);
	}
	free(parts->items);
	*parts = (struct parts){0};
}
