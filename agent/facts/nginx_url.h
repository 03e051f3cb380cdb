/* SPDX-License-Identifier: MIT */
/* The address in a pass directive or in a `server` line, read as ngx_parse_url() of src/core/ngx_inet.c does. nginx has no abstract
 * sockets: "unix:@name" is a relative path to it. */
#ifndef PERMFIX_FACTS_NGINX_URL_H
#define PERMFIX_FACTS_NGINX_URL_H

#include <stdbool.h>
#include <stddef.h>

struct nginx_url {
	char *path;     /* of a unix socket, slashes collapsed; NULL: a host */
	char *host;     /* in lower case, IPv6 in brackets */
	unsigned port;  /* as written, else the default; 0: none */
	bool port_given;
	char problem[160]; /* why nginx refuses it (or cannot mean it); "" */
};

/* Where in address the part ends that says where to connect to, the rest being the URI of the request: only for directives whose argument
 * has one (proxy_pass). Variables may be in it; those that always begin with a slash or a question mark end it. */
size_t nginx_url_head(const char *address);

/* uri: the argument may have a URI part. False: problem says why. Free in either case. */
bool nginx_url_parse(const char *address, bool uri, unsigned default_port, struct nginx_url *url);
void nginx_url_free(struct nginx_url *url);
#define AUTO_NGINX_URL __attribute__((cleanup(nginx_url_free)))

/* "unix:/p" or "tcp:host:port". */
char *nginx_url_endpoint(const struct nginx_url *url);

#endif
