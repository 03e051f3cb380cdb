/* SPDX-License-Identifier: MIT */
/* The guard's test host, the part of the service manager: units, lines of tmpfiles.d, uWSGI. Included by guard_facts.h. */
#ifndef TEST_GUARD_UNITS_H
#define TEST_GUARD_UNITS_H

/* Files and sockets that are not there, and were looked for. */
static const char *const absent[] = {UNITS "/gunicorn.service.d/zz-permfix.conf", UNITS "/app.socket.d/zz-permfix.conf",
	UNITS "/app.service.d/zz-permfix.conf", UNITS "/docker.socket.d/zz-permfix.conf", UNITS "/ssh.service.d/zz-permfix.conf",
	UNITS "/docker.service.d/zz-permfix.conf", UNITS "/own.service.d/zz-permfix.conf", UNITS "/inhome.service.d/zz-permfix.conf",
	UNITS "/linked.service.d/zz-permfix.conf", UNITS "/web.service.d/zz-permfix.conf", "/etc/tmpfiles.d/00-permfix.conf",
	UNITS "/contained.service.d/zz-permfix.conf", UNITS "/theirs.service.d/zz-permfix.conf", UNITS "/writable.service.d/zz-permfix.conf",
	"/run/php/moved.sock", "/run/pools/moved.sock", "/run/own/moved.sock", "/run/wgroup/moved.sock", "/run/mem/moved.sock",
	"/run/open/moved.sock", "/run/alices/moved.sock", "/run/appdir/moved.sock", "/var/lib/pools/moved.sock", "/run/nowhere/moved.sock",
	"/home/app/moved.sock", "/tmp/moved.sock", "/var/tmp/moved.sock", "/dev/shm/moved.sock", "/run/moved.sock", "/srv/moved.sock",
	"/run/php/listened.sock", "/run/docker/moved.sock", "/run/systemd/moved.sock", "/srv/bob/moved.sock", "/run/php/unit.sock",
	"/run/linked/moved.sock"};

static void unit_set(struct unit *unit, const char *key, const char *value)
{
	ARRAY_ADD(unit->settings, unit->n_settings, (struct setting){.key = xstrdup(key), .value = xstrdup(value), .file = xstrdup(unit->fragment)});
}

static struct unit *add_unit(struct facts *f, const char *name, const char *fragment, const char *user)
{
	struct unit *unit = ARRAY_NEW(f->units, f->n_units);

	*unit = (struct unit){.name = xstrdup(name), .fragment = xstrdup(fragment), .load = xstrdup("loaded"), .active = xstrdup("active")};
	ARRAY_ADD(unit->files, unit->n_files, (struct config_file){.path = xstrdup(fragment), .mode = 0644});
	if (user)
		unit_set(unit, "Service.User", user);
	return unit;
}

static void add_units(struct facts *f)
{
	struct unit *unit = add_unit(f, "app.service", UNITS "/app.service", "app");

	unit_set(unit, "Service.Group", "app");
	unit_set(unit, "Service.SupplementaryGroups", "sockets");
	unit_set(unit, "Service.UMask", "0077");
	unit_set(unit, "Service.RuntimeDirectory", "gunirun");
	unit_set(unit, "Service.RuntimeDirectoryMode", "0750");
	unit_set(unit, "Service.RuntimeDirectoryPreserve", "yes");
	unit = add_unit(f, "app.socket", UNITS "/app.socket", NULL);
	unit_set(unit, "Socket.ListenStream", "/run/sdapp/app.sock");
	unit_set(unit, "Socket.SocketMode", "0600");
	unit_set(unit, "Socket.DirectoryMode", "0710");
	add_unit(f, "contained.service", UNITS "/contained.service", "app");
	add_unit(f, "docker.service", "/usr/lib/systemd/system/docker.service", NULL);
	unit = add_unit(f, "docker.socket", "/usr/lib/systemd/system/docker.socket", NULL);
	unit_set(unit, "Socket.ListenStream", "/run/docker.sock");
	unit = add_unit(f, "gunicorn.service", UNITS "/gunicorn.service", "app");
	unit_set(unit, "Socket.ListenStream", "/run/php/unit.sock");
	add_unit(f, "inhome.service", "/home/app/inhome.service", "app");
	add_unit(f, "linked.service", UNITS "/linked.service", "app");
	add_unit(f, "own.service", "/home/alice/.config/systemd/user/own.service", NULL);
	unit = add_unit(f, "ssh.service", "/usr/lib/systemd/system/ssh.service", NULL);
	unit_set(unit, "Service.RuntimeDirectory", "sshd");
	add_unit(f, "theirs.service", UNITS "/theirs.service", "app")->files[0].uid = UID_APP;
	unit = add_unit(f, "web.service", UNITS "/web.service", "www-data");
	unit_set(unit, "Service.SupplementaryGroups", "web");
	add_unit(f, "writable.service", UNITS "/writable.service", "app")->files[0].mode = 0666;
}

static void add_line(struct facts *f, const char *type, const char *path, const char *mode, const char *user, const char *file)
{
	ARRAY_ADD(f->tmpfiles, f->n_tmpfiles,
		(struct tmpfiles_line){.type = xstrdup(type), .path = xstrdup(path), .mode = xstrdup(mode), .user = xstrdup(user),
			.group = xstrdup(user), .at = {xstrdup(file), 1}});
}

static void add_tmpfiles(struct facts *f)
{
	add_line(f, "d", "/run/php", "0755", "root", "/usr/lib/tmpfiles.d/php8.2-fpm.conf");
	add_line(f, "d", "/run/pools", "0755", "root", "/usr/lib/tmpfiles.d/pools.conf");
	add_line(f, "d", "/run/own", "0755", "www-data", "/usr/lib/tmpfiles.d/own.conf");
	add_line(f, "d", "/run/wgroup", "0775", "www-data", "/usr/lib/tmpfiles.d/own.conf");
	add_line(f, "d", "/run/open", "0757", "root", "/usr/lib/tmpfiles.d/open.conf");
	add_line(f, "d", "/run/alices", "0755", "alice", "/usr/lib/tmpfiles.d/alice.conf");
	add_line(f, "d", "/run/tight", "0700", "app", "/usr/lib/tmpfiles.d/tight.conf");
	add_line(f, "D", "/run/packaged", "0755", "root", "/usr/lib/tmpfiles.d/package.conf");
	add_line(f, "L", "/run/lline", NULL, NULL, "/usr/lib/tmpfiles.d/links.conf");
	add_line(f, "d", "/run/mine", "0750", "app", "/etc/tmpfiles.d/00-permfix.conf");
}

static void add_ini(struct facts *f, const char *name, uint32_t pid, const char *unit, const char *socket, const char *mode)
{
	struct backend *b = add_backend(f, pid, UID_APP, "/usr/bin/uwsgi-core", unit, streq(name, "container") ? "pid:720" : "host");
	AUTO_FREE char *file = xasprintf("%s%s.ini", *name == '/' ? "" : INI "/", name);
	struct backend_section *s = ARRAY_NEW(b->sections, b->n_sections);

	b->kind = BACKEND_UWSGI;
	*s = (struct backend_section){.name = xstrdup("uwsgi"), .at = {xstrdup(file), 1}, .endpoint = xasprintf("unix:%s", socket)};
	if (mode)
		add_setting(s, "chmod-socket", mode);
	if (streq(name, "container"))
		b->as.container = xstrdup("docker");
}

static void add_socket_unit(struct facts *f, const char *unit, const char *socket)
{
	struct backend *b = add_backend(f, 1, 0, "/usr/lib/systemd/systemd", NULL, "host");
	struct backend_section *s = ARRAY_NEW(b->sections, b->n_sections);

	b->kind = BACKEND_SYSTEMD;
	b->unit = xstrdup(unit);
	*s = (struct backend_section){.name = xstrdup(unit), .at = {xstrdup(UNITS), 1}, .endpoint = xasprintf("unix:%s", socket)};
}

/* A program of no known kind, by its cgroup in this unit, makes /run/php/listened.sock. */
__attribute__((unused)) static void add_unknown_server(struct facts *f, uint32_t uid, const char *unit)
{
	struct backend *b = add_backend(f, 799, uid, "/usr/bin/node", unit, "host");
	struct backend_section *s = ARRAY_NEW(b->sections, b->n_sections);

	b->kind = BACKEND_UNKNOWN;
	*s = (struct backend_section){.endpoint = xstrdup("unix:/run/php/listened.sock")};
}

static void add_service_manager(struct facts *f)
{
	static const char *const inis[] = {"owned", "remote", "ro", "immutable", "two", "fifo", "groupw", "container", "/srv/group/app"};
	static const char *const services[] = {"gunicorn.service", "app.service", "contained.service", "linked.service", "own.service",
		"inhome.service", "theirs.service", "writable.service", "web.service"};

	f->host.systemd = true;
	add_units(f);
	add_tmpfiles(f);
	add_ini(f, "app", 780, "uwsgi-app.service", "/run/uwsgi/app.sock", "660");
	add_ini(f, "docker", 781, NULL, "/run/docker.sock", NULL);
	add_ini(f, "open", 782, NULL, "/run/php/open.sock", "666");
	add_ini(f, "special", 783, NULL, "/run/php/open.sock", "2660");
	for (size_t i = 0; i < COUNT_OF(inis); i++)
		add_ini(f, inis[i], 784, NULL, "/run/php/root.sock", NULL);
	for (size_t i = 0; i < COUNT_OF(services); i++)
		add_backend(f, 750, UID_APP, "/usr/bin/python3.11", services[i], "host")->kind = BACKEND_GUNICORN;
	f->backends[f->n_backends - 7].as.container = xstrdup("docker");
	add_socket_unit(f, "app.socket", "/run/sdapp/app.sock");
	add_socket_unit(f, "docker.socket", "/run/docker.sock");
	add_pool(&f->backends[0], "hidden", POOLS "/hidden.conf", "app", "/home/app/sock/a.sock");
	add_setting(&f->backends[0].sections[f->backends[0].n_sections - 1], "listen.mode", "0666");
	add_listener(f, "/run/sdapp/app.sock", 1, 0, "/usr/lib/systemd/systemd", NULL, true);
	add_listener(f, "/run/php/listened.sock", 799, UID_APP, "/usr/bin/node", NULL, false);
	for (size_t i = 0; i < COUNT_OF(absent); i++)
		add_walk(f, "host", absent[i]);
}

#endif
