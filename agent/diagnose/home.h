/* SPDX-License-Identifier: MIT */
/* What is a home: the one place that says so, for the causes here and for the rules of the guard. */
#ifndef PERMFIX_DIAGNOSE_HOME_H
#define PERMFIX_DIAGNOSE_HOME_H

#include "facts/facts.h"

/* The contract's row home-dir: /root and all beneath it, anything under /home, the home of an account with uid ≥ UID_MIN (not nobody) and all
 * beneath it. */
bool is_home(const struct accounts *accounts, const char *path);

/* The home that path is or lies beneath: /home itself, /home/NAME, or the home directory of an account with uid ≥ UID_MIN (not nobody); /root,
 * which nobody may open, is none. Of several the deepest. The caller frees; NULL where there is none. */
char *home_of(const struct accounts *accounts, const char *path);

#endif
