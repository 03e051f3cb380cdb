/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_CLI_TERMINAL_H
#define PERMFIX_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether stdout gets colour: when is "always", "never", "auto" or NULL (auto: on a terminal that can, unless NO_COLOR is set and not
 * empty, see no-color.org). */
bool terminal_color(const char *when);

/* Columns of the text: those of the terminal (COLUMNS, else what it says itself) between 40 and 120, PAGE_WIDTH where stdout is none. */
size_t terminal_width(void);

#endif
