/* SPDX-License-Identifier: MIT */
#include "facts/gather_state.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>

/* "unix:///a" is given as "unix:/a" (CONTRACT). */
static char *unix_endpoint(const char *path)
{
	size_t slashes = strspn(path, "/");

	return xasprintf("unix:%s", slashes > 1 ? path + slashes - 1 : path);
}

static char *endpoint_of(const char *given)
{
	if (given[0] == '/')
		return unix_endpoint(given);
	if (starts_with(given, "unix:/") || starts_with(given, "unix:@"))
		return unix_endpoint(given + strlen("unix:"));
	return starts_with(given, "tcp:") ? xstrdup(given) : NULL;
}

/* The host of a URL or of "name:port", in lower case as nginx compares it; without user information and final dot. */
static char *server_name_of(const char *given)
{
	const char *scheme = strstr(given, "://");
	const char *host = scheme ? scheme + 3 : given;
	size_t n = scheme ? strcspn(host, "/?#") : strlen(host);
	const char *at = scheme ? memrchr(host, '@', n) : NULL;
	const char *port;
	char *name;

	n -= at ? (size_t)(at + 1 - host) : 0;
	host = at ? at + 1 : host;
	port = memrchr(host, ':', n);
	if (port && memchr(host, '[', n) != host && strspn(port + 1, "0123456789") == (size_t)(host + n - port - 1))
		n = (size_t)(port - host);
	if (n && host[0] == '[' && memchr(host, ']', n))
		n = (size_t)((const char *)memchr(host, ']', n) + 1 - host);
	if (n > 1 && host[n - 1] == '.')
		n--;
	name = xstrndup(host, n);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

void gather_targets(const struct strings *given, struct facts *facts)
{
	for (size_t i = 0; given && i < given->n; i++) {
		struct target *target = ARRAY_NEW(facts->targets, facts->n_targets);

		target->given = xstrdup(given->items[i]);
		target->endpoint = endpoint_of(target->given);
		if (!target->endpoint)
			target->server_name = server_name_of(target->given);
	}
}
