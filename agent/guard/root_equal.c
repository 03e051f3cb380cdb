/* SPDX-License-Identifier: MIT */
#include "guard/root_equal.h"
#include "base/cleanup.h"
#include "guard/grammar.h"

#include <string.h>

/* Members of these can become root: they own devices, secrets, logs with secrets, container engines or virtual machines, or may run
 * anything (Debian wiki, SystemGroups; the engines' own documentation says so of docker, lxd, incus, libvirt). */
static const char *const root_equal_groups[] = {
	"root", "wheel", "sudo", "admin", "google-sudoers", "docker", "podman", "lxd", "incus", "incus-admin", "microk8s", "libvirt",
	"kvm", "disk", "shadow", "kmem", "mem", "adm", "systemd-journal", "tty", "ssl-cert", "ssh_keys", "staff", "unit",
};

bool is_root_equal_name(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(root_equal_groups); i++)
		if (streq(root_equal_groups[i], name))
			return true;
	return false;
}

/* sudoers(5): a group is written by name or as #gid. */
static bool sudoers_names(const struct accounts *accounts, const struct group *group)
{
	for (size_t i = 0; i < accounts->sudo_groups.n; i++) {
		const char *word = accounts->sudo_groups.items[i];
		uint32_t gid;

		word += *word == '%';
		if (*word == '#' ? parse_id(word + 1, &gid) && gid == group->gid : streq(word, group->name))
			return true;
	}
	return false;
}

bool is_root_equal_gid(const struct accounts *accounts, uint32_t gid)
{
	if (gid == 0)
		return true;
	for (size_t i = 0; i < accounts->n_groups; i++) {
		const struct group *group = &accounts->groups[i];

		if (group->gid == gid && (is_root_equal_name(group->name) || sudoers_names(accounts, group)))
			return true;
	}
	return false;
}

/* With a final slash: the directory and everything beneath it. */
static const char *const root_equal_paths[] = {
	/* container engines and clusters */
	"/run/docker.sock", "/run/docker/", "/var/lib/docker/", "/run/dockershim.sock", "/run/cri-dockerd.sock", "/run/containerd/",
	"/run/k3s/", "/run/k0s/", "/run/crio/", "/run/podman/", "/run/buildkit/", "/var/lib/kubelet/", "/run/lxc/", "/run/lxd.socket",
	"/var/lib/lxd/", "/var/lib/lxc/", "/var/snap/lxd/", "/var/lib/incus/", "/run/incus/", "/run/multipass_socket",
	/* virtual machines */
	"/run/libvirt/", "/var/lib/libvirt/", "/run/qemu-server/", "/run/openvswitch/",
	/* service managers, buses, packages */
	"/run/systemd/", "/run/dbus/", "/run/initctl", "/run/snapd.socket", "/run/snapd-snap.socket", "/run/supervisor.sock",
	"/run/supervisord.sock", "/run/supervisor/", "/run/monit.sock", "/run/cockpit/", "/run/udev/", "/run/lvm/", "/run/multipathd.sock",
	"/run/polkit/", "/run/sssd/", "/var/lib/sss/", "/run/sudo/", "/run/fail2ban/", "/run/acpid.socket", "/run/uuidd/",
	/* NGINX Unit: its control socket starts applications as any user (unit.nginx.org, "Control API") */
	"/run/control.unit.sock", "/run/unit/control.sock", "/run/unit/control.unit.sock", "/run/nginx-unit.control.sock",
	"/run/nginx-unit/control.sock", "/var/lib/unit/control.unit.sock",
};

/* Sockets that are called so wherever they stand: a data directory that was moved, a mount into a container. */
static const char *const root_equal_basenames[] = {
	"docker.sock", "containerd.sock", "podman.sock", "crio.sock", "control.unit.sock", "snapd.socket", "lxd.socket", "incus.socket",
	"libvirt-sock",
};

/* /var/run is a symbolic link to /run on every current distribution; a name that was bound through it is the same socket. */
static const char *without_var(const char *path)
{
	return starts_with(path, "/var/run/") ? path + strlen("/var") : path;
}

static bool beneath(const char *path, const char *entry)
{
	size_t n = strlen(entry);

	if (entry[n - 1] != '/')
		return streq(path, entry);
	return strncmp(path, entry, n) == 0 || (strlen(path) == n - 1 && strncmp(path, entry, n - 1) == 0);
}

bool is_root_equal_path(const char *path)
{
	const char *slash = strrchr(path, '/');

	path = without_var(path);
	for (size_t i = 0; i < COUNT_OF(root_equal_paths); i++)
		if (beneath(path, root_equal_paths[i]))
			return true;
	for (size_t i = 0; slash && i < COUNT_OF(root_equal_basenames); i++)
		if (streq(slash + 1, root_equal_basenames[i]))
			return true;
	return false;
}

/* PID 1 is not among them: it holds every socket of a socket unit, an application's too. */
static const struct {
	const char *program;
	const char *in_name; /* only sockets with this in their name; NULL: all */
} root_equal_programs[] = {
	{"dockerd", NULL}, {"containerd", NULL}, {"podman", NULL}, {"crio", NULL}, {"kubelet", NULL}, {"lxd", NULL}, {"incusd", NULL},
	{"libvirtd", NULL}, {"virtqemud", NULL}, {"virtlxcd", NULL}, {"snapd", NULL}, {"buildkitd", NULL}, {"dbus-daemon", NULL},
	{"dbus-broker", NULL}, {"dbus-broker-launch", NULL}, {"unitd", "control"},
};

static bool is_root_equal_program(const struct process *process, const char *name)
{
	const char *slash = process->exe ? strrchr(process->exe, '/') : NULL;

	for (size_t i = 0; slash && i < COUNT_OF(root_equal_programs); i++)
		if (streq(slash + 1, root_equal_programs[i].program) &&
			(!root_equal_programs[i].in_name || strstr(name ? name : "", root_equal_programs[i].in_name)))
			return true;
	return false;
}

bool is_root_equal_listener(const struct listener *listener)
{
	if (listener->family == LISTENER_UNIX && listener->name && is_root_equal_path(listener->name))
		return true;
	for (size_t i = 0; i < listener->n_holders; i++)
		if (is_root_equal_program(&listener->holders[i], listener->name))
			return true;
	return false;
}
