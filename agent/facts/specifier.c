/* SPDX-License-Identifier: MIT */
#include "facts/specifier.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

#define RESULT_MAX 65536

struct scope {
	const struct specifier_host *host;
	const char *full; /* name of the unit */
	struct unit_name name;
};

/* Each yields a new string, NULL where it is not known. */
typedef char *resolve(const struct scope *s);

static char *full_name(const struct scope *s)
{
	return xstrdup(s->full);
}

static char *without_type(const struct scope *s)
{
	return xstrndup(s->full, (size_t)(strrchr(s->full, '.') - s->full));
}

static char *prefix(const struct scope *s)
{
	return xstrdup(s->name.prefix);
}

static char *prefix_unescaped(const struct scope *s)
{
	return unit_name_unescape(s->name.prefix);
}

static char *instance(const struct scope *s)
{
	return xstrdup(s->name.instance ? s->name.instance : "");
}

static char *instance_unescaped(const struct scope *s)
{
	return unit_name_unescape(s->name.instance ? s->name.instance : "");
}

static const char *after_dash(const struct scope *s)
{
	const char *dash = strrchr(s->name.prefix, '-');

	return dash ? dash + 1 : s->name.prefix;
}

static char *last_part(const struct scope *s)
{
	return xstrdup(after_dash(s));
}

static char *last_part_unescaped(const struct scope *s)
{
	return unit_name_unescape(after_dash(s));
}

static char *file_path(const struct scope *s)
{
	AUTO_FREE char *path = s->name.instance ? instance_unescaped(s) : prefix_unescaped(s);

	return *path == '/' ? TAKE_PTR(path) : xasprintf("/%s", path);
}

static char *hostname(const struct scope *s)
{
	return xstrdup(s->host->hostname);
}

static char *short_hostname(const struct scope *s)
{
	return s->host->hostname ? xstrndup(s->host->hostname, strcspn(s->host->hostname, ".")) : NULL;
}

static char *machine(const struct scope *s)
{
	return xstrdup(s->host->machine);
}

static char *boot(const struct scope *s)
{
	return xstrdup(s->host->boot);
}

static char *kernel(const struct scope *s)
{
	return xstrdup(s->host->kernel);
}

static const struct specifier {
	char letter;
	bool of_unit;         /* has a meaning in a unit only */
	resolve *resolve;
	const char *constant; /* of the system's manager, which runs as root; both NULL: systemd knows it, this does not */
} specifiers[] = {
	{'n', true, full_name, NULL},  {'N', true, without_type, NULL},     {'p', true, prefix, NULL},
	{'P', true, prefix_unescaped, NULL}, {'i', true, instance, NULL},   {'I', true, instance_unescaped, NULL},
	{'j', true, last_part, NULL},  {'J', true, last_part_unescaped, NULL}, {'f', true, file_path, NULL},
	{'t', false, NULL, "/run"},    {'S', false, NULL, "/var/lib"},      {'C', false, NULL, "/var/cache"},
	{'L', false, NULL, "/var/log"}, {'E', true, NULL, "/etc"},          {'T', false, NULL, "/tmp"},
	{'V', false, NULL, "/var/tmp"}, {'u', false, NULL, "root"},         {'U', false, NULL, "0"},
	{'g', false, NULL, "root"},    {'G', false, NULL, "0"},             {'h', false, NULL, "/root"},
	{'H', false, hostname, NULL},  {'l', false, short_hostname, NULL},  {'m', false, machine, NULL},
	{'b', false, boot, NULL},      {'v', false, kernel, NULL},          {'s', true, NULL, NULL},
	{'a', false, NULL, NULL},      {'A', false, NULL, NULL},            {'B', false, NULL, NULL},
	{'M', false, NULL, NULL},      {'o', false, NULL, NULL},            {'w', false, NULL, NULL},
	{'W', false, NULL, NULL},      {'q', true, NULL, NULL},             {'c', true, NULL, NULL},
	{'r', true, NULL, NULL},       {'R', true, NULL, NULL},             {'d', true, NULL, NULL},
	{'y', true, NULL, NULL},       {'Y', true, NULL, NULL},
};

static const struct specifier *find(const struct scope *s, char letter)
{
	for (size_t i = 0; i < COUNT_OF(specifiers); i++)
		if (specifiers[i].letter == letter && (s->full || !specifiers[i].of_unit))
			return &specifiers[i];
	return NULL;
}

/* What stands for "%LETTER". */
static char *one(const struct scope *s, char letter, char *unknown)
{
	const struct specifier *spec = find(s, letter);
	char *found = !spec ? NULL : spec->constant ? xstrdup(spec->constant) : spec->resolve ? spec->resolve(s) : NULL;

	if (letter == '%')
		return xstrdup("%");
	if (spec && !found && !*unknown)
		*unknown = letter;
	return found ? found : xasprintf("%%%c", letter);
}

char *specifier_resolve(const struct specifier_host *host, const char *name, const char *text, char *unknown)
{
	AUTO_TEXT struct text out = {0};
	struct scope s = {.host = host};

	*unknown = 0;
	if (name && unit_name_split(name, &s.name))
		s.full = name;
	text_add(&out, "");
	for (; *text && out.size < RESULT_MAX; text++) {
		if (text[0] != '%' || !text[1]) {
			text_add_char(&out, *text);
			continue;
		}
		AUTO_FREE char *found = one(&s, *++text, unknown);
		text_add(&out, found);
	}
	unit_name_free(&s.name);
	return text_steal(&out);
}

void specifier_host_free(struct specifier_host *host)
{
	free(host->hostname);
	free(host->machine);
	free(host->boot);
	free(host->kernel);
	*host = (struct specifier_host){0};
}
