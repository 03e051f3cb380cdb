/* SPDX-License-Identifier: MIT */
/* tmpfiles.d from a source in memory: one file. */
#include "base/alloc.h"
#include "facts/tmpfiles_read.h"
#include "tests/unit/fpm_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tmpfiles *out)
{
	for (size_t i = 0; i < out->n_lines; i++) {
		const struct tmpfiles_line *l = &out->lines[i];

		if (!l->type || !*l->type || !l->path || l->path[0] != '/' || !l->at.file || l->at.line == 0)
			abort();
	}
	for (size_t i = 0; i < out->n_problems; i++)
		if (!out->problems[i].text || !out->problems[i].at.file)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct specifier_host host = {.machine = (char *)"m"};
	struct strings wanted = {0};
	struct tmpfiles out = {0};
	char *text = xcalloc(size + 1, 1);
	struct memory_file file = {.path = "/etc/tmpfiles.d/a.conf", .text = text, .size = size};
	struct memory_source source = MEMORY_SOURCE(&file, 1);

	memcpy(text, data, size);
	strings_add(&wanted, "/run");
	strings_add(&wanted, "/run/a");
	if (tmpfiles_read(&source.source, &wanted, &host, &out, NULL) != 0)
		abort();
	check(&out);
	strings_free(&wanted);
	shape_free(&tmpfiles_shape, &out);
	free(text);
	return 0;
}
