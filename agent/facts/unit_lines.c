/* SPDX-License-Identifier: MIT */
#include "facts/unit_lines.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define BLANKS   " \t\n\r"
#define LINE_MAX_BYTES ((size_t)1 << 20) /* LONG_LINE_MAX */

/* One run over a file. */
struct run {
	const struct unit_lines *to;
	struct text logical; /* a line with those that it continues on */
	uint32_t first, line; /* where it began; where we are */
	bool continued;
	char *section;       /* NULL: none yet */
};

/* Without blanks at both ends, in place. */
static char *strip(char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	n = strlen(s);
	while (n && strchr(BLANKS, s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

static bool is_utf8(const char *s)
{
	json_t *json = json_string(s); /* takes nothing else */
	bool good = json != NULL;

	json_decref(json);
	return good;
}

static int header(struct run *run, char *s)
{
	size_t n = strlen(s);

	if (s[n - 1] != ']' || n < 3) {
		run->to->problem(run->to->context, run->first,
			"a section's name without its bracket: systemd does not read what follows in this file");
		return -EBADMSG;
	}
	free(run->section);
	run->section = xstrndup(s + 1, n - 2);
	return 0;
}

static void assignment(struct run *run, char *s)
{
	char *equals = strchr(s, '=');

	if (!run->section || !equals || equals == s) {
		run->to->problem(run->to->context, run->first,
			!run->section ? "an assignment outside of a section: systemd passes over it" :
			equals ? "no key before the equals sign: systemd passes over this line" :
				 "no equals sign: systemd passes over this line");
		return;
	}
	*equals = '\0';
	run->to->assign(run->to->context, run->section, strip(s), strip(equals + 1), run->first);
}

static int end_of_line(struct run *run)
{
	char *s = run->logical.bytes ? strip(run->logical.bytes) : NULL;
	int r = 0;

	if (s && *s && !is_utf8(s))
		run->to->problem(run->to->context, run->first, "what is no UTF-8: systemd passes over this line");
	else if (s && *s == '[')
		r = header(run, s);
	else if (s && *s)
		assignment(run, s);
	run->logical.size = 0;
	run->continued = false;
	return r;
}

/* A backslash that is not itself escaped ends the line; a blank has taken the place of the one before. */
static bool continues(const char *s, size_t n)
{
	bool escaped = false;

	for (size_t i = 0; i < n; i++)
		escaped = !escaped && s[i] == '\\';
	return escaped;
}

static int physical_line(struct run *run, const char *s, size_t n)
{
	size_t blanks = 0;

	while (blanks < n && strchr(BLANKS, s[blanks]) && s[blanks])
		blanks++;
	if (blanks < n && (s[blanks] == '#' || s[blanks] == ';'))
		return 0;
	if (!run->continued)
		run->first = run->line;
	text_add_bytes(&run->logical, s, n);
	if (run->logical.size > LINE_MAX_BYTES) {
		run->to->problem(run->to->context, run->first,
			"a line that is too long: systemd does not read what follows in this file");
		return -EBADMSG;
	}
	run->continued = continues(s, n);
	if (!run->continued)
		return end_of_line(run);
	run->logical.bytes[run->logical.size - 1] = ' ';
	return 0;
}

int unit_lines_read(const struct unit_lines *to, const char *bytes, size_t size)
{
	struct run run = {.to = to};
	const char *end = bytes + size;
	int r = 0;

	if (starts_with(bytes, "\xef\xbb\xbf"))
		bytes += 3;
	while (r == 0 && bytes < end) {
		size_t n = strcspn(bytes, "\n"); /* a NUL byte ends a line too, as for read_line() */

		run.line++;
		r = physical_line(&run, bytes, n);
		bytes += n + 1;
	}
	if (r == 0 && run.continued)
		r = end_of_line(&run);
	text_free(&run.logical);
	free(run.section);
	return r;
}
