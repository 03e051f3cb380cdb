/* SPDX-License-Identifier: MIT */
#include "facts/read_accounts.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/account_lines.h"
#include "facts/read_login.h"
#include "facts/read_sudoers.h"

#include <search.h>
#include <string.h>

/* Names seen, to find repeated ones in linear time. */
struct seen {
	struct hsearch_data table;
	bool ready;
};

static void seen_begin(struct seen *seen, const struct account_file *f)
{
	size_t lines = 1;

	for (const char *p = f->bytes; p && (p = memchr(p, '\n', (size_t)(f->bytes + f->size - p))); p++)
		lines++;
	*seen = (struct seen){0};
	seen->ready = hcreate_r(lines + lines / 2 + 1, &seen->table) != 0;
}

/* True where the name was there before; else remembers it. The name must stay where it is. */
static bool seen_before(struct seen *seen, char *name)
{
	ENTRY key = {.key = name}, *found;

	if (seen->ready && hsearch_r(key, FIND, &found, &seen->table))
		return true;
	if (seen->ready)
		hsearch_r(key, ENTER, &found, &seen->table);
	return false;
}

static void seen_end(struct seen *seen)
{
	if (seen->ready)
		hdestroy_r(&seen->table);
}
#define AUTO_SEEN __attribute__((cleanup(seen_end)))

static void note_name(struct account_file *f, const char *format_what, const char *name)
{
	AUTO_FREE char *shown = escape_terminal(name), *what = xasprintf("%s '%.64s'", format_what, shown);

	account_file_note(f, what);
}

/* A line of the compat service, or a comment: nothing to read in it. */
static bool is_no_account(struct account_file *f, const char *line, bool *nis)
{
	if (*line == '#')
		return true;
	if (*line != '+' && *line != '-')
		return false;
	*nis = true;
	account_file_note(f, "NIS line passed over");
	return true;
}

/* name:password:uid:gid:gecos:home:shell; what is behind the gid may be missing, as for the C library. The strings are the line's. */
static bool parse_user(char *line, struct user *out)
{
	char *password = cut(line, ':'), *uid = password ? cut(password, ':') : NULL, *gid = uid ? cut(uid, ':') : NULL;
	char *gecos = gid ? cut(gid, ':') : NULL, *home = gecos ? cut(gecos, ':') : NULL, *shell = home ? cut(home, ':') : NULL;

	if (!gid || !*line || !parse_id(uid, &out->uid) || !parse_id(gid, &out->gid))
		return false;
	out->name = line;
	out->home = home && *home ? home : NULL;
	out->shell = shell && *shell ? shell : NULL;
	return true;
}

static struct user own_user(const struct user *borrowed)
{
	struct user own = *borrowed;

	own.name = xstrdup(borrowed->name);
	own.home = xstrdup(borrowed->home);
	own.shell = xstrdup(borrowed->shell);
	return own;
}

static int read_users(int root, struct accounts *out, bool *nis, struct strings *notes)
{
	AUTO_ACCOUNT_FILE struct account_file f;
	int r = account_file_open(root, "/etc/passwd", notes, &f);
	AUTO_SEEN struct seen seen = {0};
	char *line;

	if (r < 0)
		return r;
	seen_begin(&seen, &f);
	while ((line = account_file_line(&f))) {
		struct user one = {0};

		if (is_no_account(&f, line, nis))
			continue;
		if (!parse_user(line, &one))
			account_file_note(&f, "malformed line passed over");
		else if (seen_before(&seen, one.name))
			note_name(&f, "line passed over: there is already a user", one.name);
		else
			ARRAY_ADD(out->users, out->n_users, own_user(&one));
	}
	return 0;
}

static void add_members(char *list, struct strings *members)
{
	for (char *next; list; list = next) {
		next = cut(list, ',');
		list += strspn(list, " \t");
		if (*list)
			strings_add(members, list);
	}
}

/* name:password:gid:member,member */
static bool parse_group(char *line, struct group *out)
{
	char *password = cut(line, ':'), *gid = password ? cut(password, ':') : NULL, *members = gid ? cut(gid, ':') : NULL;

	if (!gid || !*line || !parse_id(gid, &out->gid))
		return false;
	out->name = xstrdup(line);
	add_members(members, &out->members);
	return true;
}

static int read_groups(int root, struct accounts *out, bool *nis, struct strings *notes)
{
	AUTO_ACCOUNT_FILE struct account_file f;
	int r = account_file_open(root, "/etc/group", notes, &f);
	AUTO_SEEN struct seen seen = {0};
	char *line;

	if (r < 0)
		return r;
	seen_begin(&seen, &f);
	while ((line = account_file_line(&f))) {
		struct group one = {0};

		if (is_no_account(&f, line, nis))
			continue;
		if (!parse_group(line, &one)) {
			account_file_note(&f, "malformed line passed over");
			continue;
		}
		if (seen_before(&seen, line))
			note_name(&f, "only the members count: there is already a group", line);
		ARRAY_ADD(out->groups, out->n_groups, one);
	}
	return 0;
}

int read_accounts(int root, struct accounts *out, struct strings *notes)
{
	bool nis = false;
	int users, groups;

	*out = (struct accounts){0};
	users = read_users(root, out, &nis, notes);
	groups = read_groups(root, out, &nis, notes);
	out->unknown = users < 0 || groups < 0;
	read_login_defs(root, out, notes);
	read_nsswitch(root, nis, out, notes);
	read_sudoers(root, out, notes);
	return users < 0 ? users : groups;
}
