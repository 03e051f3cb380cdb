/* SPDX-License-Identifier: MIT */
/* facts → for each upstream (worker identity × endpoint) the list of access checks in kernel order, the causes and a verdict.
 * Pure: nothing but its arguments is read. A "world" is facts plus the effects of planned steps, so that the same code answers
 * "what is" and "what would be". */
#ifndef PERMFIX_DIAGNOSE_H
#define PERMFIX_DIAGNOSE_H

#include "diagnose/world.h"

enum verdict { VERDICT_ALLOW, VERDICT_DENY, VERDICT_UNKNOWN };
extern const struct names verdict_names; /* allow deny unknown */

enum upstream_verdict { UPSTREAM_REACHABLE, UPSTREAM_BLOCKED, UPSTREAM_ABSENT, UPSTREAM_REFUSING, UPSTREAM_UNKNOWN };
extern const struct names upstream_verdict_names;

enum layer { LAYER_DAC, LAYER_ACL, LAYER_SELINUX, LAYER_APPARMOR, LAYER_NAMESPACE, LAYER_LISTENER };
extern const struct names layer_names;

/* Causes, in the order of the contract's table: causes.def is the one list. */
enum cause {
	CAUSE_NONE,
#define CAUSE(id, word, meaning) CAUSE_##id,
#include "diagnose/causes.def"
#undef CAUSE
	CAUSE_COUNT
};
extern const struct names cause_names;

/* When the access happens: now, on the live objects, or after the server has made its socket anew. */
enum moment { MOMENT_NOW, MOMENT_RESTART, MOMENT_BOOT };

struct check {
	int layer;
	char *object;   /* path, or for listener checks the endpoint */
	char *class;    /* dir, sock_file, socket, endpoint, mount_namespace, user_namespace … */
	char *needs;    /* search, write, listen, … */
	int verdict;
	char *because;  /* one sentence: who, which class or entry, which bits; owned */
	int cause;      /* enum cause; CAUSE_NONE unless denied */
	int moment;     /* enum moment */
	int node;       /* index into the walk's nodes, -1 */
};

struct upstream {
	char *id;              /* "u1" … sorted by worker, then by endpoint */
	char *endpoint;        /* NULL: unresolved */
	size_t worker;         /* index into facts.workers */
	size_t *refs;          /* indexes into facts.nginx[worker.nginx].refs */
	size_t n_refs;
	const struct walk *walk;            /* of the endpoint's path in the worker's view; NULL for others */
	const struct listener *listener;    /* NULL: none known */
	const struct backend *backend;      /* the server that is meant or that listens; NULL unknown */
	const struct backend_section *section;
	struct check *checks;
	size_t n_checks;
	int *causes;           /* one per denied check, without double ones, in kernel order */
	size_t n_causes;
	int *advisories;       /* causes that are advice only: world-access */
	size_t n_advisories;
	int verdict;           /* enum upstream_verdict */
	const struct probe *probe; /* NULL: not probed */
	char *meant;           /* path-mismatch: the endpoint that was probably meant */
};

struct diagnosis {
	struct upstream *upstreams;
	size_t n_upstreams;
};

/* Options of a run that change what counts as a fault. */
struct judge {
	bool tighten; /* world-access is a fault */
};

/* Diagnoses every upstream that the targets name (all when there are none). The result borrows from the world's facts.
 * Order and content depend on the facts alone. */
void diagnose(const struct world *world, const struct judge *judge, struct diagnosis *out);

/* Diagnoses again one upstream of an earlier diagnosis in another world over the same facts; *out is filled. */
void diagnose_again(const struct world *world, const struct judge *judge, const struct upstream *which, struct upstream *out);

/* Whether these ids get through every directory of the walk and may write its socket. *denied_at (may be NULL) gets the first node that
 * denies. False as well where something on the way is unknown or missing. */
bool diagnose_access(const struct world *world, const struct ids *ids, const struct walk *walk, const struct node **denied_at);

void upstream_free(struct upstream *upstream);
void diagnosis_free(struct diagnosis *diagnosis);
#define AUTO_DIAGNOSIS __attribute__((cleanup(diagnosis_free)))

#endif
