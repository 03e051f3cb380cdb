/* SPDX-License-Identifier: MIT */
/* Effects on what the service manager makes: drop-ins of units (systemd.unit(5)) and lines of tmpfiles.d(5). */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"

#include <errno.h>
#include <stdlib.h>

#define UNIT_DIR "/etc/systemd/system/"
#define TMPFILES_DIR "/etc/tmpfiles.d/"

/* --- values --- */

typedef bool value_form(const struct world *world, const char *value);

static bool is_user(const struct world *world, const char *value)
{
	uint32_t uid;

	return user_id(world, value, &uid);
}

static bool is_group(const struct world *world, const char *value)
{
	uint32_t gid;

	return group_id(world, value, &gid);
}

static bool is_mode(const struct world *world, const char *value)
{
	uint32_t mode;

	(void)world;
	return octal_mode(value, &mode);
}

static bool is_preserve(const struct world *world, const char *value)
{
	(void)world;
	return streq(value, "yes") || streq(value, "no") || streq(value, "restart");
}

static bool each_word(const struct world *world, const char *value, value_form *form)
{
	AUTO_FREE char *words = xstrdup(value);
	char *rest = words, *word;

	while ((word = strsep(&rest, " ")))
		if (!*word || !form(world, word))
			return false;
	return true;
}

static bool are_groups(const struct world *world, const char *value)
{
	return each_word(world, value, is_group);
}

/* Relative, and nothing that a specifier, a symbolic link (after a colon) or ".." would lead elsewhere. */
static bool is_relative(const struct world *world, const char *value)
{
	(void)world;
	return value[0] != '/' && !strpbrk(value, "%:\\\"'") && !strstr(value, "..") && !strstr(value, "//") && !ends_with(value, "/");
}

static bool are_directories(const struct world *world, const char *value)
{
	return each_word(world, value, is_relative);
}

/* --- drop-ins --- */

static const struct {
	const char *key;  /* section and key; the section is that of the unit's type */
	const char *type; /* of the unit */
	value_form *form;
} keys[] = {
	{"Socket.SocketUser", ".socket", is_user},
	{"Socket.SocketGroup", ".socket", is_group},
	{"Socket.SocketMode", ".socket", is_mode},
	{"Socket.DirectoryMode", ".socket", is_mode},
	{"Service.Group", ".service", is_group},
	{"Service.SupplementaryGroups", ".service", are_groups},
	{"Service.UMask", ".service", is_mode},
	{"Service.RuntimeDirectory", ".service", are_directories},
	{"Service.RuntimeDirectoryMode", ".service", is_mode},
	{"Service.RuntimeDirectoryPreserve", ".service", is_preserve},
};

char *dropin_directory(const char *unit)
{
	return xasprintf(UNIT_DIR "%s.d/", unit);
}

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Drop-ins of all directories are applied in the order of their names; the fragment comes before all of them. */
bool dropin_wins(const struct unit *unit, const char *name, const char *key)
{
	for (size_t i = 0; i < unit->n_settings; i++) {
		const struct setting *s = &unit->settings[i];

		if (streq(s->key, key) && s->file && !streq(s->file, unit->fragment) && strcmp(last_of(s->file), name) > 0)
			return false;
	}
	return true;
}

static bool is_dropin_of(const char *target, const char *unit)
{
	AUTO_FREE char *directory = dropin_directory(unit);
	const char *name = starts_with(target, directory) ? target + strlen(directory) : "";

	return ends_with(name, ".conf") && name[0] != '.' && !strchr(name, '/');
}

static int add_unit_key(struct effect_context *c, const struct unit *unit, const struct step_change *change)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		if (!streq(keys[i].key, change->key) || !ends_with(unit->name, keys[i].type))
			continue;
		if (!change->to || !keys[i].form(&c->world, change->to))
			return error_set(c->err, EINVAL, "%s cannot be %s", change->key, change->to ? change->to : "taken out");
		if (!dropin_wins(unit, last_of(c->step->target), change->key))
			return error_set(c->err, EINVAL, "another drop-in of %s comes after %s and sets %s", unit->name, c->step->target,
				change->key);
		ARRAY_ADD(c->list->items, c->list->n,
			(struct effect){.kind = EFFECT_UNIT, .unit = unit, .key = change->key, .value = change->to});
		return 0;
	}
	return error_set(c->err, EINVAL, "%s is not a key of this step", change->key);
}

int effect_dropin(struct effect_context *c)
{
	const struct unit *unit = c->step->section ? unit_find(c->world.facts, c->step->section) : NULL;
	int r = 0;

	if (!unit)
		return error_set(c->err, EINVAL, "no unit %s is known", c->step->section ? c->step->section : "");
	if (!is_dropin_of(c->step->target, unit->name))
		return error_set(c->err, EINVAL, "%s is no place for a drop-in of %s", c->step->target, unit->name);
	for (size_t i = 0; r == 0 && i < c->step->n_changes; i++)
		r = add_unit_key(c, unit, &c->step->changes[i]);
	return r;
}

/* --- tmpfiles.d --- */

void tmpfiles_words_free(struct tmpfiles_words *words)
{
	free(words->mode);
	free(words->user);
	free(words->group);
	*words = (struct tmpfiles_words){0};
}

bool tmpfiles_parse(const char *text, struct tmpfiles_words *out)
{
	AUTO_FREE char *words = xstrdup(text ? text : "");
	char *rest = words, *type = strsep(&rest, " "), *mode = strsep(&rest, " "), *user = strsep(&rest, " "), *group = strsep(&rest, " ");
	uint32_t bits;

	*out = (struct tmpfiles_words){0};
	if (!group || rest || !streq(type, "d") || !octal_mode(mode, &bits) || !*user || !*group)
		return false;
	*out = (struct tmpfiles_words){xstrdup(mode), xstrdup(user), xstrdup(group)};
	return true;
}

/* Blanks end a field, and a specifier or a pattern would name other directories. */
static bool is_plain_path(const char *path)
{
	return path[0] == '/' && path[1] && !strpbrk(path, " \t\n\"'\\%*?[") && !strstr(path, "/..") && !strstr(path, "//") &&
	       !strstr(path, "/./") && !ends_with(path, "/");
}

/* Of several lines for one path the first counts; files are read in the order of their names. */
static const struct tmpfiles_line *line_before(const struct facts *facts, const char *file, const char *path)
{
	for (size_t i = 0; i < facts->n_tmpfiles; i++) {
		const struct tmpfiles_line *line = &facts->tmpfiles[i];

		if (streq(line->path, path) && (line->type[0] == 'd' || line->type[0] == 'D') && line->at.file &&
			strcmp(last_of(line->at.file), last_of(file)) < 0)
			return line;
	}
	return NULL;
}

static int add_line(struct effect_context *c, const struct step_change *change)
{
	AUTO_TMPFILES_WORDS struct tmpfiles_words words = {0};
	const struct tmpfiles_line *before;

	if (!is_plain_path(change->key))
		return error_set(c->err, EINVAL, "%s is not the path of one directory", change->key);
	if (!tmpfiles_parse(change->to, &words))
		return error_set(c->err, EINVAL, "%s: a line is \"d MODE USER GROUP\"", change->key);
	if (!is_user(&c->world, words.user) || !is_group(&c->world, words.group))
		return error_set(c->err, EINVAL, "no such account: %s %s", words.user, words.group);
	before = line_before(c->world.facts, c->step->target, change->key);
	if (before)
		return error_set(c->err, EINVAL, "a line in %s comes first", before->at.file);
	ARRAY_ADD(c->list->items, c->list->n, (struct effect){.kind = EFFECT_TMPFILES, .key = change->key, .value = change->to});
	return 0;
}

int effect_tmpfiles(struct effect_context *c)
{
	const char *name = starts_with(c->step->target, TMPFILES_DIR) ? c->step->target + strlen(TMPFILES_DIR) : "";
	int r = 0;

	if (!ends_with(name, ".conf") || name[0] == '.' || strchr(name, '/'))
		return error_set(c->err, EINVAL, "%s is no file of tmpfiles.d", c->step->target);
	for (size_t i = 0; r == 0 && i < c->step->n_changes; i++)
		r = add_line(c, &c->step->changes[i]);
	return r;
}
