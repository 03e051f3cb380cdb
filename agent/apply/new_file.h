/* SPDX-License-Identifier: MIT */
/* Inside the room: a new file, from no name to its content and attributes. */
#ifndef PERMFIX_APPLY_NEW_FILE_H
#define PERMFIX_APPLY_NEW_FILE_H

#include "apply/writer.h"

/* A file without a name where the file system can (O_TMPFILE, open(2)), else one with the hidden name (*named). -errno. */
int new_file_open(int dir, const char *temporary, bool *named);

/* Content, owner, mode, ACL and, where it takes the place of an old file, the other attributes of w->to; synced. */
int new_file_fill(int fd, const struct write *w, struct error *err);

/* Gives a file without a name one that is free; -errno. */
int new_file_name(int dir, int fd, const char *name);

#endif
