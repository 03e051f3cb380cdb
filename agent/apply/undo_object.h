/* SPDX-License-Identifier: MIT */
/* Inside the room: what a transaction did, object by object. */
#ifndef PERMFIX_APPLY_UNDO_OBJECT_H
#define PERMFIX_APPLY_UNDO_OBJECT_H

#include "apply/journal.h"
#include "apply/writer.h"

/* Borrows from the transaction, but for its lists. */
struct undo_object {
	int writer;
	const char *object;
	uint32_t part;              /* the first that touched it */
	const struct image *before; /* before that one */
	const struct image **known; /* states in which this transaction put it */
	size_t n_known;
	const struct node_state **via; /* states that a write of it passes through */
	size_t n_via;
	struct strings temporaries; /* hidden names beside it */
};
struct undo_objects {
	struct undo_object *items; /* in the order in which they were first touched */
	size_t n;
};

void undo_objects_of(const struct tx *tx, struct undo_objects *out);
void undo_objects_free(struct undo_objects *objects);
#define AUTO_UNDO_OBJECTS __attribute__((cleanup(undo_objects_free)))

/* Whether the transaction (or an earlier attempt to take it back) put the object into this state. */
bool undo_object_knows(const struct undo_object *o, const struct image *now);

#endif
