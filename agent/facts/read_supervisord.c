/* SPDX-License-Identifier: MIT */
/* supervisord: supervisor/options.py. Its files are those of Python's RawConfigParser: keys without regard to case, "=" or ":", a comment
 * after a blank and ; or #, a value that goes on in lines that are indented. */
#include "facts/proc.h"
#include "facts/server_build.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>

static const struct server_option options[] = {
	{"configuration", 'c', OPTION_VALUE, "config"}, {"umask", 'm', OPTION_VALUE, "umask"}, {"user", 'u', OPTION_VALUE, ""},
	{"directory", 'd', OPTION_VALUE, ""}, {"logfile", 'l', OPTION_VALUE, ""}, {"pidfile", 'j', OPTION_VALUE, ""},
};

/* What is kept of a section; never environment= or a password. */
static const struct {
	const char *section; /* how its name begins */
	const char *keys[6];
} kept[] = {
	{"program:", {"command", "user", "umask", "directory"}},
	{"fcgi-program:", {"command", "user", "umask", "socket", "socket_owner", "socket_mode"}},
	{"supervisord", {"umask"}},
	{"include", {"files"}},
};

struct supervisord {
	struct server_build *b;
	char *config;
	struct strings includes; /* patterns */
};

/* One file on its way. */
struct reading {
	struct supervisord *s;
	const char *path;
	uint32_t line;
	char *section;
	size_t keys;        /* index into kept; COUNT_OF(kept): none of them */
	char *key, *value;  /* the pair that may go on */
	uint32_t key_line;
};

static struct backend_section *find_section(struct server_build *b, const char *name, const char *path, uint32_t line)
{
	for (size_t i = 0; i < b->out->n_sections; i++)
		if (streq(b->out->sections[i].name, name))
			return &b->out->sections[i];
	return server_section(b, name, NULL, path, line);
}

/* The last one counts. */
static void store(struct backend_section *section, const char *key, const struct knob *knob)
{
	for (size_t i = 0; section && i < section->n_settings; i++) {
		struct setting *setting = &section->settings[i];

		if (streq(setting->key, key)) {
			free(setting->key);
			free(setting->value);
			free(setting->file);
			*setting = section->settings[--section->n_settings];
		}
	}
	server_setting(section, key, knob);
}

static void replace(char **text, const char *what, const char *with)
{
	const char *at;

	while ((at = strstr(*text, what)) && strlen(*text) < 8192) {
		char *next = xasprintf("%.*s%s%s", (int)(at - *text), *text, with, at + strlen(what));

		free(*text);
		*text = next;
	}
}

/* expand(): %(here)s is the directory of the file, %(program_name)s the name of the section. */
static void expand(struct reading *r, char **value)
{
	AUTO_FREE char *here = xstrndup(r->path, (size_t)(base_name(r->path) - r->path - (base_name(r->path) - r->path > 1)));
	const char *colon = strchr(r->section, ':');

	replace(value, "%(here)s", here);
	replace(value, "%(program_name)s", colon ? colon + 1 : r->section);
	replace(value, "%%", "\001");
	for (char *c = *value; *c; c++)
		*c = *c == '\001' ? '%' : *c;
}

static void take_pair(struct reading *r)
{
	struct server_build *b = r->s->b;
	struct backend_section *section = find_section(b, r->section, r->path, r->line);
	bool octal = streq(r->key, "umask") || streq(r->key, "socket_mode");
	struct knob knob = {0};
	char *value;

	expand(r, &r->value);
	value = octal ? octal_of(starts_with(r->value, "0o") ? r->value + 2 : r->value) : xstrdup(r->value);
	if (value && !strstr(value, "%("))
		knob_set(&knob, TAKE_PTR(value), r->path, r->key_line);
	else
		knob_unclear(&knob, r->key, octal ? "it is no octal number" : "a variable of the environment", r->path, r->key_line);
	store(section, r->key, &knob);
	knob_free(&knob);
	free(value);
}

static void end_pair(struct reading *r)
{
	if (r->key && streq(r->section, "include")) {
		expand(r, &r->value);
		strings_add(&r->s->includes, r->value);
	} else if (r->key) {
		take_pair(r);
	}
	free(r->key);
	free(r->value);
	r->key = r->value = NULL;
}

static bool is_kept(const struct reading *r, const char *key)
{
	for (size_t i = 0; r->keys < COUNT_OF(kept) && i < COUNT_OF(kept[0].keys) && kept[r->keys].keys[i]; i++)
		if (streq(kept[r->keys].keys[i], key))
			return true;
	return false;
}

static void take_header(struct reading *r, const char *line)
{
	const char *close = strrchr(line, ']');

	free(r->section);
	r->section = xstrndup(line + 1, close ? (size_t)(close - line - 1) : strlen(line + 1));
	for (r->keys = 0; r->keys < COUNT_OF(kept); r->keys++)
		if (ends_with(kept[r->keys].section, ":") ? starts_with(r->section, kept[r->keys].section) :
			streq(r->section, kept[r->keys].section))
			break;
	if (strchr(r->section, ':') && r->keys < COUNT_OF(kept))
		find_section(r->s->b, r->section, r->path, r->line);
}

static void take_key(struct reading *r, char *line)
{
	size_t n = strcspn(line, "=:");
	char *value = line[n] ? line + n + 1 : NULL;

	if (!r->section || !value)
		return;
	while (n && isspace((unsigned char)line[n - 1]))
		n--;
	line[n] = '\0';
	for (char *c = line; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!is_kept(r, line))
		return;
	r->key = xstrdup(line);
	r->value = xstrdup(value + strspn(value, " \t"));
	r->key_line = r->line;
}

static void goes_on(struct reading *r, const char *line)
{
	char *joined;

	if (!r->key || strlen(r->value) > 8192)
		return;
	joined = xasprintf("%s%s%s", r->value, *r->value ? " " : "", line);
	free(r->value);
	r->value = joined;
}

/* Takes comments and blanks off. */
static void clean(char *line)
{
	size_t n;

	for (char *c = line; *c; c++) {
		if ((*c == ';' || *c == '#') && (c == line || isspace((unsigned char)c[-1]))) {
			*c = '\0';
			break;
		}
	}
	n = strlen(line);
	while (n && isspace((unsigned char)line[n - 1]))
		line[--n] = '\0';
}

static void take_line(struct reading *r, char *line)
{
	size_t blanks = strspn(line, " \t");

	clean(line);
	if (!line[0] || !line[blanks])
		return;
	if (blanks) {
		goes_on(r, line + blanks);
		return;
	}
	end_pair(r);
	if (line[0] == '[')
		take_header(r, line);
	else
		take_key(r, line);
}

static void read_config(struct server_build *b, void *context, const struct source_file *file)
{
	struct reading r = {.s = context, .path = file->path, .keys = COUNT_OF(kept)};
	const char *p = file->bytes, *end = file->bytes + file->size;

	if (!b->out->config)
		b->out->config = xstrdup(file->path);
	for (r.line = 1; p < end; r.line++) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		AUTO_FREE char *line = xstrndup(p, (size_t)((stop ? stop : end) - p));

		take_line(&r, line);
		p = stop ? stop + 1 : end;
	}
	end_pair(&r);
	free(r.section);
}

/* [include] of the main file only: those of included files are not read (read_config() of options.py). */
static void read_includes(struct supervisord *s)
{
	AUTO_STRINGS struct strings includes = s->includes;
	AUTO_FREE char *here = NULL;

	s->includes = (struct strings){0};
	if (!s->b->out->config)
		return;
	here = xstrndup(s->b->out->config, (size_t)(base_name(s->b->out->config) - s->b->out->config));
	for (size_t i = 0; i < includes.n; i++) {
		for (char *save = NULL, *name = strtok_r(includes.items[i], " \t", &save); name; name = strtok_r(NULL, " \t", &save)) {
			AUTO_FREE char *path = server_path(here, name);

			server_files(s->b, path, true, read_config, s);
		}
	}
	strings_free(&s->includes);
}

static void on_option(void *context, const char *key, const char *value)
{
	struct supervisord *s = context;

	if (key && streq(key, "config")) {
		free(s->config);
		s->config = xstrdup(value);
	}
}

/* options.py Options.searchpaths; the two that are relative to the program are not usual. */
static const char *const usual[] = {"supervisord.conf", "etc/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf"};

static void find_config(struct supervisord *s)
{
	const char *start = s->b->order->start ? s->b->order->start : s->b->order->cwd;
	AUTO_FREE char *given = s->config ? server_path(start, s->config) : NULL;

	if (given)
		server_files(s->b, given, false, read_config, s);
	for (size_t i = 0; !s->config && i < COUNT_OF(usual); i++) {
		AUTO_FREE char *path = server_path(start, usual[i]);

		if (path && server_files(s->b, path, true, read_config, s))
			return;
	}
}

/* parse_fcgi_socket(): "unix:///p" or "tcp://host:port". */
static void set_endpoint(struct backend_section *section)
{
	const struct setting *socket = setting_find(section, "socket");

	if (socket && starts_with(socket->value, "unix:///"))
		section->endpoint = server_unix(NULL, socket->value + strlen("unix://"));
	else if (socket && starts_with(socket->value, "tcp://"))
		section->endpoint = server_tcp(socket->value + strlen("tcp://"), NULL);
}

void read_supervisord(struct server_build *b)
{
	struct supervisord s = {.b = b};

	server_options(options, COUNT_OF(options), &b->order->words, 0, on_option, &s);
	find_config(&s);
	read_includes(&s);
	for (size_t i = 0; i < b->out->n_sections; i++)
		if (starts_with(b->out->sections[i].name, "fcgi-program:"))
			set_endpoint(&b->out->sections[i]);
	free(s.config);
}
