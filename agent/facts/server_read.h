/* SPDX-License-Identifier: MIT */
/* How Gunicorn, uWSGI, Puma, Unicorn and supervisord make their sockets: from a command line and the configuration files that it names to
 * sections. Nothing is executed; what is no literal makes a section unclear. Runs in the confined reader. */
#ifndef PERMFIX_FACTS_SERVER_READ_H
#define PERMFIX_FACTS_SERVER_READ_H

#include "facts/facts.h"
#include "facts/source.h"

/* What is known of a server before its configuration is read. */
struct server_order {
	int kind;              /* enum backend_kind; unknown: supervisord */
	struct strings words;  /* its arguments, without its program */
	char *cwd;             /* directory that it is in, or will be; NULL unknown */
	char *start;           /* directory that it was started in, before any --chdir; NULL unknown */
	char *environment;     /* GUNICORN_CMD_ARGS; NULL not set, or not known */
	bool title_only;       /* the command line was overwritten, and no unit tells it: Puma's binds are then the words */
};
extern const struct shape server_order_shape;

/* Adds to out->sections one section for each socket, out->config (the main file), out->problems. The values of umask, mode and socket_mode
 * become four octal digits, however they were written. A socket whose address is not known has a section without endpoint, and unclear.
 * Secrets (environments, passwords) are passed over.
 *
 * Rules, measured against Gunicorn 20.1, uWSGI 2.0.21, Puma 5.6.5, Unicorn 6.0, supervisor 4.2.5:
 *   Gunicorn   gunicorn/app/base.py load_config(): ./gunicorn.conf.py of the directory it was started in, or -c; then GUNICORN_CMD_ARGS; then
 *              the command line; the last one counts, bind as a whole. gunicorn/sock.py UnixSocket.bind(): umask (default 0), bind, chown to
 *              user and group (default its own ids). umask: on the command line 0117 and 0o117 are octal, 117 decimal (auto_int()); in
 *              the file an int, or a text for int(x, 0), where "0117" is refused.
 *   uWSGI      core/socket.c bind_to_unix(), core/uwsgi.c uwsgi_start(): privileges are dropped before the bind unless chown-socket,
 *              master-as-root, drop-after-init or drop-after-apps is set; chmod-socket without value (or 1) is 0666, else exactly
 *              three octal digits; the order of the options counts, an ini file stands where its option stands.
 *   Puma       lib/puma/binder.rb add_unix_listener(): umask of the query (Integer(): 0117 octal, 117 decimal), default 0 and not the process's;
 *              then chmod to mode (octal). Binds of the command line replace those of the file.
 *   Unicorn    unicorn/socket_helper.rb bind_listen(): umask of listen's options, default 0. -l adds to the file's; `user` is for workers only.
 *   supervisord  supervisor/datatypes.py UnixStreamSocketConfig: bind, chown to socket_owner (default: user and its group), chmod to socket_mode
 *              (default 0700). Its programs get sections "program:NAME" without endpoint, with command, user, umask.
 */
int server_read(struct source *source, const struct server_order *order, struct backend *out, struct error *err);

#endif
