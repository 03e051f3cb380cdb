/* SPDX-License-Identifier: MIT */
/* Rules on settings of units, lines of tmpfiles.d and options of uWSGI. Those on the words of a step look before it is understood. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/form_unit.h"
#include "guard/made.h"
#include "guard/places.h"
#include "guard/rules.h"

#include <string.h>

/* Directories of user managers: systemd.unit(5), "User Unit Search Path". */
static bool is_user_unit(const char *path)
{
	static const char *const parts[] = {"/systemd/user/", "/systemd/user.control/", "/systemd/user.attached/", "/systemd/user-generators/",
		"/.config/systemd/", "/.local/share/systemd/", "/run/user/"};

	for (size_t i = 0; path && i < COUNT_OF(parts); i++)
		if (strstr(path, parts[i]))
			return true;
	return false;
}

bool rule_user_unit(struct guard_case *c)
{
	const struct unit *unit = unit_find(c->facts, c->step->section ? c->step->section : "");

	if (is_user_unit(c->step->target))
		return refuse(c, "the drop-in would be a user's");
	return unit && is_user_unit(unit->fragment) && refuse(c, "%s is a user's unit", unit->name);
}

/* What a key asks for, whatever section it is given in. With `prefix` every key that begins so. */
struct key_word {
	const char *word;
	bool prefix;
};

static bool has_word(const struct key_word *words, size_t n, const char *key)
{
	const char *dot = strrchr(key, '.'), *name = dot ? dot + 1 : key;

	for (size_t i = 0; i < n; i++)
		if (words[i].prefix ? starts_with(name, words[i].word) : streq(name, words[i].word))
			return true;
	return false;
}

static bool refuse_words(struct guard_case *c, const struct key_word *words, size_t n)
{
	for (size_t i = 0; i < c->step->n_changes; i++) {
		const char *key = c->step->changes[i].key;
		AUTO_FREE char *shown = NULL;

		if (!key || !has_word(words, n, key))
			continue;
		shown = escape_terminal(key);
		return refuse(c, "%s=", shown);
	}
	return false;
}

bool rule_service_user(struct guard_case *c)
{
	static const struct key_word words[] = {{"User", false}, {"DynamicUser", false}, {"PAMName", false}};

	return refuse_words(c, words, COUNT_OF(words));
}

bool rule_mac_context(struct guard_case *c)
{
	static const struct key_word words[] = {{"SELinux", true}, {"AppArmor", true}, {"Smack", true}};

	return refuse_words(c, words, COUNT_OF(words));
}

/* systemd.exec(5): SANDBOXING, CAPABILITIES, SECURITY, SYSTEM CALL FILTERING, PATHS; systemd.resource-control(5): network and devices. */
bool rule_unit_sandbox(struct guard_case *c)
{
	static const struct key_word words[] = {
		{"Protect", true}, {"Private", true}, {"Restrict", true}, {"NoNewPrivileges", false}, {"ReadWritePaths", false},
		{"ReadOnlyPaths", false}, {"InaccessiblePaths", false}, {"ReadWriteDirectories", false}, {"ReadOnlyDirectories", false},
		{"InaccessibleDirectories", false}, {"ExecPaths", false}, {"NoExecPaths", false}, {"TemporaryFileSystem", false},
		{"BindPaths", false}, {"BindReadOnlyPaths", false}, {"Mount", true}, {"CapabilityBoundingSet", false},
		{"AmbientCapabilities", false}, {"SecureBits", false}, {"SystemCall", true}, {"LockPersonality", false},
		{"MemoryDenyWriteExecute", false}, {"RemoveIPC", false}, {"Root", true}, {"JoinsNamespaceOf", false},
		{"NetworkNamespacePath", false}, {"IPCNamespacePath", false}, {"KeyringMode", false}, {"Device", true}, {"IPAddress", true},
		{"SocketBind", true}, {"Delegate", true}, {"ProcSubset", false}, {"UserNamespacePath", false},
	};

	return refuse_words(c, words, COUNT_OF(words));
}

bool rule_unit_command(struct guard_case *c)
{
	static const struct key_word words[] = {
		{"Exec", true}, {"Environment", true}, {"PassEnvironment", false}, {"UnsetEnvironment", false}, {"LoadCredential", true},
		{"SetCredential", true}, {"ImportCredential", true}, {"OpenFile", false}, {"Standard", true}, {"WorkingDirectory", false},
		{"Type", false}, {"Service", false}, {"FileDescriptorName", false},
	};

	return refuse_words(c, words, COUNT_OF(words));
}

bool rule_unit_setting(struct guard_case *c)
{
	for (size_t i = 0; i < c->step->n_changes; i++) {
		const char *key = c->step->changes[i].key;
		AUTO_FREE char *shown = escape_terminal(key ? key : "");

		if (!key || !unit_key_form(key))
			return refuse(c, "%s=", shown);
	}
	return false;
}

/* The first word of a line is its type; a type with a modifier ("d!", "d+") is another type. */
bool rule_tmpfiles_type(struct guard_case *c)
{
	for (size_t i = 0; i < c->step->n_changes; i++) {
		const char *to = c->step->changes[i].to;
		size_t n = to ? strcspn(to, " \t\n") : 0;
		AUTO_FREE char *type = xstrndup(to ? to : "", n);
		AUTO_FREE char *shown = escape_terminal(type);

		if (to && !streq(type, "d"))
			return refuse(c, "a line of the type \"%s\"", shown);
	}
	return false;
}

bool rule_uwsgi_option(struct guard_case *c)
{
	for (size_t i = 0; i < c->step->n_changes; i++) {
		const char *key = c->step->changes[i].key;
		AUTO_FREE char *shown = escape_terminal(key ? key : "");

		if (!streq(key, "chmod-socket") && !streq(key, "chown-socket"))
			return refuse(c, "the option %s", shown);
	}
	return false;
}

static bool keeps(const struct guard_case *c, const char *key, const char *item)
{
	for (size_t n = 0;; n++) {
		AUTO_FREE char *kept = unit_item(c, c->unit, key, true, n);

		if (!kept || streq(kept, item))
			return kept != NULL;
	}
}

static bool drops_directory(struct guard_case *c)
{
	static const char key[] = "Service.RuntimeDirectory", preserve[] = "Service.RuntimeDirectoryPreserve";
	AUTO_FREE char *was = unit_item(c, c->unit, preserve, false, 0);

	if (streq(was, "yes") && streq(case_value(c, preserve), "restart"))
		return refuse(c, "its runtime directories would be removed when it stops");
	for (size_t n = 0;; n++) {
		AUTO_FREE char *item = unit_item(c, c->unit, key, false, n);

		if (!item)
			return false;
		if (!keeps(c, key, item))
			return refuse(c, "the runtime directory %s", item);
	}
}

/* Groups come from the unit, and with User= from the account data: initgroups(3). Root needs no group. */
static bool has_by_account(const struct guard_case *c, uint32_t gid)
{
	AUTO_FREE char *name = unit_item(c, c->unit, "Service.User", false, 0);
	const struct user *user = name ? user_by_name(&c->facts->accounts, name) : NULL;
	const struct group *group = group_by_gid(&c->facts->accounts, gid);

	if (!name || !*name || (user && user->uid == 0))
		return true;
	return user && group && strings_has(&group->members, user->name);
}

static bool drops_group(struct guard_case *c)
{
	AUTO_FREE uint32_t *was = NULL;
	AUTO_FREE uint32_t *will = NULL;
	size_t n_was = unit_gids(c, false, &was), n_will = unit_gids(c, true, &will);

	for (size_t i = 0; i < n_was; i++) {
		bool kept = has_by_account(c, was[i]);

		for (size_t k = 0; !kept && k < n_will; k++)
			kept = will[k] == was[i];
		if (!kept)
			return refuse(c, "its processes would no longer be in gid %u", was[i]);
	}
	return false;
}

bool rule_dropped_setting(struct guard_case *c)
{
	return drops_directory(c) || drops_group(c);
}
