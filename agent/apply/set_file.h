/* SPDX-License-Identifier: MIT */
/* What belongs to edited files besides their writer. */
#ifndef PERMFIX_APPLY_SET_FILE_H
#define PERMFIX_APPLY_SET_FILE_H

#include "apply/writer.h"

/* The content of a regular file, and the image of the same inode (both owned by the caller). Refused (-EPERM,
 * -EMLINK, -EROFS) where the file writer would not write. */
int file_content(const struct apply_host *host, const char *path, char **bytes, size_t *n,
        struct image *image, struct error *err);

/* Removes a hidden file that an interrupted write left beside path, and syncs the directory. None there is no
 * error. */
int file_remove_leftover(
        const struct apply_host *host, const char *path, const char *temporary, struct error *err);

#endif
