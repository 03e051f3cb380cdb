/* SPDX-License-Identifier: MIT */
/* Where unit files are looked for, by names and links alone (no content): the search path of systemd.unit(5) for the system's manager. */
#ifndef PERMFIX_FACTS_UNIT_PATHS_H
#define PERMFIX_FACTS_UNIT_PATHS_H

#include "base/string_index.h"
#include "facts/unit_read.h"

struct unit_dir {
	const char *path;
	struct string_index names; /* of what is in it */
};

/* A link in X.wants, X.requires or X.upholds: by starts unit. */
struct unit_link {
	char *by, *unit;
};

struct unit_paths {
	int root; /* borrowed */
	struct unit_dir *dirs; /* of higher precedence first */
	size_t n_dirs;
	struct strings names;  /* all there is in them, once each, sorted */
	struct unit_link *links; /* by unit_paths_links() */
	size_t n_links;
	bool linked;  /* links were read */
	bool unknown; /* a directory could not be read */
};

/* Lists the directories beneath root, once. */
void unit_paths_read(int root, struct unit_paths *out);
void unit_paths_free(struct unit_paths *paths);
#define AUTO_UNIT_PATHS __attribute__((cleanup(unit_paths_free)))

/* Reads the links that start units, once; unit_paths_at_boot() does it by itself. */
void unit_paths_links(struct unit_paths *paths);

/* Finds the files of a unit. out->name becomes its own name where it was asked for by an alias. Returns its LoadState: "loaded", "masked",
 * "not-found"; "error": its links form a cycle. Drop-ins follow unit_file_find_dropin_paths(): directories of the unit, its template, its dashed
 * prefixes and its type; a name in one of higher precedence masks the others; sorted by name. */
const char *unit_paths_find(const struct unit_paths *paths, const char *name, struct unit_files *out);

/* "yes" where a target that every boot reaches starts it, through however many links; "no" where no link names it; NULL where that is
 * not known: something else starts it. */
const char *unit_paths_at_boot(struct unit_paths *paths, const char *name);

/* Whether this is one of the targets and services that every boot starts. */
bool unit_boots(const char *name);

#endif
