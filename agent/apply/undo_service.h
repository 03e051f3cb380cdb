/* SPDX-License-Identifier: MIT */
/* Inside the room: what a rollback does with a server that the transaction reloaded or restarted. */
#ifndef PERMFIX_APPLY_UNDO_SERVICE_H
#define PERMFIX_APPLY_UNDO_SERVICE_H

#include "apply/journal.h"
#include "apply/writer.h"

/* Whether its turn is before the files are restored: it did not run before this transaction started it, so it is stopped, and what it made goes
 * with it. All others come after. */
bool undo_service_before(const struct service_state *service);

/* 1: done. 0: nothing to do. A server that was reloaded is reloaded again where a file that it reads was restored (for the service manager: a unit
 * file); where that is not there any more, the one
 * that was started in its place (successor.h); one that was restarted is started anew then, or where it does not run any more. -ESRCH: it is gone; any other -errno: left to a
 * person. */
int undo_service(const struct apply_host *host, const struct tx *tx, const struct service_state *service, struct error *err);

#endif
