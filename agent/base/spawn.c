/* SPDX-License-Identifier: MIT */
#include "base/spawn.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/* Without a pidfd (Linux before 5.3) the end of the program is looked for this often. */
#define LOOK_EVERY_MS 20

/* Whether to stop is asked this often: signals that are held back interrupt no poll(). */
#define ASK_EVERY_MS 100

/* Times 64 KiB: the largest pipe an unprivileged program can make of the one it got (fs.pipe-max-size, 1 MiB). */
#define DRAIN_READS 17

/* One of the program's two outputs. */
struct stream {
	int fd; /* our end, non-blocking; -1 closed */
	struct text text;
	size_t max;
	bool more; /* there was more than max */
};

struct run {
	pid_t pid;
	int pidfd;
	long long deadline; /* on now_ms()'s clock */
	struct stream out, err;
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

static int input_file(const struct spawn *how)
{
	AUTO_CLOSE int fd = memfd_create("permfix-input", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, how->input, how->input ? how->input_size : 0);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	return r < 0 ? r : TAKE_FD(fd);
}

static int make_pipe(int *ours, int *theirs)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ours = ends[0];
	*theirs = ends[1];
	return fcntl(*ours, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = posix_spawnattr_setsigmask(attributes, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(attributes, &all);
	if (r == 0)
		r = posix_spawnattr_setpgroup(attributes, 0);
	if (r == 0)
		r = posix_spawnattr_setflags(attributes,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	return r;
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int in, int out, int err)
{
	int r = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);

	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, err, STDERR_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	if (r == 0)
		r = posix_spawn_file_actions_addchdir_np(actions, "/");
	return r;
}

/* The descriptors must be above 2, so that no dup2 overwrites one that is still needed. */
static int start(const struct spawn *how, int in, int out, int err, pid_t *pid)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C.UTF-8";
	char *const environment[] = {path, locale, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	r = set_attributes(&attributes);
	if (r == 0)
		r = set_descriptors(&actions, in, out, err);
	if (r == 0)
		r = posix_spawn(pid, how->path, &actions, &attributes, (char *const *)(uintptr_t)how->argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* A caller may have 0, 1 or 2 closed: then a new descriptor could be one of them. */
static int lift(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (high < 0)
		return -errno;
	close(*fd);
	*fd = high;
	return 0;
}

static int launch(const struct spawn *how, struct run *run)
{
	AUTO_CLOSE int in = input_file(how), out = -1, err = -1;
	int r = in < 0 ? in : make_pipe(&run->out.fd, &out);

	if (r == 0)
		r = make_pipe(&run->err.fd, &err);
	if (r == 0)
		r = lift(&in);
	if (r == 0)
		r = lift(&out);
	if (r == 0)
		r = lift(&err);
	if (r == 0)
		r = start(how, in, out, err, &run->pid);
	if (r == 0)
		run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	return r;
}

/* Reads what is there now, and no more than a pipe can hold: whoever writes without end does not keep us here. */
static void drain(struct stream *s)
{
	char buffer[65536];

	for (int i = 0; i < DRAIN_READS && s->fd >= 0; i++) {
		ssize_t n = read(s->fd, buffer, sizeof(buffer));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			close(s->fd);
			s->fd = -1;
			return;
		}
		s->more |= (size_t)n > s->max - s->text.size;
		text_add_bytes(&s->text, buffer, s->more ? s->max - s->text.size : (size_t)n);
	}
}

static bool ended(const struct run *run)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == run->pid;
}

static void wait_for_event(const struct run *run, bool asks, long long left)
{
	struct pollfd fds[] = {{run->out.fd, POLLIN, 0}, {run->err.fd, POLLIN, 0}, {run->pidfd, POLLIN, 0}};
	int timeout = run->pidfd < 0 && left > LOOK_EVERY_MS ? LOOK_EVERY_MS : (int)left;

	if (asks && timeout > ASK_EVERY_MS)
		timeout = ASK_EVERY_MS;
	poll(fds, COUNT_OF(fds), timeout);
}

static void attend(const struct spawn *how, struct run *run, struct spawn_result *result)
{
	while (!ended(run)) {
		long long left = run->deadline - now_ms();

		if (left <= 0) {
			result->timed_out = true;
			return;
		}
		if (how->stop && how->stop()) {
			result->stopped = true;
			return;
		}
		wait_for_event(run, how->stop, left);
		drain(&run->out);
		drain(&run->err);
		if (run->out.more) {
			result->overflowed = true;
			return;
		}
	}
}

/* Kills before reaping: as long as the program is not reaped, its process group cannot be another's. */
static void finish(struct run *run, struct spawn_result *result)
{
	int status = 0;

	kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	drain(&run->out);
	drain(&run->err);
	result->overflowed |= run->out.more;
	result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	result->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result->out_size = run->out.text.size;
	result->out = text_steal(&run->out.text);
	result->err_size = run->err.text.size;
	result->err = text_steal(&run->err.text);
}

static void run_close(struct run *run)
{
	cleanup_close(&run->out.fd);
	cleanup_close(&run->err.fd);
	cleanup_close(&run->pidfd);
}

int spawn_run(const struct spawn *how, struct spawn_result *result, struct error *err)
{
	struct run run = {.pidfd = -1, .deadline = now_ms() + how->deadline_ms, .out = {.fd = -1, .max = how->output_max},
		.err = {.fd = -1, .max = SPAWN_STDERR_MAX}};
	int r = how->path[0] == '/' ? launch(how, &run) : -EINVAL;

	*result = (struct spawn_result){.status = -1};
	if (r == 0) {
		attend(how, &run, result);
		finish(&run, result);
	}
	run_close(&run);
	return r < 0 ? error_errno(err, -r, "could not run %s", how->path) : 0;
}

int spawn_check(const struct spawn_result *result, const char *what, struct error *err)
{
	AUTO_FREE char *said = NULL;

	if (result->timed_out)
		return error_set(err, ETIMEDOUT, "%s did not end in time and was killed", what);
	if (result->stopped)
		return error_set(err, EINTR, "%s was killed: interrupted", what);
	if (result->overflowed)
		return error_set(err, EIO, "%s wrote too much and was killed", what);
	if (result->status == 0)
		return 0;
	said = escape_text(result->err, strcspn(result->err, "\n"), false);
	if (result->signal)
		return error_set(err, EIO, "%s was ended by signal %d%s%s", what, result->signal, *said ? ": " : "", said);
	return error_set(err, EIO, "%s ended with status %d%s%s", what, result->status, *said ? ": " : "", said);
}

void spawn_free(struct spawn_result *result)
{
	free(result->out);
	free(result->err);
	*result = (struct spawn_result){0};
}
