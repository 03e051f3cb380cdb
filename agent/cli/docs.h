/* SPDX-License-Identifier: MIT */
/* Man pages and shell completions out of the table of commands, so that they cannot say anything else than the parser. Used when
 * permfix is built (docs/docgen.c) and by the test that compares them. */
#ifndef PERMFIX_CLI_DOCS_H
#define PERMFIX_CLI_DOCS_H

#include "base/error.h"
#include "base/text.h"

/* A man page whose prose is written by hand. A line "@NAME@" or "@NAME ARGUMENT@" is replaced by a generated list: COMMANDS, SYNOPSIS,
 * OPTIONS COMMAND, EXITS, CAUSES, STEPS; "@VERSION@" anywhere by the version. -EINVAL for a list that is not known. */
int docs_man(const char *prose, struct text *out, struct error *err);

void docs_bash(struct text *out);
void docs_zsh(struct text *out);
void docs_fish(struct text *out);

#endif
