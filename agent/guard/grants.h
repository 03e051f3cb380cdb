/* SPDX-License-Identifier: MIT */
/* Who gains by a step, entry by entry, from the object (or the setting) before and after. Inside this room only. */
#ifndef PERMFIX_GUARD_GRANTS_H
#define PERMFIX_GUARD_GRANTS_H

#include "guard/case.h"

/* Fills c->grants from c->was and c->will. Bits for everybody (`other`) are no grant: they have a rule of their own. */
void grants_of_node(struct guard_case *c);

/* Fills c->grants from the settings that c->step changes. False, with c->error, where an account that it names does not exist. */
bool grants_of_section(struct guard_case *c);

#endif
