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
	FAMILY_UNIT = 64,      /* systemd.dropin: settings of a unit */
	FAMILY_TMPFILES = 128, /* tmpfiles.entry: directories made at boot */
	FAMILY_UWSGI = 256,    /* uwsgi.option: an ini file */
	FAMILY_ALL = 511,
	FAMILY_MADE = FAMILY_UNIT | FAMILY_TMPFILES | FAMILY_UWSGI, /* what a configuration makes is judged object by object */
	FAMILY_FILE = FAMILY_FPM | FAMILY_NGINX | FAMILY_MADE,      /* a configuration file is edited */
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

/* What a configuration makes, before and after the step: UNIT the socket, its missing parent directories, the runtime directories and (as
 * NODE_FILE) whatever the service creates under its umask; TMPFILES the directories; UWSGI the socket. */
struct made {
	const char *what;  /* the key that decides about it, for a message */
	char *path;        /* NULL: no one place; owned */
	struct node was, will; /* type, mode, uid, gid alone; mode 0: nothing was declared, and nothing is there */
	bool set_mode;     /* the step says its mode */
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

	const struct node *node; /* PATH: the object; all that edit a file: the file, NULL where it was not looked at or is not there */
	const struct node *parent; /* UNIT, TMPFILES: the file is not there; the directory in which it, or its own directory, will be made */
	struct node was, will;   /* PATH, or what is made: the object before and after */
	const struct node *way;  /* all that edit a file: every component up to it, on the host; NULL where there is no such walk */
	size_t n_way;
	const struct process *server; /* FPM, NGINX, UWSGI: the master that reads the file; UNIT: its main process, NULL none */
	const char *server_view;
	const struct backend *backend;         /* FPM, UWSGI */
	const struct backend_section *section; /* FPM, UWSGI */
	const struct nginx *nginx;             /* NGINX */
	const struct unit *unit;               /* UNIT */
	const char *endpoint;                  /* NGINX: the one that is passed to afterwards; NULL for nginx.user */
	const char *listen;                    /* phpfpm.listen-path: the new path; NULL for the rest */
	struct made *made;       /* UNIT, TMPFILES, UWSGI */
	size_t n_made;
	const struct made *one;  /* of them the selected one; NULL none */
	struct grant *grants;    /* PATH, FPM; of what is made */
	size_t n_grants;
	uint32_t *gids;          /* UNIT: groups that the service's processes gain */
	size_t n_gids;

	char *object;            /* set by a default rule that refuses: what a policy line would name; owned */
	char *detail;            /* set by a rule that refuses: what in this step; owned */
};

/* Fills *c; every field that its family does not have stays empty. policy may be NULL. */
void case_open(struct guard_case *c, const struct policy *policy, const struct world *world, const struct step *step);
void case_close(struct guard_case *c);
#define AUTO_CASE __attribute__((cleanup(case_close)))

/* A path step may act on several inodes (one path, several views), a configuration may make several objects; rules judge them one by one. */
size_t case_objects(const struct guard_case *c);
void case_select(struct guard_case *c, size_t object);

/* Notes what in the step is refused and returns true, so that a rule ends with `return refuse(c, …)`. */
bool refuse(struct guard_case *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value that the step gives to key, NULL where it does not. */
const char *case_value(const struct guard_case *c, const char *key);

/* The file that the step edits, or the directory in which it will be made; PATH: the object. NULL where it was not looked at. */
const struct node *case_place(const struct guard_case *c);

/* The node of a canonical path in the host's view, as any walk met it; NULL where none did. */
const struct node *case_node(const struct guard_case *c, const char *path);

/* Mode of the object (PATH), of the socket that the pool makes (FPM), or of what the configuration makes, before and after. Where a pool
 * moves out of directories that others cannot search, others had nothing before. */
struct mode_change {
	uint32_t was, will;
	bool socket; /* else a directory, or any file */
	bool set;    /* the step sets the mode as a whole */
};
void case_mode(const struct guard_case *c, struct mode_change *mode);

/* Whether judge says yes to one of the paths under which the node's inode was met, in any view. */
bool any_path_of(const struct facts *facts, const struct node *node, bool (*judge)(const char *path));

#endif
