/* SPDX-License-Identifier: MIT */
/* One attempt to connect, with whatever ids the process has. For the child of probe.c. */
#ifndef PERMFIX_VALIDATE_PROBE_CONNECT_H
#define PERMFIX_VALIDATE_PROBE_CONNECT_H

#include <stdbool.h>

#define PROBE_TCP_MS 1000

/* Why there is no errno of connect(2). */
enum probe_obstacle {
	PROBE_TRIED,          /* there is one */
	PROBE_NO_ENDPOINT,    /* not in the form of an endpoint */
	PROBE_TOO_LONG,       /* no room in sun_path: nginx does not take it either */
	PROBE_UNRESOLVED,     /* a host name that /etc/hosts does not have */
	PROBE_NO_SOCKET,      /* socket(2) failed */
	PROBE_GONE,           /* the worker's process is another one now, or none */
	PROBE_NAMESPACE,      /* the worker's namespaces or root directory could not be entered */
	PROBE_IDS,            /* the worker's ids could not be taken */
	PROBE_CAPABLE_ELSEWHERE, /* capabilities of another user namespace decide */
	PROBE_SILENT,         /* no answer in time */
};

/* What the child tells about one endpoint; plain, since it goes through a pipe. */
struct probe_answer {
	unsigned index;
	int obstacle; /* enum probe_obstacle */
	int error;    /* PROBE_TRIED: errno of connect(2) or 0; else the errno behind the obstacle, 0 none */
};

/* True for an endpoint that lives in a network namespace: TCP, or an abstract name. */
bool probe_needs_network(const char *endpoint);

void probe_connect(const char *endpoint, struct probe_answer *out);

#endif
