/* SPDX-License-Identifier: MIT */
/* What a running nginx was told on its command line, and what its program was built with. */
#ifndef PERMFIX_FACTS_NGINX_COMMAND_H
#define PERMFIX_FACTS_NGINX_COMMAND_H

#include <stdbool.h>

#include "base/text.h"

/* Options as ngx_get_options (src/core/nginx.c) takes them, and the directives of -g that matter here. Zero-initialised is none. */
struct nginx_command {
	char *conf;     /* -c, as given */
	char *prefix;   /* -p, as given */
	char *user;     /* "user" of -g */
	char *group;
	bool single;    /* "master_process off" of -g */
	bool no_server; /* -t, -T, -v, -V, -s, -h: it will end by itself */
};
void nginx_command_free(struct nginx_command *command);

/* From exact arguments, the program's name first. */
void nginx_command_parse(const struct strings *arguments, struct nginx_command *out);

/* The command line out of a master's title, "nginx: master process /usr/sbin/nginx -g daemon on; -c /x": nginx joins its arguments by
 * blanks, so a value is taken to reach up to the next word that looks like an option. Angie's form, "angie: master process v1.7.0 #1
 * [/usr/sbin/angie -c /x]", too. Yields nothing where the title is not a master's. */
void nginx_title_words(const char *title, struct strings *arguments);

enum nginx_role { NGINX_PLAIN, NGINX_MASTER, NGINX_WORKER, NGINX_OTHER };

/* What a process title claims. A worker that is shutting down takes no new connection and is NGINX_OTHER. */
enum nginx_role nginx_title_role(const char *title);

/* Where this program looks and as whom it works unless told otherwise. */
struct nginx_build {
	char *prefix; /* with final slash */
	char *conf;   /* absolute */
	char *user;   /* NULL unknown */
	char *group;  /* NULL unknown, or as the user's name */
};
void nginx_build_free(struct nginx_build *build);

/* Reads them out of the program's bytes ("configure arguments:", as nginx -V shows). What ./configure was not told has nginx's own default
 * (auto/options, auto/unix). -ENOENT where they are not in it, -EPERM where the file is not root's: its user may have changed it.
 * fd stays open; its offset is not used. */
int nginx_build_read(int fd, struct nginx_build *out);

/* The part of nginx_build_read that takes the arguments apart. */
void nginx_build_parse(const char *arguments, struct nginx_build *out);

/* What a program at this place usually has; exe may be NULL. */
void nginx_build_assume(const char *exe, struct nginx_build *out);

/* prefix with a final slash. The caller frees. */
char *nginx_prefix_path(const char *prefix);

/* The main file as nginx finds it: a relative name is relative to the prefix (ngx_process_options). The caller frees. */
char *nginx_conf_path(const char *prefix, const char *conf);

/* Programs and main files where distributions and the makers' own packages put them, up to one with program NULL. */
struct nginx_place {
	const char *program, *conf, *prefix;
};
extern const struct nginx_place nginx_places[];

#endif
