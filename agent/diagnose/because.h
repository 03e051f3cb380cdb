/* SPDX-License-Identifier: MIT */
/* The sentences of the checks: who, which class or entry, which bits. Bytes from outside stand as they are; who prints escapes.
 * Internal to this room. */
#ifndef PERMFIX_DIAGNOSE_BECAUSE_H
#define PERMFIX_DIAGNOSE_BECAUSE_H

#include "diagnose/dac.h"

/* Why dac_decide() said what it said of a node. who is the account's name. The caller frees. */
char *because_dac(const struct world *world, const char *who, const struct ids *ids, const struct node *node,
	const struct dac_answer *answer, uint32_t want);

/* Name of a user or group, or the number as text. The caller frees. */
char *name_of_user(const struct world *world, uint32_t uid);
char *name_of_group(const struct world *world, uint32_t gid);

#endif
