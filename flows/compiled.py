"""The compiled `transforms` that `make compiled` builds, used where it was made of the sources as they are now.

The Python files are what everybody reads, changes and tests; a build of them does the same faster. It lies in a folder
named by the hash of these files, so a build of others is never found: whoever changes one runs Python again, until the
next `make compiled`.
"""

import hashlib
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import transforms

ROOT = Path(__file__).resolve().parent.parent
BUILDS = ROOT / ".compiled"
SWITCH = "HUIYI_COMPILED"
"""The environment variable that keeps to Python where it says `off`."""


def build_path(root: Path = ROOT, builds: Path = BUILDS) -> Path:
    """Where a build of the sources as they are now belongs; another Python needs another build."""
    digest = hashlib.sha256(EXTENSION_SUFFIXES[0].encode())
    for package in ("expectations", "transforms"):
        for path in sorted((root / package).glob("*.py")):
            digest.update(f"\0{package}/{path.name}\0".encode() + path.read_bytes())
    return builds / digest.hexdigest()[:16]


def find_build(root: Path = ROOT, builds: Path = BUILDS) -> Path | None:
    """The folder of compiled modules that may be used now, if there is one."""
    if os.environ.get(SWITCH) == "off" or not builds.is_dir():
        return None
    folder = build_path(root, builds) / transforms.__name__
    return folder if folder.is_dir() else None


def use_build(folder: Path | None) -> None:
    """Import the modules of `transforms` from there as far as it has them."""
    # A module that has been imported stays what it is, and compiled ones cannot do with a part of their likes.
    has_begun = any(name.startswith(f"{transforms.__name__}.") for name in sys.modules)
    if folder is not None and not has_begun:
        transforms.__path__.insert(0, str(folder))
