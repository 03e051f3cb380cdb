/* SPDX-License-Identifier: MIT */
/* The privileged side of a reader's files. Internal to facts/reader*.c. */
#ifndef PERMFIX_FACTS_READER_SERVE_H
#define PERMFIX_FACTS_READER_SERVE_H

#include "base/string_index.h"
#include "facts/facts.h"

struct open_pattern {
	struct strings paths;
	size_t next;
	struct text ahead;         /* the next batch, read while the child works on the last one; empty: not read yet */
};

struct serving {
	int root;
	struct open_pattern *open; /* a stack: only the topmost is asked for more */
	size_t n_open;
	struct text batch;         /* the frame that answers */
	struct string_index served;  /* each path that was asked for */
	struct config_file *files; /* those that could be read, in order, each once */
	size_t n_files;
	size_t asked;
};

/* Answers into s->batch. Negative: the child asked for what it may not. */
int serve_open(struct serving *s, const char *pattern, size_t size, struct error *err);
int serve_next(struct serving *s, struct error *err);
/* To be called when the child has been answered: reads on, so that the next answer is there when it is asked for. */
void serve_ahead(struct serving *s);
int serve_close(struct serving *s, struct error *err);
void serve_end(struct serving *s);

#endif
