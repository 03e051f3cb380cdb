/* SPDX-License-Identifier: MIT */
#include "guard/places.h"
#include "base/cleanup.h"

#include <string.h>

/* A final "/" stands for the directory and all beneath it, a final slash and star for it and its direct children. */
static const char *const system_directories[] = {
	"/", "/bin/", "/boot/", "/dev", "/dev/pts/", "/dev/shm", "/dev/mqueue", "/etc/", "/lib/", "/lib32/", "/lib64/", "/libx32/",
	"/lost+found/", "/media", "/mnt", "/opt", "/proc/", "/root/", "/run", "/run/lock", "/run/mount/", "/run/netns/", "/run/user/*",
	"/run/log/", "/run/credentials/", "/sbin/", "/srv", "/sys/", "/tmp", "/usr", "/usr/bin/", "/usr/include/", "/usr/lib/", "/usr/lib32/",
	"/usr/lib64/", "/usr/libexec/", "/usr/sbin/", "/usr/share/", "/usr/src/", "/usr/local", "/usr/local/bin/", "/usr/local/etc/",
	"/usr/local/lib/", "/usr/local/sbin/", "/usr/local/share/", "/usr/local/var", "/usr/local/var/run", "/var", "/var/backups/",
	"/var/cache", "/var/lib", "/var/local", "/var/lock", "/var/log", "/var/mail/", "/var/opt", "/var/run", "/var/spool",
	"/var/spool/cron/", "/var/tmp", "/var/www", "/var/lib/dpkg/", "/var/lib/rpm/", "/var/lib/systemd/", "/var/log/journal/",
};

static bool matches(const char *path, const char *entry)
{
	size_t n = strlen(entry);

	if (n > 1 && entry[n - 1] == '/')
		return strncmp(path, entry, n) == 0 || (strlen(path) == n - 1 && strncmp(path, entry, n - 1) == 0);
	if (ends_with(entry, "/*"))
		return (strncmp(path, entry, n - 1) == 0 && !strchr(path + n - 1, '/')) ||
			(strlen(path) == n - 2 && strncmp(path, entry, n - 2) == 0);
	return streq(path, entry);
}

bool is_system_directory(const char *path)
{
	for (size_t i = 0; i < COUNT_OF(system_directories); i++)
		if (matches(path, system_directories[i]))
			return true;
	return false;
}

static const char *const remote_types[] = {
	"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "ncp", "9p", "virtiofs", "afs", "coda", "ceph", "lustre", "gfs", "gfs2", "ocfs2",
	"beegfs", "gpfs", "glusterfs", "orangefs", "pvfs2", "panfs", "vboxsf", "vmhgfs", "prl_fs", "davfs", "davfs2", "sshfs", "fuse",
	"fuseblk", "fusectl", "autofs", "mfs",
};

bool is_remote_fs(const char *fstype)
{
	if (starts_with(fstype, "fuse."))
		return true;
	for (size_t i = 0; i < COUNT_OF(remote_types); i++)
		if (streq(fstype, remote_types[i]))
			return true;
	return false;
}
