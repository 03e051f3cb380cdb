/* SPDX-License-Identifier: MIT */
/* Words as systemd takes them from a line: systemd.syntax(7), extract_first_word() of its source. Blanks separate; single and double quotes
 * hold a word together, wherever they begin in it. */
#ifndef PERMFIX_FACTS_UNIT_WORDS_H
#define PERMFIX_FACTS_UNIT_WORDS_H

#include "base/text.h"

enum unit_escape {
	ESCAPE_DROP,   /* a backslash makes the next character an ordinary one */
	ESCAPE_RETAIN, /* it stands for itself: names of units */
	ESCAPE_C,      /* as in C, and \s for a blank: commands, tmpfiles.d */
};

/* Takes the next word from *p. 1: *word is the caller's; 0: no more; -EINVAL: a quote that is not closed, a broken escape. */
int unit_word(const char **p, enum unit_escape escape, char **word);

/* Appends all words; -EINVAL as above, with the words before the broken one. */
int unit_words(const char *text, enum unit_escape escape, struct strings *words);

#endif
