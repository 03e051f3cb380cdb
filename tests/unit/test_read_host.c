/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "facts/read_host.h"

static void done(struct host *host)
{
	struct facts facts = {.host = *host};

	facts_free(&facts);
}

static void is_distro(const char *expected)
{
	struct host host;

	read_host(scratch_fd, true, &host);
	assert_string_equal(host.distro, expected);
	done(&host);
}

static void test_distro(void **state)
{
	(void)state;
	is_distro("unknown");
	scratch_file("usr/lib/os-release", "ID=fedora\n");
	is_distro("fedora");
	scratch_link("../usr/lib/os-release", "etc/os-release");
	is_distro("fedora");
	scratch_file("usr/lib/os-release", "NAME=\"Debian\"\nVERSION_ID=\"12\"\nPLATFORM_ID=x\nID=debian\n");
	is_distro("debian 12");
	scratch_file("usr/lib/os-release", "ID='rocky'\nVERSION_ID=9.3 \n");
	is_distro("rocky 9.3");
	scratch_file("usr/lib/os-release", "ID=\nVERSION_ID=3\n");
	is_distro("unknown");
	scratch_file("usr/lib/os-release", "");
	is_distro("unknown");
}

static void test_offline_knows_nothing_live(void **state)
{
	struct host host;

	(void)state;
	scratch_file("etc/machine-id", "0123\n");
	scratch_file("sys/fs/selinux/enforce", "1");
	scratch_dirs("run/systemd/system/");
	read_host(scratch_fd, true, &host);
	assert_true(host.offline);
	assert_null(host.id);
	assert_null(host.boot);
	assert_int_equal(host.selinux, LSM_UNKNOWN);
	assert_int_equal(host.apparmor, LSM_UNKNOWN);
	assert_false(host.privileged || host.systemd);
	assert_int_equal(host.mntns, 0);
	assert_true(host.taken > 1000000000);
	done(&host);
}

static int selinux_now(void)
{
	struct host host;
	int state;

	read_host(scratch_fd, false, &host);
	state = host.selinux;
	done(&host);
	return state;
}

static void test_selinux(void **state)
{
	(void)state;
	assert_int_equal(selinux_now(), LSM_UNKNOWN); /* no /proc: nothing is known */
	scratch_file("proc/filesystems", "nodev\tsysfs\nnodev\ttmpfs\n\text4\n");
	assert_int_equal(selinux_now(), LSM_ABSENT);
	scratch_file("etc/selinux/config", "SELINUX=disabled\n");
	assert_int_equal(selinux_now(), LSM_DISABLED);
	scratch_file("proc/filesystems", "nodev\tselinuxfs\n\text4\n");
	assert_int_equal(selinux_now(), LSM_UNKNOWN); /* a container that does not see it */
	scratch_file("sys/fs/selinux/enforce", "1");
	scratch_file("proc/self/attr/current", "system_u:system_r:init_t:s0");
	assert_int_equal(selinux_now(), LSM_ENFORCING);
	scratch_file("sys/fs/selinux/enforce", "0\n");
	assert_int_equal(selinux_now(), LSM_PERMISSIVE);
	scratch_file("proc/self/attr/current", "kernel");
	assert_int_equal(selinux_now(), LSM_DISABLED);
}

static int apparmor_now(void)
{
	struct host host;
	int state;

	read_host(scratch_fd, false, &host);
	state = host.apparmor;
	done(&host);
	return state;
}

static void test_apparmor(void **state)
{
	(void)state;
	assert_int_equal(apparmor_now(), LSM_UNKNOWN); /* no /sys, and no attributes */
	scratch_dirs("proc/self/attr/current/"); /* a directory: there, but not to be read */
	assert_int_equal(apparmor_now(), LSM_ABSENT);
	scratch_dirs("proc/self/attr/apparmor/");
	assert_int_equal(apparmor_now(), LSM_DISABLED);
	scratch_file("proc/self/attr/apparmor/current", "unconfined\n");
	assert_int_equal(apparmor_now(), LSM_ENABLED);
	scratch_dirs("sys/module/ext4/");
	assert_int_equal(apparmor_now(), LSM_ABSENT);
	scratch_dirs("sys/module/apparmor/parameters/");
	assert_int_equal(apparmor_now(), LSM_UNKNOWN);
	scratch_file("sys/module/apparmor/parameters/enabled", "Y\n");
	assert_int_equal(apparmor_now(), LSM_ENABLED);
	scratch_file("sys/module/apparmor/parameters/enabled", "N\n");
	assert_int_equal(apparmor_now(), LSM_DISABLED);
}

static bool privileged_with(const char *uids, const char *caps, const char *map)
{
	AUTO_FREE char *status = xasprintf("Name:\tx\nUid:\t%s\nGid:\t0\t0\nCapPrm:\t0\nCapEff:\t%s\n", uids, caps);
	struct host host;
	bool answer;

	scratch_file("proc/self/status", status);
	scratch_file("proc/self/uid_map", map);
	read_host(scratch_fd, false, &host);
	answer = host.privileged;
	done(&host);
	return answer;
}

static void test_privileged(void **state)
{
	static const char all[] = "         0          0 4294967295\n";

	(void)state;
	assert_true(privileged_with("0\t0\t0\t0", "000001ffffffffff", all));
	assert_true(privileged_with("1000\t0\t0\t0", "000001fffeffffff", all)); /* without CAP_SYS_RESOURCE */
	assert_false(privileged_with("0\t1000\t0\t0", "000001ffffffffff", all));
	assert_false(privileged_with("0\t0\t0\t0", "000001fffff7ffff", all));  /* CAP_SYS_PTRACE */
	assert_false(privileged_with("0\t0\t0\t0", "000001fffffffffd", all));  /* CAP_DAC_OVERRIDE */
	assert_false(privileged_with("0\t0\t0\t0", "000001ffffffffff", "0 100000 65536\n"));
	assert_false(privileged_with("0\t0\t0\t0", "000001ffffffffff", "0 0 65536\n"));
	assert_false(privileged_with("0\t0\t0\t0", "000001ffffffffff", "0 0 1\n1 1 4294967294\n"));
}

static void test_ids(void **state)
{
	struct host host;

	(void)state;
	scratch_file("etc/machine-id", "0123456789abcdef\n");
	scratch_file("proc/sys/kernel/random/boot_id", "aa-bb\n");
	scratch_dirs("run/systemd/system/");
	read_host(scratch_fd, false, &host);
	assert_string_equal(host.id, "0123456789abcdef");
	assert_string_equal(host.boot, "aa-bb");
	assert_true(host.systemd);
	done(&host);
	scratch_file("etc/machine-id", "");
	assert_int_equal(unlinkat(scratch_fd, "run/systemd/system", AT_REMOVEDIR), 0);
	scratch_file("run/systemd/system", "");
	read_host(scratch_fd, false, &host);
	assert_null(host.id);
	assert_false(host.systemd);
	done(&host);
}

static void test_this_host(void **state)
{
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct host host;
	struct stat st;

	(void)state;
	read_host(root, false, &host);
	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	assert_int_equal(host.mntns, st.st_ino);
	assert_int_equal(stat("/proc/self/ns/user", &st), 0);
	assert_int_equal(host.userns, st.st_ino);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(host.netns, st.st_ino);
	assert_int_equal(strlen(host.boot), 36);
	assert_true(!host.privileged || geteuid() == 0);
	done(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_distro),
		SCRATCH_TEST(test_offline_knows_nothing_live),
		SCRATCH_TEST(test_selinux),
		SCRATCH_TEST(test_apparmor),
		SCRATCH_TEST(test_privileged),
		SCRATCH_TEST(test_ids),
		cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
