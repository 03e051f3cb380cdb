/* SPDX-License-Identifier: MIT */
#include "facts/gather_units.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static char *path_of(const char *endpoint)
{
	const char *path = endpoint_path(endpoint);

	return path ? xstrdup(starts_with(path, "/var/run/") ? path + strlen("/var") : path) : NULL;
}

static void want(struct units_run *run, struct string_index *seen, const char *endpoint)
{
	if (!endpoint || string_index_get(seen, endpoint) >= 0)
		return;
	string_index_put(seen, endpoint, 0);
	ARRAY_ADD(run->wanted, run->n_wanted, (struct wanted){.endpoint = endpoint, .path = path_of(endpoint)});
}

/* A path may be bound under another name than the one by which it is reached. */
static const struct listener *by_inode(const struct units_run *run, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(run->g->root, path, O_PATH);
	const struct facts *facts = run->g->facts;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	for (size_t i = 0; i < facts->n_listeners; i++)
		if (facts->listeners[i].file_ino == st.st_ino && facts->listeners[i].file_dev == st.st_dev)
			return &facts->listeners[i];
	return NULL;
}

static const char *port_of(const char *s)
{
	const char *colon = strrchr(s, ':');

	return colon ? colon : "";
}

static bool is_at(const struct listener *l, const char *endpoint)
{
	if (l->family == LISTENER_TCP)
		return starts_with(endpoint, "tcp:") && streq(port_of(l->name), port_of(endpoint));
	return l->family == LISTENER_ABSTRACT && starts_with(endpoint, "unix:@") && streq(l->name, endpoint + strlen("unix:@"));
}

static const struct listener *no_path(const struct facts *facts, const char *endpoint)
{
	for (size_t i = 0; i < facts->n_listeners; i++)
		if (is_at(&facts->listeners[i], endpoint))
			return &facts->listeners[i];
	return NULL;
}

static void find_listeners(struct units_run *run)
{
	const struct facts *facts = run->g->facts;
	struct string_index names = {0};

	for (size_t i = 0; i < facts->n_listeners; i++)
		if (facts->listeners[i].family == LISTENER_UNIX)
			string_index_put(&names, facts->listeners[i].name, (int64_t)i);
	for (size_t i = 0; i < run->n_wanted; i++) {
		struct wanted *w = &run->wanted[i];
		int64_t found = w->path ? string_index_get(&names, w->path) : -1;

		w->listener = found >= 0 ? &facts->listeners[found] : w->path ? by_inode(run, w->path) : no_path(facts, w->endpoint);
	}
	string_index_free(&names);
}

void units_wanted(struct units_run *run)
{
	const struct facts *facts = run->g->facts;
	struct string_index seen = {0};

	for (size_t n = 0; n < facts->n_nginx; n++)
		for (size_t i = 0; i < facts->nginx[n].n_refs; i++)
			want(run, &seen, facts->nginx[n].refs[i].endpoint);
	for (size_t i = 0; i < facts->n_targets; i++)
		want(run, &seen, facts->targets[i].endpoint);
	string_index_free(&seen);
	find_listeners(run);
}

void units_wanted_free(struct units_run *run)
{
	for (size_t i = 0; i < run->n_wanted; i++)
		free(run->wanted[i].path);
	free(run->wanted);
	run->wanted = NULL;
	run->n_wanted = 0;
}

const struct wanted *units_wants(const struct units_run *run, const char *endpoint)
{
	AUTO_FREE char *path = endpoint ? path_of(endpoint) : NULL;

	for (size_t i = 0; endpoint && i < run->n_wanted; i++) {
		const struct wanted *w = &run->wanted[i];
		const char *bound = w->path && w->listener && w->listener->family == LISTENER_UNIX ? w->listener->name : NULL;

		if (path ? streq(path, w->path) || streq(path, bound) :
			   streq(endpoint, w->endpoint) || (starts_with(endpoint, "tcp:") && starts_with(w->endpoint, "tcp:") &&
								   streq(port_of(endpoint), port_of(w->endpoint))))
			return w;
	}
	return NULL;
}

bool units_absent(const struct units_run *run, const struct wanted *w)
{
	AUTO_CLOSE int fd = w->path ? beneath_open(run->g->root, w->path, O_PATH) : -1;
	struct stat st;

	if (!w->path)
		return false;
	if (!run->g->facts->listeners_unknown && !w->listener)
		return true;
	return fd < 0 || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode);
}

/* --- units of processes ------------------------------------------------------------------------------------------- */

/* What runs in a user's session or manager has no unit of the system's that describes it. */
static void add_unit_of(const struct process *p, struct string_index *seen, struct strings *names)
{
	if (!p->unit || starts_with(p->unit, "user@") || !unit_name_matters(p->unit) || string_index_get(seen, p->unit) >= 0)
		return;
	string_index_put(seen, p->unit, 0);
	strings_add(names, p->unit);
}

void units_of_processes(const struct units_run *run, struct strings *names)
{
	const struct facts *facts = run->g->facts;
	struct string_index seen = {0};

	for (size_t i = 0; i < facts->n_nginx; i++)
		add_unit_of(&facts->nginx[i].as, &seen, names);
	for (size_t i = 0; i < facts->n_backends; i++)
		add_unit_of(&facts->backends[i].as, &seen, names);
	for (size_t i = 0; i < run->n_wanted; i++)
		for (size_t k = 0; run->wanted[i].listener && k < run->wanted[i].listener->n_holders; k++)
			add_unit_of(&run->wanted[i].listener->holders[k], &seen, names);
	string_index_free(&seen);
}
