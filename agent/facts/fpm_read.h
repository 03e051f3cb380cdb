/* SPDX-License-Identifier: MIT */
/* PHP-FPM's configuration, as sapi/fpm/fpm/fpm_conf.c and Zend/zend_ini_scanner.l read it (PHP 8.2, checked against the program's own
 * `-tt`): line by line, section names and keys without regard to case, sections of the same name merged, the last assignment in force,
 * includes read where they stand and the section kept across them. */
#ifndef PERMFIX_FACTS_FPM_READ_H
#define PERMFIX_FACTS_FPM_READ_H

#include "facts/facts.h"
#include "facts/source.h"

/* Reads the main file conf and what it includes into out->sections, out->problems, out->files. Relative includes and listen paths
 * stand against the prefix: out->exe without its last two components (/usr/sbin/php-fpm8.2 → /usr), where it is not known the prefix that the
 * place of conf tells (/usr/local/etc → /usr/local), else /usr. Each section has the settings that matter here: listen and its
 * sub-keys, user, group, prefix, chroot; env[], php_value[] and the like are never kept. A value that only the running master
 * knows (${VARIABLE}) is kept as written, and is a problem.
 *
 * What is wrong with the configuration (a line that PHP refuses, a pool without listen, a name used twice, an include loop, a file that
 * could not be read, a path of 108 bytes or more, a NUL byte) becomes a problem with file and line, and the rest still stands.
 * Returns 0, or a negative errno (with err) where the source is gone. */
int fpm_read(struct source *source, const char *conf, struct backend *out, struct error *err);

/* As fpm_read, for a master that was started with -p prefix; NULL: none was given. */
int fpm_read_prefix(struct source *source, const char *conf, const char *prefix, struct backend *out, struct error *err);

#endif
