/* SPDX-License-Identifier: MIT */
/* A unit's fragment and drop-ins from a source in memory: the input is split at bytes 0xFE into the fragment and the drop-ins. */
#include "base/alloc.h"
#include "facts/unit_keys.h"
#include "facts/unit_read.h"
#include "tests/fuzz/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES 4
static const char *const paths[FILES] = {"/0", "/1", "/2", "/3"};

/* What the reader promises whatever it is given, and what is done with it later. */
static void check(const struct unit *out)
{
	for (size_t i = 0; i < out->n_settings; i++) {
		const struct setting *s = &out->settings[i];
		struct strings words = {0};

		if (!s->key || !unit_key_known(s->key) || !s->value || !s->file || s->line == 0)
			abort();
		free(unit_endpoint(s->value));
		unit_words(s->value, ESCAPE_C, &words);
		strings_free(&words);
	}
	for (size_t i = 0; i < out->n_problems; i++)
		if (!out->problems[i].text || !out->problems[i].at.file)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct specifier_host host = {.hostname = (char *)"h", .machine = (char *)"m"};
	struct unit_files order = {.name = (char *)(size % 2 ? "a-b@c\\x2dd.socket" : "a.service"), .fragment = (char *)"/0"};
	struct memory_file files[FILES];
	struct unit out = {0};
	char *text = xcalloc(size + 1, 1);
	struct memory_source source;
	size_t n;

	memcpy(text, data, size);
	n = split(text, size, paths, FILES, files);
	source = (struct memory_source)MEMORY_SOURCE(files, n);
	for (size_t i = 1; i < n; i++)
		strings_add(&order.dropins, paths[i]);
	if (unit_read(&source.source, &order, &host, &out, NULL) != 0)
		abort();
	check(&out);
	strings_free(&order.dropins);
	shape_free(&unit_shape, &out);
	free(text);
	return 0;
}
