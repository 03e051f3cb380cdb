/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/start.h"

static void (*const handlers[COMMAND_COUNT])(const struct invocation *, struct reply *) = {
#define COMMAND(id, handler) handler,
#include "cli/commands.def"
#undef COMMAND
};

static void wrong_usage(const struct invocation *invocation, const struct error *err, struct reply *reply)
{
	if (invocation->command != COMMAND_COUNT) {
		reply_usage(reply, commands[invocation->command].word, err);
		return;
	}
	reply_fail(reply, EXIT_CODE_USAGE, err);
	reply_note(reply, "'permfix help' lists what it can do");
}

static void run(const struct invocation *invocation, struct reply *reply)
{
	if (invocation->version)
		text_add(&reply->out, "permfix " PERMFIX_VERSION "\n");
	else if (invocation->help && invocation->command != COMMAND_HELP)
		help_command(&commands[invocation->command], reply);
	else
		handlers[invocation->command](invocation, reply);
}

int main(int argc, char *argv[])
{
	AUTO_INVOCATION struct invocation invocation = {0};
	AUTO_REPLY struct reply reply = {0};
	struct error err = {0};

	start_hardened();
	if (options_parse(argc, argv, &invocation, &err) < 0)
		wrong_usage(&invocation, &err, &reply);
	else
		run(&invocation, &reply);
	return reply_print(&reply);
}
