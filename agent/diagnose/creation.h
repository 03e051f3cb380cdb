/* SPDX-License-Identifier: MIT */
/* What a server will create when it starts again: the persistent side of a socket, computed from its configuration. */
#ifndef PERMFIX_DIAGNOSE_CREATION_H
#define PERMFIX_DIAGNOSE_CREATION_H

#include "diagnose/world.h"

struct creation {
	bool known;         /* what will be made could be predicted */
	bool configured;    /* known from configuration: somebody wants it so. Else it is what the process that listens now would make */
	char *why_unknown;  /* a sentence; owned; NULL where known */
	char *fails;        /* known, but the server will not start (or not bind): why; owned; NULL where it will. node then says nothing */
	bool may_not;       /* fails for want of a permission: on the directory, or to chown */
	bool acl_override;  /* listen.acl_users or listen.acl_groups is in force: owner and group settings are ignored */
	struct node node;   /* path, type, mode, uid, gid, acl as they will be; dev and ino are 0; owned */
};

/* Predicts the socket of a section when it is made at that moment (RESTART or BOOT: units may differ on disk from what is loaded). parent is the directory in which it will stand (its default ACL and setgid bit count), as it will be;
 * NULL unknown. Rules, from PHP's sapi/fpm/fpm/fpm_sockets.c and fpm_unix.c and the kernel's unix_bind_bsd() and posix_acl_create():
 *  - bind(2) happens under umask 0777 ^ mode, mode being listen.mode (octal, its low nine bits) or 0660; the umask counts even where the
 *    parent has a default ACL, and the inherited ACL is then cut down to the mode;
 *  - a new socket belongs to the master's uid, and to its gid or, in a setgid directory, to the directory's group;
 *  - listen.owner by name sets the owner and that account's primary group, by number the owner alone; listen.group sets the group;
 *  - listen.acl_users and listen.acl_groups (comma-separated, blanks count) replace both: each entry gets read and write, the mask is the
 *    union of the group class; an entry that the inherited ACL has already makes the ACL invalid and the start fail;
 *  - an account that does not exist, or a chown without the right to do it, makes the start fail. */
void creation_predict(const struct world *world, int moment, const struct backend *maker, const struct backend_section *section,
	const struct node *parent, struct creation *out);
void creation_free(struct creation *creation);
#define AUTO_CREATION __attribute__((cleanup(creation_free)))

/* The ids that a server has when it binds its socket: those of its master; root where it does not run (PHP-FPM is started by the service
 * manager as root and gives up its ids in the pool processes only). */
void creation_ids(const struct world *world, const struct backend *backend, struct ids *out);

/* Why these ids cannot bind a socket in a directory: a sentence, owned by the caller; NULL where they can (or it is not known). */
char *creation_refused(const struct world *world, const struct ids *ids, const struct node *parent);

/* --- creation_acl.c --- */

/* posix_acl_create(): gives node (mode already cut by the umask) what the parent's default ACL makes of it. */
void creation_inherit(const struct node *parent, struct node *node);

/* Adds a named entry; false where there is one for that id already. */
bool creation_add_entry(struct node *node, int tag, uint32_t id, uint32_t perms);

/* acl_calc_mask(3): the mask becomes the union of all entries of the group class, and the mode's group bits follow. */
void creation_calc_mask(struct node *node);

#endif
