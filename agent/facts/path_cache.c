/* SPDX-License-Identifier: MIT */
#include "facts/path_cache.h"
#include "base/alloc.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
	const struct cached *x = a, *y = b;
	int r = strcmp(x->node.path, y->node.path);

	return r ? r : strcmp(x->view, y->view);
}

struct cached *path_cache_find(const struct path_cache *cache, const char *view, const char *path)
{
	struct cached key = {.view = (char *)(uintptr_t)view, .node.path = (char *)(uintptr_t)path};
	struct cached **found = tfind(&key, &cache->tree, compare);

	return found ? *found : NULL;
}

struct cached *path_cache_add(struct path_cache *cache, const char *view, const struct cached *entry)
{
	struct cached *copy = xcalloc(1, sizeof(*copy));

	*copy = *entry;
	copy->view = xstrdup(view);
	tsearch(copy, &cache->tree, compare);
	cache->n++;
	return copy;
}

static void release(void *p)
{
	struct cached *entry = p;

	if (entry->fd >= 0)
		close(entry->fd);
	free(entry->view);
	shape_free(&node_shape, &entry->node);
	free(entry);
}

void path_cache_free(struct path_cache *cache)
{
	tdestroy(cache->tree, release);
	*cache = (struct path_cache){0};
}
