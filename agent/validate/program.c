/* SPDX-License-Identifier: MIT */
#include "validate/program.h"
#include "base/cleanup.h"
#include "base/spawn.h"
#include "base/text.h"

#include <errno.h>
#include <sys/stat.h>

#define OUTPUT_MAX ((size_t)1 << 20)

int program_resolve(const char *word, char **path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(word), *found = realpath(word, NULL);
	struct stat st;

	if (!found || stat(found, &st) < 0)
		return error_errno(err, errno, "the validation program %s", shown);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "the validation program %s is no regular file", shown);
	if (access(found, X_OK) < 0)
		return error_set(err, EACCES, "the validation program %s is not executable", shown);
	*path = TAKE_PTR(found);
	return 0;
}

int program_validate(const char *path, unsigned deadline_ms, bool (*stop)(void), struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	const char *const argv[] = {path, NULL};
	struct spawn how = {.path = path, .argv = argv, .output_max = OUTPUT_MAX, .deadline_ms = deadline_ms, .stop = stop};
	AUTO_SPAWN struct spawn_result result = {0};
	int r = spawn_run(&how, &result, err);

	if (r < 0)
		return error_wrap(err, "the validation program could not be started");
	if (result.overflowed)
		return error_set(err, EIO,
		        "the validation program %s was stopped: it wrote more than %zu MiB", shown,
		        OUTPUT_MAX >> 20);
	return spawn_check(&result, shown, err);
}
