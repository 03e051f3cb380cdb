/* SPDX-License-Identifier: MIT */
#include "base/digest.h"
#include "base/alloc.h"

#include <sha2.h>

char *digest_of(const void *bytes, size_t n)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	SHA256Data(bytes, n, hex);
	return xasprintf("sha256:%s", hex);
}
