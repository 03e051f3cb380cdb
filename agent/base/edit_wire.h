/* SPDX-License-Identifier: MIT */
/* What permfix and its helper programs that edit a configuration text say to each other: one JSON object each way, on stdin and stdout.
 * Strings are escaped as escape_text(…, true) does, so any byte but NUL passes. */
#ifndef PERMFIX_BASE_EDIT_WIRE_H
#define PERMFIX_BASE_EDIT_WIRE_H

#include <stdint.h>

#include "base/shape.h"

struct edit_change {
	char *key;
	char *value; /* NULL: take the key out */
	bool list;   /* "systemd": the words are to be the only ones, so an empty assignment comes before them */
};

struct edit_request {
	char *format;  /* "php-fpm", "uwsgi", "systemd" */
	char *section;
	struct edit_change *changes;
	size_t n_changes;
	char *text;
};

struct edit_reply {
	char *text;    /* the changed text; NULL where there is an error */
	char *error;   /* a sentence */
	uint32_t line; /* of the text that was sent, 0 unknown */
};

extern const struct shape edit_request_shape;
extern const struct shape edit_reply_shape;

void edit_request_free(struct edit_request *request);
void edit_reply_free(struct edit_reply *reply);
#define AUTO_EDIT_REQUEST __attribute__((cleanup(edit_request_free)))
#define AUTO_EDIT_REPLY __attribute__((cleanup(edit_reply_free)))

/* A record as one line of JSON, and back. The caller frees. */
char *edit_wire_write(const struct shape *shape, const void *record);
int edit_wire_read(const struct shape *shape, const char *json, size_t n, void *record, struct error *err);

#endif
