/* SPDX-License-Identifier: MIT */
/* Settings that stand in files which no step edits: Python and Ruby programs, command lines, supervisord's programs, a program's own source. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/dac.h"
#include "diagnose/place.h"
#include "plan/manual.h"
#include "plan/maker.h"

#include <stdlib.h>

#define GROUP_RW 0060U

/* What the socket has to be: the group that lets the worker in, and whether the maker gives it that by itself. */
struct lasting {
	struct creation made;
	bool in_class;  /* the worker is the owner, or in the group, of what is made */
	uint32_t umask; /* under which its class gets write */
};

static void look(const struct situation *s, struct lasting *l)
{
	predict_in(s, &s->world, &l->made);
	l->in_class = l->made.node.uid == s->ids.uid || ids_in_group(&s->ids, l->made.node.gid);
	l->umask = 0007;
}

static char *at_line(const char *file, uint32_t line)
{
	if (!file)
		return xstrdup("on its command line");
	return line ? xasprintf("in %s, line %u,", file, line) : xasprintf("in %s", file);
}

/* Where the setting stands, else where the socket's address does, since that is where it belongs. */
static char *place_of(const struct backend_section *section, const char *key)
{
	const struct setting *setting = setting_find(section, key);

	return setting ? at_line(setting->file, setting->line) : at_line(section->at.file, section->at.line);
}

static bool on_command_line(const struct backend_section *section, const char *key)
{
	const struct setting *setting = setting_find(section, key);

	return setting ? !setting->file : !section->at.file;
}

static char *restart_words(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker;

	if (maker->supervisor)
		return xasprintf("then `supervisorctl reread && supervisorctl update %s`", maker->supervisor);
	return maker->unit ? xasprintf("then `systemctl restart %s`", maker->unit) : xasprintf("then start %s anew", manual_server(s));
}

/* The group is the process's: a drop-in gives it one that the worker has. */
static char *group_words(const struct situation *s, const struct lasting *l)
{
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid), *old = group_label(&s->world, l->made.node.gid);
	const struct backend *maker = s->upstream->maker;

	if (l->in_class)
		return xstrdup("");
	if (maker->supervisor || !maker->unit)
		return xasprintf(", and run it with group %s (now %s)", group, old);
	return xasprintf(", and with `systemctl edit %s` give it [Service] Group=%s and SupplementaryGroups=%s", maker->unit, group, old);
}

static char *say_gunicorn(const struct situation *s, const struct lasting *l)
{
	const struct backend_section *section = s->upstream->section;
	const struct setting *umask = setting_find(section, "umask");
	AUTO_FREE char *where = place_of(section, "umask"), *group = group_words(s, l), *restart = restart_words(s);

	if (on_command_line(section, "umask"))
		return xasprintf("Gunicorn binds under its own umask (%s): give it --umask %03o %s%s; %s", umask ? umask->value : "0", l->umask,
			where, group, restart);
	return xasprintf("Gunicorn binds under its own umask (%s): %s write umask = 0o%03o%s; %s", umask ? umask->value : "0", where, l->umask,
		group, restart);
}

static char *say_puma(const struct situation *s, const struct lasting *l)
{
	AUTO_FREE char *where = place_of(s->upstream->section, "umask"), *group = group_words(s, l), *restart = restart_words(s);

	return xasprintf("Puma binds under the umask of its address: %s write bind \"unix://%s?umask=0%03o\"%s; %s", where,
		endpoint_path(s->upstream->endpoint), l->umask, group, restart);
}

static char *say_unicorn(const struct situation *s, const struct lasting *l)
{
	AUTO_FREE char *where = place_of(s->upstream->section, "umask"), *group = group_words(s, l), *restart = restart_words(s);

	return xasprintf("Unicorn binds under the umask of its listen: %s write listen \"%s\", :umask => 0%03o%s; %s", where,
		endpoint_path(s->upstream->endpoint), l->umask, group, restart);
}

static char *say_uwsgi(const struct situation *s, const struct lasting *l)
{
	const struct backend_section *section = s->upstream->section;
	AUTO_FREE char *where = place_of(section, "chmod-socket"), *group = group_words(s, l), *restart = restart_words(s);

	return xasprintf("%s give uWSGI %schmod-socket=660%s; %s", where, on_command_line(section, "chmod-socket") ? "--" : "", group, restart);
}

static char *say_supervisord(const struct situation *s, const struct lasting *l)
{
	const struct backend *maker = s->upstream->maker;
	AUTO_FREE char *where = at_line(maker->supervisor_at.file, maker->supervisor_at.line), *group = group_words(s, l), *restart = restart_words(s);

	return xasprintf("supervisord starts it: %s under [program:%s], write umask=%03o%s; %s", where, maker->supervisor, l->umask, group, restart);
}

static char *say_program(const struct situation *s, const struct lasting *l)
{
	const struct backend *maker = s->upstream->maker;
	AUTO_FREE char *group = group_words(s, l), *restart = restart_words(s);

	if (l->made.configured && maker->unit)
		return xasprintf("with `systemctl edit %s` give it [Service] UMask=%04o%s; %s", maker->unit, l->umask, group, restart);
	return xasprintf("nobody's configuration explains this socket: %s (umask %s) sets its mode itself. In its source, let it set the umask to 0%03o "
			 "before it listens, or let a socket unit of systemd make the socket%s; %s",
		manual_server(s), maker->as.umask ? maker->as.umask : "unknown", l->umask, group, restart);
}

static char *say_unit(const struct situation *s, const struct lasting *l)
{
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);

	(void)l;
	return xasprintf("%s makes this socket: with `systemctl edit %s` give it [Socket] SocketGroup=%s and SocketMode=0660; do not restart it while its "
			 "service runs",
		s->upstream->maker->unit, s->upstream->maker->unit, group);
}

static const struct {
	int kind;
	char *(*say)(const struct situation *s, const struct lasting *l);
} sayings[] = {
	{BACKEND_SYSTEMD, say_unit},
	{BACKEND_GUNICORN, say_gunicorn}, {BACKEND_PUMA, say_puma},    {BACKEND_UNICORN, say_unicorn},
	{BACKEND_UWSGI, say_uwsgi},       {BACKEND_NODE, say_program}, {BACKEND_UNKNOWN, say_program},
};

static char *say_socket(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker;
	struct lasting l = {0};
	char *text = NULL;

	look(s, &l);
	for (size_t i = 0; i < COUNT_OF(sayings) && l.made.known && !l.made.fails && !text; i++)
		if (sayings[i].kind == maker->kind)
			text = maker->supervisor && (maker->kind == BACKEND_NODE || maker->kind == BACKEND_UNKNOWN) ? say_supervisord(s, &l) :
														 sayings[i].say(s, &l);
	creation_free(&l.made);
	return text;
}

static char *say_directory(const struct situation *s)
{
	return xasprintf("%s; declare it where it comes from: RuntimeDirectory= of the service, or a line in /etc/tmpfiles.d", s->check->because);
}

/* Where the knobs stand that only their server can work out, by the words of its own configuration. */
static const struct {
	int kind;
	const char *name, *knobs, *end; /* the group stands before the end */
} literals[] = {
	{BACKEND_GUNICORN, "Gunicorn", "umask = 0o007 and group = \"", "\""},
	{BACKEND_UWSGI, "uWSGI", "chmod-socket = 660 and chown-socket = :", ""},
	{BACKEND_PUMA, "Puma", "umask=0007 in the address of bind, and run it with group ", ""},
	{BACKEND_UNICORN, "Unicorn", ":umask => 0007 in listen, and run it with group ", ""},
};

char *manual_unclear(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker;
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid), *restart = maker ? restart_words(s) : NULL;
	AUTO_TEXT struct text text = {0};

	if (!maker || !s->upstream->section || !s->upstream->section->unclear)
		return NULL;
	text_addf(&text, "%s: what its next start makes of this socket is not known, so it may be closed again then", s->upstream->section->unclear);
	for (size_t i = 0; i < COUNT_OF(literals); i++) {
		if (literals[i].kind != maker->kind)
			continue;
		text_addf(&text, "; give %s plain values: %s%s%s; %s", literals[i].name, literals[i].knobs, group, literals[i].end,
			restart);
	}
	return text_steal(&text);
}

char *manual_durable(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker;
	char *text = NULL;

	if (s->check->moment == MOMENT_NOW)
		return NULL;
	if (streq(s->check->class, "dir"))
		return say_directory(s);
	if (s->check->moment == MOMENT_BOOT)
		text = manual_unit(s);
	if (!text && maker && maker->kind != BACKEND_PHP_FPM && s->upstream->section)
		text = say_socket(s);
	return text;
}
