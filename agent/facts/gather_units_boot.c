/* SPDX-License-Identifier: MIT */
/* Whether a boot starts a unit: by systemd's word where it was asked, else by the links of enabled units. */
#include "facts/gather_units.h"
#include "base/alloc.h"

#include <stdlib.h>

static const char *const enabled[] = {"enabled", "enabled-runtime", "alias", "generated"};

static bool any(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (streq(list[i], word))
			return true;
	return false;
}

static bool boots(const struct facts *facts, const char *name)
{
	const struct unit *unit = unit_find(facts, name);

	return unit_boots(name) || (unit && streq(unit->at_boot, "yes"));
}

static bool any_boots(const struct facts *facts, const struct strings *by)
{
	for (size_t i = 0; i < by->n; i++)
		if (boots(facts, by->items[i]))
			return true;
	return false;
}

static const char *by_state(const struct facts *facts, const struct unit_state *state)
{
	if (streq(state->load, "masked") || streq(state->load, "not-found"))
		return "no";
	if (any(enabled, sizeof(enabled) / sizeof(*enabled), state->file_state))
		return "yes";
	if (any_boots(facts, &state->pulled_by) || any_boots(facts, &state->triggered_by))
		return "yes";
	return NULL;
}

/* Whether a unit that a boot starts names this one in its settings. */
static bool pulled_in(const struct facts *facts, const struct unit *unit)
{
	static const char *const keys[] = {"Unit.Requires", "Unit.Wants", "Unit.BindsTo", "Service.Sockets", "Socket.Service"};

	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t k = 0; streq(facts->units[i].at_boot, "yes") && k < facts->units[i].n_settings; k++)
			if (streq(facts->units[i].settings[k].value, unit->name) &&
				any(keys, sizeof(keys) / sizeof(*keys), facts->units[i].settings[k].key))
				return true;
	return false;
}

/* gunicorn.socket starts gunicorn.service when it is needed. */
static bool triggered(const struct facts *facts, const struct unit *unit)
{
	size_t n = strlen(unit->name);
	struct text name = {0};
	bool found;

	if (!ends_with(unit->name, ".service"))
		return false;
	text_add_bytes(&name, unit->name, n - strlen(".service"));
	text_add(&name, ".socket");
	found = boots(facts, name.bytes);
	text_free(&name);
	return found;
}

static bool can_be_enabled(const struct unit *unit)
{
	return unit_setting(unit, "Install.WantedBy") || unit_setting(unit, "Install.RequiredBy") || unit_setting(unit, "Install.Also");
}

static const char *by_files(struct units_run *run, const struct unit *unit)
{
	const char *links = unit_paths_at_boot(units_paths(run), unit->name);

	if (streq(unit->load, "masked") || streq(unit->load, "not-found"))
		return "no";
	if (streq(links, "yes") || pulled_in(run->g->facts, unit) || triggered(run->g->facts, unit))
		return "yes";
	return streq(links, "no") && can_be_enabled(unit) ? "no" : NULL;
}

static const char *verdict(struct units_run *run, size_t i)
{
	const struct facts *facts = run->g->facts;

	return run->states[i].answered ? by_state(facts, &run->states[i]) : by_files(run, &facts->units[i]);
}

static void set(struct unit *unit, const char *verdict)
{
	free(unit->at_boot);
	unit->at_boot = xstrdup(verdict);
}

/* What hangs on one that a boot starts is started too, so "yes" is looked for until nothing is added. */
static void find_started(struct units_run *run)
{
	struct facts *facts = run->g->facts;
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < facts->n_units; i++)
			if (!facts->units[i].at_boot && streq(verdict(run, i), "yes")) {
				set(&facts->units[i], "yes");
				more = true;
			}
	}
}

/* Whether some of these may be started after all: nothing is known of it. */
static bool any_open(const struct facts *facts, const struct strings *by)
{
	for (size_t i = 0; i < by->n; i++) {
		const struct unit *unit = unit_find(facts, by->items[i]);

		if (!unit || !unit->at_boot)
			return true;
	}
	return false;
}

static bool is_open(const struct facts *facts, const struct unit_state *state)
{
	return !state->file_state || any_open(facts, &state->pulled_by) || any_open(facts, &state->triggered_by);
}

/* The rest is not started, a socket and a service that hang on nothing but each other included, unless it hangs on one of which that is not
 * known. */
static void find_open(struct units_run *run)
{
	struct facts *facts = run->g->facts;
	bool more = true;

	for (size_t i = 0; i < facts->n_units; i++)
		if (!facts->units[i].at_boot)
			set(&facts->units[i], run->states[i].answered ? "no" : verdict(run, i));
	while (more) {
		more = false;
		for (size_t i = 0; i < facts->n_units; i++)
			if (run->states[i].answered && streq(facts->units[i].at_boot, "no") && !streq(verdict(run, i), "no") &&
				is_open(facts, &run->states[i])) {
				set(&facts->units[i], NULL);
				more = true;
			}
	}
}

void units_at_boot(struct units_run *run)
{
	find_started(run);
	find_open(run);
}
