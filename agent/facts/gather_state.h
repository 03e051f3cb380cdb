/* SPDX-License-Identifier: MIT */
/* What the parts of gathering share; not for others. */
#ifndef PERMFIX_FACTS_GATHER_STATE_H
#define PERMFIX_FACTS_GATHER_STATE_H

#include "facts/gather.h"
#include "facts/proc.h"
#include "facts/read_path.h"
#include "facts/read_process.h"
#include "facts/unit_bus.h"
#include "facts/views.h"

struct gather {
	const struct gather_options *options;
	struct facts *facts;
	int root; /* of the view "host" */
	int proc; /* -1 with --root */
	struct view_roots roots;
	struct path_reader paths;
	struct unit_bus *bus;  /* NULL: no systemd to be asked */
	struct reader *reader; /* NULL: not started; by gather_reader() */
};

/* Opens the host or the tree. */
int gather_open(struct gather *g, const struct gather_options *options, struct facts *facts, struct error *err);
void gather_close(struct gather *g);
#define AUTO_GATHER __attribute__((cleanup(gather_close)))

/* Root directory of a view by its id; a negative errno. */
int gather_root(struct gather *g, const char *view);

/* Reads the configuration of every nginx and every PHP-FPM in facts through the confined reader, then adds the workers that are not seen. */
void gather_configuration(struct gather *g);

/* The one confined reader of the run, started when it is first asked for; NULL where it cannot be. */
struct reader *gather_reader(struct gather *g);

/* Units that have a part in what the references and targets name, with the lines of their commands whole, and a backend for each socket unit
 * of them. After processes and the configuration of nginx, before walks. Does nothing where systemd is not PID 1 and no tree is read. */
void gather_units(struct gather *g);

/* Cuts the commands of units to their first word: the arguments may hold secrets, so they are not for the record. */
void gather_units_finish(struct gather *g);

/* Lines of tmpfiles.d about the components of walks. */
void gather_tmpfiles(struct gather *g);

/* Adds to the servers that are no PHP-FPM how they make their sockets, and the servers that units would start. Needs units. */
void gather_servers(struct gather *g);

/* Adds a section (and a backend, where the process that holds it is none) for each listener that a reference or a target names and no section
 * explains. Needs walks. */
void gather_unexplained(struct gather *g);

/* --worker, and workers for every nginx that has none. -EINVAL for a user that does not exist. */
int gather_workers(struct gather *g, struct error *err);

/* Takes the targets apart. */
void gather_targets(const struct strings *given, struct facts *facts);

/* Walks every path that an endpoint names, in each view that matters. */
void gather_walks(struct gather *g);

/* Adds one walk; where the view cannot be entered, a failed one. */
void gather_walk(struct gather *g, const char *view, const char *path);

/* The newest changes; needs walks. */
void gather_changes(struct gather *g);

#endif
