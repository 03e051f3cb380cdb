/* SPDX-License-Identifier: MIT */
/* Unicorn: see server_read.h for its rules. */
#include "facts/ruby_literals.h"
#include "facts/server_build.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

static const struct server_option options[] = {
	{"listen", 'l', OPTION_VALUE, "listen"}, {"config-file", 'c', OPTION_VALUE, "config"},
	{"env", 'E', OPTION_VALUE, ""}, {"host", 'o', OPTION_VALUE, ""}, {"port", 'p', OPTION_VALUE, ""},
	{"include", 'I', OPTION_VALUE, ""}, {"require", 'r', OPTION_VALUE, ""}, {"pid", 'P', OPTION_VALUE, ""},
};

static const char *const calls[] = {"listen", "working_directory", "listeners", NULL};

struct unicorn {
	struct server_build *b;
	struct strings listens; /* of the command line */
	char *config, *directory;
	const char *path;       /* file that is read */
};

/* lib/unicorn/configurator.rb expand_addr(). */
static char *endpoint_of(const struct unicorn *u, const char *address)
{
	const char *base = u->directory ? u->directory : u->b->order->cwd;

	if (starts_with(address, "unix:"))
		return server_unix(base, address + strlen("unix:"));
	if (address[0] == '~' || strpbrk(address, "$"))
		return NULL;
	if (address[0] == '/' || !strpbrk(address, ":0123456789"))
		return server_unix(base, address);
	if (strspn(address, "0123456789") == strlen(address))
		return xasprintf("tcp:0.0.0.0:%s", address);
	return strchr(address, ':') || strspn(address, "0123456789.") == strlen(address) ? server_tcp(address, "80") :
		server_unix(base, address);
}

static struct backend_section *section_for(struct unicorn *u, const char *address, uint32_t line)
{
	char *endpoint = endpoint_of(u, address);
	struct backend_section *section;

	for (size_t i = 0; endpoint && i < u->b->out->n_sections; i++) {
		if (streq(u->b->out->sections[i].endpoint, endpoint)) { /* options of a second listen are merged in */
			free(endpoint);
			return &u->b->out->sections[i];
		}
	}
	section = server_section(u->b, NULL, endpoint, u->path, line);
	if (!endpoint)
		section_unclear(section, "the address of a listen is not known");
	return section;
}

static void drop_setting(struct backend_section *section, const char *key)
{
	for (size_t i = 0; i < section->n_settings; i++) {
		struct setting *setting = &section->settings[i];

		if (!streq(setting->key, key))
			continue;
		free(setting->key);
		free(setting->value);
		free(setting->file);
		*setting = section->settings[--section->n_settings];
	}
}

static void set_umask(struct unicorn *u, struct backend_section *section, const struct literal *value, uint32_t line)
{
	struct knob knob = {0};
	char *octal = value->kind == LITERAL_NUMBER ? octal_text(value->number) : NULL;

	if (octal)
		knob_set(&knob, octal, u->path, line);
	else if (value->kind != LITERAL_NONE)
		knob_unclear(&knob, "umask", value->why ? value->why : "Unicorn does not take such a value", u->path, line);
	if (section)
		drop_setting(section, "umask");
	server_setting(section, "umask", &knob);
	knob_free(&knob);
}

static void unclear_at(struct unicorn *u, const struct ruby_call *call, const char *why)
{
	struct knob knob = {0};

	knob_unclear(&knob, call->name, why, u->path, call->line);
	section_unclear(server_section(u->b, NULL, NULL, u->path, call->line), knob.unclear);
	knob_free(&knob);
}

static void on_listen(struct unicorn *u, const struct ruby_call *call)
{
	const struct literal *address = call->n_arguments ? &call->arguments[0] : NULL;
	AUTO_FREE char *port = address && address->kind == LITERAL_NUMBER ?
		xasprintf("%llu", (unsigned long long)address->number) : NULL;
	const char *text = port ? port : address && address->kind == LITERAL_TEXT ? address->text : NULL;
	struct backend_section *section;

	if (!text || call->why || call->n_arguments > 1) {
		unclear_at(u, call, call->why ? call->why : address && address->why ? address->why : "an expression");
		return;
	}
	section = section_for(u, text, call->line);
	for (size_t i = 0; i < call->n_options; i++)
		if (streq(call->options[i].name, "umask"))
			set_umask(u, section, &call->options[i].value, call->line);
}

static void on_directory(struct unicorn *u, const struct ruby_call *call)
{
	if (call->n_arguments == 1 && call->arguments[0].kind == LITERAL_TEXT && !call->why) {
		free(u->directory);
		u->directory = xstrdup(call->arguments[0].text);
	}
}

static void on_call(void *context, const struct ruby_call *call)
{
	struct unicorn *u = context;

	if (streq(call->name, "working_directory"))
		on_directory(u, call);
	else if (streq(call->name, "listen"))
		on_listen(u, call);
	else
		unclear_at(u, call, "all addresses are set at once");
}

static void read_config(struct server_build *b, void *context, const struct source_file *file)
{
	struct unicorn *u = context;

	free(b->out->config);
	b->out->config = xstrdup(file->path);
	u->path = b->out->config;
	ruby_read(file->bytes, file->size, calls, on_call, u);
	u->path = NULL;
}

static void on_option(void *context, const char *key, const char *value)
{
	struct unicorn *u = context;

	if (key && streq(key, "listen")) {
		strings_add(&u->listens, value);
	} else if (key && streq(key, "config")) {
		free(u->config);
		u->config = xstrdup(value);
	}
}

void read_unicorn(struct server_build *b)
{
	struct unicorn u = {.b = b};
	const char *start = b->order->start ? b->order->start : b->order->cwd;
	AUTO_FREE char *path = NULL;

	server_options(options, COUNT_OF(options), &b->order->words, 0, on_option, &u);
	path = u.config && !strchr(u.config, '$') ? server_path(start, u.config) : NULL;
	if (u.config && (!path || server_files(b, path, false, read_config, &u) == 0))
		section_unclear(server_section(b, NULL, NULL, NULL, 0), "its configuration file could not be read");
	for (size_t i = 0; i < u.listens.n; i++)
		section_for(&u, u.listens.items[i], 0);
	strings_free(&u.listens);
	free(u.config);
	free(u.directory);
}
