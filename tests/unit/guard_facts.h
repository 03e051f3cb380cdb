/* SPDX-License-Identifier: MIT */
/* A host for the guard's tests: accounts, objects of every sort, two nginx instances, servers. Objects stand in one table. */
#ifndef TEST_GUARD_FACTS_H
#define TEST_GUARD_FACTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/guard.h"
#include "plan/effect.h"

enum { UID_WWW = 33, UID_NGINX = 101, UID_ALICE = 1000, UID_APP = 1001, UID_BOB = 1002, UID_FPM = 110, GID_WEB = 900, GID_SOCKETS = 901 };

static const struct {
	const char *name;
	uint32_t uid, gid;
	const char *home;
} host_users[] = {
	{"root", 0, 0, "/root"}, {"toor", 0, 0, "/root"}, {"daemon", 1, 1, "/usr/sbin"}, {"backup", 34, 34, "/var/backups"},
	{"www-data", UID_WWW, 33, "/var/www"}, {"nginx", UID_NGINX, 101, "/nonexistent"}, {"fpmuser", UID_FPM, 110, "/"},
	{"alice", UID_ALICE, 1000, "/home/alice"}, {"app", UID_APP, 1001, "/home/app"}, {"bob", UID_BOB, 100, "/srv/bob/"},
	{"engineer", 1003, 1003, "/home/engineer"}, {"nobody", 65534, 65534, "/srv"},
};

static const struct {
	const char *name;
	uint32_t gid;
	const char *member;
} host_groups[] = {
	{"root", 0}, {"superusers", 0}, {"daemon", 1}, {"adm", 4}, {"tty", 5}, {"disk", 6}, {"kmem", 15}, {"sudo", 27, "alice"}, {"ops", 27},
	{"www-data", 33}, {"backup", 34}, {"shadow", 42}, {"users", 100}, {"nginx", 101}, {"fpmuser", 110}, {"kvm", 111}, {"libvirt", 112},
	{"lxd", 113}, {"incus", 114}, {"ssl-cert", 115}, {"systemd-journal", 116}, {"wheel", 117}, {"admin", 118}, {"docker", 998, "engineer"},
	{"containers", 998}, {"web", GID_WEB, "app"}, {"sockets", GID_SOCKETS}, {"deployers", 902}, {"byid", 903}, {"percent", 904},
	{"alice", 1000}, {"app", 1001}, {"engineer", 1003}, {"nogroup", 65534},
};

/* An object. acl: "u33=1 g900=6 m=6 o..." as numbers; g= is the owning group's own entry. */
struct object {
	const char *path;
	int type;
	uint32_t mode, uid, gid;
	const char *acl;
	const char *fstype; /* NULL: ext4 */
	const char *link;
	uint64_t nlink;     /* 0: 1, directories 2 */
	bool read_only, immutable, acl_unknown;
	uint64_t ino;       /* 0: its place in the table */
};

#define DIR(path, mode, ...)  {path, NODE_DIR, mode, ##__VA_ARGS__}
#define SOCK(path, mode, ...) {path, NODE_SOCKET, mode, ##__VA_ARGS__}
#define CONF(path, mode, ...) {path, NODE_FILE, mode, ##__VA_ARGS__}
#define POOLS "/etc/php/8.2/fpm/pool.d"
#define UNITS "/etc/systemd/system"
#define INI   "/etc/uwsgi/apps-enabled"

/* Objects of this part, for the one table of objects. */
#define UNIT_OBJECTS                                                                                              \
	DIR("/etc/systemd", 0755), DIR(UNITS, 0755), DIR(UNITS "/gunicorn.service.d", 0755), DIR("/etc/tmpfiles.d", 0755), \
	DIR("/etc/uwsgi", 0755), DIR(INI, 0755), CONF(INI "/app.ini", 0644), CONF(INI "/owned.ini", 0644, UID_APP, 1001), \
	CONF(INI "/docker.ini", 0644), CONF(INI "/remote.ini", 0644, .fstype = "nfs"), CONF(INI "/ro.ini", 0644, .read_only = true), \
	CONF(INI "/immutable.ini", 0644, .immutable = true), CONF(INI "/two.ini", 0644, .nlink = 2), {INI "/fifo.ini", NODE_FIFO, 0600}, \
	CONF(INI "/container.ini", 0644), CONF(INI "/groupw.ini", 0664, 0, UID_APP), CONF(INI "/open.ini", 0644), \
	CONF(INI "/special.ini", 0644), {"/srv/group/app.ini", NODE_SYMLINK, 0777, .link = INI "/app.ini"}, \
	DIR("/run/sdapp", 0755), SOCK("/run/sdapp/app.sock", 0600, 0, 0), DIR("/run/uwsgi", 0750, UID_APP, 1001), \
	SOCK("/run/uwsgi/app.sock", 0600, UID_APP, 1001), DIR("/run/gunirun", 0750, UID_APP, 1001), DIR("/run/live", 0755, UID_APP, 1001), \
	DIR("/run/tight", 0700, UID_APP, 1001), DIR("/run/pools", 0755), DIR("/run/own", 0755, UID_WWW, 33), DIR("/run/wgroup", 0775, UID_WWW, 33), \
	DIR("/run/packaged", 0755), DIR("/run/mem", 0755, .fstype = "tmpfs"), DIR("/var/lib/pools", 0755), DIR("/run/alices", 0755, UID_ALICE, 1000), \
	DIR("/home/app/sock", 0711, UID_APP, 1001), SOCK("/home/app/sock/a.sock", 0666, UID_APP, 1001), CONF(POOLS "/hidden.conf", 0644), \
	{"/run/linked", NODE_SYMLINK, 0777, .link = "/run/closed"}, {"/run/plainfile", NODE_FILE, 0600}, \
	{UNITS "/linked.service.d", NODE_SYMLINK, 0777, .link = "/srv/shared"}, CONF(UNITS "/gunicorn.service.d/there.conf", 0644), \
	CONF(UNITS "/gunicorn.service.d/two.conf", 0644, .nlink = 2), {UNITS "/gunicorn.service.d/fifo.conf", NODE_FIFO, 0600}, \
	CONF(UNITS "/gunicorn.service.d/owned.conf", 0644, UID_APP, 1001), CONF("/etc/tmpfiles.d/two.conf", 0644, .nlink = 2), \
	{"/etc/tmpfiles.d/fifo.conf", NODE_FIFO, 0600}, CONF("/etc/tmpfiles.d/owned.conf", 0644, UID_APP, 1001), \
	{"/etc/tmpfiles.d/link.conf", NODE_SYMLINK, 0777, .link = "/etc/nginx/nginx.conf"}, \
	{UNITS "/gunicorn.service.d/link.conf", NODE_SYMLINK, 0777, .link = "/etc/nginx/nginx.conf"}

static const struct object objects[] = {
	DIR("/", 0755), DIR("/run", 0755), DIR("/run/php", 0755), DIR("/etc", 0755), DIR("/home", 0755), DIR("/tmp", 01777), DIR("/var", 0755),
	DIR("/var/lib", 0755), DIR("/var/www", 0755), DIR("/usr", 0755), DIR("/usr/lib", 0755), DIR("/usr/lib/x", 0750), DIR("/opt", 0755),
	DIR("/root", 0700), DIR("/root/app", 0755), DIR("/srv", 0755), DIR("/mnt", 0755), DIR("/dev", 0755), DIR("/dev/shm", 01777),
	DIR("/dev/shm/php", 0700), DIR("/proc", 0555), DIR("/sys", 0555), DIR("/run/user", 0755), DIR("/run/user/1000", 0700, 1000, 1000),
	DIR("/run/user/1000/app", 0700, 1000, 1000), DIR("/boot", 0700), DIR("/usr/local", 0755), DIR("/usr/local/php", 0700),
	/* dedicated directories */
	DIR("/run/closed", 0700), DIR("/run/group", 0750), DIR("/run/appdir", 0750, UID_APP, 1001), DIR("/srv/app", 0755),
	DIR("/srv/app/run", 0700, UID_APP, 1001), DIR("/run/writable", 0730), DIR("/run/sticky", 01700), DIR("/run/setgid", 02750),
	DIR("/run/acl", 0750, 0, 0, "u33=0 u1000=1 g=5 m=5"), DIR("/run/masked", 0700, 0, 0, "u33=1 g=0 m=0"),
	DIR("/run/masked2", 0700, 0, 0, "u33=1 u1000=1 g=0 m=0"), DIR("/run/maskgroup", 0700, 0, 0, "u33=1 g100=5 g=0 m=0"),
	DIR("/run/denied", 0710, 0, 100, "u33=0 g=1 m=1"), DIR("/run/denied-alice", 0715, 0, 0, "u1000=0 g=1 m=1"),
	DIR("/run/unread", 0700, .acl_unknown = true), DIR("/run/adm", 0700, 0, 4), DIR("/run/users", 0700, 0, 100),
	DIR("/run/fpmgroup", 0700, 0, 110), DIR("/run/dockergroup", 0700, 0, 998), DIR("/run/open", 0757),
	/* homes */
	DIR("/home/app", 0700, UID_APP, 1001), DIR("/home/app/run", 0700, UID_APP, 1001), DIR("/home/alice", 0750, UID_ALICE, 1000),
	DIR("/home/closed", 0700), DIR("/srv/bob", 0700, UID_BOB, 100), DIR("/srv/bob/run", 0700, UID_BOB, 100),
	/* file systems that somebody else answers for */
	DIR("/mnt/nfs", 0700, .fstype = "nfs4"), DIR("/mnt/fuse", 0700, .fstype = "fuse.sshfs"), DIR("/mnt/9p", 0700, .fstype = "9p"),
	DIR("/mnt/cifs", 0700, .fstype = "cifs"), DIR("/mnt/none", 0700, .fstype = ""), DIR("/mnt/ro", 0700, .read_only = true),
	DIR("/mnt/immutable", 0700, .immutable = true),
	/* directories of root-equal sockets */
	DIR("/run/systemd", 0755), DIR("/run/docker", 0700), DIR("/run/containerd", 0711), DIR("/run/podman", 0700), DIR("/run/libvirt", 0755),
	DIR("/var/lib/incus", 0711), DIR("/run/unit", 0755), DIR("/run/bound", 0700, .ino = 9001),
	DIR("/var/lib/lxd", 0711, .ino = 9001),
	/* sockets */
	SOCK("/run/php/php8.2-fpm.sock", 0660, UID_WWW, 33), SOCK("/run/php/root.sock", 0660, 0, 0), SOCK("/run/php/tight.sock", 0600, 0, 0),
	SOCK("/run/php/read.sock", 0640, UID_WWW, 33), SOCK("/run/php/open.sock", 0666, 0, 33), SOCK("/run/php/wide.sock", 0777, UID_APP, 1001),
	SOCK("/run/php/special.sock", 02660, UID_WWW, 33), SOCK("/run/appdir/app.sock", 0600, UID_APP, 1001),
	SOCK("/run/appdir/old.sock", 0660, UID_FPM, 110), SOCK("/run/php/alice.sock", 0660, UID_ALICE, 1000),
	SOCK("/run/php/bob.sock", 0660, UID_BOB, 100), SOCK("/run/php/engine.sock", 0660, UID_ALICE, 1000),
	SOCK("/tmp/evil.sock", 0600, UID_ALICE, 1000), SOCK("/tmp/app.sock", 0600, 0, 0),
	SOCK("/run/php/acl.sock", 0640, 0, 0, "u33=6 g=0 m=4"), SOCK("/run/php/acl2.sock", 0640, 0, 0, "u33=6 u1000=6 g=0 m=4"),
	SOCK("/run/php/aclgroup.sock", 0640, 0, 33, "u1000=4 g=6 m=4"), SOCK("/run/php/aclusers.sock", 0640, 0, 100, "u33=6 g=6 m=4"),
	SOCK("/run/php/two.sock", 0660, UID_WWW, 33, .nlink = 2), SOCK("/run/php/gone.sock", 0660, UID_WWW, 33, .nlink = 3),
	SOCK("/run/docker.sock", 0660, 0, 998, .ino = 9002), SOCK("/srv/bound.sock", 0660, 0, 998, .ino = 9002),
	SOCK("/run/containerd/containerd.sock", 0660), SOCK("/run/podman/podman.sock", 0660), SOCK("/run/systemd/private", 0600),
	SOCK("/run/control.unit.sock", 0600), SOCK("/srv/moved/docker.sock", 0660), SOCK("/srv/eng.sock", 0660), SOCK("/srv/app-by-pid1.sock", 0600),
	SOCK("/srv/unit-app.sock", 0600), SOCK("/srv/unit-control.sock", 0600), SOCK("/run/libvirt/libvirt-sock", 0600),
	SOCK("/mnt/nfs/x.sock", 0600, .fstype = "nfs"), SOCK("/run/php/ro.sock", 0600, .read_only = true), DIR("/srv/moved", 0755),
	/* other things */
	{"/run/php/file", NODE_FILE, 0600}, {"/run/php/fifo", NODE_FIFO, 0600}, {"/run/php/device", NODE_DEVICE, 0600},
	{"/run/php/unknown", NODE_UNKNOWN, 0}, {"/run/php/link.sock", NODE_SYMLINK, 0777, .link = "/run/php/root.sock"},
	{"/var/run", NODE_SYMLINK, 0777, .link = "/run"}, {"/tmp/link", NODE_SYMLINK, 0777, UID_ALICE, 1000, .link = "/run/php/root.sock"},
	{"/run/appdir/link", NODE_SYMLINK, 0777, UID_APP, 1001, .link = "/run/php/root.sock"},
	/* configuration */
	DIR("/etc/php", 0755), DIR("/etc/php/8.2", 0755), DIR("/etc/php/8.2/fpm", 0755), DIR(POOLS, 0755), DIR("/etc/nginx", 0755),
	CONF("/etc/nginx/nginx.conf", 0644), CONF(POOLS "/www.conf", 0644), CONF(POOLS "/app.conf", 0640, 0, 0), CONF(POOLS "/owned.conf", 0644, UID_APP, 1001),
	CONF(POOLS "/groupw.conf", 0664, 0, UID_APP), CONF(POOLS "/otherw.conf", 0646), CONF(POOLS "/aclw.conf", 0664, 0, 0, "u1001=6 g=4 m=6"),
	CONF(POOLS "/aclr.conf", 0644, 0, 0, "u1001=4 g=4 m=4"), CONF(POOLS "/aclunknown.conf", 0644, .acl_unknown = true),
	CONF(POOLS "/rootw.conf", 0664), CONF(POOLS "/nowalk.conf", 0644), CONF(POOLS "/two.conf", 0644, .nlink = 2),
	CONF(POOLS "/remote.conf", 0644, .fstype = "fuse"), CONF(POOLS "/ro.conf", 0644, .read_only = true),
	CONF(POOLS "/immutable.conf", 0644, .immutable = true), {POOLS "/fifo.conf", NODE_FIFO, 0600}, DIR(POOLS "/dir.conf", 0755),
	DIR("/home/app/etc", 0755, UID_APP, 1001), CONF("/home/app/etc/pool.conf", 0644), DIR("/srv/shared", 0777), CONF("/srv/shared/pool.conf", 0644),
	DIR("/srv/group", 0775, 0, 100), CONF("/srv/group/pool.conf", 0644), DIR("/srv/dirlink", 0775, 0, 100),
	{"/srv/dirlink/pool.conf", NODE_SYMLINK, 0777, .link = POOLS "/www.conf"}, {POOLS "/link.conf", NODE_SYMLINK, 0777, .link = POOLS "/www.conf"},
	CONF(POOLS "/docker.conf", 0644), CONF(POOLS "/lxd.conf", 0644), CONF(POOLS "/bound.conf", 0644), CONF(POOLS "/container.conf", 0644), CONF(POOLS "/private.conf", 0644),
	CONF(POOLS "/changed.conf", 0644), CONF(POOLS "/chroot.conf", 0644), CONF(POOLS "/unseen.conf", 0644), CONF(POOLS "/acl.conf", 0644),
	CONF(POOLS "/open.conf", 0644), DIR("/srv/nginx", 0755, UID_ALICE, 1000), CONF("/srv/nginx/nginx.conf", 0644),
	/* units, tmpfiles.d, uWSGI */
	UNIT_OBJECTS,
};

static int acl_tag_of(const char *word)
{
	if (word[0] == 'u')
		return ACL_TAG_USER;
	if (word[0] == 'm')
		return ACL_TAG_MASK;
	return word[1] == '=' ? ACL_TAG_GROUP_OBJ : ACL_TAG_GROUP;
}

static void parse_acl(const char *text, struct node *node)
{
	static const int base[] = {ACL_TAG_USER_OBJ, ACL_TAG_OTHER};

	for (size_t i = 0; i < COUNT_OF(base); i++)
		ARRAY_ADD(node->acl, node->n_acl,
			(struct acl_entry){.tag = base[i], .perms = base[i] == ACL_TAG_OTHER ? node->mode & 7 : node->mode >> 6 & 7});
	while (*text) {
		uint32_t id = (uint32_t)strtoul(text + 1, NULL, 10), perms = (uint32_t)strtoul(strchr(text, '=') + 1, NULL, 10);

		ARRAY_ADD(node->acl, node->n_acl, (struct acl_entry){.tag = acl_tag_of(text), .id = id, .perms = perms});
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
}

static const struct object *find_object(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		if (streq(objects[i].path, path))
			return &objects[i];
	return NULL;
}

static void make_node(const struct object *o, struct node *node)
{
	*node = (struct node){.path = xstrdup(o->path), .type = o->type, .mode = o->mode, .uid = o->uid, .gid = o->gid, .dev = 8,
		.ino = o->ino ? o->ino : (uint64_t)(o - objects) + 100, .nlink = o->nlink ? o->nlink : o->type == NODE_DIR ? 2 : 1,
		.read_only = o->read_only, .immutable = o->immutable, .acl_unknown = o->acl_unknown, .link = xstrdup(o->link),
		.fstype = o->fstype && !*o->fstype ? NULL : xstrdup(o->fstype ? o->fstype : "ext4"), .mtime = 1000};
	if (o->acl)
		parse_acl(o->acl, node);
}

/* Components that are not in the table end the walk with ENOENT; a link leads on to its absolute target. */
static void add_components(struct walk *walk, const char *path)
{
	size_t n = 0;

	for (;;) {
		AUTO_FREE char *part = xstrndup(path, n ? n : 1);
		const struct object *o = find_object(part);

		if (!o) {
			walk->failed = 2;
			return;
		}
		make_node(o, ARRAY_NEW(walk->nodes, walk->n_nodes));
		if (o->link) {
			AUTO_FREE char *rest = xasprintf("%s%s", o->link, path + n);

			add_components(walk, rest);
			return;
		}
		if (!path[n] || !path[1])
			return;
		n += 1 + strcspn(path + n + 1, "/");
	}
}

static void add_walk(struct facts *f, const char *view, const char *path)
{
	struct walk *walk = ARRAY_NEW(f->walks, f->n_walks);

	*walk = (struct walk){.view = xstrdup(view), .path = xstrdup(path)};
	add_components(walk, path);
}

static struct process make_process(uint32_t pid, uint32_t uid, uint32_t gid, const char *exe, const char *unit)
{
	const char *slash = strrchr(exe, '/');
	struct process p = {.pid = pid, .uid = uid, .gid = gid, .ruid = uid, .exe = xstrdup(exe), .comm = xstrdup(slash ? slash + 1 : exe),
		.unit = xstrdup(unit), .view = xstrdup("host")};

	ARRAY_ADD(p.groups, p.n_groups, gid);
	return p;
}

static void add_accounts(struct accounts *a)
{
	for (size_t i = 0; i < COUNT_OF(host_users); i++)
		ARRAY_ADD(a->users, a->n_users,
			(struct user){xstrdup(host_users[i].name), host_users[i].uid, host_users[i].gid, xstrdup(host_users[i].home), NULL});
	for (size_t i = 0; i < COUNT_OF(host_groups); i++) {
		ARRAY_ADD(a->groups, a->n_groups, (struct group){.name = xstrdup(host_groups[i].name), .gid = host_groups[i].gid});
		if (host_groups[i].member)
			strings_add(&a->groups[i].members, host_groups[i].member);
	}
	a->uid_min = 1000;
	a->gid_min_system = 100;
	a->gid_max_system = 999;
	strings_add(&a->sudo_groups, "deployers");
	strings_add(&a->sudo_groups, "#903");
	strings_add(&a->sudo_groups, "%percent");
}

static void add_nginx(struct facts *f, uint32_t pid, const char *unit, const char *user, const char *conf)
{
	struct nginx *nginx = ARRAY_NEW(f->nginx, f->n_nginx);

	*nginx = (struct nginx){.pid = pid, .as = make_process(pid, 0, 0, "/usr/sbin/nginx", unit), .conf = xstrdup(conf), .user = xstrdup(user),
		.default_user = xstrdup("www-data"), .user_at = {xstrdup(conf), 1}, .user_length = 8};
}

static void add_ref(struct facts *f, const char *endpoint)
{
	size_t before = f->nginx[0].n_refs;

	ARRAY_ADD(f->nginx[0].refs, f->nginx[0].n_refs,
		(struct nginx_ref){.endpoint = xstrdup(endpoint), .written = xstrdup(endpoint), .directive = xstrdup("fastcgi_pass"),
			.at = {xstrdup("/etc/nginx/nginx.conf"), 9}, .offset = 100 * (before + 1), .length = strlen(endpoint),
			.server = -1});
}

static void add_worker(struct facts *f, uint32_t pid, uint32_t nginx, uint32_t uid, const char *user)
{
	struct worker *w = ARRAY_NEW(f->workers, f->n_workers);

	*w = (struct worker){.id = xasprintf("w%zu", f->n_workers), .as = make_process(pid, uid, uid, "/usr/sbin/nginx", NULL), .nginx = nginx,
		.user = xstrdup(user)};
}

static struct backend *add_backend(struct facts *f, uint32_t pid, uint32_t uid, const char *exe, const char *unit, const char *view)
{
	struct backend *b = ARRAY_NEW(f->backends, f->n_backends);

	*b = (struct backend){.kind = BACKEND_PHP_FPM, .pid = pid, .as = make_process(pid, uid, uid, exe, unit), .view = xstrdup(view),
		.unit = xstrdup(unit)};
	return b;
}

static void add_setting(struct backend_section *s, const char *key, const char *value)
{
	ARRAY_ADD(s->settings, s->n_settings, (struct setting){.key = xstrdup(key), .value = xstrdup(value)});
}

static struct backend_section *add_pool(struct backend *b, const char *name, const char *file, const char *user, const char *socket)
{
	struct backend_section *s = ARRAY_NEW(b->sections, b->n_sections);

	*s = (struct backend_section){.name = xstrdup(name), .at = {xstrdup(file), 1}, .endpoint = xasprintf("unix:%s", socket)};
	add_setting(s, "user", user);
	add_setting(s, "group", user);
	return s;
}

/* Pool files that differ only in who can write them, or where they are: one section each, named like the file. */
static const char *const plain_pools[] = {"owned", "groupw", "otherw", "aclw", "aclr", "aclunknown", "rootw", "nowalk", "two", "remote", "ro",
	"immutable", "fifo", "dir", "link"};

static void add_fpm(struct facts *f)
{
	struct backend *b = add_backend(f, 700, 0, "/usr/sbin/php-fpm8.2", "php8.2-fpm.service", "host");

	add_setting(add_pool(b, "www", POOLS "/www.conf", "www-data", "/run/php/php8.2-fpm.sock"), "listen.owner", "www-data");
	add_pool(b, "app", POOLS "/app.conf", "app", "/run/php/tight.sock");
	for (size_t i = 0; i < COUNT_OF(plain_pools); i++) {
		AUTO_FREE char *file = xasprintf(POOLS "/%s.conf", plain_pools[i]);

		add_pool(b, plain_pools[i], file, "fpmuser", "/run/php/root.sock");
	}
	add_pool(b, "home", "/home/app/etc/pool.conf", "app", "/run/php/root.sock");
	add_pool(b, "shared", "/srv/shared/pool.conf", "app", "/run/php/root.sock");
	add_pool(b, "group", "/srv/group/pool.conf", "app", "/run/php/root.sock");
	add_pool(b, "dirlink", "/srv/dirlink/pool.conf", "app", "/run/php/root.sock");
	add_pool(b, "docker", POOLS "/docker.conf", "app", "/var/run/docker.sock");
	add_pool(b, "lxd", POOLS "/lxd.conf", "app", "/var/lib/lxd/unix.socket");
	add_pool(b, "bound", POOLS "/bound.conf", "app", "/srv/bound.sock");
	add_setting(add_pool(b, "acl", POOLS "/acl.conf", "app", "/run/php/acl.sock"), "listen.acl_users", "www-data, alice");
	add_setting(add_pool(b, "open", POOLS "/open.conf", "app", "/run/php/open.sock"), "listen.mode", "0666");
}

/* bob, who may, runs nginx with the site's configuration: his workers are bob's, and so is his master. */
__attribute__((unused)) static void bobs_own_nginx(struct facts *f)
{
	add_nginx(f, 950, NULL, "www-data", "/etc/nginx/nginx.conf");
	f->nginx[f->n_nginx - 1].as.uid = UID_BOB;
	f->nginx[f->n_nginx - 1].user_ignored = true;
	add_worker(f, 951, (uint32_t)f->n_nginx - 1, UID_BOB, "bob");
}

/* A second nginx that the web server's own account started: the first one's master is still root. */
__attribute__((unused)) static void second_nginx_of_www(struct facts *f)
{
	add_nginx(f, 950, NULL, "www-data", "/etc/nginx/nginx.conf");
	f->nginx[f->n_nginx - 1].as.uid = UID_WWW;
	add_worker(f, 951, (uint32_t)f->n_nginx - 1, UID_WWW, "www-data");
}

static void add_view(struct facts *f, const char *id, const char *root, bool unknown)
{
	ARRAY_ADD(f->views, f->n_views, (struct view){.id = xstrdup(id), .root = xstrdup(root), .unknown = unknown});
}

/* Servers with a mount namespace of their own: private /tmp, container, chroot, one that could not be entered. */
static void add_other_views(struct facts *f)
{
	struct backend *b;

	add_view(f, "pid:710", "/", false);
	b = add_backend(f, 710, 0, "/usr/sbin/php-fpm8.2", "private.service", "pid:710");
	add_pool(b, "private", POOLS "/private.conf", "app", "/run/php/root.sock");
	add_pool(b, "changed", POOLS "/changed.conf", "app", "/run/php/root.sock");
	ARRAY_ADD(b->files, b->n_files, (struct config_file){xstrdup(POOLS "/private.conf"), 1000, 0, 0, 0644});
	ARRAY_ADD(b->files, b->n_files, (struct config_file){xstrdup(POOLS "/changed.conf"), 2000, 0, 0, 0644});
	add_view(f, "pid:720", "/", false);
	b = add_backend(f, 720, 0, "/usr/sbin/php-fpm8.2", NULL, "pid:720");
	b->as.container = xstrdup("docker");
	add_pool(b, "container", POOLS "/container.conf", "app", "/run/php/root.sock");
	add_view(f, "pid:730", "/srv/jail", false);
	b = add_backend(f, 730, 0, "/usr/sbin/php-fpm8.2", NULL, "pid:730");
	add_pool(b, "chroot", POOLS "/chroot.conf", "app", "/run/php/root.sock");
	add_view(f, "pid:740", "/", true);
	b = add_backend(f, 740, 0, "/usr/sbin/php-fpm8.2", NULL, "pid:740");
	add_pool(b, "unseen", POOLS "/unseen.conf", "app", "/run/php/root.sock");
}

static void add_listener(struct facts *f, const char *path, uint32_t pid, uint32_t uid, const char *exe, const char *unit, bool by_inode)
{
	struct listener *l = ARRAY_NEW(f->listeners, f->n_listeners);
	const struct object *o = find_object(path);

	*l = (struct listener){.family = LISTENER_UNIX, .name = xstrdup(path), .listening = true};
	if (by_inode && o) {
		l->file_dev = 8;
		l->file_ino = o->ino ? o->ino : (uint64_t)(o - objects) + 100;
	}
	ARRAY_ADD(l->holders, l->n_holders, make_process(pid, uid, uid, exe, unit));
}

#include "tests/unit/guard_units.h"

static bool has_walk(const char *path)
{
	return !streq(path, POOLS "/nowalk.conf");
}

static void guard_host(struct facts *f)
{
	*f = (struct facts){.host = {.privileged = true}};
	add_accounts(&f->accounts);
	add_view(f, "host", "/", false);
	f->views[0].same_as_host = true;
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		if (has_walk(objects[i].path))
			add_walk(f, "host", objects[i].path);
	add_walk(f, "host", "/var/run/php/root.sock");
	add_nginx(f, 800, "nginx.service", "www-data", "/etc/nginx/nginx.conf");
	add_nginx(f, 900, NULL, "nginx", "/srv/nginx/nginx.conf");
	add_ref(f, "unix:/run/php/php8.2-fpm.sock");
	add_ref(f, "unix:/run/appdir/app.sock");
	add_ref(f, "unix:/run/php/bob.sock");
	add_worker(f, 812, 0, UID_WWW, "www-data");
	add_worker(f, 912, 1, UID_NGINX, "nginx");
	add_fpm(f);
	add_other_views(f);
	add_listener(f, "/run/php/php8.2-fpm.sock", 700, 0, "/usr/sbin/php-fpm8.2", "php8.2-fpm.service", true);
	add_listener(f, "/run/appdir/app.sock", 750, UID_APP, "/usr/bin/python3.11", "gunicorn.service", true);
	add_listener(f, "/run/php/engine.sock", 700, 0, "/usr/sbin/php-fpm8.2", "php8.2-fpm.service", false);
	add_listener(f, "/srv/eng.sock", 760, 0, "/usr/bin/dockerd", "docker.service", false);
	add_listener(f, "/srv/app-by-pid1.sock", 1, 0, "/usr/lib/systemd/systemd", NULL, true);
	add_listener(f, "/srv/unit-app.sock", 770, 0, "/usr/sbin/unitd", "unit.service", true);
	add_listener(f, "/srv/unit-control.sock", 770, 0, "/usr/sbin/unitd", "unit.service", true);
	add_service_manager(f);
}

/* "key=value|key=value"; a value "!" takes the key out. */
static void make_step(struct step *step, int kind, const char *target, const char *section, const char *changes)
{
	*step = (struct step){.kind = kind, .target = xstrdup(target), .section = xstrdup(section)};
	while (changes && *changes) {
		size_t n = strcspn(changes, "|"), key = strcspn(changes, "=");
		AUTO_FREE char *value = key < n ? xstrndup(changes + key + 1, n - key - 1) : NULL;

		ARRAY_ADD(step->changes, step->n_changes,
			(struct step_change){.key = xstrndup(changes, key < n ? key : n), .to = streq(value, "!") ? NULL : xstrdup(value)});
		changes += changes[n] ? n + 1 : n;
	}
	if (kind == STEP_NGINX_USER)
		step->length = 8; /* see add_nginx */
	if (kind == STEP_NGINX_PASS && step->n_changes) { /* of the first reference, see add_ref */
		step->offset = 100;
		step->length = strlen("unix:/run/php/php8.2-fpm.sock");
		step->changes[0].from = xstrdup("unix:/run/php/php8.2-fpm.sock");
	}
}

/* A row of a table: rule NULL passes. twist changes the facts first. */
struct row {
	const char *rule;
	int kind;
	const char *target, *section, *changes;
	void (*twist)(struct facts *facts);
	const char *policy;
};

/* The name of the rule that refuses, NULL where the step passes; *allowed_by (may be NULL) as in the refusal. */
__attribute__((unused)) static char *judge_row(const struct row *row, char **allowed_by)
{
	AUTO_FACTS struct facts facts = {0};
	struct policy policy = {0};
	struct refusal refusal = {0};
	struct step step;
	struct world world = {.facts = &facts};
	char *rule = NULL;

	guard_host(&facts);
	if (row->twist)
		row->twist(&facts);
	if (row->policy)
		assert_int_equal(policy_parse(&policy, "t", row->policy, strlen(row->policy), NULL), 0);
	make_step(&step, row->kind, row->target, row->section, row->changes);
	if (!guard_allows(&policy, &world, &step, &refusal)) {
		assert_non_null(refusal.what);
		assert_non_null(refusal.because);
		rule = xstrdup(refusal.rule);
	}
	if (allowed_by)
		*allowed_by = xstrdup(refusal.allowed_by);
	refusal_free(&refusal);
	step_free(&step);
	policy_free(&policy);
	return rule;
}

__attribute__((unused)) static size_t judge_rows(const struct row *rows, size_t n)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		AUTO_FREE char *rule = judge_row(&rows[i], NULL);

		if (streq(rule, rows[i].rule))
			continue;
		print_error("%s %s [%s] %s: %s, not %s\n", name_of(step_kind_names, rows[i].kind), rows[i].target,
			rows[i].section ? rows[i].section : "", rows[i].changes ? rows[i].changes : "", rule ? rule : "passes",
			rows[i].rule ? rows[i].rule : "passes");
		wrong++;
	}
	return wrong;
}

#endif
