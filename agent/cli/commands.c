/* SPDX-License-Identifier: MIT */
/* The table of commands and options: the one place that says what the command line takes. */
#include "base/cleanup.h"
#include "cli/options.h"

#include <stdint.h>

#define STORE(member) .offset = offsetof(struct invocation, member)
#define HELP_OPTION {.name = "help", .kind = OPTION_FLAG, STORE(help), .help = "Show the help of this command"}

static const char *const format_words[] = {"text", "json", "sh", NULL};
static const char *const color_words[] = {"always", "auto", "never", NULL};

static const struct option plan_options[] = {
	{.name = "json", .kind = OPTION_SET, STORE(format), .fixed = "json", .excludes = "format",
		.help = "The same as --format json"},
	{.name = "format", .kind = OPTION_STRING, STORE(format), .argument = "FORMAT", .words = format_words,
		.help = "How to print the plan: text for people (the default), json as permfix-plan(5) describes it, or sh: the "
			"equivalent commands, to be read before they are typed"},
	{.name = "out", .kind = OPTION_STRING, STORE(out), .argument = "FILE", .completion = COMPLETE_FILE,
		.help = "Also write the plan as JSON to FILE (mode 0600); it appears there whole or not at all, and what is no "
			"regular file is not replaced"},
	{.name = "tighten", .kind = OPTION_FLAG, STORE(tighten),
		.help = "Take access that is wider than needed (world-access) for a fault and plan its end"},
	{.name = "no-probe", .kind = OPTION_FLAG, STORE(no_probe),
		.help = "Do not connect to any endpoint as the worker. Without this option, and with privileges, each is connected to "
			"once and closed again; no byte is sent"},
	{.name = "root", .kind = OPTION_STRING, STORE(root), .argument = "DIR", .completion = COMPLETE_DIRECTORY,
		.excludes = "facts",
		.help = "Look at the tree under DIR (a container image, a chroot, a folder of configuration files) instead of the "
			"running host. What only a running host can tell is unknown"},
	{.name = "facts", .kind = OPTION_STRING, STORE(facts), .argument = "FILE", .completion = COMPLETE_FILE,
		.excludes = "worker",
		.help = "Plan from the facts in FILE, as permfix facts wrote them, and look at nothing else"},
	{.name = "worker", .kind = OPTION_STRING, STORE(worker), .argument = "USER", .completion = COMPLETE_USER,
		.help = "Judge for this account instead of those of the running nginx workers"},
	{.name = "log", .kind = OPTION_LIST, STORE(logs), .argument = "FILE", .completion = COMPLETE_FILE,
		.help = "A log to explain the faults with; may be given several times. This version only checks that it can be read"},
	{.name = "color", .kind = OPTION_STRING, STORE(color), .argument = "WHEN", .fixed = "always", .words = color_words,
		.help = "Colour the text always, never, or on a terminal only (auto, the default, which also heeds NO_COLOR)"},
	HELP_OPTION,
};

#define YES_OPTION(what) {.name = "yes", .kind = OPTION_FLAG, STORE(yes), .help = what}
#define JSON_OPTION(what) {.name = "json", .kind = OPTION_SET, STORE(format), .fixed = "json", .help = what}

static const struct option apply_options[] = {
	YES_OPTION("Do not ask. Without a terminal to ask at, nothing is done unless this is given"),
	JSON_OPTION("Print one JSON document about what was done, as permfix-plan(5) describes it"),
	{.name = "tighten", .kind = OPTION_FLAG, STORE(tighten),
		.help = "Take access that is wider than needed (world-access) for a fault and end it"},
	{.name = "live-only", .kind = OPTION_FLAG, STORE(live_only),
		.help = "Change the live objects only and nothing persistent: it stops an outage till the next restart, and every later "
			"plan says not-durable"},
	{.name = "validate-url", .kind = OPTION_STRING, STORE(validate_url), .argument = "URL",
		.help = "After the change nginx itself must answer this http URL, asked through 127.0.0.1, with something else than 502 or "
			"504; if not, everything is taken back. https is not supported"},
	{.name = "validate-with", .kind = OPTION_STRING, STORE(validate_with), .argument = "PROGRAM", .completion = COMPLETE_FILE,
		.help = "After the change run PROGRAM (a path; no shell, no arguments, 30 seconds at most); if it does not exit with 0, "
			"everything is taken back"},
	{.name = "color", .kind = OPTION_STRING, STORE(color), .argument = "WHEN", .fixed = "always", .words = color_words,
		.help = "Colour the text always, never, or on a terminal only (auto, the default, which also heeds NO_COLOR)"},
	HELP_OPTION,
};

static const struct option rollback_options[] = {
	YES_OPTION("Do not ask. Without a terminal to ask at, nothing is done unless this is given"),
	HELP_OPTION,
};

static const struct option history_options[] = {
	JSON_OPTION("Print a JSON array, the oldest transaction first"),
	HELP_OPTION,
};

static const struct option facts_options[] = {
	{.name = "out", .kind = OPTION_STRING, STORE(out), .argument = "FILE", .completion = COMPLETE_FILE,
		.help = "Write the facts to FILE (mode 0600) instead of stdout"},
	{.name = "root", .kind = OPTION_STRING, STORE(root), .argument = "DIR", .completion = COMPLETE_DIRECTORY,
		.help = "Look at the tree under DIR instead of the running host"},
	HELP_OPTION,
};

static const struct option help_options[] = {HELP_OPTION};

const struct option lone_options[] = {
	{.name = "help", .kind = OPTION_FLAG, STORE(help), .help = "Show what permfix can do"},
	{.name = "version", .kind = OPTION_FLAG, STORE(version), .help = "Show the version"},
};
const size_t n_lone_options = COUNT_OF(lone_options);

#define OPTIONS(list) .options = (list), .n_options = COUNT_OF(list)

const struct command commands[COMMAND_COUNT] = {
	[COMMAND_PLAN] = {"plan", "[TARGET]...", SIZE_MAX, "0.1.0", "Say what keeps nginx from its upstreams, and what would let it in",
		"Looks at every upstream that the nginx configuration names, or at the TARGETs: an endpoint (unix:/PATH, /PATH, "
		"tcp:HOST:PORT), a server_name, or a URL of the site. Shows which access check denies, and the smallest change that "
		"lets exactly this worker in. Nothing is written anywhere but to the file of --out.",
		OPTIONS(plan_options)},
	[COMMAND_APPLY] = {"apply", "[PLAN-FILE | TARGET...]", SIZE_MAX, "0.1.0", "Repair what can be repaired safely, prove it, or take it back",
		"Plans as permfix plan does, shows the plan and asks; or takes a plan that permfix plan --out has written, and applies exactly "
		"that or refuses it with exit code 6. An argument that is the path of a regular file is such a plan. Each set of upstreams that share a step is one "
		"transaction: checked again right before each write, journalled, validated with the kernel, and taken back where that fails.",
		OPTIONS(apply_options)},
	[COMMAND_ROLLBACK] = {"rollback", "[TX]", 1, "0.1.0", "Take a transaction back",
		"Brings back what the newest transaction that was not taken back (or TX) has changed. What somebody else has changed since is left alone and "
		"named.",
		OPTIONS(rollback_options)},
	[COMMAND_HISTORY] = {"history", "", 0, "0.1.0", "List the transactions",
		"Who changed what, when, for which upstream, and what became of it.",
		OPTIONS(history_options)},
	[COMMAND_FACTS] = {"facts", "", 0, "0.1.0", "Write everything that planning looks at, as JSON",
		"Writes everything that was observed, and every answer that planning asked for. permfix plan --facts FILE makes the same "
		"plan of it on any machine.",
		OPTIONS(facts_options)},
	[COMMAND_HELP] = {"help", "[COMMAND | CAUSE | RULE]", 1, "0.1.0", "Explain a command, a cause or a rule",
		"Without an argument, lists the commands and exit codes.",
		OPTIONS(help_options)},
};
