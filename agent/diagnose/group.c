/* SPDX-License-Identifier: MIT */
/* References → upstreams: one for each worker and endpoint. Sorted, then cut into runs. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diagnose/exam.h"

struct entry {
	const char *endpoint; /* NULL: unresolved */
	const char *written;  /* tells unresolved ones apart */
	size_t ref;           /* NO_REF: only a target names it */
};
#define NO_REF SIZE_MAX

struct entries {
	struct entry *items;
	size_t n;
};

static int by_endpoint(const struct entry *x, const struct entry *y)
{
	const char *a = x->endpoint ? x->endpoint : x->written, *b = y->endpoint ? y->endpoint : y->written;

	if (!x->endpoint != !y->endpoint)
		return x->endpoint ? -1 : 1;
	return strcmp(a ? a : "", b ? b : "");
}

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = by_endpoint(x, y);

	return order ? order : (x->ref > y->ref) - (x->ref < y->ref);
}

static void add_refs(const struct world *world, size_t nginx, struct entries *list)
{
	const struct nginx *from = &world->facts->nginx[nginx];

	for (size_t i = 0; i < from->n_refs; i++) {
		const struct nginx_ref *ref = &from->refs[i];

		if (!ref->down)
			ARRAY_ADD(list->items, list->n,
				(struct entry){world_endpoint(world, nginx, ref->endpoint), ref->written, i});
	}
}

static bool named_by_nginx(const struct facts *facts, const char *endpoint)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		for (size_t j = 0; j < facts->nginx[i].n_refs; j++)
			if (streq(facts->nginx[i].refs[j].endpoint, endpoint) && !facts->nginx[i].refs[j].down)
				return true;
	return false;
}

/* A target may be an endpoint that no configuration names: then every worker is asked about it. */
static void add_targets(const struct facts *facts, struct entries *list)
{
	for (size_t i = 0; i < facts->n_targets; i++) {
		const char *endpoint = facts->targets[i].endpoint;

		if (endpoint && !named_by_nginx(facts, endpoint))
			ARRAY_ADD(list->items, list->n, (struct entry){endpoint, NULL, NO_REF});
	}
}

static void add_upstream(size_t worker, const struct entry *run, size_t n, struct diagnosis *out)
{
	struct upstream *up = ARRAY_NEW(out->upstreams, out->n_upstreams);

	up->endpoint = xstrdup(run->endpoint);
	up->worker = worker;
	up->refs = xcalloc(n, sizeof(*up->refs));
	for (size_t i = 0; i < n; i++)
		if (run[i].ref != NO_REF)
			up->refs[up->n_refs++] = run[i].ref;
}

static void group_worker(const struct world *world, size_t worker, struct diagnosis *out)
{
	struct entries list = {0};

	add_refs(world, world->facts->workers[worker].nginx, &list);
	add_targets(world->facts, &list);
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), entry_order);
	for (size_t i = 0, end; i < list.n; i = end) {
		for (end = i + 1; end < list.n && by_endpoint(&list.items[i], &list.items[end]) == 0;)
			end++;
		add_upstream(worker, &list.items[i], end - i, out);
	}
	free(list.items);
}

void group_upstreams(const struct world *world, struct diagnosis *out)
{
	const struct facts *facts = world->facts;

	for (size_t i = 0; i < facts->n_workers; i++)
		if (facts->workers[i].nginx < facts->n_nginx)
			group_worker(world, i, out);
}
