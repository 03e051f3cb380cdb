/* SPDX-License-Identifier: MIT */
/* Where a configuration reader gets its text. Readers parse outside text, so on a host they run in a confined child that cannot open
 * a file: their source asks the parent. Tests and fuzzers give them a source in memory. */
#ifndef PERMFIX_FACTS_SOURCE_H
#define PERMFIX_FACTS_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct source_file {
	const char *path;  /* as it was matched */
	const char *bytes; /* NUL-terminated at bytes[size]; NUL bytes may be inside */
	size_t size;
	int64_t mtime;     /* epoch seconds */
	uint32_t uid, gid, mode;
	int failed;        /* 0, or the errno for which it could not be read (bytes is then "") */
};

/* Called for each file; a negative value ends the run and is passed on. The file is valid during the call only. */
typedef int source_each(void *context, const struct source_file *file);

struct source {
	/* Calls each() for the files that match pattern: an absolute path, or one with * ? [ ] (then sorted, hidden ones left out, and none
	 * at all is no error, as for nginx's include). A plain path that does not exist is given with failed = ENOENT.
	 * May be called again from within each(). Returns 0, what each() returned, or -errno when the source is gone. */
	int (*files)(struct source *source, const char *pattern, source_each *each, void *context, struct error *err);
};

#endif
