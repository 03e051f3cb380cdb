/* SPDX-License-Identifier: MIT */
/* Upstream servers as they run: PHP-FPM masters, and others that hold a listener. Configuration is read by the configuration reader. */
#ifndef PERMFIX_FACTS_READ_BACKENDS_H
#define PERMFIX_FACTS_READ_BACKENDS_H

#include "facts/facts.h"
#include "facts/proc.h"
#include "facts/read_process.h"

/* Adds to facts.backends every running PHP-FPM master (pid, as, exe, version, unit, config). Believed as nginx's are: executable, owner and
 * children have to agree. config is what the master says (its title, else -y or --fpm-config), as a path of its own view; NULL where it says
 * nothing: then fpm_config_default() knows the usual one. */
void read_fpm(const struct process_reader *reader, const struct proc_table *table, struct facts *facts);

/* The main file that this version usually has beneath root, the first that exists; NULL. version may be NULL. The caller frees. */
char *fpm_config_default(int root, const char *version);

/* Adds, with pid 0, every main file beneath root in a usual place that no backend of the view "host" has. Views must be known. */
void read_fpm_installed(int root, struct facts *facts);

/* PHP's version as the path of a program or a main file tells it: "8.2" of /usr/sbin/php-fpm8.2, /opt/remi/php82/…, /etc/php/8.2/…; NULL. */
char *php_version(const char *path);

/* Adds servers of known kind that have a listener open: gunicorn, uwsgi, node, puma, unicorn, and systemd for what it holds itself. Needs
 * facts.listeners. */
void read_listening_backends(const struct proc_table *table, struct facts *facts);

/* What a process serves with, by its executable and the first words of its command line. */
enum backend_kind backend_kind_of(const struct proc_entry *entry);

#endif
