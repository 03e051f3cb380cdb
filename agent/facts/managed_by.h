/* SPDX-License-Identifier: MIT */
/* Who writes a configuration file, by what its first comment lines say: an edit by hand would be overwritten. */
#ifndef PERMFIX_FACTS_MANAGED_BY_H
#define PERMFIX_FACTS_MANAGED_BY_H

#include <stddef.h>

/* The name of the configuration management or hosting panel that the comments (; and #) among the first 20 lines name ("ansible",
 * "puppet", "cpanel" …), "another program" where they only say that the file is generated or not to be edited; NULL neither. */
const char *managed_by(const char *bytes, size_t n);

#endif
