/* SPDX-License-Identifier: MIT */
/* One function per format that edit_text() knows; not for others. */
#ifndef PERMFIX_FACTS_EDIT_FORMATS_H
#define PERMFIX_FACTS_EDIT_FORMATS_H

#include "facts/question.h"

typedef int edit_function(const struct question *q, const char *before, size_t n, struct text *after, struct error *err);

edit_function edit_php_fpm, edit_nginx, edit_uwsgi, edit_systemd, edit_tmpfiles;

/* value as one argument of an nginx directive: as it is, or in double quotes (ngx_conf_read_token()). NULL where nginx has no way to
 * write it: an empty one, one with a NUL byte, or with ${ or a $ that it would take for a variable. The caller frees. */
char *nginx_quote(const char *value);

#endif
