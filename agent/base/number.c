/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <string.h>

bool parse_id(const char *s, uint32_t *id)
{
	size_t n = strlen(s);
	unsigned long long value;

	if (n == 0 || n > 10 || strspn(s, "0123456789") != n || (n > 1 && *s == '0'))
		return false;
	value = strtoull(s, NULL, 10);
	if (value >= UINT32_MAX)
		return false;
	*id = (uint32_t)value;
	return true;
}
