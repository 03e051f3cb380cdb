# SPDX-License-Identifier: MIT
"""Prints the state of the watched trees as JSON: path -> what it is.

Runs inside the test host, from standard input, with nothing but the standard
library. Watched is everything but the kernel's file systems and what packages
alone write; of /usr the places that administrators use are watched.
"""

import hashlib
import json
import os
import stat
import sys

SKIPPED = {"/proc", "/sys", "/dev", "/usr"}
ALSO = ("/usr/local", "/usr/lib/tmpfiles.d", "/usr/lib/systemd/system")


def attributes(path):
    """Extended attributes, POSIX ACLs and labels among them."""
    names = os.listxattr(path, follow_symlinks=False)
    return {name: os.getxattr(path, name, follow_symlinks=False).hex()
            for name in sorted(names)}


def content(path, status):
    """What it holds: digest, target or device number."""
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(path)
    return str(status.st_rdev)


def times(status):
    """When it was changed. On an overlay a directory's ctime says nothing: it
    moves when something beneath is first written to.
    """
    if stat.S_ISDIR(status.st_mode):
        return str(status.st_mtime_ns)
    return f"{status.st_mtime_ns} {status.st_ctime_ns}"


def state(path):
    """The record of one path."""
    status = os.lstat(path)
    return {
        "type": stat.S_IFMT(status.st_mode),
        "mode": stat.S_IMODE(status.st_mode),
        "owner": f"{status.st_uid}:{status.st_gid}",
        "content": content(path, status),
        "xattrs": attributes(path),
        "times": times(status),
    }


def walk(top, found):
    """Adds `top` and all beneath it to `found`; what vanishes meanwhile is not there."""
    try:
        found[top] = state(top)
        if not stat.S_ISDIR(found[top]["type"]):
            return
        for name in os.listdir(top):
            path = os.path.join(top, name)
            if path not in SKIPPED:
                walk(path, found)
    except FileNotFoundError:
        pass


result = {}
for tree in ("/", *ALSO):
    walk(tree, result)
json.dump(result, sys.stdout)
