/* SPDX-License-Identifier: MIT */
/* Ownership of described records: releasing and deep copying. */
#include "base/alloc.h"
#include "base/shape.h"

#include <string.h>

static void *at(const void *record, size_t offset)
{
	return (char *)(uintptr_t)record + offset;
}

static void free_array(const struct field *f, void *record)
{
	char *items = *(char **)at(record, f->offset);
	size_t n = *(size_t *)at(record, f->count_offset);

	for (size_t i = 0; i < n; i++)
		shape_free(f->shape, items + i * f->shape->size);
	free(items);
}

static void free_optional(const struct field *f, void **record)
{
	if (*record)
		shape_free(f->shape, *record);
	free(*record);
}

void shape_free(const struct shape *shape, void *record)
{
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];
		void *p = at(record, f->offset);

		if (f->type == FIELD_TYPE_STRING || f->type == FIELD_TYPE_IDS)
			free(*(void **)p);
		else if (f->type == FIELD_TYPE_STRINGS)
			strings_free(p);
		else if (f->type == FIELD_TYPE_ARRAY)
			free_array(f, record);
		else if (f->type == FIELD_TYPE_RECORD)
			shape_free(f->shape, p);
		else if (f->type == FIELD_TYPE_OPTIONAL)
			free_optional(f, p);
	}
	memset(record, 0, shape->size);
}

/* The room follows the rule of array_room, so that a copied array can grow like any other. */
static void *copy_items(const void *items, size_t n, size_t size)
{
	char *copy = NULL;

	for (size_t i = 0; i < n; i++)
		copy = array_room(copy, i, size);
	if (n)
		memcpy(copy, items, n * size);
	return copy;
}

static void copy_strings(struct strings *list)
{
	struct strings copy = {0};

	for (size_t i = 0; i < list->n; i++)
		strings_add(&copy, list->items[i]);
	*list = copy;
}

static void copy_array(const struct field *f, void *record)
{
	char **items = at(record, f->offset);
	const char *from = *items;
	size_t n = *(size_t *)at(record, f->count_offset);

	*items = copy_items(from, n, f->shape->size);
	for (size_t i = 0; i < n; i++)
		shape_copy(f->shape, *items + i * f->shape->size, from + i * f->shape->size);
}

static void copy_optional(const struct field *f, void **record)
{
	const void *from = *record;

	*record = xcalloc(1, f->shape->size);
	shape_copy(f->shape, *record, from);
}

void shape_copy(const struct shape *shape, void *to, const void *from)
{
	memmove(to, from, shape->size);
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];
		void *p = at(to, f->offset);

		if (f->type == FIELD_TYPE_STRING)
			*(char **)p = xstrdup(*(char **)p);
		else if (f->type == FIELD_TYPE_IDS)
			*(uint32_t **)p = copy_items(*(uint32_t **)p, *(size_t *)at(to, f->count_offset), sizeof(uint32_t));
		else if (f->type == FIELD_TYPE_STRINGS)
			copy_strings(p);
		else if (f->type == FIELD_TYPE_ARRAY)
			copy_array(f, to);
		else if (f->type == FIELD_TYPE_RECORD)
			shape_copy(f->shape, p, at(from, f->offset));
		else if (f->type == FIELD_TYPE_OPTIONAL && *(void **)p)
			copy_optional(f, p);
	}
}
