/* SPDX-License-Identifier: MIT */
/* Configuration readers in a confined child: outside text is parsed where a mistake in a parser costs nothing. The child can open no file; it
 * asks this side for what it needs, and this side reads beneath a root descriptor. Results come back record by record as bounded
 * JSON and are checked here: every place that is named must be in a file that was read for that job. */
#ifndef PERMFIX_FACTS_READER_H
#define PERMFIX_FACTS_READER_H

#include "base/error.h"
#include "facts/facts.h"
#include "facts/server_read.h"
#include "facts/tmpfiles_read.h"
#include "facts/unit_read.h"

#define READER_FILE_MAX ((size_t)16 << 20) /* bytes of one file; more: it counts as unreadable (EFBIG) */
#define READER_SECONDS  60                 /* for one job */

struct reader;

/* Makes a reader; its one child is forked at the first job, and again after one that failed. */
int reader_start(struct reader **out, struct error *err);

/* As nginx_read() and fpm_read(), with files beneath the descriptor root. out is zeroed by the caller and holds, on success, also the files
 * that were read, in order. Negative: the child died, went past its deadline or sent what it may not; out is then left as it was. */
int reader_nginx(struct reader *r, int root, const char *conf, const char *prefix, struct nginx *out, struct error *err);
int reader_fpm(struct reader *r, int root, const char *conf, struct backend *out, struct error *err);

/* As unit_read() and tmpfiles_read(), likewise. *out is zeroed by the caller; it is left as it was where this fails. */
int reader_unit(struct reader *r, int root, const struct unit_files *files, const struct specifier_host *host, struct unit *out,
	struct error *err);
int reader_tmpfiles(struct reader *r, int root, const struct strings *wanted, const struct specifier_host *host, struct tmpfiles *out,
	struct error *err);

/* As server_read(): out gets sections, problems, files and config; it is zeroed by the caller. */
int reader_server(struct reader *r, int root, const struct server_order *order, struct backend *out, struct error *err);

void reader_stop(struct reader *r);

#endif
