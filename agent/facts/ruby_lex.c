/* SPDX-License-Identifier: MIT */
#include "facts/ruby_lex.h"
#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>

static const char *const pairs[] = {"=>", "==", "!=", "<=", ">=", "||", "&&", "+=", "-=", "::", "=~", "&.", "<<", "..", NULL};

/* After these marks, or at the begin, a value follows: there % and / and << begin a literal. */
static bool value_follows(const struct statement *s)
{
	const struct token *last = s->n ? &s->tokens[s->n - 1] : NULL;

	if (!last || last->kind == TOKEN_LABEL)
		return true;
	return last->kind == TOKEN_MARK && !strchr(")]}", last->s[0]);
}

static void add_text(struct ruby_lex *r, struct statement *s, const char *from, struct text *text, const char *why)
{
	struct token token = {.kind = why ? TOKEN_OTHER : TOKEN_TEXT, .s = from, .n = (size_t)(r->lex.p - from), .why = why,
		.line = r->lex.line, .depth = r->lex.depth, .text = text_steal(text)};

	if (!why && strlen(token.text) > 4096) {
		token.kind = TOKEN_OTHER;
		token.why = "a very long string";
	}
	lex_add(s, token);
}

/* One character of a string in quotes; false: not a constant, or an escape that is not decoded here. */
static bool take_character(struct lex *l, char quote, struct text *out)
{
	bool plain = true;

	if (*l->p == '\\' && l->p + 1 < l->end) {
		if (quote == '\'' && !strchr("\\'", l->p[1]))
			text_add_char(out, *l->p++);
		else if (lex_escape(l, out))
			return true;
		else
			plain = false;
	} else if (quote != '\'' && *l->p == '#' && lex_at(l, 1) && strchr("{@$", lex_at(l, 1))) {
		plain = false;
	}
	text_add_char(out, *l->p);
	lex_step(l);
	return plain;
}

static void take_string(struct ruby_lex *r, struct statement *s)
{
	struct lex *l = &r->lex;
	const char *from = l->p, *why = NULL;
	char quote = *l->p++;
	struct text out = {0};

	while (l->p < l->end && *l->p != quote)
		if (!take_character(l, quote, &out))
			why = "a string that is put together";
	if (l->p == l->end)
		why = "a string without end";
	else
		l->p++;
	add_text(r, s, from, &out, quote == '`' ? "what a command prints" : why);
}

static char closing(char open)
{
	static const char from[] = "([{<", to[] = ")]}>";
	const char *found = open ? strchr(from, open) : NULL;

	return found ? to[found - from] : open;
}

/* %w[…], %q(…), %r{…} and /…/: not decoded. */
static void take_delimited(struct ruby_lex *r, struct statement *s, size_t prefix)
{
	struct lex *l = &r->lex;
	const char *from = l->p;
	char open = l->p[prefix], close = closing(open);
	unsigned depth = 1;
	struct text none = {0};

	for (l->p += prefix + 1; l->p < l->end && depth; lex_step(l)) {
		if (*l->p == '\\' && l->p + 1 < l->end)
			lex_step(l);
		else if (*l->p == close)
			depth--;
		else if (*l->p == open)
			depth++;
	}
	add_text(r, s, from, &none, "a literal in another notation");
}

/* Length of what stands before the delimiter of a % literal; 0 none begins here. */
static size_t percent_prefix(const struct lex *l)
{
	size_t n = lex_at(l, 1) && strchr("wWiIqQrxs", lex_at(l, 1)) ? 2 : 1;
	char delimiter = lex_at(l, n);

	return *l->p == '%' && delimiter && strchr("([{<|!/", delimiter) ? n : 0;
}

static bool take_heredoc(struct ruby_lex *r, struct statement *s)
{
	struct lex *l = &r->lex;
	const char *from = l->p;
	size_t at = 2, n = 0, quoted;
	bool indented = lex_at(l, at) && strchr("~-", lex_at(l, at));
	struct text none = {0};

	at += indented;
	quoted = lex_at(l, at) == '"' || lex_at(l, at) == '\'';
	at += quoted;
	if (lex_at(l, 0) != '<' || lex_at(l, 1) != '<' || !(isupper((unsigned char)lex_at(l, at)) || lex_at(l, at) == '_') ||
		r->n_heredocs == RUBY_HEREDOCS_MAX)
		return false;
	while (lex_word(lex_at(l, at + n)))
		n++;
	r->heredocs[r->n_heredocs].s = from + at;
	r->heredocs[r->n_heredocs].indented = indented;
	r->heredocs[r->n_heredocs++].n = n;
	l->p += at + n + quoted < (size_t)(l->end - l->p) ? at + n + quoted : (size_t)(l->end - l->p);
	add_text(r, s, from, &none, "a here document");
	return true;
}

/* Goes behind the texts that begin with this line. */
static void skip_heredocs(struct ruby_lex *r)
{
	struct lex *l = &r->lex;

	for (size_t i = 0; i < r->n_heredocs; i++) {
		bool found = false;

		while (l->p < l->end && !found) {
			const char *line = l->p, *begin;

			lex_skip_line(l);
			for (begin = line; r->heredocs[i].indented && begin < l->p && (*begin == ' ' || *begin == '\t'); begin++)
				;
			found = (size_t)(l->p - begin) == r->heredocs[i].n && memcmp(begin, r->heredocs[i].s, r->heredocs[i].n) == 0;
			if (l->p < l->end)
				lex_step(l);
		}
	}
	r->n_heredocs = 0;
}

static void take_symbol(struct ruby_lex *r, struct statement *s)
{
	struct lex *l = &r->lex;

	l->p++;
	lex_take_name(l, s);
	if (s->n && !s->too_long)
		s->tokens[s->n - 1].kind = TOKEN_SYMBOL;
}

static void take_name(struct ruby_lex *r, struct statement *s)
{
	struct lex *l = &r->lex;

	lex_take_name(l, s);
	if (s->too_long)
		return;
	if (lex_at(l, 0) == ':' && lex_at(l, 1) != ':') {
		s->tokens[s->n - 1].kind = TOKEN_LABEL;
		l->p++;
	} else if (strchr("?!", lex_at(l, 0)) && lex_at(l, 0) && lex_at(l, 1) != '=') {
		l->p++;
		s->tokens[s->n - 1].n++;
	}
}

static void take_token(struct ruby_lex *r, struct statement *s)
{
	struct lex *l = &r->lex;
	bool value = value_follows(s), after_name = s->n && s->tokens[s->n - 1].kind == TOKEN_NAME;
	size_t percent = percent_prefix(l);

	if (strchr("\"'`", *l->p))
		take_string(r, s);
	else if (percent && (value || (after_name && percent == 2)))
		take_delimited(r, s, percent);
	else if (*l->p == '/' && value)
		take_delimited(r, s, 0);
	else if ((value || after_name) && take_heredoc(r, s))
		return;
	else if (*l->p == ':' && lex_word(lex_at(l, 1)))
		take_symbol(r, s);
	else if (isdigit((unsigned char)*l->p))
		lex_take_number(l, s);
	else if (lex_word(*l->p))
		take_name(r, s);
	else
		lex_take_mark(l, s, pairs);
}

/* --- statements -------------------------------------------------------------------------------------------------------- */

static bool line_is(const struct lex *l, const char *word)
{
	size_t n = strlen(word);

	return l->p == l->line_start && (size_t)(l->end - l->p) >= n && memcmp(l->p, word, n) == 0;
}

static void skip_block_comment(struct lex *l)
{
	do {
		lex_skip_line(l);
		if (l->p < l->end)
			lex_step(l);
	} while (l->p < l->end && !line_is(l, "=end"));
	lex_skip_line(l);
}

/* A line ends no statement after a comma or an operator. */
static bool goes_on(const struct statement *s)
{
	const struct token *last = s->n ? &s->tokens[s->n - 1] : NULL;

	return last && last->kind == TOKEN_MARK && !strchr(")]}|?!", last->s[0]);
}

/* The next line that is not blank begins with a dot: the call goes on. Goes there. */
static bool dot_follows(struct lex *l)
{
	while (l->p < l->end && strchr(" \t\r\n", *l->p) && *l->p)
		lex_step(l);
	return lex_at(l, 0) == '.' && lex_at(l, 1) != '.';
}

/* True where the statement ends here. */
static bool take_newline(struct ruby_lex *r, const struct statement *s)
{
	struct lex *l = &r->lex;

	lex_step(l);
	if (r->n_heredocs)
		skip_heredocs(r);
	return s->n && l->depth == 0 && !goes_on(s) && !dot_follows(l);
}

enum skipped { SKIPPED, ENDED, TOKEN_HERE };

static enum skipped skip_lines(struct ruby_lex *r, const struct statement *s)
{
	struct lex *l = &r->lex;

	if (*l->p == '\n')
		return take_newline(r, s) ? ENDED : SKIPPED;
	if (line_is(l, "__END__"))
		l->p = l->end;
	else if (line_is(l, "=begin"))
		skip_block_comment(l);
	else if (*l->p == '#')
		lex_skip_line(l);
	else
		return TOKEN_HERE;
	return SKIPPED;
}

static enum skipped skip_blanks(struct ruby_lex *r, const struct statement *s)
{
	struct lex *l = &r->lex;
	bool ends = *l->p == ';' && l->depth == 0 && s->n;

	if (*l->p == '\\' && lex_at(l, 1) == '\n')
		l->p++;
	else if (!strchr(" \t\r\f;", *l->p)) /* finds the NUL byte too: passed over */
		return TOKEN_HERE;
	lex_step(l);
	return ends ? ENDED : SKIPPED;
}

bool ruby_statement(struct ruby_lex *r, struct statement *s)
{
	while (r->lex.p < r->lex.end) {
		enum skipped what = skip_lines(r, s);

		what = what == TOKEN_HERE ? skip_blanks(r, s) : what;
		if (what == ENDED)
			return true;
		if (what == TOKEN_HERE)
			take_token(r, s);
	}
	return s->n > 0;
}
