/* SPDX-License-Identifier: MIT */
/* Inside the room: jobs of systemd (org.freedesktop.systemd1(5)). */
#ifndef PERMFIX_APPLY_UNIT_JOB_H
#define PERMFIX_APPLY_UNIT_JOB_H

#include "base/error.h"

/* Calls "ReloadUnit" or "RestartUnit" for a unit and waits for the job's end. -EIO where it failed,
 * -ETIMEDOUT. */
int unit_job(const char *method, const char *unit, unsigned deadline_ms, struct error *err);

#endif
