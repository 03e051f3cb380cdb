/* SPDX-License-Identifier: MIT */
/* Calls in a configuration file that is Ruby, read and never executed: `listen "/p", :umask => 0117` at the top level. */
#ifndef PERMFIX_FACTS_RUBY_LITERALS_H
#define PERMFIX_FACTS_RUBY_LITERALS_H

#include "facts/literal.h"

#define RUBY_ARGUMENTS_MAX 8

struct ruby_option {
	char *name; /* of `:umask => …` or `umask: …` */
	struct literal value;
};
struct ruby_call {
	const char *name;
	uint32_t line;
	struct literal arguments[RUBY_ARGUMENTS_MAX];
	size_t n_arguments;
	struct ruby_option options[RUBY_ARGUMENTS_MAX];
	size_t n_options;
	const char *why; /* it depends on a condition, or its arguments could not be read; NULL clear */
};

/* Called for each call of one of the names (a NULL-terminated list), in the order of the file. An argument that is no literal text or
 * whole number, nil, true or false is UNCLEAR. A call of a method of something (worker.user) is none. */
typedef void ruby_called(void *context, const struct ruby_call *call);
void ruby_read(const char *bytes, size_t n, const char *const *names, ruby_called *each, void *context);

#endif
