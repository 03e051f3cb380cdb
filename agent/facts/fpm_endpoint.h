/* SPDX-License-Identifier: MIT */
/* What a pool's listen means. */
#ifndef PERMFIX_FACTS_FPM_ENDPOINT_H
#define PERMFIX_FACTS_FPM_ENDPOINT_H

#include <stddef.h>

/* sizeof(sun_path), unix(7): a name needs one byte less. */
#define FPM_PATH_MAX ((size_t)108)

/* base/path for a path that is not absolute (fpm_evaluate_full_path() of fpm_conf.c), else the path itself. The caller frees. */
char *fpm_full_path(const char *base, const char *path);

/* listen as an endpoint: a value with a colon, or of digits only, is TCP (fpm_sockets_domain_from_address()): "tcp:HOST:PORT", IPv6
 * in brackets; a port alone listens on all addresses, "tcp:[::]:9000". Anything else is a path: "unix:/p", beneath prefix where it is
 * not absolute. NULL where PHP-FPM cannot listen there, or nobody can know; then *why is a sentence. *why may also be set beside an
 * endpoint that is returned (a path that is too long to bind). The caller frees the endpoint. */
char *fpm_endpoint(const char *listen, const char *prefix, const char **why);

#endif
