/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_CLI_IN_FILE_H
#define PERMFIX_CLI_IN_FILE_H

#include "base/error.h"
#include "base/text.h"

/* Reads a file that the user named: any kind that can be read, up to TEXT_MAX bytes. err names it. */
int in_file_read(const char *path, struct text *text, struct error *err);

/* The same of a descriptor, from where it stands; shown is its name, escaped, for err. */
int in_descriptor_read(int fd, const char *shown, struct text *text, struct error *err);

/* Whether the user's file can be opened for reading and is no directory. */
int in_file_check(const char *path, struct error *err);

#endif
