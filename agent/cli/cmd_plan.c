/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/in_file.h"
#include "cli/observe.h"
#include "cli/out_file.h"
#include "cli/render.h"
#include "cli/terminal.h"
#include "plan/codec.h"
#include "plan/planner.h"

#include <errno.h>
#include <time.h>

enum { NOTES_SHOWN = 20 };

/* Logs explain; a later version reads them. Till then a name that is wrong is said, and so is that nothing comes of a right one. */
static int check_logs(const struct strings *logs, struct reply *reply, struct error *err)
{
	for (size_t i = 0; i < logs->n; i++) {
		int r = in_file_check(logs->items[i], err);

		if (r < 0)
			return r;
	}
	if (logs->n)
		reply_note(reply, "logs are not read yet by version " PERMFIX_VERSION ": --log has no effect");
	return 0;
}

static void add_word(struct text *line, const char *option, const char *word)
{
	AUTO_FREE char *quoted = word ? shell_quote(word) : NULL;

	text_addf(line, "%s%s%s%s", line->size ? " " : "", option, *option && quoted ? " " : "", quoted ? quoted : "");
}

static bool has_dash(const struct strings *words)
{
	for (size_t i = 0; i < words->n; i++)
		if (words->items[i][0] == '-')
			return true;
	return false;
}

/* The options and targets of this run, for the command to run next. */
static char *run_again(const struct invocation *in)
{
	struct text line = {0};

	if (in->tighten)
		add_word(&line, "--tighten", NULL);
	if (in->no_probe)
		add_word(&line, "--no-probe", NULL);
	if (in->root)
		add_word(&line, "--root", in->root);
	if (in->facts)
		add_word(&line, "--facts", in->facts);
	if (in->worker)
		add_word(&line, "--worker", in->worker);
	if (has_dash(&in->arguments))
		add_word(&line, "--", NULL);
	for (size_t i = 0; i < in->arguments.n; i++)
		add_word(&line, "", in->arguments.items[i]);
	return text_steal(&line);
}

/* `apply` plans for the running host and the workers that it finds. */
static bool can_apply(const struct invocation *in)
{
	return !in->root && !in->facts && !in->worker && !in->no_probe;
}

static void show_text(const struct observation *o, const struct plan *plan, struct text *out)
{
	const struct invocation *in = o->invocation;
	AUTO_FREE char *again = run_again(in);
	struct page page = {.width = terminal_width(), .color = terminal_color(in->color)};
	struct rendering r = {.plan = plan, .privileged = o->facts.host.privileged, .offline = o->facts.host.offline,
		.tighten = in->tighten, .again = again, .applies = can_apply(in)};

	render_text(&page, &r);
	*out = page.text;
}

static void show_notes(const struct plan *plan, struct reply *reply)
{
	for (size_t i = 0; i < plan->notes.n && i < NOTES_SHOWN; i++) {
		AUTO_FREE char *shown = escape_terminal(plan->notes.items[i]);

		reply_note(reply, "%s", shown);
	}
	if (plan->notes.n > NOTES_SHOWN)
		reply_note(reply, "and %zu more notes (--json lists them)", plan->notes.n - NOTES_SHOWN);
}

static int show(const struct observation *o, const struct plan *plan, struct reply *reply, struct error *err)
{
	const struct invocation *in = o->invocation;
	AUTO_FREE char *json = plan_write(plan);

	if (streq(in->format, "json"))
		text_add(&reply->out, json);
	else if (streq(in->format, "sh"))
		render_sh(&reply->out, plan);
	else
		show_text(o, plan, &reply->out);
	show_notes(plan, reply);
	reply->code = plan_exit_code(plan);
	if (plan->n_upstreams == 0 && in->arguments.n)
		return error_set(err, ENOENT, "no upstream is or belongs to what was named: nginx knows no such site");
	return in->out ? out_file_write(in->out, json, strlen(json), err) : 0;
}

void cmd_plan(const struct invocation *invocation, struct reply *reply)
{
	AUTO_OBSERVATION struct observation o = {.progress.pipe = -1};
	AUTO_PLAN struct plan plan = {0};
	struct error err = {0};
	int r = check_logs(&invocation->logs, reply, &err);

	if (r == 0)
		r = observe(&o, invocation, &err);
	if (r == 0) {
		observe_plan(&o, invocation->tighten, &plan);
		plan_seal(&plan, time(NULL));
		r = show(&o, &plan, reply, &err);
	}
	if (r < 0)
		reply_fail(reply, EXIT_CODE_FAILED, &err);
}
