# SPDX-License-Identifier: MIT
"""Flows: what a person or a script does with permfix, each on a fresh broken host. Closes with `N passed, N failed, N skipped`."""

import json
import os
import pty
import select
import subprocess
import sys
import time
import traceback

import snapshot
from paths import BUILD, TESTS
from host import FOLDER, Base
from sandbox import Sandbox

PHP = next(iter(sorted(path.name for path in (BUILD / "tree/etc/php").glob("[0-9]*"))), "8.2")
SOCKET = f"/run/php/php{PHP}-fpm.sock"
POOLS = f"/etc/php/{PHP}/fpm/pool.d"
POOL = f"{POOLS}/www.conf"
URL = "http://127.0.0.1/index.php"
CASES = []


def case(broken="php-socket-group"):
    """Registers a case; `broken` is the scenario that breaks its host."""
    def register(function):
        CASES.append((function.__name__.replace("_", "-"), broken, function))
        return function
    return register


class Flow:
    """A broken host and what is done to it."""

    def __init__(self, host):
        self.host = host

    def sh(self, script, status=0):
        """Runs a script of sh(1) and checks its exit status; returns its output."""
        result = self.host.run(["sh", "-c", script])
        if status is not None and result.status != status:
            raise AssertionError(f"exit {status} expected: {result}")
        return result.stdout.decode() + result.stderr.decode()

    def permfix(self, words, status, says=""):
        """Runs permfix; checks exit status and that the output holds `says`."""
        out = self.sh(f"permfix {words}", status)
        if says not in out:
            raise AssertionError(f"permfix {words}: '{says}' expected in: {out}")
        return out

    def code(self, expected):
        """Asks nginx."""
        seen = self.sh(f"curl -s -o /dev/null -w '%{{http_code}}' {URL}")
        if seen != expected:
            raise AssertionError(f"{expected} expected, nginx answers {seen}")

    def write(self, path, text, mode=0o700):
        """A file inside."""
        self.host.install(path, text.encode(), mode)

    def unchanged(self, before):
        """Fails where anything but permfix's own state is not as it was."""
        found = snapshot.changed(before, snapshot.take(self.host))
        if found:
            raise AssertionError(f"changed: {found[:4]}")

    def snapshot(self):
        """The state now."""
        return snapshot.take(self.host)

    def transactions(self):
        """The history."""
        return json.loads(self.permfix("history --json", 0))

    def terminal(self, words, script):
        """Runs permfix on a terminal: waits for each text, then types the keys (or what the function in their place returns). Returns exit status and output."""
        master, slave = pty.openpty()
        process = subprocess.Popen(self.host.enter(["setsid", "--ctty", "--wait", "permfix", *words.split()]), stdin=slave,
                                   stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        out = b""
        for expected, keys in [*script, (None, b"")]:
            deadline = time.monotonic() + 30
            while expected is None or expected.encode() not in out:
                if time.monotonic() > deadline:
                    process.kill()
                    raise AssertionError(f"'{expected}' expected on the terminal: {out.decode()}")
                if select.select([master], [], [], 0.1)[0]:
                    try:
                        out += os.read(master, 65536)
                    except OSError:
                        break
                elif process.poll() is not None:
                    break
            os.write(master, keys() if callable(keys) else keys)
        status = process.wait()
        os.close(master)
        return status, out.decode()


def equal(expected, seen):
    """An assertion that says what was seen."""
    if expected != seen:
        raise AssertionError(f"{expected!r} expected, {seen!r} seen")


def main():
    """Runs the cases that are named, or all; exit status 0 if all hold."""
    wanted = sys.argv[1:]
    passed = failed = 0
    with Base() as base:
        for name, broken, function in CASES:
            if wanted and name not in wanted:
                continue
            try:
                with Sandbox(base) as host:
                    host.install(f"{FOLDER}/break", (TESTS / "scenarios" / broken / "break").read_bytes())
                    flow = Flow(host)
                    flow.sh(f"{FOLDER}/break")
                    function(flow)
                passed += 1
                print(f"ok   {name}", flush=True)
            except Exception as error:  # a case that breaks must not hide the others
                failed += 1
                where = traceback.extract_tb(error.__traceback__)
                line = next((s.lineno for s in where if s.name == getattr(function, "__name__", None)), "?")
                print(f"FAIL {name} (line {line}): {error}", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 0 if failed == 0 and passed else 1
