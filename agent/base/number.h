/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_BASE_NUMBER_H
#define PERMFIX_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* A uid or gid written as decimal digits without leading zeros and nothing else, below 2^32 - 1 (which chown(2) takes for "unchanged"). False leaves *id alone. */
bool parse_id(const char *s, uint32_t *id);

#endif
