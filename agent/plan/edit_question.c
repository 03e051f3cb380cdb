/* SPDX-License-Identifier: MIT */
#include "plan/edit_question.h"
#include "base/alloc.h"
#include "base/cleanup.h"

const char *edit_format_of(int kind)
{
	static const char *const formats[STEP_COUNT] = {
		[STEP_PHPFPM_LISTEN] = "php-fpm",  [STEP_PHPFPM_LISTEN_PATH] = "php-fpm", [STEP_UWSGI_OPTION] = "uwsgi",
		[STEP_SYSTEMD_DROPIN] = "systemd", [STEP_TMPFILES_ENTRY] = "tmpfiles",
		[STEP_NGINX_USER] = "nginx",       [STEP_NGINX_PASS] = "nginx",
	};

	return kind >= 0 && kind < STEP_COUNT ? formats[kind] : NULL;
}

struct question edit_question(const struct step *step, const struct step *const *before, size_t n)
{
	struct question q = {.kind = QUESTION_EDIT, .view = xstrdup("host"), .path = xstrdup(step->target),
		.format = xstrdup(edit_format_of(step->kind)), .section = xstrdup(step->section), .offset = step->offset,
		.length = step->length};

	for (size_t i = 0; i < step->n_changes; i++)
		ARRAY_ADD(q.changes, q.n_changes,
			(struct key_value){.key = xstrdup(step->changes[i].key), .value = xstrdup(step->changes[i].to)});
	while (n-- > 0) {
		if (!edit_format_of(before[n]->kind) || !streq(before[n]->target, step->target))
			continue;
		q.base = xcalloc(1, sizeof(*q.base));
		*q.base = edit_question(before[n], before, n);
		break;
	}
	return q;
}
