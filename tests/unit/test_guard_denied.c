/* SPDX-License-Identifier: MIT */
/* Steps that must be refused, each with the name of the rule: the table of the guard. */
#include "tests/unit/guard_facts.h"

#define CLOSED  "/run/closed"
#define SOCKET  "/run/php/php8.2-fpm.sock"
#define WWW     POOLS "/www.conf", "www"
#define WORKER  "user:www-data=--x|mask=--x"
#define LISTEN  STEP_PHPFPM_LISTEN
#define OWNER   STEP_PATH_OWNER
#define MODE    STEP_PATH_MODE
#define ACL     STEP_PATH_ACL
#define MEMBER  STEP_GROUP_ADD_MEMBER
#define CREATE  STEP_GROUP_CREATE
#define RELOAD  STEP_SERVICE_RELOAD
#define RESTART STEP_SERVICE_RESTART
#define NGINX   STEP_NGINX_USER
#define CONF_N  "/etc/nginx/nginx.conf"

#include "tests/unit/guard_unit_rows.h"

static void judge(const struct row *rows, size_t n)
{
	assert_int_equal(judge_rows(rows, n), 0);
}
#define JUDGE(rows) judge(rows, COUNT_OF(rows))

static const struct row unsupported[] = {
	{"kind-not-supported", STEP_CONTAINER_FILE, "/srv/compose.yml", NULL, "user=33"},
	{"kind-not-supported", STEP_SELINUX_FCONTEXT, "/run/php(/.*)?", NULL, "type=httpd_var_run_t"},
	{"kind-not-supported", STEP_SELINUX_RELABEL, "/run/php", NULL, NULL},
	{"kind-not-supported", STEP_SELINUX_BOOLEAN, "httpd_can_network_connect", NULL, "value=on"},
	{"kind-not-supported", STEP_SELINUX_PORT, "9000", NULL, "type=http_port_t"},
	{"kind-not-supported", STEP_SELINUX_MODULE, "local", NULL, NULL},
	{"kind-not-supported", STEP_APPARMOR_RULE, "/etc/apparmor.d/nginx", NULL, NULL},
	{"kind-not-supported", STEP_APPARMOR_INCLUDE, "/etc/apparmor.d/nginx", NULL, NULL},
	{"kind-not-supported", STEP_APPARMOR_FLAGS, "/etc/apparmor.d/nginx", NULL, "flags=complain"},
	{"kind-not-supported", STEP_COUNT, "x", NULL, NULL},
};

static const struct row recursive[] = {
	{"recursion", MODE, CLOSED, NULL, "mode=0710|recursive=yes"}, {"recursion", OWNER, CLOSED, NULL, "group=www-data|-R=1"},
	{"recursion", ACL, CLOSED, NULL, WORKER "|recurse=1"},        {"recursion", MODE, "/srv/app/*", NULL, "mode=0710"},
	{"recursion", MODE, "/srv/app/**", NULL, "mode=0710"},        {"recursion", OWNER, "/srv/app/.", NULL, "group=www-data"},
};

static const struct row default_entries[] = {
	{"default-acl", ACL, CLOSED, NULL, "default:user:www-data=r-x"}, {"default-acl", ACL, CLOSED, NULL, "d:user:www-data=--x"},
	{"default-acl", ACL, CLOSED, NULL, "default=rwx"},               {"default-acl", ACL, CLOSED, NULL, WORKER "|default:mask=rwx"},
};

static const struct row root_users[] = {
	{"root-user", NGINX, CONF_N, NULL, "user=root"},   {"root-user", NGINX, CONF_N, NULL, "user=toor"},
	{"root-user", NGINX, CONF_N, NULL, "user=0"},      {"root-user", LISTEN, WWW, "user=root"},
	{"root-user", LISTEN, WWW, "user=toor"},           {"root-user", LISTEN, WWW, "listen.mode=0660|user=0000"},
};

static const struct row malformed_pool[] = {
	{"malformed-step", LISTEN, WWW, "listen.owner=www-data\nuser = root"},
	{"malformed-step", LISTEN, WWW, "listen.owner=www-data\n[evil]"},
	{"malformed-step", LISTEN, WWW, "listen.mode=0660\n[evil]"},
	{"malformed-step", LISTEN, WWW, "listen.owner=www data"},
	{"malformed-step", LISTEN, WWW, "listen.owner=www-data;x"},
	{"malformed-step", LISTEN, WWW, "listen.owner=\"www-data\""},
	{"malformed-step", LISTEN, WWW, "listen.owner=$pool"},
	{"malformed-step", LISTEN, WWW, "listen.owner=`id`"},
	{"malformed-step", LISTEN, WWW, "listen.owner=-R"},
	{"malformed-step", LISTEN, WWW, "listen.owner="},
	{"malformed-step", LISTEN, WWW, "listen.owner=nosuch"},
	{"malformed-step", LISTEN, WWW, "listen.owner=aaaaaaaaaabbbbbbbbbbccccccccccddd"},
	{"malformed-step", LISTEN, WWW, "listen.owner=www-data|listen.owner=alice"},
	{"malformed-step", LISTEN, WWW, "listen.group=nosuch"},
	{"malformed-step", LISTEN, WWW, "listen.group=33"},
	{"malformed-step", LISTEN, WWW, "listen.mode=0x1b0"},
	{"malformed-step", LISTEN, WWW, "listen.mode=66"},
	{"malformed-step", LISTEN, WWW, "listen.mode=00660"},
	{"malformed-step", LISTEN, WWW, "listen.mode=0689"},
	{"malformed-step", LISTEN, WWW, "listen.mode=ug=rw"},
	{"malformed-step", LISTEN, WWW, "listen.acl_users=www-data,"},
	{"malformed-step", LISTEN, WWW, "listen.acl_users=www-data, nginx"},
	{"malformed-step", LISTEN, WWW, "listen.acl_users="},
	{"malformed-step", LISTEN, WWW, "listen.acl_users=*"},
	{"malformed-step", LISTEN, WWW, "listen=/run/x.sock"},
	{"malformed-step", LISTEN, WWW, "php_admin_value[sendmail_path]=/bin/sh"},
	{"malformed-step", LISTEN, WWW, "pm.max_children=1"},
	{"malformed-step", LISTEN, WWW, NULL},
	{"malformed-step", LISTEN, POOLS "/www.conf", NULL, "listen.mode=0660"},
	{"malformed-step", LISTEN, POOLS "/www.conf", "www]\n[x", "listen.mode=0660"},
	{"malformed-step", LISTEN, POOLS "/www.conf", "nosuch", "listen.mode=0660"},
	{"malformed-step", LISTEN, POOLS "/nosuch.conf", "www", "listen.mode=0660"},
	{"malformed-step", LISTEN, "www.conf", "www", "listen.mode=0660"},
	{"malformed-step", LISTEN, POOLS "/../pool.d/www.conf", "www", "listen.mode=0660"},
};

static const struct row malformed_path[] = {
	{"malformed-step", MODE, CLOSED, NULL, "mode=710"},          {"malformed-step", MODE, CLOSED, NULL, "mode=07100"},
	{"malformed-step", MODE, CLOSED, NULL, "mode=g+x"},          {"malformed-step", MODE, CLOSED, NULL, "mode=!"},
	{"malformed-step", MODE, CLOSED, NULL, "Mode=0710"},         {"malformed-step", MODE, CLOSED, NULL, "mode=0710|owner=root"},
	{"malformed-step", MODE, CLOSED, NULL, NULL},                {"malformed-step", MODE, NULL, NULL, "mode=0710"},
	{"malformed-step", MODE, "run/closed", NULL, "mode=0710"},   {"malformed-step", MODE, "/run/closed/", NULL, "mode=0710"},
	{"malformed-step", MODE, "//run/closed", NULL, "mode=0710"}, {"malformed-step", MODE, "/run/../run/closed", NULL, "mode=0710"},
	{"malformed-step", MODE, "/run/nosuch", NULL, "mode=0710"},  {"malformed-step", MODE, "/run/clo\nsed", NULL, "mode=0710"},
	{"malformed-step", OWNER, CLOSED, NULL, "owner=nosuch"},     {"malformed-step", OWNER, CLOSED, NULL, "owner=4294967295"},
	{"malformed-step", OWNER, CLOSED, NULL, "owner=-1"},         {"malformed-step", OWNER, CLOSED, NULL, "owner=0x21"},
	{"malformed-step", OWNER, CLOSED, NULL, "owner=root:root"},  {"malformed-step", OWNER, CLOSED, NULL, "group=!"},
	{"malformed-step", ACL, CLOSED, NULL, "user:nosuch=--x"},    {"malformed-step", ACL, CLOSED, NULL, "user:www-data=5"},
	{"malformed-step", ACL, CLOSED, NULL, "user:www-data=x--"},  {"malformed-step", ACL, CLOSED, NULL, "everyone=--x"},
	{"malformed-step", ACL, CLOSED, NULL, "user:www-data=--x"},  {"malformed-step", ACL, CLOSED, NULL, "other=--x"},
	{"malformed-step", ACL, CLOSED, NULL, "user:www-data=--x,other::rwx"},
};

static const struct row malformed_other[] = {
	{"malformed-step", CREATE, "sock grp", NULL, "gid=system"},  {"malformed-step", CREATE, "-x", NULL, "gid=system"},
	{"malformed-step", CREATE, "x:x:0:", NULL, "gid=system"},    {"malformed-step", CREATE, "x\nroot2", NULL, "gid=system"},
	{"malformed-step", CREATE, "fresh", NULL, "gid=0"},          {"malformed-step", CREATE, "fresh", NULL, "gid=998"},
	{"malformed-step", CREATE, "fresh", NULL, NULL},             {"malformed-step", MEMBER, "sockets", NULL, "member=nosuch"},
	{"malformed-step", MEMBER, "sockets", NULL, "member=!"},     {"malformed-step", MEMBER, "nosuch", NULL, "member=www-data"},
	{"malformed-step", MEMBER, "sockets", NULL, "member=www-data,alice"},
	{"malformed-step", NGINX, CONF_N, NULL, "user=nosuch"},      {"malformed-step", NGINX, CONF_N, NULL, "user=www-data; daemon off"},
	{"malformed-step", NGINX, CONF_N, NULL, "user=www-data {"},  {"malformed-step", NGINX, "/etc/nginx/x.conf", NULL, "user=www-data"},
	{"malformed-step", RELOAD, "nginx.service; id", NULL, NULL}, {"malformed-step", RELOAD, "../nginx.service", NULL, NULL},
	{"malformed-step", RELOAD, "--root=/", NULL, NULL},          {"malformed-step", RELOAD, "pid x", NULL, NULL},
	{"malformed-step", RELOAD, "pid 0", NULL, NULL},             {"malformed-step", RELOAD, "", NULL, NULL},
	{"malformed-step", RESTART, "php8.2-fpm.service", NULL, "force=1"},
};

static void accounts_unread(struct facts *f)
{
	f->accounts.unknown = true;
}

static const struct row unknown_accounts[] = {
	{"accounts-unknown", OWNER, SOCKET, NULL, "group=www-data", accounts_unread},
	{"accounts-unknown", LISTEN, WWW, "listen.mode=0660", accounts_unread},
	{"accounts-unknown", MEMBER, "sockets", NULL, "member=nginx", accounts_unread},
	{"accounts-unknown", NGINX, CONF_N, NULL, "user=www-data", accounts_unread},
};

static const struct row links[] = {
	{"symlink", MODE, "/run/php/link.sock", NULL, "mode=0660"}, {"symlink", OWNER, "/tmp/link", NULL, "group=www-data"},
	{"symlink", OWNER, "/var/run", NULL, "group=www-data"},     {"symlink", OWNER, "/var/run/php/root.sock", NULL, "group=www-data"},
	{"symlink", ACL, "/run/appdir/link", NULL, WORKER},         {"symlink", LISTEN, "/srv/dirlink/pool.conf", "dirlink", "listen.mode=0660"},
};

static void nginx_conf_is_a_device(struct facts *f)
{
	for (size_t w = 0; w < f->n_walks; w++)
		if (streq(f->walks[w].path, CONF_N))
			f->walks[w].nodes[f->walks[w].n_nodes - 1].type = NODE_DEVICE;
}

static const struct row types[] = {
	{"not-a-socket-or-dir", MODE, "/run/php/file", NULL, "mode=0660"},
	{"not-a-socket-or-dir", OWNER, "/run/php/fifo", NULL, "group=www-data"},
	{"not-a-socket-or-dir", MODE, "/run/php/device", NULL, "mode=0660"},
	{"not-a-socket-or-dir", ACL, "/run/php/unknown", NULL, "user:www-data=rw-|mask=rw-"},
	{"not-a-socket-or-dir", MODE, "/etc/nginx/nginx.conf", NULL, "mode=0600"},
	{"not-a-regular-file", LISTEN, POOLS "/fifo.conf", "fifo", "listen.mode=0660"},
	{"not-a-regular-file", LISTEN, POOLS "/dir.conf", "dir", "listen.mode=0660"},
	{"not-a-regular-file", NGINX, CONF_N, NULL, "user=www-data", nginx_conf_is_a_device},
};

static const struct row views[] = {
	{"foreign-view", LISTEN, POOLS "/container.conf", "container", "listen.mode=0660"},
	{"foreign-view", LISTEN, POOLS "/chroot.conf", "chroot", "listen.mode=0660"},
	{"foreign-view", LISTEN, POOLS "/unseen.conf", "unseen", "listen.mode=0660"},
	{"foreign-view", LISTEN, POOLS "/changed.conf", "changed", "listen.mode=0660"},
};

static const struct row root_equal_sockets[] = {
	{"root-equal-socket", OWNER, "/run/docker.sock", NULL, "group=www-data"},
	{"root-equal-socket", MODE, "/run/docker.sock", NULL, "mode=0600"},
	{"root-equal-socket", ACL, "/run/docker.sock", NULL, "user:www-data=rw-|mask=rw-"},
	{"root-equal-socket", OWNER, "/srv/bound.sock", NULL, "group=www-data"},
	{"root-equal-socket", OWNER, "/srv/moved/docker.sock", NULL, "group=www-data"},
	{"root-equal-socket", OWNER, "/srv/eng.sock", NULL, "group=www-data"},
	{"root-equal-socket", OWNER, "/run/containerd/containerd.sock", NULL, "group=www-data"},
	{"root-equal-socket", MODE, "/run/podman/podman.sock", NULL, "mode=0660"},
	{"root-equal-socket", ACL, "/run/systemd/private", NULL, "user:www-data=rw-|mask=rw-"},
	{"root-equal-socket", OWNER, "/run/control.unit.sock", NULL, "group=www-data"},
	{"root-equal-socket", OWNER, "/srv/unit-control.sock", NULL, "group=www-data"},
	{"root-equal-socket", OWNER, "/run/libvirt/libvirt-sock", NULL, "group=www-data"},
	{"root-equal-socket", ACL, "/run/systemd", NULL, WORKER},
	{"root-equal-socket", OWNER, "/run/docker", NULL, "group=www-data"},
	{"root-equal-socket", MODE, "/run/containerd", NULL, "mode=0710"},
	{"root-equal-socket", ACL, "/run/bound", NULL, WORKER},
	{"root-equal-socket", ACL, "/var/lib/incus", NULL, WORKER},
	{"root-equal-socket", LISTEN, POOLS "/docker.conf", "docker", "listen.group=www-data"},
	{"root-equal-socket", LISTEN, POOLS "/lxd.conf", "lxd", "listen.group=www-data"},
	{"root-equal-socket", LISTEN, POOLS "/bound.conf", "bound", "listen.mode=0660"},
};

static void worker_was_given_docker(struct facts *f)
{
	for (size_t i = 0; i < f->accounts.n_groups; i++)
		if (streq(f->accounts.groups[i].name, "docker"))
			strings_add(&f->accounts.groups[i].members, "www-data");
}

/* The second nginx's workers have it already; the first one's would get it. */
static void other_nginx_was_given_docker(struct facts *f)
{
	worker_was_given_docker(f);
	for (size_t i = 0; i < f->accounts.n_groups; i++)
		if (streq(f->accounts.groups[i].name, "docker"))
			strings_add(&f->accounts.groups[i].members, "nginx");
}

static const struct row new_workers[] = {
	{"root-equal-socket", RELOAD, "nginx.service", NULL, NULL, worker_was_given_docker},
	{"root-equal-socket", RELOAD, "pid 900", NULL, NULL, other_nginx_was_given_docker},
	{"root-equal-socket", RESTART, "nginx.service", NULL, NULL, worker_was_given_docker},
};

/* nginx runs as nobody, as its configuration says. */
static void nginx_is_nobodys(struct facts *f)
{
	struct worker *w = &f->workers[0];

	free(w->user);
	w->user = xstrdup("nobody");
	free(f->nginx[0].user);
	f->nginx[0].user = xstrdup("nobody");
	w->as.uid = w->as.ruid = w->as.gid = w->as.groups[0] = 65534;
}

static const struct row shared_accounts[] = {
	{"shared-account", OWNER, SOCKET, NULL, "group=nogroup"},
	{"shared-account", OWNER, SOCKET, NULL, "group=nogroup", nginx_is_nobodys},
	{"shared-account", OWNER, SOCKET, NULL, "owner=nobody", nginx_is_nobodys},
	{"shared-account", ACL, CLOSED, NULL, "user:nobody=--x|mask=--x", nginx_is_nobodys},
	{"shared-account", ACL, CLOSED, NULL, "group:nogroup=--x|mask=--x", nginx_is_nobodys},
	{"shared-account", LISTEN, WWW, "listen.group=nogroup", nginx_is_nobodys},
	{"shared-account", LISTEN, WWW, "listen.owner=nobody", nginx_is_nobodys},
	{"shared-account", LISTEN, WWW, "listen.acl_users=www-data,nobody", nginx_is_nobodys},
	{"shared-account", MEMBER, "sockets", NULL, "member=nobody", nginx_is_nobodys},
	{"shared-account", MEMBER, "nogroup", NULL, "member=www-data"},
	{"shared-account", NGINX, CONF_N, NULL, "user=nobody"},
};

static const struct row system_directories[] = {
	{"system-directory", MODE, "/", NULL, "mode=0711"},                 {"system-directory", OWNER, "/run", NULL, "group=www-data"},
	{"system-directory", ACL, "/var", NULL, "user:www-data=--x|mask=r-x"}, {"system-directory", OWNER, "/etc", NULL, "group=www-data"},
	{"system-directory", OWNER, "/usr", NULL, "owner=www-data"},        {"system-directory", MODE, "/tmp", NULL, "mode=0755"},
	{"system-directory", ACL, "/root", NULL, WORKER},                   {"system-directory", ACL, "/root/app", NULL, WORKER},
	{"system-directory", MODE, "/dev", NULL, "mode=0750"},              {"system-directory", OWNER, "/dev/shm", NULL, "group=www-data"},
	{"system-directory", MODE, "/proc", NULL, "mode=0500"},             {"system-directory", ACL, "/sys", NULL, WORKER},
	{"system-directory", OWNER, "/srv", NULL, "group=www-data"},        {"system-directory", OWNER, "/opt", NULL, "group=www-data"},
	{"system-directory", OWNER, "/mnt", NULL, "group=www-data"},        {"system-directory", ACL, "/boot", NULL, WORKER},
	{"system-directory", OWNER, "/var/www", NULL, "owner=www-data"},    {"system-directory", OWNER, "/var/lib", NULL, "group=www-data"},
	{"system-directory", ACL, "/usr/lib/x", NULL, WORKER},              {"system-directory", OWNER, "/run/user", NULL, "group=www-data"},
	{"system-directory", ACL, "/run/user/1000", NULL, WORKER},          {"system-directory", MODE, "/etc/nginx", NULL, "mode=0711"},
	{"system-directory", OWNER, "/usr/local", NULL, "group=www-data"},
};

static const struct row file_systems[] = {
	{"remote-fs", ACL, "/mnt/nfs", NULL, WORKER},                 {"remote-fs", OWNER, "/mnt/fuse", NULL, "group=www-data"},
	{"remote-fs", MODE, "/mnt/9p", NULL, "mode=0710"},            {"remote-fs", ACL, "/mnt/cifs", NULL, WORKER},
	{"remote-fs", ACL, "/mnt/none", NULL, WORKER},                {"remote-fs", MODE, "/mnt/nfs/x.sock", NULL, "mode=0660"},
	{"remote-fs", LISTEN, POOLS "/remote.conf", "remote", "listen.mode=0660"},
	{"read-only-fs", ACL, "/mnt/ro", NULL, WORKER},               {"read-only-fs", MODE, "/run/php/ro.sock", NULL, "mode=0660"},
	{"read-only-fs", LISTEN, POOLS "/ro.conf", "ro", "listen.mode=0660"},
	{"immutable", ACL, "/mnt/immutable", NULL, WORKER},           {"immutable", MODE, "/mnt/immutable", NULL, "mode=0710"},
	{"immutable", LISTEN, POOLS "/immutable.conf", "immutable", "listen.mode=0660"},
	{"hard-link", MODE, "/run/php/two.sock", NULL, "mode=0660"},  {"hard-link", OWNER, "/run/php/gone.sock", NULL, "group=www-data"},
	{"hard-link", LISTEN, POOLS "/two.conf", "two", "listen.mode=0660"},
};

static void nginx_in_alices_directory(struct facts *f)
{
	free(f->nginx[1].user_at.file);
	f->nginx[1].user_at.file = xstrdup("/srv/nginx/nginx.conf");
}

static const struct row untrusted[] = {
	{"untrusted-config", LISTEN, POOLS "/owned.conf", "owned", "listen.mode=0660"},
	{"untrusted-config", LISTEN, POOLS "/groupw.conf", "groupw", "listen.mode=0660"},
	{"untrusted-config", LISTEN, POOLS "/otherw.conf", "otherw", "listen.mode=0660"},
	{"untrusted-config", LISTEN, POOLS "/aclw.conf", "aclw", "listen.mode=0660"},
	{"untrusted-config", LISTEN, POOLS "/aclunknown.conf", "aclunknown", "listen.mode=0660"},
	{"untrusted-config", LISTEN, POOLS "/nowalk.conf", "nowalk", "listen.mode=0660"},
	{"untrusted-config", LISTEN, "/home/app/etc/pool.conf", "home", "listen.mode=0660"},
	{"untrusted-config", LISTEN, "/srv/shared/pool.conf", "shared", "listen.mode=0660"},
	{"untrusted-config", LISTEN, "/srv/group/pool.conf", "group", "listen.mode=0660"},
	{"untrusted-config", NGINX, "/srv/nginx/nginx.conf", NULL, "user=www-data", nginx_in_alices_directory},
};

static const struct row modes[] = {
	{"special-bits", MODE, "/run/sticky", NULL, "mode=0700"},          {"special-bits", MODE, "/run/setgid", NULL, "mode=0750"},
	{"special-bits", MODE, "/run/group", NULL, "mode=4750"},           {"special-bits", MODE, "/run/group", NULL, "mode=2750"},
	{"special-bits", MODE, "/run/php/special.sock", NULL, "mode=0660"}, {"special-bits", MODE, SOCKET, NULL, "mode=1660"},
	{"special-bits", LISTEN, WWW, "listen.mode=2660"},                 {"special-bits", LISTEN, WWW, "listen.mode=7666"},
	{"other-access", MODE, SOCKET, NULL, "mode=0666"},                 {"other-access", MODE, SOCKET, NULL, "mode=0664"},
	{"other-access", MODE, CLOSED, NULL, "mode=0701"},                 {"other-access", MODE, CLOSED, NULL, "mode=0711"},
	{"other-access", MODE, CLOSED, NULL, "mode=0755"},                 {"other-access", MODE, "/run/group", NULL, "mode=0751"},
	{"other-access", LISTEN, WWW, "listen.mode=0666"},                 {"other-access", LISTEN, WWW, "listen.mode=777"},
	{"other-access", LISTEN, WWW, "listen.group=www-data|listen.mode=0662"},
	{"socket-mode-max", MODE, SOCKET, NULL, "mode=0670"},              {"socket-mode-max", MODE, SOCKET, NULL, "mode=0760"},
	{"socket-mode-max", MODE, "/run/php/open.sock", NULL, "mode=0666"}, {"socket-mode-max", MODE, "/run/php/wide.sock", NULL, "mode=0776"},
	{"socket-mode-max", LISTEN, WWW, "listen.mode=0670"},              {"socket-mode-max", LISTEN, WWW, "listen.mode=770"},
	{"socket-mode-max", LISTEN, POOLS "/open.conf", "open", "listen.mode=0666"},
	{"socket-mode-max", ACL, "/run/php/acl.sock", NULL, "mask=rwx"},
};

static const struct row acls[] = {
	{"acl-unknown", MODE, "/run/unread", NULL, "mode=0710"},               {"acl-unknown", OWNER, "/run/unread", NULL, "group=www-data"},
	{"acl-unknown", ACL, "/run/unread", NULL, WORKER},                     {"acl-rewidens", ACL, "/run/masked2", NULL, "mask=--x"},
	{"acl-rewidens", ACL, "/run/masked2", NULL, "user:nginx=--x|mask=--x"}, {"acl-rewidens", MODE, "/run/masked2", NULL, "mode=0710"},
	{"acl-rewidens", ACL, "/run/maskgroup", NULL, "mask=r-x"},             {"acl-rewidens", MODE, "/run/maskgroup", NULL, "mode=0710"},
	{"acl-rewidens", ACL, "/run/php/acl2.sock", NULL, "mask=rw-"},         {"acl-rewidens", MODE, "/run/php/acl2.sock", NULL, "mode=0660"},
	{"acl-rewidens", ACL, "/run/php/aclusers.sock", NULL, "mask=rw-"},     {"acl-rewidens", ACL, "/run/masked2", NULL, "user:alice=--x|mask=--x"},
	{"wide-acl", ACL, CLOSED, NULL, "user:www-data=r-x|mask=r-x"},         {"wide-acl", ACL, CLOSED, NULL, "user:www-data=rwx|mask=rwx"},
	{"wide-acl", ACL, CLOSED, NULL, "group:www-data=r-x|mask=r-x"},        {"wide-acl", ACL, CLOSED, NULL, "user:www-data=rwx|mask=--x"},
	{"wide-acl", ACL, "/run/acl", NULL, "user:www-data=-wx"},              {"wide-acl", ACL, SOCKET, NULL, "user:www-data=rwx|mask=rw-"},
	{"wide-acl", ACL, SOCKET, NULL, "group:nginx=rwx|mask=rw-"},
	{"directory-write", MODE, "/run/fpmgroup", NULL, "mode=0730"},         {"directory-write", OWNER, "/run/writable", NULL, "group=www-data"},
	{"directory-write", OWNER, CLOSED, NULL, "owner=www-data"},            {"directory-write", OWNER, CLOSED, NULL, "owner=nginx"},
	{"directory-write", MODE, "/run/appdir", NULL, "mode=0770"},           {"directory-write", OWNER, CLOSED, NULL, "owner=alice"},
};

#define JOIN(group) {"root-equal-group", MEMBER, group, NULL, "member=www-data"}
static const struct row root_equal_groups[] = {
	JOIN("root"), JOIN("superusers"), JOIN("wheel"), JOIN("sudo"), JOIN("ops"), JOIN("admin"), JOIN("docker"), JOIN("containers"), JOIN("lxd"),
	JOIN("incus"), JOIN("disk"), JOIN("shadow"), JOIN("kmem"), JOIN("adm"), JOIN("systemd-journal"), JOIN("kvm"), JOIN("libvirt"),
	JOIN("tty"), JOIN("ssl-cert"), JOIN("deployers"), JOIN("byid"), JOIN("percent"),
	{"root-equal-group", MEMBER, "docker", NULL, "member=www-data", NULL, "allow group-primary docker\n"},
	{"root-equal-group", CREATE, "podman", NULL, "gid=system"},       {"root-equal-group", CREATE, "incus-admin", NULL, "gid=system"},
	{"root-equal-group", CREATE, "ssh_keys", NULL, "gid=system"},     {"root-equal-group", LISTEN, WWW, "listen.group=docker"},
	{"root-equal-group", LISTEN, WWW, "listen.group=containers"},     {"root-equal-group", LISTEN, WWW, "listen.acl_groups=sudo"},
	{"root-equal-group", OWNER, SOCKET, NULL, "group=docker"},        {"root-equal-group", OWNER, SOCKET, NULL, "group=27"},
	{"root-equal-group", MODE, "/run/dockergroup", NULL, "mode=0710"}, {"root-equal-group", MODE, "/run/adm", NULL, "mode=0710"},
	{"root-equal-group", ACL, CLOSED, NULL, "group:adm=--x|mask=--x"}, {"root-equal-group", NGINX, CONF_N, NULL, "user=engineer"},
	{"root-equal-group", NGINX, CONF_N, NULL, "user=alice"},
};

static void sudoers_unread(struct facts *f)
{
	f->accounts.sudo_unknown = true;
}

static const struct row groups[] = {
	{"sudoers-unknown", MEMBER, "sockets", NULL, "member=nginx", sudoers_unread},
	{"sudoers-unknown", MEMBER, "web", NULL, "member=www-data", sudoers_unread},
	{"sudoers-unknown", MEMBER, "www-data", NULL, "member=nginx", sudoers_unread, "allow group-primary www-data\n"},
	{"group-collision", CREATE, "www-data", NULL, "gid=system"},  {"group-collision", CREATE, "sockets", NULL, "gid=system"},
	{"group-collision", CREATE, "bob", NULL, "gid=system"},       {"group-collision", CREATE, "toor", NULL, "gid=system"},
};

static const struct row strangers[] = {
	{"worker-ids", MEMBER, "sockets", NULL, "member=alice"},       {"worker-ids", MEMBER, "sockets", NULL, "member=bob"},
	{"worker-ids", MEMBER, "sockets", NULL, "member=root"},        {"worker-ids", MEMBER, "sockets", NULL, "member=backup"},
	{"worker-ids", LISTEN, WWW, "listen.owner=alice"},             {"worker-ids", LISTEN, WWW, "listen.group=users"},
	{"worker-ids", LISTEN, WWW, "listen.acl_users=alice"},         {"worker-ids", LISTEN, WWW, "listen.acl_users=www-data,bob"},
	{"worker-ids", LISTEN, WWW, "listen.acl_groups=users"},        {"worker-ids", LISTEN, WWW, "listen.group=sockets"},
	{"worker-ids", LISTEN, POOLS "/acl.conf", "acl", "listen.acl_users=www-data,alice,bob"},
	{"worker-ids", OWNER, SOCKET, NULL, "owner=alice"},            {"worker-ids", OWNER, SOCKET, NULL, "group=users"},
	{"worker-ids", OWNER, SOCKET, NULL, "owner=4242"},             {"worker-ids", OWNER, "/run/group", NULL, "group=users"},
	{"worker-ids", ACL, "/run/php/root.sock", NULL, "user:alice=rw-|mask=rw-"},
	{"worker-ids", ACL, CLOSED, NULL, "user:alice=--x|mask=--x"},  {"worker-ids", ACL, CLOSED, NULL, WORKER "|user:bob=--x"},
	{"worker-ids", ACL, CLOSED, NULL, "group:users=--x|mask=--x"}, {"worker-ids", MODE, "/run/users", NULL, "mode=0710"},
	{"worker-ids", ACL, "/run/denied-alice", NULL, "user:alice=!"}, {"worker-ids", NGINX, CONF_N, NULL, "user=fpmuser"},
	{"worker-ids", NGINX, CONF_N, NULL, "user=backup"},
	{"worker-ids", ACL, "/run/masked", NULL, "user:alice=--x"},
};

static const struct row own_nginx[] = {
	{"unprivileged-master", MEMBER, "sockets", NULL, "member=bob", bobs_own_nginx},
	{"unprivileged-master", MEMBER, "users", NULL, "member=bob", bobs_own_nginx, "allow group-primary users\n"},
	{"unprivileged-master", LISTEN, WWW, "listen.acl_users=www-data,bob", bobs_own_nginx},
	{"unprivileged-master", LISTEN, WWW, "listen.owner=bob", bobs_own_nginx},
	{"unprivileged-master", LISTEN, WWW, "listen.group=users", bobs_own_nginx},
	{"unprivileged-master", OWNER, SOCKET, NULL, "group=users", bobs_own_nginx},
	{"unprivileged-master", ACL, CLOSED, NULL, "user:bob=--x|mask=--x", bobs_own_nginx},
	{"unprivileged-master", MODE, "/run/users", NULL, "mode=0710", bobs_own_nginx},
};

static const struct row owners[] = {
	{"foreign-owner", OWNER, "/tmp/evil.sock", NULL, "group=www-data"}, {"foreign-owner", MODE, "/run/php/bob.sock", NULL, "mode=0600"},
	{"foreign-owner", ACL, "/run/php/alice.sock", NULL, "user:www-data=rw-|mask=rw-"},
	{"weakened-owner", MODE, SOCKET, NULL, "mode=0460"},                {"weakened-owner", MODE, SOCKET, NULL, "mode=0060"},
	{"weakened-owner", MODE, CLOSED, NULL, "mode=0500"},                {"weakened-owner", MODE, "/run/appdir", NULL, "mode=0350"},
	{"weakened-owner", OWNER, "/run/appdir/app.sock", NULL, "owner=www-data"},
	{"weakened-owner", OWNER, "/run/appdir", NULL, "owner=root"},
};

static const struct row services[] = {
	{"foreign-service", RESTART, "ssh.service", NULL, NULL},    {"foreign-service", RELOAD, "docker.service", NULL, NULL},
	{"foreign-service", RESTART, "pid 1", NULL, NULL},          {"foreign-service", RESTART, "nginx", NULL, NULL},
	{"foreign-service", RELOAD, "pid 760", NULL, NULL},
};

static const struct row endpoints[] = {
	{"root-equal-socket", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/docker.sock"},
	{"root-equal-socket", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/systemd/private"},
	{"foreign-endpoint", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=unix:/tmp/evil.sock"},
	{"foreign-endpoint", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/php/none.sock"},
	{"foreign-endpoint", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=unix:/srv/app-by-pid1.sock"},
	{"malformed-step", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/php/$x.sock"},
	{"malformed-step", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=unix:/run/a;root"},
	{"malformed-step", STEP_NGINX_PASS, CONF_N, NULL, "root=unix:/run/php/php8.2-fpm.sock"},
	{"malformed-step", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=127.0.0.1:9000"},
	{"malformed-step", STEP_NGINX_PASS, CONF_N, NULL, "fastcgi_pass=http://unix:/run/php/php8.2-fpm.sock"},
};

static const struct row needs_policy[] = {
	{"group-primary", MEMBER, "www-data", NULL, "member=nginx"},   {"group-primary", MEMBER, "alice", NULL, "member=nginx"},
	{"group-primary", MEMBER, "backup", NULL, "member=www-data"},  {"group-primary", MEMBER, "users", NULL, "member=www-data"},
	{"group-primary", MEMBER, "app", NULL, "member=www-data"},     {"group-primary", MEMBER, "www-data", NULL, "member=nginx", NULL, "allow group-primary app\n"},
	{"home-search", ACL, "/home/app", NULL, WORKER},               {"home-search", ACL, "/home/app/run", NULL, WORKER},
	{"home-search", OWNER, "/home/alice", NULL, "group=www-data"}, {"home-search", ACL, "/srv/bob", NULL, WORKER},
	{"home-search", ACL, "/srv/bob/run", NULL, WORKER},            {"home-search", ACL, "/home", NULL, "user:www-data=--x|mask=r-x"},
	{"home-search", MODE, "/home/app", NULL, "mode=0710"},
	{"home-search", ACL, "/home/app/run", NULL, WORKER, NULL, "allow home-search /home/app/run\n"},
	{"home-search", ACL, "/home/app", NULL, WORKER, NULL, "allow home-search /home\n"},
};

#define TABLE_TEST(rows)                                                                                     \
	static void test_##rows(void **state)                                                                \
	{                                                                                                    \
		(void)state;                                                                                 \
		JUDGE(rows);                                                                                 \
	}
TABLE_TEST(unsupported)
TABLE_TEST(recursive)
TABLE_TEST(default_entries)
TABLE_TEST(root_users)
TABLE_TEST(malformed_pool)
TABLE_TEST(malformed_path)
TABLE_TEST(malformed_other)
TABLE_TEST(unknown_accounts)
TABLE_TEST(links)
TABLE_TEST(types)
TABLE_TEST(views)
TABLE_TEST(root_equal_sockets)
TABLE_TEST(new_workers)
TABLE_TEST(shared_accounts)
TABLE_TEST(system_directories)
TABLE_TEST(file_systems)
TABLE_TEST(untrusted)
TABLE_TEST(modes)
TABLE_TEST(acls)
TABLE_TEST(root_equal_groups)
TABLE_TEST(groups)
TABLE_TEST(strangers)
TABLE_TEST(own_nginx)
TABLE_TEST(owners)
TABLE_TEST(services)
TABLE_TEST(endpoints)
TABLE_TEST(needs_policy)
TABLE_TEST(unit_words)
TABLE_TEST(malformed_units)
TABLE_TEST(malformed_rest)
TABLE_TEST(other_words)
TABLE_TEST(unit_files)
TABLE_TEST(unit_places)
TABLE_TEST(unit_grants)
TABLE_TEST(unit_services)

#define COUNTED(rows) {rows, COUNT_OF(rows)}
static const struct {
	const struct row *rows;
	size_t n;
} tables[] = {
	COUNTED(unsupported), COUNTED(recursive), COUNTED(default_entries), COUNTED(root_users), COUNTED(malformed_pool), COUNTED(malformed_path),
	COUNTED(malformed_other), COUNTED(unknown_accounts), COUNTED(links), COUNTED(types), COUNTED(views), COUNTED(root_equal_sockets), COUNTED(new_workers), COUNTED(shared_accounts),
	COUNTED(system_directories), COUNTED(file_systems), COUNTED(untrusted), COUNTED(modes), COUNTED(acls), COUNTED(root_equal_groups),
	COUNTED(groups), COUNTED(strangers), COUNTED(own_nginx), COUNTED(owners), COUNTED(services), COUNTED(endpoints), COUNTED(needs_policy),
	COUNTED(unit_words), COUNTED(malformed_units), COUNTED(malformed_rest), COUNTED(other_words),
	COUNTED(unit_files), COUNTED(unit_places), COUNTED(unit_grants), COUNTED(unit_services),
};

static size_t rows_of_rule(const char *name)
{
	size_t n = 0;

	for (size_t t = 0; t < COUNT_OF(tables); t++)
		for (size_t i = 0; i < tables[t].n; i++)
			n += streq(tables[t].rows[i].rule, name);
	return n;
}

/* Every rule is refused in at least three ways. */
static void test_every_rule(void **state)
{
	size_t n, total = 0;
	const struct guard_rule *rules = guard_rules(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		size_t rows = rows_of_rule(rules[i].name);

		total += rows;
		if (rows < 3)
			fail_msg("%s is tried in %zu ways only", rules[i].name, rows);
	}
	print_message("%zu refused steps, %zu rules\n", total, n);
	assert_true(total >= 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsupported), cmocka_unit_test(test_recursive), cmocka_unit_test(test_default_entries),
		cmocka_unit_test(test_root_users), cmocka_unit_test(test_malformed_pool), cmocka_unit_test(test_malformed_path),
		cmocka_unit_test(test_malformed_other), cmocka_unit_test(test_unknown_accounts), cmocka_unit_test(test_links),
		cmocka_unit_test(test_types), cmocka_unit_test(test_views), cmocka_unit_test(test_root_equal_sockets), cmocka_unit_test(test_new_workers), cmocka_unit_test(test_shared_accounts),
		cmocka_unit_test(test_system_directories), cmocka_unit_test(test_file_systems), cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_modes), cmocka_unit_test(test_acls), cmocka_unit_test(test_root_equal_groups),
		cmocka_unit_test(test_groups), cmocka_unit_test(test_strangers), cmocka_unit_test(test_own_nginx), cmocka_unit_test(test_owners), cmocka_unit_test(test_services), cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_needs_policy),
		cmocka_unit_test(test_unit_words), cmocka_unit_test(test_malformed_units), cmocka_unit_test(test_malformed_rest), cmocka_unit_test(test_other_words),
		cmocka_unit_test(test_unit_files), cmocka_unit_test(test_unit_places), cmocka_unit_test(test_unit_grants), cmocka_unit_test(test_unit_services),
		cmocka_unit_test(test_every_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
