/* SPDX-License-Identifier: MIT */
/* Forms of the words in a step and in a policy line. Everything that is written into a configuration file matches one of these, so no
 * value can end its line, its section or its quotes. */
#ifndef PERMFIX_GUARD_GRAMMAR_H
#define PERMFIX_GUARD_GRAMMAR_H

#include "base/number.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "plan/plan.h"

/* Names of users and groups as shadow-utils takes them (useradd(8), CAVEATS; capitals as Debian's --allow-bad-names has them): letter or
 * underscore, then letters, digits, _ . - and a final $; at most 32 bytes. */
bool is_account_name(const char *s);
bool is_account_list(const char *s);      /* account names with commas between, without blanks */
bool is_account_or_id(const char *s);     /* or a decimal id */
bool is_permissions(const char *s);       /* "rw-", "--x" */
bool is_four_octal_digits(const char *s); /* "0660" */
bool is_plain_path(const char *s);        /* absolute, at most 4096 bytes, no empty, "." or ".." component, no control byte */
bool is_printable(const char *s);         /* no control byte, no DEL */

bool parse_mode(const char *s, uint32_t *mode); /* three or four octal digits */

/* Target, section, keys and values of a step against the forms of its kind (plan.h). False with the reason in *err. */
bool step_well_formed(const struct step *step, struct error *err);

#endif
