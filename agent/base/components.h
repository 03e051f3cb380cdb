/* SPDX-License-Identifier: MIT */
/* The components of a path that is being resolved by hand, symbolic links put in as they are met: path_resolution(7),
 * link_path_walk() in fs/namei.c. No file is touched here. */
#ifndef PERMFIX_BASE_COMPONENTS_H
#define PERMFIX_BASE_COMPONENTS_H

#include <stdbool.h>

#define LINKS_MAX 40 /* MAXSYMLINKS of the kernel: the 41st link ends a walk with ELOOP */

struct components {
	char *text;     /* owned: what is resolved at the moment */
	char *rest;     /* what is left of it */
	unsigned links; /* symbolic links followed so far */
	bool slash;     /* one stood behind the component that was taken off last */
	bool absolute;  /* the text that was put in last began with a slash: resolution restarts at the root */
};

void components_begin(struct components *c, const char *path);

/* Takes the next component off, "." and ".." included; NULL at the end. Valid until the next call on c; *last tells
 * that nothing follows, *slash that a slash did (so it must be a directory, and a link there is followed). */
const char *components_next(struct components *c, bool *last, bool *slash);

/* Puts a link's target before what is left. -ELOOP after LINKS_MAX links, -ENOENT for an empty target. */
int components_follow(struct components *c, const char *target);

void components_free(struct components *c);
#define AUTO_COMPONENTS __attribute__((cleanup(components_free)))

/* True for a symbolic link (by descriptor) that only the kernel can follow: one of /proc/PID/{root,cwd,exe,fd/N,…}. Its text is
 * no path. The links in the root of procfs (self, mounts, net) are ordinary ones. parent is the directory that it stands in. */
bool link_is_magic(int parent, int link);

#endif
