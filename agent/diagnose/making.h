/* SPDX-License-Identifier: MIT */
/* One socket being made, in thought: what the rules of all servers share. Internal to creation*.c. */
#ifndef PERMFIX_DIAGNOSE_MAKING_H
#define PERMFIX_DIAGNOSE_MAKING_H

#include "diagnose/creation.h"

struct making {
	const struct world *world;
	int moment;
	const struct backend *maker;
	const struct backend_section *section;
	const struct node *parent;
	const struct unit *unit; /* that governs the process: its service unit, for kind systemd the socket unit; NULL */
	struct ids ids;          /* with which the socket is bound */
	struct creation *out;
};

/* The rules of each kind of server: fill out->node, or say why not. The path stands there already. */
typedef void making_rule(struct making *m);
making_rule creation_fpm, creation_unit, creation_gunicorn, creation_uwsgi, creation_puma, creation_unicorn, creation_plain;

/* The text of a key that is set and not empty. */
const char *making_text(const struct making *m, const char *key);
bool making_is_number(const char *s);

/* These give false, so that a rule can end with them; why is taken over. */
bool making_unknown(struct making *m, char *why);
bool making_fails(struct making *m, char *why);
/* An account that the files do not have: somewhere else it may exist, else the server will not start. */
bool making_no_account(struct making *m, const char *what, const char *key, const char *name);

/* A name or number to an id. */
bool making_find_user(struct making *m, const char *key, const char *name, uint32_t *uid);
bool making_find_group(struct making *m, const char *key, const char *name, uint32_t *gid);

/* True where m->ids may not bind in the parent; then out says so. */
bool making_refused(struct making *m);

/* bind(2): the mode as the umask leaves it, owner and group, what the parent's default ACL makes of it. */
void making_bind(struct making *m, uint32_t mode);

/* setattr_prepare(): the owner may give the file to himself and to his own groups; all else needs CAP_CHOWN. */
bool making_may_chown(const struct making *m, uint32_t uid, uint32_t gid);

/* chown(2) as the setting `key` says; without the right to it the server does not start. */
bool making_chown(struct making *m, uint32_t uid, uint32_t gid, const char *key);

/* The umask with which the program starts, and whether its unit says so: else it is what the live process has. False: not known. */
bool making_umask(struct making *m, uint32_t *umask);

#endif
