/* SPDX-License-Identifier: MIT */
/* What the nginx reader knows while it goes through the files. Internal to facts/nginx_*.c. */
#ifndef PERMFIX_FACTS_NGINX_STATE_H
#define PERMFIX_FACTS_NGINX_STATE_H

#include "base/string_index.h"
#include "facts/facts.h"
#include "facts/nginx_text.h"
#include "facts/source.h"

/* Bounds against hostile or mad configurations; far beyond any real one. */
#define NGINX_INCLUDE_DEPTH 64
#define NGINX_INCLUDES_MAX 500000   /* files interpreted, repeated ones counted each time */
#define NGINX_DIRECTIVES_MAX 20000000
#define NGINX_RECORDS_MAX 200000     /* of servers, of references, of files each */
#define NGINX_PROBLEMS_MAX 1000
#define NGINX_VALUES_MAX 64          /* values that a variable may have */

enum nginx_where { IN_MAIN, IN_HTTP, IN_UPSTREAM, IN_MAP };

/* The block that a directive stands in. */
struct nginx_frame {
	enum nginx_where where;
	bool stream;
	bool literal;   /* IN_MAP: values hold no variables (geo, split_clients) */
	int server;     /* index into out->servers, -1 */
	int scope;      /* index into scopes, -1 */
	int upstream;   /* index into upstreams, -1 */
	int variable;   /* IN_MAP: index into variables */
};

/* A server, location or if block, for finding out which `set` reaches which pass. */
enum nginx_scope_kind { SCOPE_SERVER, SCOPE_LOCATION, SCOPE_IF };
struct nginx_scope {
	int parent;
	enum nginx_scope_kind kind;
};

struct nginx_upstream_server {
	char *address;
	char *written;
	struct place at;
	uint64_t offset, length;
	bool down;
};

struct nginx_upstream {
	char *name;
	bool at_run_time; /* balancer_by_lua */
	struct nginx_upstream_server *servers;
	size_t n_servers;
};

/* Made by map, geo, split_clients, or by a directive whose value is not in the configuration. */
struct nginx_variable {
	struct place at;
	struct strings values;
	struct string_index seen;
	bool literal;
	bool at_run_time;
	bool too_many;
};

struct nginx_set {
	char *name;   /* lower case, without $ */
	char *value;  /* NULL: known at run time only */
	struct place at;
	int server;
	int scope;
};

/* A pass directive, to be resolved when everything has been read. */
struct nginx_pending {
	struct nginx_ref ref; /* all but the endpoint */
	char *address;
	const struct nginx_pass *pass;
	bool stream;
	int scope;
};

struct nginx_cached_file {
	char *path;
	struct nginx_text text;
};
struct nginx_cached {
	struct nginx_cached_file *files;
	size_t n_files;
};

/* A file that is being interpreted. */
struct nginx_open {
	const char *path;
	const char *pattern;
	const struct nginx_open *outer;
};

struct nginx_reading {
	struct source *source;
	struct nginx *out;
	struct error *err;
	char *conf_prefix;               /* of relative includes: directory of the main file, with final slash */
	size_t depth, includes, directives;
	bool records_full;

	struct nginx_scope *scopes;
	size_t n_scopes;
	struct nginx_upstream *upstreams;
	size_t n_upstreams;
	struct nginx_variable *variables;
	size_t n_variables;
	struct nginx_set *sets;
	size_t n_sets;
	struct nginx_pending *pending;
	size_t n_pending;
	struct string_index names;       /* "h:upstream:name", "s:variable:name" → index */
	struct string_index known_files; /* path → 0 */
	struct string_index known_problems;
	struct string_index cache_names; /* "pattern", "map:pattern" → index into cache */
	struct nginx_cached *cache;
	size_t n_cache;
	size_t cache_weight;
};

/* Notes a problem, once. Outside text stands in it as it is. */
void nginx_problem(struct nginx_reading *r, const char *file, uint32_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Counts a record of any kind; false where there are too many (noted as a problem). */
bool nginx_room(struct nginx_reading *r, size_t n, const char *file, uint32_t line);

struct place nginx_place(const char *file, uint32_t line);

/* The index of something named, by kind ("upstream", "variable"), case ignored; -1 none. */
int nginx_name_get(const struct nginx_reading *r, bool stream, const char *kind, const char *name);
void nginx_name_put(struct nginx_reading *r, bool stream, const char *kind, const char *name, size_t number);

/* nginx_walk.c: interprets one file within a frame. Returns 0, or a negative errno when the source is gone. */
int nginx_walk(struct nginx_reading *r, const struct nginx_text *text, const struct nginx_open *open, struct nginx_frame frame);

/* nginx_include.c: interprets all files that match pattern, on behalf of the include in at (line 0: the main file). */
int nginx_include(struct nginx_reading *r, const char *pattern, const struct nginx_open *from, uint32_t line,
	struct nginx_frame frame);

/* nginx_vars.c: all values that text can have for a pass in that scope, in order of appearance; false: *why (owned) says which variable
 * stands in the way. */
bool nginx_expand(const struct nginx_reading *r, const char *text, const struct nginx_pending *pass, struct strings *values,
	char **why);

/* nginx_pass.c: turns what is pending into out->refs. */
void nginx_resolve(struct nginx_reading *r);

#endif
