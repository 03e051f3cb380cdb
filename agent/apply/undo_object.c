/* SPDX-License-Identifier: MIT */
#include "apply/undo_object.h"
#include "apply/node.h"
#include "base/alloc.h"

#include <stdlib.h>

#define EXEC_BITS 0111U

static struct undo_object *object_of(struct undo_objects *out, const struct intent_record *intent)
{
	struct undo_object *o;

	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].writer == intent->writer && streq(out->items[i].object, intent->object))
			return &out->items[i];
	o = ARRAY_NEW(out->items, out->n);
	*o = (struct undo_object){
	        intent->writer, intent->object, intent->part, &intent->before, NULL, 0, NULL, 0, {0}};
	return o;
}

static void add_via(struct undo_object *o, const struct node_state *via, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ARRAY_ADD(o->via, o->n_via, &via[i]);
}

static void add_temporary(struct undo_object *o, const char *temporary)
{
	if (temporary && !strings_has(&o->temporaries, temporary))
		strings_add(&o->temporaries, temporary);
}

static void take_intent(struct undo_objects *out, const struct intent_record *intent)
{
	struct undo_object *o = object_of(out, intent);

	ARRAY_ADD(o->known, o->n_known, &intent->before);
	ARRAY_ADD(o->known, o->n_known, &intent->after);
	add_via(o, intent->via, intent->n_via);
	add_temporary(o, intent->temporary);
}

static void take_undo(struct undo_objects *out, const struct undo_intent_record *intent)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].part == intent->part) {
			add_via(&out->items[i], intent->via, intent->n_via);
			add_temporary(&out->items[i], intent->temporary);
		}
}

void undo_objects_of(const struct tx *tx, struct undo_objects *out)
{
	*out = (struct undo_objects){0};
	for (size_t i = 0; i < tx->n_records; i++) {
		if (tx->records[i].type == RECORD_INTENT)
			take_intent(out, &tx->records[i].intent);
		else if (tx->records[i].type == RECORD_UNDO_INTENT)
			take_undo(out, &tx->records[i].undo_intent);
	}
}

void undo_objects_free(struct undo_objects *objects)
{
	for (size_t i = 0; i < objects->n; i++) {
		free(objects->items[i].known);
		free(objects->items[i].via);
		strings_free(&objects->items[i].temporaries);
	}
	free(objects->items);
	*objects = (struct undo_objects){0};
}

/* Execute bits of a socket mean nothing: a server whose umask is 0007 makes 0770 where the step made 0660. */
static bool same_socket(const struct node_state *a, const struct node_state *b)
{
	struct node_state x, y;

	if (!a || !b || a->type != NODE_SOCKET || b->type != NODE_SOCKET || a->n_acl || b->n_acl)
		return false;
	x = *a;
	y = *b;
	x.mode &= ~EXEC_BITS;
	y.mode &= ~EXEC_BITS;
	return node_same(&x, &y);
}

bool undo_object_knows(const struct undo_object *o, const struct image *now)
{
	const struct writer *writer = writer_of(o->writer);

	for (size_t i = 0; i < o->n_known; i++)
		if (writer->same(now, o->known[i]) || same_socket(now->node, o->known[i]->node))
			return true;
	for (size_t i = 0; i < o->n_via; i++)
		if (now->node && node_same(now->node, o->via[i]))
			return true;
	return false;
}
