# SPDX-License-Identifier: MIT
"""What is enforced on a test host, and whether it became less."""

from host import HostError

# Each line: what it is, a tab, its name, a tab, its strictness now.
PROGRAM = rb"""
line() { printf '%s\t%s\t%s\n' "$1" "$2" "$3"; }
if [ -r /sys/fs/selinux/enforce ]; then
	line selinux kernel "$(cat /sys/fs/selinux/enforce)"
fi
if [ -r /etc/selinux/config ]; then
	line selinux configured "$(sed -n 's/^SELINUX=//p' /etc/selinux/config)"
fi
if command -v semodule > /dev/null; then
	semodule -l | sed -n 's/^permissive_/permissive\t/p' | while read -r kind type; do
		line "$kind" "$type" permissive
	done
fi
if [ -r /sys/kernel/security/apparmor/profiles ]; then
	sed -n 's/^\(.*\) (\(.*\))$/apparmor\t\1\t\2/p' /sys/kernel/security/apparmor/profiles
fi
for profile in /etc/apparmor.d/disable/*; do
	if [ -e "$profile" ]; then line disabled "$profile" disabled; fi
done
"""
STRICTNESS = {"0": 0, "1": 1, "disabled": 0, "permissive": 1, "enforcing": 2,
              "unconfined": 0, "complain": 1, "prompt": 1, "enforce": 2, "kill": 3}


def take(host):
    """What is enforced now: (what, name) -> strictness."""
    result = host.run(["sh", "-s"], PROGRAM)
    if result.status != 0:
        raise HostError(f"cannot tell what is enforced: {result}")
    found = {}
    for line in result.stdout.decode(errors="surrogateescape").splitlines():
        what, name, now = line.split("\t", 2)
        found[what, name] = now
    return found


def weakened(before, after):
    """What is enforced less than before, as sentences."""
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        # New is only an exemption; gone is only what enforced.
        if old is None:
            if key[0] in ("permissive", "disabled"):
                found.append(f"{key[0]} {key[1]} is new")
        elif new is None:
            if key[0] not in ("permissive", "disabled"):
                found.append(f"{key[0]} {key[1]} ({old}) is gone")
        elif STRICTNESS.get(new, 0) < STRICTNESS.get(old, 0):
            found.append(f"{key[0]} {key[1]} {old} -> {new}")
    return found
