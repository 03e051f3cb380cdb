/* SPDX-License-Identifier: MIT */
#include "facts/read_mounts.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_ID = 0, FIELD_OPTIONS = 5 };
enum { SUPER_TYPE = 0, SUPER_OPTIONS = 2 };

static bool has_option(const char *options, const char *option)
{
	size_t n = strlen(option);

	for (const char *p = options; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (strncmp(p, option, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

/* The nth word of a list separated by blanks, cut out of it; NULL where there are fewer. A blank inside a field is written \040. */
static char *nth_word(const char *line, int n)
{
	for (; n > 0 && line; n--)
		line = strchr(line, ' ') ? strchr(line, ' ') + 1 : NULL;
	return line ? xstrndup(line, strcspn(line, " \n")) : NULL;
}

static bool parse_line(const char *line, struct mount *out)
{
	const char *super = strstr(line, " - ");
	AUTO_FREE char *id = nth_word(line, FIELD_ID), *options = nth_word(line, FIELD_OPTIONS);
	AUTO_FREE char *super_options = super ? nth_word(super + 3, SUPER_OPTIONS) : NULL;

	if (!super_options || !options)
		return false;
	out->id = strtoull(id, NULL, 10);
	out->fstype = nth_word(super + 3, SUPER_TYPE);
	out->read_only = has_option(options, "ro") || has_option(super_options, "ro");
	return true;
}

static int by_id(const void *a, const void *b)
{
	const struct mount *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void parse_mounts(FILE *f, struct mounts *out)
{
	AUTO_FREE char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, f) > 0) {
		struct mount one = {0};

		if (parse_line(line, &one))
			ARRAY_ADD(out->items, out->n, one);
	}
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), by_id);
}

int read_mounts(uint32_t pid, struct mounts *out)
{
	AUTO_FREE char *path = pid ? xasprintf("/proc/%u/mountinfo", pid) : xstrdup("/proc/self/mountinfo");
	AUTO_FCLOSE FILE *f = fopen(path, "re");

	*out = (struct mounts){0};
	if (!f)
		return -errno;
	parse_mounts(f, out);
	return 0;
}

const struct mount *mount_by_id(const struct mounts *mounts, uint64_t id)
{
	struct mount key = {.id = id};

	return mounts->n ? bsearch(&key, mounts->items, mounts->n, sizeof(key), by_id) : NULL;
}

void mounts_free(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->n; i++)
		free(mounts->items[i].fstype);
	free(mounts->items);
	*mounts = (struct mounts){0};
}

uint64_t mount_id_of(int fd)
{
	AUTO_FREE char *path = xasprintf("/proc/self/fdinfo/%d", fd), *line = NULL;
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	uint64_t id = 0;
	size_t room = 0;

	while (f && getline(&line, &room, f) > 0)
		if (sscanf(line, "mnt_id: %" SCNu64, &id) == 1)
			break;
	return id;
}
