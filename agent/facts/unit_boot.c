/* SPDX-License-Identifier: MIT */
/* Whether a boot starts a unit, as the links of enabled units tell. */
#include "facts/unit_paths.h"
#include "base/cleanup.h"

/* Reached by every boot into an ordinary system: bootup(7). default.target is a link to one of the last. */
static const char *const always[] = {
	"sysinit.target", "basic.target", "sockets.target", "timers.target", "paths.target", "slices.target", "local-fs.target",
	"swap.target", "getty.target", "remote-fs.target", "network.target", "network-online.target", "multi-user.target",
	"graphical.target", "default.target",
};

bool unit_boots(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(always); i++)
		if (streq(always[i], name))
			return true;
	return false;
}

#define DEPTH_MAX 8

static bool reached(const struct unit_paths *paths, const char *name, unsigned depth, bool *named)
{
	if (unit_boots(name))
		return true;
	for (size_t i = 0; depth < DEPTH_MAX && i < paths->n_links; i++) {
		if (!streq(paths->links[i].unit, name))
			continue;
		*named = true;
		if (reached(paths, paths->links[i].by, depth + 1, named))
			return true;
	}
	return false;
}

const char *unit_paths_at_boot(struct unit_paths *paths, const char *name)
{
	bool named = false;

	unit_paths_links(paths);
	if (reached(paths, name, 0, &named))
		return "yes";
	return named || paths->unknown ? NULL : "no";
}
