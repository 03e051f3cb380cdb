/* SPDX-License-Identifier: MIT */
/* uWSGI's options in the order in which it meets them: command line and ini files are one sequence. For read_uwsgi*.c. */
#ifndef PERMFIX_FACTS_UWSGI_OPTIONS_H
#define PERMFIX_FACTS_UWSGI_OPTIONS_H

#include "facts/server_build.h"

struct uwsgi_option {
	char *key;
	char *value; /* NULL: on the command line, without one */
	struct place at;
};

struct uwsgi_options {
	struct server_build *b;
	struct uwsgi_option *items;
	size_t n;
	char *start;   /* directory that names of ini files are relative to; NULL unknown */
	char *section; /* of the main ini file */
	struct strings open; /* FILE:SECTION of the ini files that are being read */
	char *unclear; /* why more options may be set; NULL none */
};

/* Takes the options of the words; ini files are read where they are named. */
void uwsgi_take_words(struct uwsgi_options *o, const struct strings *words);
/* Takes those of one ini file, "FILE" or "FILE:SECTION". */
void uwsgi_take_ini(struct uwsgi_options *o, const char *name);
void uwsgi_options_free(struct uwsgi_options *o);

/* The last of this name; NULL. */
const struct uwsgi_option *uwsgi_last(const struct uwsgi_options *o, const char *key);

/* The value with %(name) put in; NULL where something is not known ($(VARIABLE), @(file), a name that nobody sets). The caller frees. */
char *uwsgi_expand(const struct uwsgi_options *o, const char *value);

#endif
