/* SPDX-License-Identifier: MIT */
#include "apply/unit_job.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/systemd_bus.h"
#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define SERVICE   SYSTEMD_SERVICE
#define OBJECT    SYSTEMD_OBJECT
#define INTERFACE SYSTEMD_MANAGER

struct job {
	char *path;           /* NULL until the call is answered */
	char *result;         /* "done", "failed", "timeout", …; NULL: still running */
	struct strings ended; /* "PATH RESULT" of jobs that ended before we knew which is ours */
};

static void job_free(struct job *job)
{
	free(job->path);
	free(job->result);
	strings_free(&job->ended);
}

static void job_ended(struct job *job, const char *path, const char *result)
{
	if (!job->path)
		strings_addf(&job->ended, "%s %s", path, result);
	else if (streq(job->path, path) && !job->result)
		job->result = xstrdup(result);
}

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) >= 0)
		job_ended(userdata, path, result);
	return 0;
}

static int bus_error(int r, const sd_bus_error *e, const char *what, struct error *err)
{
	AUTO_FREE char *said = escape_terminal(e->message ? e->message : "");

	return e->message ? error_set(err, -r, "%s: %s", what, said) : error_errno(err, -r, "%s", what);
}

static int call(sd_bus *bus, const char *method, const char *unit, unsigned deadline_ms, struct job *job,
        struct error *err)
{
	__attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL, *reply = NULL;
	__attribute__((cleanup(sd_bus_error_free))) sd_bus_error e = SD_BUS_ERROR_NULL;
	const char *path;
	int r = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, INTERFACE, method);

	if (r >= 0)
		r = sd_bus_message_append(m, "ss", unit, "replace");
	if (r >= 0)
		r = sd_bus_call(bus, m, (uint64_t)deadline_ms * 1000, &e, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r < 0)
		return bus_error(r, &e, unit, err);
	job->path = xstrdup(path);
	for (size_t i = 0; i < job->ended.n; i++) {
		const char *blank = strchr(job->ended.items[i], ' ');

		if (strncmp(job->ended.items[i], path, (size_t)(blank - job->ended.items[i])) == 0 &&
		        !path[blank - job->ended.items[i]])
			job_ended(job, path, blank + 1);
	}
	return 0;
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static int wait_for(sd_bus *bus, const struct job *job, int64_t deadline, const char *unit, struct error *err)
{
	while (!job->result) {
		int r = sd_bus_process(bus, NULL);

		if (r == 0 && now_us() >= deadline)
			return error_set(err, ETIMEDOUT, "%s: systemd's job did not end in time", unit);
		if (r == 0)
			r = sd_bus_wait(bus, (uint64_t)(deadline - now_us()));
		if (r < 0)
			return error_errno(err, -r, "%s: waiting for systemd's job", unit);
	}
	return streq(job->result, "done")
	               ? 0
	               : error_set(err, EIO, "%s: systemd's job ended as \"%s\"", unit, job->result);
}

int unit_job(const char *method, const char *unit, unsigned deadline_ms, struct error *err)
{
	__attribute__((cleanup(sd_bus_flush_close_unrefp))) sd_bus *bus = NULL;
	__attribute__((cleanup(job_free))) struct job job = {0};
	int64_t deadline = now_us() + (int64_t)deadline_ms * 1000;
	int r = systemd_bus_open(&bus);

	if (r >= 0)
		r = sd_bus_match_signal(
		        bus, NULL, SERVICE, OBJECT, INTERFACE, "JobRemoved", on_job_removed, &job);
	if (r >= 0) /* signals about jobs go to subscribers only */
		r = sd_bus_call_method(bus, SERVICE, OBJECT, INTERFACE, "Subscribe", NULL, NULL, "");
	if (r < 0)
		return error_errno(err, -r, "%s: no way to systemd", unit);
	r = call(bus, method, unit, deadline_ms, &job, err);
	return r < 0 ? r : wait_for(bus, &job, deadline, unit, err);
}

/* --- without a job
 * ------------------------------------------------------------------------------------------------------ */

int manager_reload(unsigned deadline_ms, struct error *err)
{
	__attribute__((cleanup(sd_bus_flush_close_unrefp))) sd_bus *bus = NULL;
	__attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;
	__attribute__((cleanup(sd_bus_error_free))) sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = systemd_bus_open(&bus);

	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, INTERFACE, "Reload");
	if (r >= 0)
		r = sd_bus_call(bus, m, (uint64_t)deadline_ms * 1000, &e, NULL);
	return r < 0 ? bus_error(r, &e, "systemd's daemon-reload", err) : 0;
}

static int load_unit(sd_bus *bus, const char *unit, unsigned deadline_ms, char **path, sd_bus_error *e)
{
	__attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL, *reply = NULL;
	const char *found;
	int r = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, INTERFACE, "LoadUnit");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", unit);
	if (r >= 0)
		r = sd_bus_call(bus, m, (uint64_t)deadline_ms * 1000, e, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &found);
	if (r >= 0)
		*path = xstrdup(found);
	return r;
}

int unit_running(const char *unit, bool *running, unsigned deadline_ms, struct error *err)
{
	__attribute__((cleanup(sd_bus_flush_close_unrefp))) sd_bus *bus = NULL;
	__attribute__((cleanup(sd_bus_error_free))) sd_bus_error e = SD_BUS_ERROR_NULL;
	AUTO_FREE char *path = NULL, *state = NULL;
	int r = systemd_bus_open(&bus);

	if (r >= 0)
		r = load_unit(bus, unit, deadline_ms, &path, &e);
	if (r >= 0)
		r = sd_bus_get_property_string(bus, SERVICE, path, "org.freedesktop.systemd1.Unit", "ActiveState", &e, &state);
	if (r < 0)
		return bus_error(r, &e, unit, err);
	*running = !streq(state, "inactive") && !streq(state, "failed");
	return 0;
}
