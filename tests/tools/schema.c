/* SPDX-License-Identifier: MIT */
/* schema facts|plan: prints the published schema: `make schema` writes plans/ *.schema.json with it. */
#include "base/text.h"
#include "facts/schema.h"
#include "plan/codec.h"

int main(int argc, char **argv)
{
	char *text;
	int failed;

	if (argc != 2 || (!streq(argv[1], "facts") && !streq(argv[1], "plan")))
		return 64;
	text = streq(argv[1], "plan") ? plan_schema_text() : facts_schema_text();
	failed = fputs(text, stdout) < 0 || fflush(stdout) != 0;
	free(text);
	return failed;
}
