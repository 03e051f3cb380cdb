# SPDX-License-Identifier: MIT
"""One scenario tried on one fresh host: what is expected, and what always holds."""

import json
import sys
import time

import document
import enforcement
import snapshot
from host import FOLDER, HostError

PAGES = ("/index.php", "/gunicorn/", "/uwsgi/", "/node/")
SERVICES = ("gunicorn", "uwsgi", "node", "php-fpm")
# After these exits of apply nothing at all was done.
NOTHING_DONE = ("6", "64", "75", "77")


class Trial:
    """Tries `scenario` on `host`; `failures` says what did not hold."""

    def __init__(self, host, scenario, verbose=False, documents=False):
        self.host, self.scenario, self.verbose, self.documents = host, scenario, verbose, documents
        self.expect = scenario.expect
        self.failures = []

    def fail(self, words):
        """Notes what was expected and what was seen."""
        self.failures.append(words)

    def equal(self, what, expected, seen):
        """Fails unless `expected` is None or as `seen`."""
        if expected is not None and expected != seen:
            self.fail(f"{what} {expected} expected, {seen} seen")

    def none(self, what, found):
        """Fails if anything was found."""
        if found:
            more = f" and {len(found) - 4} more" if len(found) > 4 else ""
            self.fail(f"{what}: {', '.join(found[:4])}{more}")

    def run(self, *argv):
        """Runs a command on the host, in words if so asked."""
        result = self.host.run(argv)
        if self.verbose:
            sys.stderr.write(f"--- {self.scenario.name}\n{result}\n")
        return result

    def request(self, path):
        """The code that nginx answers on a path."""
        return self.run("curl", "--silent", "--globoff", "--path-as-is", "--output", "/dev/null",
                        "--max-time", "75", "--write-out", "%{http_code}",
                        "http://127.0.0.1" + path).stdout.decode()

    def break_host(self):
        """The fault, and the code before; False if the fault could not be made."""
        for page in PAGES:
            code = self.request(page)
            if code != "200":
                raise HostError(f"the healthy host answers {code} to {page}")
        self.install()
        result = self.run(f"{FOLDER}/break")
        if result.status != 0:
            self.fail(f"break exits {result.status}: {said(result)}")
            return False
        if self.expect.before is not None:
            self.equal("before", self.expect.before, self.request(self.scenario.request))
        return True

    def install(self):
        """The files of the scenario, inside."""
        for name, path in self.scenario.files.items():
            self.host.install(f"{FOLDER}/{name}", path.read_bytes())

    # --- plan -----------------------------------------------------------------

    def plan(self):
        """The plan, by its exit status and as JSON (empty if it is none)."""
        text = self.run("permfix", "plan", *self.expect.args)
        result = self.run("permfix", "plan", "--json", *self.expect.args)
        if text.status != result.status:
            self.fail(f"plan exits {text.status}, with --json {result.status}")
        try:
            plan = json.loads(result.stdout)
            if plan["schema"] != "permfix.plan/v1":
                raise KeyError("another schema")
            if self.documents:
                for wrong in document.form(plan) + document.digest(self.host, result.stdout):
                    self.fail(wrong)
        except (ValueError, KeyError, TypeError) as error:
            self.fail(f"plan --json (exit {result.status}) is no plan: {error!r} {said(result)}")
            plan = {"upstreams": [], "steps": []}
        return str(result.status), plan

    def check_plan(self):
        """The first plan, as expected and without a trace on the host."""
        self.broken = snapshot.take(self.host)
        status, plan = self.plan()
        self.none("plan changed", snapshot.touched(self.broken, snapshot.take(self.host)))
        self.equal("plan", self.expect.plan, status)
        self.document = plan
        if self.documents:
            for wrong in document.replay(self.host, self.expect.args, status, plan):
                self.fail(wrong)
        causes = {cause for upstream in plan["upstreams"] for cause in upstream["causes"]}
        kinds = {step["kind"] for step in plan["steps"]}
        rules = {refusal["rule"] for upstream in plan["upstreams"]
                 for refusal in upstream["refused"]}
        if self.expect.cause:
            self.equal("cause", words(self.expect.cause), words(causes))
        for name, wanted, seen in (("step", self.expect.step, kinds),
                                   ("refused", self.expect.refused, rules)):
            if set(wanted) - seen:
                self.fail(f"{name} {words(wanted)} expected, {words(seen)} seen")
        self.none("no-step", sorted(set(self.expect.no_step) & kinds))

    # --- apply ----------------------------------------------------------------

    def transactions(self):
        """The ids of the transactions in the history."""
        result = self.run("permfix", "history", "--json")
        try:
            entries = json.loads(result.stdout)
            if isinstance(entries, dict):
                entries = entries["transactions"]
            return [entry["id"] for entry in entries]
        except (ValueError, KeyError, TypeError) as error:
            self.fail(f"history --json (exit {result.status}): {error!r}")
            return []

    def apply(self):
        """Applies, and holds what holds after an apply."""
        enforced = enforcement.take(self.host)
        known = self.transactions()
        status = str(self.run("permfix", "apply", "--yes", *self.expect.args).status)
        self.equal("apply", self.expect.apply, status)
        self.applied = snapshot.take(self.host)
        self.none("gains an `other` permission", snapshot.widened(self.broken, self.applied))
        self.none("enforcement weakened",
                  enforcement.weakened(enforced, enforcement.take(self.host)))
        self.check_after("after")
        if "verify" in self.scenario.files:
            result = self.run(f"{FOLDER}/verify")
            if result.status != 0:
                self.fail(f"verify exits {result.status}: {said(result)}")
        if status == "0":
            self.again(known)
        elif status in NOTHING_DONE:
            self.none(f"apply exits {status}, but changed",
                      snapshot.changed(self.broken, self.applied))

    def check_after(self, when):
        """The code after the apply."""
        if self.expect.after is not None:
            self.equal(when, self.expect.after, self.request(self.scenario.request))

    def again(self, known):
        """After an apply that exits 0: it stays cured, and can be taken back."""
        self.equal("second plan", "0", self.plan()[0])
        for service in self.services():
            result = self.run("svc", "restart", service)
            if result.status != 0:
                self.fail(f"svc restart {service}: {said(result)}")
        self.equal("plan after a restart", "0", self.plan()[0])
        self.check_after("after a restart:")
        if self.expect.reboot and self.host.reboots:
            self.rebooted()
        for _ in [tx for tx in self.transactions() if tx not in known]:
            result = self.run("permfix", "rollback", "--yes")
            self.equal("rollback", 0, result.status)
        now = snapshot.take(self.host)
        if self.expect.reboot and self.host.reboots:
            self.none("rollback after a reboot left", snapshot.changed_past_boot(self.broken, self.applied, now))
        else:
            self.none("rollback left", snapshot.changed(self.broken, now))

    def rebooted(self):
        """After a reboot it is still cured."""
        self.host.reboot()
        self.install()
        if self.expect.after is not None:
            # A server whose unit does not tell when it listens is given the time to.
            self.until(lambda: self.request(self.scenario.request) == self.expect.after)
        self.check_after("after a reboot:")
        self.equal("plan after a reboot", "0", self.plan()[0])

    @staticmethod
    def until(holds):
        """Waits until it holds, for ten seconds at the most."""
        end = time.monotonic() + 10
        while not holds() and time.monotonic() < end:
            time.sleep(0.1)

    def services(self):
        """The services behind the upstreams that were at fault, and the request."""
        found = {service for service in SERVICES
                 if self.scenario.request.startswith(f"/{service}/")} or {"php-fpm"}
        for upstream in self.document["upstreams"]:
            kind = (upstream.get("server") or {}).get("kind")
            if upstream["causes"] and kind in SERVICES:
                found.add(kind)
        return sorted(found)

    # --- all of it --------------------------------------------------------------

    def all(self, permfix=True):
        """Everything in its order; returns the failures."""
        if not self.break_host() or not permfix:
            return self.failures
        self.check_plan()
        wants_apply = self.expect.apply is not None or self.expect.after is not None
        if wants_apply or "verify" in self.scenario.files:
            self.apply()
        return self.failures


def said(result):
    """What a command said of its failure."""
    return (result.stderr or result.stdout).decode(errors="replace").strip()


def words(names):
    """A set of words in a fixed order."""
    return " ".join(sorted(set(names))) or "(none)"
