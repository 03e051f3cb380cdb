/* SPDX-License-Identifier: MIT */
#include "facts/fpm_endpoint.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

char *fpm_full_path(const char *base, const char *path)
{
	return *path == '/' ? xstrdup(path) : xasprintf("%s/%s", base, path);
}

/* atoi(3), as PHP-FPM reads it, but for what follows the digits: "9000abc" would surprise everybody. */
static unsigned port_of(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 7 || strspn(s, "0123456789") != n)
		return 0;
	return (unsigned)strtoul(s, NULL, 10);
}

static char *tcp_endpoint(const char *host, unsigned port, const char **why)
{
	size_t n = strlen(host);
	bool bare_ipv6 = strchr(host, ':') && host[0] != '[';

	*why = strchr(host, '/') ? "listen is a path with a colon in it, which PHP-FPM takes for HOST:PORT" :
		n == 0 ? "listen has no address before its colon" :
		port == 0 || port > 65535 ? "listen has no valid port" : NULL;
	if (*why)
		return NULL;
	return xasprintf(bare_ipv6 ? "tcp:[%s]:%u" : "tcp:%s:%u", host, port);
}

static char *path_endpoint(const char *listen, const char *prefix, const char **why)
{
	AUTO_FREE char *path = fpm_full_path(prefix, listen);

	if (strlen(path) >= FPM_PATH_MAX)
		*why = "listen is a path of 108 bytes or more: no unix socket can have that name";
	return xasprintf("unix:%s", path);
}

char *fpm_endpoint(const char *listen, const char *prefix, const char **why)
{
	const char *colon = strrchr(listen, ':');

	*why = NULL;
	if (strstr(listen, "${")) /* told as a problem of its line */
		return NULL;
	if (colon) {
		AUTO_FREE char *host = xstrndup(listen, (size_t)(colon - listen));

		return tcp_endpoint(host, port_of(colon + 1), why);
	}
	if (strspn(listen, "0123456789") == strlen(listen))
		return tcp_endpoint("[::]", port_of(listen), why);
	return path_endpoint(listen, prefix, why);
}
