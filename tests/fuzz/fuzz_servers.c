/* SPDX-License-Identifier: MIT */
/* The readers of upstream servers: the first byte chooses the server and flags; then, split at bytes 0xFE: the command line, and files. */
#include "base/alloc.h"
#include "facts/server_read.h"
#include "facts/server_words.h"
#include "tests/fuzz/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PARTS 6

static const int kinds[] = {BACKEND_UNKNOWN, BACKEND_GUNICORN, BACKEND_UWSGI, BACKEND_PUMA, BACKEND_UNICORN};
static const char *const paths[][PARTS] = {
	{"", "/etc/supervisord.conf", "/c.d/1", "/c.d/2", "/x", "/y"}, {"", "/gunicorn.conf.py", "/c.py", "/x", "/y", "/z"},
	{"", "/a.ini", "/b.ini", "/c.ini", "/v/1.ini", "/v/2.ini"},
	{"", "/config/puma.rb", "/config/puma/production.rb", "/p.rb", "/x", "/y"}, {"", "/u.rb", "/x", "/y", "/z", "/q"},
};
static const char *const defaults[] = {"", "", "/a.ini", "", "-c /u.rb"};

/* What the reader promises whatever it is given. */
static void check(const struct backend *out)
{
	for (size_t i = 0; i < out->n_sections; i++) {
		const struct backend_section *section = &out->sections[i];

		if (!section->endpoint && !section->unclear && !section->name)
			abort();
		for (size_t k = 0; k < section->n_settings; k++)
			if (!section->settings[k].key || !section->settings[k].value ||
				!section->settings[k].file != !section->settings[k].line)
				abort();
	}
	for (size_t i = 0; i < out->n_problems; i++)
		if (!out->problems[i].text)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory_file parts[PARTS];
	unsigned which = size ? data[0] % 5 : 0;
	char *text = xcalloc(size + 1, 1);
	struct server_order order = {.kind = kinds[which], .cwd = xstrdup("/"), .title_only = size && data[0] & 0x80};
	struct memory_source source;
	struct backend out = {0};
	size_t n;

	memcpy(text, data, size);
	n = split(text + (size > 0), size - (size > 0), paths[which], PARTS, parts);
	source = (struct memory_source)MEMORY_SOURCE(parts + 1, n - 1);
	words_split(n && *parts[0].text ? parts[0].text : defaults[which], &order.words);
	if (server_read(&source.source, &order, &out, NULL) != 0)
		abort();
	check(&out);
	shape_free(&backend_shape, &out);
	shape_free(&server_order_shape, &order);
	free(text);
	return 0;
}
