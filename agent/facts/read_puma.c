/* SPDX-License-Identifier: MIT */
/* Puma: see server_read.h for its rules. */
#include "facts/ruby_literals.h"
#include "facts/server_build.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

static const struct server_option options[] = {
	{"bind", 'b', OPTION_VALUE, "bind"}, {"config", 'C', OPTION_VALUE, "config"}, {"no-config", '\0', OPTION_FLAG, "no-config"},
	{"environment", 'e', OPTION_VALUE, "environment"}, {"port", 'p', OPTION_VALUE, "port"}, {"dir", '\0', OPTION_VALUE, "dir"},
	{"threads", 't', OPTION_VALUE, ""}, {"workers", 'w', OPTION_VALUE, ""}, {"state", 'S', OPTION_VALUE, ""},
	{"include", 'I', OPTION_VALUE, ""}, {"restart-cmd", 'R', OPTION_VALUE, ""},
};

static const char *const calls[] = {"bind", "port", "directory", "clear_binds!", "load", NULL};

struct puma {
	struct server_build *b;
	struct strings binds;    /* of the command line: they replace the file's */
	struct strings configs;
	char *environment, *directory;
	bool no_config;
	const char *path;        /* file that is read */
};

/* --- binds --------------------------------------------------------------------------------------------------------------- */

/* Integer(): 0111 octal, 111 decimal. */
static char *umask_text(const char *value)
{
	uint64_t number = 0;

	return literal_number(value, strlen(value), &number) ? octal_text(number) : NULL;
}

static const struct {
	const char *name;
	char *(*text)(const char *value);
} queries[] = {{"umask", umask_text}, {"mode", octal_of}};

static void take_query(struct puma *p, struct backend_section *section, const char *pair, size_t n, uint32_t line)
{
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		size_t name = strlen(queries[i].name);
		struct knob knob = {0};
		AUTO_FREE char *value = NULL;
		char *text;

		if (n <= name || strncmp(pair, queries[i].name, name) != 0 || pair[name] != '=')
			continue;
		value = xstrndup(pair + name + 1, n - name - 1);
		text = queries[i].text(value);
		if (text)
			knob_set(&knob, text, p->path, line);
		else
			knob_unclear(&knob, queries[i].name, "it is no number", p->path, line);
		server_setting(section, queries[i].name, &knob);
		knob_free(&knob);
	}
}

/* URI.parse: what follows unix:// is the host and the path, taken together; relative to the directory. */
static char *endpoint_of(const struct puma *p, const char *url, size_t n)
{
	AUTO_FREE char *address = xstrndup(url, n);
	const char *base = p->directory && *p->directory == '/' ? p->directory : p->b->order->cwd;

	if (starts_with(address, "unix:"))
		return server_unix(base, address + (starts_with(address, "unix://") ? 7 : 5));
	if (starts_with(address, "tcp://") || starts_with(address, "ssl://"))
		return server_tcp(address + strlen("tcp://"), "9292");
	return NULL;
}

static void add_bind(struct puma *p, const char *url, uint32_t line)
{
	size_t n = strcspn(url, "?");
	char *endpoint = strpbrk(url, "$") ? NULL : endpoint_of(p, url, n);
	struct backend_section *section = server_section(p->b, NULL, endpoint, p->path, line);

	if (section && !endpoint)
		section_unclear(section, "the address of a bind is not known");
	for (const char *at = url + n; section && *at;) {
		size_t pair;

		at++;
		pair = strcspn(at, "&;");
		take_query(p, section, at, pair, line);
		at += pair;
	}
}

/* --- files ---------------------------------------------------------------------------------------------------------------- */

static void unclear_at(struct puma *p, uint32_t line, const char *name, const char *why)
{
	struct knob knob = {0};

	knob_unclear(&knob, name, why, p->path, line);
	section_unclear(server_section(p->b, NULL, NULL, p->path, line), knob.unclear);
	knob_free(&knob);
}

static void on_bind(struct puma *p, const struct ruby_call *call)
{
	if (call->n_arguments == 1 && call->arguments[0].kind == LITERAL_TEXT && !call->why)
		add_bind(p, call->arguments[0].text, call->line);
	else
		unclear_at(p, call->line, "bind", call->why ? call->why : call->n_arguments && call->arguments[0].why ?
			call->arguments[0].why : "its arguments could not be understood");
}

static void on_directory(struct puma *p, const struct ruby_call *call)
{
	if (call->n_arguments == 1 && call->arguments[0].kind == LITERAL_TEXT && !call->why && !p->directory)
		p->directory = xstrdup(call->arguments[0].text);
}

static void on_call(void *context, const struct ruby_call *call)
{
	struct puma *p = context;

	if (streq(call->name, "bind"))
		on_bind(p, call);
	else if (streq(call->name, "directory"))
		on_directory(p, call);
	else if (streq(call->name, "load") || streq(call->name, "clear_binds!"))
		unclear_at(p, call->line, "bind", streq(call->name, "load") ? "another file is read here" : "binds are taken back here");
}

static void read_config(struct server_build *b, void *context, const struct source_file *file)
{
	struct puma *p = context;

	free(b->out->config);
	b->out->config = xstrdup(file->path);
	p->path = b->out->config;
	ruby_read(file->bytes, file->size, calls, on_call, p);
	p->path = NULL;
}

static void note_file(struct server_build *b, void *context, const struct source_file *file)
{
	(void)b;
	(void)file;
	*(bool *)context = true;
}

/* lib/puma/configuration.rb config_files(): config/puma/ENVIRONMENT.rb before config/puma.rb. */
static void read_default(struct puma *p, const char *start)
{
	AUTO_FREE char *usual = server_path(start, "config/puma.rb");
	AUTO_FREE char *name = xasprintf("config/puma/%s.rb", p->environment ? p->environment : "*");
	AUTO_FREE char *of_environment = server_path(start, name);
	bool exists = false;

	if (!usual)
		return;
	if (p->environment && server_files(p->b, of_environment, true, read_config, p))
		return;
	if (!p->environment)
		server_files(p->b, of_environment, true, note_file, &exists);
	if (exists)
		section_unclear(server_section(p->b, NULL, NULL, NULL, 0),
			"which file of config/puma it reads depends on RACK_ENV, which is not known");
	else
		server_files(p->b, usual, true, read_config, p);
}

static void read_named(struct puma *p, const char *start)
{
	for (size_t i = 0; i < p->configs.n; i++) {
		AUTO_FREE char *path = strchr(p->configs.items[i], '$') ? NULL : server_path(start, p->configs.items[i]);

		if (!path || server_files(p->b, path, false, read_config, p) == 0)
			section_unclear(server_section(p->b, NULL, NULL, NULL, 0), "its configuration file could not be read");
	}
}

/* --- command line ---------------------------------------------------------------------------------------------------------- */

static void on_option(void *context, const char *key, const char *value)
{
	struct puma *p = context;

	if (!key || !*key)
		return;
	if (streq(key, "bind"))
		strings_add(&p->binds, value);
	else if (streq(key, "port"))
		strings_addf(&p->binds, "tcp://0.0.0.0:%s", value);
	else if (streq(key, "config") && !streq(value, "-"))
		strings_add(&p->configs, value);
	else if (streq(key, "no-config") || streq(key, "config"))
		p->no_config = true;
	else if (streq(key, "environment") && !p->environment && !strchr(value, '/'))
		p->environment = xstrdup(value);
	else if (streq(key, "dir") && !p->directory)
		p->directory = xstrdup(value);
}

static void drop_sections(struct backend *out)
{
	for (size_t i = 0; i < out->n_sections; i++)
		shape_free(&backend_section_shape, &out->sections[i]);
	out->n_sections = 0;
}

/* Sections of the file that have this endpoint. */
static bool file_has(const struct backend *out, const char *endpoint)
{
	for (size_t i = 0; endpoint && i < out->n_sections; i++)
		if (streq(out->sections[i].endpoint, endpoint))
			return true;
	return false;
}

/* The title tells what it was told to bind, but not from where: where the file says the same address, the file is it. */
static bool file_explains(struct puma *p)
{
	for (size_t i = 0; i < p->binds.n; i++) {
		AUTO_FREE char *endpoint = endpoint_of(p, p->binds.items[i], strcspn(p->binds.items[i], "?"));

		if (!file_has(p->b->out, endpoint))
			return false;
	}
	return p->binds.n > 0;
}

void read_puma(struct server_build *b)
{
	struct puma p = {.b = b};
	const char *start = b->order->start ? b->order->start : b->order->cwd;

	server_options(options, COUNT_OF(options), &b->order->words, 0, on_option, &p);
	if (p.configs.n)
		read_named(&p, start);
	else if (!p.no_config)
		read_default(&p, start);
	if (p.binds.n && !(b->order->title_only && file_explains(&p))) {
		drop_sections(b->out);
		for (size_t i = 0; i < p.binds.n; i++)
			add_bind(&p, p.binds.items[i], 0);
	}
	strings_free(&p.binds);
	strings_free(&p.configs);
	free(p.environment);
	free(p.directory);
}
