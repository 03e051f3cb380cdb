/* SPDX-License-Identifier: MIT */
#include "facts/unit_name.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define NAME_MAX_BYTES 255 /* UNIT_NAME_MAX - 1 */
#define VALID "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@"

static const char *const types[] = {
	"service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope",
};

static bool is_type(const char *s)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (streq(types[i], s))
			return true;
	return false;
}

bool unit_name_split(const char *name, struct unit_name *out)
{
	const char *dot = strrchr(name, '.'), *at = strchr(name, '@');
	size_t n = strlen(name);

	*out = (struct unit_name){0};
	if (n > NAME_MAX_BYTES || strspn(name, VALID) != n || !dot || !is_type(dot + 1))
		return false;
	at = at && at < dot ? at : NULL;
	if (dot == name || at == name)
		return false;
	out->prefix = xstrndup(name, (size_t)((at ? at : dot) - name));
	out->instance = at ? xstrndup(at + 1, (size_t)(dot - at - 1)) : NULL;
	out->type = xstrdup(dot + 1);
	return true;
}

void unit_name_free(struct unit_name *name)
{
	free(name->prefix);
	free(name->instance);
	free(name->type);
	*name = (struct unit_name){0};
}

bool unit_name_matters(const char *name)
{
	AUTO_UNIT_NAME struct unit_name parts = {0};

	return unit_name_split(name, &parts) && (!parts.instance || *parts.instance) &&
	       (streq(parts.type, "service") || streq(parts.type, "socket"));
}

char *unit_name_template(const char *name)
{
	AUTO_UNIT_NAME struct unit_name parts = {0};

	if (!unit_name_split(name, &parts) || !parts.instance || !*parts.instance)
		return NULL;
	return xasprintf("%s@.%s", parts.prefix, parts.type);
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

char *unit_name_unescape(const char *s)
{
	char *out = xstrdup(s), *to = out;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] == 'x' && hex(s[2]) >= 0 && hex(s[3]) >= 0) {
			*to++ = (char)(hex(s[2]) << 4 | hex(s[3]));
			s += 3;
		} else {
			*to++ = *s == '-' ? '/' : *s;
		}
	}
	*to = '\0';
	return out;
}
