/* SPDX-License-Identifier: MIT */
/* Inside the room: the persistent side of a socket, whoever makes it. A wish says what the socket is to be; the knob of its maker turns it into
 * steps. */
#ifndef PERMFIX_PLAN_MAKER_H
#define PERMFIX_PLAN_MAKER_H

#include "plan/lever.h"

/* What the socket is to be when it is made anew. */
struct wish {
	const char *user;  /* NULL: as it is */
	const char *group; /* NULL: as it is */
	uint32_t mode;     /* 0: as it is */
};

/* Adds the steps that make the maker of the upstream's socket create it so; now is what it would create. False, and no step, where this maker has no
 * such knob. because is taken over. */
typedef bool knob(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct steps *steps);
knob knob_pool;   /* lever_pool.c: PHP-FPM */
knob knob_socket; /* lever_unit.c: a socket unit */
knob knob_uwsgi;  /* lever_uwsgi.c: an ini file */
knob knob_service; /* lever_unit.c: the unit of a service that binds its socket itself */

/* The first knob of the maker that can do it. */
bool maker_turn(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct steps *steps);

/* The service unit in which the upstream's server runs or would run; NULL where there is none that systemd has loaded. */
const struct unit *maker_service(const struct situation *s);

/* A unit to which drop-ins may be added. */
bool unit_takes_dropins(const struct unit *unit);

/* The words of a list with one more; NULL list: that word. The caller frees. */
char *words_with(const char *list, const char *word);

/* Group= of a service with the group that it loses by that as SupplementaryGroups=; nothing where it has the group already. */
void service_group_keys(const struct situation *s, struct step *step, const struct unit *unit, const char *group);

#endif
