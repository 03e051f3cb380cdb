/* SPDX-License-Identifier: MIT */
/* One upstream under examination: what the steps of a diagnosis share. Internal to this room. */
#ifndef PERMFIX_DIAGNOSE_EXAM_H
#define PERMFIX_DIAGNOSE_EXAM_H

#include "diagnose/creation.h"
#include "diagnose/dac.h"
#include "diagnose/diagnose.h"
#include "diagnose/index.h"
#include "diagnose/place.h"

struct exam {
	const struct world *world;
	const struct judge *judge;
	const struct upstream *before; /* the earlier diagnosis of this upstream; NULL the first time */
	struct upstream *up;
	const struct worker *worker;
	char *who;           /* account name of the ids; owned */
	struct ids ids;      /* of the worker in this world */
	struct ids fresh;    /* with the groups of the account data */
	struct ids web;      /* of up->web_user */
	bool remade;         /* the server's sockets are made anew in this world */
	const char *moved_to; /* the server that listened here listens on this endpoint in this world; NULL */
	int parent;          /* index of the socket's directory in the walk, -1 */
	bool boots;          /* what a boot makes can be said, and matters */
	struct way ways[MOMENT_BOOT + 1];       /* the directories as they will be; none for NOW */
	struct creation made[MOMENT_BOOT + 1];  /* the socket of up->section as it will be; not known where there is none */
	int moment;          /* whose socket stands for the live one where it is remade: RESTART; BOOT for a tree without its directory */
	bool has_object;     /* something is (in this world) at the path */
	struct node object;  /* that; borrows */
	int object_at;       /* its index in the walk, -1 where it is remade */
};

/* Fills everything but the checks; up has been resolved. */
void exam_begin(struct exam *exam);
void exam_end(struct exam *exam);

/* Adds a check; object and because are taken over. Yields it for the rarer members. */
struct check *exam_add(struct exam *exam, int layer, char *object, const char *class, const char *needs, int verdict, char *because);
/* The same, denied. */
struct check *exam_deny(struct exam *exam, int layer, char *object, const char *class, const char *needs, int cause, char *because);

/* The facts that no effect changes: walk, listener, server, section, probe, namespaces. (resolve.c, namespace.c, meant.c) */
void resolve(struct index *index, struct upstream *up);
void resolve_namespace(const struct index *index, struct upstream *up);
char *resolve_meant(struct index *index, const struct upstream *up);
/* The path of the one server that is left over for a wanted one (see meant.c); NULL: none. Borrowed from the facts. */
const char *leftover(struct index *index, const struct upstream *up, const char *wanted, const char *directive);
bool same_view(const struct facts *facts, const char *a, const char *b);
const char *worker_view(const struct worker *worker);
bool is_loopback(const char *host, size_t n); /* the first n bytes of host name this machine itself */

/* The steps, in kernel order. */
void check_namespaces(struct exam *exam);
void check_directories(struct exam *exam); /* path.c */
void check_object(struct exam *exam);      /* path.c: there, writable, a socket */
void check_absent(struct exam *exam);
void check_listener(struct exam *exam);
void check_remote(struct exam *exam);      /* TCP and abstract endpoints: remote.c */
void check_mac(struct exam *exam);
void check_durable(struct exam *exam);     /* durable.c: restart and boot */
void check_probe(struct exam *exam);       /* probe.c: what the probe proves or contradicts */
void check_world_access(struct exam *exam);
void conclude(struct exam *exam);          /* verdict.c */

/* Why a directory or the socket denied: the contract's rows and their precedence. (cause.c) */
int cause_of_directory(const struct exam *exam, const struct node *node, const struct dac_answer *answer);
int cause_of_socket(const struct exam *exam, const struct node *node, const struct dac_answer *answer);

/* worker-user. (odd.c) The upstreams are all of one worker. */
const struct user *find_web_user(const struct world *world, size_t worker, const struct upstream *ups, size_t n);

/* Which upstreams the targets want, as a map over all n; *ups are grouped and not yet resolved. (target.c) */
bool *targets_want(const struct facts *facts, const struct upstream *ups, size_t n);

/* One upstream for each (worker, endpoint), sorted; not yet resolved. (group.c) */
void group_upstreams(const struct world *world, struct diagnosis *out);

#endif
