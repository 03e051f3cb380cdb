/* SPDX-License-Identifier: MIT */
/* The plan as commands. A person reads this on a terminal and pastes it into a root shell, and much of it names files that others made:
 * comments are escaped and stay on one line, and no control byte gets into a command but as an octal escape for printf. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/render.h"

static void add_comment(struct text *out, const char *label, const char *s)
{
	struct page page = {.width = PAGE_WIDTH - 2};
	size_t from = strlen(label);

	page_begin(&page, 0, from);
	page_words(&page, STYLE_PLAIN, label);
	page.blanks = from - page.column;
	page_words(&page, STYLE_PLAIN, s);
	page_end(&page);
	for (char *line = page.text.bytes, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		text_addf(out, "# %.*s\n", (int)(end - line), line);
	}
	text_free(&page.text);
}

/* The number of bytes at s that a terminal may be shown as they are; 0 where the first one is not such a byte. */
static size_t harmless_length(const char *s)
{
	size_t n = 1;

	if ((unsigned char)*s < 0x80)
		return *s == '\t' || *s == '\n' || ((unsigned char)*s >= 0x20 && *s != 0x7f);
	for (; n < 4 && (s[n] & 0xc0) == 0x80; n++)
		;
	AUTO_FREE char *escaped = escape_text(s, n, false);

	return strlen(escaped) == n ? n : 0;
}

static bool is_harmless(const char *s)
{
	for (size_t n; *s; s += n) {
		n = harmless_length(s);
		if (n == 0)
			return false;
	}
	return true;
}

/* Where a shell stands while it reads a command line. */
enum quotes { OUTSIDE, IN_SINGLE, IN_DOUBLE };

static enum quotes after(enum quotes at, char c)
{
	if (c == '\'' && at != IN_DOUBLE)
		return at == IN_SINGLE ? OUTSIDE : IN_SINGLE;
	if (c == '"' && at != IN_SINGLE)
		return at == IN_DOUBLE ? OUTSIDE : IN_DOUBLE;
	return at;
}

/* One byte as the shell makes it again from its octal digits, whatever quotes it stands in. */
static void add_byte(struct text *out, enum quotes at, char byte)
{
	const char *close = at == IN_SINGLE ? "'" : "", *quote = at == IN_DOUBLE ? "" : "\"";

	text_addf(out, "%s%s$(printf '\\%03o')%s%s", close, quote, (unsigned char)byte, quote, close);
}

/* A backslash quotes what follows, unless that has to be given as octal digits. Returns the bytes that were taken. */
static size_t add_backslash(struct text *out, enum quotes at, const char *line)
{
	size_t n = harmless_length(line + 1);

	if (n)
		text_add_bytes(out, line, 1 + n);
	else if (at == IN_DOUBLE)
		text_add(out, "\\\\");
	return 1 + n;
}

static void add_command(struct text *out, const char *line)
{
	enum quotes at = OUTSIDE;

	for (size_t n; *line; line += n) {
		n = harmless_length(line);
		if (n == 0) {
			add_byte(out, at, *line);
			n = 1;
		} else if (*line == '\\' && at != IN_SINGLE) {
			n = add_backslash(out, at, line);
		} else {
			at = after(at, *line);
			text_add_bytes(out, line, n);
		}
	}
	text_add_char(out, '\n');
}

/* The words of a here-document's end: none of the lines may be equal to it. */
static char *delimiter_for(const char *text)
{
	for (unsigned i = 0;; i++) {
		AUTO_FREE char *word = i ? xasprintf("END_OF_PATCH_%u", i) : xstrdup("END_OF_PATCH");

		if (!strstr(text, word))
			return TAKE_PTR(word);
	}
}

static void add_here_document(struct text *out, const char *file, const char *diff)
{
	AUTO_FREE char *end = delimiter_for(diff);
	AUTO_FREE char *command = xasprintf("patch --follow-symlinks -u %s <<'%s'", file, end);

	add_command(out, command);
	text_addf(out, "%s%s%s\n", diff, ends_with(diff, "\n") ? "" : "\n", end);
}

/* A diff that holds control bytes goes through printf, line by line. */
static void add_printed(struct text *out, const char *file, const char *diff)
{
	AUTO_FREE char *command = xasprintf("} | patch --follow-symlinks -u %s", file);

	text_add(out, "{\n");
	for (size_t n; *diff; diff += n + (diff[n] == '\n')) {
		n = strcspn(diff, "\n");
		text_add(out, "printf -- '");
		for (size_t i = 0; i < n; i++) {
			AUTO_FREE char *one = xstrndup(diff + i, 1);

			/* Some shells look for conversions only after the octal digits were replaced: % must be doubled. */
			if (*one == '%')
				text_add(out, "%%");
			else if (harmless_length(one) == 0 || strchr("\\'", *one))
				text_addf(out, "\\%03o", (unsigned char)*one);
			else
				text_add(out, one);
		}
		text_add(out, "\\n'\n");
	}
	add_command(out, command);
}

static void add_patch(struct text *out, const struct step *step)
{
	AUTO_FREE char *file = shell_quote(step->target);

	if (is_harmless(step->diff))
		add_here_document(out, file, step->diff);
	else
		add_printed(out, file, step->diff);
}

/* The plan's own line for an edit is a here-document; this one also keeps its control bytes from the terminal. */
static void add_line(struct text *out, const struct step *step, const char *line)
{
	if (step->kind == STEP_MANUAL)
		add_comment(out, "  ", line);
	else if (step->diff && strstr(line, step->diff))
		add_patch(out, step);
	else
		add_command(out, line);
}

static void add_step(struct text *out, const struct step *step)
{
	AUTO_FREE char *title = step_title(step);
	AUTO_FREE char *head = xasprintf("%s: %s", step->id, title);
	AUTO_FREE char *reach = reach_text(&step->reach);
	AUTO_FREE char *impact = impact_text(step);

	text_add(out, "\n");
	add_comment(out, "", head);
	if (step->because)
		add_comment(out, step->kind == STEP_MANUAL ? "  do:     " : "  why:    ", step->because);
	if (step->kind != STEP_MANUAL) {
		add_comment(out, "  reach:  ", reach);
		add_comment(out, "  impact: ", impact);
	}
	for (size_t i = 0; i < step->warnings.n; i++)
		add_comment(out, "  warning: ", step->warnings.items[i]);
	if (step->diff && step->sh.n == 0 && step->kind != STEP_MANUAL)
		add_patch(out, step);
	for (size_t i = 0; i < step->sh.n; i++)
		add_line(out, step, step->sh.items[i]);
}

static bool does_something(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind != STEP_MANUAL && (plan->steps[i].diff || plan->steps[i].sh.n))
			return true;
	return false;
}

static void add_verdict(struct text *out, const struct plan_upstream *u)
{
	AUTO_FREE char *name = upstream_name(u);
	AUTO_TEXT struct text line = {0};

	text_addf(&line, "%s is %s", name, u->verdict);
	for (size_t i = 0; i < u->causes.n; i++)
		text_addf(&line, "%s%s", i ? ", " : ": ", u->causes.items[i]);
	if (u->steps.n == 0)
		text_add(&line, "; no step here cures it");
	add_comment(out, "", line.bytes);
}

void render_sh(struct text *out, const struct plan *plan)
{
	AUTO_FREE char *head = xasprintf("permfix %s: what its plan would do, as commands for a root shell. Read it before you run it.",
		plan->permfix ? plan->permfix : PERMFIX_VERSION);

	add_comment(out, "", head);
	if (!plan->host.id && !plan->host.boot)
		add_comment(out, "", "ATTENTION: the plan is about a tree, not about this host: its paths are those within the tree.");
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (has_fault(&plan->upstreams[i]))
			add_verdict(out, &plan->upstreams[i]);
	if (!does_something(plan))
		add_comment(out, "", "There is nothing to run.");
	else
		text_add(out, "set -e\n");
	for (size_t i = 0; i < plan->n_steps; i++)
		add_step(out, &plan->steps[i]);
}
