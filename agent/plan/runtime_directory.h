/* SPDX-License-Identifier: MIT */
/* Inside the room: what RuntimeDirectory= of a service makes (systemd.exec(5)), as its files say. */
#ifndef PERMFIX_PLAN_RUNTIME_DIRECTORY_H
#define PERMFIX_PLAN_RUNTIME_DIRECTORY_H

#include "diagnose/world.h"

/* Whether the service makes this directory. */
bool runtime_directory_has(const struct world *world, const struct unit *unit, const char *path);

/* Sets owner, group and mode of node to what the service makes of its runtime directories; false where its account is not known. */
bool runtime_directory_node(const struct world *world, const struct unit *unit, struct node *node);

#endif
