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
extern const struct names cause_meanings; /* one sentence for each, without final stop */

struct check {
	int layer;
	char *object;   /* path, or for listener checks the endpoint */
	char *class;    /* dir, sock_file, socket, endpoint, mount_namespace, user_namespace … */
	char *needs;    /* search, write, listen, … */
	int verdict;
	char *because;  /* one sentence: who, which class or entry, which bits; owned */
	int cause;      /* enum cause; CAUSE_NONE unless denied */
	int moment;     /* enum moment */
	int node;       /* index into the walk's nodes, -1: none of them */
};

struct upstream {
	char *id;              /* "u1" … sorted by worker, then by endpoint, the unresolved ones last; owned */
	char *endpoint;        /* NULL: unresolved; owned */
	size_t worker;         /* index into facts.workers */
	size_t *refs;          /* indexes into facts.nginx[worker.nginx].refs, those marked `down` left out */
	size_t n_refs;
	const struct walk *walk;            /* of the endpoint's path in the worker's view; NULL for others */
	const struct listener *listener;    /* the one that a connection reaches; NULL: none known */
	const struct backend *backend;      /* the server that is meant or that listens; NULL unknown */
	const struct backend *maker;        /* whose section it is: the server, or systemd for a socket unit; NULL unknown */
	const struct backend_section *section; /* what makes the socket; NULL unknown */
	struct check *checks;
	size_t n_checks;
	int *causes;           /* one per denied check, without double ones, in kernel order */
	size_t n_causes;
	int *advisories;       /* causes that are advice only: world-access */
	size_t n_advisories;
	int verdict;           /* enum upstream_verdict */
	const struct probe *probe; /* NULL: not probed (or it could not be) */
	char *meant;           /* path-mismatch: the endpoint that was probably meant; owned */
	const struct user *web_user; /* worker-user: the account for which the sockets are set up; NULL */
	int hidden;            /* private-tmp or mount-namespace where the worker's view does not show the socket, else CAUSE_NONE */
	char *hidden_because;  /* owned; NULL */
	const struct walk *hidden_walk; /* of the same path in the view that does show it; NULL where there is none */
};

struct diagnosis {
	struct upstream *upstreams;
	size_t n_upstreams;
};

/* Options of a run that change what counts as a fault. */
struct judge {
	bool tighten; /* world-access is a fault */
};

/* --- rules where the contract leaves room ---
 *
 * worker-user: an account W for which the sockets are set up is one of the distribution's default for nginx, nginx's compiled-in user, and
 * the well-known names (www-data, nginx, apache, http, www, wwwrun); it exists, is not root, is not the worker's, and is not what the user directive says already. Of the unix sockets
 * that this nginx refers to (those that are there), the worker can reach none, and W at least two and more than half. With only one
 * socket: its owner and group are both the distribution's account, the pool's listen.owner and listen.group say so too, and the worker
 * is not nginx's compiled-in user, but for a nobody that no user directive names. Never where the worker of another nginx on the host, with another user, reaches one of these sockets: then
 * this one was given its user on purpose. The cause then stands at every check that denies the worker and would let W pass.
 *
 * stale-socket: the pool's configuration, read anew, would make a socket that lets the worker in. Whether the live one got its state from
 * an older configuration or by hand is all the same: it is not what the configuration says.
 *
 * user-namespace: the worker lives in another user namespace than the server (than this process, where the server's is not known), and
 * the check is denied since its ids are neither owner nor group.
 *
 * not-durable: the write on the live socket is allowed, on the one that the configuration will make it is not (or none will be made).
 *
 * dir-acl: a named entry or the mask denies; home-dir and dir-search: the bits of owner, group or other do, an ACL being there or not.
 *
 * not-a-socket: stands for a denied write on that object as well, since no row about sockets fits.
 *
 * path-mismatch, and which socket was meant: see meant.c. */

/* Diagnoses every upstream that the targets name (all when there are none). The result borrows from the world's facts.
 * Order and content depend on the facts alone. */
void diagnose(const struct world *world, const struct judge *judge, struct diagnosis *out);

/* Would these ids get through all directories of a walk and write its object, by owner, group, mode and ACL? Takes no memory: this is
 * what reach asks for every account. denied_at (may be NULL) gets the first node that denies, or whose ACL is not known; NULL where the
 * walk did not reach an object. */
bool diagnose_access(const struct world *world, const struct ids *ids, const struct walk *walk, const struct node **denied_at);

/* Diagnoses again one upstream of an earlier diagnosis in another world over the same facts; *out is filled. What no effect changes (walk,
 * listener, server, probe, namespaces) is taken over, so this is cheap; a changed endpoint is looked up anew. */
void diagnose_again(const struct world *world, const struct judge *judge, const struct upstream *which, struct upstream *out);

/* Whether these ids get through every directory of the walk and may write its socket. *denied_at (may be NULL) gets the first node that
 * denies. False as well where something on the way is unknown or missing. */
bool diagnose_access(const struct world *world, const struct ids *ids, const struct walk *walk, const struct node **denied_at);

void upstream_free(struct upstream *upstream);
void diagnosis_free(struct diagnosis *diagnosis);
#define AUTO_DIAGNOSIS __attribute__((cleanup(diagnosis_free)))

#endif
