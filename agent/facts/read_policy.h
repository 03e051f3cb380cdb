/* SPDX-License-Identifier: MIT */
/* The texts of the site policy. What they mean is the guard's business. */
#ifndef PERMFIX_FACTS_READ_POLICY_H
#define PERMFIX_FACTS_READ_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define POLICY_DIRECTORY "/etc/permfix/policy.d"
#define POLICY_FILE_MAX  ((size_t)1 << 20) /* bytes */

struct policy_text {
	char *file; /* absolute path beneath the root */
	char *text; /* NUL-terminated at text[size]; NUL bytes may be inside */
	size_t size;
};

/* Reads POLICY_DIRECTORY/ *.policy beneath a root descriptor, hidden files left out, in the order of strcmp(3). No such directory: no files.
 *
 * roots_only: every component from / down and every file must belong to root and be writable by root alone, else whoever can write there
 * would allow itself what the site did not. Set it where the result decides what root does (effective uid 0, not a tree of --root).
 * Symbolic links are refused always: what they lead to could be anybody's.
 *
 * Returns 0, or a negative errno with the path in err; *files then is empty. Owned by the caller: policy_texts_free. */
int read_policy_files(int root, bool roots_only, struct policy_text **files, size_t *n, struct error *err);
void policy_texts_free(struct policy_text *files, size_t n);

#endif
