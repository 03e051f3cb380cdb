/* SPDX-License-Identifier: MIT */
/* What systemd says of its units, org.freedesktop.systemd1(5). All calls of one run together have two seconds. */
#ifndef PERMFIX_FACTS_UNIT_BUS_H
#define PERMFIX_FACTS_UNIT_BUS_H

#include "base/error.h"
#include "facts/facts.h"

#define UNIT_BUS_MS 2000

struct unit_state {
	char *id;         /* its own name, where it was asked for by an alias */
	char *load, *active, *file_state; /* LoadState, ActiveState, UnitFileState */
	char *fragment;   /* "" none */
	struct strings dropins;
	bool stale;       /* NeedDaemonReload. systemd does not look for directories of drop-ins that are new: units_differ() */
	uint32_t pid;     /* MainPID */
	struct strings pulled_by;    /* WantedBy, RequiredBy, UpheldBy, BoundBy */
	struct strings triggered_by, triggers;
	struct setting *loaded; /* only where stale: what is loaded, in the form of unit.loaded */
	size_t n_loaded;
	bool answered;
};
void unit_state_free(struct unit_state *state);

struct unit_bus;

/* Connects, and does not wait for that: systemd takes about a millisecond, in which there is other work to do. */
int unit_bus_open(struct unit_bus **out, struct error *err);
void unit_bus_close(struct unit_bus *bus);

/* Asks for n units at once; states is zeroed by the caller. A unit that there is not has load "not-found"; one for which an error came is
 * not answered. -ETIMEDOUT, or another errno of the connection: then nothing more can be asked. meanwhile (may be NULL) is called while systemd
 * works on it. */
int unit_bus_ask(struct unit_bus *bus, char *const *names, size_t n, struct unit_state *states, void (*meanwhile)(void *), void *context,
	struct error *err);

/* Fills loaded of those that are stale. */
int unit_bus_ask_loaded(struct unit_bus *bus, char *const *names, size_t n, struct unit_state *states, struct error *err);

/* Names of loaded units that match a pattern of ListUnitsByPatterns. */
int unit_bus_list(struct unit_bus *bus, const char *pattern, struct strings *names, struct error *err);

#endif
