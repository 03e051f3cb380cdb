/* SPDX-License-Identifier: MIT */
/* The left side of a line: what it is, and where it belongs. fpm_conf_load_ini_file() hands PHP's scanner one line at a time, so nothing
 * spans lines. */
#include "facts/fpm_reader.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/fpm_keys.h"
#include "facts/fpm_value.h"

#include <strings.h>

/* Longer values mean nothing here: names, modes and paths are shorter (PATH_MAX). */
#define VALUE_BYTES_MAX 4096

/* The part of a line that is not looked at yet. */
struct rest {
	const char *p, *end;
};

static struct rest without_blanks(struct rest s)
{
	while (s.p < s.end && (*s.p == ' ' || *s.p == '\t'))
		s.p++;
	return s;
}

static size_t trimmed(const char *p, size_t n)
{
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return n;
}

static bool is_over(struct rest s)
{
	s = without_blanks(s);
	return s.p == s.end || *s.p == ';';
}

static void refused(struct fpm_reader *r, const char *why)
{
	fpm_problem(r, "PHP-FPM refuses this line: %s", why);
}

/* Zend's LABEL_CHAR, the NUL byte aside. */
static const char *label_end(struct rest s)
{
	while (s.p < s.end && !memchr("=\t;&|^$~(){}!\"[]", *s.p, 16))
		s.p++;
	return s.p;
}

static void take_header(struct fpm_reader *r, struct rest s)
{
	const char *close = memchr(s.p, ']', (size_t)(s.end - s.p));
	size_t n = close ? (size_t)(close - s.p) : 0;
	AUTO_FREE char *name = NULL;

	if (!close) {
		refused(r, "the section's name has no ]");
		return;
	}
	if (n > 1 && s.p[0] == s.p[n - 1] && (s.p[0] == '"' || s.p[0] == '\''))
		name = xstrndup(s.p + 1, n - 2);
	else
		name = xstrndup(s.p, n);
	fpm_section(r, name);
	if (!is_over((struct rest){close + 1, s.end}))
		refused(r, "something stands behind the section's ]");
}

/* $pool is the section's name (fpm_conf_expand_pool_name()); not looked for again in what was put in. */
static char *expand_pool(const char *value, const char *name)
{
	struct text out = {0};

	for (const char *at; (at = strstr(value, "$pool")); value = at + strlen("$pool")) {
		text_add_bytes(&out, value, (size_t)(at - value));
		text_add(&out, name);
	}
	text_add(&out, value);
	return text_steal(&out);
}

static void keep(struct fpm_reader *r, const struct fpm_key *key, const char *value, bool commented)
{
	if (strlen(value) > VALUE_BYTES_MAX)
		fpm_problem(r, "the value of %s has more than %d bytes: passed over", key->name, VALUE_BYTES_MAX);
	else
		fpm_setting(r, key->name, expand_pool(value, r->out->sections[r->section].name), commented);
}

static void take_value(struct fpm_reader *r, const struct fpm_key *key, struct rest s)
{
	struct fpm_value value;
	bool kept = key && (key->use & FPM_KEY_KEPT) && r->section != FPM_NO_SECTION;

	fpm_value_read(s.p, (size_t)(s.end - s.p), &value);
	if (value.kind == FPM_VALUE_REFUSED)
		refused(r, value.why);
	if (value.kind == FPM_VALUE_UNKNOWN && kept)
		fpm_problem(r, "the value of %s is not known: %s", key->name, value.why);
	if (value.kind != FPM_VALUE_REFUSED && kept)
		keep(r, key, value.text.bytes ? value.text.bytes : "", false);
	text_free(&value.text);
}

static void take_include(struct fpm_reader *r, struct rest s)
{
	struct fpm_value value;

	fpm_value_read(s.p, (size_t)(s.end - s.p), &value);
	if (value.kind != FPM_VALUE_TEXT)
		fpm_problem(r, "what is included is not known: %s", value.why);
	else if (value.text.size)
		fpm_include(r, value.text.bytes);
	text_free(&value.text);
}

static void check_key(struct fpm_reader *r, const struct fpm_key *key, const char *name, size_t n)
{
	unsigned here = r->section == FPM_NO_SECTION ? FPM_KEY_GLOBAL : FPM_KEY_POOL;
	AUTO_FREE char *shown = NULL;

	if (key && (key->use & here))
		return;
	shown = escape_text(name, n < 80 ? n : 80, false);
	if (key)
		fpm_problem(r, "PHP-FPM refuses this line: %s is no entry of %s", shown,
			here == FPM_KEY_GLOBAL ? "[global]" : "a pool");
	else if (n && *name == '#')
		refused(r, "since PHP 7.0 a # begins no comment, only a ; does");
	else
		fpm_problem(r, "PHP-FPM (up to 8.4) refuses this line: it knows no entry %s", shown);
}

/* name[sub] = value. The sub-key is not looked at: it may name a secret. */
static void take_array(struct fpm_reader *r, const char *name, size_t n, struct rest s)
{
	const char *close = memchr(s.p, ']', (size_t)(s.end - s.p));
	struct rest after = without_blanks((struct rest){close ? close + 1 : s.end, s.end});
	const struct fpm_key *key = fpm_key_find(name, n, true);

	if (!close || after.p == after.end || *after.p != '=') {
		refused(r, "no ] = follows the key's [");
		return;
	}
	check_key(r, key, name, n);
	take_value(r, key, (struct rest){after.p + 1, after.end});
}

static void take_plain(struct fpm_reader *r, const char *name, size_t n, struct rest s)
{
	const struct fpm_key *key = fpm_key_find(name, n, false);

	if (n == strlen("include") && memcmp(name, "include", n) == 0) {
		take_include(r, s);
		return;
	}
	check_key(r, key, name, n);
	take_value(r, key, s);
}

static bool old_php(const struct fpm_reader *r)
{
	return r->out->version && r->out->version[0] >= '1' && r->out->version[0] < '7' && r->out->version[1] == '.';
}

static void take_entry(struct fpm_reader *r, struct rest s)
{
	const char *end = label_end(s);
	size_t n = trimmed(s.p, (size_t)(end - s.p));
	struct rest after = without_blanks((struct rest){end, s.end});

	if (*s.p == '#' && old_php(r))
		return;
	if (n && after.p < after.end && *after.p == '=')
		take_plain(r, s.p, n, (struct rest){after.p + 1, after.end});
	else if (n && after.p < after.end && *after.p == '[' && after.p == end)
		take_array(r, s.p, n, (struct rest){after.p + 1, after.end});
	else if (n && is_over(after))
		refused(r, *s.p == '#' ? "since PHP 7.0 a # begins no comment, only a ; does" : "the entry has no =");
	else
		refused(r, "it is neither a comment, nor [section], nor key = value");
}

/* ;listen.owner = www-data: what a person, or the helper that edits, finds as the place for the key. */
static void take_comment(struct fpm_reader *r, struct rest s)
{
	static const char common[] = "listen.";
	const struct fpm_key *key;
	struct rest after;
	const char *end;

	s = without_blanks((struct rest){s.p + 1, s.end});
	if ((size_t)(s.end - s.p) < sizeof(common) || strncasecmp(s.p, common, sizeof(common) - 1) != 0 ||
		r->section == FPM_NO_SECTION)
		return;
	end = label_end(s);
	key = fpm_key_find(s.p, trimmed(s.p, (size_t)(end - s.p)), false);
	after = without_blanks((struct rest){end, s.end});
	if (key && (key->use & FPM_KEY_LISTEN) && after.p < after.end && *after.p == '=') {
		struct fpm_value value;

		fpm_value_read(after.p + 1, (size_t)(after.end - after.p - 1), &value);
		if (value.kind == FPM_VALUE_TEXT)
			keep(r, key, value.text.bytes ? value.text.bytes : "", true);
		text_free(&value.text);
	}
}

static void take_statement(struct fpm_reader *r, struct rest s)
{
	s = without_blanks(s);
	if (s.p == s.end)
		return;
	if (*s.p == ';')
		take_comment(r, s);
	else if (*s.p == '[')
		take_header(r, (struct rest){s.p + 1, s.end});
	else
		take_entry(r, s);
}

/* PHP's scanner gets the line as a C string, so a NUL byte ends it. */
static struct rest up_to_nul(struct fpm_reader *r, struct rest s)
{
	const char *nul = memchr(s.p, '\0', (size_t)(s.end - s.p));

	if (!nul)
		return s;
	fpm_problem(r, "a NUL byte: PHP-FPM ignores what stands behind it in this line");
	return (struct rest){s.p, nul};
}

/* A lone carriage return ends a line for the scanner, though it does not count as one. */
static void take_line(struct fpm_reader *r, struct rest s)
{
	const char *cr;

	if (s.p == s.end)
		return;
	if (*s.p != ';')
		s = up_to_nul(r, s);
	while (r->files[r->depth - 1].returns && (cr = memchr(s.p, '\r', (size_t)(s.end - s.p)))) {
		take_statement(r, (struct rest){s.p, cr});
		s.p = cr + 1;
	}
	take_statement(r, s);
}

void fpm_read_lines(struct fpm_reader *r)
{
	struct fpm_file *file = &r->files[r->depth - 1];
	const char *p = file->source->bytes, *end = p + file->source->size;

	file->returns = memchr(p, '\r', file->source->size) != NULL;
	while (p < end && r->failed == 0) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		file->line++;
		take_line(r, (struct rest){p, newline ? newline : end});
		p = newline ? newline + 1 : end;
	}
}
