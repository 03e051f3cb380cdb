/* SPDX-License-Identifier: MIT */
/* Shared by the parts of permfix-augeas; not for others. */
#ifndef PERMFIX_HELPERS_AUGEAS_EDITOR_H
#define PERMFIX_HELPERS_AUGEAS_EDITOR_H

#include <augeas.h>

#include "base/edit_wire.h"
#include "base/ini_lines.h"

struct format {
	const char *name, *lens;
	const char *begins, *ends; /* keys among which a new one is put (struct ini_view) */
	const char *fallback;      /* the key after which it is put where there are none of them; NULL none */
	bool only_related;         /* all other lines are kept from the lens */
	bool words;                /* Systemd.lns: the words of a value are nodes of their own, keys heed case, no blanks around = */
};

/* NULL: not known. */
const struct format *format_named(const char *name);

/* A line of the short text, as the tree has it. */
struct node {
	char *path, *label, *value; /* of words: with a blank between */
	bool comment;
};

enum op_kind { OP_SET, OP_REMOVE, OP_INSERT };

struct op {
	int kind;
	size_t line; /* of the short text: the one that changes, or after which the new one comes */
	const struct edit_change *change;
	const char *value;
	size_t nth; /* of the lines that this change puts in */
};

struct editor {
	augeas *aug;
	const struct format *format;
	struct ini_view view;
	const struct edit_request *request;
	struct edit_reply *reply;
	struct ini_lines lines;
	struct node *nodes; /* one per line of the short text; a section's header has the label "" */
	size_t n_nodes;
	struct op *ops;
	size_t n_ops;
};

/* Puts the sentence and the line (of the text that was sent, 0 unknown) into the reply; -EINVAL. */
int fail(struct editor *e, uint32_t line, const char *sentence);

/* Line k of the short text (from 0) as a line number of the whole. */
uint32_t line_number(const struct editor *e, size_t k);

/* Parses a short text into the tree at path ("/text"). */
int parse(struct editor *e, const char *text, const char *path);

/* Lists the lines that the tree at /text has; fails where the wanted section is not among them. */
int load_tree(struct editor *e);

/* Finds for each change the lines it touches. */
int plan(struct editor *e);

/* Makes the changes in the tree. */
int change_tree(struct editor *e);

/* Takes what Augeas wrote back into e->lines. */
int take_back(struct editor *e, const char *text);

/* What will be written, parsed from the start, must be the tree that was meant. */
int prove(struct editor *e);

#endif
