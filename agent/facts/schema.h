/* SPDX-License-Identifier: MIT */
/* The published schema of the facts: plans/facts.schema.json is this text, and a test holds that. */
#ifndef PERMFIX_FACTS_SCHEMA_H
#define PERMFIX_FACTS_SCHEMA_H

/* JSON Schema of what facts_write writes (sorted keys, two-space indent, final newline). The caller frees. */
char *facts_schema_text(void);

#endif
