/* SPDX-License-Identifier: MIT */
#include "facts/reader_check.h"
#include "facts/reader.h"
#include "facts/unit_keys.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

#define ENDPOINT_MAX 4200 /* a host name as long as nginx takes a word */

static bool known(const struct string_index *served, const char *file)
{
	return !file || string_index_get(served, file) >= 0;
}

static bool good_endpoint(const char *s)
{
	return !s || (strlen(s) <= ENDPOINT_MAX && (starts_with(s, "unix:") || starts_with(s, "tcp:")));
}

static bool good_range(uint64_t offset, uint64_t length)
{
	return offset <= READER_FILE_MAX && length <= READER_FILE_MAX;
}

static bool good_ref(const struct nginx *n, const struct nginx_ref *r, const struct string_index *served)
{
	return r->at.file && known(served, r->at.file) && known(served, r->server_at.file) && r->directive && r->written &&
	       !r->endpoint == !!r->unresolved && good_endpoint(r->endpoint) && good_range(r->offset, r->length) &&
	       good_range(r->server_offset, r->server_length) && r->server >= -1 &&
	       (r->server < 0 || (size_t)r->server < n->n_servers);
}

static int unbelievable(struct error *err, const char *what)
{
	return error_set(err, EPROTO, "the confined reader sent a %s that cannot be", what);
}

static int check_problems(const struct config_problem *problems, size_t n, const struct string_index *served, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (!problems[i].text || !known(served, problems[i].at.file))
			return unbelievable(err, "problem");
	return 0;
}

int check_nginx(const struct nginx *n, const struct string_index *served, struct error *err)
{
	if (!known(served, n->user_at.file) || !good_range(n->user_offset, n->user_length) || !n->user != !n->user_at.file)
		return unbelievable(err, "user");
	for (size_t i = 0; i < n->n_servers; i++)
		if (!n->servers[i].at.file || !known(served, n->servers[i].at.file))
			return unbelievable(err, "server");
	for (size_t i = 0; i < n->n_refs; i++)
		if (!good_ref(n, &n->refs[i], served))
			return unbelievable(err, "reference");
	return check_problems(n->problems, n->n_problems, served, err);
}

static bool good_section(const struct backend_section *s, const struct string_index *served)
{
	if (!known(served, s->at.file) || !good_endpoint(s->endpoint))
		return false;
	for (size_t i = 0; i < s->n_settings; i++)
		if (!s->settings[i].key || !s->settings[i].value || !known(served, s->settings[i].file))
			return false;
	return true;
}

int check_backend(const struct backend *b, const struct string_index *served, struct error *err)
{
	for (size_t i = 0; i < b->n_sections; i++)
		if (!b->sections[i].name || !good_section(&b->sections[i], served))
			return unbelievable(err, "section");
	return check_problems(b->problems, b->n_problems, served, err);
}

/* The settings that facts.h names, and no others: what else stands in such a file may be a secret. */
static const char *const server_keys[] = {"umask", "user", "group", "mode", "chmod-socket", "chown-socket", "uid", "gid", "master-as-root",
	"drop-after-init", "drop-after-apps", "command", "directory", "socket", "socket_owner", "socket_mode"};

static bool good_keys(const struct backend_section *s)
{
	for (size_t i = 0; i < s->n_settings; i++) {
		bool found = false;

		for (size_t k = 0; !found && k < COUNT_OF(server_keys); k++)
			found = streq(s->settings[i].key, server_keys[k]);
		if (!found)
			return false;
	}
	return true;
}

int check_server(const struct backend *b, const struct string_index *served, struct error *err)
{
	if (b->pid || b->exe || b->unit || b->view || b->supervisor || !known(served, b->config))
		return unbelievable(err, "server");
	for (size_t i = 0; i < b->n_sections; i++)
		if (!good_section(&b->sections[i], served) || !good_keys(&b->sections[i]))
			return unbelievable(err, "section");
	return check_problems(b->problems, b->n_problems, served, err);
}

/* What is known of a unit from elsewhere must not come from there. */
int check_unit(const struct unit *u, const struct string_index *served, struct error *err)
{
	if (u->name || u->fragment || u->active || u->at_boot || u->stale || u->pid || u->n_loaded || (u->load && !streq(u->load, "error")))
		return unbelievable(err, "unit");
	for (size_t i = 0; i < u->n_settings; i++) {
		const struct setting *s = &u->settings[i];

		if (!s->key || !unit_key_known(s->key) || !s->value || !s->file || !known(served, s->file) || s->commented)
			return unbelievable(err, "setting");
	}
	return check_problems(u->problems, u->n_problems, served, err);
}

int check_tmpfiles(const struct tmpfiles *t, const struct string_index *served, struct error *err)
{
	for (size_t i = 0; i < t->n_lines; i++) {
		const struct tmpfiles_line *l = &t->lines[i];

		if (!l->type || !*l->type || !l->path || l->path[0] != '/' || !l->at.file || !known(served, l->at.file))
			return unbelievable(err, "line of tmpfiles.d");
	}
	return check_problems(t->problems, t->n_problems, served, err);
}
