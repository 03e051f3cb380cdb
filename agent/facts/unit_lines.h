/* SPDX-License-Identifier: MIT */
/* Lines of a unit file: sections, comments, continuations. systemd.syntax(7), config_parse() of its source. */
#ifndef PERMFIX_FACTS_UNIT_LINES_H
#define PERMFIX_FACTS_UNIT_LINES_H

#include <stddef.h>
#include <stdint.h>

struct unit_lines {
	/* An assignment, both sides without blanks at their ends; line is where it begins. */
	void (*assign)(void *context, const char *section, const char *key, const char *value, uint32_t line);
	void (*problem)(void *context, uint32_t line, const char *text);
	void *context;
};

/* Goes through the text, which is NUL-terminated at bytes[size]. -EBADMSG where systemd stops reading the file: after a section header that
 * is none (told as a problem). Everything before stands. */
int unit_lines_read(const struct unit_lines *to, const char *bytes, size_t size);

#endif
