/* SPDX-License-Identifier: MIT */
/* One nginx configuration file, reduced to the directives that matter here: small enough to keep, so that a snippet that is included
 * ten thousand times is read once. */
#ifndef PERMFIX_FACTS_NGINX_TEXT_H
#define PERMFIX_FACTS_NGINX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nginx_kind {
	NGINX_USER,
	NGINX_INCLUDE,
	NGINX_HTTP,        /* http { … */
	NGINX_STREAM,
	NGINX_SERVER,      /* a block, or a line of an upstream block */
	NGINX_LOCATION,    /* also limit_except */
	NGINX_IF,
	NGINX_UPSTREAM,
	NGINX_SERVER_NAME,
	NGINX_LISTEN,
	NGINX_SET,         /* set $variable value */
	NGINX_SETTER,      /* any other directive that gives a variable a value at run time */
	NGINX_MAP,
	NGINX_GEO,         /* also split_clients: values are literal */
	NGINX_BALANCER,    /* balancer_by_lua…: the server is chosen at run time */
	NGINX_PASS,
	NGINX_ENTRY,       /* a line of a map */
	NGINX_END,         /* } of a block that is kept */
};

/* A pass directive: what its argument may look like. */
struct nginx_scheme {
	const char *prefix;
	unsigned port;
};
struct nginx_pass {
	const char *name;
	bool uri;               /* the argument may have a URI part */
	bool scheme_required;
	struct nginx_scheme schemes[3];
};

struct nginx_directive {
	uint8_t kind;           /* enum nginx_kind */
	bool block;
	uint32_t line;
	uint32_t n_args;
	const char *name;       /* static, or NULL where the kind says it */
	const struct nginx_pass *pass;
	char *args;             /* n_args strings, NUL after each, then `written` of the first */
	uint32_t offset;        /* of the first argument, quotes included */
	uint32_t length;
};

struct nginx_complaint {
	uint32_t line;
	char *text;
};

struct nginx_text {
	struct nginx_directive *directives;
	size_t n_directives;
	struct nginx_complaint *complaints; /* what nginx would refuse; the last one may have ended the reading */
	size_t n_complaints;
	size_t weight;                      /* bytes of memory, roughly */
};

/* Reads the text. entries: it stands within a map, where every statement but include is an entry. Never fails: what is
 * wrong is in the complaints, and what was read before stands. */
void nginx_text_read(struct nginx_text *text, const char *bytes, size_t size, bool entries);
void nginx_text_free(struct nginx_text *text);

/* The i-th argument, "" beyond the last. */
const char *nginx_arg(const struct nginx_directive *d, uint32_t i);

/* The first argument as it stands in the file, quotes included. */
const char *nginx_written(const struct nginx_directive *d);

#endif
