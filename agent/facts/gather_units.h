/* SPDX-License-Identifier: MIT */
/* What the parts of gathering units share; not for others. */
#ifndef PERMFIX_FACTS_GATHER_UNITS_H
#define PERMFIX_FACTS_GATHER_UNITS_H

#include "base/string_index.h"
#include "facts/gather_state.h"
#include "facts/reader.h"
#include "facts/unit_bus.h"
#include "facts/unit_paths.h"

/* A socket that a reference or a target names. */
struct wanted {
	const char *endpoint;            /* borrowed */
	char *path;                      /* unix socket in the file system: "/var/run/x" is "/run/x"; NULL another one */
	const struct listener *listener; /* who listens there; NULL nobody is known to */
};

struct units_run {
	struct gather *g;
	struct unit_paths paths;
	bool listed;                     /* paths were read */
	struct specifier_host host;
	struct wanted *wanted;
	size_t n_wanted;
	struct string_index known;       /* names of units that were looked at */
	struct unit_state *states;       /* of facts.units, same index, until they are sorted */
	size_t n_states;
	size_t n_files;                  /* that were looked at, see units_spent() */
};

/* --- gather_units_wanted.c --- */

void units_wanted(struct units_run *run);
void units_wanted_free(struct units_run *run);

/* The wanted one that this endpoint is; NULL none. */
const struct wanted *units_wants(const struct units_run *run, const char *endpoint);

/* Nothing listens at a path in the file system, or there is nothing. */
bool units_absent(const struct units_run *run, const struct wanted *w);

/* Names of the service and socket units of processes that matter. */
void units_of_processes(const struct units_run *run, struct strings *names);

/* --- gather_units.c --- */

struct unit_paths *units_paths(struct units_run *run);

/* Reads these units, with those that they trigger and are triggered by, unless that was done. */
void units_add(struct units_run *run, const struct strings *names);

/* Reads the files of a unit as they are on disk, without adding it. False where there are none. */
bool units_peek(struct units_run *run, const char *name, struct unit *out);

/* Whether more files of units were looked at than any host has: then no more are, and that is noted. Bounds what a hostile tree costs. */
bool units_spent(struct units_run *run);

/* --- gather_units_scan.c --- */

/* Looks for the units that make what is wanted and that no process leads to. */
void units_scan(struct units_run *run);

/* --- gather_units_boot.c --- */

void units_at_boot(struct units_run *run);

/* --- gather_units_sockets.c --- */

/* A backend for each socket unit. */
void units_backends(struct units_run *run);

#endif
