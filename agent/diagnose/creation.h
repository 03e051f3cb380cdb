/* SPDX-License-Identifier: MIT */
/* What a server will create when it starts again: the persistent side of a socket, computed from its configuration. */
#ifndef PERMFIX_DIAGNOSE_CREATION_H
#define PERMFIX_DIAGNOSE_CREATION_H

#include "diagnose/world.h"

struct creation {
	bool known;         /* the configuration says all that is needed */
	char *why_unknown;  /* a sentence; owned; NULL where known */
	bool acl_override;  /* listen.acl_users or listen.acl_groups is in force: owner and group settings are ignored */
	struct node node;   /* path, type, mode, uid, gid, acl as they will be; owned */
};

/* Predicts the socket of a section. parent is the directory in which it will stand (its default ACL counts), NULL unknown.
 * Rules: sapi/fpm/fpm/fpm_unix.c and fpm_sockets.c of PHP (owner and group: the master's ids unless set; mode 0660; acl_users and
 * acl_groups replace owner and group, each named entry gets read and write). */
void creation_predict(const struct world *world, const struct backend *backend, const struct backend_section *section,
	const struct node *parent, struct creation *out);
void creation_free(struct creation *creation);
#define AUTO_CREATION __attribute__((cleanup(creation_free)))

#endif
