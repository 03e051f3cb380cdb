/* SPDX-License-Identifier: MIT */
/* PHP-FPM's configuration from a source in memory: the input is split at bytes 0xFE into a main file and files that it may include
 * as /1, /2 …; the first byte chooses the version. */
#include "base/alloc.h"
#include "facts/fpm_read.h"
#include "tests/fuzz/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES 8
static const char *const paths[FILES] = {"/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7"};

/* What the reader promises whatever it is given. */
static void check(const struct backend *out)
{
	for (size_t i = 0; i < out->n_sections; i++) {
		const struct backend_section *section = &out->sections[i];

		if (!section->name || !section->at.file)
			abort();
		for (size_t k = 0; k < section->n_settings; k++)
			if (!section->settings[k].key || !section->settings[k].value || section->settings[k].line == 0)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory_file files[FILES];
	struct backend out = {0};
	char *text = xcalloc(size + 1, 1);
	struct memory_source source;
	int r;

	memcpy(text, data, size);
	source = (struct memory_source)MEMORY_SOURCE(files, split(text, size, paths, FILES, files));
	out.version = size && data[0] % 2 ? xstrdup("5.6") : NULL;
	r = fpm_read(&source.source, "/0", &out, NULL);
	if (r != 0)
		abort();
	check(&out);
	shape_free(&backend_shape, &out);
	free(text);
	return 0;
}
