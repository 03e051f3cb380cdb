/* SPDX-License-Identifier: MIT */
/* Shows what an edit changes, as patch(1) reads it. */
#ifndef PERMFIX_BASE_DIFF_H
#define PERMFIX_BASE_DIFF_H

#include <stddef.h>

/* The unified diff with three lines of context; "" where the texts are equal. before NULL: there is no such file yet, so that its name is /dev/null and
 * patch(1) makes it (an empty new file has no diff). The names are a/PATH and b/PATH, without the first slash of
 * an absolute path; one with control bytes, a quote or a backslash is quoted as GNU diff does. The lines are a longest common subsequence
 * as long as the part that differs is small; for a large one all of it is replaced, so time and memory stay bounded. The caller frees. */
char *diff_unified(const char *path, const char *before, size_t before_size, const char *after, size_t after_size);

#endif
