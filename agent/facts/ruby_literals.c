/* SPDX-License-Identifier: MIT */
#include "facts/ruby_literals.h"
#include "facts/ruby_lex.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

struct ruby {
	struct ruby_lex lex;
	struct statement statement;
	const char *const *names;
	ruby_called *each;
	void *context;
	unsigned blocks; /* open ones: if, do, def … */
};

static const char *const openers[] = {"if", "unless", "while", "until", "case", "for", "begin", "def", "class", "module"};
static const char *const loops[] = {"while", "until", "for"};
static const char *const modifiers[] = {"if", "unless", "while", "until", "rescue", "and", "or"};
#define ONE_OF(token, words) one_of((token), (words), COUNT_OF(words))

static bool one_of(const struct token *token, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (token->kind == TOKEN_NAME && token_is(token, words[i]))
			return true;
	return false;
}

static bool member(const struct statement *s, size_t i)
{
	return i && (token_is(&s->tokens[i - 1], ".") || token_is(&s->tokens[i - 1], "&."));
}

/* --- arguments --------------------------------------------------------------------------------------------------------- */

struct range {
	const struct statement *s;
	size_t at, end;
};

static bool next_is(const struct range *r, const char *mark)
{
	return r->at < r->end && token_is(&r->s->tokens[r->at], mark);
}

/* A value ends with a comma, a closing bracket, or the statement. */
static bool ends_here(const struct range *r)
{
	return r->at >= r->end || next_is(r, ",") || next_is(r, ")") || next_is(r, "}");
}

static struct literal take_atom(struct range *r)
{
	const struct token *t = &r->s->tokens[r->at];
	struct literal out = {.kind = LITERAL_TEXT};

	out.text = tokens_text(r->s, &r->at, r->end);
	if (out.text)
		return out;
	r->at++;
	if (t->kind == TOKEN_OTHER)
		return literal_unclear(t->why);
	if (t->kind == TOKEN_NUMBER && literal_number(t->s, t->n, &out.number))
		out.kind = LITERAL_NUMBER;
	else if (token_is(t, "nil"))
		out.kind = LITERAL_NONE;
	else if (token_is(t, "true") || token_is(t, "false"))
		out = (struct literal){.kind = LITERAL_BOOL, .number = *t->s == 't'};
	else
		return literal_unclear("an expression");
	return out;
}

static void skip_value(struct range *r)
{
	unsigned depth = r->at < r->end ? r->s->tokens[r->at].depth : 0;

	while (r->at < r->end && !(ends_here(r) && r->s->tokens[r->at].depth <= depth))
		r->at++;
}

static struct literal take_value(struct range *r)
{
	size_t from = r->at;
	struct literal out = r->at < r->end ? take_atom(r) : literal_unclear("an expression");

	if (ends_here(r))
		return out;
	literal_free(&out);
	r->at = from;
	skip_value(r);
	return literal_unclear("an expression");
}

/* The name of `:name =>` or `name:`; NULL where no option begins. */
static char *option_name(struct range *r)
{
	const struct token *t = &r->s->tokens[r->at];
	bool rocket = r->at + 1 < r->end && t->kind == TOKEN_SYMBOL && token_is(t + 1, "=>");

	if (!rocket && t->kind != TOKEN_LABEL)
		return NULL;
	r->at += rocket ? 2 : 1;
	return xstrndup(t->s, t->n);
}

static void take_argument(struct range *r, struct ruby_call *call)
{
	char *option = option_name(r);
	struct literal value = take_value(r);

	if (option && call->n_options < RUBY_ARGUMENTS_MAX) {
		call->options[call->n_options++] = (struct ruby_option){option, value};
	} else if (!option && call->n_arguments < RUBY_ARGUMENTS_MAX && !call->n_options) {
		call->arguments[call->n_arguments++] = value;
	} else {
		call->why = "its arguments could not be understood";
		free(option);
		literal_free(&value);
	}
}

static void take_arguments(struct range r, struct ruby_call *call)
{
	bool bracket = next_is(&r, "(");

	r.at += bracket;
	while (r.at < r.end && !next_is(&r, ")")) {
		if (next_is(&r, "{") || next_is(&r, "}") || next_is(&r, ","))
			r.at++;
		else
			take_argument(&r, call);
	}
	if (r.at + bracket < r.end)
		call->why = "something follows the call";
}

static void call_free(struct ruby_call *call)
{
	for (size_t i = 0; i < call->n_arguments; i++)
		literal_free(&call->arguments[i]);
	for (size_t i = 0; i < call->n_options; i++) {
		free(call->options[i].name);
		literal_free(&call->options[i].value);
	}
}

/* --- statements -------------------------------------------------------------------------------------------------------- */

static const char *name_at(const struct ruby *y, size_t i)
{
	const struct token *t = &y->statement.tokens[i];

	for (size_t k = 0; y->names[k]; k++)
		if (t->kind == TOKEN_NAME && token_is(t, y->names[k]) && !member(&y->statement, i))
			return y->names[k];
	return NULL;
}

static void report(struct ruby *y, const char *name, size_t i, const char *why)
{
	struct ruby_call call = {.name = name, .line = y->statement.tokens[i].line, .why = why};

	y->each(y->context, &call);
}

/* Index of a modifier (`… if x`) behind the call, else the end. */
static size_t modifier(const struct statement *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (s->tokens[i].depth == 0 && !member(s, i) && ONE_OF(&s->tokens[i], modifiers))
			return i;
	return s->n;
}

static void take_call(struct ruby *y, const char *name)
{
	const struct statement *s = &y->statement;
	struct ruby_call call = {.name = name, .line = s->tokens[0].line};
	size_t end = modifier(s);

	take_arguments((struct range){s, 1, end}, &call);
	if (end < s->n || s->too_long)
		call.why = "it depends on a condition";
	y->each(y->context, &call);
	call_free(&call);
}

static bool assigns(const struct statement *s)
{
	return s->n > 1 && (token_is(&s->tokens[1], "=") || token_is(&s->tokens[1], "||"));
}

/* A name that stands elsewhere than at the begin: within a block, or as somebody's argument. */
static void look_for_calls(struct ruby *y, size_t from)
{
	const struct statement *s = &y->statement;

	for (size_t i = from; i < s->n; i++) {
		const char *name = name_at(y, i);
		bool called = i + 1 < s->n && (token_is(&s->tokens[i + 1], "(") || s->tokens[i + 1].kind == TOKEN_TEXT ||
			s->tokens[i + 1].kind == TOKEN_OTHER || s->tokens[i + 1].kind == TOKEN_NAME);

		if (name && called)
			report(y, name, i, "it stands within a block");
	}
}

static void count_blocks(struct ruby *y)
{
	const struct statement *s = &y->statement;
	bool loop = ONE_OF(&s->tokens[0], loops);

	for (size_t i = 0; i < s->n; i++) {
		const struct token *t = &s->tokens[i];
		bool value = i == 0 || (s->tokens[i - 1].kind == TOKEN_MARK && s->tokens[i - 1].s[s->tokens[i - 1].n - 1] == '=');

		if (t->kind != TOKEN_NAME || member(s, i))
			continue;
		if (token_is(t, "end"))
			y->blocks -= y->blocks > 0;
		else if ((value && ONE_OF(t, openers)) || (token_is(t, "do") && !loop))
			y->blocks++;
	}
}

static void end_statement(struct ruby *y)
{
	const struct statement *s = &y->statement;
	const char *name = name_at(y, 0);

	if (name && y->blocks == 0 && !assigns(s))
		take_call(y, name);
	else
		look_for_calls(y, 0);
	count_blocks(y);
}

void ruby_read(const char *bytes, size_t n, const char *const *names, ruby_called *each, void *context)
{
	struct ruby y = {.lex.lex = {bytes, bytes + n, bytes, 1, 0}, .names = names, .each = each, .context = context};

	while (ruby_statement(&y.lex, &y.statement)) {
		if (y.statement.n)
			end_statement(&y);
		statement_clear(&y.statement);
	}
	statement_free(&y.statement);
}
