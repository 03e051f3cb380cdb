/* SPDX-License-Identifier: MIT */
/* Assignments in a configuration file that is Python, read and never executed: `name = literal` at the top level. */
#ifndef PERMFIX_FACTS_PYTHON_LITERALS_H
#define PERMFIX_FACTS_PYTHON_LITERALS_H

#include "facts/literal.h"

/* Called for each assignment to one of the keys, in the order of the file; the last one counts. UNCLEAR: the key may get another value
 * there than one that stands in the file (an expression, an assignment within if or try, an import that brings the name). */
typedef void python_assigned(void *context, const char *key, const struct literal *value, uint32_t line);

/* Literals are texts (adjacent, raw, triple quoted ones too), whole numbers, None, True, False, and lists or tuples of texts. What
 * stands within def and class is of no concern, but for `global key`. keys ends with NULL. */
void python_read(const char *bytes, size_t n, const char *const *keys, python_assigned *each, void *context);

#endif
