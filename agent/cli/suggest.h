/* SPDX-License-Identifier: MIT */
/* "Did you mean …?" */
#ifndef PERMFIX_CLI_SUGGEST_H
#define PERMFIX_CLI_SUGGEST_H

/* Offers a candidate for a word that was not found. Where it is nearer than *near (NULL: than nothing) and near enough to be a slip,
 * it takes its place. Candidates are offered one by one; *near is owned by the caller. */
void suggest(char **near, const char *word, const char *candidate);

/* Edit distance with neighbours swapped counting as one (optimal string alignment); words longer than 31 bytes are far from everything. */
unsigned edit_distance(const char *a, const char *b);

#endif
