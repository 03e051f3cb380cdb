/* SPDX-License-Identifier: MIT */
/* For the tests of the probe: a worker, and one attempt. */
#ifndef PERMFIX_TESTS_PROBE_COMMON_H
#define PERMFIX_TESTS_PROBE_COMMON_H

#include "scratch.h"

#include "validate/probe.h"

#define NOBODY 65534

static uint32_t nobody_groups[] = {NOBODY, 4242};

static inline struct worker nobody(pid_t pid)
{
	struct worker w = {.id = (char *)"w1"};

	w.as = (struct process){.pid = (uint32_t)pid, .uid = NOBODY, .gid = NOBODY, .groups = nobody_groups, .n_groups = 2};
	return w;
}

static inline void needs_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("needs root\n");
	skip();
}

/* One endpoint; the reason is kept for the caller to look at until the next call. */
static char reason[256];
static inline int probe_one(const struct worker *worker, const char *endpoint)
{
	struct probe out;
	struct error err;
	int error;

	assert_int_equal(probe_run(worker, &endpoint, 1, &out, &err), 0);
	assert_string_equal(out.worker, "w1");
	assert_string_equal(out.endpoint, endpoint);
	assert_int_equal(out.reason != NULL, out.error == -1);
	snprintf(reason, sizeof(reason), "%s", out.reason ? out.reason : "");
	error = out.error;
	free(out.worker);
	free(out.endpoint);
	free(out.reason);
	return error;
}

static inline int probe_path(const struct worker *worker, const char *path)
{
	AUTO_FREE char *endpoint = xasprintf("unix:%s/%s", scratch, path);

	return probe_one(worker, endpoint);
}

static inline void mode(const char *path, mode_t bits)
{
	assert_int_equal(fchmodat(scratch_fd, path, bits, 0), 0);
}

#endif
