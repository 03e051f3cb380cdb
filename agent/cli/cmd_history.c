/* SPDX-License-Identifier: MIT */
#include "apply/history.h"
#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/render.h"
#include "cli/session.h"
#include "cli/terminal.h"

#include <errno.h>

static const char *or_unknown(const char *s)
{
	return s ? s : "unknown";
}

static void show(const struct history_entry *e, struct page *page)
{
	page_begin(page, 0, 4);
	page_atom(page, STYLE_TITLE, or_unknown(e->id));
	page_atom(page, STYLE_PLAIN, or_unknown(e->when));
	page_atomf(page, STYLE_PLAIN, "by %s:", or_unknown(e->who));
	page_atom(page, streq(e->outcome, "applied") ? STYLE_GOOD : STYLE_DOUBT, e->outcome);
	page_end(page);
	for (size_t i = 0; i < e->upstreams.n; i++)
		page_line(page, 4, 8, STYLE_PLAIN, "for %s", e->upstreams.items[i]);
	for (size_t i = 0; i < e->n_steps; i++) {
		page_begin(page, 4, 8);
		page_atom(page, STYLE_PLAIN, e->steps[i].kind);
		page_atom(page, STYLE_PLAIN, e->steps[i].target);
		page_end(page);
	}
	if (e->undone)
		page_line(page, 4, 8, STYLE_PLAIN, "taken back %s", e->undone);
	if (e->because)
		page_line(page, 4, 8, STYLE_PLAIN, "because: %s", e->because);
	for (size_t i = 0; i < e->left.n; i++)
		page_line(page, 4, 8, STYLE_BAD, "left: %s", e->left.items[i]);
	page_line(page, 4, 8, STYLE_FAINT, "plan %s", or_unknown(e->digest));
}

static void print(const struct invocation *in, const struct history *history, struct reply *reply)
{
	struct page page = {.width = terminal_width(), .color = terminal_color(NULL)};
	AUTO_FREE char *json = history_write(history);

	if (streq(in->format, "json")) {
		text_add(&reply->out, json);
		return;
	}
	for (size_t i = 0; i < history->n_entries; i++)
		show(&history->entries[i], &page);
	text_add_bytes(&reply->out, page.text.bytes, page.text.size);
	text_free(&page.text);
	if (!history->n_entries)
		text_add(&reply->out, "There is no transaction yet.\n");
}

void cmd_history(const struct invocation *invocation, struct reply *reply)
{
	AUTO_HISTORY struct history history = {0};
	struct error err = {0};
	AUTO_CLOSE int state = session_state(&err);
	int r = state;

	if (state >= 0)
		r = history_read(state, &history, &err);
	else if (state == -ENOENT)
		r = 0;
	if (r >= 0)
		print(invocation, &history, reply);
	else
		reply_fail(reply, geteuid() != 0 ? EXIT_CODE_PRIVILEGES : EXIT_CODE_FAILED, &err);
}
