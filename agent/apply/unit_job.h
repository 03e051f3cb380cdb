/* SPDX-License-Identifier: MIT */
/* Inside the room: jobs of systemd (org.freedesktop.systemd1(5)). */
#ifndef PERMFIX_APPLY_UNIT_JOB_H
#define PERMFIX_APPLY_UNIT_JOB_H

#include <stdbool.h>

#include "base/error.h"

/* Calls "ReloadUnit", "RestartUnit" or "StopUnit" for a unit and waits for the job's end. -EIO where it failed,
 * -ETIMEDOUT. */
int unit_job(const char *method, const char *unit, unsigned deadline_ms, struct error *err);

/* Manager.Reload(): all unit files are read anew; it is answered when that is done. -ETIMEDOUT. */
int manager_reload(unsigned deadline_ms, struct error *err);

/* Whether the unit is up, or on its way up or down: ActiveState is neither "inactive" nor "failed". */
int unit_running(const char *unit, bool *running, unsigned deadline_ms, struct error *err);

#endif
