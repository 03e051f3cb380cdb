/* SPDX-License-Identifier: MIT */
/* What can only be known after diagnosis or planning has begun. Those stages are pure, so they hand back questions; facts answers them
 * all at once, and the stage runs again. The answers stay in the facts: a replay needs no backend. */
#ifndef PERMFIX_FACTS_QUESTION_H
#define PERMFIX_FACTS_QUESTION_H

#include "facts/facts.h"

enum question_kind {
	QUESTION_WALK, /* view, path: every component of the path → facts.walks */
	QUESTION_EDIT, /* a configuration file with changed keys → facts.edits */
};

struct key_value {
	char *key;
	char *value; /* NULL: take the key out */
};

struct question {
	int kind;
	char *view;
	char *path;      /* of the object, or of the file to edit */
	char *format;    /* EDIT: "php-fpm", "nginx", "systemd", "uwsgi", "tmpfiles" */
	char *section;   /* EDIT: the section in the file, NULL none */
	uint64_t offset, length; /* EDIT of nginx: the byte range that `value` of the one change replaces */
	struct key_value *changes;
	size_t n_changes;
	struct question *base; /* EDIT: an edit of the same file that comes before this one; NULL: the file as it is */
};

struct questions {
	struct question *items;
	size_t n;
};

/* Adds a question unless the same one is there already; takes over what q points to. */
void questions_add(struct questions *list, struct question q);
void question_free(struct question *q);
void questions_free(struct questions *list);
#define AUTO_QUESTIONS __attribute__((cleanup(questions_free)))

/* The key under which the answer to an EDIT question stands in facts.edits: path, section and changes in one line, after those of the
 * edits that come before. Owned by the caller. */
char *edit_key(const struct question *q);

#endif
