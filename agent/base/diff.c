/* SPDX-License-Identifier: MIT */
#include "base/diff.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <stdint.h>

#define CONTEXT 3
/* Cells of the table for the longest common subsequence: 4 MiB. */
#define CELLS_MAX ((size_t)1 << 20)

struct line {
	const char *s;
	size_t n; /* its newline included */
};

struct lines {
	struct line *items;
	size_t n;
};

/* A run of lines: before[b … b+nb) became after[a … a+na). */
struct change {
	size_t b, nb, a, na;
};

struct changes {
	struct change *items;
	size_t n;
};

static struct lines split(const char *s, size_t n)
{
	struct lines lines = {0};

	while (n) {
		const char *newline = memchr(s, '\n', n);
		size_t length = newline ? (size_t)(newline - s) + 1 : n;

		ARRAY_ADD(lines.items, lines.n, (struct line){s, length});
		s += length;
		n -= length;
	}
	return lines;
}

static bool same_line(struct line a, struct line b)
{
	return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

static void add_change(struct changes *list, struct change c)
{
	struct change *last = list->n ? &list->items[list->n - 1] : NULL;

	if (last && last->b + last->nb == c.b && last->a + last->na == c.a) {
		last->nb += c.nb;
		last->na += c.na;
		return;
	}
	ARRAY_ADD(list->items, list->n, c);
}

/* cells[i * width + k]: length of the longest common subsequence of what follows line i and line k of the middle. */
static uint32_t *common_lengths(struct lines before, struct lines after, struct change middle)
{
	size_t width = middle.na + 1;
	uint32_t *cells = xcalloc((middle.nb + 1) * width, sizeof(*cells));

	for (size_t i = middle.nb; i-- > 0;) {
		for (size_t k = middle.na; k-- > 0;) {
			uint32_t down = cells[(i + 1) * width + k], right = cells[i * width + k + 1];

			cells[i * width + k] = same_line(before.items[middle.b + i], after.items[middle.a + k]) ?
				cells[(i + 1) * width + k + 1] + 1 : down > right ? down : right;
		}
	}
	return cells;
}

static void find_in_middle(struct lines before, struct lines after, struct change middle, struct changes *out)
{
	AUTO_FREE uint32_t *cells = common_lengths(before, after, middle);
	size_t width = middle.na + 1;

	for (size_t i = 0, k = 0; i < middle.nb || k < middle.na;) {
		if (i < middle.nb && k < middle.na && same_line(before.items[middle.b + i], after.items[middle.a + k])) {
			i++;
			k++;
		} else if (i < middle.nb && (k == middle.na || cells[(i + 1) * width + k] >= cells[i * width + k + 1])) {
			add_change(out, (struct change){middle.b + i++, 1, middle.a + k, 0});
		} else {
			add_change(out, (struct change){middle.b + i, 0, middle.a + k++, 1});
		}
	}
}

static struct changes find_changes(struct lines before, struct lines after)
{
	struct changes out = {0};
	struct change middle = {0};
	size_t tail = 0, least = before.n < after.n ? before.n : after.n;

	while (middle.b < least && same_line(before.items[middle.b], after.items[middle.b]))
		middle.b++;
	while (tail < least - middle.b && same_line(before.items[before.n - 1 - tail], after.items[after.n - 1 - tail]))
		tail++;
	middle.a = middle.b;
	middle.nb = before.n - tail - middle.b;
	middle.na = after.n - tail - middle.a;
	if ((middle.nb + 1) <= CELLS_MAX / (middle.na + 1))
		find_in_middle(before, after, middle, &out);
	else
		add_change(&out, middle);
	return out;
}

static void write_lines(struct text *out, char mark, struct lines lines, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++) {
		text_add_char(out, mark);
		text_add_bytes(out, lines.items[i].s, lines.items[i].n);
		if (lines.items[i].s[lines.items[i].n - 1] != '\n')
			text_add(out, "\n\\ No newline at end of file\n");
	}
}

/* POSIX: a range of one line is its number alone; an empty one has the number of the line before it. */
static void write_range(struct text *out, char mark, size_t from, size_t n)
{
	text_addf(out, "%c%zu", mark, n ? from + 1 : from);
	if (n != 1)
		text_addf(out, ",%zu", n);
}

/* Changes first … last share a hunk: between two of them stand at most twice the context. */
static void write_hunk(struct text *out, struct lines before, struct lines after, const struct change *first, const struct change *last)
{
	size_t head = first->b < CONTEXT ? first->b : CONTEXT;
	size_t rest = before.n - (last->b + last->nb), tail = rest < CONTEXT ? rest : CONTEXT;

	text_add(out, "@@ ");
	write_range(out, '-', first->b - head, last->b + last->nb + tail - (first->b - head));
	text_add_char(out, ' ');
	write_range(out, '+', first->a - head, last->a + last->na + tail - (first->a - head));
	text_add(out, " @@\n");
	write_lines(out, ' ', before, first->b - head, head);
	for (const struct change *c = first; c <= last; c++) {
		size_t end = c->b + c->nb;

		write_lines(out, '-', before, c->b, c->nb);
		write_lines(out, '+', after, c->a, c->na);
		write_lines(out, ' ', before, end, c < last ? c[1].b - end : tail);
	}
}

static void write_name(struct text *out, const char *mark, char side, const char *path)
{
	bool quote = false, blank = false;

	path += *path == '/';
	for (const char *p = path; *p; p++) {
		quote |= (unsigned char)*p < ' ' || *p == '"' || *p == '\\' || *p == 0x7f;
		blank |= *p == ' ';
	}
	text_addf(out, "%s %s%c/", mark, quote ? "\"" : "", side);
	for (const char *p = path; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			text_addf(out, "\\%03o", *p);
		else if (*p == '"' || *p == '\\')
			text_addf(out, "\\%c", *p);
		else
			text_add_char(out, *p);
	}
	/* A tab ends the name: patch would take what follows a blank for a date. */
	text_add(out, quote ? "\"\n" : blank ? "\t\n" : "\n");
}

char *diff_unified(const char *path, const char *before, size_t before_size, const char *after, size_t after_size)
{
	struct lines b = split(before, before_size), a = split(after, after_size);
	struct changes changes = find_changes(b, a);
	struct text out = {0};

	if (changes.n) {
		if (before)
			write_name(&out, "---", 'a', path);
		else
			text_add(&out, "--- /dev/null\n");
		write_name(&out, "+++", 'b', path);
	}
	for (size_t i = 0, last; i < changes.n; i = last + 1) {
		last = i;
		while (last + 1 < changes.n && changes.items[last + 1].b - (changes.items[last].b + changes.items[last].nb) <= 2 * CONTEXT)
			last++;
		write_hunk(&out, b, a, &changes.items[i], &changes.items[last]);
	}
	free(b.items);
	free(a.items);
	free(changes.items);
	return text_steal(&out);
}
