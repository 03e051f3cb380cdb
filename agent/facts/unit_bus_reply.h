/* SPDX-License-Identifier: MIT */
/* Answers of systemd taken apart. Internal to facts/unit_bus*.c. */
#ifndef PERMFIX_FACTS_UNIT_BUS_REPLY_H
#define PERMFIX_FACTS_UNIT_BUS_REPLY_H

#include <systemd/sd-bus.h>

#include "facts/unit_bus.h"

/* A reply of GetAll for org.freedesktop.systemd1.Unit. Negative errno where it is broken. */
int unit_reply_state(sd_bus_message *m, struct unit_state *out);

/* A reply of GetAll for …Service or …Socket; section "Service" or "Socket". */
int unit_reply_loaded(sd_bus_message *m, const char *section, struct unit_state *out);

#endif
