/* SPDX-License-Identifier: MIT */
#include "plan/when.h"
#include "base/alloc.h"

#include <time.h>

char *rfc3339(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm utc;
	char text[40];

	if (!gmtime_r(&t, &utc) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		return xstrdup("1970-01-01T00:00:00Z");
	return xstrdup(text);
}
