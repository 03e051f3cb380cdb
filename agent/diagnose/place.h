/* SPDX-License-Identifier: MIT */
/* What will stand at a directory's path when a server is started again, or the machine. Internal to this room. */
#ifndef PERMFIX_DIAGNOSE_PLACE_H
#define PERMFIX_DIAGNOSE_PLACE_H

#include "diagnose/diagnose.h"

struct directory {
	bool known;       /* else nothing below counts */
	bool exists;
	bool configured;  /* a unit or a line of tmpfiles.d says how it is made */
	struct node node; /* as it will be; what it points to is borrowed (path from the caller's) */
	char *by;         /* who says so: "RuntimeDirectory= of x.service"; owned; NULL: it stays as it stands */
	char *gone;       /* why nothing will be there; owned; NULL where something will */
	bool takes_over;  /* a service gives what is in it already to its own account: */
	uint32_t uid, gid;
};

/* The directory at path at that moment, RESTART of the upstream's server (with its socket unit) or BOOT. live is what stands there now, NULL
 * nothing. Rules:
 *  - systemd.exec(5): RuntimeDirectory= is made when the service starts, with the service's account and RuntimeDirectoryMode= (0755), and
 *    removed with all that is in it when it stops, unless RuntimeDirectoryPreserve= is "yes" or, for a restart, "restart"; of "a/b" the
 *    innermost alone is, a being made as root's 0755. StateDirectory=, CacheDirectory=, LogsDirectory= likewise, but never removed. One that is there
 *    already gets owner and mode again; where its owner was another, so does all that is in it (measured).
 *  - systemd.socket(5): a socket unit makes missing directories as root's with DirectoryMode= (0755); those that are there it leaves alone.
 *  - tmpfiles.d(5), at boot, before units: d, D, v, q, Q make or adjust (the first line for a path wins; parents are made as root's 0755), then z and
 *    Z adjust, e as well; lines with an ACL, and removing ones, make it unknown.
 *  - at boot what is on a file system in memory is gone; the mounts that systemd itself makes have their mode again (mount-setup.c).
 *  - A server may make its directory itself, or a script before it: then it is not known. PHP-FPM, Gunicorn, uWSGI, Puma and Unicorn do not. */
void place_predict(const struct world *world, const struct upstream *up, int moment, const char *path, const struct node *live,
	struct directory *out);
void place_free(struct directory *place);

/* --- place_unit.c --- */

/* Lets the service (for BOOT: all that are started then) make or take over the directory. */
void place_by_services(const struct world *world, const struct upstream *up, int moment, struct directory *place);
/* Lets socket units make it where it is missing. */
void place_by_sockets(const struct world *world, const struct upstream *up, int moment, struct directory *place);
/* The service that removes the directory, or one above it, with all that is in it, when it is restarted; NULL: none. own: the upstream's
 * own server alone, else all others that run. */
const struct unit *place_remover(const struct world *world, const struct upstream *up, const char *path, bool own);

/* --- place_tmpfiles.c --- */

/* Lets the lines of tmpfiles.d work at boot. */
void place_by_tmpfiles(const struct world *world, struct directory *place);
/* The directory that an EFFECT_TMPFILES makes where nothing is yet: false where there is no such effect. */
bool place_made_now(const struct world *world, const char *path, struct directory *out);

/* Somebody makes it: the node becomes a directory of this owner and mode. by is taken over. */
void place_make(struct directory *place, uint32_t uid, uint32_t gid, uint32_t mode, char *by);
void place_unknown(struct directory *place);

/* path is directory, or beneath it. */
bool path_within(const char *path, const char *directory);

/* --- way.c: all directories on the way to the socket --- */

struct way {
	struct directory *dirs;
	size_t n;
	bool whole; /* the last one is the socket's own directory; else the walk could not be followed so far */
};
void way_build(const struct world *world, const struct upstream *up, int moment, struct way *out);
void way_free(struct way *way);
const struct directory *way_parent(const struct way *way); /* NULL: not known */

#endif
