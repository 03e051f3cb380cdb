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
/* lever_maker.c: what makes the other sockets, and the live objects in step with it */
lever lever_maker_mode, lever_maker_group, lever_maker_owner, lever_maker_tighten, lever_unit_reload;
/* lever_tmpfiles.c: what makes directories */
lever lever_runtime_directory, lever_tmpfiles, lever_make_directory;
/* lever_preserve.c: a socket unit's socket in the runtime directory of a service, which removes both when it stops */
lever lever_preserve, lever_socket_again;
/* lever_move.c: the socket moves */
lever lever_move;
/* Whether the server could make its socket in this directory of root's, where it cannot where its configuration says. */
bool move_helps(const struct situation *s, const struct backend *server, const char *directory);
/* lever_group.c: groups of the account data */
lever lever_join_group, lever_dedicated_group, lever_reload;
/* lever_path.c: the objects themselves */
lever lever_live_mode, lever_live_group, lever_live_acl, lever_live_tighten, lever_dir_acl, lever_dir_group;
/* lever_nginx.c: nginx's side */
lever lever_nginx_user, lever_nginx_pass;
/* Adds what makes every reference to the socket `from`, of every nginx, name the socket `to`, with the reloads. False where one of them cannot be
 * changed so; then steps holds a part. */
bool nginx_pass_to(const struct facts *facts, const char *from, const char *to, const char *because, struct steps *steps);
/* How many references name it. */
size_t nginx_users_of(const struct facts *facts, const char *endpoint);
/* lever_worker.c: nginx runs as an account that is not its own; only a person can give it one */
lever lever_own_account;
/* lever_manual.c: what only a person can do, in exact words */
lever lever_manual;

/* sync.c: adds the steps that bring the live socket to what its configuration creates once `steps` (after those chosen so far) are done.
 * Never adds an `other` bit. Adds nothing where they agree, or where it is not known what will be created. */
void sync_live(const struct situation *s, struct steps *steps);

/* Likewise the directories on the way that the service's RuntimeDirectory= makes: those that `steps` change, and the one that denies.
 * (sync_directory.c) */
void sync_directories(const struct situation *s, struct steps *steps);

/* One object on the host, brought to the state `wanted`; maker is who creates it so. */
void sync_object(const struct situation *s, struct steps *steps, const struct node *object, const struct node *wanted, const char *maker);

/* Adds the effects of steps to those of the situation; false where one of them cannot be understood. */
bool steps_play(const struct situation *s, const struct steps *steps, struct effects *effects);

/* The node as the host names it, where that is the same object; NULL where the worker sees another file system there. */
const struct node *seen_on_host(const struct situation *s, const struct node *seen);

/* The node of the denied check as the host names it, with the effects so far; false where the worker sees another file system there. */
bool denied_node(const struct situation *s, struct node *out);

/* The live socket likewise. */
bool live_socket(const struct situation *s, struct node *out);

/* What the upstream's section will create in a world; known false where there is no section. The caller frees. */
void predict_in(const struct situation *s, const struct world *world, struct creation *out);

/* A new candidate with the steps; takes them over. Nothing is added where there are none. */
void candidate_add(struct candidates *out, struct steps *steps);

/* Whether a program of no known kind serves there as root: who may connect may be able to have it act as root. (lever_worker.c) */
bool serves_as_root(const struct situation *s);

/* Whether the server may give its socket away: a master that is not root would not start with listen.owner or listen.group set. */
bool can_chown(const struct situation *s);

#endif
