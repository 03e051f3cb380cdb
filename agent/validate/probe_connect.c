/* SPDX-License-Identifier: MIT */
#include "validate/probe_connect.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t size;
};

bool probe_needs_network(const char *endpoint)
{
	return starts_with(endpoint, "tcp:") || starts_with(endpoint, "unix:@");
}

/* The answer to a connection in progress; a handshake that takes longer than PROBE_TCP_MS counts as timed out. */
static int wait_connected(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int error = 0, r;
	socklen_t size = sizeof(error);

	do {
		r = poll(&p, 1, PROBE_TCP_MS);
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		return ETIMEDOUT;
	if (r < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return errno;
	return error;
}

/* Non-blocking, as nginx does it: a full backlog of a unix socket is then EAGAIN at once. No byte is sent. */
static void try_address(const struct address *a, struct probe_answer *out)
{
	AUTO_CLOSE int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	out->obstacle = fd < 0 ? PROBE_NO_SOCKET : PROBE_TRIED;
	out->error = fd < 0 ? errno : 0;
	if (fd < 0 || connect(fd, &a->any, a->size) == 0)
		return;
	out->error = errno == EINPROGRESS ? wait_connected(fd) : errno;
}

static void connect_unix(const char *name, struct probe_answer *out)
{
	struct address a = {.un = {.sun_family = AF_UNIX}};
	size_t n = strlen(name);

	if (n >= sizeof(a.un.sun_path)) {
		out->obstacle = PROBE_TOO_LONG;
		return;
	}
	memcpy(a.un.sun_path, name, n);
	a.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	if (*name == '@') { /* abstract: a NUL byte in front, none behind */
		a.un.sun_path[0] = '\0';
		a.size--;
	}
	try_address(&a, out);
}

static bool set_address(const char *literal, uint16_t port, struct address *a)
{
	*a = (struct address){0};
	if (inet_pton(AF_INET, literal, &a->in.sin_addr) == 1) {
		a->in.sin_family = AF_INET;
		a->in.sin_port = htons(port);
		a->size = sizeof(a->in);
		return true;
	}
	if (inet_pton(AF_INET6, literal, &a->in6.sin6_addr) != 1)
		return false;
	a->in6.sin6_family = AF_INET6;
	a->in6.sin6_port = htons(port);
	a->size = sizeof(a->in6);
	return true;
}

/* nginx tries one address of a name after the other, until one answers. */
static bool try_next(const char *literal, uint16_t port, struct probe_answer *out)
{
	struct address a;

	if (set_address(literal, port, &a))
		try_address(&a, out);
	return out->obstacle == PROBE_TRIED && out->error == 0;
}

static bool line_has_name(char *line, const char *name, const char **literal)
{
	char *rest;

	line[strcspn(line, "#\n")] = '\0';
	*literal = strtok_r(line, " \t", &rest);
	for (const char *word; *literal && (word = strtok_r(NULL, " \t", &rest));)
		if (strcasecmp(word, name) == 0)
			return true;
	return false;
}

/* Every address that /etc/hosts gives for the name, hosts(5). out stays PROBE_UNRESOLVED where there is none. */
static bool try_hosts(const char *name, uint16_t port, struct probe_answer *out)
{
	AUTO_FCLOSE FILE *f = fopen("/etc/hosts", "re");
	AUTO_FREE char *line = NULL;
	const char *literal;
	size_t room = 0;

	while (f && getline(&line, &room, f) > 0)
		if (line_has_name(line, name, &literal) && try_next(literal, port, out))
			return true;
	return false;
}

static void connect_name(const char *name, uint16_t port, struct probe_answer *out)
{
	struct address a;

	out->obstacle = PROBE_UNRESOLVED;
	if (set_address(name, port, &a)) {
		try_address(&a, out);
		return;
	}
	if (try_hosts(name, port, out) || out->obstacle != PROBE_UNRESOLVED)
		return;
	if (strcasecmp(name, "localhost") == 0 && !try_next("::1", port, out))
		try_next("127.0.0.1", port, out);
}

static bool parse_port(const char *s, uint16_t *port)
{
	char *end;
	unsigned long value = *s >= '0' && *s <= '9' ? strtoul(s, &end, 10) : 0;

	if (value == 0 || value > UINT16_MAX || *end)
		return false;
	*port = (uint16_t)value;
	return true;
}

/* "host:port" or "[address]:port" */
static void connect_tcp(const char *where, struct probe_answer *out)
{
	const char *colon = strrchr(where, ':');
	AUTO_FREE char *host = colon ? xstrndup(where, (size_t)(colon - where)) : NULL;
	uint16_t port;

	out->obstacle = PROBE_NO_ENDPOINT;
	if (!host || !*host || !parse_port(colon + 1, &port))
		return;
	if (*host == '[' && ends_with(host, "]")) {
		host[strlen(host) - 1] = '\0';
		connect_name(host + 1, port, out);
	} else {
		connect_name(host, port, out);
	}
}

void probe_connect(const char *endpoint, struct probe_answer *out)
{
	const char *unix_name = starts_with(endpoint, "unix:") ? endpoint + strlen("unix:") : NULL;

	out->obstacle = PROBE_NO_ENDPOINT;
	out->error = 0;
	if (unix_name && (*unix_name == '/' || (*unix_name == '@' && unix_name[1])))
		connect_unix(unix_name, out);
	else if (starts_with(endpoint, "tcp:"))
		connect_tcp(endpoint + strlen("tcp:"), out);
}
