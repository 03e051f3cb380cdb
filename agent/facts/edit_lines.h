/* SPDX-License-Identifier: MIT */
/* What an ini-like text assigns, in order: enough to hold an edit to its promise, for formats whose whole value is what follows the equals sign. */
#ifndef PERMFIX_FACTS_EDIT_LINES_H
#define PERMFIX_FACTS_EDIT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "facts/question.h"

struct assignment {
	char *section, *key, *value; /* value: NULL where there is no equals sign */
};
struct assignments {
	struct assignment *items;
	size_t n;
};

/* Lines that begin with # or ; are comments; blanks around key and value do not count. continued: a backslash at the end joins the next line
 * (systemd.syntax(7)). */
void assignments_read(const char *text, bool continued, struct assignments *out);
void assignments_free(struct assignments *list);
#define AUTO_ASSIGNMENTS __attribute__((cleanup(assignments_free)))

/* Which of the changes of q is about this assignment; NULL: none. */
typedef const struct key_value *assignment_change(const struct question *q, const struct assignment *a);

/* Whether both say the same, in the same order, but for what q changes. */
bool assignments_kept(const struct assignments *before, const struct assignments *after, const struct question *q,
	assignment_change *change_of);

#endif
