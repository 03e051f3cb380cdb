/* SPDX-License-Identifier: MIT */
#include "facts/server_orders.h"
#include "facts/proc.h"
#include "facts/server_words.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#define WORDS_MAX    1000
#define VARIABLE_MAX 8192

/* --- processes ---------------------------------------------------------------------------------------------------------- */

void process_words(int proc, uint32_t pid, struct strings *out)
{
	AUTO_TEXT struct text text = {0};
	char path[32];

	snprintf(path, sizeof(path), "%" PRIu32 "/cmdline", pid);
	if (proc_read(proc, path, &text) < 0)
		return;
	while (text.size && text.bytes[text.size - 1] == '\0')
		text.size--;
	for (size_t at = 0; at < text.size && out->n < WORDS_MAX; at += strlen(text.bytes + at) + 1)
		strings_add(out, text.bytes + at);
}

uint32_t process_parent(int proc, uint32_t pid)
{
	AUTO_TEXT struct text text = {0};
	struct proc_stat stat = {0};
	char path[32];

	snprintf(path, sizeof(path), "%" PRIu32 "/stat", pid);
	if (proc_read(proc, path, &text) < 0 || proc_stat_parse(text.bytes, &stat) < 0)
		return 0;
	return stat.ppid;
}

char *process_cwd(int proc, const struct process *process)
{
	char path[32];

	snprintf(path, sizeof(path), "%" PRIu32 "/cwd", process->pid);
	AUTO_FREE char *cwd = proc_link(proc, path, NULL);
	size_t root = process->root && !streq(process->root, "/") ? strlen(process->root) : 0;

	if (!cwd || cwd[0] != '/' || ends_with(cwd, " (deleted)"))
		return NULL;
	if (root && strncmp(cwd, process->root, root) == 0 && (cwd[root] == '/' || !cwd[root]))
		return xstrdup(cwd[root] ? cwd + root : "/");
	return root ? NULL : TAKE_PTR(cwd);
}

/* Where in "NAME=" the bytes of a variable are. */
struct variable {
	const char *name;
	size_t matched; /* bytes of "NAME=" that agreed */
	bool other;     /* it is another variable */
	struct text value;
	bool done;
};

static void take_byte(struct variable *v, char c)
{
	size_t n = strlen(v->name);

	if (c == '\0') {
		v->done = v->matched == n + 1;
		v->other = false;
		v->matched = v->done ? v->matched : 0;
	} else if (v->other) {
		return;
	} else if (v->matched == n + 1) {
		if (v->value.size < VARIABLE_MAX)
			text_add_char(&v->value, c);
	} else if (c == (v->matched == n ? '=' : v->name[v->matched])) {
		v->matched++;
	} else {
		v->other = true;
	}
}

char *process_variable(int proc, uint32_t pid, const char *name)
{
	struct variable v = {.name = name};
	char path[32], chunk[4096];
	ssize_t n = 1;

	snprintf(path, sizeof(path), "%" PRIu32 "/environ", pid);
	AUTO_CLOSE int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && !v.done && n > 0) {
		n = read(fd, chunk, sizeof(chunk));
		for (ssize_t i = 0; i < n && !v.done; i++)
			take_byte(&v, chunk[i]);
	}
	explicit_bzero(chunk, sizeof(chunk));
	if (v.done)
		return text_steal(&v.value);
	text_free(&v.value);
	return NULL;
}

/* --- orders ------------------------------------------------------------------------------------------------------------- */

static void take_rest(const struct strings *words, size_t first, struct strings *out)
{
	for (size_t i = first; i < words->n; i++)
		strings_add(out, words->items[i]);
}

static enum backend_kind exec_of(const struct unit *unit, struct strings *words, size_t *first)
{
	const struct setting *exec = unit ? unit_setting(unit, "Service.ExecStart") : NULL;

	if (!exec)
		return BACKEND_UNKNOWN;
	words_of_exec(exec->value, words);
	return words_server(words, first);
}

/* WorkingDirectory=; "/" where there is none, NULL for a home directory. */
static char *directory_of(const struct unit *unit)
{
	const struct setting *directory = unit_setting(unit, "Service.WorkingDirectory");
	const char *value = directory ? directory->value + (directory->value[0] == '-') : "/";

	return *value == '/' ? xstrdup(value) : *value ? NULL : xstrdup("/");
}

/* "unicorn master -c u.rb" (lib/unicorn/http_server.rb proc_name()). */
static bool unicorn_title(const char *title, struct strings *out)
{
	AUTO_STRINGS struct strings words = {0};

	if (!starts_with(title, "unicorn master") && !starts_with(title, "unicorn_rails master"))
		return false;
	words_split(title, &words);
	take_rest(&words, 2, out);
	return true;
}

/* "puma 5.6.5 (unix:///p,tcp://h:1) [tag]" (lib/puma/launcher.rb title()). */
static void puma_title(const char *title, struct strings *out)
{
	const char *open = strchr(title, '('), *close = open ? strstr(open, ")") : NULL;

	while (open && close && open < close) {
		size_t n = strcspn(++open, ",)");

		strings_addf(out, "--bind=%.*s", (int)n, open);
		open += n;
	}
}

static void order_of_title(const struct strings *words, struct server_order *out)
{
	const char *title = words->n ? words->items[0] : "";

	if (out->kind == BACKEND_UNICORN && unicorn_title(title, &out->words))
		return;
	out->title_only = true;
	if (out->kind == BACKEND_PUMA)
		puma_title(title, &out->words);
}

/* A vassal is started in the directory of its emperor. */
static char *start_of(int proc, const struct backend *backend)
{
	struct process parent = {.pid = process_parent(proc, backend->as.pid), .root = backend->as.root};
	char path[32];

	snprintf(path, sizeof(path), "%" PRIu32 "/exe", parent.pid);
	AUTO_FREE char *exe = backend->kind == BACKEND_UWSGI ? proc_link(proc, path, NULL) : NULL;
	return exe && streq(exe, backend->as.exe) ? process_cwd(proc, &parent) : NULL;
}

void order_of_process(int proc, const struct backend *backend, const struct unit *unit, struct server_order *out)
{
	AUTO_STRINGS struct strings words = {0}, exec = {0};
	size_t first = 0, exec_first = 0;
	bool by_unit = exec_of(unit, &exec, &exec_first) == (enum backend_kind)backend->kind;

	*out = (struct server_order){.kind = backend->kind, .cwd = process_cwd(proc, &backend->as)};
	process_words(proc, backend->as.pid, &words);
	if (words_server(&words, &first) == (enum backend_kind)backend->kind)
		take_rest(&words, first, &out->words);
	else if (by_unit)
		take_rest(&exec, exec_first, &out->words);
	else
		order_of_title(&words, out);
	out->start = start_of(proc, backend);
	if (!out->start && by_unit)
		out->start = directory_of(unit);
	if (backend->kind == BACKEND_GUNICORN)
		out->environment = process_variable(proc, backend->as.pid, "GUNICORN_CMD_ARGS");
}

bool order_of_unit(const struct unit *unit, struct server_order *out)
{
	AUTO_STRINGS struct strings words = {0};
	size_t first = 0;
	enum backend_kind kind = exec_of(unit, &words, &first);

	if (kind == BACKEND_UNKNOWN || kind == BACKEND_NODE)
		return false;
	*out = (struct server_order){.kind = (int)kind, .start = directory_of(unit)};
	out->cwd = xstrdup(out->start);
	take_rest(&words, first, &out->words);
	return true;
}

/* --- ids ---------------------------------------------------------------------------------------------------------------- */

static bool number(const char *s, uint32_t *out)
{
	if (!*s || strspn(s, "0123456789") != strlen(s) || strlen(s) > 9)
		return false;
	*out = (uint32_t)strtoul(s, NULL, 10);
	return true;
}

static bool find_group(const struct accounts *accounts, const char *name, uint32_t *gid)
{
	const struct group *group = group_by_name(accounts, name);

	if (group)
		*gid = group->gid;
	return group || number(name, gid);
}

static void add_group(struct process *out, uint32_t gid)
{
	size_t at = 0;

	while (at < out->n_groups && out->groups[at] < gid)
		at++;
	if (at < out->n_groups && out->groups[at] == gid)
		return;
	ARRAY_ADD(out->groups, out->n_groups, gid);
	memmove(&out->groups[at + 1], &out->groups[at], (out->n_groups - 1 - at) * sizeof(*out->groups));
	out->groups[at] = gid;
}

static void add_groups(const struct accounts *accounts, const struct unit *unit, const char *user, struct process *out)
{
	add_group(out, out->gid);
	for (size_t i = 0; user && i < accounts->n_groups; i++)
		if (strings_has(&accounts->groups[i].members, user))
			add_group(out, accounts->groups[i].gid);
	for (size_t i = 0; i < unit->n_settings; i++) {
		uint32_t gid;

		if (streq(unit->settings[i].key, "Service.SupplementaryGroups") && find_group(accounts, unit->settings[i].value, &gid))
			add_group(out, gid);
	}
}

bool ids_of_unit(const struct accounts *accounts, const struct unit *unit, struct process *out)
{
	const struct setting *user = unit_setting(unit, "Service.User"), *group = unit_setting(unit, "Service.Group");
	const struct setting *dynamic = unit_setting(unit, "Service.DynamicUser");
	const char *name = user && *user->value ? user->value : "root";
	const struct user *account = user_by_name(accounts, name);

	/* Without User= it is named after the unit. */
	if (dynamic && streq(dynamic->value, "yes") && (!user || !account))
		return false;
	if (!account && number(name, &out->uid))
		account = user_by_uid(accounts, out->uid);
	if (!account && !streq(name, "root") && !(number(name, &out->uid) && group))
		return false;
	out->uid = account ? account->uid : out->uid;
	out->gid = account ? account->gid : out->gid;
	out->ruid = out->uid;
	if (group && *group->value && !find_group(accounts, group->value, &out->gid))
		return false;
	add_groups(accounts, unit, account ? account->name : NULL, out);
	return true;
}
