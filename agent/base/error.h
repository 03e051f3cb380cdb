/* SPDX-License-Identifier: MIT */
/* The one error object. A function that can fail takes a `struct error *` last, returns 0 (or a count) on success
 * and a negative errno on failure, and has then filled the object. Callers add context on the way up. */
#ifndef PERMFIX_BASE_ERROR_H
#define PERMFIX_BASE_ERROR_H

struct error {
	int errnum;      /* positive errno; EINVAL for bad input that has none */
	char text[1024]; /* one line, no final newline; outside text in it is already escaped */
};

/* Fills *err (which may be NULL) and returns -errnum. With errnum ≥ 0 the text of strerror is not added by itself. */
int error_set(struct error *err, int errnum, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As error_set, followed by ": " and the text of strerror(errnum). */
int error_errno(struct error *err, int errnum, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "format: " before the text that is there; returns -err->errnum (or -EINVAL where err is NULL). */
int error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
