/* SPDX-License-Identifier: MIT */
/* Inside the room: a lever is one way in which access can be given. Each looks at the situation and adds the candidates that it has, none where
 * it does not fit. */
#ifndef PERMFIX_PLAN_LEVER_H
#define PERMFIX_PLAN_LEVER_H

#include "plan/candidate.h"
#include "diagnose/creation.h"

typedef void lever(const struct situation *s, struct candidates *out);

/* lever_pool.c: what PHP-FPM's pool says, and the live socket in step with it */
lever lever_pool_mode, lever_pool_group, lever_pool_owner, lever_pool_acl, lever_pool_tighten, lever_pool_open, lever_sync;
/* lever_group.c: groups of the account data */
lever lever_join_group, lever_dedicated_group, lever_reload;
/* lever_path.c: the objects themselves */
lever lever_live_mode, lever_live_group, lever_live_acl, lever_live_tighten, lever_dir_acl, lever_dir_group;
/* lever_nginx.c: nginx's side */
lever lever_nginx_user, lever_nginx_pass;
/* lever_manual.c: what only a person can do, in exact words */
lever lever_manual;

/* sync.c: adds the steps that bring the live socket to what its configuration creates once `steps` (after those chosen so far) are done.
 * Never adds an `other` bit. Adds nothing where they agree, or where it is not known what will be created. */
void sync_live(const struct situation *s, struct steps *steps);

/* The node of the denied check as the host names it, with the effects so far; false where the worker sees another file system there. */
bool denied_node(const struct situation *s, struct node *out);

/* The live socket likewise. */
bool live_socket(const struct situation *s, struct node *out);

/* What the upstream's section will create in a world; known false where there is no section. The caller frees. */
void predict_in(const struct situation *s, const struct world *world, struct creation *out);

/* A new candidate with the steps; takes them over. Nothing is added where there are none. */
void candidate_add(struct candidates *out, struct steps *steps);

/* Whether the server may give its socket away: a master that is not root would not start with listen.owner or listen.group set. */
bool can_chown(const struct situation *s);

#endif
