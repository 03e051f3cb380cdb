/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_PLAN_WHEN_H
#define PERMFIX_PLAN_WHEN_H

#include <stdint.h>

/* Epoch seconds as RFC 3339 in UTC, "2026-01-01T00:00:00Z"; the caller frees. Pure: no clock is read. */
char *rfc3339(int64_t seconds);

#endif
