/* SPDX-License-Identifier: MIT */
/* Prints the schema of the facts: `make schema` writes plans/facts.schema.json with it. */
#include "facts/schema.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	char *text = facts_schema_text();
	int failed = fputs(text, stdout) < 0 || fflush(stdout) != 0;

	free(text);
	return failed;
}
