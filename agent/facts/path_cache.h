/* SPDX-License-Identifier: MIT */
/* Directories and symbolic links that a path reader has met, by view and canonical path. */
#ifndef PERMFIX_FACTS_PATH_CACHE_H
#define PERMFIX_FACTS_PATH_CACHE_H

#include "facts/facts.h"

struct cached {
	char *view;        /* owned, like all here */
	struct node node;  /* node.path is the other half of the key */
	int fd;            /* O_PATH of a directory; -1 of a link */
	uint64_t mount_id;
	bool magic;        /* a link that only the kernel can follow */
};

struct path_cache {
	void *tree; /* tsearch(3) */
	size_t n;
};

struct cached *path_cache_find(const struct path_cache *cache, const char *view, const char *path);

/* Takes over everything that entry points to, bar view, which is copied. The key must not be there yet. */
struct cached *path_cache_add(struct path_cache *cache, const char *view, const struct cached *entry);

/* Forgets everything and closes the descriptors. Pointers handed out before are gone. */
void path_cache_free(struct path_cache *cache);

#endif
