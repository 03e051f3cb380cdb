/* SPDX-License-Identifier: MIT */
/* What goes over the socket between a reader and its confined child. Internal to facts/reader*.c.
 *
 *   child asks            this side answers
 *   WIRE_OPEN pattern     WIRE_FILES: the first files that match
 *   WIRE_NEXT             WIRE_FILES: further files of the pattern opened last that has any left
 *   WIRE_CLOSE            nothing: that pattern is given up
 *   WIRE_RECORDS …        nothing: results, any number of times
 *   WIRE_DONE result      the next WIRE_JOB
 */
#ifndef PERMFIX_FACTS_READER_WIRE_H
#define PERMFIX_FACTS_READER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"
#include "base/shape.h"
#include "base/text.h"
#include "facts/source.h"

enum wire_type { WIRE_JOB = 1, WIRE_OPEN, WIRE_NEXT, WIRE_CLOSE, WIRE_FILES, WIRE_RECORDS, WIRE_DONE };

#define WIRE_PATTERN_MAX 8192
#define WIRE_JOB_MAX     ((size_t)8 << 20)
#define WIRE_BATCH       ((size_t)128 << 10) /* a batch of files or records is sent when it has that many bytes */
#define WIRE_RECORD_MAX  ((size_t)4 << 20)   /* one record */
#define WIRE_RECORDS_MAX (WIRE_BATCH + WIRE_RECORD_MAX)
#define WIRE_FILES_MAX   ((size_t)24 << 20)

struct wire_header {
	uint32_t type;
	uint32_t size;
};

/* Before each file of WIRE_FILES; path and bytes follow, each with a final NUL. The frame begins with one byte: 1 where more follow. */
struct wire_file {
	int64_t mtime;
	uint32_t uid, gid, mode;
	int32_t failed;
	uint32_t path_size, size;
};

/* Before each record of WIRE_RECORDS: the index of the array in the job's shape, WIRE_HEAD for the record itself without its arrays. */
#define WIRE_HEAD UINT32_MAX
struct wire_record {
	uint32_t field;
	uint32_t size;
};

/* The kinds of work, the same on both sides. */
struct reader_job {
	const char *name;
	const struct shape *shape;
	int (*run)(struct source *source, const char *conf, const char *prefix, void *out, struct error *err);
};
enum { JOB_NGINX, JOB_FPM, JOB_UNIT, JOB_TMPFILES, JOB_SERVER, JOB_N };
extern const struct reader_job reader_jobs[JOB_N];

/* An array of that record that crosses the wire; the files are known on this side. */
bool wire_streams(const struct field *f);

/* Sends or receives one frame. deadline NULL: waits for ever. A frame above max is an error before any of it is read. The
 * buffer of wire_receive is reused. -EPIPE: the other side is gone; -ETIME: past the deadline. */
int wire_send(int fd, enum wire_type type, const void *bytes, size_t size, const struct timespec *deadline);
int wire_receive(int fd, uint32_t *type, struct text *frame, size_t max, const struct timespec *deadline);

/* The child: serves jobs until the socket closes. Never returns. */
_Noreturn void reader_child(int fd);

#endif
