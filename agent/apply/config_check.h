/* SPDX-License-Identifier: MIT */
/* What a server will read is checked by its own program before a transaction counts: `php-fpm -t`, `nginx
 * -t`, `systemd-analyze verify` for the unit of a drop-in. uWSGI has no check mode, and systemd-tmpfiles one (--dry-run) from
 * version 256 only: there the edit's own reading of the result is the check. (nginx's check creates and owns its temporary directories, so it belongs here and never into
 * planning.) */
#ifndef PERMFIX_APPLY_CONFIG_CHECK_H
#define PERMFIX_APPLY_CONFIG_CHECK_H

#include "apply/writer.h"

struct config_check {
	char *program, *exe, *config, *prefix; /* config: of systemd-analyze the unit */
	bool must_pass; /* a reload or restart of it follows: then it must pass even where it did not before
	                 */
	bool failed_before;
	struct strings complaints; /* of systemd-analyze, before the first write: one that was there already does not count */
};
struct config_checks {
	struct config_check *items;
	size_t n;
};

/* The checks that these steps call for: servers (running, as the facts have them) of which a step edits a
 * file, and nginx masters that a step reloads or restarts. */
void config_checks_for(
        const struct facts *facts, const struct step *const *steps, size_t n, struct config_checks *out);
void config_checks_free(struct config_checks *checks);
#define AUTO_CONFIG_CHECKS __attribute__((cleanup(config_checks_free)))

/* Runs them (but those that must pass) before the first write and keeps which of them fail already. Fails
 * only where a program must not or cannot be run. */
int config_checks_before(const struct apply_host *host, struct config_checks *checks, struct error *err);

/* Runs all again: -EIO, with what the program said, where one fails that did not before, or that must pass, or
 * where systemd-analyze has a new complaint. */
int config_checks_after(const struct apply_host *host, const struct config_checks *checks, struct error *err);

#endif
