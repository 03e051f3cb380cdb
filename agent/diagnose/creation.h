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

/* Predicts the socket of a section when it is made at that moment (RESTART or BOOT: units may differ on disk from what is loaded). parent is
 * the directory in which it will stand (its default ACL and setgid bit count), as it will be; NULL unknown. Rules common to all, from the
 * kernel's unix_bind_bsd() and posix_acl_create(): a new socket has mode 0777 less the umask, which counts even where the parent has a
 * default ACL (the inherited ACL is then cut down to the mode); it belongs to the binding process's uid, and to its gid or, in a setgid
 * directory, to the directory's group; an account that does not exist, or a chown without the right to do it, makes the start fail.
 *
 * php-fpm (sapi/fpm/fpm/fpm_sockets.c, fpm_unix.c):
 *  - bind(2) happens under umask 0777 ^ mode, mode being listen.mode (octal, its low nine bits) or 0660;
 *  - listen.owner by name sets the owner and that account's primary group, by number the owner alone; listen.group sets the group;
 *  - listen.acl_users and listen.acl_groups (comma-separated, blanks count) replace both: each entry gets read and write, the mask is the
 *    union of the group class; an entry that the inherited ACL has already makes the ACL invalid and the start fail.
 * systemd (systemd.socket(5)): SocketMode= (0666), SocketUser= (with that user's group), SocketGroup=; else root's.
 * gunicorn (gunicorn/sock.py, measured with 20.1.0): umask setting, else 0, never the process's; chown to user and group where it is root and
 *    they are others than its own (user alone: the group stays the master's); not root: a group that it is not in is left out, and it starts all the same.
 * uwsgi (core/socket.c bind_to_unix(), core/uwsgi.c uwsgi_as_root(), measured with 2.0.21): umask setting, else the process's; chmod-socket sets
 *    the mode afterwards ("" or 1: 0666; else exactly three octal digits, or it does not start); started as root with uid or gid it binds
 *    with those, but as root where chown-socket, master-as-root, drop-after-init or drop-after-apps is set.
 * puma (lib/puma/binder.rb, measured with 5.6.5): umask of the bind's query, else 0, never the process's; mode sets the mode afterwards.
 * unicorn (unicorn/socket_helper.rb, measured with 6.0.0): umask of listen, else 0; user is for the workers alone.
 * supervisord's fcgi-program (supervisor/datatypes.py, measured with 4.2.5): socket_mode, else 0700; socket_owner, else the program's user.
 * A command in ExecStartPost= that may change modes or owners (chmod and its like, a shell, a script of the site) makes it not known.
 * node and all others: the umask of the unit, or of the live process where that has set another one (then not `configured`). */
void creation_predict(const struct world *world, int moment, const struct backend *maker, const struct backend_section *section,
	const struct node *parent, struct creation *out);
void creation_free(struct creation *creation);
#define AUTO_CREATION __attribute__((cleanup(creation_free)))

/* The ids that a server has when it is started at that moment: root for a socket unit; those of its unit (User=, Group=,
 * SupplementaryGroups=) where its process has the same, or where it does not run; else those of its process, which has changed them
 * itself; root for PHP-FPM where neither is known. False where they are not known (DynamicUser=); *out is the caller's to free. */
bool creation_ids(const struct world *world, int moment, const struct backend *maker, struct ids *out);

/* The unit that says with which ids and umask this server starts, or for a socket unit that one itself. NULL: none known, or supervisord
 * starts it, whose own unit says nothing about its programs. */
const struct unit *creation_unit_of(const struct facts *facts, const struct backend *maker);

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
