/* SPDX-License-Identifier: MIT */
#include "facts/python_literals.h"
#include "facts/lex.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

static const char *const pairs[] = {"==", "!=", "<=", ">=", ":=", "+=", "-=", "*=", "/=", "|=", "&=", "%=", "^=", "->", "**", "//",
	"<<", ">>", NULL};

struct python {
	struct lex lex;
	struct statement statement;
	const char *const *keys;
	python_assigned *each;
	void *context;
	bool in_function; /* indented lines belong to a def or class */
};

/* --- strings ---------------------------------------------------------------------------------------------------------- */

/* Length of a prefix that a quote follows (r, b, u, f and pairs of them), SIZE_MAX where no string begins. */
static size_t prefix_of(const struct lex *l)
{
	size_t n = 0;

	while (n < 2 && lex_at(l, n) && strchr("rRbBuUfF", lex_at(l, n)))
		n++;
	return lex_at(l, n) == '"' || lex_at(l, n) == '\'' ? n : SIZE_MAX;
}

static bool has(const char *s, size_t n, const char *letters)
{
	for (size_t i = 0; i < n; i++)
		if (strchr(letters, s[i]))
			return true;
	return false;
}

static bool closes(const struct lex *l, char quote, size_t quotes)
{
	for (size_t i = 0; i < quotes; i++)
		if (lex_at(l, i) != quote)
			return false;
	return true;
}

/* One character or escape of a string; false: one that is not decoded here. */
static bool take_character(struct lex *l, bool raw, struct text *out)
{
	if (*l->p == '\\' && l->p + 1 < l->end) {
		if (!raw && lex_escape(l, out))
			return true;
		text_add_bytes(out, l->p, 2);
		lex_step(l);
		lex_step(l);
		return raw;
	}
	text_add_char(out, *l->p);
	lex_step(l);
	return true;
}

static void take_string(struct lex *l, struct statement *s, size_t prefix)
{
	struct token token = {.kind = TOKEN_TEXT, .s = l->p, .line = l->line, .depth = l->depth};
	bool raw = has(l->p, prefix, "rR");
	char quote = l->p[prefix];
	size_t quotes = lex_at(l, prefix + 1) == quote && lex_at(l, prefix + 2) == quote ? 3 : 1;
	struct text out = {0};

	token.why = has(l->p, prefix, "fF") ? "an f-string" : has(l->p, prefix, "bB") ? "bytes" : NULL;
	l->p += prefix + quotes;
	while (l->p < l->end && !closes(l, quote, quotes) && (quotes == 3 || *l->p != '\n'))
		if (!take_character(l, raw, &out) && !token.why)
			token.why = "a string with an escape that is not decoded";
	if (!closes(l, quote, quotes))
		token.why = "a string without end";
	else
		l->p += quotes;
	token.n = (size_t)(l->p - token.s);
	token.text = text_steal(&out);
	if (strlen(token.text) > 4096 && !token.why)
		token.why = "a very long string";
	token.kind = token.why ? TOKEN_OTHER : TOKEN_TEXT;
	lex_add(s, token);
}

/* --- values ------------------------------------------------------------------------------------------------------------ */

struct range {
	const struct statement *s;
	size_t at, end;
};

static bool next_is(const struct range *r, const char *mark)
{
	return r->at < r->end && token_is(&r->s->tokens[r->at], mark);
}

static struct literal take_atom(struct range *r)
{
	const struct token *t = &r->s->tokens[r->at];
	struct literal out = {.kind = LITERAL_TEXT};

	out.text = tokens_text(r->s, &r->at, r->end);
	if (out.text)
		return out;
	if (t->kind == TOKEN_OTHER)
		return literal_unclear(t->why);
	r->at++;
	if (t->kind == TOKEN_NUMBER && literal_number(t->s, t->n, &out.number))
		out.kind = LITERAL_NUMBER;
	else if (token_is(t, "None"))
		out.kind = LITERAL_NONE;
	else if (token_is(t, "True") || token_is(t, "False"))
		out = (struct literal){.kind = LITERAL_BOOL, .number = *t->s == 'T'};
	else
		return literal_unclear("an expression");
	return out;
}

static struct literal refuse(struct literal *list, const struct literal *item, bool ends)
{
	literal_free(list);
	return literal_unclear(item->kind == LITERAL_UNCLEAR ? item->why : ends ? "a list of other things than texts" : "an expression");
}

/* What stands in brackets: a list or tuple of texts, or one value in parentheses. */
static struct literal take_bracketed(struct range *r)
{
	bool parentheses = next_is(r, "(");
	const char *close = parentheses ? ")" : "]";
	struct literal out = {.kind = LITERAL_LIST};

	for (r->at++; r->at < r->end && !next_is(r, close); r->at += next_is(r, ",")) {
		AUTO_LITERAL struct literal item = take_atom(r);
		bool ends = next_is(r, ",") || next_is(r, close);

		if (parentheses && !out.items.n && next_is(r, close)) {
			struct literal only = item;

			item = (struct literal){0};
			r->at++;
			return only;
		}
		if (item.kind != LITERAL_TEXT || !ends)
			return refuse(&out, &item, ends);
		strings_own(&out.items, TAKE_PTR(item.text));
	}
	r->at++;
	return out;
}

static struct literal take_value(const struct statement *s, size_t at)
{
	struct range r = {s, at, s->n};
	struct literal out;

	if (at >= s->n || s->too_long)
		return literal_unclear("an expression");
	out = next_is(&r, "(") || next_is(&r, "[") ? take_bracketed(&r) : take_atom(&r);
	if (r.at == r.end || out.kind == LITERAL_UNCLEAR) /* beyond the end: a bracket was not closed, Python refuses that */
		return out;
	literal_free(&out);
	return literal_unclear("an expression");
}

/* --- statements -------------------------------------------------------------------------------------------------------- */

static const char *key_of(const struct python *p, const struct token *t)
{
	for (size_t i = 0; p->keys[i]; i++)
		if (t->kind == TOKEN_NAME && token_is(t, p->keys[i]))
			return p->keys[i];
	return NULL;
}

static void unclear(struct python *p, const char *key, const char *why, uint32_t line)
{
	struct literal value = literal_unclear(why);

	p->each(p->context, key, &value, line);
}

static void all_unclear(struct python *p, const char *why, uint32_t line)
{
	for (size_t i = 0; p->keys[i]; i++)
		unclear(p, p->keys[i], why, line);
}

static bool begins_with(const struct statement *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (token_is(&s->tokens[0], words[i]))
			return true;
	return false;
}

/* Statements that bind, or unbind, names without an equals sign. */
static const char *const binding[] = {"for", "with", "async", "import", "from", "del", "global", "except"};
static const char *const functions[] = {"def", "class"};
static const char *const conditions[] = {"if", "elif", "else", "while", "try", "finally", "for", "with", "except", "def", "class"};

static bool binds(const struct statement *s)
{
	return begins_with(s, binding, COUNT_OF(binding)) || begins_with(s, functions, COUNT_OF(functions));
}

/* Index of the last token that assigns outside brackets: names before it are targets. */
static size_t last_assignment(const struct statement *s)
{
	size_t found = 0;

	for (size_t i = 1; i < s->n; i++) {
		const struct token *t = &s->tokens[i];
		bool compares = t->n == 2 && strchr("=!<>", t->s[0]);

		if (t->kind == TOKEN_MARK && t->s[t->n - 1] == '=' && (t->depth == 0 || token_is(t, ":=")) && (!compares || t->n == 1))
			found = i;
	}
	return found;
}

/* Of a def only its name is bound, not its parameters. */
static size_t end_of_targets(const struct statement *s)
{
	if (begins_with(s, functions, COUNT_OF(functions)))
		return s->n < 2 ? s->n : 2;
	return binds(s) ? s->n : last_assignment(s);
}

static const char *why_within(const struct python *p)
{
	return p->statement.column ? "a value that depends on a condition" : "an expression";
}

/* Names that the statement may bind in any other way than `key = literal`. */
static void look_for_targets(struct python *p)
{
	const struct statement *s = &p->statement;
	size_t end = end_of_targets(s);

	for (size_t i = 0; i < end; i++) {
		const char *key = key_of(p, &s->tokens[i]);
		bool member = i && token_is(&s->tokens[i - 1], ".");

		if (key && !member && (binds(s) || s->tokens[i].depth == 0 || (i + 1 < s->n && token_is(&s->tokens[i + 1], ":="))))
			unclear(p, key, why_within(p), s->tokens[i].line);
	}
}

/* Calls that can set any name. */
static const char *const setters[] = {"exec", "execfile", "globals", "locals", "vars", "setattr"};

static bool may_set_all(const struct statement *s)
{
	for (size_t i = 0; i + 1 < s->n; i++)
		for (size_t k = 0; k < COUNT_OF(setters); k++)
			if (token_is(&s->tokens[i], setters[k]) && token_is(&s->tokens[i + 1], "("))
				return true;
	return s->n >= 2 && token_is(&s->tokens[0], "from") && token_is(&s->tokens[s->n - 1], "*");
}

/* `key = …` or `key: type = …`; 0 where it is neither, else the index of the value. */
static size_t plain_assignment(const struct statement *s)
{
	size_t at = 1;

	if (s->n > 2 && token_is(&s->tokens[1], ":"))
		while (at < s->n && !(token_is(&s->tokens[at], "=") && s->tokens[at].depth == 0))
			at++;
	return at < s->n && token_is(&s->tokens[at], "=") ? at + 1 : 0;
}

static void in_function(struct python *p)
{
	const struct statement *s = &p->statement;

	for (size_t i = 1; token_is(&s->tokens[0], "global") && i < s->n; i++) {
		const char *key = key_of(p, &s->tokens[i]);

		if (key)
			unclear(p, key, "a value that a function sets", s->tokens[i].line);
	}
}

static void at_top(struct python *p)
{
	const struct statement *s = &p->statement;
	const char *key = key_of(p, &s->tokens[0]);
	size_t value = key ? plain_assignment(s) : 0;

	p->in_function = token_is(&s->tokens[0], "def") || token_is(&s->tokens[0], "class") ||
		(s->n > 1 && token_is(&s->tokens[0], "async") && token_is(&s->tokens[1], "def"));
	if (value) {
		AUTO_LITERAL struct literal literal = take_value(s, value);

		p->each(p->context, key, &literal, s->tokens[0].line);
	} else {
		look_for_targets(p);
	}
}

static void end_statement(struct python *p)
{
	const struct statement *s = &p->statement;

	if (s->n) {
		if (s->column && p->in_function)
			in_function(p);
		else if (may_set_all(s))
			all_unclear(p, "a value that another file or a call may set", s->tokens[0].line);
		else if (s->column)
			look_for_targets(p);
		else
			at_top(p);
	}
	/* What was left out of a statement may have been anything. */
	if (s->too_long)
		all_unclear(p, "a value beside a very long expression", p->lex.line);
	statement_clear(&p->statement);
}

static void take_token(struct python *p)
{
	struct lex *l = &p->lex;
	struct statement *s = &p->statement;
	size_t prefix = prefix_of(l);

	if (s->n == 0 && (l->p == l->line_start || lex_at(l, 0) != ';'))
		s->column = (size_t)(l->p - l->line_start);
	if (prefix != SIZE_MAX)
		take_string(l, s, prefix);
	else if (*l->p >= '0' && *l->p <= '9')
		lex_take_number(l, s);
	else if (lex_word(*l->p))
		lex_take_name(l, s);
	else
		lex_take_mark(l, s, pairs);
}

/* `a = 1; b = 2`: the second has the column of the first. */
static void take_semicolon(struct python *p)
{
	size_t column = p->statement.column;
	bool conditional = p->statement.n && begins_with(&p->statement, conditions, COUNT_OF(conditions));

	end_statement(p);
	lex_step(&p->lex);
	while (lex_at(&p->lex, 0) == ' ')
		p->lex.p++;
	if (!strchr("\n#", lex_at(&p->lex, 0)))
		take_token(p);
	p->statement.column = conditional ? column + 1 : column;
}

void python_read(const char *bytes, size_t n, const char *const *keys, python_assigned *each, void *context)
{
	struct python p = {.lex = {bytes, bytes + n, bytes, 1, 0}, .keys = keys, .each = each, .context = context};
	struct lex *l = &p.lex;

	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		l->p = l->line_start = bytes + 3;
	while (l->p < l->end) {
		if (*l->p == '#') {
			lex_skip_line(l);
		} else if (*l->p == '\n' && l->depth == 0) {
			end_statement(&p);
			lex_step(l);
		} else if (*l->p == '\\' && (lex_at(l, 1) == '\n' || (lex_at(l, 1) == '\r' && lex_at(l, 2) == '\n'))) {
			l->p++;
			lex_skip_line(l);
			lex_step(l);
		} else if (strchr(" \t\r\n\f", *l->p)) { /* the NUL byte too: Python refuses it */
			lex_step(l);
		} else if (*l->p == ';' && l->depth == 0) {
			take_semicolon(&p);
		} else {
			take_token(&p);
		}
	}
	end_statement(&p);
	statement_free(&p.statement);
}
