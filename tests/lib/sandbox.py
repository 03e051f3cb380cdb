# SPDX-License-Identifier: MIT
"""One throw-away healthy host in namespaces over build/tree: no systemd, its programs are started directly."""

from host import Host, children

NAMESPACES = ("--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup")


class Sandbox(Host):
    """A healthy host in a sandbox."""

    init = "sandbox-init"
    namespaces = NAMESPACES

    def _start(self):
        self._spawn(*(["forever"] if self.keep else []))
        if self._process.stdout.readline() != b"ready\n":
            self._stop()
            raise self._failed()
        self.pid = children(self._process.pid)[0]

    def _way_in(self):
        return ["nsenter", *NAMESPACES, "--target", str(self.pid), "--"]
