/* SPDX-License-Identifier: MIT */
/* Steps on what creates sockets and directories that must be refused: rows for the table of test_guard_denied.c. */
#ifndef TEST_GUARD_UNIT_ROWS_H
#define TEST_GUARD_UNIT_ROWS_H

#define DROPIN    STEP_SYSTEMD_DROPIN
#define TMPFILES  STEP_TMPFILES_ENTRY
#define UWSGI     STEP_UWSGI_OPTION
#define LISTEN_AT STEP_PHPFPM_LISTEN_PATH
#define PASS      STEP_NGINX_PASS
#define OF(unit)  UNITS "/" unit ".d/zz-permfix.conf", unit
#define SOCKETU   OF("app.socket")
#define SERVICE   OF("app.service")
#define GUNICORN  OF("gunicorn.service")
#define GUNI_D(file) UNITS "/gunicorn.service.d/" file ".conf", "gunicorn.service"
#define ENTRY     "/etc/tmpfiles.d/00-permfix.conf", NULL
#define TMP_D(file) "/etc/tmpfiles.d/" file ".conf", NULL
#define APP_INI   INI "/app.ini", "uwsgi"
#define INI_D(file) INI "/" file ".ini", "uwsgi"
#define PHP_SOCK  "unix:/run/php/php8.2-fpm.sock"

static struct node *node_of(struct facts *f, const char *path)
{
	for (size_t w = 0; w < f->n_walks; w++)
		if (streq(f->walks[w].path, path) && f->walks[w].n_nodes)
			return &f->walks[w].nodes[f->walks[w].n_nodes - 1];
	return NULL;
}

/* The directory above a file that is not there is the last node of that file's walk. */
static void tmpfiles_dir_is_linked(struct facts *f)
{
	node_of(f, "/etc/tmpfiles.d/00-permfix.conf")->type = NODE_SYMLINK;
}

static void etc_is_remote(struct facts *f)
{
	char **fstype = &node_of(f, "/etc/tmpfiles.d/00-permfix.conf")->fstype;

	free(*fstype);
	*fstype = xstrdup("nfs4");
	fstype = &node_of(f, UNITS "/app.socket.d/zz-permfix.conf")->fstype;
	free(*fstype);
	*fstype = xstrdup("fuse.sshfs");
}

static void etc_is_read_only(struct facts *f)
{
	node_of(f, "/etc/tmpfiles.d/00-permfix.conf")->read_only = true;
	node_of(f, UNITS "/app.socket.d/zz-permfix.conf")->read_only = true;
}

static void etc_is_immutable(struct facts *f)
{
	node_of(f, "/etc/tmpfiles.d/00-permfix.conf")->immutable = true;
	node_of(f, UNITS "/app.socket.d/zz-permfix.conf")->immutable = true;
}

static void etc_is_alices(struct facts *f)
{
	node_of(f, "/etc/tmpfiles.d/00-permfix.conf")->uid = UID_ALICE;
	node_of(f, UNITS "/app.socket.d/zz-permfix.conf")->uid = UID_ALICE;
}

static void etc_not_walked(struct facts *f)
{
	for (size_t w = 0; w < f->n_walks; w++)
		if (starts_with(f->walks[w].path, "/etc/systemd/") || starts_with(f->walks[w].path, "/etc/tmpfiles.d"))
			f->walks[w].path[1] = 'x';
}

static void units_unread(struct facts *f)
{
	f->accounts.unknown = true;
}

static void app_unit_is_masked_by_user_unit(struct facts *f)
{
	struct unit *unit = (struct unit *)unit_find(f, "app.service");

	free(unit->fragment);
	unit->fragment = xstrdup("/etc/systemd/user/app.service");
}

static const struct row unit_words[] = {
	{"user-unit", DROPIN, "/home/alice/.config/systemd/user/app.service.d/x.conf", "app.service", "Service.UMask=0007"},
	{"user-unit", DROPIN, "/etc/systemd/user/app.service.d/x.conf", "app.service", "Service.UMask=0007"},
	{"user-unit", DROPIN, "/run/user/1000/systemd/transient/app.service.d/x.conf", "app.service", "Service.UMask=0007"},
	{"user-unit", DROPIN, "/usr/lib/systemd/user/app.socket.d/x.conf", "app.socket", "Socket.SocketMode=0660"},
	{"user-unit", DROPIN, OF("own.service"), "Service.UMask=0007"},
	{"user-unit", DROPIN, SERVICE, "Service.UMask=0007", app_unit_is_masked_by_user_unit},
	{"root-user", DROPIN, SERVICE, "Service.User=root"},
	{"root-user", DROPIN, SERVICE, "Service.User=toor"},
	{"root-user", DROPIN, SERVICE, "Service.UMask=0007|Service.User=0"},
	{"root-user", UWSGI, APP_INI, "uid=root"},
	{"root-user", UWSGI, APP_INI, "uid=0"},
	{"root-user", UWSGI, APP_INI, "chmod-socket=660|uid=toor"},
	{"service-user", DROPIN, SERVICE, "Service.User=www-data"},
	{"service-user", DROPIN, SERVICE, "Service.User=!"},
	{"service-user", DROPIN, SERVICE, "Service.Group=www-data|Service.User=app"},
	{"service-user", DROPIN, SERVICE, "Service.DynamicUser=yes"},
	{"mac-context", DROPIN, SERVICE, "Service.SELinuxContext=unconfined_u:unconfined_r:unconfined_t:s0"},
	{"mac-context", DROPIN, SERVICE, "Service.SELinuxContext=!"},
	{"mac-context", DROPIN, SOCKETU, "Socket.SELinuxContextFromNet=yes"},
	{"mac-context", DROPIN, SERVICE, "Service.AppArmorProfile=unconfined"},
	{"mac-context", DROPIN, SERVICE, "Service.SmackProcessLabel=_"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.ProtectSystem=no"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.ProtectHome=!"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.PrivateTmp=false"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.NoNewPrivileges=no"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.RestrictAddressFamilies=!"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.CapabilityBoundingSet=~"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.AmbientCapabilities=CAP_DAC_OVERRIDE"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.SystemCallFilter=!"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.ReadWritePaths=/"},
	{"unit-sandbox", DROPIN, SERVICE, "Service.UMask=0007|Service.BindPaths=/home"},
	{"unit-command", DROPIN, SERVICE, "Service.ExecStart=/bin/sh -c id"},
	{"unit-command", DROPIN, SERVICE, "Service.ExecStartPre=+/bin/chmod 0777 /run"},
	{"unit-command", DROPIN, SOCKETU, "Socket.ExecStartPost=/bin/true"},
	{"unit-command", DROPIN, SERVICE, "Service.ExecReload=!"},
	{"unit-command", DROPIN, SERVICE, "Service.Environment=LD_PRELOAD=/tmp/x.so"},
	{"unit-command", DROPIN, SERVICE, "Service.EnvironmentFile=/tmp/env"},
	{"unit-command", DROPIN, SOCKETU, "Socket.Service=docker.service"},
	{"unit-setting", DROPIN, SERVICE, "Service.Restart=always"},
	{"unit-setting", DROPIN, SERVICE, "Unit.OnFailure=x.service"},
	{"unit-setting", DROPIN, SOCKETU, "Socket.ListenStream=/run/x.sock"},
	{"unit-setting", DROPIN, SOCKETU, "Socket.Symlinks=/run/x.sock"},
	{"unit-setting", DROPIN, SOCKETU, "SocketMode=0660"},
	{"unit-setting", DROPIN, SOCKETU, "Socket.socketmode=0660"},
	{"unit-setting", DROPIN, SERVICE, "Service.StateDirectory=x"},
	{"unit-setting", DROPIN, SERVICE, "Install.WantedBy=multi-user.target"},
	{"unit-setting", DROPIN, SERVICE, "Service.UMask\nUser=0007"},
	{"kind-not-supported", STEP_CONTAINER_FILE, SOCKETU, "Socket.SocketMode=0660"},
};

static const struct row malformed_units[] = {
	{"malformed-step", DROPIN, SOCKETU, NULL},
	{"malformed-step", DROPIN, UNITS "/app.socket", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, "/usr/lib/systemd/system/app.socket", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, "/lib/systemd/system/app.socket.d/x.conf", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, "/run/systemd/system/app.socket.d/x.conf", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app.service.d/x.conf", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app.socket.d/../x.conf", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app.socket.d/a/x.conf", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app.socket.d/.x.conf", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app.socket.d/x", "app.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app.socket.d/x.conf", NULL, "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app@.socket.d/x.conf", "app@.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, UNITS "/app.timer.d/x.conf", "app.timer", "Service.UMask=0007"},
	{"malformed-step", DROPIN, UNITS "/nosuch.socket.d/x.conf", "nosuch.socket", "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, SOCKETU, "Service.UMask=0007"},
	{"malformed-step", DROPIN, SERVICE, "Socket.SocketMode=0660"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketMode=0660\nSocketUser=alice"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketMode=ug=rw"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketMode=!"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketMode= 0660"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketGroup=%u"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketGroup=www data"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketGroup=nosuch"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketUser=nosuch"},
	{"malformed-step", DROPIN, SOCKETU, "Socket.SocketGroup="},
	{"malformed-step", DROPIN, SERVICE, "Service.Group=33"},
	{"malformed-step", DROPIN, SERVICE, "Service.UMask=7"},
	{"malformed-step", DROPIN, SERVICE, "Service.UMask=0777"},
	{"malformed-step", DROPIN, SERVICE, "Service.UMask=0007 "},
	{"malformed-step", DROPIN, SERVICE, "Service.SupplementaryGroups=app  sockets"},
	{"malformed-step", DROPIN, SERVICE, "Service.SupplementaryGroups=sockets nosuch"},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectory=/run/gunirun"},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectory=gunirun ../etc"},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectory=gunirun/.."},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectory=gunirun:link"},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectory=gunirun %n"},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectory=."},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectory="},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectoryPreserve=no"},
	{"malformed-step", DROPIN, SERVICE, "Service.RuntimeDirectoryMode=u=rwx"},
	{"malformed-step", DROPIN, SERVICE, "Service.UMask=0007|Service.UMask=0077"},
};

static const struct row malformed_rest[] = {
	{"malformed-step", TMPFILES, ENTRY, NULL},
	{"malformed-step", TMPFILES, "/usr/lib/tmpfiles.d/x.conf", NULL, "/run/new=d 0750 app app"},
	{"malformed-step", TMPFILES, "/etc/tmpfiles.d/x/y.conf", NULL, "/run/new=d 0750 app app"},
	{"malformed-step", TMPFILES, "/etc/tmpfiles.d/.x.conf", NULL, "/run/new=d 0750 app app"},
	{"malformed-step", TMPFILES, "/etc/tmpfiles.d/x", NULL, "/run/new=d 0750 app app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/new=d 750 app app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/new=d ~0750 app app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/new=d 0750 app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/new=d 0750 app app 10d"},
	{"malformed-step", TMPFILES, ENTRY, "/run/new=d 0750 nosuch app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/new=d 0750 app app\nL /etc/x - - - - /tmp"},
	{"malformed-step", TMPFILES, ENTRY, "/run/new=!"},
	{"malformed-step", TMPFILES, ENTRY, "/run/*=d 0750 app app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/%u=d 0750 app app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/../etc/x=d 0750 app app"},
	{"malformed-step", TMPFILES, ENTRY, "run/new=d 0750 app app"},
	{"malformed-step", TMPFILES, ENTRY, "/run/a b=d 0750 app app"},
	{"malformed-step", UWSGI, INI "/app.ini", NULL, "chmod-socket=660"},
	{"malformed-step", UWSGI, INI_D("nosuch"), "chmod-socket=660"},
	{"malformed-step", UWSGI, APP_INI, NULL},
	{"malformed-step", UWSGI, APP_INI, "chmod-socket="},
	{"malformed-step", UWSGI, APP_INI, "chmod-socket=!"},
	{"malformed-step", UWSGI, APP_INI, "chmod-socket=660\nexec-asap = id"},
	{"malformed-step", UWSGI, APP_INI, "chown-socket=app:www-data:x"},
	{"malformed-step", UWSGI, APP_INI, "chown-socket=:www-data"},
	{"malformed-step", UWSGI, APP_INI, "chown-socket=$(USER)"},
	{"malformed-step", UWSGI, APP_INI, "chown-socket=app:nosuch"},
	{"malformed-step", UWSGI, WWW, "chmod-socket=660"},
	{"malformed-step", LISTEN_AT, WWW, "listen=run/php/moved.sock"},
	{"malformed-step", LISTEN_AT, WWW, "listen=127.0.0.1:9000"},
	{"malformed-step", LISTEN_AT, WWW, "listen=/run/php/$pool.sock"},
	{"malformed-step", LISTEN_AT, WWW, "listen=/run/php/a:b.sock"},
	{"malformed-step", LISTEN_AT, WWW, "listen=/run/php/a;b.sock"},
	{"malformed-step", LISTEN_AT, WWW, "listen=/run/php/a b.sock"},
	{"malformed-step", LISTEN_AT, WWW, "listen=/run/php/../php/moved.sock"},
	{"malformed-step", LISTEN_AT, WWW, "listen=/run/php/moved.sock\nuser = root"},
	{"malformed-step", LISTEN_AT, WWW, "listen=!"},
	{"malformed-step", LISTEN_AT, WWW, "listen=/run/php/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.sock"},
	{"malformed-step", LISTEN_AT, WWW, "listen.mode=0660"},
	{"malformed-step", LISTEN_AT, APP_INI, "listen=/run/php/moved.sock"},
	{"malformed-step", STEP_SERVICE_DAEMON_RELOAD, "nginx.service", NULL, NULL},
	{"malformed-step", STEP_SERVICE_DAEMON_RELOAD, "pid 1", NULL, NULL},
	{"malformed-step", STEP_SERVICE_DAEMON_RELOAD, "systemd", NULL, "user=alice"},
	{"malformed-step", STEP_SERVICE_DAEMON_RELOAD, NULL, NULL, NULL},
};

#define TYPE(type) {"tmpfiles-type", TMPFILES, ENTRY, "/run/new=" type " 0750 app app"}
static const struct row other_words[] = {
	TYPE("D"), TYPE("Z"), TYPE("z"), TYPE("R"), TYPE("r"), TYPE("a"), TYPE("A"), TYPE("a+"), TYPE("A+"), TYPE("L"), TYPE("L+"), TYPE("C"),
	TYPE("f"), TYPE("F"), TYPE("w"), TYPE("e"), TYPE("v"), TYPE("q"), TYPE("Q"), TYPE("p"), TYPE("c"), TYPE("b"), TYPE("m"), TYPE("x"), TYPE("X"),
	TYPE("t"), TYPE("T"), TYPE("h"), TYPE("H"), TYPE("d!"), TYPE("d+"), TYPE("d-"), TYPE("d="), TYPE("d~"), TYPE(""),
	{"tmpfiles-type", TMPFILES, ENTRY, "/run/a=d 0750 app app|/run/b=Z 0750 app app"},
	{"uwsgi-option", UWSGI, APP_INI, "uid=www-data"},
	{"uwsgi-option", UWSGI, APP_INI, "exec-asap=/bin/sh"},
	{"uwsgi-option", UWSGI, APP_INI, "chmod-socket=660|socket=/run/x.sock"},
	{"uwsgi-option", UWSGI, APP_INI, "plugin=/tmp/x.so"},
	{"uwsgi-option", UWSGI, APP_INI, "umask=000"},
	{"uwsgi-option", UWSGI, APP_INI, "chmod-socket\nuid=660"},
	{"accounts-unknown", DROPIN, SERVICE, "Service.UMask=0007", units_unread},
	{"accounts-unknown", TMPFILES, ENTRY, "/run/new=d 0750 root root", units_unread},
	{"accounts-unknown", UWSGI, APP_INI, "chmod-socket=660", units_unread},
	{"edit-range", PASS, CONF_N, NULL, "proxy_pass=" PHP_SOCK},
	{"edit-range", PASS, CONF_N, NULL, "server=" PHP_SOCK},
	{"edit-range", PASS, CONF_N, NULL, "uwsgi_pass=unix:/run/uwsgi/app.sock"},
};

static const struct row unit_files[] = {
	{"symlink", DROPIN, OF("linked.service"), "Service.UMask=0007"},
	{"symlink", DROPIN, GUNI_D("link"), "Service.UMask=0007"},
	{"symlink", DROPIN, GUNICORN, "Service.RuntimeDirectory=linked"},
	{"symlink", TMPFILES, TMP_D("link"), "/run/new=d 0750 app app"},
	{"symlink", TMPFILES, ENTRY, "/run/new=d 0750 app app", tmpfiles_dir_is_linked},
	{"symlink", TMPFILES, ENTRY, "/run/linked=d 0750 app app"},
	{"symlink", TMPFILES, ENTRY, "/var/run=d 0750 app app"},
	{"symlink", LISTEN_AT, WWW, "listen=/run/linked/moved.sock"},
	{"symlink", LISTEN_AT, WWW, "listen=/run/php/link.sock"},
	{"symlink", LISTEN_AT, WWW, "listen=/var/run/php/root.sock"},
	{"symlink", UWSGI, "/srv/group/app.ini", "uwsgi", "chmod-socket=660"},
	{"not-a-regular-file", DROPIN, GUNI_D("fifo"), "Service.UMask=0007"},
	{"not-a-regular-file", TMPFILES, TMP_D("fifo"), "/run/new=d 0750 app app"},
	{"not-a-regular-file", UWSGI, INI_D("fifo"), "chmod-socket=660"},
	{"foreign-view", DROPIN, OF("contained.service"), "Service.UMask=0007"},
	{"foreign-view", UWSGI, INI_D("container"), "chmod-socket=660"},
	{"foreign-view", LISTEN_AT, POOLS "/container.conf", "container", "listen=/run/php/moved.sock"},
	{"remote-fs", DROPIN, SOCKETU, "Socket.SocketMode=0660", etc_is_remote},
	{"remote-fs", TMPFILES, ENTRY, "/run/new=d 0750 app app", etc_is_remote},
	{"remote-fs", UWSGI, INI_D("remote"), "chmod-socket=660"},
	{"read-only-fs", DROPIN, SOCKETU, "Socket.SocketMode=0660", etc_is_read_only},
	{"read-only-fs", TMPFILES, ENTRY, "/run/new=d 0750 app app", etc_is_read_only},
	{"read-only-fs", UWSGI, INI_D("ro"), "chmod-socket=660"},
	{"immutable", DROPIN, SOCKETU, "Socket.SocketMode=0660", etc_is_immutable},
	{"immutable", TMPFILES, ENTRY, "/run/new=d 0750 app app", etc_is_immutable},
	{"immutable", UWSGI, INI_D("immutable"), "chmod-socket=660"},
	{"hard-link", DROPIN, GUNI_D("two"), "Service.UMask=0007"},
	{"hard-link", TMPFILES, TMP_D("two"), "/run/new=d 0750 app app"},
	{"hard-link", UWSGI, INI_D("two"), "chmod-socket=660"},
	{"untrusted-config", DROPIN, GUNI_D("owned"), "Service.UMask=0007"},
	{"untrusted-config", DROPIN, GUNI_D("unseen"), "Service.UMask=0007"},
	{"untrusted-config", DROPIN, SOCKETU, "Socket.SocketMode=0660", etc_is_alices},
	{"untrusted-config", DROPIN, SOCKETU, "Socket.SocketMode=0660", etc_not_walked},
	{"untrusted-config", DROPIN, OF("theirs.service"), "Service.UMask=0007"},
	{"untrusted-config", DROPIN, OF("writable.service"), "Service.UMask=0007"},
	{"untrusted-config", DROPIN, OF("inhome.service"), "Service.UMask=0007"},
	{"untrusted-config", TMPFILES, TMP_D("owned"), "/run/new=d 0750 app app"},
	{"untrusted-config", TMPFILES, TMP_D("unseen"), "/run/new=d 0750 app app"},
	{"untrusted-config", TMPFILES, ENTRY, "/run/new=d 0750 app app", etc_is_alices},
	{"untrusted-config", UWSGI, INI_D("owned"), "chmod-socket=660"},
	{"untrusted-config", UWSGI, INI_D("groupw"), "chmod-socket=660"},
	{"untrusted-config", LISTEN_AT, POOLS "/owned.conf", "owned", "listen=/run/php/moved.sock"},
};

static void pools_dir_is_a_file(struct facts *f)
{
	node_of(f, "/run/pools")->type = NODE_FILE;
}

static const struct row unit_places[] = {
	{"root-equal-socket", DROPIN, OF("docker.socket"), "Socket.SocketGroup=www-data"},
	{"root-equal-socket", DROPIN, OF("docker.socket"), "Socket.SocketMode=0660"},
	{"root-equal-socket", DROPIN, OF("docker.service"), "Service.UMask=0007"},
	{"root-equal-socket", DROPIN, SERVICE, "Service.RuntimeDirectory=gunirun docker"},
	{"root-equal-socket", DROPIN, GUNICORN, "Service.RuntimeDirectory=systemd"},
	{"root-equal-socket", TMPFILES, ENTRY, "/run/docker=d 0750 root www-data"},
	{"root-equal-socket", TMPFILES, ENTRY, "/run/systemd=d 0755 root root"},
	{"root-equal-socket", TMPFILES, ENTRY, "/run/dbus/x=d 0755 root root"},
	{"root-equal-socket", UWSGI, INI_D("docker"), "chmod-socket=660"},
	{"root-equal-socket", UWSGI, INI_D("docker"), "chown-socket=root:www-data"},
	{"root-equal-socket", LISTEN_AT, WWW, "listen=/run/docker/moved.sock"},
	{"root-equal-socket", LISTEN_AT, WWW, "listen=/run/systemd/moved.sock"},
	{"root-equal-socket", LISTEN_AT, POOLS "/docker.conf", "docker", "listen=/run/php/moved.sock"},
	{"system-directory", DROPIN, GUNICORN, "Service.RuntimeDirectory=lock"},
	{"system-directory", DROPIN, GUNICORN, "Service.RuntimeDirectory=user"},
	{"system-directory", DROPIN, GUNICORN, "Service.RuntimeDirectory=credentials"},
	{"system-directory", TMPFILES, ENTRY, "/run=d 0755 root root"},
	{"system-directory", TMPFILES, ENTRY, "/run/user=d 0755 root root"},
	{"system-directory", TMPFILES, ENTRY, "/run/user/1000=d 0700 alice alice"},
	{"system-directory", TMPFILES, ENTRY, "/etc/app=d 0750 root www-data"},
	{"system-directory", TMPFILES, ENTRY, "/tmp=d 0750 root root"},
	{"tmpfiles-place", TMPFILES, ENTRY, "/srv/app=d 0750 app www-data"},
	{"tmpfiles-place", TMPFILES, ENTRY, "/var/lib/app=d 0750 app www-data"},
	{"tmpfiles-place", TMPFILES, ENTRY, "/home/app=d 0750 app www-data"},
	{"tmpfiles-place", TMPFILES, ENTRY, "/runner=d 0750 app www-data"},
	{"socket-place", LISTEN_AT, WWW, "listen=/home/app/moved.sock"},
	{"socket-place", LISTEN_AT, WWW, "listen=/srv/bob/moved.sock"},
	{"socket-place", LISTEN_AT, WWW, "listen=/tmp/moved.sock"},
	{"socket-place", LISTEN_AT, WWW, "listen=/var/tmp/moved.sock"},
	{"socket-place", LISTEN_AT, WWW, "listen=/dev/shm/moved.sock"},
	{"socket-place", LISTEN_AT, WWW, "listen=/run/user/1000/moved.sock"},
	{"socket-place", LISTEN_AT, WWW, "listen=/run/moved.sock"},
	{"socket-place", LISTEN_AT, WWW, "listen=/srv/moved.sock"},
	{"path-in-use", LISTEN_AT, WWW, "listen=/run/php/php8.2-fpm.sock"},
	{"path-in-use", LISTEN_AT, WWW, "listen=/run/php/tight.sock"},
	{"path-in-use", LISTEN_AT, WWW, "listen=/run/php/listened.sock"},
	{"path-in-use", LISTEN_AT, WWW, "listen=/run/php/unit.sock"},
	{"path-in-use", LISTEN_AT, WWW, "listen=/run/php/file"},
	{"path-in-use", LISTEN_AT, WWW, "listen=/run/php/nobodylooked.sock"},
	{"undeclared-directory", LISTEN_AT, WWW, "listen=/run/mem/moved.sock"},
	{"undeclared-directory", LISTEN_AT, WWW, "listen=/run/nowhere/moved.sock"},
	{"undeclared-directory", LISTEN_AT, POOLS "/app.conf", "app", "listen=/run/mem/moved.sock"},
	{"untrusted-directory", LISTEN_AT, WWW, "listen=/run/open/moved.sock"},
	{"untrusted-directory", LISTEN_AT, WWW, "listen=/run/wgroup/moved.sock"},
	{"untrusted-directory", LISTEN_AT, WWW, "listen=/run/alices/moved.sock"},
	{"untrusted-directory", LISTEN_AT, WWW, "listen=/run/pools/moved.sock", pools_dir_is_a_file},
	{"untrusted-directory", TMPFILES, ENTRY, "/run/appdir/sub=d 0750 app www-data"},
	{"untrusted-directory", TMPFILES, ENTRY, "/run/open/sub=d 0750 app www-data"},
	{"untrusted-directory", TMPFILES, ENTRY, "/run/nowhere/sub=d 0750 app www-data"},
	{"untrusted-directory", TMPFILES, ENTRY, "/run/plainfile=d 0750 app www-data"},
	{"foreign-directory", TMPFILES, ENTRY, "/run/sshd=d 0750 root root"},
	{"foreign-directory", TMPFILES, ENTRY, "/run/gunirun=d 0750 app www-data"},
	{"foreign-directory", TMPFILES, ENTRY, "/run/packaged/sub=d 0750 root root"},
	{"foreign-directory", TMPFILES, ENTRY, "/run/lline=d 0750 root root"},
	{"foreign-directory", DROPIN, GUNICORN, "Service.RuntimeDirectory=sshd"},
	{"foreign-directory", DROPIN, GUNICORN, "Service.RuntimeDirectory=packaged"},
	{"foreign-directory", DROPIN, GUNICORN, "Service.RuntimeDirectory=sdapp|Service.RuntimeDirectoryMode=0750"},
	{"foreign-directory", DROPIN, SERVICE, "Service.RuntimeDirectory=gunirun sshd"},
};

static const struct row unit_grants[] = {
	{"special-bits", DROPIN, SOCKETU, "Socket.SocketMode=2660"},
	{"special-bits", DROPIN, SERVICE, "Service.RuntimeDirectoryMode=2750"},
	{"special-bits", DROPIN, SOCKETU, "Socket.DirectoryMode=1710"},
	{"special-bits", TMPFILES, ENTRY, "/run/new=d 2750 app www-data"},
	{"special-bits", TMPFILES, ENTRY, "/run/new=d 1700 app app"},
	{"special-bits", TMPFILES, ENTRY, "/run/tight=d 4700 app app"},
	{"special-bits", UWSGI, APP_INI, "chmod-socket=2660"},
	{"special-bits", UWSGI, APP_INI, "chmod-socket=4660"},
	{"special-bits", UWSGI, INI_D("special"), "chmod-socket=660"},
	{"other-access", DROPIN, SOCKETU, "Socket.SocketMode=0666"},
	{"other-access", DROPIN, SOCKETU, "Socket.SocketMode=0662"},
	{"other-access", DROPIN, SOCKETU, "Socket.DirectoryMode=0711"},
	{"other-access", DROPIN, SOCKETU, "Socket.DirectoryMode=0755"},
	{"other-access", DROPIN, SERVICE, "Service.UMask=0000"},
	{"other-access", DROPIN, SERVICE, "Service.UMask=0002"},
	{"other-access", DROPIN, GUNICORN, "Service.UMask=0022"},
	{"other-access", DROPIN, SERVICE, "Service.RuntimeDirectoryMode=0755"},
	{"other-access", DROPIN, GUNICORN, "Service.RuntimeDirectory=fresh"},
	{"other-access", DROPIN, GUNICORN, "Service.RuntimeDirectory=fresh|Service.RuntimeDirectoryMode=0711"},
	{"other-access", DROPIN, GUNICORN, "Service.RuntimeDirectory=closed|Service.RuntimeDirectoryMode=0701"},
	{"other-access", TMPFILES, ENTRY, "/run/new=d 0755 root root"},
	{"other-access", TMPFILES, ENTRY, "/run/tight=d 0711 app app"},
	{"other-access", TMPFILES, ENTRY, "/run/closed=d 0701 root root"},
	{"other-access", TMPFILES, ENTRY, "/run/new=d 0750 app www-data|/run/new2=d 0751 app www-data"},
	{"other-access", UWSGI, APP_INI, "chmod-socket=666"},
	{"other-access", UWSGI, APP_INI, "chmod-socket=664"},
	{"other-access", UWSGI, APP_INI, "chown-socket=app:www-data|chmod-socket=777"},
	{"other-access", LISTEN_AT, POOLS "/hidden.conf", "hidden", "listen=/run/php/moved.sock"},
	{"other-access", LISTEN_AT, POOLS "/hidden.conf", "hidden", "listen=/run/pools/moved.sock"},
	{"other-access", LISTEN_AT, POOLS "/hidden.conf", "hidden", "listen=/var/lib/pools/moved.sock"},
	{"socket-mode-max", DROPIN, SOCKETU, "Socket.SocketMode=0670"},
	{"socket-mode-max", DROPIN, SOCKETU, "Socket.SocketMode=0760"},
	{"socket-mode-max", DROPIN, SOCKETU, "Socket.SocketGroup=www-data|Socket.SocketMode=770"},
	{"socket-mode-max", UWSGI, APP_INI, "chmod-socket=770"},
	{"socket-mode-max", UWSGI, APP_INI, "chmod-socket=0670"},
	{"socket-mode-max", UWSGI, INI_D("open"), "chmod-socket=666"},
	{"directory-write", DROPIN, SERVICE, "Service.RuntimeDirectoryMode=0770"},
	{"directory-write", DROPIN, SERVICE, "Service.Group=www-data|Service.SupplementaryGroups=sockets app|Service.RuntimeDirectoryMode=0770"},
	{"directory-write", DROPIN, GUNICORN, "Service.RuntimeDirectory=fresh|Service.RuntimeDirectoryMode=0730"},
	{"directory-write", TMPFILES, ENTRY, "/run/new=d 0770 app www-data"},
	{"directory-write", TMPFILES, ENTRY, "/run/new=d 0750 www-data www-data"},
	{"directory-write", TMPFILES, ENTRY, "/run/pools=d 0775 root nginx"},
	{"root-equal-group", DROPIN, SOCKETU, "Socket.SocketGroup=docker"},
	{"root-equal-group", DROPIN, SOCKETU, "Socket.SocketGroup=sudo|Socket.SocketMode=0660"},
	{"root-equal-group", DROPIN, SERVICE, "Service.Group=root|Service.SupplementaryGroups=sockets app"},
	{"root-equal-group", DROPIN, SERVICE, "Service.SupplementaryGroups=sockets containers"},
	{"root-equal-group", DROPIN, SERVICE, "Service.Group=superusers|Service.SupplementaryGroups=sockets app"},
	{"root-equal-group", DROPIN, SERVICE, "Service.SupplementaryGroups=sockets adm"},
	{"root-equal-group", TMPFILES, ENTRY, "/run/new=d 0750 app docker"},
	{"root-equal-group", TMPFILES, ENTRY, "/run/new=d 0750 app deployers"},
	{"root-equal-group", TMPFILES, ENTRY, "/run/pools=d 0750 root shadow"},
	{"root-equal-group", UWSGI, APP_INI, "chown-socket=app:docker"},
	{"root-equal-group", UWSGI, APP_INI, "chown-socket=app:ops"},
	{"root-equal-group", UWSGI, APP_INI, "chown-socket=app:adm|chmod-socket=660"},
	{"shared-account", DROPIN, SOCKETU, "Socket.SocketGroup=nogroup"},
	{"shared-account", DROPIN, SERVICE, "Service.SupplementaryGroups=sockets nogroup"},
	{"shared-account", DROPIN, SERVICE, "Service.Group=nogroup|Service.SupplementaryGroups=sockets app"},
	{"shared-account", TMPFILES, ENTRY, "/run/new=d 0750 app nogroup"},
	{"shared-account", UWSGI, APP_INI, "chown-socket=app:nogroup"},
	{"worker-ids", DROPIN, SOCKETU, "Socket.SocketUser=alice"},
	{"worker-ids", DROPIN, SOCKETU, "Socket.SocketGroup=users|Socket.SocketMode=0660"},
	{"worker-ids", DROPIN, SERVICE, "Service.SupplementaryGroups=sockets users"},
	{"worker-ids", DROPIN, SOCKETU, "Socket.SocketGroup=users"},
	{"worker-ids", DROPIN, SERVICE, "Service.Group=alice|Service.SupplementaryGroups=sockets app"},
	{"worker-ids", TMPFILES, ENTRY, "/run/new=d 0750 app users"},
	{"worker-ids", TMPFILES, ENTRY, "/run/pools=d 0755 root alice"},
	{"worker-ids", TMPFILES, ENTRY, "/run/new=d 0550 alice app"},
	{"worker-ids", UWSGI, APP_INI, "chown-socket=alice:www-data"},
	{"worker-ids", UWSGI, APP_INI, "chown-socket=app:users"},
	{"worker-ids", UWSGI, APP_INI, "chown-socket=backup"},
	{"unprivileged-master", DROPIN, SOCKETU, "Socket.SocketUser=bob", bobs_own_nginx},
	{"unprivileged-master", DROPIN, SERVICE, "Service.SupplementaryGroups=sockets users", bobs_own_nginx},
	{"unprivileged-master", DROPIN, SOCKETU, "Socket.SocketGroup=users|Socket.SocketMode=0660", bobs_own_nginx},
	{"unprivileged-master", TMPFILES, ENTRY, "/run/new=d 0550 bob app", bobs_own_nginx},
	{"unprivileged-master", TMPFILES, ENTRY, "/run/new=d 0750 app users", bobs_own_nginx},
	{"unprivileged-master", TMPFILES, ENTRY, "/run/pools=d 0755 root users", bobs_own_nginx},
	{"unprivileged-master", UWSGI, APP_INI, "chown-socket=bob", bobs_own_nginx},
	{"unprivileged-master", UWSGI, APP_INI, "chown-socket=app:users", bobs_own_nginx},
	{"unprivileged-master", UWSGI, APP_INI, "chown-socket=bob:www-data|chmod-socket=660", bobs_own_nginx},
	{"weakened-owner", DROPIN, SOCKETU, "Socket.SocketMode=0060"},
	{"weakened-owner", DROPIN, SERVICE, "Service.RuntimeDirectoryMode=0550"},
	{"weakened-owner", DROPIN, SOCKETU, "Socket.DirectoryMode=0010"},
	{"weakened-owner", TMPFILES, ENTRY, "/run/pools=d 0555 root root"},
	{"weakened-owner", TMPFILES, ENTRY, "/run/tight=d 0700 root root"},
	{"weakened-owner", TMPFILES, ENTRY, "/run/mine=d 0050 app app"},
	{"weakened-owner", TMPFILES, ENTRY, "/run/new=d 0000 app www-data"},
	{"weakened-owner", UWSGI, APP_INI, "chmod-socket=460"},
	{"weakened-owner", UWSGI, APP_INI, "chmod-socket=060"},
	{"weakened-owner", UWSGI, APP_INI, "chmod-socket=0260"},
	{"dropped-setting", DROPIN, SERVICE, "Service.RuntimeDirectory=fresh|Service.RuntimeDirectoryMode=0750"},
	{"dropped-setting", DROPIN, SERVICE, "Service.SupplementaryGroups=app"},
	{"dropped-setting", DROPIN, SERVICE, "Service.Group=www-data"},
	{"dropped-setting", DROPIN, SERVICE, "Service.Group=www-data|Service.SupplementaryGroups=sockets"},
	{"dropped-setting", DROPIN, SERVICE, "Service.RuntimeDirectoryPreserve=restart"},
	{"dropped-setting", DROPIN, GUNICORN, "Service.Group=www-data"},
};

/* A second upstream of PHP-FPM that works, one that does not, and one of the application's. */
static void two_pools_work(struct facts *f)
{
	add_ref(f, "unix:/run/php/read.sock");
	add_listener(f, "/run/php/read.sock", 700, 0, "/usr/sbin/php-fpm8.2", "php8.2-fpm.service", true);
	node_of(f, "/run/php/read.sock")->mode = 0660;
}

static void one_pool_works(struct facts *f)
{
	add_ref(f, "unix:/run/php/read.sock");
	add_listener(f, "/run/php/read.sock", 700, 0, "/usr/sbin/php-fpm8.2", "php8.2-fpm.service", true);
}

static void another_pool_is_absent(struct facts *f)
{
	add_ref(f, "unix:/run/php/tight.sock");
}

static void probe_says_it_works(struct facts *f)
{
	one_pool_works(f);
	ARRAY_ADD(f->probes, f->n_probes, (struct probe){.worker = xstrdup("w1"), .endpoint = xstrdup("unix:/run/php/read.sock")});
}

static struct unit *app_service(struct facts *f)
{
	for (size_t i = 0; i < f->n_units; i++)
		if (streq(f->units[i].name, "app.service"))
			return &f->units[i];
	return NULL;
}

static void app_socket_is_named(struct facts *f)
{
	add_ref(f, "unix:/run/sdapp/app.sock");
}

static void app_only_wants_its_socket(struct facts *f)
{
	app_socket_is_named(f);
	unit_set(app_service(f), "Unit.Wants", "app.socket");
	unit_set(app_service(f), "Unit.Requires", "docker.socket");
}

static void app_starts(struct facts *f)
{
	app_socket_is_named(f);
	free(app_service(f)->active);
	app_service(f)->active = xstrdup("activating");
}

static void app_is_not_known(struct facts *f)
{
	struct unit *unit = app_service(f);

	app_socket_is_named(f);
	free(unit->name);
	unit->name = xstrdup("another.service");
}

/* Both of its sockets are the upstreams of nginx; one of them works. */
static void app_works_elsewhere(struct facts *f)
{
	app_socket_is_named(f);
	unit_set(app_service(f), "Unit.Requires", "app.socket");
	add_listener(f, "/run/php/read.sock", 750, UID_APP, "/usr/bin/python3.11", "app.service", true);
	add_ref(f, "unix:/run/php/read.sock");
	node_of(f, "/run/php/read.sock")->mode = 0660;
}

/* A user's job in the cgroup of a service of root's; a user's own manager; a container. */
static void alices_job_listens(struct facts *f)
{
	add_unknown_server(f, UID_ALICE, "ssh.service");
}

static void alices_manager_listens(struct facts *f)
{
	add_unit(f, "user@1000.service", "/usr/lib/systemd/system/user@.service", "alice");
	add_unknown_server(f, UID_ALICE, "user@1000.service");
}

static void unknown_server_in_a_container(struct facts *f)
{
	add_unknown_server(f, UID_APP, "app.service");
	f->backends[f->n_backends - 1].as.container = xstrdup("docker");
}

static const struct row unit_services[] = {
	{"foreign-endpoint", PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/php/listened.sock", alices_job_listens},
	{"foreign-endpoint", PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/php/listened.sock", alices_manager_listens},
	{"foreign-endpoint", PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/php/listened.sock", unknown_server_in_a_container},
	{"socket-restart", STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_socket_is_named},
	{"socket-restart", STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_only_wants_its_socket},
	{"socket-restart", STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_starts},
	{"socket-restart", STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_is_not_known},
	{"working-upstream", STEP_SERVICE_RESTART, "app.socket", NULL, NULL, app_works_elsewhere},
	{"foreign-service", STEP_SERVICE_RELOAD, "app.socket", NULL, NULL, app_socket_is_named},
	{"foreign-service", DROPIN, OF("ssh.service"), "Service.UMask=0077"},
	{"foreign-service", DROPIN, OF("ssh.service"), "Service.RuntimeDirectoryPreserve=yes"},
	{"foreign-service", DROPIN, OF("ssh.service"), "Service.RuntimeDirectoryMode=0700"},
	{"foreign-service", STEP_SERVICE_RESTART, "app.socket", NULL, NULL},
	{"foreign-service", STEP_SERVICE_RESTART, "docker.socket", NULL, NULL},
	{"working-upstream", STEP_SERVICE_RESTART, "php8.2-fpm.service", NULL, NULL, two_pools_work},
	{"working-upstream", STEP_SERVICE_RESTART, "php8.2-fpm.service", NULL, NULL, one_pool_works},
	{"working-upstream", STEP_SERVICE_RESTART, "php8.2-fpm.service", NULL, NULL, another_pool_is_absent},
	{"working-upstream", STEP_SERVICE_RESTART, "php8.2-fpm.service", NULL, NULL, probe_says_it_works},
	{"working-upstream", STEP_SERVICE_RESTART, "pid 700", NULL, NULL, one_pool_works},
	{"foreign-endpoint", PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/php/moved.sock"},
	{"foreign-endpoint", PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/php/listened.sock"},
	{"foreign-endpoint", PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/sdapp/other.sock"},
};

#endif
