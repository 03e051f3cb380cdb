/* SPDX-License-Identifier: MIT */
#include "cli/page.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <inttypes.h>
#include <stdarg.h>

static const char *const style_codes[] = {
	[STYLE_PLAIN] = NULL,
	[STYLE_TITLE] = "1",
	[STYLE_GOOD] = "32",
	[STYLE_BAD] = "1;31",
	[STYLE_DOUBT] = "33",
	[STYLE_FAINT] = "2",
	[STYLE_ADDED] = "32",
	[STYLE_TAKEN] = "31",
};

size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static void add_blanks(struct page *page, size_t n)
{
	text_addf(&page->text, "%*s", (int)n, "");
	page->column += n;
}

static void add_styled(struct page *page, int style, const char *escaped)
{
	const char *code = page->color ? style_codes[style] : NULL;

	if (code)
		text_addf(&page->text, "\033[%sm%s\033[0m", code, escaped);
	else
		text_add(&page->text, escaped);
}

static void new_line(struct page *page)
{
	text_add_char(&page->text, '\n');
	page->column = 0;
	page->blanks = 0;
}

void page_begin(struct page *page, size_t first, size_t hang)
{
	page->hang = hang;
	add_blanks(page, first);
	page->blanks = 0;
}

void page_end(struct page *page)
{
	new_line(page);
}

void page_blank(struct page *page)
{
	if (page->text.size && !(page->text.size > 1 && page->text.bytes[page->text.size - 2] == '\n'))
		new_line(page);
}

/* One piece that is escaped already. */
static void put(struct page *page, int style, const char *escaped)
{
	size_t width = text_width(escaped);

	if (page->column > page->hang && page->column + page->blanks + width > page->width) {
		new_line(page);
		add_blanks(page, page->hang);
	}
	add_blanks(page, page->blanks);
	add_styled(page, style, escaped);
	page->column += width;
	page->blanks = 1;
}

void page_atom(struct page *page, int style, const char *s)
{
	AUTO_FREE char *escaped = escape_terminal(s);

	put(page, style, escaped);
}

void page_atomf(struct page *page, int style, const char *format, ...)
{
	AUTO_FREE char *s = NULL;
	va_list args;

	va_start(args, format);
	s = xvasprintf(format, args);
	va_end(args);
	page_atom(page, style, s);
}

/* The length of the next piece: up to a blank, but a quoted name whole. */
static size_t piece_length(const char *s)
{
	const char *close = *s == '\'' ? strchr(s + 1, '\'') : NULL;

	return close ? (size_t)(close - s) + strcspn(close, " ") : strcspn(s, " ");
}

void page_words(struct page *page, int style, const char *s)
{
	while (*s) {
		size_t blanks = strspn(s, " ");
		size_t n = piece_length(s + blanks);
		AUTO_FREE char *word = xstrndup(s + blanks, n);

		if (blanks > 1)
			page->blanks = blanks;
		if (n)
			page_atom(page, style, word);
		s += blanks + n;
	}
}

void page_wordsf(struct page *page, int style, const char *format, ...)
{
	AUTO_FREE char *s = NULL;
	va_list args;

	va_start(args, format);
	s = xvasprintf(format, args);
	va_end(args);
	page_words(page, style, s);
}

void page_column(struct page *page, size_t column)
{
	page->blanks = column > page->column ? column - page->column : 2;
}

void page_ids(struct page *page, const uint32_t *ids, size_t n, size_t most)
{
	for (size_t i = 0; i < n && i < most; i++)
		page_atomf(page, STYLE_PLAIN, "%" PRIu32, ids[i]);
	if (n > most)
		page_wordsf(page, STYLE_PLAIN, "and %zu more", n - most);
}

void page_line(struct page *page, size_t first, size_t hang, int style, const char *format, ...)
{
	AUTO_FREE char *s = NULL;
	va_list args;

	va_start(args, format);
	s = xvasprintf(format, args);
	va_end(args);
	page_begin(page, first, hang);
	page_words(page, style, s);
	page_end(page);
}

void page_verbatim(struct page *page, size_t indent, int style, const char *line, size_t n)
{
	AUTO_TEXT struct text shown = {0};

	for (size_t i = 0; i < n;) {
		size_t plain = 0;
		AUTO_FREE char *escaped = NULL;

		while (i + plain < n && line[i + plain] != '\t' && line[i + plain] != '\\')
			plain++;
		escaped = escape_text(line + i, plain, false);
		text_add(&shown, escaped);
		i += plain;
		if (i < n)
			text_add_char(&shown, line[i++]);
	}
	add_blanks(page, indent);
	add_styled(page, style, shown.bytes ? shown.bytes : "");
	new_line(page);
}
