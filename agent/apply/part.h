/* SPDX-License-Identifier: MIT */
/* Inside the room: the writes that a set of steps stands for, in order. */
#ifndef PERMFIX_APPLY_PART_H
#define PERMFIX_APPLY_PART_H

#include "apply/record.h"

/* One write. Steps that follow one another on the same node are one: so nothing between them is wider than
 * before or after. */
struct part {
	const struct step **steps; /* borrowed, but for the array */
	size_t n_steps;
	int writer; /* enum writer_kind */
	const char *directory; /* WRITER_NODE: it is made where it is missing, as this says: "d MODE USER GROUP"; NULL: it is there */
	char *object;
};
struct parts {
	struct part *items;
	size_t n;
};

/* The steps of the plan with these ids (NULL: all), in its order, without `manual`. -EINVAL for an id that it
 * has not. */
int steps_select(const struct plan *plan, const struct strings *ids, const struct step ***steps, size_t *n,
        struct error *err);

/* -EOPNOTSUPP where there is no writer for a kind. */
int parts_of(const struct step *const *steps, size_t n, struct parts *out, struct error *err);
void parts_free(struct parts *parts);
#define AUTO_PARTS __attribute__((cleanup(parts_free)))

#endif
