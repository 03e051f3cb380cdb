/* SPDX-License-Identifier: MIT */
/* What the parts of gathering upstream servers share; not for others. */
#ifndef PERMFIX_FACTS_GATHER_SERVERS_H
#define PERMFIX_FACTS_GATHER_SERVERS_H

#include "facts/gather_state.h"
#include "facts/reader.h"

struct server_gather {
	struct backend *supervisors; /* each supervisord that was met; their sections are programs */
	size_t n_supervisors;
};

/* Reads the configuration of a server through the confined reader into backend. */
void server_configuration(struct gather *g, const struct server_order *order, struct backend *backend);

/* Names the [program:x] of a live server whose parent is a supervisord. Returns the directory that it was started in; NULL: there is no such
 * parent, or none of its programs fits. The caller frees. */
char *gather_program(struct gather *g, struct server_gather *s, struct backend *server);

/* Adds, with pid 0, each application of uWSGI in a usual place that makes a socket which a reference or target names, which is not there, and which no
 * other backend makes. Reads nothing where there is no such socket. */
void gather_installed_servers(struct gather *g);

/* Only the name, for a server that turns up late. */
void gather_program_name(struct gather *g, struct backend *server);

/* Adds each supervisord that makes sockets for its programs ([fcgi-program:x]) as a backend, and ends with them. */
void gather_supervisors(struct gather *g, struct server_gather *s);

/* Whether the configuration of such a server is read. */
bool server_is_read(int kind);

/* The name of a listener as an endpoint. The caller frees. */
char *listener_endpoint(const struct listener *listener);

#endif
