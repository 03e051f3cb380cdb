/* SPDX-License-Identifier: MIT */
#include "facts/read_login.h"
#include "base/cleanup.h"
#include "facts/account_lines.h"

#include <errno.h>
#include <string.h>

static int open_either(int root, const char *first, const char *second, struct strings *notes, struct account_file *f)
{
	int r = account_file_open(root, first, notes, f);

	return r == -ENOENT ? account_file_open(root, second, notes, f) : r;
}

static const struct {
	const char *key;
	size_t offset;
	uint32_t otherwise;
} login_keys[] = {
	{"UID_MIN", offsetof(struct accounts, uid_min), 1000},
	{"SYS_GID_MIN", offsetof(struct accounts, gid_min_system), 100},
	{"SYS_GID_MAX", offsetof(struct accounts, gid_max_system), 999},
};

static uint32_t *login_value(struct accounts *out, size_t key)
{
	return (uint32_t *)(void *)((char *)out + login_keys[key].offset);
}

static void login_line(struct account_file *f, char *line, struct accounts *out)
{
	size_t n = strcspn(line, " \t");
	char *value = line + n + strspn(line + n, " \t\"");

	value[strcspn(value, " \t\"#\r")] = '\0';
	for (size_t i = 0; i < COUNT_OF(login_keys); i++)
		if (strlen(login_keys[i].key) == n && strncmp(login_keys[i].key, line, n) == 0 &&
			!parse_id(value, login_value(out, i)))
			account_file_note(f, "not a number, passed over");
}

void read_login_defs(int root, struct accounts *out, struct strings *notes)
{
	AUTO_ACCOUNT_FILE struct account_file f;
	char *line;

	for (size_t i = 0; i < COUNT_OF(login_keys); i++)
		*login_value(out, i) = login_keys[i].otherwise;
	if (open_either(root, "/etc/login.defs", "/usr/etc/login.defs", notes, &f) < 0)
		return;
	while ((line = account_file_line(&f)))
		if (*line != '#')
			login_line(&f, line, out);
}

static bool is_local(const char *source)
{
	return streq(source, "files") || streq(source, "compat") || streq(source, "systemd");
}

/* The sources of one database: words, and [STATUS=action] between them. */
static void other_sources(char *sources, struct strings *out)
{
	for (char *p = sources; *p;) {
		size_t n = *p == '[' ? strcspn(p, "]") : strcspn(p, " \t\r[#");
		bool more = p[n] != '\0' && p[n] != '#';
		char kept = p[n];

		p[n] = '\0';
		if (*p && *p != '[' && !is_local(p) && !strings_has(out, p))
			strings_add(out, p);
		p[n] = kept;
		if (!more)
			return;
		p += n + (kept != '[');
		p += strspn(p, " \t\r");
	}
}

static char *join_words(const struct strings *words)
{
	struct text t = {0};

	for (size_t i = 0; i < words->n; i++) {
		text_add(&t, i ? " " : "");
		text_add(&t, words->items[i]);
	}
	return words->n ? text_steal(&t) : NULL;
}

static void nsswitch_lines(struct account_file *f, struct strings *accounts, struct strings *sudoers)
{
	char *line;

	while ((line = account_file_line(f))) {
		char *sources = cut(line, ':');

		line[strcspn(line, " \t")] = '\0';
		if (!sources)
			continue;
		if (streq(line, "passwd") || streq(line, "group") || streq(line, "initgroups"))
			other_sources(sources + strspn(sources, " \t"), accounts);
		else if (streq(line, "sudoers"))
			other_sources(sources + strspn(sources, " \t"), sudoers);
	}
}

void read_nsswitch(int root, bool nis, struct accounts *out, struct strings *notes)
{
	AUTO_ACCOUNT_FILE struct account_file f;
	AUTO_STRINGS struct strings accounts = {0}, sudoers = {0};

	if (open_either(root, "/etc/nsswitch.conf", "/usr/etc/nsswitch.conf", notes, &f) == 0)
		nsswitch_lines(&f, &accounts, &sudoers);
	if (nis && !strings_has(&accounts, "nis"))
		strings_add(&accounts, "nis");
	out->elsewhere = join_words(&accounts);
	out->sudo_unknown = sudoers.n > 0;
}
