/* SPDX-License-Identifier: MIT */
/* One input as several files. */
#ifndef PERMFIX_TESTS_FUZZ_SPLIT_H
#define PERMFIX_TESTS_FUZZ_SPLIT_H

#include "tests/unit/fpm_source.h"

/* Takes text, which is changed, apart at bytes 0xFE into at most max files of those names; returns how many there are. */
static inline size_t split(char *text, size_t size, const char *const *names, size_t max, struct memory_file *files)
{
	size_t n = 0;

	for (char *end = text + size; n < max; n++) {
		char *next = memchr(text, 0xfe, (size_t)(end - text));

		files[n] = (struct memory_file){.path = names[n], .text = text, .size = (size_t)((next ? next : end) - text)};
		if (!next)
			return n + 1;
		*next = '\0'; /* a source's file ends with a NUL byte */
		text = next + 1;
	}
	return n;
}

#endif
