/* SPDX-License-Identifier: MIT */
/* Units that are masked, not enabled or not started; User= of a service. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/home.h"
#include "diagnose/unit.h"
#include "plan/manual.h"

#include <stdlib.h>

static const struct unit *unit_of(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker ? s->upstream->maker : s->upstream->backend;

	return maker ? unit_find(s->facts, maker->unit) : NULL;
}

static bool is_up(const struct unit *unit)
{
	return streq(unit->active, "active") || streq(unit->active, "activating") || streq(unit->active, "reloading");
}

static char *say_masked(const struct unit *unit)
{
	return xasprintf("somebody masked %s, so that nothing starts it: `systemctl unmask %s`, then `systemctl enable --now %s`, if that was not on "
			 "purpose", unit->name, unit->name, unit->name);
}

char *manual_unit(const struct situation *s)
{
	const struct unit *unit = unit_of(s);
	bool boot = s->check->moment == MOMENT_BOOT;

	if (!unit)
		return NULL;
	if (streq(unit->load, "masked"))
		return say_masked(unit);
	if (streq(unit->load, "bad-setting") || streq(unit->load, "error"))
		return xasprintf("%s has an error in its files: `systemd-analyze verify %s` names it", unit->name, unit->name);
	if (boot)
		return streq(unit->at_boot, "no") ? xasprintf("nothing starts %s at boot: `systemctl enable %s`", unit->name, unit->name) : NULL;
	if (!unit->active || is_up(unit))
		return NULL;
	if (streq(unit->active, "failed"))
		return xasprintf("%s has failed: `systemctl status %s` and `journalctl -u %s` say why; then `systemctl restart %s`", unit->name,
			unit->name, unit->name, unit->name);
	return xasprintf("%s is not started: `systemctl start %s`; if it does not stay up, `systemctl status %s` and `journalctl -u %s` say why",
		unit->name, unit->name, unit->name, unit->name);
}

/* Directories that systemd gives to the service's account, and would give to another one. */
static void state_words(const struct situation *s, const struct unit *unit, struct text *out)
{
	static const struct {
		const char *key, *base;
	} kinds[] = {
		{"Service.StateDirectory", "/var/lib"}, {"Service.CacheDirectory", "/var/cache"}, {"Service.LogsDirectory", "/var/log"},
		{"Service.RuntimeDirectory", "/run"},
	};

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		AUTO_FREE char *storage = NULL;
		const char *item;

		for (size_t n = 0; (item = world_unit_setting(&s->world, unit, kinds[i].key, MOMENT_BOOT, n, &storage)); n++)
			text_addf(out, ", %s/%.*s", kinds[i].base, (int)strcspn(item, ":"), item);
	}
}

char *manual_user(const struct situation *s)
{
	const struct backend *backend = s->upstream->maker ? s->upstream->maker : s->upstream->backend;
	const struct unit *unit = service_of(s->facts, backend);
	AUTO_FREE char *user = unit ? unit_text(&s->world, unit, "Service.User", MOMENT_BOOT) : NULL, *owned = NULL;
	const struct user *account = user ? user_by_name(&s->facts->accounts, user) : NULL;
	struct text more = {0};
	char *text;

	if (!unit || !user)
		return NULL;
	/* a daemon's "home" is often a directory of the system */
	text_addf(&more, "%s", account && account->home && is_home(&s->facts->accounts, account->home) ? account->home : "what it has written");
	state_words(s, unit, &more);
	owned = text_steal(&more);
	text = xasprintf("User=%s of %s could be changed, but what it has made so far belongs to %s (%s, its logs, caches and databases): each of "
			 "these would have to be given to the new account in the same breath, or the service fails",
		user, unit->name, user, owned);
	return text;
}
