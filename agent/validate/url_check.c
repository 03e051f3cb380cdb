/* SPDX-License-Identifier: MIT */
#include "validate/url_check.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

enum {
	HTTP_PORT = 80,
	URL_MAX = 8192,
	ANSWER_MAX = 8192,
	AGAIN = 5,
	AGAIN_AFTER_MS = 200,
	ASK_EVERY_MS = 100
};
enum { BAD_GATEWAY = 502, GATEWAY_TIMEOUT = 504 };

/* --- the URL
 * --------------------------------------------------------------------------------------------------------------
 */

void url_free(struct check_url *url)
{
	free(url->host);
	free(url->target);
	*url = (struct check_url){0};
}

/* Blanks and control bytes would end the line of the request and begin another: request smuggling by a URL.
 */
static bool is_clean(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

/* What follows the last colon outside brackets. */
static int parse_port(const char *authority, size_t n, struct check_url *url)
{
	const char *colon = memrchr(authority, ':', n), *bracket = memrchr(authority, ']', n);
	char *end;
	long port;

	url->port = HTTP_PORT;
	if (!colon || (bracket && bracket > colon))
		return n && !(bracket && bracket != authority + n - 1) ? 0 : -EINVAL;
	port = strtol(colon + 1, &end, 10);
	if (end != authority + n || end == colon + 1 || colon[1] == '+' || colon[1] == '-' || port < 1 ||
	        port > UINT16_MAX || colon == authority)
		return -EINVAL;
	url->port = (uint16_t)port;
	return 0;
}

static int parse_rest(const char *rest, struct check_url *url)
{
	size_t n = strcspn(rest, "/?#");

	if (memchr(rest, '@', n) || parse_port(rest, n, url) < 0)
		return -EINVAL;
	url->host = xstrndup(rest, n);
	rest += n;
	url->target = xasprintf("%s%.*s", *rest == '/' ? "" : "/", (int)strcspn(rest, "#"), rest);
	return 0;
}

int url_parse(const char *text, struct check_url *url, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(text);

	*url = (struct check_url){0};
	if (strncasecmp(text, "https://", strlen("https://")) == 0)
		return error_set(err, EPROTONOSUPPORT,
		        "--validate-url takes http URLs: this version does not speak TLS, so %.200s cannot "
		        "be asked",
		        shown);
	if (strlen(text) > URL_MAX || strncasecmp(text, "http://", strlen("http://")) != 0 ||
	        !is_clean(text) || parse_rest(text + strlen("http://"), url) < 0) {
		url_free(url);
		return error_set(err, EINVAL, "%.200s is no URL like http://HOST[:PORT]/PATH", shown);
	}
	return 0;
}

/* --- one request
 * ------------------------------------------------------------------------------------------------------------
 */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* How long an answer is waited for. */
struct patience {
	int64_t deadline; /* on now_ms()'s clock */
	bool (*stop)(void);
};

static int wait_for(int fd, short events, const struct patience *patience, struct error *err)
{
	for (;;) {
		struct pollfd p = {fd, events, 0};
		int64_t left = patience->deadline - now_ms();
		int n = left > 0 ? poll(&p, 1, left < ASK_EVERY_MS ? (int)left : ASK_EVERY_MS) : 0;

		if (n > 0)
			return 0;
		if (patience->stop && patience->stop())
			return error_set(err, EINTR, "interrupted");
		if (n == 0 && left <= 0)
			return error_set(err, ETIMEDOUT, "nginx did not answer in time");
		if (n < 0 && errno != EINTR)
			return error_errno(err, errno, "waiting for nginx");
	}
}

static int open_connection(uint16_t port, const struct patience *patience, struct error *err)
{
	struct sockaddr_in to = {
	        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(int);
	int failed = 0, r = 0;

	if (fd < 0)
		return error_errno(err, errno, "a socket");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		failed = errno;
		if (failed == EINPROGRESS && (r = wait_for(fd, POLLOUT, patience, err)) == 0 &&
		        getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) < 0)
			failed = errno;
	}
	if (r < 0)
		return r;
	return failed ? error_errno(err, failed, "127.0.0.1:%u", port) : TAKE_FD(fd);
}

static int send_request(
        int fd, const struct text *request, const struct patience *patience, struct error *err)
{
	for (size_t done = 0; done < request->size;) {
		ssize_t n = send(fd, request->bytes + done, request->size - done, MSG_NOSIGNAL);

		if (n > 0) {
			done += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			int r = wait_for(fd, POLLOUT, patience, err);

			if (r < 0)
				return r;
		} else if (n < 0 && errno != EINTR) {
			return error_errno(err, errno, "asking nginx");
		}
	}
	return 0;
}

/* "HTTP/1.1 200": RFC 9112, 4. */
static int status_of(const char *line, struct error *err)
{
	if (starts_with(line, "HTTP/1.") && strspn(line + 7, "0123456789") == 1 && line[8] == ' ' &&
	        line[9] >= '1' && line[9] <= '5' && strspn(line + 9, "0123456789") == 3)
		return (int)strtol(line + 9, NULL, 10);
	return error_set(err, EPROTO, "what answered does not speak HTTP");
}

static int read_status(int fd, const struct patience *patience, struct error *err)
{
	char answer[ANSWER_MAX + 1];
	size_t size = 0;

	while (size < ANSWER_MAX) {
		ssize_t n = recv(fd, answer + size, ANSWER_MAX - size, 0);

		if (n < 0 && errno == EAGAIN) {
			int r = wait_for(fd, POLLIN, patience, err);

			if (r < 0)
				return r;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(err, EPROTO, "nginx closed the connection without an answer");
		size += (size_t)n;
		answer[size] = '\0';
		if (memchr(answer, '\n', size))
			return status_of(answer, err);
	}
	return error_set(err, EPROTO, "what answered does not speak HTTP");
}

int url_status(const struct check_url *url, unsigned deadline_ms, bool (*stop)(void), struct error *err)
{
	const struct patience how_long = {now_ms() + deadline_ms, stop}, *patience = &how_long;
	AUTO_CLOSE int fd = open_connection(url->port, patience, err);
	AUTO_TEXT struct text request = {0};
	int r;

	if (fd < 0)
		return fd;
	text_addf(&request,
	        "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: permfix/" PERMFIX_VERSION
	        "\r\nAccept: */*\r\nConnection: close\r\n\r\n",
	        url->target, url->host);
	r = send_request(fd, &request, patience, err);
	return r < 0 ? r : read_status(fd, patience, err);
}

int url_validate(const struct check_url *url, unsigned deadline_ms, bool (*stop)(void), struct error *err)
{
	const struct timespec pause = {.tv_nsec = AGAIN_AFTER_MS * 1000000L};
	int status = 0;

	for (int i = 0; i < AGAIN; i++) {
		if (i)
			nanosleep(&pause, NULL);
		status = url_status(url, deadline_ms, stop, err);
		if (status < 0)
			return error_wrap(err, "http://%s%s", url->host, url->target);
		if (status != BAD_GATEWAY && status != GATEWAY_TIMEOUT)
			return 0;
	}
	return error_set(err, EIO, "nginx answers %d to http://%s%s", status, url->host, url->target);
}
