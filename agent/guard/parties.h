/* SPDX-License-Identifier: MIT */
/* Who has a part in the upstreams: the workers and the servers, and nobody else. Inside this room only. */
#ifndef PERMFIX_GUARD_PARTIES_H
#define PERMFIX_GUARD_PARTIES_H

#include "guard/case.h"

/* Ids that a worker has, as a process or by the account data, before the step. */
bool is_worker_uid(const struct guard_case *c, uint32_t uid);
bool is_worker_gid(const struct guard_case *c, uint32_t gid);

/* Ids that a server runs with or is configured to run with: masters, pools' user and group, and who listens at an endpoint that nginx
 * names. */
bool is_server_uid(const struct guard_case *c, uint32_t uid);
bool is_server_gid(const struct guard_case *c, uint32_t gid);

/* Worker, server or root. */
bool is_party(const struct guard_case *c, bool group, uint32_t id);

/* Whether the id is a worker's, but of no worker whose master is root: an account's own nginx. A master that does not run is started as
 * root. */
bool is_own_nginx(const struct guard_case *c, bool group, uint32_t id);

/* Whether nginx names the endpoint. */
bool is_referenced(const struct facts *facts, const char *endpoint);

/* The listener whose path is this inode; NULL where none is known. */
const struct listener *listener_at(const struct guard_case *c, const struct node *node);

/* Whether it listens at an endpoint that nginx names; the facts hold the listeners of the whole host. */
bool serves_upstream(const struct guard_case *c, const struct listener *listener);

#endif
