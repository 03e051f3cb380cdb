/* SPDX-License-Identifier: MIT */
/* Reads the configuration of PHP-FPM. Pure: everything comes through the source. */
#ifndef PERMFIX_FACTS_FPM_READ_H
#define PERMFIX_FACTS_FPM_READ_H

#include "facts/facts.h"
#include "facts/source.h"

/* Fills sections, problems and files of *out, which the caller has zeroed. What is wrong with the text is a problem with file and line,
 * never an error. Returns 0, or a negative errno where the source is gone. */
int fpm_read(struct source *source, const char *conf, struct backend *out, struct error *err);

#endif
