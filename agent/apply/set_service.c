/* SPDX-License-Identifier: MIT */
#include "apply/set_service.h"
#include "apply/unit_job.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/proc.h"
#include "facts/read_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#define LOOK_EVERY_MS 50
/* A server that cannot start has ended by then; PHP-FPM has executed itself anew long before (some milliseconds), workers or not. */
#define SETTLE_MS     500

static bool named(const struct process *p, const char *target)
{
	AUTO_FREE char *by_pid = xasprintf("pid %u", p->pid);

	return p->pid && (streq(p->unit, target) || streq(by_pid, target));
}

static struct service_state state_of(const struct process *p, const char *program, const char *exe, const char *config)
{
	return (struct service_state){.program = xstrdup(program),
	        .unit = xstrdup(p->unit),
	        .pid = p->pid,
	        .started = p->started,
	        .exe = xstrdup(exe ? exe : p->exe),
	        .config = xstrdup(config)};
}

/* A unit that does not run: one that some server is configured to run in, or a socket unit. */
static bool find_unit(const struct facts *facts, const char *target, struct service_state *out)
{
	const struct unit *unit = unit_find(facts, target);

	for (size_t i = 0; i < facts->n_backends; i++)
		if (!facts->backends[i].pid && streq(facts->backends[i].unit, target)) {
			*out = (struct service_state){
			        .program = xstrdup(name_of(backend_kind_names, facts->backends[i].kind)), .unit = xstrdup(target)};
			return true;
		}
	if (unit)
		*out = (struct service_state){.unit = xstrdup(target), .pid = unit->pid};
	return unit != NULL;
}

int service_find(const struct facts *facts, const char *target, struct service_state *out, struct error *err)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		if (named(&facts->nginx[i].as, target)) {
			*out = state_of(&facts->nginx[i].as, "nginx", facts->nginx[i].exe, facts->nginx[i].conf);
			return 0;
		}
	for (size_t i = 0; i < facts->n_backends; i++)
		if (named(&facts->backends[i].as, target)) {
			*out = state_of(&facts->backends[i].as,
			        name_of(backend_kind_names, facts->backends[i].kind), facts->backends[i].exe,
			        facts->backends[i].config);
			return 0;
		}
	*out = (struct service_state){0};
	if (streq(target, SERVICE_MANAGER)) {
		*out = (struct service_state){.program = xstrdup(SERVICE_MANAGER), .pid = 1};
		return 0;
	}
	if (find_unit(facts, target, out))
		return 0;
	return error_set(err, ESRCH, "%s is no server that was seen running", target);
}

static bool is_still(const struct service_state *service)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct host host = {0};
	struct process_reader reader;
	struct process now = {0};
	bool same = false;

	if (proc < 0)
		return false;
	process_reader_init(&reader, proc, &host);
	if (read_process(&reader, service->pid, &now) == 0) {
		same = now.started >= service->started - 1 && now.started <= service->started + 1 &&
		       (!service->exe || streq(now.exe, service->exe));
		shape_free(&process_shape, &now);
	}
	process_reader_free(&reader);
	return same;
}

int service_pin(const struct service_state *service, struct error *err)
{
	/* the descriptor first: what is looked at after that is this process and no later one with its number
	 */
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, service->pid, 0);

	if (fd < 0)
		return error_errno(err, errno, "process %u", service->pid);
	if (!is_still(service))
		return error_set(err, ESRCH, "process %u is not the server that the plan saw", service->pid);
	return TAKE_FD(fd);
}

/* --- by signal
 * ---------------------------------------------------------------------------------------------------------
 */

static const struct {
	const char *program;
	int signal;
} reload_signals[] = {{"nginx", SIGHUP}, {"php-fpm", SIGUSR2}};

static int signal_of(const char *program)
{
	for (size_t i = 0; i < COUNT_OF(reload_signals); i++)
		if (streq(program, reload_signals[i].program))
			return reload_signals[i].signal;
	return 0;
}

struct children {
	uint32_t *pids;
	size_t n;
};

static void children_free(struct children *c)
{
	free(c->pids);
}
#define AUTO_CHILDREN __attribute__((cleanup(children_free)))

static struct children children_of(uint32_t pid)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_PROC_TABLE struct proc_table table = {0};
	struct children out = {0};

	if (proc < 0 || proc_table_read(proc, &table) < 0)
		return out;
	for (size_t i = 0; i < table.n; i++)
		if (proc_parent(&table, &table.items[i]) == pid)
			ARRAY_ADD(out.pids, out.n, table.items[i].pid);
	return out;
}

static bool among(const struct children *c, uint32_t pid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->pids[i] == pid)
			return true;
	return false;
}

/* A worker of nginx that only finishes what it has begun may do so for hours; its title says so
 * (ngx_worker_process_cycle()). */
static bool shuts_down(const struct proc_entry *entry)
{
	return strstr(entry->cmdline, "is shutting down") != NULL;
}

/* Until the old workers are gone they still take requests, with their old ids. */
static bool replaced(uint32_t pid, const struct children *before)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_PROC_TABLE struct proc_table table = {0};
	bool new = false, old = false;

	if (proc < 0 || proc_table_read(proc, &table) < 0)
		return false;
	for (size_t i = 0; i < table.n; i++) {
		if (proc_parent(&table, &table.items[i]) != pid)
			continue;
		if (!among(before, table.items[i].pid))
			new = true;
		else if (!shuts_down(&table.items[i]))
			old = true;
	}
	return new && !old;
}

static bool ended(int pidfd)
{
	struct pollfd p = {pidfd, POLLIN, 0};

	return poll(&p, 1, LOOK_EVERY_MS) > 0;
}

/* Without workers before (pm = ondemand) there need be none afterwards: then it is enough that the master
 * lives on. */
static int wait_for_workers(
        const struct service_state *service, int pidfd, const struct children *before, struct error *err)
{
	unsigned limit = before->n ? SERVICE_DEADLINE_MS : SETTLE_MS;

	for (unsigned waited = 0; waited < limit; waited += LOOK_EVERY_MS) {
		if (ended(pidfd))
			return error_set(
			        err, ESRCH, "process %u ended when it was told to reload", service->pid);
		if (before->n && replaced(service->pid, before))
			return 0;
	}
	if (!before->n)
		return 0;
	return error_set(err, ETIMEDOUT,
	        "process %u has not replaced its workers %u seconds after the reload", service->pid,
	        SERVICE_DEADLINE_MS / 1000);
}

static int send_reload(const struct service_state *service, int pidfd, struct error *err)
{
	int number = signal_of(service->program);

	if (!number)
		return error_set(err, EOPNOTSUPP,
		        "process %u is run by no service manager, and how it reloads is not known",
		        service->pid);
	if (syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0)
		return error_errno(err, errno, "signal to process %u", service->pid);
	return 0;
}

/* systemd counts a reload as done when the signal is sent (ExecReload=kill …), so the workers are waited for
 * in any case; but not where the unit has another master by now, of which nothing is known. */
static int reload_server(const struct apply_host *host, const struct service_state *service, struct error *err)
{
	bool by_unit = host->systemd && service->unit;
	AUTO_CLOSE int pidfd = service_pin(service, err);
	AUTO_CHILDREN struct children before = children_of(service->pid);
	int r;

	if (pidfd < 0 && !by_unit)
		return pidfd;
	if (by_unit)
		r = unit_job("ReloadUnit", service->unit, SERVICE_DEADLINE_MS, err);
	else
		r = send_reload(service, pidfd, err);
	return r < 0 || pidfd < 0 ? r : wait_for_workers(service, pidfd, &before, err);
}

int service_reload(const struct apply_host *host, const struct service_state *service, struct error *err)
{
	if (service->unit || !streq(service->program, SERVICE_MANAGER))
		return reload_server(host, service, err);
	if (!host->systemd)
		return error_set(err, EOPNOTSUPP, "systemd is not the service manager here: there is nothing that would read unit files anew");
	return manager_reload(SERVICE_DEADLINE_MS, err);
}

int service_note_restart(const struct apply_host *host, struct service_state *service, struct error *err)
{
	bool running = true;
	int r = service_running(host, service, &running, err);

	service->restarted = true;
	service->was_down = !running;
	return r;
}

int service_running(const struct apply_host *host, const struct service_state *service, bool *running, struct error *err)
{
	if (host->systemd && service->unit)
		return unit_running(service->unit, running, SERVICE_DEADLINE_MS, err);
	*running = service->pid && is_still(service);
	return 0;
}

int service_stop(const struct apply_host *host, const struct service_state *service, struct error *err)
{
	if (host->systemd && service->unit)
		return unit_job("StopUnit", service->unit, SERVICE_DEADLINE_MS, err);
	return error_set(err, EOPNOTSUPP, "there is no service manager that would stop it");
}

/* For most types of services the job is done as soon as the program was executed: what it makes of its configuration shows a moment later. */
static int stays_up(const struct service_state *service, struct error *err)
{
	bool running = true;
	int r = 0;

	for (unsigned waited = 0; waited < SETTLE_MS && running && r == 0; waited += 2 * LOOK_EVERY_MS) {
		poll(NULL, 0, 2 * LOOK_EVERY_MS);
		r = unit_running(service->unit, &running, SERVICE_DEADLINE_MS, err);
	}
	return r == 0 && !running ? error_set(err, EIO, "%s ended right after it was started", service->unit) : r;
}

int service_restart(const struct apply_host *host, const struct service_state *service, struct error *err)
{
	if (host->systemd && service->unit) {
		int r = unit_job("RestartUnit", service->unit, SERVICE_DEADLINE_MS, err);

		return r < 0 ? r : stays_up(service, err);
	}
	return error_set(err, EOPNOTSUPP, "process %u is run by no service manager that would start it again",
	        service->pid);
}
