# SPDX-License-Identifier: MIT
"""The grammar of a scenario's `expect` file."""

import dataclasses
import re

CODE = re.compile(r"[0-9]{3}")
EXIT = re.compile(r"[0-9]{1,3}")


class ScenarioError(Exception):
    """A scenario folder that is not one; says which file, and which line."""


@dataclasses.dataclass
class Expect:
    """What is expected; None and empty lists are not checked."""

    args: list = dataclasses.field(default_factory=list)
    before: str = None
    plan: str = None
    apply: str = None
    after: str = None
    cause: list = dataclasses.field(default_factory=list)
    step: list = dataclasses.field(default_factory=list)
    no_step: list = dataclasses.field(default_factory=list)
    refused: list = dataclasses.field(default_factory=list)
    reboot: bool = False


def one(pattern):
    """A line with exactly one word of that form, which may stand once."""
    def take(expect, field, words):
        if len(words) != 1 or not pattern.fullmatch(words[0]):
            return "needs one number"
        if getattr(expect, field) is not None:
            return "stands twice"
        setattr(expect, field, words[0])
        return None
    return take


def many(expect, field, words):
    """A line with one or more words, added to those of earlier lines."""
    if not words:
        return "needs at least one word"
    getattr(expect, field).extend(words)
    return None


def flag(expect, field, words):
    """A line of its keyword alone."""
    if words:
        return "takes no word"
    setattr(expect, field, True)
    return None


LINES = {
    "args": many,
    "before": one(CODE),
    "plan": one(EXIT),
    "apply": one(EXIT),
    "after": one(CODE),
    "cause": many,
    "step": many,
    "no-step": many,
    "refused": many,
    "reboot": flag,
}


def parse(text, name):
    """The Expect of `text`; ScenarioError names `name` and the line."""
    expect = Expect()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        keyword, *words = line.split()
        take = LINES.get(keyword)
        wrong = f"unknown word '{keyword}'" if take is None else \
            take(expect, keyword.replace("-", "_"), words)
        if wrong:
            where = "" if take is None else f"'{keyword}' "
            raise ScenarioError(f"{name}:{number}: {where}{wrong}")
    return expect
