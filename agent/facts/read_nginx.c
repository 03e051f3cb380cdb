/* SPDX-License-Identifier: MIT */
#include "facts/read_nginx.h"
#include "facts/nginx_command.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <string.h>

static const char *const programs[] = {"nginx", "openresty", "angie", "freenginx", "tengine", "nginx-debug", "angie-debug"};

static bool known_program(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(programs); i++)
		if (streq(name, programs[i]))
			return true;
	return false;
}

static bool may_set_ids(const struct process *process)
{
	return process->caps >> CAP_SETUID & 1;
}

/* One master under examination. */
struct claim {
	const struct process_reader *reader;
	const struct proc_table *table;
	struct proc_entry *entry;
	struct process as;
	struct process *workers;
	size_t n_workers;
};

static void claim_free(struct claim *claim)
{
	shape_free(&process_shape, &claim->as);
	for (size_t i = 0; i < claim->n_workers; i++)
		shape_free(&process_shape, &claim->workers[i]);
	free(claim->workers);
}

/* Without privileges the link to another user's executable is hidden. Then comm tells, which only a process itself can change: so it is
 * believed of root alone. */
static bool same_program(const struct claim *claim, struct proc_entry *other)
{
	if (claim->entry->exe || other->exe)
		return streq(claim->entry->exe, other->exe);
	return streq(proc_comm(claim->table, claim->entry), proc_comm(claim->table, other));
}

static bool named_as_nginx(const struct claim *claim)
{
	if (claim->entry->exe)
		return known_program(base_name(claim->entry->exe));
	return claim->as.ruid == 0 && claim->as.uid == 0 && known_program(claim->as.comm);
}

static void find_workers(struct claim *claim)
{
	for (size_t i = 0; i < claim->table->n; i++) {
		struct proc_entry *child = &claim->table->items[i];
		struct process as;

		if (nginx_title_role(child->cmdline) != NGINX_WORKER || !same_program(claim, child) ||
			proc_parent(claim->table, child) != claim->entry->pid ||
			read_process(claim->reader, child->pid, &as) < 0)
			continue;
		if (as.uid != claim->as.uid && !may_set_ids(&claim->as)) {
			shape_free(&process_shape, &as);
			continue;
		}
		ARRAY_ADD(claim->workers, claim->n_workers, as);
	}
}

/* With "master_process off" there is one process, and it keeps the title that it was started with. */
static bool runs_alone(const struct claim *claim, const struct nginx_command *command)
{
	const struct proc_entry *parent = proc_table_find(claim->table, proc_parent(claim->table, claim->entry));

	return nginx_title_role(claim->entry->cmdline) == NGINX_PLAIN && named_as_nginx(claim) && !command->no_server &&
		!(parent && claim->entry->exe && streq(parent->exe, claim->entry->exe));
}

static void read_command(const struct proc_entry *entry, struct nginx_command *out)
{
	AUTO_STRINGS struct strings arguments = {0};
	const char *argument;

	if (nginx_title_role(entry->cmdline) == NGINX_MASTER)
		nginx_title_words(entry->cmdline, &arguments);
	else
		for (size_t i = 0; (argument = proc_argument(entry, i)); i++)
			strings_add(&arguments, argument);
	nginx_command_parse(&arguments, out);
}

/* --- what it was built with ------------------------------------------------------------------------------------------ */

static bool build_of_process(int proc, uint32_t pid, struct nginx_build *out)
{
	char path[32];

	snprintf(path, sizeof(path), "%" PRIu32 "/exe", pid);
	AUTO_CLOSE int fd = openat(proc, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd >= 0 && nginx_build_read(fd, out) == 0;
}

/* A relative prefix is relative to where nginx was started, which its master does not leave. */
static char *absolute_prefix(const struct claim *claim, const char *prefix)
{
	char path[32];

	snprintf(path, sizeof(path), "%" PRIu32 "/cwd", claim->entry->pid);
	AUTO_FREE char *cwd = prefix[0] == '/' ? NULL : proc_link(claim->reader->proc, path, NULL);
	AUTO_FREE char *whole = cwd ? xasprintf("%s/%s", cwd, prefix) : xstrdup(prefix);

	return nginx_prefix_path(whole);
}

/* ngx_core_module_init_conf looks at geteuid() within the master's own user namespace. */
static bool ignores_user(const struct process *master, const struct host *host)
{
	return !master->userns || master->userns == host->userns ? master->uid != 0 : !may_set_ids(master);
}

static void add_master(const struct claim *claim, const struct nginx_command *command, struct facts *facts)
{
	struct nginx *nginx = ARRAY_NEW(facts->nginx, facts->n_nginx);
	struct nginx_build build = {0};

	if (!build_of_process(claim->reader->proc, claim->as.pid, &build))
		nginx_build_assume(claim->as.exe, &build);
	nginx->pid = claim->as.pid;
	shape_copy(&process_shape, &nginx->as, &claim->as);
	nginx->exe = xstrdup(claim->as.exe);
	nginx->prefix = command->prefix ? absolute_prefix(claim, command->prefix) : xstrdup(build.prefix);
	nginx->conf = nginx_conf_path(nginx->prefix, command->conf ? command->conf : build.conf);
	nginx->user = xstrdup(command->user);
	nginx->group = xstrdup(command->group);
	nginx->default_user = xstrdup(build.user);
	nginx->default_group = xstrdup(build.group);
	nginx->user_ignored = ignores_user(&claim->as, &facts->host);
	nginx_build_free(&build);
}

/* --- workers --------------------------------------------------------------------------------------------------------- */

static bool treated_alike(const struct process *a, const struct process *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->n_groups == b->n_groups && a->caps == b->caps &&
		(!a->n_groups || memcmp(a->groups, b->groups, a->n_groups * sizeof(*a->groups)) == 0) &&
		a->mntns == b->mntns && a->userns == b->userns && a->netns == b->netns && a->pidns == b->pidns &&
		streq(a->root, b->root) && streq(a->apparmor, b->apparmor) && streq(a->selinux, b->selinux);
}

static void add_worker(struct facts *facts, size_t nginx, const struct process *as)
{
	struct worker *worker = NULL;

	for (size_t i = 0; i < facts->n_workers && !worker; i++)
		if (facts->workers[i].nginx == nginx && treated_alike(&facts->workers[i].as, as))
			worker = &facts->workers[i];
	if (!worker) {
		worker = worker_new(facts, nginx, as);
	}
	ARRAY_ADD(worker->pids, worker->n_pids, as->pid);
}

static void refuse(struct facts *facts, const struct proc_entry *entry, const char *why)
{
	AUTO_FREE char *title = escape_terminal(entry->cmdline);

	strings_addf(&facts->notes, "process %" PRIu32 " calls itself \"%.80s\", but %s: not taken for nginx", entry->pid, title, why);
}

/* Whether what claims to be a master is one; adds it then. */
static void judge_claim(struct claim *claim, struct facts *facts)
{
	bool titled = nginx_title_role(claim->entry->cmdline) == NGINX_MASTER;
	struct nginx_command command;
	bool alone, believed;

	read_command(claim->entry, &command);
	find_workers(claim);
	alone = !claim->n_workers && runs_alone(claim, &command);
	if (process_of_session(&claim->as)) {
		if (titled)
			refuse(facts, claim->entry, "it belongs to a user's session and not to a service");
		nginx_command_free(&command);
		return;
	}
	believed = alone || (titled && (named_as_nginx(claim) || (claim->n_workers && claim->entry->exe)));
	if (believed) {
		add_master(claim, &command, facts);
		for (size_t i = 0; i < claim->n_workers; i++)
			add_worker(facts, facts->n_nginx - 1, &claim->workers[i]);
		if (alone)
			add_worker(facts, facts->n_nginx - 1, &claim->as);
	} else if (titled) {
		refuse(facts, claim->entry, "its executable is not nginx and no worker runs it");
	}
	nginx_command_free(&command);
}

static bool worth_a_look(const struct proc_entry *entry)
{
	enum nginx_role role = nginx_title_role(entry->cmdline);

	return role == NGINX_MASTER ||
		(role == NGINX_PLAIN && entry->exe && entry->size && known_program(base_name(entry->exe)));
}

static bool has_worker(const struct facts *facts, uint32_t pid)
{
	for (size_t i = 0; i < facts->n_workers; i++)
		for (size_t k = 0; k < facts->workers[i].n_pids; k++)
			if (facts->workers[i].pids[k] == pid)
				return true;
	return false;
}

void read_nginx(const struct process_reader *reader, const struct proc_table *table, struct facts *facts)
{
	for (size_t i = 0; i < table->n; i++) {
		struct claim claim = {.reader = reader, .table = table, .entry = &table->items[i]};

		if (!worth_a_look(claim.entry) || read_process(reader, claim.entry->pid, &claim.as) < 0)
			continue;
		judge_claim(&claim, facts);
		claim_free(&claim);
	}
	for (size_t i = 0; i < table->n; i++)
		if (nginx_title_role(table->items[i].cmdline) == NGINX_WORKER && !has_worker(facts, table->items[i].pid))
			refuse(facts, &table->items[i], "it is no child of an nginx master that runs the same executable");
}
