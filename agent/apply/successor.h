/* SPDX-License-Identifier: MIT */
/* Inside the room: who runs in a server's place by now. */
#ifndef PERMFIX_APPLY_SUCCESSOR_H
#define PERMFIX_APPLY_SUCCESSOR_H

#include "apply/writer.h"

/* The master that somebody started in the place of one that was known by its pid alone: nginx or PHP-FPM, believed as the facts believe it, root's,
 * in no unit and no container, with the same executable and main configuration file. *out is overwritten, owned by the caller. -ESRCH: there is none;
 * -ENOTUNIQ: several, and none is told from the others. */
int service_successor(const struct apply_host *host, const struct service_state *was, struct service_state *out, struct error *err);

#endif
