/* SPDX-License-Identifier: MIT */
/* The keys that PHP-FPM knows: any other stops it from starting. */
#ifndef PERMFIX_FACTS_FPM_KEYS_H
#define PERMFIX_FACTS_FPM_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum fpm_key_use {
	FPM_KEY_GLOBAL = 1, /* allowed in [global] */
	FPM_KEY_POOL = 2,   /* allowed in a pool */
	FPM_KEY_ARRAY = 4,  /* written key[sub] = value */
	FPM_KEY_KEPT = 8,   /* its value is a fact */
	FPM_KEY_LISTEN = 16, /* its commented form is a fact too */
};

struct fpm_key {
	const char *name;
	unsigned use; /* of enum fpm_key_use */
};

/* The key of that name, without regard to case, written as an array or not; NULL none. */
const struct fpm_key *fpm_key_find(const char *name, size_t n, bool array);

#endif
