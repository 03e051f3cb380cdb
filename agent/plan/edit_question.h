/* SPDX-License-Identifier: MIT */
/* The question behind a step that edits a configuration file: asked while planning, asked again when the step is applied. */
#ifndef PERMFIX_PLAN_EDIT_QUESTION_H
#define PERMFIX_PLAN_EDIT_QUESTION_H

#include "facts/question.h"
#include "plan/plan.h"

/* Whether steps of this kind edit a file: the name of its format ("php-fpm", "uwsgi", "systemd", "tmpfiles", "nginx"); NULL: they do not. */
const char *edit_format_of(int kind);

/* The question for a step that comes after the n steps of `before` (in order): the newest of them that edits the same file is its base.
 * The caller frees it (question_free). */
struct question edit_question(const struct step *step, const struct step *const *before, size_t n);

#endif
