/* SPDX-License-Identifier: MIT */
/* Forms of the words that go into unit drop-ins, tmpfiles.d, uWSGI sections and listen addresses. Inside this room only. */
#ifndef PERMFIX_GUARD_FORM_UNIT_H
#define PERMFIX_GUARD_FORM_UNIT_H

#include <stdbool.h>

#include "plan/plan.h"

#define DROPIN_ROOT   "/etc/systemd/system/"
#define TMPFILES_ROOT "/etc/tmpfiles.d/"

/* A unit's name, or "pid N" where there is no systemd. */
bool is_service_name(const char *s);

/* NAME.service or NAME.socket, not a template. */
bool is_unit_name(const char *s);

/* "/etc/systemd/system/UNIT.d/NAME.conf" with this unit; "/etc/tmpfiles.d/NAME.conf". */
bool is_dropin_of(const char *target, const char *unit);
bool is_dropin(const char *target);
bool is_tmpfiles_file(const char *target);

/* Whether the unit's kind has this section: "Socket." keys for sockets, "Service." keys for services. */
bool key_fits_unit(const char *key, const char *unit);

bool is_umask(const char *s);             /* four octal digits that leave the owner its bits */
bool is_plain_mode(const char *s);        /* three or four octal digits */
bool is_preserve(const char *s);          /* "yes", "restart": to keep less is no cure */
bool is_runtime_directories(const char *s); /* plain names with one blank between: no slash, no ".", "..", ":" or "%" */
bool is_account_words(const char *s);     /* account names with one blank between */
bool is_owner_pair(const char *s);        /* "USER" or "USER:GROUP" */
bool is_tmpfiles_path(const char *s);     /* a plain path without blank, specifier, glob or quote */
bool is_tmpfiles_value(const char *s);    /* "d MODE USER GROUP" */

/* A path that bind(2) takes (sun_path of unix(7): 107 bytes and a NUL) and that means itself to PHP-FPM and to nginx alike. */
bool is_listen_path(const char *s);

/* Keys of systemd.dropin; NULL where it is none of them. */
bool (*unit_key_form(const char *key))(const char *value);

#endif
