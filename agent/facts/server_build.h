/* SPDX-License-Identifier: MIT */
/* Shared by the readers of upstream servers' configurations; not for others. */
#ifndef PERMFIX_FACTS_SERVER_BUILD_H
#define PERMFIX_FACTS_SERVER_BUILD_H

#include "facts/server_read.h"
#include "facts/server_options.h"

#define SERVER_SECTIONS_MAX 10000

struct server_build {
	const struct server_order *order;
	struct source *source;
	struct backend *out;
	struct error *err;
	int failed;    /* what the source returned */
	unsigned depth; /* of files within files */
	unsigned n_files;
	size_t n_bytes;  /* of all files, each as often as it was read */
};

/* One knob of a server, as it was last set. */
struct knob {
	char *value;   /* NULL not set */
	struct place at;
	char *unclear; /* a sentence; then value is NULL */
};
void knob_free(struct knob *knob);
/* Takes value over; NULL unsets. */
void knob_set(struct knob *knob, char *value, const char *file, uint32_t line);
/* "FILE:LINE: KEY is an expression" */
void knob_unclear(struct knob *knob, const char *key, const char *what, const char *file, uint32_t line);

void server_problem(struct server_build *b, const char *file, uint32_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds a section; takes endpoint over (NULL: not known). NULL where there are too many. */
struct backend_section *server_section(struct server_build *b, const char *name, char *endpoint, const char *file, uint32_t line);
/* Adds a setting in force, if knob has one; what is unclear makes the section unclear. */
void server_setting(struct backend_section *section, const char *key, const struct knob *knob);
/* The first reason stays. */
void section_unclear(struct backend_section *section, const char *why);

/* Reads one file (an absolute path, or a pattern where each is called for each match). A file that is not there is a problem, unless
 * optional. Returns how many were read. */
typedef void server_file_each(struct server_build *b, void *context, const struct source_file *file);
unsigned server_files(struct server_build *b, const char *path, bool optional, server_file_each *each, void *context);

/* path beneath base where it is relative, "//" and "/./" taken out; NULL where base is needed and NULL. The caller frees. */
char *server_path(const char *base, const char *path);

/* "unix:/p" of a path or "unix:@name" of an abstract name; NULL as server_path. */
char *server_unix(const char *base, const char *path);
/* "tcp:host:port"; default_port is used where there is none, "user:password@" is left out. NULL: no port at all. */
char *server_tcp(const char *address, const char *default_port);

/* An octal value as four digits. The caller frees. */
char *octal_text(uint64_t value);
/* "0117" as text of a number in octal; NULL where it is none. */
char *octal_of(const char *digits);

/* The readers, one for each kind. */
void read_gunicorn(struct server_build *b);
void read_uwsgi(struct server_build *b);
void read_puma(struct server_build *b);
void read_unicorn(struct server_build *b);
void read_supervisord(struct server_build *b);

#endif
