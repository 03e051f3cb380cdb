/* SPDX-License-Identifier: MIT */
/* A source of configuration files in memory: "/path" → text, patterns matched by fnmatch. */
#ifndef PERMFIX_TESTS_NGINX_SOURCE_H
#define PERMFIX_TESTS_NGINX_SOURCE_H

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "facts/source.h"

struct memory_file {
	const char *path;
	const char *bytes;
	size_t size;   /* 0: strlen */
	int failed;
};

struct memory_source {
	struct source source;
	const struct memory_file *files; /* sorted by path; ends at path NULL */
	size_t served;
	int gone;      /* errno to fail with */
};

static inline int memory_give(struct memory_source *m, const struct memory_file *f, source_each *each, void *context)
{
	struct source_file file = {.path = f->path, .bytes = f->failed ? "" : f->bytes, .mtime = 1000, .mode = 0644, .failed = f->failed};

	if (!f->failed)
		file.size = f->size ? f->size : strlen(f->bytes);
	m->served++;
	return each(context, &file);
}

static inline int memory_files(struct source *source, const char *pattern, source_each *each, void *context, struct error *err)
{
	struct memory_source *m = (struct memory_source *)source;
	struct memory_file missing = {.path = pattern, .failed = ENOENT};
	int wild = strpbrk(pattern, "*?[") != NULL, r = 0, matched = 0;

	if (m->gone)
		return error_errno(err, m->gone, "the source");
	for (const struct memory_file *f = m->files; f->path && r == 0; f++) {
		if (wild ? fnmatch(pattern, f->path, FNM_PATHNAME | FNM_PERIOD) != 0 : strcmp(pattern, f->path) != 0)
			continue;
		matched = 1;
		r = memory_give(m, f, each, context);
	}
	return !matched && !wild ? memory_give(m, &missing, each, context) : r;
}

#endif
