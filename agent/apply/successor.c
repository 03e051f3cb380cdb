/* SPDX-License-Identifier: MIT */
#include "apply/successor.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/proc.h"
#include "facts/read_backends.h"
#include "facts/read_nginx.h"

#include <errno.h>
#include <fcntl.h>

/* What a title says is believed of root's processes only: anybody else's would be sent a signal by root on his own word. */
static bool takes_the_place(const struct service_state *was, const struct process *as, const char *exe, const char *config)
{
	return as->pid && as->uid == 0 && as->ruid == 0 && !as->unit && !as->container && streq(exe, was->exe) &&
	       (!was->config || !config || streq(config, was->config));
}

static void add(const struct service_state *was, const struct process *as, const char *config, struct service_state *out, size_t *found)
{
	if (!takes_the_place(was, as, as->exe, config))
		return;
	if ((*found)++ == 0)
		*out = (struct service_state){.program = xstrdup(was->program),
		        .pid = as->pid,
		        .started = as->started,
		        .exe = xstrdup(as->exe),
		        .config = xstrdup(was->config)};
}

static int read_masters(const struct apply_host *host, struct facts *facts, struct error *err)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_PROC_TABLE struct proc_table table = {0};
	struct process_reader reader;
	int r = proc < 0 ? -errno : proc_table_read(proc, &table);

	if (r < 0)
		return error_errno(err, -r, "/proc");
	facts->host.systemd = host->systemd;
	process_reader_init(&reader, proc, &facts->host);
	read_nginx(&reader, &table, facts);
	read_fpm(&reader, &table, facts);
	process_reader_free(&reader);
	return 0;
}

int service_successor(const struct apply_host *host, const struct service_state *was, struct service_state *out, struct error *err)
{
	AUTO_FACTS struct facts facts = {0};
	size_t found = 0;
	int r = read_masters(host, &facts, err);

	*out = (struct service_state){0};
	if (r < 0)
		return r;
	for (size_t i = 0; streq(was->program, "nginx") && i < facts.n_nginx; i++)
		add(was, &facts.nginx[i].as, facts.nginx[i].conf, out, &found);
	for (size_t i = 0; streq(was->program, "php-fpm") && i < facts.n_backends; i++)
		add(was, &facts.backends[i].as, facts.backends[i].config, out, &found);
	if (found == 1)
		return 0;
	service_state_free(out);
	*out = (struct service_state){0};
	if (!found)
		return error_set(err, ESRCH, "process %u (%s) does not run any more", was->pid, was->program);
	return error_set(err, ENOTUNIQ,
	        "process %u (%s) does not run any more, and %zu others may have taken its place: reload the one that reads the restored files",
	        was->pid, was->program, found);
}
