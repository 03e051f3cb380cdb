/* SPDX-License-Identifier: MIT */
/* What a unit, a line of tmpfiles.d or a uWSGI section makes, before and after a step. Inside this room only. */
#ifndef PERMFIX_GUARD_MADE_H
#define PERMFIX_GUARD_MADE_H

#include "guard/case.h"

/* Each fills c->made (and c->gids) for its family; false, with c->error, where an account that the step names does not exist. Modes and
 * owners are those of systemd.socket(5), systemd.exec(5) and tmpfiles.d(5), of uWSGI those of bind_to_unix() in core/socket.c. */
bool made_by_unit(struct guard_case *c);
bool made_by_tmpfiles(struct guard_case *c);
bool made_by_uwsgi(struct guard_case *c);
void made_free(struct guard_case *c);

/* --- helpers that they share --- */

/* Adds an object without a place of its own; the caller sets path and owners. */
struct made *made_add(struct guard_case *c, int type, const char *what, uint32_t was, uint32_t will);
bool made_user(struct guard_case *c, const char *name, uint32_t *uid);
bool made_group(struct guard_case *c, const char *name, uint32_t *gid);

/* The n'th item of a unit's setting, before the step or (after) as the step has it; NULL: no more. The caller frees. */
char *unit_item(const struct guard_case *c, const struct unit *unit, const char *key, bool after, size_t n);

/* Groups of the service's processes, its own first: Group=, else the primary group of User=, then SupplementaryGroups=. The caller frees. */
size_t unit_gids(const struct guard_case *c, bool after, uint32_t **gids);

/* "MODE USER GROUP" of a value "d MODE USER GROUP" of tmpfiles.entry; false where it is not such a value. */
struct tmpfiles_value {
	uint32_t mode;
	char *user, *group; /* owned */
};
bool tmpfiles_value_parse(const char *s, struct tmpfiles_value *out);
void tmpfiles_value_free(struct tmpfiles_value *value);
#define AUTO_TMPFILES_VALUE __attribute__((cleanup(tmpfiles_value_free)))

#endif
