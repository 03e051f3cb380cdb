/* SPDX-License-Identifier: MIT */
/* Units, lines of tmpfiles.d and servers that bind their own socket, for tests of the rooms that read them; on top of build_facts.h:
 *
 *	struct build b = build_booted("debian 12");                 // systemd is PID 1; /run is a tmpfs of its own
 *	build_unit_as(&b, "app.service", "active", "yes", "Service.User=app", "Service.RuntimeDirectory=app", NULL);
 *	build_tmpfiles_line(&b, "d /run/app 0755 app app");
 *	build_server(&b, BACKEND_NODE, 69, "app", "app.service", "/run/app/app.sock", NULL); */
#ifndef PERMFIX_TESTS_BUILD_UNITS_H
#define PERMFIX_TESTS_BUILD_UNITS_H

#include "tests/unit/build_facts.h"

#define BUILD_RUN_DEV 27

static inline struct build build_booted(const char *distro)
{
	struct build b = build_host(distro);

	b.facts.host.systemd = true;
	build_nginx(&b, "www-data");
	build_dir(&b, "/run", "root:root 0755");
	return b;
}

/* "Key=value" settings of a unit file that is older than every process; the list ends with NULL. active or at_boot NULL: not known. */
static inline struct unit *build_unit_as(struct build *b, const char *name, const char *active, const char *at_boot, ...)
{
	struct unit *unit = ARRAY_NEW(b->facts.units, b->facts.n_units);
	struct config_file *file = ARRAY_NEW(unit->files, unit->n_files);
	const char *text;
	va_list args;

	*unit = (struct unit){.name = xstrdup(name), .fragment = xasprintf("/etc/systemd/system/%s", name), .load = xstrdup("loaded"),
		.active = xstrdup(active), .at_boot = xstrdup(at_boot), .files = file, .n_files = 1};
	*file = (struct config_file){.path = xstrdup(unit->fragment), .mtime = b->now - 5000, .mode = 0644};
	va_start(args, at_boot);
	while ((text = va_arg(args, const char *))) {
		struct setting *setting = ARRAY_NEW(unit->settings, unit->n_settings);
		const char *equals = strchr(text, '=');

		*setting = (struct setting){.key = xstrndup(text, (size_t)(equals - text)), .value = xstrdup(equals + 1),
			.file = xstrdup(unit->fragment), .line = 5};
	}
	va_end(args);
	return unit;
}

/* "TYPE PATH MODE USER GROUP", "-" as in the file. */
static inline void build_tmpfiles_line(struct build *b, const char *text)
{
	struct tmpfiles_line *line = ARRAY_NEW(b->facts.tmpfiles, b->facts.n_tmpfiles);
	char *words = xstrdup(text), *rest = words, **const to[] = {&line->type, &line->path, &line->mode, &line->user, &line->group};

	for (size_t i = 0; i < 5; i++) {
		char *word = strsep(&rest, " ");

		*to[i] = word && strcmp(word, "-") ? xstrdup(word) : NULL;
	}
	line->at = (struct place){xstrdup("/usr/lib/tmpfiles.d/app.conf"), (uint32_t)b->facts.n_tmpfiles};
	free(words);
}

/* A server with one section that listens at path; settings as for build_pool(). */
static inline struct backend *build_server_at(struct build *b, int kind, uint32_t pid, const char *user, const char *unit, const char *path)
{
	struct backend *backend = build_backend(b, kind, pid, user);

	backend->unit = xstrdup(unit);
	build_pool(b, backend, kind == BACKEND_SYSTEMD ? unit : NULL, path, NULL);
	if (pid) {
		backend->as.umask = xstrdup("0022");
		backend->as.unit = xstrdup(unit);
	}
	return backend;
}

/* A socket unit's backend: pid 1 where it is active. */
static inline struct backend *build_socket_unit(struct build *b, const char *unit, bool active, const char *path)
{
	return build_server_at(b, BACKEND_SYSTEMD, active ? 1 : 0, "root", unit, path);
}

/* Everything at and beneath /run stands on a file system in memory of its own, mounted there. */
static inline void build_run_in_memory(struct build *b)
{
	build_done(b);
	for (size_t i = 0; i < b->facts.n_walks; i++)
		for (size_t j = 0; j < b->facts.walks[i].n_nodes; j++) {
			struct node *node = &b->facts.walks[i].nodes[j];

			if (starts_with(node->path, "/run")) {
				node->dev = BUILD_RUN_DEV;
				node->mount_point = streq(node->path, "/run");
			}
		}
	for (size_t i = 0; i < b->facts.n_listeners; i++)
		if (starts_with(b->facts.listeners[i].name, "/run/"))
			b->facts.listeners[i].file_dev = BUILD_RUN_DEV;
}

#endif
