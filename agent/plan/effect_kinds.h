/* SPDX-License-Identifier: MIT */
/* Inside the room: how the effect of each step kind is computed, and the look-ups that it shares with the candidates. */
#ifndef PERMFIX_PLAN_EFFECT_KINDS_H
#define PERMFIX_PLAN_EFFECT_KINDS_H

#include "plan/effect.h"

struct effect_context {
	struct effects *list;
	struct world world; /* before this step */
	const struct step *step;
	struct error *err;
};

int effect_path_owner(struct effect_context *c);
int effect_path_mode(struct effect_context *c);
int effect_path_acl(struct effect_context *c);

/* The node that a canonical path names on the host; NULL where no walk met it. */
const struct node *node_at(const struct facts *facts, const char *path);

/* The section that stands under this name in this file. */
const struct backend_section *section_at(const struct facts *facts, const char *file, const char *name);

/* An account or group by name or, all digits, by number. */
bool user_id(const struct world *world, const char *text, uint32_t *uid);
bool group_id(const struct world *world, const char *text, uint32_t *gid);

#endif
