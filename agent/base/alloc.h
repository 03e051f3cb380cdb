/* SPDX-License-Identifier: MIT */
/* Memory that is always there: when it runs out, the program says so on stderr and exits with code 1. Nothing is lost by
 * that: what writes to the host is journalled, and the next run takes an unfinished transaction back. */
#ifndef PERMFIX_BASE_ALLOC_H
#define PERMFIX_BASE_ALLOC_H

#include <stddef.h>
#include <stdarg.h>

void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);                /* NULL stays NULL */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* The index for one more element in an array of n, grown by doubling whenever n is 0 or a power of two, so that
 * an array is just a pointer and a count. The new element is zeroed. */
void *array_room(void *items, size_t n, size_t size);

#define ARRAY_ADD(items, n, ...)                                                                             \
	do {                                                                                                 \
		(items) = array_room((items), (n), sizeof(*(items)));                                        \
		(items)[(n)++] = (__VA_ARGS__);                                                              \
	} while (0)

/* Adds a zeroed element and yields its address. */
#define ARRAY_NEW(items, n) ((items) = array_room((items), (n), sizeof(*(items))), &(items)[(n)++])

#endif
