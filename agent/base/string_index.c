/* SPDX-License-Identifier: MIT */
#include "base/string_index.h"
#include "base/alloc.h"
#include "base/text.h"

#include <stdlib.h>
#include <sys/random.h>

struct string_slot {
	char *s;
	uint64_t hash;
	int64_t number;
};

/* FNV-1a over the seed and the bytes, with a final mix so that the low bits depend on all. */
static uint64_t hash_of(uint64_t seed, const char *s)
{
	uint64_t h = seed ^ 0xcbf29ce484222325U;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3U;
	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15U >> 7;
}

static struct string_slot *slot_of(const struct string_index *index, const char *s, uint64_t hash)
{
	size_t i = hash & (index->room - 1);

	while (index->slots[i].s && (index->slots[i].hash != hash || !streq(index->slots[i].s, s)))
		i = (i + 1) & (index->room - 1);
	return &index->slots[i];
}

static void grow(struct string_index *index)
{
	struct string_index wider = {.room = index->room ? 2 * index->room : 64, .n = index->n, .seed = index->seed};

	if (index->room == 0 && getrandom(&wider.seed, sizeof(wider.seed), GRND_NONBLOCK) < 0)
		wider.seed = (uint64_t)(uintptr_t)index;
	wider.slots = xcalloc(wider.room, sizeof(*wider.slots));
	for (size_t i = 0; i < index->room; i++)
		if (index->slots[i].s)
			*slot_of(&wider, index->slots[i].s, index->slots[i].hash) = index->slots[i];
	free(index->slots);
	*index = wider;
}

int64_t string_index_get(const struct string_index *index, const char *s)
{
	const struct string_slot *slot;

	if (index->room == 0)
		return -1;
	slot = slot_of(index, s, hash_of(index->seed, s));
	return slot->s ? slot->number : -1;
}

void string_index_put(struct string_index *index, const char *s, int64_t number)
{
	struct string_slot *slot;
	uint64_t hash;

	if (2 * (index->n + 1) > index->room)
		grow(index);
	hash = hash_of(index->seed, s);
	slot = slot_of(index, s, hash);
	if (!slot->s) {
		slot->s = xstrdup(s);
		slot->hash = hash;
		index->n++;
	}
	slot->number = number;
}

void string_index_free(struct string_index *index)
{
	for (size_t i = 0; i < index->room; i++)
		free(index->slots[i].s);
	free(index->slots);
	*index = (struct string_index){0};
}
