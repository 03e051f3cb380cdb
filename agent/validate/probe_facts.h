/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_VALIDATE_PROBE_FACTS_H
#define PERMFIX_VALIDATE_PROBE_FACTS_H

#include "facts/facts.h"

/* Probes every upstream that the facts and their targets name, one child for each worker, and adds the results to facts.probes. What is not
 * probed (a socket that only systemd holds, or whose holders could not be seen: a connection might start a service) is added with error
 * -1 and the reason. */
void probe_facts(struct facts *facts);

#endif
