/* SPDX-License-Identifier: MIT */
#include "facts/read_host.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <time.h>

#define SMALL_FILE_MAX 65536

/* NULL where it cannot be read. */
static char *read_small(int root, const char *path)
{
	char *text = NULL;

	if (beneath_read(root, path, SMALL_FILE_MAX, &text, NULL, NULL, NULL) < 0)
		return NULL;
	return text;
}

/* A file that holds one word, such as an id; NULL where it is empty. */
static char *read_word(int root, const char *path)
{
	AUTO_FREE char *text = read_small(root, path);
	size_t n = text ? strcspn(text, " \t\n") : 0;

	return n ? xstrndup(text, n) : NULL;
}

static bool exists(int root, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH);

	return fd >= 0;
}

/* The value of KEY=value in the form of os-release(5): bare, or in quotes; NULL where it is not there. */
static char *shell_value(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		const char *value = p + n + 1;

		if (strncmp(p, key, n) != 0 || p[n] != '=')
			continue;
		if (*value == '"' || *value == '\'')
			return xstrndup(value + 1, strcspn(value + 1, *value == '"' ? "\"\n" : "'\n"));
		return xstrndup(value, strcspn(value, " \t\r\n"));
	}
	return NULL;
}

static char *read_distro(int root)
{
	AUTO_FREE char *etc = read_small(root, "/etc/os-release"), *usr = etc ? NULL : read_small(root, "/usr/lib/os-release");
	const char *text = etc ? etc : usr;
	AUTO_FREE char *id = shell_value(text, "ID"), *version = shell_value(text, "VERSION_ID");

	if (!id || !*id)
		return xstrdup("unknown");
	return version && *version ? xasprintf("%s %s", id, version) : TAKE_PTR(id);
}

static bool has_line_word(const char *text, const char *word)
{
	const char *p = strstr(text, word);

	return p && (p[strlen(word)] == '\n' || p[strlen(word)] == '\0');
}

/* Without a policy everything runs in the initial context, which the kernel then calls "kernel". */
static bool policy_is_loaded(int root)
{
	AUTO_FREE char *context = read_word(root, "/proc/self/attr/current");

	return !context || strchr(context, ':');
}

static int read_selinux(int root)
{
	AUTO_FREE char *enforce = read_word(root, "/sys/fs/selinux/enforce");
	AUTO_FREE char *filesystems = read_small(root, "/proc/filesystems");

	if (enforce && !policy_is_loaded(root))
		return LSM_DISABLED;
	if (enforce)
		return streq(enforce, "1") ? LSM_ENFORCING : streq(enforce, "0") ? LSM_PERMISSIVE : LSM_UNKNOWN;
	if (!filesystems || has_line_word(filesystems, "selinuxfs"))
		return LSM_UNKNOWN;
	return exists(root, "/sys/fs/selinux") || exists(root, "/etc/selinux/config") ? LSM_DISABLED : LSM_ABSENT;
}

/* Where /sys does not show modules (systemd-nspawn), a process's own attributes tell: attr/apparmor is there when the kernel has AppArmor (since
 * 5.8), and reading a label fails with EINVAL where no module gives one (proc_pid_attr_read, security_getprocattr). */
static int apparmor_by_label(int root)
{
	AUTO_FREE char *label = read_small(root, "/proc/self/attr/apparmor/current");
	AUTO_FREE char *any = read_small(root, "/proc/self/attr/current");

	if (label)
		return LSM_ENABLED;
	if (exists(root, "/proc/self/attr/apparmor"))
		return LSM_DISABLED;
	return exists(root, "/proc/self/attr/current") && !any ? LSM_ABSENT : LSM_UNKNOWN;
}

static int read_apparmor(int root)
{
	AUTO_FREE char *enabled = read_word(root, "/sys/module/apparmor/parameters/enabled");

	if (enabled)
		return streq(enabled, "Y") ? LSM_ENABLED : streq(enabled, "N") ? LSM_DISABLED : LSM_UNKNOWN;
	if (exists(root, "/sys/module"))
		return exists(root, "/sys/module/apparmor") ? LSM_UNKNOWN : LSM_ABSENT;
	return apparmor_by_label(root);
}

static bool in_initial_userns(int root)
{
	AUTO_FREE char *map = read_small(root, "/proc/self/uid_map");
	unsigned inside, outside, count;
	int end = 0;

	return map && sscanf(map, " %u %u %u %n", &inside, &outside, &count, &end) == 3 && inside == 0 && outside == 0 &&
	       count == UINT32_MAX && map[end] == '\0';
}

static bool is_privileged(int root)
{
	const uint64_t needed = 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_SYS_PTRACE;
	AUTO_FREE char *status = read_small(root, "/proc/self/status");
	const char *uids = status ? strstr(status, "\nUid:") : NULL, *caps = status ? strstr(status, "\nCapEff:") : NULL;
	unsigned real, effective;

	if (!uids || !caps || sscanf(uids + strlen("\nUid:"), "%u %u", &real, &effective) != 2 || effective != 0)
		return false;
	return (strtoull(caps + strlen("\nCapEff:"), NULL, 16) & needed) == needed && in_initial_userns(root);
}

/* The links of /proc/PID/ns are magic: only following them tells the namespace, as the inode of what they lead to. */
static uint64_t namespace_inode(int root, const char *name)
{
	AUTO_CLOSE int proc = beneath_open(root, "/proc/self/ns", O_PATH | O_DIRECTORY);
	struct stat st;

	return proc >= 0 && fstatat(proc, name, &st, 0) == 0 ? st.st_ino : 0;
}

static void read_live(int root, struct host *out)
{
	out->id = read_word(root, "/etc/machine-id");
	out->boot = read_word(root, "/proc/sys/kernel/random/boot_id");
	out->selinux = read_selinux(root);
	out->apparmor = read_apparmor(root);
	out->privileged = is_privileged(root);
	out->systemd = exists(root, "/run/systemd/system/");
	out->mntns = namespace_inode(root, "mnt");
	out->userns = namespace_inode(root, "user");
	out->netns = namespace_inode(root, "net");
}

int read_host(int root, bool offline, struct host *out)
{
	*out = (struct host){.offline = offline, .distro = read_distro(root), .taken = time(NULL)};
	if (!offline)
		read_live(root, out);
	return 0;
}
