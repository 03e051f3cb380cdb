/* SPDX-License-Identifier: MIT */
/* Run while permfix is built, not installed: `docgen man <PROSE >PAGE`, `docgen bash|zsh|fish >COMPLETION`. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/docs.h"

static int man(struct text *out, struct error *err)
{
	AUTO_TEXT struct text prose = {0};
	char buffer[4096];

	for (size_t n; (n = fread(buffer, 1, sizeof(buffer), stdin)) > 0;)
		text_add_bytes(&prose, buffer, n);
	return docs_man(prose.bytes ? prose.bytes : "", out, err);
}

static const struct {
	const char *word;
	void (*make)(struct text *out);
} completions[] = {{"bash", docs_bash}, {"zsh", docs_zsh}, {"fish", docs_fish}};

int main(int argc, char *argv[])
{
	AUTO_TEXT struct text out = {0};
	struct error err = {.text = "usage: docgen man|bash|zsh|fish"};
	int r = argc == 2 && streq(argv[1], "man") ? man(&out, &err) : -1;

	for (size_t i = 0; argc == 2 && i < COUNT_OF(completions); i++) {
		if (streq(argv[1], completions[i].word)) {
			completions[i].make(&out);
			r = 0;
		}
	}
	if (r < 0) {
		fprintf(stderr, "docgen: %s\n", err.text);
		return 1;
	}
	return fwrite(out.bytes, 1, out.size, stdout) == out.size && fflush(stdout) == 0 ? 0 : 1;
}
