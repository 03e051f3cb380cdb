# SPDX-License-Identifier: MIT
"""What holds for every plan as a document: its form, its digest, and that the facts alone give it again."""

import copy
import functools
import json

from paths import ROOT

try:
    import jsonschema
except ImportError:  # the form is then held by tests/golden/run alone
    jsonschema = None

# What differs between two plans of one state: the time, and what is computed from it.
TIMES = ("created", "expires", "digest")
# With these the facts have to be taken in another way than `permfix facts` takes them.
OF_FACTS = {"--root", "--worker", "--no-probe"}
DIGEST = """plan=$(cat) && printf '%s' "$plan" | jq -r .digest &&
printf '%s' "$plan" | jq -cS 'del(.digest, .created)' | sha256sum | sed 's/ .*//; s/^/sha256:/'"""
REPLAY = """umask 077; file=/dev/shm/permfix-facts.json
permfix facts > "$file" && permfix plan --json --facts "$file" "$@"
status=$?; rm -f "$file"; exit $status"""


@functools.cache
def validator():
    """The validator of plans/plan.schema.json; None where there is no library for it."""
    if not jsonschema:
        return None
    schema = json.loads((ROOT / "plans/plan.schema.json").read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def form(plan):
    """What is wrong with the form of a plan, as sentences."""
    return [f"{error.json_path} {error.message[:80]}" for error in validator().iter_errors(plan)] if validator() else []


def digest(host, raw):
    """What is wrong with the digest of a plan, given as the bytes that were printed."""
    lines = host.run(["bash", "-c", DIGEST], raw).stdout.decode().split()
    return [] if len(lines) == 2 and lines[0] == lines[1] else [f"digest of the plan, and as jq has it: {lines}"]


def timeless(plan):
    """A plan without what depends on when it was made."""
    plan = copy.deepcopy(plan)
    for key in TIMES:
        plan.pop(key, None)
    return plan


def replay(host, args, status, plan):
    """How the plan of the facts differs from the one of the host, as sentences."""
    if OF_FACTS & set(args):
        return []
    result = host.run(["sh", "-c", REPLAY, "sh", *args])
    if str(result.status) != status:
        return [f"plan --facts exits {result.status}, not {status}: {result.stderr.decode(errors='replace').strip()}"]
    again, plan = timeless(json.loads(result.stdout)), timeless(plan)
    return [f"plan --facts: {key} {json.dumps(again.get(key))[:120]}, not {json.dumps(plan.get(key))[:120]}"
            for key in sorted(plan.keys() | again.keys()) if again.get(key) != plan.get(key)]
