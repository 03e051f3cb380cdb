/* SPDX-License-Identifier: MIT */
/* libFuzzer entry for the nginx reader. The input is a set of files: the main one, then after each byte 0x01 another one,
 * named /n/a, /n/b … so that includes (also by pattern) and loops are within reach.
 *
 * Build and run: make build/fuzz/fuzz_nginx && build/fuzz/fuzz_nginx -max_total_time=120 -dict=tests/fuzz/nginx.dict */
#include <stdint.h>

#include "base/alloc.h"
#include "facts/nginx_read.h"
#include "tests/unit/nginx_source.h"

#define FILES_MAX 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every string of the result is looked at, and every range must lie in the text that it is said to be from. */
static void check(const struct nginx *out, const struct memory_file *files)
{
	for (size_t i = 0; i < out->n_refs; i++) {
		const struct nginx_ref *ref = &out->refs[i];

		if (!ref->endpoint == !ref->unresolved || ref->server >= (int)out->n_servers)
			abort();
		for (const struct memory_file *f = files; f->path; f++)
			if (strcmp(f->path, ref->at.file) == 0 && ref->offset + ref->length > f->size)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[FILES_MAX] = {"/n/a", "/n/b", "/n/c", "/n/d/a", "/n/d/b", "/n/e"};
	struct memory_file files[FILES_MAX + 1] = {{0}};
	struct memory_source m = {.source.files = memory_files, .files = files};
	struct nginx out = {0};
	struct error err = {0};
	char *texts[FILES_MAX] = {0};

	for (size_t i = 0; i < FILES_MAX; i++) {
		const uint8_t *end = size ? memchr(data, 1, size) : NULL;
		size_t n = end && i + 1 < FILES_MAX ? (size_t)(end - data) : size;

		texts[i] = xcalloc(n + 1, 1);
		if (n)
			memcpy(texts[i], data, n);
		files[i] = (struct memory_file){.path = names[i], .bytes = texts[i], .size = n};
		data += n == size ? n : n + 1;
		size -= n == size ? n : n + 1;
	}
	nginx_read(&m.source, "/n/a", "/n", &out, &err);
	check(&out, files);
	shape_free(&nginx_shape, &out);
	for (size_t i = 0; i < FILES_MAX; i++)
		free(texts[i]);
	return 0;
}
