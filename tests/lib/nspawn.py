# SPDX-License-Identifier: MIT
"""One throw-away healthy host with a real systemd, in systemd-nspawn over build/tree."""

import os
import pathlib
import subprocess
import time

from host import Host, HostError, children

NAMESPACES = ("--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup")
PREFIX = "permfix-test"
# A boot takes about two seconds; on a busy machine it may take its time.
PATIENCE = 120
# Whatever is inside is in a cgroup of no unit, as far as the systemd there is concerned.
ENTER = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo 0 > "$1" || exit; shift; n=$((n - 1)); done; exec "$@"'
# Type=simple: systemd does not know when it listens.
NODE = "! systemctl --quiet is-active node-app.service || svc start node"


def mounted():
    """Where the hierarchies are that systemd uses: (its name in /proc/PID/cgroup, mount point, what of it is mounted)."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        words, _, rest = line.partition(" - ")
        kind, _, options = rest.split(" ", 2)
        if kind == "cgroup2":
            name = ""
        elif kind == "cgroup" and "name=systemd" in options.split(","):
            name = "name=systemd"
        else:
            continue
        root, point = words.split()[3:5]
        yield name, point, root


def own_cgroups():
    """The directories of the cgroups that this process is in, one for each hierarchy that systemd uses."""
    own = dict(line.split(":", 2)[1:] for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines())
    found = {}
    for name, point, root in mounted():
        path = own.get(name)
        if path is None or not os.path.isdir(point):
            continue
        if root != "/" and (path + "/").startswith(root.rstrip("/") + "/"):
            path = path[len(root.rstrip("/")):]
        found.setdefault(name, pathlib.Path(point, path.lstrip("/")))
    if not found:
        raise HostError("systemd needs a cgroup file system, and none is mounted")
    return list(found.values())


def remove(cgroup):
    """Removes a cgroup and all beneath it; what still lives there stays."""
    for directory, _, _ in os.walk(cgroup, topdown=False):
        try:
            os.rmdir(directory)
        except OSError:
            pass


def remove_cgroups_of_the_dead(parents):
    """Removes what runs that were killed have left."""
    for parent in parents:
        for cgroup in parent.glob(f"{PREFIX}.*.*"):
            if not os.path.exists(f"/proc/{cgroup.name.split('.')[1]}"):
                remove(cgroup)


class Nspawn(Host):
    """A healthy host with systemd. `pid` is its systemd, and another after a reboot."""

    init = "nspawn-init"
    namespaces = ("--mount", "--pid")
    reboots = True
    pid = None

    def _start(self):
        parents = own_cgroups()
        remove_cgroups_of_the_dead(parents)
        # The number in the name is of who removes it; nobody does where the host is kept.
        owner = "kept" if self.keep else os.getpid()
        name = f"{PREFIX}.{owner}.{time.time_ns()}"
        self._cgroups = [parent / name for parent in parents]
        try:
            for cgroup in self._cgroups:
                cgroup.mkdir()
        except OSError as error:
            raise HostError(f"systemd needs a cgroup of its own: {error}") from None
        self._spawn(":".join(map(str, self._cgroups)), *(["forever"] if self.keep else []))
        self._wait("running")

    def _stop(self):
        super()._stop()
        for cgroup in getattr(self, "_cgroups", []):
            remove(cgroup)

    def _leader(self):
        """The first process of the container; None while there is none."""
        for init in children(self._process.pid):
            for boot in children(init):
                for pid in children(boot):
                    try:
                        if pathlib.Path(f"/proc/{pid}/comm").read_text() == "systemd\n":
                            return pid
                    except OSError:  # it ended meanwhile
                        pass
        return None

    def _wait(self, *states):
        """Waits until a systemd that is not the last one has done its boot, and its state is one of these."""
        last, end, state = self.pid, time.monotonic() + PATIENCE, "none"
        while state not in states:
            if self._process.poll() is not None:
                raise self._failed()
            if time.monotonic() > end:
                raise HostError(f"systemd does not come up: {state}")
            time.sleep(0.05)
            leader = self._leader()
            if leader and leader != last:
                state = self._state(leader, end - time.monotonic())
        if self.run(["sh", "-c", NODE]).status != 0 and states == ("running",):
            raise HostError("the Node application does not come up")

    def _state(self, leader, patience):
        """Takes `leader` for the host, and says in which state its systemd is once its boot is done."""
        self.pid = leader
        self._entry = []
        for cgroup in self._cgroups:
            path = cgroup / "payload" / "test"
            try:
                path.mkdir(exist_ok=True)
            except OSError:  # not there yet
                return "none"
            self._entry.append(path / "cgroup.procs")
        return self.run(["systemctl", "is-system-running", "--wait"], timeout=patience).stdout.decode().strip()

    def _way_in(self):
        return ["sh", "-c", ENTER, "sh", str(len(self._entry)), *map(str, self._entry),
                "nsenter", *NAMESPACES, "--target", str(self.pid), "--"]

    def reboot(self):
        """Boots anew, as `reboot` typed inside does: what is in memory is gone, what is on disk stays."""
        subprocess.run(self.enter(["systemctl", "reboot"]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait("running", "degraded")
