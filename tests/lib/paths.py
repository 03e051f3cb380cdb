# SPDX-License-Identifier: MIT
"""Where things are in the repository."""

import pathlib

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
BUILD = ROOT / "build"
