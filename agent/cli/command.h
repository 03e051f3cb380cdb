/* SPDX-License-Identifier: MIT */
/* The commands. Each gets a command line that was understood and fills a reply. */
#ifndef PERMFIX_CLI_COMMAND_H
#define PERMFIX_CLI_COMMAND_H

#include "cli/options.h"
#include "cli/reply.h"

void cmd_plan(const struct invocation *invocation, struct reply *reply);
void cmd_apply(const struct invocation *invocation, struct reply *reply);
void cmd_rollback(const struct invocation *invocation, struct reply *reply);
void cmd_history(const struct invocation *invocation, struct reply *reply);
void cmd_facts(const struct invocation *invocation, struct reply *reply);
void cmd_help(const struct invocation *invocation, struct reply *reply);

/* The help of one command, for `help COMMAND` and `COMMAND --help`. */
void help_command(const struct command *command, struct reply *reply);

#endif
