/* SPDX-License-Identifier: MIT */
/* "What changed?": the newest changes of what decides about reaching an upstream. */
#include "facts/gather_state.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define CHANGES_MAX     10
#define NGINX_FILES_MAX 5

struct changes {
	struct change_seen *items;
	size_t n;
};

static int newest_first(const void *a, const void *b)
{
	const struct change_seen *x = a, *y = b;
	int order;

	if (x->when != y->when)
		return x->when > y->when ? -1 : 1;
	order = strcmp(x->path, y->path);
	return order ? order : strcmp(x->what, y->what);
}

static void add(struct changes *list, const char *what, const char *path, int64_t when)
{
	struct change_seen change = {.what = xstrdup(what), .path = xstrdup(path), .when = when};

	ARRAY_ADD(list->items, list->n, change);
}

static bool same(const struct change_seen *a, const struct change_seen *b)
{
	return a->when == b->when && streq(a->path, b->path) && streq(a->what, b->what);
}

/* Sorts, takes out what is there twice, and keeps the newest. */
static void keep_newest(struct changes *list, size_t max)
{
	size_t kept = 0;

	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), newest_first);
	for (size_t i = 0; i < list->n; i++) {
		if (kept < max && (kept == 0 || !same(&list->items[kept - 1], &list->items[i]))) {
			list->items[kept++] = list->items[i];
			continue;
		}
		free(list->items[i].what);
		free(list->items[i].path);
	}
	list->n = kept;
}

static void move(struct changes *from, struct changes *to)
{
	for (size_t i = 0; i < from->n; i++)
		ARRAY_ADD(to->items, to->n, from->items[i]);
	free(from->items);
	*from = (struct changes){0};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of nginx only the files that name an upstream count; there may be ten thousand. */
static void nginx_files(const struct nginx *nginx, struct changes *out)
{
	struct changes found = {0};
	const char **names = xcalloc(nginx->n_refs + 1, sizeof(*names));

	for (size_t i = 0; i < nginx->n_refs; i++)
		names[i] = nginx->refs[i].at.file ? nginx->refs[i].at.file : "";
	qsort(names, nginx->n_refs, sizeof(*names), by_name);
	for (size_t i = 0; i < nginx->n_files; i++) {
		const char *path = nginx->files[i].path;

		if (nginx->files[i].mtime && bsearch(&path, names, nginx->n_refs, sizeof(*names), by_name))
			add(&found, "nginx file", path, nginx->files[i].mtime);
	}
	free(names);
	keep_newest(&found, NGINX_FILES_MAX);
	move(&found, out);
}

static void server_files(const struct backend *backend, struct changes *out)
{
	const char *what = backend->kind == BACKEND_PHP_FPM ? "pool file" : "configuration file";
	struct changes found = {0};

	for (size_t i = 0; i < backend->n_files; i++)
		if (backend->files[i].mtime)
			add(&found, what, backend->files[i].path, backend->files[i].mtime);
	keep_newest(&found, CHANGES_MAX);
	move(&found, out);
}

static void unit_files(const struct unit *unit, struct changes *out)
{
	struct changes found = {0};

	for (size_t i = 0; i < unit->n_files; i++)
		if (unit->files[i].mtime)
			add(&found, "unit file", unit->files[i].path, unit->files[i].mtime);
	keep_newest(&found, CHANGES_MAX);
	move(&found, out);
}

static void sockets(const struct facts *facts, struct changes *out)
{
	struct changes found = {0};

	for (size_t i = 0; i < facts->n_walks; i++) {
		const struct node *node = walk_object(&facts->walks[i]);

		if (node && node->type == NODE_SOCKET)
			add(&found, "socket", facts->walks[i].path, node->ctime);
	}
	keep_newest(&found, CHANGES_MAX);
	move(&found, out);
}

static void start(const struct process *process, struct changes *out)
{
	if (process->pid > 1 && process->started)
		add(out, "service start", process->unit ? process->unit : process->exe ? process->exe : process->comm,
			process->started);
}

static void starts(const struct facts *facts, struct changes *out)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		start(&facts->nginx[i].as, out);
	for (size_t i = 0; i < facts->n_backends; i++)
		start(&facts->backends[i].as, out);
}

/* dpkg writes a package's list of files anew when it installs or upgrades it. */
static void package(struct gather *g, const char *name, struct changes *out)
{
	AUTO_FREE char *path = xasprintf("/var/lib/dpkg/info/%s.list", name);
	AUTO_FREE char *what = xasprintf("package %s", name);
	AUTO_CLOSE int fd = beneath_open(g->root, path, O_PATH);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0)
		add(out, what, path, st.st_mtim.tv_sec);
}

static void packages(struct gather *g, struct changes *out)
{
	static const char *const names[] = {"nginx", "nginx-common", "nginx-core", "nginx-light", "nginx-full", "nginx-extras",
		"openresty", "angie", "gunicorn", "uwsgi-core", "nodejs", "puma"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		package(g, names[i], out);
	for (size_t i = 0; i < g->facts->n_backends; i++) {
		const char *version = g->facts->backends[i].version;
		AUTO_FREE char *name = version ? xasprintf("php%s-fpm", version) : NULL;

		if (name && !strchr(name, '/'))
			package(g, name, out);
	}
}

void gather_changes(struct gather *g)
{
	struct facts *facts = g->facts;
	struct changes found = {0};

	for (size_t i = 0; i < facts->n_nginx; i++)
		nginx_files(&facts->nginx[i], &found);
	for (size_t i = 0; i < facts->n_backends; i++)
		server_files(&facts->backends[i], &found);
	for (size_t i = 0; i < facts->n_units; i++)
		unit_files(&facts->units[i], &found);
	sockets(facts, &found);
	starts(facts, &found);
	packages(g, &found);
	keep_newest(&found, CHANGES_MAX);
	facts->changed = found.items;
	facts->n_changed = found.n;
}
