/* SPDX-License-Identifier: MIT */
/* tmpfiles.d(5): src/tmpfiles/tmpfiles.c. What makes something goes first, by path; then what adjusts, by glob(7). */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/place.h"
#include "diagnose/unit.h"

#define DIRECTORY_MODE 0755

static bool is_of(const struct tmpfiles_line *line, const char *letters)
{
	return line->type && *line->type && strchr(letters, *line->type);
}

static bool is_above(const char *path, const char *below)
{
	return path_within(below, path) && !streq(path, below);
}

static const char *plain(const char *word)
{
	return word && (*word == ':' || *word == '~') ? word + 1 : word;
}

/* ":" in front: only where it is made anew; "~": bits of the old mode limit it, which for a directory comes to the same mostly. */
static bool counts(const char *word, bool made)
{
	return word && (made || *word != ':');
}

static bool adjust(const struct world *world, const struct tmpfiles_line *line, bool made, struct node *node)
{
	const char *user = counts(line->user, made) ? plain(line->user) : NULL, *group = counts(line->group, made) ? plain(line->group) : NULL;
	uint32_t uid = node->uid, gid = node->gid, unused;

	if ((user && !unit_owner(world, user, "0", &uid, &unused)) || (group && !unit_owner(world, NULL, group, &unused, &gid)))
		return false;
	node->uid = user ? uid : node->uid;
	node->gid = group ? gid : node->gid;
	if (counts(line->mode, made))
		node->mode = (uint32_t)strtoul(plain(line->mode), NULL, 8) & 07777;
	return true;
}

static char *place_of(const struct tmpfiles_line *line)
{
	return line->at.file ? xasprintf("%s:%u", line->at.file, line->at.line) : xstrdup("tmpfiles.d");
}

static void by_line(const struct world *world, const struct tmpfiles_line *line, struct directory *place)
{
	const struct node fresh = {.path = place->node.path, .type = NODE_DIR, .mode = DIRECTORY_MODE};
	bool made = !place->exists;
	struct node node = made ? fresh : place->node;

	if (!adjust(world, line, made, &node)) {
		place_unknown(place);
		return;
	}
	free(place->by);
	place->node = node;
	place->known = place->exists = place->configured = true;
	place->by = place_of(line);
}

/* The planned line: "d MODE USER GROUP". */
static bool planned_line(const struct world *world, const char *path, struct tmpfiles_line *line, char **storage)
{
	static char file[] = "tmpfiles.d";
	const char *value = NULL;
	char *words[4] = {0}, *rest;
	size_t n = 0;

	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_TMPFILES && streq(world->effects[i].key, path))
			value = world->effects[i].value;
	if (!value)
		return false;
	rest = *storage = xstrdup(value);
	for (char *word; n < COUNT_OF(words) && (word = strsep(&rest, " "));)
		if (*word)
			words[n++] = streq(word, "-") ? NULL : word;
	*line = (struct tmpfiles_line){.type = words[0], .path = (char *)path, .mode = words[1], .user = words[2], .group = words[3],
		.at = {.file = file}};
	return words[0] != NULL;
}

bool place_made_now(const struct world *world, const char *path, struct directory *out)
{
	struct tmpfiles_line line;
	char *storage AUTO_FREE = NULL;

	if (!planned_line(world, path, &line, &storage))
		return false;
	by_line(world, &line, out);
	return out->known;
}

static void make_parent(struct directory *place, const struct tmpfiles_line *line)
{
	if (!place->exists)
		place_make(place, 0, 0, DIRECTORY_MODE, place_of(line));
}

static bool is_planned_below(const struct world *world, const char *path)
{
	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_TMPFILES && is_above(path, world->effects[i].key))
			return true;
	return false;
}

static void create(const struct world *world, struct directory *place)
{
	const struct facts *facts = world->facts;
	const struct tmpfiles_line *own = NULL, *below = NULL;
	struct tmpfiles_line planned;
	char *storage AUTO_FREE = NULL;

	if (planned_line(world, place->node.path, &planned, &storage))
		own = &planned;
	for (size_t i = 0; i < facts->n_tmpfiles; i++) {
		const struct tmpfiles_line *line = &facts->tmpfiles[i];

		if (!own && is_of(line, "dDvqQ") && streq(line->path, place->node.path))
			own = line;
		if (is_of(line, "dDvqQfFpLCcb") && is_above(place->node.path, line->path))
			below = line;
	}
	if (own)
		by_line(world, own, place);
	else if (below)
		make_parent(place, below);
	else if (!place->exists && is_planned_below(world, place->node.path))
		place_make(place, 0, 0, DIRECTORY_MODE, xstrdup("tmpfiles.d"));
}

static bool reaches(const struct tmpfiles_line *line, const char *path, const char *recursive)
{
	if (!line->path)
		return false;
	return fnmatch(line->path, path, FNM_PATHNAME | FNM_PERIOD) == 0 ||
	       (is_of(line, recursive) && fnmatch(line->path, path, FNM_PATHNAME | FNM_PERIOD | FNM_LEADING_DIR) == 0);
}

void place_by_tmpfiles(const struct world *world, struct directory *place)
{
	const struct facts *facts = world->facts;

	create(world, place);
	for (size_t i = 0; place->known && i < facts->n_tmpfiles; i++) {
		const struct tmpfiles_line *line = &facts->tmpfiles[i];

		if (is_of(line, "aArR") && reaches(line, place->node.path, "AR"))
			place_unknown(place);
		else if (place->exists && is_of(line, "zZme") && reaches(line, place->node.path, "Z"))
			by_line(world, line, place);
	}
}
