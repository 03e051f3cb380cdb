/* SPDX-License-Identifier: MIT */
/* Units: which ones matter, their files through the confined reader, their state from systemd. */
#include "facts/gather_units.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/specifier_host.h"
#include "facts/unit_keys.h"

#include <errno.h>
#include <string.h>

#define FILES_MAX 20000
#define UNITS_MAX 2000

bool units_spent(struct units_run *run)
{
	if (run->n_files <= FILES_MAX && run->g->facts->n_units <= UNITS_MAX)
		return false;
	if (!run->g->facts->units_unknown)
		strings_addf(&run->g->facts->notes, "more units, or files of units, than %d and %d: not all of them are read", UNITS_MAX,
			FILES_MAX);
	run->g->facts->units_unknown = true;
	return true;
}

struct unit_paths *units_paths(struct units_run *run)
{
	if (!run->listed)
		unit_paths_read(run->g->root, &run->paths);
	run->listed = true;
	return &run->paths;
}

static void problem(struct unit *unit, const char *file, const char *text)
{
	ARRAY_ADD(unit->problems, unit->n_problems, (struct config_problem){.at.file = xstrdup(file), .text = xstrdup(text)});
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void read_files(struct units_run *run, const struct unit_files *files, struct unit *unit)
{
	struct reader *reader = gather_reader(run->g);
	struct unit read = {0};
	struct error err = {0};

	run->n_files += 1 + files->dropins.n;
	if (units_spent(run)) {
		unit->incomplete = true;
		return;
	}
	if (!reader || reader_unit(reader, run->g->root, files, &run->host, &read, &err) < 0) {
		problem(unit, files->fragment, err.text[0] ? err.text : "the configuration reader could not be started");
		run->g->facts->units_unknown = true;
		unit->incomplete = true;
		return;
	}
	unit->incomplete = read.incomplete;
	unit->settings = TAKE_PTR(read.settings);
	unit->n_settings = read.n_settings;
	unit->problems = TAKE_PTR(read.problems);
	unit->n_problems = read.n_problems;
	unit->files = TAKE_PTR(read.files);
	unit->n_files = read.n_files;
	if (!unit->load)
		unit->load = TAKE_PTR(read.load);
	read.n_settings = read.n_problems = read.n_files = 0;
	shape_free(&unit_shape, &read);
}

/* As systemd would find them now. */
static void read_from_disk(struct units_run *run, const char *name, struct unit *unit)
{
	AUTO_UNIT_FILES struct unit_files files = {0};
	const char *state = unit_paths_find(units_paths(run), name, &files);

	unit->fragment = xstrdup(files.fragment);
	if (files.fragment)
		read_files(run, &files, unit);
	else if (streq(state, "error"))
		problem(unit, NULL, "its symbolic links lead in a circle, or to no file");
	if (!unit->load)
		unit->load = xstrdup(state);
	if (!unit->name)
		unit->name = TAKE_PTR(files.name);
}

/* As systemd found them when it loaded the unit; a masked one has none. */
static void read_as_loaded(struct units_run *run, struct unit_state *state, struct unit *unit)
{
	struct unit_files files = {unit->name, state->fragment, state->dropins};

	if (streq(state->load, "masked"))
		return;
	unit->fragment = xstrdup(state->fragment);
	read_files(run, &files, unit);
}

bool units_peek(struct units_run *run, const char *name, struct unit *out)
{
	read_from_disk(run, name, out);
	return out->n_files > 0;
}

/* /lib is a link to /usr/lib on most hosts, and systemd may name either. */
static const char *without_usr(const char *path)
{
	return starts_with(path, "/usr/lib/") ? path + strlen("/usr") : path;
}

static bool same_path(const char *a, const char *b)
{
	return streq(without_usr(a), without_usr(b));
}

/* Whether systemd would find other files now than those that it has loaded. */
static bool units_differ(struct units_run *run, const struct unit_state *state)
{
	AUTO_UNIT_FILES struct unit_files files = {0};
	const char *found;

	if (!state->answered || !streq(state->load, "loaded") || !state->fragment || !*state->fragment)
		return false;
	found = unit_paths_find(units_paths(run), state->id, &files);
	if (!files.fragment)
		return streq(found, "masked");
	if (!same_path(files.fragment, state->fragment) || files.dropins.n != state->dropins.n)
		return true;
	for (size_t i = 0; i < files.dropins.n; i++)
		if (!same_path(files.dropins.items[i], state->dropins.items[i]))
			return true;
	return false;
}

/* --- adding ------------------------------------------------------------------------------------------------------- */

static void take_state(struct unit_state *state, struct unit *unit)
{
	unit->name = xstrdup(state->id);
	unit->load = xstrdup(state->load);
	unit->active = xstrdup(state->active);
	unit->stale = state->stale;
	unit->pid = state->pid;
	unit->loaded = TAKE_PTR(state->loaded);
	unit->n_loaded = state->n_loaded;
	state->n_loaded = 0;
}

static void add_unit(struct units_run *run, const char *name, struct unit_state *state)
{
	struct facts *facts = run->g->facts;
	struct unit unit = {0};
	bool told = state->answered && state->id;

	if (told && string_index_get(&run->known, state->id) > 0)
		return;
	if (told)
		take_state(state, &unit);
	if (told && !state->stale && state->fragment && *state->fragment)
		read_as_loaded(run, state, &unit);
	else
		read_from_disk(run, told ? state->id : name, &unit);
	if (string_index_get(&run->known, unit.name) > 0) {
		shape_free(&unit_shape, &unit);
		return;
	}
	facts->units_unknown = facts->units_unknown || unit.incomplete;
	string_index_put(&run->known, unit.name, 1);
	ARRAY_ADD(facts->units, facts->n_units, unit);
	ARRAY_ADD(run->states, run->n_states, *state);
	*state = (struct unit_state){0};
}

static void no_bus(struct units_run *run, const struct error *err)
{
	strings_addf(&run->g->facts->notes, "%s: units are judged by their files", err->text);
	unit_bus_close(run->g->bus);
	run->g->bus = NULL;
}

/* Those that were not looked at yet. */
static void unknown_ones(struct units_run *run, const struct strings *names, struct strings *out)
{
	for (size_t i = 0; i < names->n; i++)
		if (unit_name_matters(names->items[i]) && string_index_get(&run->known, names->items[i]) < 0) {
			string_index_put(&run->known, names->items[i], 0);
			strings_add(out, names->items[i]);
		}
}

/* What triggers the unit, or is triggered by it: by systemd's word, else a socket's Service= and what bears the same name. */
static void partners(struct units_run *run, size_t index, struct strings *out)
{
	const struct unit *unit = &run->g->facts->units[index];
	const struct unit_state *state = &run->states[index];
	const struct setting *service = unit_setting(unit, "Socket.Service"), *accept = unit_setting(unit, "Socket.Accept");
	size_t stem = strlen(unit->name) - strlen(strrchr(unit->name, '.'));
	AUTO_FREE char *other = ends_with(unit->name, ".socket") ? xasprintf("%.*s.service", (int)stem, unit->name)
								  : xasprintf("%.*s.socket", (int)stem, unit->name);

	for (size_t i = 0; i < state->triggered_by.n; i++)
		strings_add(out, state->triggered_by.items[i]);
	for (size_t i = 0; i < state->triggers.n; i++)
		strings_add(out, state->triggers.items[i]);
	if (state->answered || (accept && streq(accept->value, "yes")))
		return;
	if (service)
		strings_add(out, service->value);
	else if (string_index_get(&run->known, other) < 0 && strings_has(&units_paths(run)->names, other))
		strings_add(out, other);
	for (size_t i = 0; i < unit->n_settings; i++)
		if (streq(unit->settings[i].key, "Service.Sockets"))
			strings_add(out, unit->settings[i].value);
}

static void list_paths(void *context)
{
	units_paths(context);
}

static void add_wave(struct units_run *run, const struct strings *names)
{
	struct unit_state *states = xcalloc(names->n + 1, sizeof(*states));
	struct error err = {0};

	if (run->g->bus && unit_bus_ask(run->g->bus, names->items, names->n, states, list_paths, run, &err) < 0)
		no_bus(run, &err);
	for (size_t i = 0; run->g->bus && i < names->n; i++)
		states[i].stale = states[i].stale || units_differ(run, &states[i]);
	if (run->g->bus && unit_bus_ask_loaded(run->g->bus, names->items, names->n, states, &err) < 0)
		no_bus(run, &err);
	for (size_t i = 0; i < names->n; i++) {
		add_unit(run, names->items[i], &states[i]);
		unit_state_free(&states[i]);
	}
	free(states);
}

void units_add(struct units_run *run, const struct strings *names)
{
	AUTO_STRINGS struct strings wave = {0};

	unknown_ones(run, names, &wave);
	while (wave.n && !units_spent(run)) {
		AUTO_STRINGS struct strings next = {0};
		size_t before = run->g->facts->n_units;

		add_wave(run, &wave);
		strings_free(&wave);
		wave = (struct strings){0};
		for (size_t i = before; i < run->g->facts->n_units; i++)
			partners(run, i, &next);
		unknown_ones(run, &next, &wave);
	}
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct unit *)a)->name, ((const struct unit *)b)->name);
}

static void run_free(struct units_run *run)
{
	unit_paths_free(&run->paths);
	specifier_host_free(&run->host);
	units_wanted_free(run);
	string_index_free(&run->known);
	for (size_t i = 0; i < run->n_states; i++)
		unit_state_free(&run->states[i]);
	free(run->states);
}

/* nginx runs in no unit that is seen, so the usual one is taken where there is one. */
static void nginx_unit(struct units_run *run, struct strings *names)
{
	if (run->g->facts->host.offline && strings_has(&units_paths(run)->names, "nginx.service"))
		strings_add(names, "nginx.service");
}

void gather_units(struct gather *g)
{
	struct units_run run = {.g = g, .paths.root = -1};
	AUTO_STRINGS struct strings names = {0};

	if (!g->facts->host.systemd && !g->facts->host.offline)
		return;
	specifier_host_read(g->root, g->facts->host.offline, &run.host);
	units_wanted(&run);
	units_of_processes(&run, &names);
	nginx_unit(&run, &names);
	units_add(&run, &names);
	units_scan(&run);
	if (run.listed && run.paths.unknown)
		strings_add(&g->facts->notes, "some directories of unit files could not be read");
	units_at_boot(&run);
	units_backends(&run);
	if (g->facts->n_units)
		qsort(g->facts->units, g->facts->n_units, sizeof(*g->facts->units), by_name);
	run_free(&run);
}

static void cut(struct setting *setting)
{
	const char *rest = setting->value;
	char *word = NULL;

	if (unit_word(&rest, ESCAPE_C, &word) < 0)
		word = xstrndup(setting->value, strcspn(setting->value, " \t"));
	free(setting->value);
	setting->value = word ? word : xstrdup("");
}

void gather_units_finish(struct gather *g)
{
	for (size_t i = 0; i < g->facts->n_units; i++) {
		struct unit *unit = &g->facts->units[i];

		for (size_t k = 0; k < unit->n_settings; k++)
			if (unit_key_is_command(unit->settings[k].key))
				cut(&unit->settings[k]);
	}
}
