/* SPDX-License-Identifier: MIT */
#include "guard/form_unit.h"
#include "base/cleanup.h"
#include "guard/grammar.h"
#include "guard/made.h"

#include <string.h>

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

enum { UNIT_NAME_MAX = 255, SUN_PATH_MAX = 107 };

/* unit_name_is_valid() of systemd, without a slash. */
static bool unit_bytes(const char *s)
{
	return *s && *s != '-' && *s != '.' && strlen(s) <= UNIT_NAME_MAX && strspn(s, NAME_BYTES ":\\@") == strlen(s);
}

bool is_service_name(const char *s)
{
	uint32_t pid;

	if (starts_with(s, "pid "))
		return parse_id(s + strlen("pid "), &pid) && pid > 0;
	return unit_bytes(s);
}

bool is_unit_name(const char *s)
{
	return unit_bytes(s) && (ends_with(s, ".service") || ends_with(s, ".socket")) && !strstr(s, "@.");
}

static bool is_file_name(const char *s, const char *suffix)
{
	return *s != '.' && strlen(s) > strlen(suffix) && strlen(s) <= UNIT_NAME_MAX && strspn(s, NAME_BYTES) == strlen(s) && ends_with(s, suffix);
}

bool is_dropin_of(const char *target, const char *unit)
{
	size_t n = strlen(unit);

	if (!starts_with(target, DROPIN_ROOT))
		return false;
	target += strlen(DROPIN_ROOT);
	return strncmp(target, unit, n) == 0 && starts_with(target + n, ".d/") && is_file_name(target + n + strlen(".d/"), ".conf");
}

bool is_dropin(const char *target)
{
	return is_plain_path(target) && starts_with(target, DROPIN_ROOT);
}

bool is_tmpfiles_file(const char *target)
{
	return starts_with(target, TMPFILES_ROOT) && is_file_name(target + strlen(TMPFILES_ROOT), ".conf");
}

bool key_fits_unit(const char *key, const char *unit)
{
	return starts_with(key, "Socket.") ? ends_with(unit, ".socket") : ends_with(unit, ".service");
}

bool is_plain_mode(const char *s)
{
	uint32_t mode;

	return parse_mode(s, &mode);
}

bool is_umask(const char *s)
{
	uint32_t mode;

	return is_four_octal_digits(s) && parse_mode(s, &mode) && !(mode & ~0077U);
}

bool is_preserve(const char *s)
{
	return streq(s, "yes") || streq(s, "restart");
}

/* Words with exactly one blank between them. */
static bool all_words(const char *s, bool (*word)(const char *s))
{
	for (;;) {
		size_t n = strcspn(s, " ");
		char one[UNIT_NAME_MAX + 1];

		if (n == 0 || n >= sizeof(one))
			return false;
		memcpy(one, s, n);
		one[n] = '\0';
		if (!word(one))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

static bool is_directory_name(const char *s)
{
	return *s != '.' && *s != '-' && strspn(s, NAME_BYTES) == strlen(s);
}

bool is_runtime_directories(const char *s)
{
	return all_words(s, is_directory_name);
}

bool is_account_words(const char *s)
{
	return all_words(s, is_account_name);
}

bool is_owner_pair(const char *s)
{
	size_t n = strcspn(s, ":");
	char user[UNIT_NAME_MAX + 1];

	if (n >= sizeof(user))
		return false;
	memcpy(user, s, n);
	user[n] = '\0';
	return is_account_name(user) && (!s[n] || is_account_name(s + n + 1));
}

bool is_tmpfiles_path(const char *s)
{
	return is_plain_path(s) && strspn(s, NAME_BYTES "/+@:") == strlen(s);
}

bool is_tmpfiles_value(const char *s)
{
	AUTO_TMPFILES_VALUE struct tmpfiles_value value = {0};

	return tmpfiles_value_parse(s, &value);
}

bool is_listen_path(const char *s)
{
	return is_plain_path(s) && s[1] && strlen(s) <= SUN_PATH_MAX && strspn(s, NAME_BYTES "/+@") == strlen(s);
}

static const struct {
	const char *key;
	bool (*value)(const char *s);
} unit_keys[] = {
	{"Socket.SocketUser", is_account_name},
	{"Socket.SocketGroup", is_account_name},
	{"Socket.SocketMode", is_plain_mode},
	{"Socket.DirectoryMode", is_plain_mode},
	{"Service.Group", is_account_name},
	{"Service.SupplementaryGroups", is_account_words},
	{"Service.UMask", is_umask},
	{"Service.RuntimeDirectory", is_runtime_directories},
	{"Service.RuntimeDirectoryMode", is_plain_mode},
	{"Service.RuntimeDirectoryPreserve", is_preserve},
};

bool (*unit_key_form(const char *key))(const char *value)
{
	for (size_t i = 0; i < COUNT_OF(unit_keys); i++)
		if (streq(unit_keys[i].key, key))
			return unit_keys[i].value;
	return NULL;
}
