/* SPDX-License-Identifier: MIT */
#include "facts/read_backends.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <fnmatch.h>
#include <string.h>

/* By the executable's base name. */
static const struct {
	const char *pattern;
	enum backend_kind kind;
} programs[] = {
	{"gunicorn*", BACKEND_GUNICORN},
	{"uwsgi*", BACKEND_UWSGI},
	{"node", BACKEND_NODE},
	{"nodejs", BACKEND_NODE},
};

/* By the script that an interpreter runs, or the title that its server gave the process ("gunicorn: master [app]", "puma 6.0 (unix:…)",
 * "unicorn master -c …"). */
static const struct {
	const char *pattern;
	enum backend_kind kind;
} scripts[] = {
	{"gunicorn*", BACKEND_GUNICORN}, {"uwsgi*", BACKEND_UWSGI},         {"puma*", BACKEND_PUMA},
	{"unicorn", BACKEND_UNICORN},    {"unicorn[:_ ]*", BACKEND_UNICORN},
};

static const char *const interpreters[] = {"python*", "ruby*", "pypy*"};

static bool is_interpreter(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(interpreters); i++)
		if (fnmatch(interpreters[i], name, 0) == 0)
			return true;
	return false;
}

static enum backend_kind kind_of_script(const struct proc_entry *entry)
{
	const char *word;

	/* "python3 -m gunicorn", "ruby /usr/bin/puma", or a title in the first word. */
	for (size_t n = 0; n < 4 && (word = proc_argument(entry, n)); n++)
		for (size_t i = 0; i < COUNT_OF(scripts); i++)
			if (fnmatch(scripts[i].pattern, n ? base_name(word) : word, 0) == 0)
				return scripts[i].kind;
	return BACKEND_UNKNOWN;
}

enum backend_kind backend_kind_of(const struct proc_entry *entry)
{
	const char *name = entry->exe ? base_name(entry->exe) : "";

	for (size_t i = 0; i < COUNT_OF(programs); i++)
		if (fnmatch(programs[i].pattern, name, 0) == 0)
			return programs[i].kind;
	return is_interpreter(name) ? kind_of_script(entry) : BACKEND_UNKNOWN;
}

static bool known(const struct facts *facts, uint32_t pid)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		if (facts->backends[i].pid == pid)
			return true;
	return false;
}

static enum backend_kind kind_of_holder(const struct facts *facts, const struct proc_table *table, uint32_t pid)
{
	const struct proc_entry *entry = proc_table_find(table, pid);

	if (pid == 1 && facts->host.systemd)
		return BACKEND_SYSTEMD;
	return entry ? backend_kind_of(entry) : BACKEND_UNKNOWN;
}

/* A PHP-FPM process that read_fpm did not believe is not one here either. */
static void add_holder(struct facts *facts, enum backend_kind kind, const struct process *as)
{
	struct backend *backend = ARRAY_NEW(facts->backends, facts->n_backends);

	backend->kind = (int)kind;
	backend->pid = as->pid;
	shape_copy(&process_shape, &backend->as, as);
	backend->exe = xstrdup(as->exe);
	backend->unit = xstrdup(as->unit);
}

void read_listening_backends(const struct proc_table *table, struct facts *facts)
{
	for (size_t i = 0; i < facts->n_listeners; i++) {
		const struct listener *listener = &facts->listeners[i];

		for (size_t k = 0; k < listener->n_holders; k++) {
			const struct process *holder = &listener->holders[k];
			enum backend_kind kind = kind_of_holder(facts, table, holder->pid);

			if (kind != BACKEND_UNKNOWN && kind != BACKEND_PHP_FPM && !known(facts, holder->pid))
				add_holder(facts, kind, holder);
		}
	}
}
