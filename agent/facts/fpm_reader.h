/* SPDX-License-Identifier: MIT */
/* Shared by the parts of the reader of PHP-FPM's configuration; not for others. */
#ifndef PERMFIX_FACTS_FPM_READER_H
#define PERMFIX_FACTS_FPM_READER_H

#include "facts/facts.h"
#include "facts/source.h"

#define FPM_DEPTH_MAX 5    /* files inside each other: ini_recursion of fpm_conf.c */
#define FPM_NO_SECTION SIZE_MAX

/* A file that is being read. */
struct fpm_file {
	const struct source_file *source;
	const char *managed_by; /* what its header says */
	uint32_t line;
	bool returns; /* has carriage returns */
};

struct fpm_reader {
	struct source *source;
	struct backend *out;
	struct error *err;
	char *prefix;
	void *names;    /* tsearch(3) tree of the pools by name */
	size_t section; /* where assignments go; FPM_NO_SECTION: [global]. Kept from file to file, as PHP-FPM does */
	struct fpm_file files[FPM_DEPTH_MAX];
	unsigned depth; /* of files */
	uint64_t n_files, n_bytes; /* read so far */
	bool stopped;   /* a limit was met: no more includes */
	int failed;     /* what the source returned */
};

/* Adds a problem at the line that is being read. */
void fpm_problem(struct fpm_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a problem at a place. */
void fpm_problem_at(struct fpm_reader *r, const char *file, uint32_t line, const char *text);

/* Reads what stands in the file at the top of r->files. */
void fpm_read_lines(struct fpm_reader *r);

/* Reads the files that an include names. */
void fpm_include(struct fpm_reader *r, const char *pattern);

/* Makes [name] the section of what follows: a new pool, one that was there before, or [global]. */
void fpm_section(struct fpm_reader *r, const char *name);

/* Takes a setting into the section (r->section is one); a key that is there already is overwritten. Takes over value. */
void fpm_setting(struct fpm_reader *r, const char *key, char *value, bool commented);

#endif
