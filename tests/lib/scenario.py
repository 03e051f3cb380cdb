# SPDX-License-Identifier: MIT
"""A scenario folder, read and checked."""

import dataclasses
import os
import pathlib

import expect
from expect import ScenarioError

RUNNERS = ("sandbox", "systemd", "selinux", "apparmor")


@dataclasses.dataclass
class Scenario:
    """One folder; `files` are all of its files, by name."""

    name: str
    about: str
    runners: list
    request: str
    expect: expect.Expect
    files: dict


def one_line(folder, name):
    """The one line of a file."""
    lines = text(folder, name).splitlines()
    if len(lines) != 1 or not lines[0].strip():
        raise ScenarioError(f"{folder / name}: must be one line")
    return lines[0]


def text(folder, name):
    """The text of a file."""
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(f"{folder / name}: is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{folder / name}: {error}") from None


def runners(folder):
    """The words of `on`."""
    words = text(folder, "on").split()
    for word in words:
        if word not in RUNNERS:
            raise ScenarioError(f"{folder / 'on'}: unknown word '{word}'")
    if not words:
        raise ScenarioError(f"{folder / 'on'}: is empty")
    return words


def programs(folder):
    """The files of the folder, by name; its programs must be executable."""
    files = {path.name: path for path in folder.iterdir() if path.is_file()}
    if "break" not in files:
        raise ScenarioError(f"{folder / 'break'}: is missing")
    for name in ("break", "verify"):
        if name in files and not os.access(files[name], os.X_OK):
            raise ScenarioError(f"{folder / name}: is not executable")
    return files


def load(path):
    """The Scenario of a folder; ScenarioError says what is wrong with it."""
    folder = pathlib.Path(path)
    if not folder.is_dir():
        raise ScenarioError(f"{folder}: is not a folder")
    request = one_line(folder, "request")
    if not request.startswith("/"):
        raise ScenarioError(f"{folder / 'request'}: must start with '/'")
    return Scenario(
        name=folder.resolve().name,
        about=one_line(folder, "about"),
        runners=runners(folder),
        request=request,
        expect=expect.parse(text(folder, "expect"), folder / "expect"),
        files=programs(folder))
