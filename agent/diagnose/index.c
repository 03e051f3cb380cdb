/* SPDX-License-Identifier: MIT */
#include "diagnose/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int words(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int walk_order(const void *a, const void *b)
{
	const struct walk *x = *(const struct walk *const *)a, *y = *(const struct walk *const *)b;
	int order = words(x->path, y->path);

	return order ? order : words(x->view, y->view);
}

static int probe_order(const void *a, const void *b)
{
	const struct probe *x = *(const struct probe *const *)a, *y = *(const struct probe *const *)b;
	int order = words(x->endpoint, y->endpoint);

	return order ? order : words(x->worker, y->worker);
}

/* Ties are broken by the order in the facts: equal input gives equal output. */
static int name_order(const void *a, const void *b)
{
	const struct listener *x = *(const struct listener *const *)a, *y = *(const struct listener *const *)b;
	int order = words(x->name, y->name);

	return order ? order : (x > y) - (x < y);
}

static uint32_t low(uint64_t ino)
{
	return (uint32_t)ino;
}

static int ino_order(const void *a, const void *b)
{
	const struct listener *x = *(const struct listener *const *)a, *y = *(const struct listener *const *)b;
	uint32_t i = low(x->file_ino), j = low(y->file_ino);

	return i != j ? (i > j) - (i < j) : (x > y) - (x < y);
}

/* What a section is found by: the path of its socket, else its endpoint as it stands. */
static const char *section_key(const char *endpoint)
{
	const char *path = endpoint_path(endpoint);

	return path ? run_path(path) : endpoint;
}

static int section_order(const void *a, const void *b)
{
	const struct section_at *x = a, *y = b;
	int order = words(x->key, y->key);

	if (order)
		return order;
	if (!x->backend->pid != !y->backend->pid)
		return x->backend->pid ? -1 : 1;
	return (x->section > y->section) - (x->section < y->section);
}

static void add_sections(struct index *index, const struct world *world)
{
	const struct facts *facts = index->facts;

	for (size_t i = 0; i < facts->n_backends; i++) {
		const struct backend *backend = &facts->backends[i];

		for (size_t j = 0; j < backend->n_sections; j++) {
			const char *key = section_key(world_listen(world, &backend->sections[j]));

			if (key)
				ARRAY_ADD(index->sections, index->n_sections,
					(struct section_at){key, backend, &backend->sections[j]});
		}
	}
	if (index->n_sections)
		qsort(index->sections, index->n_sections, sizeof(*index->sections), section_order);
}

#define POINTERS(to, from, n)                                                                                \
	do {                                                                                                 \
		(to) = xcalloc((n), sizeof(*(to)));                                                          \
		for (size_t i_ = 0; i_ < (n); i_++)                                                          \
			(to)[i_] = &(from)[i_];                                                              \
	} while (0)

void index_build(struct index *index, const struct world *world)
{
	const struct facts *facts = world->facts;

	*index = (struct index){.facts = facts};
	POINTERS(index->walks, facts->walks, facts->n_walks);
	POINTERS(index->probes, facts->probes, facts->n_probes);
	POINTERS(index->by_name, facts->listeners, facts->n_listeners);
	index->by_ino = xcalloc(facts->n_listeners, sizeof(*index->by_ino));
	for (size_t i = 0; i < facts->n_listeners; i++)
		if (facts->listeners[i].file_ino)
			index->by_ino[index->n_by_ino++] = &facts->listeners[i];
	qsort(index->walks, facts->n_walks, sizeof(*index->walks), walk_order);
	qsort(index->probes, facts->n_probes, sizeof(*index->probes), probe_order);
	qsort(index->by_name, facts->n_listeners, sizeof(*index->by_name), name_order);
	qsort(index->by_ino, index->n_by_ino, sizeof(*index->by_ino), ino_order);
	add_sections(index, world);
}

void index_free(struct index *index)
{
	free(index->walks);
	free(index->probes);
	free(index->by_name);
	free(index->by_ino);
	free(index->sections);
	free(index->named);
	*index = (struct index){0};
}

const struct walk *index_walk(const struct index *index, const char *view, const char *path)
{
	const struct walk key = {.view = (char *)view, .path = (char *)path}, *p = &key;
	const struct walk **found = bsearch(&p, index->walks, index->facts->n_walks, sizeof(*index->walks), walk_order);

	return found ? *found : NULL;
}

const struct probe *index_probe(const struct index *index, const char *worker, const char *endpoint)
{
	const struct probe key = {.worker = (char *)worker, .endpoint = (char *)endpoint}, *p = &key;
	const struct probe **found =
		bsearch(&p, index->probes, index->facts->n_probes, sizeof(*index->probes), probe_order);

	return found ? *found : NULL;
}

static bool same_file(const struct listener *listener, const struct node *object, const char *path)
{
	if (listener->family != LISTENER_UNIX)
		return false;
	if (listener->file_ino != object->ino && listener->file_ino != low(object->ino))
		return false;
	return !listener->file_dev || !object->dev || listener->file_dev == object->dev ||
	       streq(listener->name, path) || streq(listener->name, object->path);
}

const struct listener *index_listener_of(const struct index *index, const struct node *object, const char *path)
{
	size_t from = 0, to = index->n_by_ino;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (low(index->by_ino[middle]->file_ino) < low(object->ino))
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < index->n_by_ino && low(index->by_ino[from]->file_ino) == low(object->ino); from++)
		if (same_file(index->by_ino[from], object, path))
			return index->by_ino[from];
	return NULL;
}

const struct listener *index_listener_named(const struct index *index, int family, const char *name, size_t n)
{
	size_t from = 0, to = index->facts->n_listeners, all = to;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (words(index->by_name[middle]->name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < all && streq(index->by_name[from]->name, name); from++)
		if (index->by_name[from]->family == family && n-- == 0)
			return index->by_name[from];
	return NULL;
}

const struct section_at *index_section(const struct index *index, const char *path, size_t n)
{
	size_t from = 0, to = index->n_sections;
	const char *key = run_path(path);

	while (key && from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(index->sections[middle].key, key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	from += n;
	return key && from < index->n_sections && streq(index->sections[from].key, key) ? &index->sections[from] : NULL;
}

static int named_order(const void *a, const void *b)
{
	const struct named_path *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->nginx > y->nginx) - (x->nginx < y->nginx);
}

static void add_named(struct index *index)
{
	const struct facts *facts = index->facts;

	for (size_t i = 0; i < facts->n_nginx; i++)
		for (size_t j = 0; j < facts->nginx[i].n_refs; j++) {
			const char *path = run_path(endpoint_path(facts->nginx[i].refs[j].endpoint));

			if (path)
				ARRAY_ADD(index->named, index->n_named, (struct named_path){path, i});
		}
	if (index->n_named)
		qsort(index->named, index->n_named, sizeof(*index->named), named_order);
}

bool index_named(struct index *index, size_t nginx, const char *path)
{
	const struct named_path key = {run_path(path), nginx};

	if (!index->named)
		add_named(index);
	return index->named && bsearch(&key, index->named, index->n_named, sizeof(*index->named), named_order);
}
