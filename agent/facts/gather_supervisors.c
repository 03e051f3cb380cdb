/* SPDX-License-Identifier: MIT */
/* Servers under supervisord. One that runs as nobody's program is none: its parent has to be supervisord by its command line, and the program is
 * found by its own. */
#include "facts/gather_servers.h"
#include "facts/proc.h"
#include "facts/server_orders.h"
#include "facts/server_words.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

static bool is_supervisord(struct gather *g, uint32_t pid)
{
	AUTO_STRINGS struct strings words = {0};
	size_t first;

	process_words(g->proc, pid, &words);
	return words_supervisord(&words, &first);
}

static void order_of_supervisor(struct gather *g, const struct process *process, struct server_order *order)
{
	AUTO_STRINGS struct strings words = {0};
	size_t first = 0;

	process_words(g->proc, process->pid, &words);
	words_supervisord(&words, &first);
	*order = (struct server_order){.kind = BACKEND_UNKNOWN, .cwd = process_cwd(g->proc, process)};
	for (size_t i = first; i < words.n; i++)
		strings_add(&order->words, words.items[i]);
}

static void read_supervisor(struct gather *g, const struct server_order *order, struct process *as, struct backend *out)
{
	view_of_process(g->facts, g->proc, as);
	*out = (struct backend){.pid = as->pid, .as = *as, .exe = xstrdup(as->exe), .unit = xstrdup(as->unit), .view = xstrdup(as->view)};
	*as = (struct process){0};
	server_configuration(g, order, out);
}

/* The supervisord that a process is, read once; NULL where it is none. */
static struct backend *supervisor(struct gather *g, struct server_gather *s, uint32_t pid)
{
	struct process_reader reader;
	struct server_order order = {0};
	struct backend *out = NULL;
	struct process as = {0};

	for (size_t i = 0; i < s->n_supervisors; i++)
		if (s->supervisors[i].pid == pid)
			return &s->supervisors[i];
	process_reader_init(&reader, g->proc, &g->facts->host);
	if (pid > 1 && is_supervisord(g, pid) && read_process(&reader, pid, &as) == 0 && !process_of_session(&as)) {
		order_of_supervisor(g, &as, &order);
		out = ARRAY_NEW(s->supervisors, s->n_supervisors);
		read_supervisor(g, &order, &as, out);
	}
	shape_free(&server_order_shape, &order);
	shape_free(&process_shape, &as);
	process_reader_free(&reader);
	return out;
}

/* A command and a command line: the words are the same, but an interpreter may stand before the latter. */
static bool same_command(const char *command, const struct strings *running)
{
	AUTO_STRINGS struct strings words = {0};
	size_t skip;

	words_split(command, &words);
	if (!words.n || words.n > running->n)
		return false;
	skip = running->n - words.n;
	for (size_t i = 1; i < words.n; i++)
		if (!streq(words.items[i], running->items[i + skip]))
			return false;
	return skip <= 1;
}

static enum backend_kind kind_of_command(const char *command)
{
	AUTO_STRINGS struct strings words = {0};
	size_t first;

	words_split(command, &words);
	return words_server(&words, &first);
}

/* By the same words; else the only program that starts a server of this kind (its title hides the words). */
static const struct backend_section *program_of(struct gather *g, const struct backend *supervisor, const struct backend *server)
{
	AUTO_STRINGS struct strings running = {0};
	const struct backend_section *only = NULL;
	size_t n = 0;

	process_words(g->proc, server->pid, &running);
	for (size_t i = 0; i < supervisor->n_sections; i++) {
		const struct setting *command = setting_find(&supervisor->sections[i], "command");

		if (!command)
			continue;
		if (same_command(command->value, &running))
			return &supervisor->sections[i];
		if (server->kind != BACKEND_UNKNOWN && kind_of_command(command->value) == (enum backend_kind)server->kind) {
			only = &supervisor->sections[i];
			n++;
		}
	}
	return n == 1 ? only : NULL;
}

char *gather_program(struct gather *g, struct server_gather *s, struct backend *server)
{
	const struct backend *by = supervisor(g, s, process_parent(g->proc, server->pid));
	const struct backend_section *program = by ? program_of(g, by, server) : NULL;
	const char *colon = program && program->name ? strchr(program->name, ':') : NULL;
	const struct setting *directory;

	if (!colon)
		return NULL;
	server->supervisor = xstrdup(colon + 1);
	server->supervisor_at = (struct place){xstrdup(program->at.file), program->at.line};
	directory = setting_find(program, "directory");
	return directory ? xstrdup(directory->value) : process_cwd(g->proc, &by->as);
}

/* Only sockets stay: commands may hold secrets. */
static void keep_sockets(struct backend *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->n_sections; i++) {
		struct backend_section *section = &b->sections[i];
		size_t settings = 0;

		for (size_t k = 0; k < section->n_settings; k++) {
			if (!starts_with(section->settings[k].key, "socket_") && !streq(section->settings[k].key, "user")) {
				free(section->settings[k].key);
				free(section->settings[k].value);
				free(section->settings[k].file);
			} else {
				section->settings[settings++] = section->settings[k];
			}
		}
		section->n_settings = settings;
		if (section->endpoint)
			b->sections[kept++] = *section;
		else
			shape_free(&backend_section_shape, section);
	}
	b->n_sections = kept;
}

static void keep_supervisor(struct facts *facts, struct backend *b)
{
	keep_sockets(b);
	if (b->n_sections) {
		ARRAY_ADD(facts->backends, facts->n_backends, *b);
		*b = (struct backend){0};
	}
	shape_free(&backend_shape, b);
}

/* Looked at only where a Python program listens: there may be many listeners. */
static bool may_be_supervisord(const struct listener *listener)
{
	const char *exe = listener->n_holders && listener->holders[0].exe ? base_name(listener->holders[0].exe) : "";

	return listener->family == LISTENER_UNIX && (starts_with(exe, "python") || starts_with(exe, "pypy"));
}

void gather_supervisors(struct gather *g, struct server_gather *s)
{
	struct facts *facts = g->facts;

	for (size_t i = 0; i < facts->n_listeners; i++)
		if (may_be_supervisord(&facts->listeners[i]))
			supervisor(g, s, facts->listeners[i].holders[0].pid);
	for (size_t i = 0; i < s->n_supervisors; i++)
		keep_supervisor(facts, &s->supervisors[i]);
	free(s->supervisors);
}

void gather_program_name(struct gather *g, struct backend *server)
{
	struct server_gather s = {0};

	free(gather_program(g, &s, server));
	for (size_t i = 0; i < s.n_supervisors; i++)
		shape_free(&backend_shape, &s.supervisors[i]);
	free(s.supervisors);
}
