/* SPDX-License-Identifier: MIT */
/* Whether results of a confined reader can be believed. Internal to facts/reader*.c. */
#ifndef PERMFIX_FACTS_READER_CHECK_H
#define PERMFIX_FACTS_READER_CHECK_H

#include "base/string_index.h"
#include "facts/facts.h"
#include "facts/tmpfiles_read.h"

/* Text that was taken over by what it read could name files of its choice. So each place must be in a file that was served for this job, each
 * index within its array, each endpoint of a known form. -EPROTO otherwise. */
int check_nginx(const struct nginx *n, const struct string_index *served, struct error *err);
int check_backend(const struct backend *b, const struct string_index *served, struct error *err); /* of PHP-FPM */
int check_server(const struct backend *b, const struct string_index *served, struct error *err);
int check_unit(const struct unit *u, const struct string_index *served, struct error *err);
int check_tmpfiles(const struct tmpfiles *t, const struct string_index *served, struct error *err);

#endif
