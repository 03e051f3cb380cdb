/* SPDX-License-Identifier: MIT */
/* What each kind of step may say (the comment at struct step_change in plan/plan.h), as tables. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/form_unit.h"
#include "guard/grammar.h"

#include <errno.h>
#include <string.h>

/* The next free system gid: a number of one's own would be an alias, or an id that left files behind. */
static bool is_new_gid(const char *s)
{
	return streq(s, "system");
}

/* user: group: with or without a name, mask and other, as acl(5) writes them; default entries have their own rule. */
static bool is_acl_key(const char *key)
{
	static const char *const plain[] = {"user", "user:", "user::", "group", "group:", "group::", "mask", "mask:", "mask::", "other",
		"other:", "other::"};
	const char *colon = strchr(key, ':');

	for (size_t i = 0; i < COUNT_OF(plain); i++)
		if (streq(key, plain[i]))
			return true;
	return colon && (starts_with(key, "user:") || starts_with(key, "group:")) && is_account_or_id(colon + 1);
}

static bool is_pass_directive(const char *key)
{
	static const char *const words[] = {"fastcgi_pass", "proxy_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "server"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (streq(key, words[i]))
			return true;
	return false;
}

/* One plain word that names a socket: nothing that could end the argument, quote or stand for a variable. */
static bool is_pass_argument(const char *to)
{
	return strstr(to, "unix:/") && is_printable(to) && !strpbrk(to, " ;{}$\"'\\#") && !strstr(to, "/../");
}

static const struct key_form {
	int kind;
	const char *key;
	bool (*key_form)(const char *key); /* instead of key */
	bool (*value)(const char *to);
	bool removable;
} key_forms[] = {
	{STEP_PHPFPM_LISTEN, "listen.owner", NULL, is_account_name, true},
	{STEP_PHPFPM_LISTEN, "listen.group", NULL, is_account_name, true},
	{STEP_PHPFPM_LISTEN, "listen.mode", NULL, is_plain_mode, true},
	{STEP_PHPFPM_LISTEN, "listen.acl_users", NULL, is_account_list, true},
	{STEP_PHPFPM_LISTEN, "listen.acl_groups", NULL, is_account_list, true},
	{STEP_PATH_OWNER, "owner", NULL, is_account_or_id, false},
	{STEP_PATH_OWNER, "group", NULL, is_account_or_id, false},
	{STEP_PATH_MODE, "mode", NULL, is_four_octal_digits, false},
	{STEP_PATH_ACL, NULL, is_acl_key, is_permissions, true},
	{STEP_GROUP_CREATE, "gid", NULL, is_new_gid, false},
	{STEP_GROUP_ADD_MEMBER, "member", NULL, is_account_name, false},
	{STEP_NGINX_USER, "user", NULL, is_account_name, false},
	{STEP_NGINX_PASS, NULL, is_pass_directive, is_pass_argument, false},
	{STEP_PHPFPM_LISTEN_PATH, "listen", NULL, is_listen_path, false},
	{STEP_TMPFILES_ENTRY, NULL, is_tmpfiles_path, is_tmpfiles_value, false},
	{STEP_UWSGI_OPTION, "chmod-socket", NULL, is_plain_mode, false},
	{STEP_UWSGI_OPTION, "chown-socket", NULL, is_owner_pair, false},
};

static bool is_service_manager(const char *s)
{
	return streq(s, "systemd");
}

static bool is_pool_name(const char *s)
{
	return *s && is_printable(s) && !strpbrk(s, "[];\"'\\");
}

static const struct kind_form {
	int kind;
	bool (*target)(const char *target);
	bool changes; /* says what to change; the others carry no change at all */
	bool section;
} kind_forms[] = {
	{STEP_PHPFPM_LISTEN, is_plain_path, true, true},
	{STEP_PATH_OWNER, is_plain_path, true, false},
	{STEP_PATH_MODE, is_plain_path, true, false},
	{STEP_PATH_ACL, is_plain_path, true, false},
	{STEP_GROUP_CREATE, is_account_name, true, false},
	{STEP_GROUP_ADD_MEMBER, is_account_name, true, false},
	{STEP_NGINX_USER, is_plain_path, true, false},
	{STEP_NGINX_PASS, is_plain_path, true, false},
	{STEP_SERVICE_RELOAD, is_service_name, false, false},
	{STEP_SERVICE_RESTART, is_service_name, false, false},
	{STEP_SERVICE_DAEMON_RELOAD, is_service_manager, false, false},
	{STEP_PHPFPM_LISTEN_PATH, is_plain_path, true, true},
	{STEP_SYSTEMD_DROPIN, is_dropin, true, true},
	{STEP_TMPFILES_ENTRY, is_tmpfiles_file, true, false},
	{STEP_UWSGI_OPTION, is_plain_path, true, true},
};

static const struct kind_form *form_of(int kind)
{
	for (size_t i = 0; i < COUNT_OF(kind_forms); i++)
		if (kind_forms[i].kind == kind)
			return &kind_forms[i];
	return NULL;
}

static const struct key_form *key_form_of(int kind, const char *key)
{
	for (size_t i = 0; i < COUNT_OF(key_forms); i++) {
		const struct key_form *form = &key_forms[i];

		if (form->kind == kind && (form->key ? streq(form->key, key) : form->key_form(key)))
			return form;
	}
	return NULL;
}

static bool bad(struct error *err, const char *what, const char *word)
{
	AUTO_FREE char *shown = escape_terminal(word);

	error_set(err, EINVAL, "%s \"%s\"", what, shown);
	return false;
}

/* A drop-in's keys have a table of their own; nothing is taken out of a unit. */
static struct key_form form_of_key(const struct step *step, const char *key)
{
	const struct key_form *form = key_form_of(step->kind, key);

	if (step->kind == STEP_SYSTEMD_DROPIN && key_fits_unit(key, step->section))
		return (struct key_form){.value = unit_key_form(key)};
	return form ? *form : (struct key_form){0};
}

static bool change_well_formed(const struct step *step, const struct step_change *change, struct error *err)
{
	struct key_form form;

	if (!change->key || !*change->key)
		return bad(err, "no key in a change of", step->target);
	form = form_of_key(step, change->key);
	if (!form.value)
		return bad(err, "unknown key", change->key);
	if (!change->to && !form.removable)
		return bad(err, "nothing is given for", change->key);
	if (change->to && !form.value(change->to))
		return bad(err, "not a value for this key:", change->to);
	return change->from && !is_printable(change->from) ? bad(err, "control bytes in", change->from) : true;
}

static bool keys_unique(const struct step *step, struct error *err)
{
	for (size_t i = 0; i < step->n_changes; i++)
		for (size_t k = 0; k < i; k++)
			if (streq(step->changes[i].key, step->changes[k].key))
				return bad(err, "given twice:", step->changes[i].key);
	return true;
}

static bool place_well_formed(const struct step *step, const struct kind_form *form, struct error *err)
{
	if (!step->target)
		return bad(err, "no target in a step", name_of(step_kind_names, step->kind));
	if (!form->target(step->target))
		return bad(err, "not a target for this kind of step:", step->target);
	if (form->section && (!step->section || !is_pool_name(step->section)))
		return bad(err, "not a section:", step->section ? step->section : "");
	if (step->kind == STEP_SYSTEMD_DROPIN && !(is_unit_name(step->section) && is_dropin_of(step->target, step->section)))
		return bad(err, "not a drop-in of this unit:", step->target);
	if (step->unit && !is_service_name(step->unit))
		return bad(err, "not a unit:", step->unit);
	return true;
}

bool step_well_formed(const struct step *step, struct error *err)
{
	const struct kind_form *form = form_of(step->kind);

	if (!form)
		return bad(err, "no form is known for the kind", name_of(step_kind_names, step->kind));
	if (!place_well_formed(step, form, err))
		return false;
	if (form->changes != (step->n_changes > 0))
		return bad(err, form->changes ? "no change in" : "changes are given for", step->target);
	for (size_t i = 0; i < step->n_changes; i++)
		if (!change_well_formed(step, &step->changes[i], err))
			return false;
	return keys_unique(step, err);
}
