/* SPDX-License-Identifier: MIT */
/* The plan as data: exactly what its JSON form (permfix.plan/v1) says, so that printing, reviewing, judging and applying read one
 * record. It owns every string. */
#ifndef PERMFIX_PLAN_H
#define PERMFIX_PLAN_H

#include "base/shape.h"

#define PLAN_SCHEMA "permfix.plan/v1"
#define PLAN_LIFETIME 3600 /* seconds from facts.host.taken to `expires` */

enum step_kind {
#define STEP(id, word) STEP_##id,
#include "plan/steps.def"
#undef STEP
	STEP_COUNT
};
extern const struct names step_kind_names;

enum impact { IMPACT_NONE, IMPACT_RELOAD, IMPACT_RESTART };
extern const struct names impact_names;

/* One key of a step. What the keys are, by kind:
 *   phpfpm.listen      "listen.owner" "listen.group" "listen.mode" "listen.acl_users" "listen.acl_groups"
 *   path.owner         "owner" (account name or number), "group" likewise
 *   path.mode          "mode" (four octal digits)
 *   path.acl           one per entry in the text form of acl(5): "user:www-data" → "--x", "group:app" → "rw-", "mask" → "rwx";
 *                      "group:" is the owning group's own; to NULL takes the entry out
 *   group.create       "gid" (NULL → "system": the next free system gid)
 *   group.add-member   "member" (NULL → account name)
 *   service.*          none; the target of service.daemon-reload is "systemd"
 *   systemd.dropin     "Socket.SocketMode" …: section and key of the unit file; a list as its words with a blank between. The target
 *                      is the drop-in file, the section the unit's name
 *   tmpfiles.entry     the directory's path: from and to "d MODE USER GROUP"; from NULL where no line has it. The target is the file
 *   uwsgi.option       "chmod-socket" "chown-socket"; the section is that of the ini file
 *   phpfpm.listen-path "listen"
 *   nginx.user         "user"
 *   nginx.pass         the directive's name ("fastcgi_pass", or "server" in an upstream block), from and to
 *                      its first argument as it stands in the file */
struct step_change {
	char *key;
	char *from; /* NULL: not set before */
	char *to;   /* NULL: taken out */
};

/* Who gains and who loses by a step (or by a whole candidate). */
struct reach {
	struct strings users;   /* accounts that gain this upstream, apart from the worker */
	struct strings domains; /* SELinux domains that gain it */
	struct strings objects; /* other listening sockets that the worker gains */
	struct strings loses;   /* accounts that lose this upstream */
	bool complete;          /* everything could be looked at */
};

/* What must still be so when the step is applied. what: "node" (path, and value "dev:ino uid:gid mode type" ), "file" (path, and its
 * digest), "group", "user", "process". */
struct precondition {
	char *what;
	char *path;
	char *value;
};

struct step {
	char *id;      /* "s1" …; NULL until chosen */
	int kind;      /* enum step_kind */
	char *target;  /* path, group name, unit or text */
	char *section; /* pool name for phpfpm.*; NULL */
	uint64_t offset, length; /* nginx.*: byte range of the argument */
	struct step_change *changes;
	size_t n_changes;
	char *diff;    /* NULL where no file changes */
	struct strings sh;
	struct reach reach;
	int impact;
	char *unit;    /* service that impact concerns; NULL */
	struct precondition *preconditions;
	size_t n_preconditions;
	char *because;
	struct strings warnings; /* "Ansible writes this file: …" */
};
extern const struct shape step_shape;
void step_free(struct step *step);

struct steps {
	struct step *items;
	size_t n;
};
void steps_free(struct steps *steps);

struct refusal {
	char *rule;       /* stable name */
	char *what;       /* what was asked for */
	char *because;    /* the danger */
	char *allowed_by; /* policy line that would allow it; NULL: nothing would */
};
void refusal_free(struct refusal *refusal);

struct plan_ref {
	char *file;
	uint32_t line;
	char *directive;
	struct strings server_names;
};
struct plan_worker {
	char *user;
	uint32_t uid, gid;
	uint32_t *groups;
	size_t n_groups;
	uint32_t *pids;
	size_t n_pids;
	char *selinux, *apparmor;
};
struct plan_server {
	char *kind, *unit, *config, *pool;
	uint32_t pid; /* 0: not running */
	char *user, *selinux, *apparmor;
};
struct plan_check {
	char *layer, *object, *class, *needs, *verdict, *because, *cause;
	char *moment; /* "now", "restart", "boot" */
};
struct plan_probe {
	int error;  /* 0 connected; written as "errno" */
	char *name; /* "EACCES"; NULL on success */
};
struct plan_changed {
	char *what, *path, *when; /* when: RFC 3339, UTC */
};
struct alternative {
	struct step *steps;
	size_t n_steps;
	char *lost;
};
struct plan_upstream {
	char *id;
	char *endpoint;
	struct plan_ref *refs;
	size_t n_refs;
	struct plan_worker worker;
	struct plan_server server;
	char *verdict;
	struct strings causes;
	struct plan_check *checks;
	size_t n_checks;
	struct plan_probe *probe; /* NULL: not probed */
	struct plan_changed *changed;
	size_t n_changed;
	struct strings steps; /* ids */
	struct alternative *alternatives;
	size_t n_alternatives;
	struct refusal *refused;
	size_t n_refused;
	struct strings advisories;
	char *open; /* why faults remain without a step: a sentence; NULL */
};
struct plan_host {
	char *id, *boot, *distro, *selinux, *apparmor;
};
/* A place in a configuration that its own server would refuse, or that could not be read: what it hides is not judged. */
struct plan_problem {
	char *server; /* "nginx", "php-fpm" */
	char *file;
	uint32_t line; /* 0: the file as a whole */
	char *text;
};
struct plan {
	char *schema, *permfix, *created, *expires;
	struct plan_host host;
	struct plan_upstream *upstreams;
	size_t n_upstreams;
	struct step *steps;
	size_t n_steps;
	struct plan_problem *problems;
	size_t n_problems;
	struct strings assumed;
	struct strings notes;
	char *digest;
};
extern const struct shape plan_shape;
void plan_free(struct plan *plan);
#define AUTO_PLAN __attribute__((cleanup(plan_free)))

#endif
