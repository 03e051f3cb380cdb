/* SPDX-License-Identifier: MIT */
#include "facts/reader.h"
#include "facts/nginx_read.h"
#include "facts/reader_check.h"
#include "facts/reader_order.h"
#include "facts/reader_serve.h"
#include "facts/reader_take.h"
#include "facts/reader_wire.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/confine.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define BYTES_MAX ((size_t)512 << 20) /* of all results of one job */

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define CHILD_MEMORY 0 /* AddressSanitizer reserves terabytes of address space */
#else
#define CHILD_MEMORY ((uint64_t)1 << 30)
#endif

struct reader {
	pid_t pid; /* 0: no child */
	int fd;
	unsigned seconds; /* for one job */
	struct text frame;
};

/* One job on its way. */
struct job {
	struct reader *r;
	const struct reader_job *kind;
	struct serving serving;
	struct timespec deadline;
	void *record;
	size_t bytes;
	bool done;
	struct error *err;
};

int reader_start(struct reader **out, struct error *err)
{
	(void)err;
	*out = xcalloc(1, sizeof(**out));
	(*out)->fd = -1;
	(*out)->seconds = READER_SECONDS;
	return 0;
}

/* Kills the child, if there is one; returns the signal that it died of by itself, 0 none. */
static int end_child(struct reader *r)
{
	int status = 0, signal_number = 0;

	if (r->pid > 0) {
		if (waitpid(r->pid, &status, WNOHANG) == 0) {
			kill(r->pid, SIGKILL);
			while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
				;
			status = 0;
		}
		signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	}
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->pid = 0;
	return signal_number;
}

void reader_stop(struct reader *r)
{
	if (!r)
		return;
	end_child(r);
	text_free(&r->frame);
	free(r);
}

/* Not confined, not run: the parent is told why. */
static _Noreturn void child_main(int fd)
{
	struct confine how = {.fds = &fd, .n_fds = 1, .memory = CHILD_MEMORY, .cpu_seconds = READER_SECONDS};
	struct error err = {0};
	int r;

	json_object_seed(0); /* jansson would open /dev/urandom for it later */
	r = confine_self(&how, &err);
	if (r < 0) {
		err.errnum = -r;
		wire_send(fd, WIRE_DONE, &err, sizeof(err), NULL);
		_exit(1);
	}
	reader_child(fd);
}

static int ensure_child(struct reader *r, struct error *err)
{
	int fds[2];

	if (r->pid)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_errno(err, errno, "cannot make a socket pair");
	r->pid = fork();
	if (r->pid == 0)
		child_main(fds[1]);
	close(fds[1]);
	r->fd = fds[0];
	if (r->pid > 0)
		return 0;
	r->pid = 0;
	close(TAKE_FD(r->fd));
	return error_errno(err, errno, "cannot start the confined reader");
}

static int broken(struct job *j, const char *what)
{
	return error_set(j->err, EPROTO, "the confined reader sent %s", what);
}

static int on_records(struct job *j)
{
	j->bytes += j->r->frame.size;
	if (j->bytes > BYTES_MAX)
		return broken(j, "too much");
	return take_records(j->kind, &j->r->frame, j->record, j->err);
}

static int answer(struct job *j, int r)
{
	const struct text *batch = &j->serving.batch;

	if (r < 0)
		return r;
	r = wire_send(j->r->fd, WIRE_FILES, batch->bytes, batch->size, &j->deadline);
	if (r < 0)
		return error_errno(j->err, -r, "the confined reader");
	serve_ahead(&j->serving);
	return 0;
}

static int on_open(struct job *j)
{
	return answer(j, serve_open(&j->serving, j->r->frame.bytes, j->r->frame.size, j->err));
}

static int on_next(struct job *j)
{
	return answer(j, serve_next(&j->serving, j->err));
}

static int on_close(struct job *j)
{
	return serve_close(&j->serving, j->err);
}

static int on_done(struct job *j)
{
	struct error theirs;
	AUTO_FREE char *shown = NULL;

	if (j->r->frame.size != sizeof(theirs))
		return broken(j, "a broken result");
	memcpy(&theirs, j->r->frame.bytes, sizeof(theirs));
	theirs.text[sizeof(theirs.text) - 1] = '\0';
	j->done = true;
	if (theirs.errnum == 0)
		return 0;
	shown = escape_terminal(theirs.text);
	return error_set(j->err, theirs.errnum > 0 ? theirs.errnum : EPROTO, "%s: %s", j->kind->name, shown);
}

static int serve_frame(struct job *j)
{
	static int (*const handlers[])(struct job *) = {
		[WIRE_OPEN] = on_open, [WIRE_NEXT] = on_next, [WIRE_CLOSE] = on_close, [WIRE_RECORDS] = on_records,
		[WIRE_DONE] = on_done,
	};
	uint32_t type = 0;
	int r = wire_receive(j->r->fd, &type, &j->r->frame, WIRE_RECORDS_MAX, &j->deadline);

	if (r < 0)
		return error_errno(j->err, -r, "the confined reader for %s", j->kind->name);
	if (type >= COUNT_OF(handlers) || !handlers[type])
		return broken(j, "a message of an unknown kind");
	return handlers[type](j);
}

static int send_job(struct job *j, unsigned number, const char *conf, const char *prefix)
{
	AUTO_TEXT struct text frame = {0};
	int r;

	text_add_char(&frame, (char)number);
	text_add_bytes(&frame, conf, strlen(conf) + 1);
	text_add_bytes(&frame, prefix, strlen(prefix) + 1);
	if (strlen(conf) >= 2 * WIRE_PATTERN_MAX || frame.size > WIRE_JOB_MAX)
		return error_set(j->err, ENAMETOOLONG, "the name of the configuration file is too long");
	r = wire_send(j->r->fd, WIRE_JOB, frame.bytes, frame.size, &j->deadline);
	return r < 0 ? error_errno(j->err, -r, "the confined reader") : 0;
}

static int run_job(struct job *j, unsigned number, const char *conf, const char *prefix)
{
	int r;

	clock_gettime(CLOCK_MONOTONIC, &j->deadline);
	j->deadline.tv_sec += j->r->seconds;
	r = ensure_child(j->r, j->err);
	r = r < 0 ? r : send_job(j, number, conf, prefix);
	while (r == 0 && !j->done)
		r = serve_frame(j);
	if (r < 0 && !j->done) {
		int signal_number = end_child(j->r);

		if (signal_number)
			r = error_set(j->err, EPROTO, "the confined reader for %s died of signal %d (%s)", j->kind->name,
				signal_number, strsignal(signal_number));
	}
	return r;
}

/* Hands the files that were read over to the record. */
static void take_files(struct job *j, struct config_file **files, size_t *n)
{
	*files = TAKE_PTR(j->serving.files);
	*n = j->serving.n_files;
	j->serving.n_files = 0;
}

/* Moves what a parser finds; what is known of the process stays. */
static void take_nginx(struct nginx *out, struct nginx *found)
{
	struct nginx kept = *out;

	*out = *found;
	*found = (struct nginx){0};
	out->pid = kept.pid;
	out->as = kept.as;
	out->exe = kept.exe;
	out->conf = kept.conf;
	out->prefix = kept.prefix;
	out->default_user = kept.default_user;
	out->default_group = kept.default_group;
	out->user_ignored = kept.user_ignored;
}

int reader_nginx(struct reader *r, int root, const char *conf, const char *prefix, struct nginx *out, struct error *err)
{
	struct nginx found = {0};
	struct job j = {.r = r, .kind = &reader_jobs[JOB_NGINX], .serving.root = root, .record = &found, .err = err};
	int result = run_job(&j, JOB_NGINX, conf, prefix);

	result = result < 0 ? result : check_nginx(&found, &j.serving.served, err);
	if (result == 0) {
		nginx_paths(conf, prefix, out);
		take_files(&j, &found.files, &found.n_files);
		take_nginx(out, &found);
	}
	shape_free(&nginx_shape, &found);
	serve_end(&j.serving);
	return result;
}

int reader_fpm(struct reader *r, int root, const char *conf, struct backend *out, struct error *err)
{
	struct backend found = {0};
	struct job j = {.r = r, .kind = &reader_jobs[JOB_FPM], .serving.root = root, .record = &found, .err = err};
	int result = run_job(&j, JOB_FPM, conf, out->exe ? out->exe : "");

	result = result < 0 ? result : check_backend(&found, &j.serving.served, err);
	if (result == 0) {
		take_files(&j, &out->files, &out->n_files);
		out->sections = TAKE_PTR(found.sections);
		out->n_sections = found.n_sections;
		out->problems = TAKE_PTR(found.problems);
		out->n_problems = found.n_problems;
		found.n_sections = found.n_problems = 0;
	}
	shape_free(&backend_shape, &found);
	serve_end(&j.serving);
	return result;
}

int reader_unit(struct reader *r, int root, const struct unit_files *files, const struct specifier_host *host, struct unit *out,
	struct error *err)
{
	AUTO_TEXT struct text order = {0};
	struct unit found = {0};
	struct job j = {.r = r, .kind = &reader_jobs[JOB_UNIT], .serving.root = root, .record = &found, .err = err};
	int result;

	if (!order_write(host, files, NULL, &order))
		return error_set(err, EINVAL, "a file's name has a newline in it");
	result = run_job(&j, JOB_UNIT, files->name, order.bytes ? order.bytes : "");
	result = result < 0 ? result : check_unit(&found, &j.serving.served, err);
	if (result == 0) {
		take_files(&j, &found.files, &found.n_files);
		*out = found;
		found = (struct unit){0};
	}
	shape_free(&unit_shape, &found);
	serve_end(&j.serving);
	return result;
}

int reader_tmpfiles(struct reader *r, int root, const struct strings *wanted, const struct specifier_host *host, struct tmpfiles *out,
	struct error *err)
{
	AUTO_TEXT struct text order = {0};
	struct tmpfiles found = {0};
	struct job j = {.r = r, .kind = &reader_jobs[JOB_TMPFILES], .serving.root = root, .record = &found, .err = err};
	bool whole = order_write(host, NULL, wanted, &order);
	int result = run_job(&j, JOB_TMPFILES, "", order.bytes ? order.bytes : "");

	result = result < 0 ? result : check_tmpfiles(&found, &j.serving.served, err);
	if (result == 0) {
		*out = found;
		out->incomplete = out->incomplete || !whole;
		found = (struct tmpfiles){0};
	}
	shape_free(&tmpfiles_shape, &found);
	serve_end(&j.serving);
	return result;
}

int reader_server(struct reader *r, int root, const struct server_order *order, struct backend *out, struct error *err)
{
	json_t *json = shape_encode(&server_order_shape, order);
	AUTO_FREE char *text = json_dumps(json, JSON_COMPACT);
	struct backend found = {0};
	struct job j = {.r = r, .kind = &reader_jobs[JOB_SERVER], .serving.root = root, .record = &found, .err = err};
	int result = run_job(&j, JOB_SERVER, "", text ? text : "");

	json_decref(json);
	result = result < 0 ? result : check_server(&found, &j.serving.served, err);
	if (result == 0) {
		take_files(&j, &found.files, &found.n_files);
		*out = found;
		found = (struct backend){0};
	}
	shape_free(&backend_shape, &found);
	serve_end(&j.serving);
	return result;
}
