/* SPDX-License-Identifier: MIT */
/* Names a text by its content. */
#ifndef PERMFIX_BASE_DIGEST_H
#define PERMFIX_BASE_DIGEST_H

#include <stddef.h>

/* "sha256:" and 64 hexadecimal digits in lower case (FIPS 180-4, by libmd). The caller frees. */
char *digest_of(const void *bytes, size_t n);

#endif
