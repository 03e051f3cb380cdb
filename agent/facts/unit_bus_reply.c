/* SPDX-License-Identifier: MIT */
#include "facts/unit_bus_reply.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/unit_keys.h"

#include <errno.h>
#include <inttypes.h>

typedef int take_property(sd_bus_message *m, const char *contents, const char *name, void *context);

/* a{sv}: hands out each property with the variant entered. */
static int each_property(sd_bus_message *m, take_property *take, void *context)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		const char *name, *contents;
		char type;

		r = sd_bus_message_read(m, "s", &name);
		if (r >= 0)
			r = sd_bus_message_peek_type(m, &type, &contents);
		if (r >= 0 && type != 'v')
			r = -EBADMSG;
		if (r >= 0)
			r = take(m, contents, name, context);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : 0;
}

static int read_strings(sd_bus_message *m, struct strings *out)
{
	char **items = NULL;
	int r = sd_bus_message_read_strv(m, &items);

	for (size_t i = 0; r >= 0 && items && items[i]; i++) {
		strings_add(out, items[i]);
		free(items[i]);
	}
	free(items);
	return r;
}

/* --- state -------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *type;
	size_t offset;
} properties[] = {
	{"Id", "s", offsetof(struct unit_state, id)},
	{"LoadState", "s", offsetof(struct unit_state, load)},
	{"ActiveState", "s", offsetof(struct unit_state, active)},
	{"UnitFileState", "s", offsetof(struct unit_state, file_state)},
	{"FragmentPath", "s", offsetof(struct unit_state, fragment)},
	{"DropInPaths", "as", offsetof(struct unit_state, dropins)},
	{"NeedDaemonReload", "b", offsetof(struct unit_state, stale)},
	{"WantedBy", "as", offsetof(struct unit_state, pulled_by)},
	{"RequiredBy", "as", offsetof(struct unit_state, pulled_by)},
	{"UpheldBy", "as", offsetof(struct unit_state, pulled_by)},
	{"BoundBy", "as", offsetof(struct unit_state, pulled_by)},
	{"TriggeredBy", "as", offsetof(struct unit_state, triggered_by)},
	{"Triggers", "as", offsetof(struct unit_state, triggers)},
};

static int read_property(sd_bus_message *m, const char *type, void *to)
{
	const char *text;
	int flag, r;

	if (streq(type, "as"))
		return read_strings(m, to);
	if (streq(type, "b")) {
		r = sd_bus_message_read(m, "b", &flag);
		*(bool *)to = r >= 0 && flag;
		return r;
	}
	r = sd_bus_message_read(m, "s", &text);
	if (r >= 0 && !*(char **)to)
		*(char **)to = xstrdup(text);
	return r;
}

static int take_state(sd_bus_message *m, const char *contents, const char *name, void *context)
{
	struct unit_state *out = context;
	int r;

	for (size_t i = 0; i < COUNT_OF(properties); i++) {
		if (!streq(properties[i].name, name) || !streq(properties[i].type, contents))
			continue;
		r = sd_bus_message_enter_container(m, 'v', contents);
		if (r >= 0)
			r = read_property(m, contents, (char *)out + properties[i].offset);
		return r < 0 ? r : sd_bus_message_exit_container(m);
	}
	return sd_bus_message_skip(m, "v");
}

int unit_reply_state(sd_bus_message *m, struct unit_state *out)
{
	return each_property(m, take_state, out);
}

/* --- settings as loaded --------------------------------------------------------------------------------------------- */

struct loading {
	const char *section;
	struct unit_state *out;
};

static void add(struct loading *l, const char *name, char *value)
{
	struct unit_state *out = l->out;

	if (value && *value)
		ARRAY_ADD(out->loaded, out->n_loaded, (struct setting){.key = xasprintf("%s.%s", l->section, name), .value = value});
	else
		free(value);
}

static int add_number(sd_bus_message *m, const struct unit_key *key, const char *name, struct loading *l)
{
	uint32_t number;
	int r = sd_bus_message_read(m, "u", &number);

	if (r >= 0)
		add(l, name, xasprintf(key->value == UNIT_MODE ? "%04" PRIo32 : "%" PRIu32, number));
	return r;
}

static int add_text(sd_bus_message *m, const char *name, struct loading *l)
{
	const char *text;
	int r = sd_bus_message_read(m, "s", &text);

	if (r >= 0)
		add(l, name, xstrdup(text));
	return r;
}

static int add_flag(sd_bus_message *m, const char *name, struct loading *l)
{
	int flag, r = sd_bus_message_read(m, "b", &flag);

	if (r >= 0)
		add(l, name, xstrdup(flag ? "yes" : "no"));
	return r;
}

static int add_list(sd_bus_message *m, const char *name, struct loading *l)
{
	AUTO_STRINGS struct strings items = {0};
	int r = read_strings(m, &items);

	for (size_t i = 0; r >= 0 && i < items.n; i++)
		add(l, name, xstrdup(items.items[i]));
	return r;
}

/* Listen: (kind, address); TemporaryFileSystem: (path, options). */
static int add_pairs(sd_bus_message *m, const char *name, struct loading *l)
{
	int r = sd_bus_message_enter_container(m, 'a', "(ss)");
	const char *a, *b;

	while (r >= 0 && (r = sd_bus_message_read(m, "(ss)", &a, &b)) > 0) {
		if (!streq(name, "Listen"))
			add(l, name, *b ? xasprintf("%s:%s", a, b) : xstrdup(a));
		else if (streq(a, "Stream"))
			add(l, "ListenStream", xstrdup(b));
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* BindPaths, BindReadOnlyPaths: (from, to, ignore, flags). */
static int add_binds(sd_bus_message *m, const char *name, struct loading *l)
{
	int r = sd_bus_message_enter_container(m, 'a', "(ssbt)"), ignore;
	const char *from, *to;
	uint64_t flags;

	while (r >= 0 && (r = sd_bus_message_read(m, "(ssbt)", &from, &to, &ignore, &flags)) > 0)
		add(l, name, xasprintf("%s%s:%s", ignore ? "-" : "", from, to));
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int add_value(sd_bus_message *m, const char *contents, const struct unit_key *key, const char *name, struct loading *l)
{
	if (streq(contents, "u"))
		return add_number(m, key, name, l);
	if (streq(contents, "s"))
		return add_text(m, name, l);
	if (streq(contents, "b"))
		return add_flag(m, name, l);
	if (streq(contents, "as"))
		return add_list(m, name, l);
	if (streq(contents, "a(ssbt)"))
		return add_binds(m, name, l);
	return streq(contents, "a(ss)") ? add_pairs(m, name, l) : sd_bus_message_skip(m, contents);
}

/* Commands are left out: their arguments may hold secrets. */
static int take_loaded(sd_bus_message *m, const char *contents, const char *name, void *context)
{
	struct loading *l = context;
	const struct unit_key *key = unit_key(l->section, name);
	int r;

	if (!key || unit_key_is_command(key->name))
		return sd_bus_message_skip(m, "v");
	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r >= 0)
		r = add_value(m, contents, key, name, l);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

int unit_reply_loaded(sd_bus_message *m, const char *section, struct unit_state *out)
{
	struct loading l = {section, out};

	return each_property(m, take_loaded, &l);
}
