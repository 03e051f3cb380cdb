/* SPDX-License-Identifier: MIT */
#include "facts/gather_state.h"
#include "base/alloc.h"

#include <errno.h>
#include <string.h>

/* A path to walk; both strings are borrowed. */
struct wish {
	const char *view, *path;
};
struct wishes {
	struct wish *items;
	size_t n;
};

static void wish(struct wishes *list, const char *view, const char *endpoint)
{
	const char *path = endpoint_path(endpoint);

	if (path)
		ARRAY_ADD(list->items, list->n, (struct wish){view ? view : "host", path});
}

static int compare(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = strcmp(x->view, y->view);

	return order ? order : strcmp(x->path, y->path);
}

static void wishes_of_worker(const struct facts *facts, const struct worker *worker, struct wishes *out)
{
	const struct nginx *nginx = &facts->nginx[worker->nginx];

	for (size_t i = 0; i < nginx->n_refs; i++)
		wish(out, worker->as.view, nginx->refs[i].endpoint);
	for (size_t i = 0; i < facts->n_targets; i++)
		wish(out, worker->as.view, facts->targets[i].endpoint);
}

static void wishes_of_backend(const struct backend *backend, struct wishes *out)
{
	for (size_t i = 0; i < backend->n_sections; i++) {
		wish(out, backend->view, backend->sections[i].endpoint);
		wish(out, "host", backend->sections[i].endpoint);
	}
}

void gather_walk(struct gather *g, const char *view, const char *path)
{
	struct walk *walk = ARRAY_NEW(g->facts->walks, g->facts->n_walks);
	int root = gather_root(g, view);
	int r = root < 0 ? -EACCES : read_walk(&g->paths, view_by_id(g->facts, view), root, path, walk);

	if (r == 0)
		return;
	shape_free(&walk_shape, walk);
	*walk = (struct walk){.view = xstrdup(view), .path = xstrdup(path), .failed = -r, .missing = xstrdup(path)};
}

void gather_walks(struct gather *g)
{
	struct wishes list = {0};

	for (size_t i = 0; i < g->facts->n_workers; i++)
		wishes_of_worker(g->facts, &g->facts->workers[i], &list);
	for (size_t i = 0; i < g->facts->n_backends; i++)
		wishes_of_backend(&g->facts->backends[i], &list);
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), compare);
	for (size_t i = 0; i < list.n; i++)
		if (i == 0 || compare(&list.items[i - 1], &list.items[i]) != 0)
			gather_walk(g, list.items[i].view, list.items[i].path);
	free(list.items);
}
