/* SPDX-License-Identifier: MIT */
/* Inside the room: a diagnosis in the words of the plan record. */
#ifndef PERMFIX_PLAN_DESCRIBE_H
#define PERMFIX_PLAN_DESCRIBE_H

#include "diagnose/diagnose.h"
#include "plan/plan.h"

/* Fills all that is known without planning: who, what, checks, causes, probe, newest changes. */
void describe_upstream(const struct facts *facts, const struct upstream *u, struct plan_upstream *out);

/* Schema, version, host, expiry, assumptions. */
void describe_host(const struct facts *facts, struct plan *out);

/* What nginx, and every PHP-FPM that runs or that an upstream means, would refuse in their configuration. */
void describe_problems(const struct facts *facts, const struct diagnosis *diagnosis, struct plan *out);

#endif
