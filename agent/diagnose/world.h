/* SPDX-License-Identifier: MIT */
/* Facts plus effects: the host as it is, or as it would be after some steps. Every check reads through here. */
#ifndef PERMFIX_DIAGNOSE_WORLD_H
#define PERMFIX_DIAGNOSE_WORLD_H

#include "facts/facts.h"

/* What a step changes in the facts. Nodes are named by device and inode, since several paths may lead to one. */
enum effect_kind {
	EFFECT_OWNER,   /* node: uid and gid become these */
	EFFECT_MODE,    /* node: permission bits become these (with an ACL: its user_obj, mask and other entries follow, as chmod(2) does) */
	EFFECT_ACL,     /* node: the access ACL becomes this (and the mode's group bits its mask, as setxattr does) */
	EFFECT_SETTING, /* backend section: key gets value (NULL: the key is taken out) */
	EFFECT_GROUP,   /* account data: a new group of this name and gid */
	EFFECT_MEMBER,  /* account data: user becomes a supplementary member of group */
	EFFECT_RELOAD,  /* nginx master: its workers get the groups that the account data give them (initgroups) */
	EFFECT_RESTART, /* backend: its sockets are made anew as its configuration says */
	EFFECT_NGINX_USER, /* nginx master: user directive becomes `value`, takes effect on workers (a reload included) */
	EFFECT_ENDPOINT,   /* nginx master: references to endpoint `key` now name `value` */
	EFFECT_LISTEN,     /* backend section: it listens on endpoint `value`, and is made anew there */
	EFFECT_UNIT,       /* unit: key has `value` on disk (of a list: these words and no others); in force after DAEMON_RELOAD and a boot */
	EFFECT_DAEMON_RELOAD, /* systemd has loaded all units as they are on disk */
	EFFECT_TMPFILES,   /* directory `key` is made at boot as `value` says: "d MODE USER GROUP" */
};

/* When the access happens: now, on the live objects; after the server has made its socket anew; after the machine has been started anew. */
enum moment { MOMENT_NOW, MOMENT_RESTART, MOMENT_BOOT };
extern const struct names moment_names; /* now restart boot */

#define ID_UNCHANGED UINT32_MAX /* OWNER: as for chown(2) */

struct effect {
	int kind;
	uint64_t dev, ino;             /* OWNER, MODE, ACL */
	uint32_t uid, gid, mode;       /* OWNER; MODE; GROUP (gid) */
	const struct acl_entry *acl;   /* ACL; borrowed */
	size_t n_acl;
	const struct backend_section *section; /* SETTING, LISTEN */
	const struct backend *backend; /* RESTART */
	const struct unit *unit;       /* UNIT */
	size_t nginx;                  /* RELOAD, NGINX_USER, ENDPOINT: index */
	const char *key, *value;       /* SETTING, ENDPOINT, LISTEN, UNIT, TMPFILES; GROUP and MEMBER: key is the group, value the user */
};

struct world {
	const struct facts *facts;
	const struct effect *effects; /* in the order of the steps; a later one wins */
	size_t n_effects;
};

/* A node as it would be. *out borrows from the world. Its mode is always right; where only the mode was changed, the owner, mask and
 * other entries in out->acl are still the old ones (the kernel keeps them the same as the mode, and dac_decide goes by the mode). */
void world_node(const struct world *world, const struct node *node, struct node *out);

/* A setting as it would be; NULL where the key is not in force. */
const char *world_setting(const struct world *world, const struct backend_section *section, const char *key);

/* What the unit has for a key when it is started at that moment: RESTART goes by what systemd has loaded, BOOT by the files. Of a list the
 * n'th item; NULL: no more. Words of an EFFECT_UNIT are taken apart at blanks. *storage is the caller's to free, and may hold the value. */
const char *world_unit_setting(const struct world *world, const struct unit *unit, const char *key, int moment, size_t n, char **storage);

/* The endpoint on which the section's server listens after the effects. */
const char *world_listen(const struct world *world, const struct backend_section *section);

/* Whether this server's sockets are made anew; false for NULL. */
bool world_restarts(const struct world *world, const struct backend *backend);

/* The endpoint that this nginx's references to endpoint name after the effects. */
const char *world_endpoint(const struct world *world, size_t nginx, const char *endpoint);

/* The ids with which permissions are checked. groups is owned by the caller of world_worker_ids and world_user_ids. */
struct ids {
	uint32_t uid, gid;
	uint32_t *groups;
	size_t n_groups;
	uint64_t caps;
	bool mapped; /* lives in the reader's user namespace (or one in which its ids mean the same) */
};
void ids_free(struct ids *ids);
#define AUTO_IDS __attribute__((cleanup(ids_free)))

/* Ids of a worker: what its process has, or after EFFECT_RELOAD what the account data give it. */
void world_worker_ids(const struct world *world, size_t worker, struct ids *out);

/* Ids that a worker would have after a reload of nginx: its own, with the groups of the account data. */
void world_fresh_ids(const struct world *world, size_t worker, struct ids *out);

/* Ids of a process as observed. An assumed process (pid 0) of uid 0 has all capabilities. */
void process_ids(const struct facts *facts, const struct process *as, struct ids *out);

/* Ids that a fresh login or initgroups() gives a user by the account data (group file, effects included). */
void world_user_ids(const struct world *world, const struct user *user, struct ids *out);

/* The gid of a group by name, effects included; false where there is none. */
bool world_group(const struct world *world, const char *name, uint32_t *gid);

bool ids_in_group(const struct ids *ids, uint32_t gid);

#endif
