/* SPDX-License-Identifier: MIT */
/* A growing text with a hard maximum, and the few string helpers that every room needs. */
#ifndef PERMFIX_BASE_TEXT_H
#define PERMFIX_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Invariant: bytes is NULL while nothing was added, else NUL-terminated at bytes[size]; NUL bytes may be inside.
 * Growing beyond TEXT_MAX keeps what is there and sets overflow. Zero-initialised is empty. */
#define TEXT_MAX ((size_t)256 << 20)
struct text {
	char *bytes;
	size_t size;
	size_t room;
	bool overflow;
};

void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const void *bytes, size_t n);
void text_add_char(struct text *t, char c);
/* Makes sure that more bytes fit, and a final NUL; false beyond TEXT_MAX. bytes is not NULL then. */
bool text_room(struct text *t, size_t more);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *text_steal(struct text *t); /* never NULL; the caller frees; leaves t empty */
void text_free(struct text *t);
#define AUTO_TEXT __attribute__((cleanup(text_free)))

/* An owned list of owned strings. */
struct strings {
	char **items;
	size_t n;
};
void strings_add(struct strings *list, const char *s);  /* copies */
void strings_own(struct strings *list, char *s);        /* takes s over */
void strings_addf(struct strings *list, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool strings_has(const struct strings *list, const char *s);
void strings_free(struct strings *list);
#define AUTO_STRINGS __attribute__((cleanup(strings_free)))

bool streq(const char *a, const char *b); /* NULL equals only NULL */
bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);

/* Copies s with every control byte, DEL and every byte that is not part of well-formed UTF-8 shown as \xHH and a backslash as \\ :
 * for a terminal and for JSON alike (CONTRACT: bytes that are no UTF-8). C1 control characters (U+0080…U+009F) and the
 * bidirectional overrides count as control bytes. The caller frees. With json true control bytes stay as they are,
 * since JSON encoding escapes them. */
char *escape_text(const char *s, size_t n, bool json);
char *escape_terminal(const char *s);

/* The reverse of escape_text(…, json): \xHH and \\ become bytes. Returns NULL where a backslash starts anything else. */
char *unescape_text(const char *s, size_t *n);

/* s as one word of a POSIX shell command line: as it is where only harmless characters are in it, else in single quotes. */
char *shell_quote(const char *s);

#endif
