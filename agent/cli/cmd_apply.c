/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/apply_run.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/plan_file.h"
#include "cli/render.h"
#include "cli/terminal.h"
#include "plan/codec.h"
#include "plan/planner.h"
#include "validate/program.h"

#include <errno.h>
#include <time.h>

/* An apply from the command line to its reply. */
struct apply {
	const struct invocation *given;
	struct invocation effective; /* with a plan file: for the upstreams and the worker that it names */
	struct reply *reply;
	bool from_file;
	struct plan file;
	struct session session;
	struct observation seen;
	struct plan fresh;
	struct apply_run run;
};

static int fail(const struct apply *a, int code, const struct error *err)
{
	return reply_fail(a->reply, code, err);
}

/* --- usage
 * ----------------------------------------------------------------------------------------------------------------
 */

static int check_arguments(struct apply *a, struct error *err)
{
	const struct strings *words = &a->given->arguments;

	for (size_t i = 0; i < words->n; i++)
		a->from_file |= plan_file_named(words->items[i]);
	if (!a->from_file)
		return 0;
	if (words->n > 1)
		return error_set(err, EINVAL, "a plan file stands alone: it says what it is for");
	if (a->given->tighten)
		return error_set(err, EINVAL, "--tighten belongs to planning and cannot go with a plan file");
	return 0;
}

static int check_usage(struct apply *a, struct error *err)
{
	int r = check_arguments(a, err);

	if (r == 0 && a->given->validate_url)
		r = url_parse(a->given->validate_url, &a->run.url, err);
	if (r == 0 && !a->given->yes && !ask_possible())
		r = error_set(
		        err, EINVAL, "there is no terminal to ask at: say --yes to apply without a question");
	return r;
}

/* --- plan
 * ------------------------------------------------------------------------------------------------------------------
 */

/* The plan file says for which upstreams it is, and for which account where no worker was seen. */
static void take_targets(struct apply *a)
{
	struct strings *targets = &a->effective.arguments;

	for (size_t i = 0; i < a->file.n_upstreams; i++) {
		const struct plan_upstream *u = &a->file.upstreams[i];

		if (u->endpoint && !strings_has(targets, u->endpoint))
			strings_add(targets, u->endpoint);
		if (!u->worker.n_pids && u->worker.user)
			a->effective.worker = u->worker.user;
		a->effective.tighten |= strings_has(&u->causes, "world-access");
	}
}

static bool read_file(struct apply *a)
{
	struct error err = {0};
	int r = plan_file_read(a->given->arguments.items[0], &a->file, &err);

	if (r == -EINVAL || r == -EPERM || r == -ELOOP || r == -EFBIG)
		return fail(a, EXIT_CODE_STALE, &err), false;
	if (r < 0)
		return fail(a, EXIT_CODE_FAILED, &err), false;
	a->effective.arguments = (struct strings){0};
	take_targets(a);
	return true;
}

static bool check_file(struct apply *a)
{
	struct error err = {0};
	int r = plan_file_fits(&a->file, &a->fresh.host, time(NULL), &err);

	if (r == 0)
		r = plan_file_same(&a->file, &a->fresh, &err);
	if (r < 0)
		fail(a, EXIT_CODE_STALE, &err);
	return r == 0;
}

static bool make_plan(struct apply *a)
{
	struct error err = {0};
	int r = observe(&a->seen, &a->effective, &err);

	if (r < 0)
		return fail(a, EXIT_CODE_FAILED, &err), false;
	observe_plan(&a->seen, a->effective.tighten, &a->fresh);
	plan_seal(&a->fresh, time(NULL));
	progress_stop(&a->seen.progress);
	if (a->from_file)
		return check_file(a);
	if (a->fresh.n_upstreams == 0 && a->effective.arguments.n) {
		error_set(&err, ENOENT,
		        "no upstream is or belongs to what was named: nginx knows no such site");
		return fail(a, EXIT_CODE_FAILED, &err), false;
	}
	return true;
}

/* --- asking and doing
 * ---------------------------------------------------------------------------------------------------------
 */

static struct page new_page(const struct apply *a)
{
	return (struct page){.width = terminal_width(), .color = terminal_color(a->given->color)};
}

static bool anything_to_apply(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind != STEP_MANUAL)
			return true;
	return false;
}

/* The plan goes where the question goes: not to stdout where that is for a document. */
static bool confirmed(struct apply *a)
{
	struct text *where = streq(a->given->format, "json") ? &a->reply->err : &a->reply->out;
	struct page page = new_page(a);
	struct rendering r = {.plan = a->run.plan,
	        .privileged = true,
	        .tighten = a->effective.tighten,
	        .again = "",
	        .asked = true};
	struct error err = {0};

	if (a->given->yes || !anything_to_apply(a->run.plan))
		return true;
	render_text(&page, &r);
	text_add_bytes(where, page.text.bytes, page.text.size);
	text_free(&page.text);
	text_add(where, "\nApply these steps? [y/N] ");
	if (ask(a->reply))
		return true;
	error_set(&err, ECANCELED, "nothing was changed");
	fail(a, EXIT_CODE_FAILED, &err);
	return false;
}

static void report(struct apply *a, int code)
{
	struct page page = new_page(a);
	AUTO_FREE char *json = apply_run_json(&a->run, code);

	if (streq(a->given->format, "json")) {
		text_add(&a->reply->out, json);
	} else {
		apply_run_text(&a->run, &page);
		text_add_bytes(&a->reply->out, page.text.bytes, page.text.size);
		text_free(&page.text);
	}
	a->reply->code = code;
	a->reply->stands = true;
}

static void refused(struct apply *a, struct refusal *refusal)
{
	struct error err = {0};
	AUTO_FREE char *what = escape_terminal(refusal->what), *because = escape_terminal(refusal->because);

	error_set(&err, EPERM, "the guard refuses the plan, nothing was changed: %s: %s: %s", refusal->rule,
	        what, because);
	refusal_free(refusal);
	fail(a, EXIT_CODE_NO_SAFE_FIX, &err);
}

static void do_it(struct apply *a)
{
	struct refusal refusal = {0};

	if (apply_run(&a->run, &refusal) < 0)
		refused(a, &refusal);
	else
		report(a, apply_run_code(&a->run, a->from_file ? EXIT_CODE_STALE : EXIT_CODE_FAILED));
}

static bool find_program(struct apply *a)
{
	struct error err = {0};

	if (!a->given->validate_with || program_resolve(a->given->validate_with, &a->run.program, &err) == 0)
		return true;
	fail(a, EXIT_CODE_FAILED, &err);
	return false;
}

static void run(struct apply *a)
{
	struct error err = {0};

	if (check_usage(a, &err) < 0) {
		reply_usage(a->reply, "apply", &err);
		return;
	}
	if (!session_open(&a->session, false, a->reply) || !find_program(a) ||
	        (a->from_file && !read_file(a)) || !make_plan(a))
		return;
	a->run.invocation = &a->effective;
	a->run.session = &a->session;
	a->run.seen = &a->seen;
	a->run.plan = a->from_file ? &a->file : &a->fresh;
	a->run.judge.tighten = a->effective.tighten;
	if (confirmed(a))
		do_it(a);
}

void cmd_apply(const struct invocation *invocation, struct reply *reply)
{
	struct apply a = {.given = invocation,
	        .effective = *invocation,
	        .reply = reply,
	        .session = SESSION_NONE,
	        .seen.progress.pipe = -1};

	run(&a);
	apply_run_free(&a.run);
	plan_free(&a.fresh);
	plan_free(&a.file);
	observation_free(&a.seen);
	session_close(&a.session);
	if (a.effective.arguments.items != invocation->arguments.items)
		strings_free(&a.effective.arguments);
}
