/* SPDX-License-Identifier: MIT */
/* Name tables: an enum and its words, written once. An array of names is indexed by the enum's value. */
#ifndef PERMFIX_BASE_NAMES_H
#define PERMFIX_BASE_NAMES_H

#include <stddef.h>

struct names {
	const char *const *words;
	size_t n;
};
#define NAMES(array) ((struct names){(array), sizeof(array) / sizeof((array)[0])})

const char *name_of(struct names names, int value); /* "?" outside the table */
int name_find(struct names names, const char *word);  /* -1 where it is none of them */

#endif
