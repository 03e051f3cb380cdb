/* SPDX-License-Identifier: MIT */
#include "facts/nginx_read.h"
#include "facts/nginx_state.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

struct place nginx_place(const char *file, uint32_t line)
{
	return (struct place){.file = xstrdup(file), .line = line};
}

static void add_problem(struct nginx_reading *r, const char *file, uint32_t line, const char *text)
{
	AUTO_FREE char *key = xasprintf("%s:%u:%s", file, line, text);

	if (string_index_get(&r->known_problems, key) >= 0 || r->out->n_problems > NGINX_PROBLEMS_MAX)
		return;
	string_index_put(&r->known_problems, key, 0);
	if (r->out->n_problems == NGINX_PROBLEMS_MAX)
		text = "there are more problems than are listed";
	ARRAY_ADD(r->out->problems, r->out->n_problems,
		(struct config_problem){nginx_place(file, line), xstrdup(text)});
}

void nginx_problem(struct nginx_reading *r, const char *file, uint32_t line, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	add_problem(r, file, line, text);
}

bool nginx_room(struct nginx_reading *r, size_t n, const char *file, uint32_t line)
{
	if (n < NGINX_RECORDS_MAX)
		return true;
	if (!r->records_full)
		nginx_problem(r, file, line, "more than %d of a kind: what follows is left out", NGINX_RECORDS_MAX);
	r->records_full = true;
	return false;
}

static char *name_key(bool stream, const char *kind, const char *name)
{
	char *key = xasprintf("%c:%s:%s", stream ? 's' : 'h', kind, name);

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return key;
}

int nginx_name_get(const struct nginx_reading *r, bool stream, const char *kind, const char *name)
{
	AUTO_FREE char *key = name_key(stream, kind, name);

	return (int)string_index_get(&r->names, key);
}

void nginx_name_put(struct nginx_reading *r, bool stream, const char *kind, const char *name, size_t number)
{
	AUTO_FREE char *key = name_key(stream, kind, name);

	string_index_put(&r->names, key, (int64_t)number);
}

static void free_upstreams(struct nginx_reading *r)
{
	for (size_t i = 0; i < r->n_upstreams; i++) {
		struct nginx_upstream *u = &r->upstreams[i];

		for (size_t k = 0; k < u->n_servers; k++) {
			free(u->servers[k].address);
			free(u->servers[k].written);
			free(u->servers[k].at.file);
		}
		free(u->servers);
		free(u->name);
	}
	free(r->upstreams);
}

static void free_variables(struct nginx_reading *r)
{
	for (size_t i = 0; i < r->n_variables; i++) {
		strings_free(&r->variables[i].values);
		string_index_free(&r->variables[i].seen);
		free(r->variables[i].at.file);
	}
	free(r->variables);
	for (size_t i = 0; i < r->n_sets; i++) {
		free(r->sets[i].name);
		free(r->sets[i].value);
		free(r->sets[i].at.file);
	}
	free(r->sets);
}

static void free_pending(struct nginx_reading *r)
{
	for (size_t i = 0; i < r->n_pending; i++) {
		shape_free(&nginx_ref_shape, &r->pending[i].ref);
		free(r->pending[i].address);
	}
	free(r->pending);
}

static void free_cache(struct nginx_reading *r)
{
	for (size_t i = 0; i < r->n_cache; i++) {
		for (size_t k = 0; k < r->cache[i].n_files; k++) {
			free(r->cache[i].files[k].path);
			nginx_text_free(&r->cache[i].files[k].text);
		}
		free(r->cache[i].files);
	}
	free(r->cache);
}

static void free_reading(struct nginx_reading *r)
{
	free(r->conf_prefix);
	free(r->scopes);
	free_upstreams(r);
	free_variables(r);
	free_pending(r);
	free_cache(r);
	string_index_free(&r->names);
	string_index_free(&r->known_files);
	string_index_free(&r->known_problems);
	string_index_free(&r->cache_names);
}

void nginx_paths(const char *conf, const char *prefix, struct nginx *out)
{
	free(out->prefix);
	free(out->conf);
	out->prefix = xasprintf("%s%s%s", prefix[0] == '/' ? "" : "/", prefix, ends_with(prefix, "/") ? "" : "/");
	out->conf = xasprintf("%s%s", conf[0] == '/' ? "" : out->prefix, conf);
}

/* nginx cuts the main file's path at its last slash (ngx_process_options). */
static char *directory_of(const char *path)
{
	return xstrndup(path, (size_t)(strrchr(path, '/') + 1 - path));
}

int nginx_read(struct source *source, const char *conf, const char *prefix, struct nginx *out, struct error *err)
{
	static const struct nginx_frame top = {.where = IN_MAIN, .server = -1, .scope = -1, .upstream = -1, .variable = -1};
	struct nginx_reading r = {.source = source, .out = out, .err = err};
	int result;

	nginx_paths(conf, prefix, out);
	r.conf_prefix = directory_of(out->conf);
	result = nginx_include(&r, out->conf, NULL, 0, top);
	if (result == 0)
		nginx_resolve(&r);
	free_reading(&r);
	return result;
}
