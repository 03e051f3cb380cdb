/* SPDX-License-Identifier: MIT */
/* Text for people: paragraphs that are wrapped at a width with a hanging indent, made of words and of atoms (paths, names) that are never
 * broken. Everything that is put on a page is escaped by escape_terminal here, so that no caller can forget it. */
#ifndef PERMFIX_CLI_PAGE_H
#define PERMFIX_CLI_PAGE_H

#include "base/text.h"

#include <stdint.h>

enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_GOOD, STYLE_BAD, STYLE_DOUBT, STYLE_FAINT, STYLE_ADDED, STYLE_TAKEN };

struct page {
	struct text text;
	size_t width;   /* columns */
	bool color;
	size_t column;  /* of the next character */
	size_t hang;    /* where the lines after the first of the paragraph begin */
	size_t blanks;  /* wanted before the next word on the same line */
};

#define PAGE_WIDTH 80

/* A paragraph: its first line begins at column first, the others at column hang. */
void page_begin(struct page *page, size_t first, size_t hang);
void page_end(struct page *page);
void page_blank(struct page *page); /* an empty line, but none at the top and never two */

/* One unbreakable piece, a blank before it. */
void page_atom(struct page *page, int style, const char *s);
void page_atomf(struct page *page, int style, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Words of a text, broken at blanks. What stands between single quotes is kept together. */
void page_words(struct page *page, int style, const char *s);
void page_wordsf(struct page *page, int style, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Goes on at this column: of a table. Two blanks further on where the line is there already. */
void page_column(struct page *page, size_t column);

/* Ids as words: "33 998 1000", ended with "and N more" after most. */
void page_ids(struct page *page, const uint32_t *ids, size_t n, size_t most);

/* A whole paragraph of words. */
void page_line(struct page *page, size_t first, size_t hang, int style, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Lines as they are, never wrapped: diffs. Control bytes are escaped, tabs and backslashes stay. */
void page_verbatim(struct page *page, size_t indent, int style, const char *line, size_t n);

/* Columns that a well-formed UTF-8 text takes (each character one). */
size_t text_width(const char *s);

#endif
