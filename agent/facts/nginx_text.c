/* SPDX-License-Identifier: MIT */
#include "facts/nginx_text.h"
#include "facts/nginx_lex.h"
#include "facts/nginx_words.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <stdarg.h>
#include <string.h>

#define DEPTH_MAX 100          /* blocks within blocks */
#define COMPLAINTS_MAX 20      /* in one file */
#define ENTRIES_MAX 1024       /* kept of one map: no more values than that are ever of use */
#define SAME_VALUE_BACK 8      /* entries of a map whose values are looked at for being the same */

struct reading {
	struct nginx_text *text;
	struct nginx_lex lex;
	bool entries;
	size_t depth;
	size_t opaque;               /* depth of the block whose content does not matter, 0 none */
	size_t map;                  /* depth of the map block, 0 none */
	bool geo;                    /* it is a geo block */
	size_t map_entries;
	size_t opened[DEPTH_MAX + 1]; /* by depth: the directive that opened it */
};

static void complain(struct reading *r, uint32_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void complain(struct reading *r, uint32_t line, const char *format, ...)
{
	va_list args;
	char *s;

	if (r->text->n_complaints >= COMPLAINTS_MAX)
		return;
	va_start(args, format);
	s = xvasprintf(format, args);
	va_end(args);
	ARRAY_ADD(r->text->complaints, r->text->n_complaints, (struct nginx_complaint){line, s});
	r->text->weight += strlen(s) + sizeof(struct nginx_complaint);
}

/* The arguments as NUL-separated strings, and behind them the first one as it stands in the file. */
static char *pack_args(const struct nginx_lex *lex, size_t *size)
{
	const struct nginx_word *first = lex->n_words > 1 ? &lex->words[1] : NULL;
	struct text out = {0};

	for (size_t i = 1; i < lex->n_words; i++) {
		AUTO_FREE char *undone = lex->words[i].escaped ? nginx_word_text(&lex->words[i]) : NULL;

		if (undone)
			text_add(&out, undone);
		else
			text_add_bytes(&out, lex->words[i].bytes, lex->words[i].size);
		text_add_char(&out, '\0');
	}
	if (first)
		text_add_bytes(&out, lex->bytes + first->offset, first->length);
	*size = out.size;
	return text_steal(&out);
}

static void keep(struct reading *r, const struct nginx_keyword *word, bool block)
{
	const struct nginx_lex *lex = &r->lex;
	struct nginx_directive *d = ARRAY_NEW(r->text->directives, r->text->n_directives);
	size_t size;

	*d = (struct nginx_directive){.kind = (uint8_t)word->kind, .block = block, .name = word->name, .pass = word->pass,
		.line = lex->words[0].line, .n_args = (uint32_t)(lex->n_words - 1), .args = pack_args(lex, &size)};
	if (lex->n_words > 1) {
		d->offset = (uint32_t)lex->words[1].offset;
		d->length = (uint32_t)lex->words[1].length;
	}
	r->text->weight += sizeof(*d) + size + 32;
}

/* Whether one of the last entries has that value too. */
static bool seen_value(const struct reading *r, const char *value)
{
	for (size_t back = 1; back <= SAME_VALUE_BACK && back <= r->text->n_directives; back++) {
		const struct nginx_directive *d = &r->text->directives[r->text->n_directives - back];

		if (d->kind != NGINX_ENTRY)
			return false;
		if (streq(nginx_arg(d, 0), value))
			return true;
	}
	return false;
}

/* geo's "delete NETWORK" and "proxy NETWORK" are no values. */
static bool is_entry(const struct reading *r)
{
	const struct nginx_word *key = &r->lex.words[0];

	return r->lex.n_words == 2 && !(r->geo && (nginx_word_is(key, "delete") || nginx_word_is(key, "proxy")));
}

/* An entry has one argument: its value. One without says that there are more. */
static void keep_entry(struct reading *r)
{
	static const struct nginx_keyword entry = {.kind = NGINX_ENTRY};
	AUTO_FREE char *value = NULL;

	if (!is_entry(r) || r->map_entries > ENTRIES_MAX)
		return;
	value = nginx_word_text(&r->lex.words[1]);
	if (seen_value(r, value))
		return;
	if (r->map_entries++ == ENTRIES_MAX)
		r->lex.n_words = 1;
	keep(r, &entry, false);
}

static const struct nginx_keyword *keyword_of(struct reading *r)
{
	const struct nginx_lex *lex = &r->lex;

	return nginx_keyword_find(lex->words, lex->n_words);
}

/* Whether nginx takes the directive in this form. `server` is both: a block, or a line of an upstream block. */
static bool well_formed(struct reading *r, const struct nginx_keyword *word, bool block)
{
	size_t args = r->lex.n_words - 1;
	uint32_t line = r->lex.words[0].line;

	if (block && word->form == NGINX_FORM_LINE)
		complain(r, line, "directive \"%s\" is not terminated by \";\"", word->name);
	else if (!block && word->form == NGINX_FORM_BLOCK)
		complain(r, line, "directive \"%s\" has no opening \"{\"", word->name);
	else if (args < word->least || args > word->most)
		complain(r, line, "invalid number of arguments in \"%s\" directive", word->name);
	else
		return true;
	return false;
}

static bool in_map(const struct reading *r)
{
	return r->entries || r->map;
}

static void read_line(struct reading *r)
{
	const struct nginx_keyword *word;

	if (r->opaque)
		return;
	word = keyword_of(r);
	if (in_map(r) && (!word || word->kind != NGINX_INCLUDE))
		keep_entry(r);
	else if (word && well_formed(r, word, false))
		keep(r, word, false);
}

static bool is_lua(const struct nginx_word *name)
{
	static const char suffix[] = "_by_lua_block";
	size_t n = sizeof(suffix) - 1;

	return name->size > n && memcmp(name->bytes + name->size - n, suffix, n) == 0;
}

/* False: the reading ends here. */
static bool read_lua(struct reading *r)
{
	const struct nginx_keyword *word = r->opaque ? NULL : keyword_of(r);

	if (word && (word->kind == NGINX_BALANCER || word->kind == NGINX_SETTER))
		keep(r, word, false);
	return nginx_lex_skip_lua(&r->lex);
}

static bool read_block(struct reading *r)
{
	const struct nginx_keyword *word = r->opaque || in_map(r) ? NULL : keyword_of(r);

	if (is_lua(&r->lex.words[0]))
		return read_lua(r);
	if (r->depth >= DEPTH_MAX) {
		complain(r, r->lex.words[0].line, "blocks nested more than %d deep", DEPTH_MAX);
		return false;
	}
	r->depth++;
	if (word && well_formed(r, word, true)) {
		keep(r, word, true);
		r->opened[r->depth] = r->text->n_directives;
		if (word->kind == NGINX_MAP || word->kind == NGINX_GEO)
			r->map = r->depth;
		r->geo = word->kind == NGINX_GEO;
		r->map_entries = 0;
	} else if (!r->opaque) {
		r->opaque = r->depth;
	}
	return true;
}

static bool may_vanish(const struct nginx_directive *d)
{
	return d->kind == NGINX_LOCATION || d->kind == NGINX_IF;
}

static void drop_last(struct nginx_text *text)
{
	free(text->directives[--text->n_directives].args);
}

/* Ends a block that is kept; a location in which nothing is vanishes. */
static void end_block(struct reading *r)
{
	size_t n = r->text->n_directives;

	if (n == r->opened[r->depth] && may_vanish(&r->text->directives[n - 1]))
		drop_last(r->text);
	else
		ARRAY_ADD(r->text->directives, r->text->n_directives,
			(struct nginx_directive){.kind = NGINX_END, .line = r->lex.line});
}

static bool read_close(struct reading *r)
{
	if (r->depth == 0) {
		complain(r, r->lex.line, "unexpected \"}\"");
		return false;
	}
	if (!r->opaque)
		end_block(r);
	if (r->opaque == r->depth)
		r->opaque = 0;
	if (r->map == r->depth)
		r->map = 0;
	r->depth--;
	return true;
}

static bool read_end(struct reading *r)
{
	if (r->depth)
		complain(r, r->lex.line, "unexpected end of file, expecting \"}\"");
	return false;
}

static bool read_statement(struct reading *r)
{
	switch (nginx_lex_next(&r->lex)) {
	case NGINX_SIMPLE:
		read_line(r);
		return true;
	case NGINX_BLOCK:
		return read_block(r);
	case NGINX_CLOSE:
		return read_close(r);
	case NGINX_EOF:
		return read_end(r);
	case NGINX_BAD:
		break;
	}
	return false;
}

static void byte_order_mark(struct reading *r)
{
	if (r->lex.size < 3 || memcmp(r->lex.bytes, "\xef\xbb\xbf", 3) != 0)
		return;
	complain(r, 1, "a byte order mark at the start of the file, which nginx takes for a part of the first directive");
	r->lex.at = 3;
}

void nginx_text_read(struct nginx_text *text, const char *bytes, size_t size, bool entries)
{
	struct reading r = {.text = text, .entries = entries};

	*text = (struct nginx_text){.weight = sizeof(*text)};
	nginx_lex_start(&r.lex, bytes, size);
	byte_order_mark(&r);
	while (read_statement(&r))
		;
	if (r.lex.problem[0])
		complain(&r, r.lex.problem_line, "%s", r.lex.problem);
	nginx_lex_free(&r.lex);
}

void nginx_text_free(struct nginx_text *text)
{
	while (text->n_directives)
		drop_last(text);
	free(text->directives);
	for (size_t i = 0; i < text->n_complaints; i++)
		free(text->complaints[i].text);
	free(text->complaints);
	*text = (struct nginx_text){0};
}

const char *nginx_arg(const struct nginx_directive *d, uint32_t i)
{
	const char *s = d->args;

	if (i >= d->n_args)
		return "";
	while (i--)
		s += strlen(s) + 1;
	return s;
}

const char *nginx_written(const struct nginx_directive *d)
{
	const char *s = d->args;

	for (uint32_t i = 0; i < d->n_args; i++)
		s += strlen(s) + 1;
	return d->n_args ? s : "";
}
