/* SPDX-License-Identifier: MIT */
/* Units that no process leads to: a socket unit whose service does not run, the service of a socket that is not there. */
#include "facts/gather_units.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "facts/proc.h"
#include "facts/unit_keys.h"

#include <fnmatch.h>
#include <string.h>

#define TEXT_BYTES_MAX ((size_t)1 << 20)
#define UNITS_MAX      5000

/* What the text of a unit holds that has to do with an absent socket. */
struct traces {
	struct strings paths; /* the socket, or the directory that it alone has */
	struct strings names; /* of the first directory under /run and the like, as RuntimeDirectory= has it */
};

/* Directories that many share tell nothing. */
static const char *const shared[] = {"", "/run", "/tmp", "/var/run", "/var/tmp", "/var/lib", "/home", "/srv", "/opt", "/dev/shm"};

static const char *const made_beneath[] = {"/run/", "/var/lib/", "/var/cache/", "/var/log/"};

/* Programs whose sockets stand in files of their own; the interpreters run them by name. */
static const char *const servers[] = {"gunicorn*", "uwsgi*", "node", "nodejs", "puma*", "unicorn*", "php-fpm*", "supervisord*"};
static const char *const server_words[] = {"gunicorn", "uwsgi", "node", "puma", "unicorn", "php-fpm", "supervisord"};

static void trace_path(struct traces *t, const char *path)
{
	AUTO_FREE char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	bool common = false;

	for (size_t i = 0; i < COUNT_OF(shared); i++)
		common = common || streq(shared[i], dir);
	if (!strings_has(&t->paths, common ? path : dir))
		strings_add(&t->paths, common ? path : dir);
	for (size_t i = 0; i < COUNT_OF(made_beneath); i++) {
		const char *rest = starts_with(path, made_beneath[i]) ? path + strlen(made_beneath[i]) : "";
		AUTO_FREE char *name = xstrndup(rest, strcspn(rest, "/"));

		if (strchr(rest, '/') && !strings_has(&t->names, name))
			strings_add(&t->names, name);
	}
}

static void traces_free(struct traces *t)
{
	strings_free(&t->paths);
	strings_free(&t->names);
}

/* --- what a unit must have ------------------------------------------------------------------------------------------ */

static bool makes_wanted(const struct units_run *run, const struct unit *unit)
{
	for (size_t i = 0; i < unit->n_settings; i++) {
		AUTO_FREE char *endpoint =
			streq(unit->settings[i].key, "Socket.ListenStream") ? unit_endpoint(unit->settings[i].value) : NULL;

		if (units_wants(run, endpoint))
			return true;
	}
	return false;
}

static bool mentions(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strstr(text, list->items[i]))
			return true;
	return false;
}

/* The program, or the script or module that an interpreter is given. */
static bool starts_server(const char *command)
{
	AUTO_STRINGS struct strings words = {0};

	unit_words(command, ESCAPE_C, &words);
	for (size_t n = 0; n < words.n && n < 5; n++)
		for (size_t i = 0; i < COUNT_OF(servers); i++) {
			const char *word = n ? words.items[n] : words.items[n] + strspn(words.items[n], "-@:+!|");

			if (fnmatch(servers[i], base_name(word), 0) == 0)
				return true;
		}
	return false;
}

static bool in_named_directory(const struct traces *t, const char *dir)
{
	AUTO_FREE char *first = xstrndup(dir, strcspn(dir, "/:"));

	return strings_has(&t->names, first);
}

static bool is_about(const struct traces *t, const struct unit *unit, bool servers_too)
{
	for (size_t i = 0; i < unit->n_settings; i++) {
		const struct setting *s = &unit->settings[i];

		if (ends_with(s->key, "Directory") && in_named_directory(t, s->value))
			return true;
		if (unit_key_is_command(s->key) && mentions(&t->paths, s->value))
			return true;
		if (servers_too && streq(s->key, "Service.ExecStart") && starts_server(s->value))
			return true;
	}
	return false;
}

/* --- candidates --------------------------------------------------------------------------------------------------- */

static bool text_mentions(struct units_run *run, const struct traces *t, const char *path)
{
	AUTO_FREE char *bytes = NULL;

	if (beneath_read(run->g->root, path, TEXT_BYTES_MAX, &bytes, NULL, NULL, NULL) < 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(server_words); i++)
		if (strstr(bytes, server_words[i]))
			return true;
	return mentions(&t->paths, bytes) || mentions(&t->names, bytes);
}

/* By text alone, so that the reader is spared most units of a host. */
static bool may_be_about(struct units_run *run, const struct traces *t, const char *name)
{
	AUTO_UNIT_FILES struct unit_files files = {0};
	bool found;

	unit_paths_find(units_paths(run), name, &files);
	run->n_files += 1 + files.dropins.n;
	found = mentions(&t->names, name) || (files.fragment && text_mentions(run, t, files.fragment));
	for (size_t i = 0; !found && i < files.dropins.n; i++)
		found = text_mentions(run, t, files.dropins.items[i]);
	return found;
}

/* Files of the search path, instances that are enabled, and what systemd has loaded. */
static void candidates(struct units_run *run, const char *type, struct strings *out)
{
	struct unit_paths *paths = units_paths(run);
	AUTO_STRINGS struct strings loaded = {0};
	AUTO_FREE char *pattern = xasprintf("*%s", type);
	struct string_index seen = {0};
	struct error err = {0};

	unit_paths_links(paths);
	if (run->g->bus && unit_bus_list(run->g->bus, pattern, &loaded, &err) < 0)
		strings_addf(&run->g->facts->notes, "%s", err.text);
	for (size_t i = 0; i < paths->names.n + paths->n_links + loaded.n; i++) {
		size_t link = i - paths->names.n, unit = link - paths->n_links;
		const char *name = i < paths->names.n ? paths->names.items[i] :
				   link < paths->n_links ? paths->links[link].unit : loaded.items[unit];

		if (!ends_with(name, type) || !unit_name_matters(name) || string_index_get(&run->known, name) >= 0 ||
			string_index_get(&seen, name) >= 0 || out->n == UNITS_MAX)
			continue;
		string_index_put(&seen, name, 0);
		strings_add(out, name);
	}
	string_index_free(&seen);
}

static void scan_sockets(struct units_run *run)
{
	AUTO_STRINGS struct strings names = {0}, found = {0};

	candidates(run, ".socket", &names);
	for (size_t i = 0; i < names.n && !units_spent(run); i++) {
		struct unit unit = {0};

		if (!units_peek(run, names.items[i], &unit) && streq(unit.load, "error"))
			strings_addf(&run->g->facts->notes, "%s: its symbolic links lead in a circle, or to no file", names.items[i]);
		if (makes_wanted(run, &unit))
			strings_add(&found, names.items[i]);
		shape_free(&unit_shape, &unit);
	}
	units_add(run, &found);
}

static void scan_services(struct units_run *run, const struct traces *traces)
{
	AUTO_STRINGS struct strings names = {0}, found = {0};

	candidates(run, ".service", &names);
	for (size_t i = 0; i < names.n && !units_spent(run); i++) {
		struct unit unit = {0};

		if (may_be_about(run, traces, names.items[i]) && units_peek(run, names.items[i], &unit) && is_about(traces, &unit, true))
			strings_add(&found, names.items[i]);
		shape_free(&unit_shape, &unit);
	}
	units_add(run, &found);
}

/* --- templates ---------------------------------------------------------------------------------------------------- */

static bool has_instance(const struct units_run *run, const char *template)
{
	const struct facts *facts = run->g->facts;

	for (size_t i = 0; i < facts->n_units; i++) {
		AUTO_FREE char *of = unit_name_template(facts->units[i].name);

		if (streq(of, template))
			return true;
	}
	return false;
}

/* app@.socket makes nothing while nobody starts app@x.socket. */
static void scan_templates(struct units_run *run, const struct traces *traces)
{
	const struct unit_paths *paths = units_paths(run);

	for (size_t i = 0; i < paths->names.n && !units_spent(run); i++) {
		const char *name = paths->names.items[i];
		AUTO_UNIT_FILES struct unit_files files = {0};
		struct unit unit = {0};

		if (!strstr(name, "@.") || !(ends_with(name, ".socket") || ends_with(name, ".service")) || has_instance(run, name))
			continue;
		unit_paths_find(paths, name, &files);
		if (!files.fragment || !units_peek(run, name, &unit) || !(makes_wanted(run, &unit) || is_about(traces, &unit, false))) {
			shape_free(&unit_shape, &unit);
			continue;
		}
		ARRAY_ADD(unit.problems, unit.n_problems, (struct config_problem){{xstrdup(unit.fragment), 0},
			xstrdup("a template of which no instance is enabled or runs: it makes nothing")});
		unit.at_boot = xstrdup("no");
		ARRAY_ADD(run->g->facts->units, run->g->facts->n_units, unit);
		ARRAY_ADD(run->states, run->n_states, (struct unit_state){0});
	}
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static bool has_unit(const struct units_run *run, const struct wanted *w)
{
	const struct facts *facts = run->g->facts;

	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t k = 0; k < facts->units[i].n_settings; k++) {
			const struct setting *s = &facts->units[i].settings[k];
			AUTO_FREE char *endpoint = streq(s->key, "Socket.ListenStream") ? unit_endpoint(s->value) : NULL;

			if (endpoint && units_wants(run, endpoint) == w)
				return true;
		}
	return false;
}

void units_scan(struct units_run *run)
{
	struct traces traces = {0};
	bool sockets = false, services = false;

	for (size_t i = 0; i < run->n_wanted; i++) {
		bool absent = units_absent(run, &run->wanted[i]);

		sockets = sockets || ((absent || listener_held_by(run->wanted[i].listener, 1)) && !has_unit(run, &run->wanted[i]));
		services = services || absent;
		if (absent)
			trace_path(&traces, run->wanted[i].path);
	}
	if (sockets)
		scan_sockets(run);
	if (services) {
		scan_services(run, &traces);
		scan_templates(run, &traces);
	}
	traces_free(&traces);
}
