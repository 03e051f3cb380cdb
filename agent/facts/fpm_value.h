/* SPDX-License-Identifier: MIT */
/* The right side of a line of a PHP-FPM configuration: Zend's ini scanner in its NORMAL mode. */
#ifndef PERMFIX_FACTS_FPM_VALUE_H
#define PERMFIX_FACTS_FPM_VALUE_H

#include "base/text.h"

enum fpm_value_kind {
	FPM_VALUE_TEXT,    /* text is the value */
	FPM_VALUE_UNKNOWN, /* text is the value as written; why says what decides it */
	FPM_VALUE_REFUSED, /* PHP-FPM would not start; why says what it stumbles over */
};

struct fpm_value {
	int kind; /* enum fpm_value_kind */
	struct text text;
	const char *why; /* not owned */
};

/* Reads the n bytes after the equals sign, without the end of line; no NUL among them. Quoted and bare parts are joined, the words
 * yes/no/on/off/true/false/none/null become "1" and "", a ; outside quotes begins a comment. Constants of PHP (E_ALL) are not
 * known here and stay as they are. value->text must be freed. */
void fpm_value_read(const char *s, size_t n, struct fpm_value *value);

#endif
