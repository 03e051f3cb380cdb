/* SPDX-License-Identifier: MIT */
#include "facts/unit_keys.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>
#include <strings.h>

static const struct unit_key keys[] = {
	{"Unit.Requires", UNIT_NAMES, ESCAPE_RETAIN, {0}},
	{"Unit.BindsTo", UNIT_NAMES, ESCAPE_RETAIN, {0}},
	{"Unit.PartOf", UNIT_NAMES, ESCAPE_RETAIN, {0}},
	{"Unit.Wants", UNIT_NAMES, ESCAPE_RETAIN, {0}},
	{"Socket.ListenStream", UNIT_LISTEN, ESCAPE_DROP, {0}},
	{"Socket.SocketUser", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Socket.SocketGroup", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Socket.SocketMode", UNIT_MODE, ESCAPE_DROP, {0}},
	{"Socket.DirectoryMode", UNIT_MODE, ESCAPE_DROP, {0}},
	{"Socket.Service", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Socket.Accept", UNIT_SWITCH, ESCAPE_DROP, {0}},
	{"Socket.Backlog", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Socket.RemoveOnStop", UNIT_SWITCH, ESCAPE_DROP, {0}},
	{"Socket.Symlinks", UNIT_WORDS, ESCAPE_DROP, {0}},
	{"Socket.ExecStartPost", UNIT_LINES, ESCAPE_DROP, {0}},
	{"Service.User", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Service.Group", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Service.SupplementaryGroups", UNIT_WORDS, ESCAPE_DROP, {0}},
	{"Service.UMask", UNIT_MODE, ESCAPE_DROP, {0}},
	{"Service.RuntimeDirectory", UNIT_DIRS, ESCAPE_RETAIN, {0}},
	{"Service.RuntimeDirectoryMode", UNIT_MODE, ESCAPE_DROP, {0}},
	{"Service.RuntimeDirectoryPreserve", UNIT_SWITCH, ESCAPE_DROP, {"restart"}},
	{"Service.StateDirectory", UNIT_DIRS, ESCAPE_RETAIN, {0}},
	{"Service.StateDirectoryMode", UNIT_MODE, ESCAPE_DROP, {0}},
	{"Service.CacheDirectory", UNIT_DIRS, ESCAPE_RETAIN, {0}},
	{"Service.CacheDirectoryMode", UNIT_MODE, ESCAPE_DROP, {0}},
	{"Service.LogsDirectory", UNIT_DIRS, ESCAPE_RETAIN, {0}},
	{"Service.LogsDirectoryMode", UNIT_MODE, ESCAPE_DROP, {0}},
	{"Service.DynamicUser", UNIT_SWITCH, ESCAPE_DROP, {0}},
	{"Service.PrivateTmp", UNIT_SWITCH, ESCAPE_DROP, {"disconnected"}},
	{"Service.ProtectHome", UNIT_SWITCH, ESCAPE_DROP, {"read-only", "tmpfs"}},
	{"Service.ProtectSystem", UNIT_SWITCH, ESCAPE_DROP, {"full", "strict"}},
	{"Service.PrivateUsers", UNIT_SWITCH, ESCAPE_DROP, {"self", "identity", "full"}},
	{"Service.ReadWritePaths", UNIT_WORDS, ESCAPE_DROP, {0}},
	{"Service.InaccessiblePaths", UNIT_WORDS, ESCAPE_DROP, {0}},
	{"Service.TemporaryFileSystem", UNIT_WORDS, ESCAPE_DROP, {0}},
	{"Service.BindPaths", UNIT_WORDS, ESCAPE_DROP, {0}},
	{"Service.BindReadOnlyPaths", UNIT_WORDS, ESCAPE_DROP, {0}},
	{"Service.RootDirectory", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Service.WorkingDirectory", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Service.ExecStart", UNIT_LINES, ESCAPE_DROP, {0}},
	{"Service.ExecStartPre", UNIT_LINES, ESCAPE_DROP, {0}},
	{"Service.ExecStartPost", UNIT_LINES, ESCAPE_DROP, {0}},
	{"Service.Sockets", UNIT_NAMES, ESCAPE_RETAIN, {0}},
	{"Service.Type", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Service.PIDFile", UNIT_TEXT, ESCAPE_DROP, {0}},
	{"Service.NonBlocking", UNIT_SWITCH, ESCAPE_DROP, {0}},
	{"Install.WantedBy", UNIT_WORDS, ESCAPE_RETAIN, {0}},
	{"Install.RequiredBy", UNIT_WORDS, ESCAPE_RETAIN, {0}},
	{"Install.Also", UNIT_WORDS, ESCAPE_RETAIN, {0}},
};

/* Keys of other kinds of sockets: kept for nothing but what an empty one does. */
static const struct unit_key listen_key = {"Socket.Listen", UNIT_LISTEN, ESCAPE_DROP, {0}};

static const char *const yes_no[][2] = {
	{"yes", "1"}, {"yes", "yes"}, {"yes", "y"}, {"yes", "true"}, {"yes", "t"}, {"yes", "on"},
	{"no", "0"}, {"no", "no"}, {"no", "n"}, {"no", "false"}, {"no", "f"}, {"no", "off"},
};

const struct unit_key *unit_key(const char *section, const char *key)
{
	size_t n = strlen(section);

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (strncmp(keys[i].name, section, n) == 0 && keys[i].name[n] == '.' && streq(keys[i].name + n + 1, key))
			return &keys[i];
	return streq(section, "Socket") && starts_with(key, "Listen") ? &listen_key : NULL;
}

bool unit_key_known(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (streq(keys[i].name, name))
			return true;
	return false;
}

bool unit_key_is_command(const char *name)
{
	return starts_with(name, "Service.Exec") || starts_with(name, "Socket.Exec");
}

static char *mode_value(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 8 || strspn(s, "01234567") != n || strtoul(s, NULL, 8) > 07777)
		return NULL;
	return xasprintf("%04lo", strtoul(s, NULL, 8));
}

static char *switch_value(const struct unit_key *key, const char *s)
{
	for (size_t i = 0; i < COUNT_OF(yes_no); i++)
		if (strcasecmp(yes_no[i][1], s) == 0)
			return xstrdup(yes_no[i][0]);
	for (size_t i = 0; i < COUNT_OF(key->words) && key->words[i]; i++)
		if (streq(key->words[i], s))
			return xstrdup(s);
	return NULL;
}

/* Without double and final slashes and "." components: path_simplify(). */
static char *simple_path(const char *s)
{
	AUTO_TEXT struct text out = {0};

	text_add(&out, *s == '/' ? "/" : "");
	while (*s) {
		size_t n = strcspn(s, "/");

		if (n && !(n == 1 && *s == '.')) {
			if (out.size && out.bytes[out.size - 1] != '/')
				text_add_char(&out, '/');
			text_add_bytes(&out, s, n);
		}
		s += n;
		s += strspn(s, "/");
	}
	return text_steal(&out);
}

static bool has_dot_dot(const char *s)
{
	for (; *s; s += strcspn(s, "/"), s += strspn(s, "/"))
		if (strcspn(s, "/") == 2 && strncmp(s, "..", 2) == 0)
			return true;
	return false;
}

static char *dir_value(const char *s)
{
	return *s == '/' || !*s || has_dot_dot(s) ? NULL : simple_path(s);
}

char *unit_value(const struct unit_key *key, const char *value)
{
	switch (key->value) {
	case UNIT_MODE:
		return mode_value(value);
	case UNIT_SWITCH:
		return switch_value(key, value);
	case UNIT_DIRS:
		return dir_value(value);
	case UNIT_LISTEN:
		return *value == '/' ? simple_path(value) : xstrdup(value);
	default:
		return xstrdup(value);
	}
}

char *unit_endpoint(const char *listen)
{
	if (*listen == '/' || (*listen == '@' && listen[1]))
		return xasprintf("unix:%s", listen);
	if (*listen && strspn(listen, "0123456789") == strlen(listen))
		return xasprintf("tcp:[::]:%s", listen);
	return strchr(listen, ':') && !starts_with(listen, "vsock:") ? xasprintf("tcp:%s", listen) : NULL;
}
