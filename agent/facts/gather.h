/* SPDX-License-Identifier: MIT */
/* Fills the facts: the one entrance to the readers. */
#ifndef PERMFIX_FACTS_GATHER_H
#define PERMFIX_FACTS_GATHER_H

#include "facts/question.h"

struct gather_options {
	const char *root;     /* --root DIR (or a bare file); NULL: the running host */
	const char *worker;   /* --worker USER; NULL: the live workers, else the user directive */
	const struct strings *targets; /* TARGET arguments as given */
	bool probe;           /* connecting as the worker is wanted */
};

/* Observes the host or the tree. Configuration that does not parse, unreadable files and vanished processes are no failure: they become
 * problems, notes and unknowns in the facts. Fails only where nothing can be observed at all (no such root, bad worker). */
int facts_gather(const struct gather_options *options, struct facts *facts, struct error *err);

/* Answers questions into the facts. What cannot be answered is stored as such (edit.failed, walk.failed), never left open. */
void facts_answer(struct facts *facts, const struct gather_options *options, const struct questions *questions);

/* Facts as JSON text (sorted keys, two-space indent, final newline), and back. facts_read names what is wrong with the text and where. */
char *facts_write(const struct facts *facts);
int facts_read(const char *json, size_t size, struct facts *facts, struct error *err);

#endif
