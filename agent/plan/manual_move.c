/* SPDX-License-Identifier: MIT */
/* A socket that has to move and is no pool's: both sides in words, its maker's line and nginx's. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/manual.h"

#include <stdlib.h>

static const char *stem_end(const char *unit)
{
	const char *end = unit + strcspn(unit, ".@");

	return end > unit ? end : unit + strlen(unit);
}

/* A directory of the service's own, after its unit. */
static char *new_path(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker ? s->upstream->maker : s->upstream->backend;
	const char *unit = maker ? maker->unit : NULL, *last = strrchr(endpoint_path(s->upstream->endpoint), '/') + 1;

	if (!unit)
		return xasprintf("/run/app/%s", last);
	return xasprintf("/run/%.*s/%s", (int)(stem_end(unit) - unit), unit, last);
}

/* The line of its maker that names the socket. */
static char *maker_words(const struct situation *s, const char *path)
{
	static const struct {
		int kind;
		const char *line;
	} lines[] = {
		{BACKEND_PHP_FPM, "listen = %s"},     {BACKEND_SYSTEMD, "ListenStream=%s"}, {BACKEND_GUNICORN, "bind = \"unix:%s\""},
		{BACKEND_UWSGI, "socket = %s"}, {BACKEND_PUMA, "bind \"unix://%s\""}, {BACKEND_UNICORN, "listen \"%s\""},
	};
	const struct backend_section *section = s->upstream->section;
	const char *place = section && section->at.file ? section->at.file : NULL;
	const char *line = NULL;
	struct text out = {0};

	for (size_t i = 0; s->upstream->maker && i < COUNT_OF(lines); i++)
		if (lines[i].kind == s->upstream->maker->kind)
			line = lines[i].line;
	if (place)
		text_addf(&out, "in %s, line %u, ", place, section->at.line);
	if (!line) {
		text_addf(&out, "let %s listen on %s", manual_server(s), path);
		return text_steal(&out);
	}
	text_addf(&out, "write %.*s%s%s", (int)(strstr(line, "%s") - line), line, path, strstr(line, "%s") + 2);
	return text_steal(&out);
}

static void nginx_words(const struct situation *s, const char *path, struct text *out)
{
	const struct nginx *nginx = &s->facts->nginx[s->worker->nginx];

	for (size_t i = 0; i < s->upstream->n_refs; i++) {
		const struct nginx_ref *ref = &nginx->refs[s->upstream->refs[i]];
		const struct place *at = ref->upstream ? &ref->server_at : &ref->at;

		text_addf(out, "; in %s, line %u, %s should name unix:%s", at->file ? at->file : "nginx's configuration", at->line,
			ref->upstream ? "server" : ref->directive, path);
	}
}

char *manual_move(const struct situation *s)
{
	AUTO_FREE char *path = NULL, *maker = NULL, *directory = NULL;
	const struct backend *backend = s->upstream->maker ? s->upstream->maker : s->upstream->backend;
	struct text out = {0};

	if (!endpoint_path(s->upstream->endpoint))
		return NULL;
	path = new_path(s);
	maker = maker_words(s, path);
	directory = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	text_addf(&out, "move the socket to %s: %s", path, maker);
	if (backend && backend->unit && ends_with(backend->unit, ".service"))
		text_addf(&out, "; with `systemctl edit %s` give it [Service] RuntimeDirectory=%s", backend->unit, directory + strlen("/run/"));
	nginx_words(s, path, &out);
	text_addf(&out, "; then restart %s and reload nginx", manual_server(s));
	return text_steal(&out);
}
