/* SPDX-License-Identifier: MIT */
#include "facts/unit_read.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/unit_keys.h"
#include "facts/unit_lines.h"

#include <errno.h>
#include <string.h>

/* systemd has no such limits; they bound what a unit can cost. */
#define SETTINGS_MAX 1000
#define PROBLEMS_MAX 1000
#define VALUE_MAX    65536

struct unit_reader {
	const struct unit_files *files;
	const struct specifier_host *host;
	struct unit *out;
	const char *path; /* of the file that is being read */
	bool fragment;
};

static void problem_at(void *context, uint32_t line, const char *text)
{
	struct unit_reader *r = context;
	struct unit *out = r->out;

	if (out->n_problems < PROBLEMS_MAX)
		ARRAY_ADD(out->problems, out->n_problems, (struct config_problem){{xstrdup(r->path), line}, xstrdup(text)});
}

/* In the order of the files, those that are left. */
static void take_back(struct unit *out, const char *prefix, bool whole)
{
	size_t kept = 0;

	for (size_t i = 0; i < out->n_settings; i++) {
		struct setting *s = &out->settings[i];

		if (whole ? !streq(s->key, prefix) : !starts_with(s->key, prefix)) {
			out->settings[kept++] = *s;
			continue;
		}
		free(s->key);
		free(s->value);
		free(s->file);
	}
	out->n_settings = kept;
}

static bool is_list(const struct unit_key *key)
{
	return key->value >= UNIT_WORDS;
}

static char *resolve(struct unit_reader *r, const struct unit_key *key, const char *value, uint32_t line)
{
	char unknown;
	char *text = specifier_resolve(r->host, r->files->name, value, &unknown);

	if (unknown) {
		AUTO_FREE char *problem = xasprintf("%s: what %%%c stands for is not known", strchr(key->name, '.') + 1, unknown);

		problem_at(r, line, problem);
	}
	return text;
}

static void refused(struct unit_reader *r, const struct unit_key *key, const char *value, uint32_t line)
{
	AUTO_FREE char *shown = xstrndup(value, 100);
	AUTO_FREE char *text = xasprintf("%s=%s is not valid: systemd passes over it", strchr(key->name, '.') + 1,
		unit_key_is_command(key->name) ? "" : shown);

	problem_at(r, line, text);
}

/* One item: resolved, checked, stored. */
static void store(struct unit_reader *r, const struct unit_key *key, const char *item, uint32_t line)
{
	struct unit *out = r->out;
	AUTO_FREE char *resolved = resolve(r, key, item, line);
	char *value = strlen(resolved) > VALUE_MAX ? NULL : unit_value(key, resolved);

	if (!value) {
		refused(r, key, item, line);
		return;
	}
	if (!is_list(key))
		take_back(out, key->name, true);
	if (out->n_settings == SETTINGS_MAX || !unit_key_known(key->name)) {
		out->incomplete = out->incomplete || unit_key_known(key->name);
		free(value);
		return;
	}
	ARRAY_ADD(out->settings, out->n_settings,
		(struct setting){.key = xstrdup(key->name), .value = value, .file = xstrdup(r->path), .line = line});
}

static void store_words(struct unit_reader *r, const struct unit_key *key, const char *value, uint32_t line)
{
	AUTO_STRINGS struct strings words = {0};

	if (unit_words(value, key->escape, &words) < 0)
		refused(r, key, value, line);
	for (size_t i = 0; i < words.n; i++)
		store(r, key, words.items[i], line);
}

/* An emptied RuntimeDirectory= and its like has the default mode again: exec_directory_done() in systemd's core/execute.c, measured with 252. */
static void emptied(struct unit *out, const char *key)
{
	AUTO_FREE char *mode = xasprintf("%sMode", key);

	take_back(out, key, true);
	if (ends_with(key, "Directory"))
		take_back(out, mode, true);
}

static void empty(struct unit_reader *r, const struct unit_key *key, uint32_t line)
{
	if (key->value == UNIT_MODE || key->value == UNIT_SWITCH)
		refused(r, key, "", line);
	else if (key->value == UNIT_LISTEN)
		take_back(r->out, "Socket.Listen", false);
	else if (key->value != UNIT_NAMES)
		emptied(r->out, key->name);
}

static void assign(void *context, const char *section, const char *name, const char *value, uint32_t line)
{
	struct unit_reader *r = context;
	const struct unit_key *key = unit_key(section, name);

	if (!key)
		return;
	if (!*value)
		empty(r, key, line);
	else if (is_list(key) && key->value < UNIT_LINES)
		store_words(r, key, value, line);
	else
		store(r, key, value, line);
}

static void not_read(struct unit_reader *r, int failed)
{
	AUTO_FREE char *text = failed == ENOENT ? xstrdup("it was there a moment ago, and is gone")
						: xasprintf("could not be read: %s", strerror(failed));

	problem_at(r, 0, text);
	r->out->incomplete = true;
}

static int read_file(void *context, const struct source_file *file)
{
	struct unit_reader *r = context;
	struct unit_lines lines = {assign, problem_at, r};

	r->path = file->path;
	if (file->failed) {
		not_read(r, file->failed);
		return 0;
	}
	ARRAY_ADD(r->out->files, r->out->n_files,
		(struct config_file){xstrdup(file->path), file->mtime, file->uid, file->gid, file->mode});
	if (unit_lines_read(&lines, file->bytes, file->size) < 0 && r->fragment && !r->out->load)
		r->out->load = xstrdup("error");
	return 0;
}

static int read_path(struct unit_reader *r, struct source *source, const char *path, struct error *err)
{
	if (strpbrk(path, "*?[")) {
		r->path = path;
		problem_at(r, 0, "a name with * ? or [ in it: not read");
		r->out->incomplete = true;
		return 0;
	}
	return source->files(source, path, read_file, r, err);
}

int unit_read(struct source *source, const struct unit_files *files, const struct specifier_host *host, struct unit *out, struct error *err)
{
	struct unit_reader r = {.files = files, .host = host, .out = out, .fragment = true};
	int result = files->fragment ? read_path(&r, source, files->fragment, err) : 0;

	r.fragment = false;
	for (size_t i = 0; result >= 0 && i < files->dropins.n; i++)
		result = read_path(&r, source, files->dropins.items[i], err);
	return result < 0 ? result : 0;
}

void unit_files_free(struct unit_files *files)
{
	free(files->name);
	free(files->fragment);
	strings_free(&files->dropins);
	*files = (struct unit_files){0};
}
