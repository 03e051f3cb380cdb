/* SPDX-License-Identifier: MIT */
#include "validate/probe.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "validate/probe_connect.h"
#include "validate/probe_enter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/* For the child as a whole: a grace period, and what TCP endpoints may take. */
#define GRACE_MS    2000
#define DEADLINE_MS 30000
#define END_MS      1000

static const char *const obstacle_words[] = {
	[PROBE_NO_ENDPOINT] = "not an endpoint",
	[PROBE_TOO_LONG] = "the path is too long for a socket address (107 bytes at most)",
	[PROBE_UNRESOLVED] = "name not resolved (only /etc/hosts is asked)",
	[PROBE_NO_SOCKET] = "no socket",
	[PROBE_GONE] = "the worker process is gone",
	[PROBE_NAMESPACE] = "the worker's namespaces or root directory could not be entered",
	[PROBE_IDS] = "the worker's ids could not be taken",
	[PROBE_CAPABLE_ELSEWHERE] = "the worker has capabilities over files in another user namespace",
	[PROBE_SILENT] = "no answer in time",
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fill(const struct probe_answer *answer, struct probe *out)
{
	const char *words = name_of(NAMES(obstacle_words), answer->obstacle);

	free(out->reason);
	out->reason = NULL;
	out->error = answer->obstacle == PROBE_TRIED ? answer->error : -1;
	if (answer->obstacle == PROBE_TRIED)
		return;
	out->reason = answer->error ? xasprintf("%s: %s", words, strerror(answer->error)) : xstrdup(words);
}

static void fill_all(const struct probe_answer *answer, struct probe *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fill(answer, &out[i]);
}

/* A record is far below PIPE_BUF: it arrives whole. */
static void tell(int pipe, const struct probe_answer *answer)
{
	(void)!write(pipe, answer, sizeof(*answer));
}

/* Runs as root at first: nothing from outside is looked at before the ids are the worker's. Whatever happens, the process ends here. */
static _Noreturn void child(const struct worker *worker, const struct probe_door *door, const char *const *endpoints, size_t n, int pipe)
{
	struct probe_answer answer = {0};
	bool inside = probe_enter(&worker->as, door, &answer);

	/* What permfix has open is nothing for a process with the worker's ids. (Before Linux 5.9 it stays open; the child runs no other
	 * program and, not being dumpable, lets no process of the worker's user look into it.) */
	if (dup3(pipe, 3, O_CLOEXEC) < 0 && pipe != 3)
		_exit(1);
	syscall(SYS_close_range, 4, ~0U, 0);
	for (size_t i = 0; i < n; i++) {
		answer.index = (unsigned)i;
		if (inside)
			probe_connect(endpoints[i], &answer);
		tell(3, &answer);
	}
	_exit(0);
}

static int64_t time_allowed(const char *const *endpoints, size_t n)
{
	int64_t ms = GRACE_MS;

	for (size_t i = 0; i < n && ms < DEADLINE_MS; i++)
		ms += probe_needs_network(endpoints[i]) ? 2 * PROBE_TCP_MS : 10;
	return ms < DEADLINE_MS ? ms : DEADLINE_MS;
}

/* One record; false at the end, or when time is up. The index is checked: the child is not trusted once it has the worker's ids. */
static bool next_answer(int pipe, int64_t until, size_t n, struct probe_answer *answer)
{
	struct pollfd p = {.fd = pipe, .events = POLLIN};
	int64_t left = until - now_ms();
	int r;

	if (left <= 0)
		return false;
	r = poll(&p, 1, (int)left);
	if (r < 0 && errno == EINTR)
		return next_answer(pipe, until, n, answer);
	return r > 0 && read(pipe, answer, sizeof(*answer)) == (ssize_t)sizeof(*answer) && answer->index < n;
}

static void collect(int pipe, const char *const *endpoints, size_t n, struct probe *out)
{
	int64_t until = now_ms() + time_allowed(endpoints, n);
	struct probe_answer answer;

	for (size_t i = 0; i < n && next_answer(pipe, until, n, &answer); i++)
		fill(&answer, &out[answer.index]);
}

/* Not reaped yet, so its number is still its own. A child that hangs in the kernel (a dead FUSE server) is left behind after a second;
 * before Linux 5.3, which has no pidfd, it is waited for. */
static void end(pid_t pid)
{
	AUTO_CLOSE int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	kill(pid, SIGKILL);
	while (pidfd >= 0 && poll(&p, 1, END_MS) < 0 && errno == EINTR)
		;
	waitpid(pid, NULL, pidfd >= 0 ? WNOHANG : 0);
}

static int run(const struct worker *worker, const struct probe_door *door, const char *const *endpoints, size_t n,
	struct probe *out, struct error *err)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "probe");
	pid = fork();
	if (pid < 0) {
		int errnum = errno;

		close(ends[0]);
		close(ends[1]);
		return error_errno(err, errnum, "probe");
	}
	if (pid == 0)
		child(worker, door, endpoints, n, ends[1]);
	close(ends[1]);
	collect(ends[0], endpoints, n, out);
	close(ends[0]);
	end(pid);
	return 0;
}

int probe_run(const struct worker *worker, const char *const *endpoints, size_t n, struct probe *out, struct error *err)
{
	struct probe_answer answer = {.obstacle = PROBE_SILENT};
	AUTO_DOOR struct probe_door door = {-1, -1, -1};
	bool network = false;

	for (size_t i = 0; i < n; i++) {
		out[i] = (struct probe){.worker = xstrdup(worker->id), .endpoint = xstrdup(endpoints[i])};
		network = network || probe_needs_network(endpoints[i]);
	}
	fill_all(&answer, out, n);
	if (n == 0)
		return 0;
	if (!probe_open_door(&worker->as, network, &door, &answer)) {
		fill_all(&answer, out, n);
		return 0;
	}
	return run(worker, &door, endpoints, n, out, err);
}
