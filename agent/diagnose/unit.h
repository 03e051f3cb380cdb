/* SPDX-License-Identifier: MIT */
/* What a unit's settings come to at a moment: the account, the umask and the directories that systemd.exec(5) gives a service.
 * Internal to this room. */
#ifndef PERMFIX_DIAGNOSE_UNIT_H
#define PERMFIX_DIAGNOSE_UNIT_H

#include "diagnose/world.h"

#define UNIT_UMASK "0022" /* systemd.exec(5), UMask=: the default */

/* The last value of a key ("Service.User") at this moment: owned by the caller; NULL where it is not set, or empty. */
char *unit_text(const struct world *world, const struct unit *unit, const char *key, int moment);

/* A boolean: systemd.syntax(7) takes 1, yes, y, true, t, on. */
bool unit_flag(const struct world *world, const struct unit *unit, const char *key, int moment);

/* An octal number; otherwise where the key is not set. */
uint32_t unit_octal(const struct world *world, const struct unit *unit, const char *key, int moment, uint32_t otherwise);

/* Owner and group by name or number, as get_user_creds() and get_group_creds() find them: a user alone brings its primary group, a group of
 * its own wins. Both NULL: root. False: there is no such account in the files. */
bool unit_owner(const struct world *world, const char *user, const char *group, uint32_t *uid, uint32_t *gid);

/* The ids with which a service's program is started: User=, Group=, SupplementaryGroups=; root without them. False where they are not known
 * (DynamicUser=, an account that the files do not have); then *out is empty. */
bool unit_ids(const struct world *world, const struct unit *unit, int moment, struct ids *out);

/* Whether a value of this key came into the unit's files after the process was started, so that the process does not have it yet. */
bool unit_is_newer(const struct unit *unit, const char *key, const struct process *as);

bool is_socket_unit(const struct unit *unit);
bool is_service_unit(const struct unit *unit);

/* The service unit of a server (for a socket unit: the one that it starts, Service= or the one of its name). NULL: none known. */
const struct unit *service_of(const struct facts *facts, const struct backend *backend);

/* Whether a restart of the socket unit works now: its service does not run, or is restarted with it, since it says Requires=, BindsTo= or PartOf= of
 * the socket. Else systemd refuses it ("Socket service x.service already active, refusing.") and leaves the socket unit inactive (measured). */
bool socket_restarts(const struct world *world, const struct unit *socket, const struct unit *service);

/* Whether it runs, or is on its way; what is not known counts as running. */
bool unit_runs(const struct unit *unit);

/* Whether systemd will not start it at the next boot: "is masked", "is not enabled: nothing starts it at boot"; NULL: it will, or it
 * is not known. */
const char *unit_not_at_boot(const struct unit *unit);

#endif
