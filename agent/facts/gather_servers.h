/* SPDX-License-Identifier: MIT */
/* What the parts of gathering upstream servers share; not for others. */
#ifndef PERMFIX_FACTS_GATHER_SERVERS_H
#define PERMFIX_FACTS_GATHER_SERVERS_H

#include "facts/gather_state.h"
#include "facts/reader.h"

struct server_gather {
	struct reader *reader; /* started at the first order */
};

/* Reads the configuration of a server through the confined reader into backend. */
void server_configuration(struct gather *g, struct server_gather *s, const struct server_order *order, struct backend *backend);

/* Names the [program:x] of servers that a supervisord has started, and adds it as a backend of its own where it makes sockets. */
void gather_supervisors(struct gather *g, struct server_gather *s);

#endif
