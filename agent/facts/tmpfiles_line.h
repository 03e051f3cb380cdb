/* SPDX-License-Identifier: MIT */
/* One line of tmpfiles.d(5). Internal to facts/tmpfiles_*.c. */
#ifndef PERMFIX_FACTS_TMPFILES_LINE_H
#define PERMFIX_FACTS_TMPFILES_LINE_H

#include <stdbool.h>

#include "facts/facts.h"
#include "facts/specifier.h"

/* Takes a line apart; 1, 0: nothing in it. -EINVAL: systemd-tmpfiles refuses it, *why (the caller's) says for what. A specifier that is not known
 * leaves *why set beside a 1. out->at stays empty. */
int tmpfiles_line(const char *text, const struct specifier_host *host, struct tmpfiles_line *out, char **why);

/* Whether the type takes patterns for its path. */
bool tmpfiles_globs(const char *type);

#endif
