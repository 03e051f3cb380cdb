# SPDX-License-Identifier: MIT
"""States of the watched trees of a test host, and what may differ in them."""

import json
import pathlib
import re
import stat

from host import HostError

PROGRAM = (pathlib.Path(__file__).parent / "walk.py").read_bytes()
FIELDS = ("type", "mode", "owner", "content", "xattrs")

# Requests and services write here all the time: only the file itself is watched.
LOGS = re.compile(r"/var/log/")
PID_FILES = re.compile(r"/run/.*\.pid")
# Debian's unit of PHP-FPM makes the alternative anew at each start, of what the pool's `listen` then says.
ALTERNATIVE = re.compile(r"(/etc|/var/lib/dpkg)/alternatives/php-fpm\.sock")
# Who is logged in and since when the machine is up.
UTMP = re.compile(r"/run/utmp")
# Gone with a boot, by the tree of the test hosts.
IN_MEMORY = re.compile(r"/(run|tmp)/")
# permfix's own state, and the backups that the shadow tools make of their files.
ASIDE = re.compile(r"/(var/lib|run)/permfix(/.*)?"
                   r"|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-"
                   # systemd's record of each start of a service: the inode number of its standard output, and a random id.
                   r"|/run/systemd/journal/streams/[0-9]+:[0-9]+"
                   r"|/run/systemd/units/invocation:.*"
                   # The directories of PrivateTmp=, with a random name for each start.
                   r"|/(var/)?tmp/systemd-private-[0-9a-f]{32}-.*"
                   # Debian's own start of PHP-FPM (php-fpm-socket-helper, in its unit and in svc) writes down where the pool listens by then:
                   # the restart between apply and rollback does that, and the next one after the rollback puts it right.
                   r"|/etc/alternatives/php-fpm\.sock|/var/lib/dpkg/alternatives/php-fpm\.sock")


def take(host):
    """The state of the host now."""
    result = host.run(["python3", "-I", "-"], PROGRAM)
    if result.status != 0:
        raise HostError(f"no snapshot could be taken: {result}")
    return json.loads(result.stdout)


def shown(path):
    """A path for a person."""
    return path.encode("utf-8", "backslashreplace").decode()


def value(record, field):
    """A field of a record for a person."""
    return f"{record['mode']:04o}" if field == "mode" else str(record[field])


def differences(before, after, fields, aside=None, volatile=LOGS):
    """What differs, as sentences. Of `volatile` paths content is not compared."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        if aside and aside.fullmatch(path):
            continue
        old, new = before.get(path), after.get(path)
        if old is None or new is None:
            found.append(f"{shown(path)} {'appeared' if old is None else 'is gone'}")
            continue
        for field in fields:
            if field in ("content", "times") and volatile.match(path):
                continue
            if old[field] != new[field]:
                found.append(f"{shown(path)} {field} {value(old, field)} -> {value(new, field)}")
    return found


def touched(before, after):
    """What differs at all: even a file that came and went leaves a time."""
    return differences(before, after, FIELDS) or differences(before, after, ("times",))


def changed(before, after):
    """What differs after a rollback, services having been restarted meanwhile."""
    volatile = re.compile("|".join(kind.pattern for kind in (LOGS, PID_FILES, UTMP, ALTERNATIVE)))
    return differences(before, after, FIELDS, ASIDE, volatile)


def widened(before, after):
    """The `other` permissions that were gained, as sentences."""
    found = []
    for path, new in sorted(after.items()):
        old = before.get(path)
        if stat.S_ISLNK(new["type"]):
            continue
        if old is None and not (stat.S_ISDIR(new["type"]) or stat.S_ISSOCK(new["type"])):
            continue
        allowed = old["mode"] & 0o7 if old else 0
        if new["mode"] & 0o7 & ~allowed:
            was = f"{old['mode']:04o}" if old else "new"
            found.append(f"{shown(path)} {was} -> {new['mode']:04o}")
    return found


def changed_past_boot(before, applied, after):
    """As `changed` where the host was booted anew meanwhile. What is in memory was made anew: of that, only what the apply had changed, and
    the boot has made again, must be as before.
    """
    def counts(path):
        return not IN_MEMORY.match(path) or (
            path in before and path in after and
            (path not in applied or any(before[path][field] != applied[path][field] for field in FIELDS)))

    return changed(*({path: record for path, record in state.items() if counts(path)} for state in (before, after)))
