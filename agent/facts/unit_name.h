/* SPDX-License-Identifier: MIT */
/* Names of units, systemd.unit(5): PREFIX.TYPE, PREFIX@INSTANCE.TYPE, and the template PREFIX@.TYPE. */
#ifndef PERMFIX_FACTS_UNIT_NAME_H
#define PERMFIX_FACTS_UNIT_NAME_H

#include <stdbool.h>

struct unit_name {
	char *prefix;
	char *instance; /* NULL: no template's; "": the template itself */
	char *type;     /* "service" */
};

/* False for what systemd would not take for a name (unit_name_is_valid() of its source); *out is then empty. */
bool unit_name_split(const char *name, struct unit_name *out);
void unit_name_free(struct unit_name *name);
#define AUTO_UNIT_NAME __attribute__((cleanup(unit_name_free)))

/* Whether name is a service or socket, and no template. */
bool unit_name_matters(const char *name);

/* "app@x.service" → "app@.service"; NULL where there is no instance. The caller frees. */
char *unit_name_template(const char *name);

/* Undoes the escaping of unit names: "-" is "/", "\x2d" a byte. The caller frees. */
char *unit_name_unescape(const char *s);

#endif
