/* SPDX-License-Identifier: MIT */
/* Options of a server's command line by a table, as getopt_long(3), argparse and OptionParser read them alike: --opt value, --opt=value,
 * -o value, -ovalue. */
#ifndef PERMFIX_FACTS_SERVER_OPTIONS_H
#define PERMFIX_FACTS_SERVER_OPTIONS_H

#include "base/text.h"

enum option_value { OPTION_FLAG, OPTION_VALUE, OPTION_GLUED /* only with =, or right behind the short letter; may be missing */ };

struct server_option {
	const char *name; /* without dashes */
	char letter;      /* '\0' none */
	enum option_value value;
	const char *key;  /* what it sets */
};

/* Called for each option of the table, in order; value is NULL where it has none. For a word that is no option key is NULL. */
typedef void server_option_each(void *context, const char *key, const char *value);

/* Goes through the words from index first on. Options that are not in the table are passed over, their values are given as words. "--" ends. */
void server_options(const struct server_option *table, size_t n, const struct strings *words, size_t first, server_option_each *each,
	void *context);

#endif
