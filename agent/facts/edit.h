/* SPDX-License-Identifier: MIT */
/* What an edit of a configuration file would yield. Text in, text out: nothing is written here. */
#ifndef PERMFIX_FACTS_EDIT_H
#define PERMFIX_FACTS_EDIT_H

#include "facts/question.h"

#define EDIT_FILE_MAX ((size_t)4 << 20)

/* Answers a QUESTION_EDIT about the file q->path beneath root. *out is overwritten and owned by the caller. Returns 0, or a negative errno
 * when there is no edit: out->failed then says why, and all else but the key is NULL. */
int edit_answer(int root, const struct question *q, struct edit *out);

/* How far the edits that come before q (its base, and that one's) move the place that q names in the file as it is: to be added to q->offset
 * where those edits have been written already. */
int64_t edit_moved_by(const struct question *q);

/* The edit itself, on a text of n bytes: *after (owned by the caller) gets the changed text.
 *
 * The text of a file that does not exist is "": with "systemd" and "tmpfiles" that is no failure, and edit.before is "absent" (the diff then
 * is one against /dev/null).
 *
 * "php-fpm": q->changes in pool q->section, by the helper permfix-augeas; then PHP-FPM's reader must find just these values changed.
 * "uwsgi": q->changes in section q->section, by the same helper; then uWSGI must find just these options changed.
 * "systemd": a drop-in, keys "Section.Key", by the same helper; sections that are missing are put in, a list is emptied first.
 * "tmpfiles": the one change names a directory; its line, "d MODE USER GROUP", is put in, replaced, or (NULL) taken out.
 * "nginx": the byte range offset+length, one argument of a directive, becomes the value of the one change, quoted where nginx needs it.
 *
 * -EINVAL where the text, the place or a value does not fit; errors of helper_run(). err has one sentence. */
int edit_text(const struct question *q, const char *before, size_t n, char **after, size_t *after_n, struct error *err);

#endif
