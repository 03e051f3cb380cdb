/* SPDX-License-Identifier: MIT */
/* tmpfiles.d(5): what systemd-tmpfiles makes, and changes, at boot. */
#ifndef PERMFIX_FACTS_TMPFILES_READ_H
#define PERMFIX_FACTS_TMPFILES_READ_H

#include "base/error.h"
#include "facts/facts.h"
#include "facts/source.h"
#include "facts/specifier.h"

struct tmpfiles {
	struct tmpfiles_line *lines;
	size_t n_lines;
	struct config_problem *problems;
	size_t n_problems;
	bool incomplete; /* a file or directory could not be read */
};
extern const struct shape tmpfiles_shape;

/* Reads all files of the search path, in the order in which systemd-tmpfiles goes by them, and keeps the lines whose path is one of wanted, or a
 * pattern that matches one. Those paths are without symbolic links; a line's /var/run is /run, as for systemd-tmpfiles. A line that it would
 * refuse is a problem with file and line; the rest stands. Fails only where the source is gone. */
int tmpfiles_read(struct source *source, const struct strings *wanted, const struct specifier_host *host, struct tmpfiles *out,
	struct error *err);

#endif
