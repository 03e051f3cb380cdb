/* SPDX-License-Identifier: MIT */
/* What the cgroup of a process tells: its unit and whether a container runtime made it. The unit follows the rules of
 * sd_pid_get_unit(3) (systemd, src/basic/cgroup-util.c: cg_path_get_unit); the library reads the real /proc only. */
#include "facts/read_process.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

/* Suffixes of units that can hold processes. */
static const char *const unit_suffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};

static const struct {
	const char *mark;
	const char *runtime;
} containers[] = {
	{"/docker/", "docker"},      {"/docker-", "docker"},    {"/cri-containerd", "containerd"},
	{"/nerdctl-", "containerd"}, {"/libpod-", "podman"},    {"/libpod_parent", "podman"},
	{"/lxc/", "lxc"},            {"/lxc.payload", "lxc"},   {"/kubepods", "kubepods"},
	{"/systemd-nspawn@", "nspawn"}, {"/machine.slice/", "machine"},
};

/* The cgroup path: of systemd's own hierarchy (version 1, hybrid), else of version 2 ("0::/…"). */
static char *own_path(const char *text)
{
	const char *found = NULL;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *controllers = strchr(line, ':');
		const char *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!path || path > line + strcspn(line, "\n"))
			continue;
		if (starts_with(controllers, ":name=systemd:"))
			return xstrndup(path + 1, strcspn(path + 1, "\n"));
		if (starts_with(line, "0::"))
			found = path + 1;
	}
	return found ? xstrndup(found, strcspn(found, "\n")) : NULL;
}

/* How much of the path stands for where the reader's own init was started. */
static const char *below_root(const char *path, const char *root)
{
	size_t n = strlen(root);

	return n && strncmp(path, root, n) == 0 && (path[n] == '/' || !path[n]) ? path + n : path;
}

static bool is_unit(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(unit_suffixes); i++)
		if (ends_with(word, unit_suffixes[i]) && strlen(word) > strlen(unit_suffixes[i]))
			return true;
	return false;
}

static char *unit_of(const char *path)
{
	while (*path == '/') {
		size_t n = strcspn(++path, "/");
		AUTO_FREE char *word = xstrndup(path, n);

		path += n;
		if (ends_with(word, ".slice"))
			continue;
		/* A leading "_" protects names that the kernel would take for its own files. */
		return is_unit(word) ? xstrdup(word + (word[0] == '_')) : NULL;
	}
	return NULL;
}

static const char *container_of_path(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(containers); i++)
		if (strstr(path, containers[i].mark))
			return containers[i].runtime;
	return NULL;
}

/* docker with the cgroup driver "cgroupfs" leaves systemd's hierarchy alone on some hosts: then any line tells. */
void cgroup_names(const char *text, const char *root, char **unit, char **container)
{
	AUTO_FREE char *path = own_path(text);
	const char *below = path ? below_root(path, root) : "";
	const char *runtime = container_of_path(below);

	*unit = unit_of(below);
	if (!runtime && !*root)
		runtime = container_of_path(text);
	*container = runtime ? xstrdup(runtime) : NULL;
}

bool process_of_session(const struct process *process)
{
	const char *unit = process->unit;

	return process->ruid != 0 && unit &&
		((starts_with(unit, "session-") && ends_with(unit, ".scope")) ||
			(starts_with(unit, "user@") && ends_with(unit, ".service")));
}
