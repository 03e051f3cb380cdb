/* SPDX-License-Identifier: MIT */
/* A set of strings, each with a number: look-ups in constant time, whatever the strings are (the hash is seeded, so outside text
 * cannot simply choose collisions). */
#ifndef PERMFIX_BASE_STRING_INDEX_H
#define PERMFIX_BASE_STRING_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct string_index {
	struct string_slot *slots; /* room is 0 or a power of two, at most half of it used */
	size_t room;
	size_t n;
	uint64_t seed;
};

/* The number stored for s, or -1. */
int64_t string_index_get(const struct string_index *index, const char *s);

/* Stores a number ≥ 0 for s (copied); a number that is there is replaced. */
void string_index_put(struct string_index *index, const char *s, int64_t number);

void string_index_free(struct string_index *index);

#endif
