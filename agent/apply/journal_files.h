/* SPDX-License-Identifier: MIT */
/* Inside the room: where the journal lies in the state directory. */
#ifndef PERMFIX_APPLY_JOURNAL_FILES_H
#define PERMFIX_APPLY_JOURNAL_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define RECORDS_FILE "records"

/* The directory of all transactions; made where it is not there and `make` says so. A descriptor, or -errno
 * (-ENOENT without a message). */
int journal_directory(int state, bool make, struct error *err);

/* Names in a directory, but "." and "..", in no order. */
int directory_names(int dir, struct strings *names, struct error *err);

/* The counter in a transaction's id ("20261120T190301Z-0001": 1); false where it is no id. */
bool id_counter(const char *id, uint64_t *counter);
int newest_counter(int parent, uint64_t *counter, struct error *err);

int write_whole(int fd, const void *bytes, size_t n, int64_t at);

#endif
