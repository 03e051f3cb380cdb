/* SPDX-License-Identifier: MIT */
#include "facts/nginx_url.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#define SUN_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

static bool refuse(struct nginx_url *url, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(struct nginx_url *url, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(url->problem, sizeof(url->problem), format, args);
	va_end(args);
	return false;
}

static bool is_unix(const char *s)
{
	return strncasecmp(s, "unix:", 5) == 0;
}

/* Variables whose value begins the URI: $uri is never empty, $is_args is "?" or nothing before $args. */
static bool begins_uri(const char *s)
{
	static const char *const names[] = {"request_uri", "uri", "document_uri", "is_args"};
	size_t brace = s[1] == '{', n;

	s += 1 + brace;
	n = strspn(s, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (n == strlen(names[i]) && strncasecmp(s, names[i], n) == 0)
			return true;
	return false;
}

size_t nginx_url_head(const char *address)
{
	size_t scheme = strcspn(address, "/?:");
	const char *s = address;

	if (strncmp(s + scheme, "://", 3) == 0)
		s += scheme + 3;
	if (is_unix(s)) {
		s += 5 + strcspn(s + 5, ":");
		return (size_t)(s - address) + (*s == ':');
	}
	while (*s && *s != '/' && *s != '?' && !(*s == '$' && begins_uri(s)))
		s++;
	return (size_t)(s - address);
}

/* Slashes collapsed: the kernel takes "//" for "/". */
static char *one_slash_each(const char *s, size_t n)
{
	char *out = xcalloc(n + 1, 1);
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] != '/' || k == 0 || out[k - 1] != '/')
			out[k++] = s[i];
	return out;
}

static bool parse_unix(const char *path, bool uri, struct nginx_url *url)
{
	size_t n = uri ? strcspn(path, ":") : strlen(path);

	if (n == 0)
		return refuse(url, "no path in the unix domain socket");
	if (n > SUN_PATH_MAX)
		return refuse(url, "too long path in the unix domain socket: %zu bytes, the most is %zu", n, SUN_PATH_MAX);
	if (path[0] == '@')
		return refuse(url, "nginx has no abstract sockets: it looks for a file of that name in its working directory");
	if (path[0] != '/')
		return refuse(url, "a relative path, which depends on the working directory of nginx");
	url->path = one_slash_each(path, n);
	return true;
}

/* What follows the host: nothing, ":port", and where uri is allowed a URI. */
static bool parse_port(const char *port, const char *end, struct nginx_url *url)
{
	unsigned long n = 0;

	if (port == end)
		return refuse(url, "invalid port");
	for (; port < end; port++) {
		if (!isdigit((unsigned char)*port) || n > 65535)
			return refuse(url, "invalid port");
		n = n * 10 + (unsigned long)(*port - '0');
	}
	if (n < 1 || n > 65535)
		return refuse(url, "invalid port");
	url->port = (unsigned)n;
	url->port_given = true;
	return true;
}

static char *lower(const char *s, size_t n)
{
	char *out = xstrndup(s, n);

	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static bool parse_inet6(const char *address, bool uri, struct nginx_url *url)
{
	const char *close = strchr(address, ']'), *end;
	struct in6_addr ignored;
	AUTO_FREE char *inner = NULL;

	if (!close)
		return refuse(url, "invalid host");
	end = close + 1 + strcspn(close + 1, "/");
	if ((*end && !uri) || (close + 1 < end && close[1] != ':'))
		return refuse(url, "invalid host");
	if (close + 1 < end && !parse_port(close + 2, end, url))
		return false;
	inner = xstrndup(address + 1, (size_t)(close - address - 1));
	if (!*inner)
		return refuse(url, "no host");
	if (inet_pton(AF_INET6, inner, &ignored) != 1)
		return refuse(url, "invalid IPv6 address");
	url->host = lower(address, (size_t)(close + 1 - address));
	return true;
}

static bool parse_inet(const char *address, bool uri, struct nginx_url *url)
{
	const char *end = address + strcspn(address, "/?");
	const char *port = memchr(address, ':', (size_t)(end - address));

	if (*end && !uri)
		return refuse(url, "invalid host");
	if (port && !parse_port(port + 1, end, url))
		return false;
	if ((port ? port : end) == address)
		return refuse(url, "no host");
	url->host = lower(address, (size_t)((port ? port : end) - address));
	return true;
}

bool nginx_url_parse(const char *address, bool uri, unsigned default_port, struct nginx_url *url)
{
	*url = (struct nginx_url){.port = default_port};
	if (is_unix(address))
		return parse_unix(address + 5, uri, url);
	if (address[0] == '[')
		return parse_inet6(address, uri, url);
	return parse_inet(address, uri, url);
}

void nginx_url_free(struct nginx_url *url)
{
	free(url->path);
	free(url->host);
	url->path = url->host = NULL;
}

char *nginx_url_endpoint(const struct nginx_url *url)
{
	if (url->path)
		return xasprintf("unix:%s", url->path);
	return xasprintf("tcp:%s:%u", url->host, url->port);
}
