/* SPDX-License-Identifier: MIT */
/* Our drop-in of a unit: keys "Section.Key". Augeas' Systemd lens writes the lines; how systemd takes them is decided by a reading of our own
 * (systemd.syntax(7), systemd.unit(5)). */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/edit_formats.h"
#include "facts/edit_helper.h"
#include "facts/edit_lines.h"

#include <errno.h>

#define HEADER                                                                                                                     \
	"# Made by permfix, so that the worker of the web server can reach the socket that this unit makes.\n"                 \
	"# `permfix rollback` takes it back; by hand: remove this file, then `systemctl daemon-reload`.\n"

/* Keys whose assignments add up (systemd.exec(5), systemd.socket(5)): ours are to be the only ones. */
static const char *const lists[] = {"Service.SupplementaryGroups", "Service.RuntimeDirectory", "Service.StateDirectory",
	"Service.CacheDirectory", "Service.LogsDirectory", "Service.ConfigurationDirectory", "Service.ReadWritePaths", "Socket.ListenStream",
	"Socket.SupplementaryGroups", "Socket.RuntimeDirectory"};

static bool is_list(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		if (streq(lists[i], key))
			return true;
	return false;
}

static const struct key_value *change_of(const struct question *q, const struct assignment *a)
{
	AUTO_FREE char *key = xasprintf("%s.%s", a->section, a->key);

	for (size_t i = 0; i < q->n_changes; i++)
		if (streq(q->changes[i].key, key))
			return &q->changes[i];
	return NULL;
}

/* An emptied RuntimeDirectory= takes its mode with it (unit_read.c). */
static bool takes_away(const struct assignment *a, const struct key_value *change)
{
	AUTO_FREE char *mode = xasprintf("%s.%sMode", a->section, a->key);

	return a->value && !*a->value && ends_with(a->key, "Directory") && streq(mode, change->key);
}

/* What this file makes of a key: NULL where it says nothing about it, or where a list is not emptied first. */
static char *in_force(const struct assignments *list, const struct question *q, const struct key_value *change)
{
	struct text words = {0};
	bool found = false;

	for (size_t i = 0; i < list->n; i++) {
		const char *value = list->items[i].value;

		if (takes_away(&list->items[i], change)) {
			text_free(&words);
			found = false;
		}
		if (change_of(q, &list->items[i]) != change || !value)
			continue;
		if (!is_list(change->key) || !*value)
			text_free(&words);
		else if (!found)
			return NULL;
		found = true;
		text_addf(&words, "%s%s", words.size ? " " : "", value);
	}
	return found ? text_steal(&words) : NULL;
}

static int prove(const struct question *q, const char *before, const struct text *after, struct error *err)
{
	AUTO_ASSIGNMENTS struct assignments old = {0}, new = {0};
	bool meant;

	assignments_read(before, true, &old);
	assignments_read(after->bytes ? after->bytes : "", true, &new);
	meant = assignments_kept(&old, &new, q, change_of);
	for (size_t i = 0; i < q->n_changes; i++) {
		AUTO_FREE char *value = in_force(&new, q, &q->changes[i]);

		meant &= streq(value, q->changes[i].value);
	}
	return meant ? 0 : error_set(err, EINVAL, "systemd would not read the changed file as it is meant");
}

/* systemd would expand specifiers, take quotes off and go on after a backslash. */
static int check(const struct question *q, struct error *err)
{
	for (size_t i = 0; i < q->n_changes; i++) {
		const char *dot = q->changes[i].key ? strchr(q->changes[i].key, '.') : NULL, *value = q->changes[i].value;

		if (!dot || dot == q->changes[i].key || !dot[1])
			return error_set(err, EINVAL, "a key of a unit file needs a section, \"Socket.SocketMode\"");
		if (value && strpbrk(value, "%\"'\\\n\r\t"))
			return error_set(err, EINVAL, "a value has characters that systemd would not take as they are");
		for (size_t k = 0; k < i; k++)
			if (streq(q->changes[i].key, q->changes[k].key))
				return error_set(err, EINVAL, "a key is to be changed twice");
	}
	return q->n_changes ? 0 : error_set(err, EINVAL, "an edit of a unit file needs a change");
}

static char *section_of(const struct question *q, size_t i)
{
	return xstrndup(q->changes[i].key, strcspn(q->changes[i].key, "."));
}

/* A section that the text does not have yet comes at its end. */
static void need_section(struct text *text, const char *section)
{
	AUTO_FREE char *header = xasprintf("[%s]", section);
	const char *bytes = text->bytes ? text->bytes : "";

	for (size_t n; *bytes; bytes += n + (bytes[n] == '\n')) {
		size_t from = strspn(bytes, " \t");

		n = strcspn(bytes, "\n");
		if (n >= from && strncmp(bytes + from, header, strlen(header)) == 0)
			return;
	}
	if (text->size && text->bytes[text->size - 1] != '\n')
		text_add_char(text, '\n');
	text_addf(text, "%s%s\n", text->size ? "\n" : HEADER, header);
}

static int edit_section(const struct question *q, const char *section, struct text *text, struct error *err)
{
	AUTO_EDIT_REQUEST struct edit_request request = {.format = xstrdup(q->format), .section = xstrdup(section)};
	struct text after = {0};
	int r;

	for (size_t i = 0; i < q->n_changes; i++) {
		AUTO_FREE char *of = section_of(q, i);

		if (streq(of, section))
			ARRAY_ADD(request.changes, request.n_changes,
				(struct edit_change){xstrdup(q->changes[i].key + strlen(section) + 1), xstrdup(q->changes[i].value),
					q->changes[i].value && is_list(q->changes[i].key)});
	}
	need_section(text, section);
	request.text = xstrdup(text->bytes);
	r = edit_by_helper(&request, &after, err);
	text_free(text);
	*text = after;
	return r;
}

int edit_systemd(const struct question *q, const char *before, size_t n, struct text *after, struct error *err)
{
	AUTO_STRINGS struct strings done = {0};
	int r = check(q, err);

	text_add_bytes(after, before, n);
	for (size_t i = 0; i < q->n_changes && r == 0; i++) {
		AUTO_FREE char *section = section_of(q, i);

		if (strings_has(&done, section))
			continue;
		strings_add(&done, section);
		r = edit_section(q, section, after, err);
	}
	return r == 0 ? prove(q, before, after, err) : r;
}
