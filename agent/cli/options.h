/* SPDX-License-Identifier: MIT */
/* The command line. One table of commands and options (commands.def, commands.c) drives the parser, `--help`, the man pages and the
 * completions; the model is git's parse-options.h. */
#ifndef PERMFIX_CLI_OPTIONS_H
#define PERMFIX_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

enum option_kind {
	OPTION_FLAG,   /* bool becomes true */
	OPTION_STRING, /* const char *; the last one wins */
	OPTION_LIST,   /* struct strings; every one is kept */
	OPTION_SET,    /* takes no argument; const char * becomes .fixed */
};

/* What a shell should offer for an argument; word lists come from .words. */
enum completion { COMPLETE_NOTHING, COMPLETE_FILE, COMPLETE_DIRECTORY, COMPLETE_USER };

struct option {
	const char *name;         /* without the two dashes */
	int kind;
	size_t offset;            /* in struct invocation */
	const char *argument;     /* "FILE"; NULL where it takes none */
	const char *fixed;        /* the value of OPTION_SET, or of an OPTION_STRING whose argument was left out; NULL: required */
	const char *const *words; /* the only values, NULL-terminated; NULL: anything */
	int completion;
	const char *excludes;     /* an option that cannot go with this one; it stands next in the table where they are alternatives */
	const char *help;         /* a sentence or two, for --help and the man page; without final full stop */
};

struct command {
	const char *word;
	const char *arguments;    /* as in the synopsis: "[TARGET]..."; "" none */
	size_t max_arguments;
	const char *since;        /* the version that brought it */
	const char *summary;      /* one line */
	const char *about;        /* a paragraph */
	const struct option *options;
	size_t n_options;
};

enum command_id {
#define COMMAND(id, handler) COMMAND_##id,
#include "cli/commands.def"
#undef COMMAND
	COMMAND_COUNT
};
extern const struct command commands[COMMAND_COUNT];

/* Options that stand for themselves, before any command. */
extern const struct option lone_options[];
extern const size_t n_lone_options;

/* A command line that was understood. Strings are borrowed from argv; the lists are owned. */
struct invocation {
	int command; /* enum command_id */
	bool help;
	bool version;
	bool tighten;
	bool no_probe;
	bool yes;
	bool live_only;
	const char *validate_url;
	const char *validate_with;
	const char *format;
	const char *out;
	const char *root;
	const char *facts;
	const char *worker;
	const char *color;
	struct strings logs;
	struct strings arguments;
};
void invocation_free(struct invocation *invocation);
#define AUTO_INVOCATION __attribute__((cleanup(invocation_free)))

/* Reads a command line. argc may be 0. On wrong usage: -EINVAL, err says what is wrong (with a near miss, if there is one), and
 * invocation->command says whose help would, or is COMMAND_COUNT. */
int options_parse(int argc, char *const argv[], struct invocation *invocation, struct error *err);

const struct command *command_find(const char *word); /* NULL where there is none */

/* "permfix plan [--json | --format text|json|sh] …", as words of a paragraph; the caller frees. */
void command_synopsis(const struct command *command, struct strings *words);

/* "--out FILE", "--color[=WHEN]"; the caller frees. */
char *option_usage(const struct option *option);

/* Why there is no such command: a later version brings it, or a near miss. */
int command_missing(const char *word, struct error *err);

/* A command that is fixed already, but that this version does not have. */
bool command_is_later(const char *word);

/* The same for an option, named without its dashes. */
bool option_is_later(const char *name);

#endif
