/* SPDX-License-Identifier: MIT */
/* Specifiers of systemd.unit(5) and tmpfiles.d(5), as the manager of the system resolves them. */
#ifndef PERMFIX_FACTS_SPECIFIER_H
#define PERMFIX_FACTS_SPECIFIER_H

#include "facts/unit_name.h"

/* What they say of the host; NULL: not known. */
struct specifier_host {
	char *hostname;
	char *machine; /* id of the machine */
	char *boot;    /* id of the boot */
	char *kernel;  /* release */
};
void specifier_host_free(struct specifier_host *host);

/* Resolves a text; the caller frees. name NULL: not of a unit, so %n and its like mean nothing and stay as they are, as everything does that
 * systemd does not know. *unknown becomes the letter of the first specifier that systemd knows and this does not, 0 where there is none: it
 * stands as it was written. */
char *specifier_resolve(const struct specifier_host *host, const char *name, const char *text, char *unknown);

#endif
