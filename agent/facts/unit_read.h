/* SPDX-License-Identifier: MIT */
/* What a unit's files say: the fragment and its drop-ins, one after the other. Files come from a source; which ones, and in which order, is
 * decided before (unit_paths.h, or systemd itself). */
#ifndef PERMFIX_FACTS_UNIT_READ_H
#define PERMFIX_FACTS_UNIT_READ_H

#include "base/error.h"
#include "facts/facts.h"
#include "facts/source.h"
#include "facts/specifier.h"

struct unit_files {
	char *name;             /* of the unit */
	char *fragment;         /* NULL none */
	struct strings dropins; /* in the order in which they are applied */
};
void unit_files_free(struct unit_files *files);
#define AUTO_UNIT_FILES __attribute__((cleanup(unit_files_free)))

/* Fills settings, problems, files of *out (zeroed by the caller), and load: "error" where systemd would refuse the fragment, NULL else. Specifiers are
 * resolved but those that are not known: they stand as written, with a problem. A file that cannot be read and a line that systemd would pass
 * over are problems with file and line; the rest stands. Fails only where the source is gone. */
int unit_read(struct source *source, const struct unit_files *files, const struct specifier_host *host, struct unit *out, struct error *err);

#endif
