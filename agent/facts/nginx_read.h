/* SPDX-License-Identifier: MIT */
/* Reads an nginx configuration as far as reaching upstreams goes. Pure: everything comes through the source. */
#ifndef PERMFIX_FACTS_NGINX_READ_H
#define PERMFIX_FACTS_NGINX_READ_H

#include "facts/facts.h"
#include "facts/source.h"

/* Fills conf, prefix, user, group, user_at (and its byte range), servers, refs, problems and files of *out, which the caller has zeroed;
 * all in order of appearance. conf may be relative to prefix. Relative includes are looked up beside the main file, as nginx does.
 *
 * Whatever is wrong with the text is a problem with file and line, never an error: of a file that nginx would refuse, the part before that
 * place is used, and all other files. Returns 0, or a negative errno where the source is gone. */
int nginx_read(struct source *source, const char *conf, const char *prefix, struct nginx *out, struct error *err);

/* Only conf and prefix of *out, as nginx_read() fills them: absolute, the prefix with a final slash. */
void nginx_paths(const char *conf, const char *prefix, struct nginx *out);

#endif
