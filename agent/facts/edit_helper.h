/* SPDX-License-Identifier: MIT */
/* Asking permfix-augeas; for the formats of edit_text() only. */
#ifndef PERMFIX_FACTS_EDIT_HELPER_H
#define PERMFIX_FACTS_EDIT_HELPER_H

#include "base/edit_wire.h"
#include "base/error.h"
#include "base/text.h"

/* Appends to *after what the helper makes of the request, whose format it is told as its argument. -EINVAL with its sentence and line; errors of
 * helper_run(). */
int edit_by_helper(const struct edit_request *request, struct text *after, struct error *err);

#endif
