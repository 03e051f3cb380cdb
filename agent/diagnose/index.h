/* SPDX-License-Identifier: MIT */
/* Sorted views of the facts, so that ten thousand references meet a thousand walks, listeners and pools without a quadratic scan.
 * Everything is borrowed from the facts. Internal to this room. */
#ifndef PERMFIX_DIAGNOSE_INDEX_H
#define PERMFIX_DIAGNOSE_INDEX_H

#include "diagnose/world.h"

struct section_at {
	const char *key; /* path of its unix socket, or the endpoint of another kind */
	const struct backend *backend;
	const struct backend_section *section;
};

/* A path that a reference of an nginx names. */
struct named_path {
	const char *path;
	size_t nginx;
};

struct index {
	const struct facts *facts;
	const struct walk **walks;
	const struct probe **probes;
	const struct listener **by_name; /* all of them */
	const struct listener **by_ino;  /* those whose file is known */
	size_t n_by_ino;
	struct section_at *sections;     /* those with an endpoint; running servers first among equal ones */
	size_t n_sections;
	struct named_path *named;        /* made when first asked for */
	size_t n_named;
};

/* Sections stand where they listen in this world. */
void index_build(struct index *index, const struct world *world);
void index_free(struct index *index);

const struct walk *index_walk(const struct index *index, const char *view, const char *path);
const struct probe *index_probe(const struct index *index, const char *worker, const char *endpoint);

/* The listener on this inode. Names agree, or devices do: unix_diag gives the device of the superblock and 32 bits of the inode number, which
 * on overlayfs and btrfs is not what stat(2) says. path is the path as asked for. */
const struct listener *index_listener_of(const struct index *index, const struct node *object, const char *path);

/* The n'th listener with this name (of this family), NULL when there are no more. */
const struct listener *index_listener_named(const struct index *index, int family, const char *name, size_t n);

/* The n'th section whose socket stands at path ("/var/run" and "/run" being one), or with that other endpoint; NULL: no more. */
const struct section_at *index_section(const struct index *index, const char *path, size_t n);

/* Whether a reference of this nginx names this unix socket. */
bool index_named(struct index *index, size_t nginx, const char *path);

#endif
