# SPDX-License-Identifier: MIT
"""What all kinds of test hosts have in common: the tree beneath, permfix staged, commands inside."""

import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from paths import BUILD, ROOT, TESTS

ENVIRONMENT = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL=C.UTF-8",
    "HOME=/root",
]
# Where the files of a scenario are inside: not watched, and gone with the host.
FOLDER = "/dev/shm/scenario"


class HostError(Exception):
    """The test host itself, not what is tested in it, did not work."""


class Result:
    """What a command inside left: exit status (negative: signal) and output."""

    def __init__(self, argv, status, stdout, stderr):
        self.argv, self.status = argv, status
        self.stdout, self.stderr = stdout, stderr

    def __str__(self):
        words = [f"$ {' '.join(self.argv)}  -> {self.status}"]
        for text in (self.stdout, self.stderr):
            if text.strip():
                words.append(text.decode("utf-8", "backslashreplace").rstrip())
        return "\n".join(words)


class Base:
    """What all hosts of one run share: the tree, locked, and permfix staged.

    Use as a context manager. The stage is a second lower layer of the overlay
    with the permfix of the directory `build` where `make install` puts it; it is
    empty if that is None, and is left behind with `keep`, for hosts that go on.
    """

    def __init__(self, build=BUILD, keep=False):
        self.build, self.keep = build, keep

    def __enter__(self):
        if os.geteuid() != 0:
            raise HostError("must run as root")
        if subprocess.run([TESTS / "tree"], stdout=2).returncode != 0:
            raise HostError("the tree of the test host could not be built")
        self._lock = open(BUILD / "tree.lock", "w")
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        (BUILD / "sandbox").mkdir(exist_ok=True)
        remove_stages_of_the_dead()
        prefix = "kept." if self.keep else f"stage.{os.getpid()}."
        self.stage = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=BUILD))
        self.stage.chmod(0o755)
        if self.build:
            stage_permfix(self.build, self.stage)
        return self

    def __exit__(self, *_):
        if not self.keep:
            shutil.rmtree(self.stage, ignore_errors=True)
        self._lock.close()


def remove_stages_of_the_dead():
    """Removes what runs that were killed have left."""
    for stage in BUILD.glob("stage.*.*"):
        if not os.path.exists(f"/proc/{stage.name.split('.')[1]}"):
            shutil.rmtree(stage, ignore_errors=True)


def stage_permfix(build, stage):
    """Installs permfix into `stage`, by the Makefile where it can."""
    program = build / "permfix"
    if not program.is_file():
        raise HostError(f"{program} is not there: run 'make' first")
    if build == BUILD and makefile_installs():
        made = subprocess.run(
            ["make", "--silent", "install", f"DESTDIR={stage}", "PREFIX=/usr"],
            cwd=ROOT, umask=0o022, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode != 0:
            raise HostError("make install failed:\n" + made.stdout.decode())
        return
    install(program, stage / "usr/bin")
    for helper in sorted(build.glob("permfix-*")):
        if helper.is_file() and os.access(helper, os.X_OK):
            install(helper, stage / "usr/libexec/permfix")


def makefile_installs():
    """Whether the Makefile knows the target `install`."""
    try:
        lines = (ROOT / "Makefile").read_text().splitlines()
    except FileNotFoundError:
        return False
    return any(line.startswith("install:") for line in lines)


def install(program, directory):
    """Copies a program to `directory`, as install(1) would."""
    subprocess.run(["install", "-D", "-m", "0755", "-t", directory, program],
                   check=True, umask=0o022)


class Host:
    """A running healthy host; a context manager that ends it (unless `keep`).

    A kind of host says how it comes up (`_start`) and how a command gets
    inside (`_way_in`). `pid` is a process inside; the host ends with it.
    """

    init = None       # the program of tests/lib that is the host's first process
    namespaces = ()   # what unshare(1) gives it
    reboots = False   # whether `reboot` is there

    def __init__(self, base, keep=False):
        self.base, self.keep = base, keep

    def __enter__(self):
        self._errors = tempfile.TemporaryFile()
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_):
        if not self.keep:
            self._stop()

    def _spawn(self, *words):
        """Starts the first process, which ends when its standard input does."""
        argv = [TESTS / "lib" / self.init, "tree", self.base.stage.name, "sandbox", *words]
        self._process = subprocess.Popen(
            ["unshare", *self.namespaces, "--fork", "--kill-child", "--propagation", "private", "--", *argv],
            cwd=BUILD, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors)

    def _failed(self):
        """The HostError for a host that does not come up, with the words of its first process."""
        self._errors.seek(0)
        return HostError("the healthy host does not come up: " + self._errors.read().decode(errors="replace").strip())

    def _stop(self):
        """Ends the host; harmless where it never came up."""
        if not hasattr(self, "_process"):
            return
        self._process.stdin.close()
        try:
            # A break may have left processes that the end of the first one kills.
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()

    def enter(self, argv):
        """The command that runs `argv` inside, in the environment of `break`."""
        return [*self._way_in(), "env", "-i", *ENVIRONMENT, *map(str, argv)]

    def run(self, argv, stdin=None, timeout=120):
        """Runs `argv` inside as root, in /; returns its Result.

        Output goes through files, not pipes: a service that was started by the
        command may keep them open for as long as it lives.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, \
             tempfile.TemporaryFile() as inp:
            inp.write(stdin or b"")
            inp.seek(0)
            process = subprocess.Popen(self.enter(argv), stdin=inp, stdout=out,
                                       stderr=err, start_new_session=True)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                status = "timeout"
            out.seek(0)
            err.seek(0)
            return Result([str(word) for word in argv], status, out.read(), err.read())

    def install(self, path, content, mode=0o700):
        """Writes a file inside."""
        script = 'umask 077; mkdir -p "${1%/*}"; cat > "$1"; chmod "$2" "$1"'
        self.run(["sh", "-c", script, "sh", path, f"{mode:o}"], content)

    def interactive(self, argv):
        """Runs `argv` inside on this terminal (or what there is); its status."""
        return subprocess.run(self.enter(argv)).returncode


def children(pid):
    """The processes that a process has started, by number."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:  # it ended meanwhile
            pass
    return found
