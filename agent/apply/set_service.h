/* SPDX-License-Identifier: MIT */
/* Reload and restart of a server: through systemd where it runs, else by a signal to the master that the plan
 * saw. */
#ifndef PERMFIX_APPLY_SET_SERVICE_H
#define PERMFIX_APPLY_SET_SERVICE_H

#include "apply/writer.h"

#define SERVICE_DEADLINE_MS 30000

#define SERVICE_MANAGER "systemd" /* target and program of service.daemon-reload */

/* The server that a step's target names ("unit" or "pid N"; or SERVICE_MANAGER): *out is overwritten, owned by the caller. A unit that does not run
 * has pid 0. -ESRCH where the facts have none. */
int service_find(const struct facts *facts, const char *target, struct service_state *out, struct error *err);

/* -ESRCH (with a message) unless pid, start and executable are still what they were; else a pidfd
 * (Linux 5.3). The start may be off by a second, since it is computed from the clock. */
int service_pin(const struct service_state *service, struct error *err);

/* The service manager reads its unit files anew: -EOPNOTSUPP where that is not systemd. Any other server: reloads it, and waits until its workers are replaced: at most SERVICE_DEADLINE_MS. Old ones of nginx that
 * take no request any more and only finish what they have begun are not waited for. A server that systemd
 * does not run gets the signal that its manual names: nginx SIGHUP, PHP-FPM SIGUSR2. */
int service_reload(const struct apply_host *host, const struct service_state *service, struct error *err);

/* Starts it anew, and sees that it stays up for a moment (-EIO). Without systemd nobody is there who would start it again: refused (-EOPNOTSUPP). */
int service_restart(const struct apply_host *host, const struct service_state *service, struct error *err);

/* Before a restart: notes in *service that it comes, and whether the unit runs. */
int service_note_restart(const struct apply_host *host, struct service_state *service, struct error *err);

/* Stops a unit that did not run before. */
int service_stop(const struct apply_host *host, const struct service_state *service, struct error *err);

/* Whether its unit runs; without systemd: whether it is the process that was seen. */
int service_running(const struct apply_host *host, const struct service_state *service, bool *running, struct error *err);

#endif
