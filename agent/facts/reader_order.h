/* SPDX-License-Identifier: MIT */
/* What a job of the confined reader is about where a path does not say it: lines of a letter, "=" and a text. Internal to facts/reader*.c. */
#ifndef PERMFIX_FACTS_READER_ORDER_H
#define PERMFIX_FACTS_READER_ORDER_H

#include "facts/unit_read.h"

struct order {
	struct unit_files files;
	struct strings wanted;  /* paths */
	struct specifier_host host;
};
void order_free(struct order *order);

/* Writes the lines: host, fragment, drop-ins, wanted. A text with a newline in it is left out, and false returned. Each may be NULL. */
bool order_write(const struct specifier_host *host, const struct unit_files *files, const struct strings *wanted, struct text *out);

/* The reverse; what is not known is passed over. */
void order_read(const char *text, struct order *out);

#endif
