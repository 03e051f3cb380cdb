/* SPDX-License-Identifier: MIT */
/* Whether nginx itself gets through: --validate-url URL. One request of HTTP/1.1 (RFC 9112) through
 * 127.0.0.1, whatever address the name has. */
#ifndef PERMFIX_VALIDATE_URL_CHECK_H
#define PERMFIX_VALIDATE_URL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define URL_DEADLINE_MS 10000

struct check_url {
	char *host;   /* for the Host field, with the port where the URL names one */
	char *target; /* path and query */
	uint16_t port;
};

/* Takes an http URL apart. -EPROTONOSUPPORT for https: this version does not speak TLS; -EINVAL for what is
 * no such URL, has user information, or has a byte in it that may not stand in a request line. */
int url_parse(const char *text, struct check_url *url, struct error *err);
void url_free(struct check_url *url);
#define AUTO_URL __attribute__((cleanup(url_free)))

/* Asks once. Returns the status code (100…599), or -errno: no connection, no answer before the deadline, or
 * no HTTP. */
int url_status(const struct check_url *url, unsigned deadline_ms, bool (*stop)(void), struct error *err);

/* Anything but 502 and 504 passes. These are asked again for a moment, since workers from before a reload may
 * still accept. */
int url_validate(const struct check_url *url, unsigned deadline_ms, bool (*stop)(void), struct error *err);

#endif
