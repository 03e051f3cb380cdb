/* SPDX-License-Identifier: MIT */
#include "apply/frame.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/digest.h"

#include <stdlib.h>

#define DIGEST_CHARS  (sizeof("sha256:") - 1 + 64)
#define LENGTH_DIGITS 8
#define HEAD          (LENGTH_DIGITS + 1 + DIGEST_CHARS + 1)

static char *chained(const char *chain, const char *payload, size_t n)
{
	AUTO_TEXT struct text all = {0};

	text_add(&all, chain ? chain : "");
	text_add_char(&all, '\n');
	text_add_bytes(&all, payload, n);
	return digest_of(all.bytes, all.size);
}

char *frame_add(struct text *out, const char *chain, const char *payload)
{
	char *digest = chained(chain, payload, strlen(payload));

	text_addf(out, "%0*zu %s\n%s\n", LENGTH_DIGITS, strlen(payload), digest, payload);
	return digest;
}

/* A record that a crash tore holds at most the one newline of its head, since a payload has none; and a file
 * that was extended before the crash may show NUL bytes where data never arrived. Whatever else does not fit
 * is damage. */
static bool can_be_torn(const char *bytes, size_t n)
{
	const char *first = memchr(bytes, '\n', n);

	return !first || !memchr(first + 1, '\n', n - (size_t)(first + 1 - bytes));
}

static bool ends_in_nothing(const char *bytes, size_t n)
{
	return bytes[n - 1] == '\0';
}

static bool parse_length(const char *head, size_t *length)
{
	*length = 0;
	for (int i = 0; i < LENGTH_DIGITS; i++) {
		if (head[i] < '0' || head[i] > '9')
			return false;
		*length = *length * 10 + (size_t)(head[i] - '0');
	}
	return head[LENGTH_DIGITS] == ' ' && head[HEAD - 1] == '\n' && *length <= FRAME_RECORD_MAX;
}

/* What a record that is not whole is: head tells whether its head could be read. */
static enum frame_result broken(const char *here, size_t left, bool head)
{
	if (!can_be_torn(here, left))
		return FRAME_DAMAGED;
	return head || left < HEAD || ends_in_nothing(here, left) ? FRAME_TORN : FRAME_DAMAGED;
}

enum frame_result frame_next(
        const char *bytes, size_t n, size_t *at, char **chain, const char **payload, size_t *length)
{
	const char *here = bytes + *at;
	size_t left = n - *at;
	bool head = left >= HEAD && parse_length(here, length);
	char *digest;

	if (left == 0)
		return FRAME_END;
	if (!head || left < HEAD + *length + 1)
		return broken(here, left, head);
	*payload = here + HEAD;
	digest = chained(*chain, *payload, *length);
	if (strncmp(digest, here + LENGTH_DIGITS + 1, DIGEST_CHARS) != 0 || (*payload)[*length] != '\n') {
		free(digest);
		return broken(here, left, false);
	}
	free(*chain);
	*chain = digest;
	*at += HEAD + *length + 1;
	return FRAME_RECORD;
}
