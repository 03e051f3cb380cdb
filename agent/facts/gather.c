/* SPDX-License-Identifier: MIT */
#include "facts/gather_state.h"
#include "facts/read_accounts.h"
#include "facts/read_backends.h"
#include "facts/read_host.h"
#include "facts/read_listeners.h"
#include "facts/read_nginx.h"
#include "facts/reader.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int open_tree(const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	AUTO_CLOSE int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", shown);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ENOTDIR, "%s: not a directory: --root needs the tree that holds the files", shown);
	return TAKE_FD(fd);
}

int gather_open(struct gather *g, const struct gather_options *options, struct facts *facts, struct error *err)
{
	*g = (struct gather){.options = options, .facts = facts, .root = -1, .proc = -1, .roots = {.proc = -1, .host = -1}};
	g->root = open_tree(options->root ? options->root : "/", err);
	if (g->root < 0)
		return g->root;
	if (!options->root) {
		g->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (g->proc < 0)
			return error_errno(err, errno, "/proc");
	}
	g->roots.proc = g->proc;
	g->roots.host = g->root;
	g->paths.offline = options->root != NULL;
	return 0;
}

void gather_close(struct gather *g)
{
	unit_bus_close(g->bus);
	if (g->reader)
		reader_stop(g->reader);
	view_roots_free(&g->roots);
	path_reader_free(&g->paths);
	if (g->root >= 0)
		close(g->root);
	if (g->proc >= 0)
		close(g->proc);
	*g = (struct gather){.root = -1, .proc = -1};
}

int gather_root(struct gather *g, const char *view)
{
	const struct view *found = view_by_id(g->facts, view ? view : "host");

	return found ? view_root(&g->roots, found) : -ENOENT;
}

/* --- the running host ------------------------------------------------------------------------------------------------- */

static void find_views(struct gather *g)
{
	struct facts *facts = g->facts;

	for (size_t i = 0; i < facts->n_nginx; i++)
		if (facts->nginx[i].pid)
			view_of_process(facts, g->proc, &facts->nginx[i].as);
	for (size_t i = 0; i < facts->n_workers; i++)
		view_of_process(facts, g->proc, &facts->workers[i].as);
	for (size_t i = 0; i < facts->n_backends; i++) {
		view_of_process(facts, g->proc, &facts->backends[i].as);
		facts->backends[i].view = xstrdup(facts->backends[i].as.view);
	}
	for (size_t i = 0; i < facts->n_listeners; i++)
		for (size_t k = 0; k < facts->listeners[i].n_holders; k++)
			view_of_process(facts, g->proc, &facts->listeners[i].holders[k]);
}

static void default_configs(struct gather *g)
{
	for (size_t i = 0; i < g->facts->n_backends; i++) {
		struct backend *backend = &g->facts->backends[i];
		int root = gather_root(g, backend->view);

		if (backend->kind == BACKEND_PHP_FPM && !backend->config && root >= 0)
			backend->config = fpm_config_default(root, backend->version);
	}
}

/* Early, so that systemd has taken the connection by the time it is asked. */
static void connect_systemd(struct gather *g)
{
	struct error err = {0};

	if (g->facts->host.systemd && unit_bus_open(&g->bus, &err) < 0)
		strings_addf(&g->facts->notes, "%s: units are judged by their files", err.text);
}

static int gather_processes(struct gather *g, struct error *err)
{
	AUTO_PROC_TABLE struct proc_table table = {0};
	struct process_reader reader;
	int r = proc_table_read(g->proc, &table);

	if (r < 0)
		return error_errno(err, -r, "/proc");
	connect_systemd(g);
	process_reader_init(&reader, g->proc, &g->facts->host);
	g->facts->processes_hidden = table.hidden;
	read_nginx(&reader, &table, g->facts);
	read_fpm(&reader, &table, g->facts);
	read_listeners(&reader, &table, g->facts);
	read_listening_backends(&table, g->facts);
	process_reader_free(&reader);
	find_views(g);
	default_configs(g);
	return 0;
}

static void gather_nothing_live(struct facts *facts)
{
	facts->listeners_unknown = true;
	facts->other_netns_unknown = true;
	facts->processes_hidden = true;
	strings_add(&facts->assumed, "A tree was read, not a running host: which processes run and who listens is not known.");
}

/* Where nothing is installed, a target or a worker that was named is still judged. */
static void gather_installed(struct gather *g)
{
	struct facts *facts = g->facts;

	if (!facts->n_nginx && !read_nginx_installed(g->root, facts)) {
		strings_add(&facts->notes, "no nginx runs here, and no main configuration file is in a usual place");
		if (g->options->worker || facts->n_targets)
			ARRAY_NEW(facts->nginx, facts->n_nginx);
	}
	for (size_t i = 0; i < facts->n_nginx; i++)
		if (!facts->nginx[i].as.view)
			facts->nginx[i].as.view = xstrdup("host");
	read_fpm_installed(g->root, facts);
}

int facts_gather(const struct gather_options *options, struct facts *facts, struct error *err)
{
	AUTO_GATHER struct gather g = {.root = -1, .proc = -1};
	bool offline = options->root != NULL;
	int r = gather_open(&g, options, facts, err);

	*facts = (struct facts){.schema = xstrdup(FACTS_SCHEMA)};
	if (r < 0)
		return r;
	read_host(g.root, offline, &facts->host);
	facts->host.probing = options->probe && facts->host.privileged && !offline;
	g.paths.labels = facts->host.selinux == LSM_ENFORCING || facts->host.selinux == LSM_PERMISSIVE;
	read_accounts(g.root, &facts->accounts, &facts->notes);
	views_host(facts);
	gather_targets(options->targets, facts);
	if (offline)
		gather_nothing_live(facts);
	else if ((r = gather_processes(&g, err)) < 0)
		return r;
	gather_installed(&g);
	gather_configuration(&g);
	gather_units(&g);
	gather_servers(&g);
	gather_units_finish(&g);
	r = gather_workers(&g, err);
	if (r < 0)
		return r;
	gather_walks(&g);
	gather_tmpfiles(&g);
	gather_unexplained(&g);
	gather_changes(&g);
	return 0;
}
