/* SPDX-License-Identifier: MIT */
/* What specifiers say of the host, read beneath its root; of the running host the kernel is asked. */
#ifndef PERMFIX_FACTS_SPECIFIER_HOST_H
#define PERMFIX_FACTS_SPECIFIER_HOST_H

#include <stdbool.h>

#include "facts/specifier.h"

/* The caller frees by specifier_host_free(). Of a tree, what only a running host has stays NULL. */
void specifier_host_read(int root, bool offline, struct specifier_host *out);

#endif
