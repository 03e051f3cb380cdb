/* SPDX-License-Identifier: MIT */
/* One step before the guard: what the rules look at, computed once. Inside this room only. */
#ifndef PERMFIX_GUARD_CASE_H
#define PERMFIX_GUARD_CASE_H

#include "guard/policy.h"
#include "plan/effect.h"

enum step_family {
	FAMILY_OTHER = 1,   /* kinds that no rule knows */
	FAMILY_PATH = 2,    /* path.*: a live object */
	FAMILY_FPM = 4,     /* phpfpm.*: a pool's file */
	FAMILY_NGINX = 8,   /* nginx.*: an nginx file */
	FAMILY_GROUP = 16,  /* group.*: account data */
	FAMILY_SERVICE = 32,
	FAMILY_ALL = 63,
};

/* Who gains by a step. */
struct grant {
	bool group;       /* id is a gid */
	bool owner;       /* by becoming the owner, or by the owner's bits */
	bool acl;         /* by an ACL entry */
	bool by_mask;     /* the entry stays as it is: the mask gives it back */
	bool by_removal;  /* an entry that denied is gone, so its subject falls to a wider class */
	uint32_t id;
	uint32_t bits;    /* 4 read, 2 write, 1 search: gained effectively */
	uint32_t own;     /* bits that the entry itself gains, whatever the mask leaves of them */
};

struct guard_case {
	const struct policy *policy;
	const struct step *step;
	const struct facts *facts;
	unsigned int family;
	struct world before, after;
	struct effects effects;  /* those of the world, then those of the step from `first` on */
	size_t first;
	bool well_formed;        /* keys and values have their forms */
	bool understood;         /* and the effects could be computed: what follows is valid */
	struct error error;      /* why not */

	const struct node *node; /* PATH: the object; FPM, NGINX: the file, NULL where it was not looked at */
	struct node was, will;   /* PATH: the object before and after */
	const struct node *way;  /* FPM, NGINX: every component up to the file, on the host; NULL where there is no such walk */
	size_t n_way;
	const struct process *server; /* FPM, NGINX: the master that reads the file */
	const char *server_view;
	const struct backend *backend;         /* FPM */
	const struct backend_section *section; /* FPM */
	const struct nginx *nginx;             /* NGINX */
	const char *endpoint;                  /* NGINX: the one that is passed to afterwards; NULL for nginx.user */
	struct grant *grants;    /* PATH, FPM */
	size_t n_grants;

	char *object;            /* set by a default rule that refuses: what a policy line would name; owned */
	char *detail;            /* set by a rule that refuses: what in this step; owned */
};

/* Fills *c; every field that its family does not have stays empty. policy may be NULL. */
void case_open(struct guard_case *c, const struct policy *policy, const struct world *world, const struct step *step);
void case_close(struct guard_case *c);
#define AUTO_CASE __attribute__((cleanup(case_close)))

/* A path step may act on several inodes (one path, several views); rules judge them one by one. */
size_t case_objects(const struct guard_case *c);
void case_select(struct guard_case *c, size_t object);

/* Notes what in the step is refused and returns true, so that a rule ends with `return refuse(c, …)`. */
bool refuse(struct guard_case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value that the step gives to key, NULL where it does not. */
const char *case_value(const struct guard_case *c, const char *key);

/* Mode of the object (PATH), or of the socket that the pool makes (FPM), before and after. */
struct mode_change {
	uint32_t was, will;
	bool socket; /* else a directory */
	bool set;    /* the step sets the mode as a whole */
};
void case_mode(const struct guard_case *c, struct mode_change *mode);

/* Whether judge says yes to one of the paths under which the node's inode was met, in any view. */
bool any_path_of(const struct facts *facts, const struct node *node, bool (*judge)(const char *path));

#endif
