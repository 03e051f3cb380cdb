/* SPDX-License-Identifier: MIT */
#include "apply/undo.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/render.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "plan/when.h"

#include <errno.h>

struct rollback {
	const struct invocation *in;
	struct reply *reply;
	struct session session;
	struct tx *list;
	size_t n;
};

static const char *named(const struct rollback *b)
{
	return b->in->arguments.n ? b->in->arguments.items[0] : NULL;
}

static void show(const struct rollback *b, const struct tx *tx, struct page *page)
{
	const struct begin_record *begin = tx_begin(tx);
	AUTO_FREE char *when = rfc3339(tx->records[0].at);

	(void)b;
	page_line(page, 0, 4, STYLE_TITLE, "Transaction %s of %s:", tx->id, when);
	for (size_t i = 0; begin && i < begin->upstreams.n; i++)
		page_line(page, 2, 4, STYLE_PLAIN, "for %s", begin->upstreams.items[i]);
	for (size_t i = 0; begin && i < begin->n_steps; i++) {
		page_begin(page, 2, 6);
		page_atom(page, STYLE_FAINT, begin->steps[i].id);
		page_step_title(page, STYLE_PLAIN, &begin->steps[i]);
		page_end(page);
	}
}

static bool confirmed(const struct rollback *b, const struct tx *tx)
{
	struct page page = {.width = terminal_width(), .color = terminal_color(NULL)};

	if (b->in->yes)
		return true;
	show(b, tx, &page);
	text_add_bytes(&b->reply->out, page.text.bytes, page.text.size);
	text_free(&page.text);
	text_add(&b->reply->out, "\nTake it back? [y/N] ");
	if (ask(b->reply))
		return true;
	reply_note(b->reply, "nothing was changed");
	b->reply->code = EXIT_CODE_FAILED;
	return false;
}

static void report(const struct rollback *b, const struct tx *tx, const struct undo_outcome *undone)
{
	for (size_t i = 0; i < undone->left.n; i++) {
		AUTO_FREE char *shown = escape_terminal(undone->left.items[i]);

		reply_note(b->reply, "%s", shown);
	}
	if (!undone->complete) {
		reply_note(b->reply,
		        "transaction %s could not be taken back whole: what is left to do stands above, and "
		        "the next command that may "
		        "write tries again",
		        tx->id);
		b->reply->code = EXIT_CODE_ROLLBACK_INCOMPLETE;
	} else if (undone->left.n || !undone->verified) {
		reply_note(b->reply, "transaction %s was taken back, but for what is named above", tx->id);
		b->reply->code = EXIT_CODE_FAILED;
	} else {
		text_addf(&b->reply->out,
		        "Transaction %s was taken back, and everything is as it was before it.\n", tx->id);
	}
}

static void take_back(const struct rollback *b, const struct tx *tx)
{
	struct undo_outcome undone = {0};
	struct error err = {0};
	int r = undo_transaction(
	        &b->session.host, tx, "the user asked for it", &b->session.who, &undone, &err);

	b->reply->stands = true;
	if (r < 0)
		reply_fail(b->reply, r == -EBADMSG ? EXIT_CODE_FAILED : EXIT_CODE_ROLLBACK_INCOMPLETE, &err);
	else
		report(b, tx, &undone);
	undo_outcome_free(&undone);
}

/* Recovery has just done what was asked for: the transaction that was under way is the newest. */
static bool recovered_it(const struct rollback *b)
{
	const struct recovery *r = &b->session.recovery;

	return named(b) ? strings_has(&r->ids, named(b)) : r->ids.n > 0;
}

static void run(struct rollback *b)
{
	struct error err = {0};
	const struct tx *tx;
	int r;

	if (!b->in->yes && !ask_possible()) {
		error_set(&err, EINVAL,
		        "there is no terminal to ask at: say --yes to roll back without a question");
		reply_usage(b->reply, "rollback", &err);
		return;
	}
	if (!session_open(&b->session, true, b->reply))
		return;
	if (recovered_it(b)) {
		b->reply->code = b->session.recovery.left.n ? EXIT_CODE_FAILED : EXIT_CODE_OK;
		return;
	}
	r = tx_list(b->session.state, &b->list, &b->n, &err);
	if (r == 0)
		r = rollback_choose(b->list, b->n, named(b), &tx, &err);
	if (r < 0)
		reply_fail(b->reply, EXIT_CODE_FAILED, &err);
	else if (confirmed(b, tx))
		take_back(b, tx);
}

void cmd_rollback(const struct invocation *invocation, struct reply *reply)
{
	struct rollback b = {.in = invocation, .reply = reply, .session = SESSION_NONE};

	run(&b);
	tx_list_free(b.list, b.n);
	session_close(&b.session);
}
