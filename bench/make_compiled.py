"""Compile `transforms` with mypyc, for whoever reads many texts (docs/scaling.md); `flows.compiled` says when it is used.

    make compiled
    python bench/make_compiled.py --check

The modules become C and then a folder of extension modules, which is put in its place when it is whole. `--check` only
proves, in seconds, that they would compile.
"""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from mypyc.build import include_dir, mypycify
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

from flows.compiled import BUILDS, ROOT, build_path

# Not compiled: what goes from process to process (`source`), parsers of other people's, and what numpy does.
LEFT = ("__init__", "pages", "parsing", "pdf", "prefilter", "runs", "source", "topics", "word")
# A cache of its own: with other options, that of `make check` would have to be made anew.
_OPTIONS = ("--config-file=", "--cache-dir=.mypy_cache/compiled", "--ignore-missing-imports")


def to_c(root: Path, target: Path) -> list[Extension]:
    """What is compiled, translated to C there; SystemExit with its reasons where mypyc does not accept a module."""
    said = io.StringIO()
    try:
        with contextlib.chdir(root), contextlib.redirect_stdout(said):
            paths = [p for p in sorted(Path("transforms").glob("*.py")) if p.stem not in LEFT]
            return mypycify(
                [*_OPTIONS, *map(str, paths)],
                target_dir=str(target),
                group_name="transforms.compiled",
                # The last optimisations gain nothing that can be measured.
                opt_level="2",
                debug_level="0",
            )
    except SystemExit:
        reasons = [line for line in said.getvalue().splitlines() if ": warning: " not in line]
        sys.exit("\n".join(["mypyc does not accept this:", *reasons]))


def build(root: Path, builds: Path) -> Path:
    """The folder of the build, made if it is not there; all others are removed."""
    folder = build_path(root, builds)
    builds.mkdir(exist_ok=True)
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=builds) as aside:
            command = build_ext(Distribution({"ext_modules": to_c(root, Path(aside, "c"))}))
            command.build_lib, command.build_temp = f"{aside}/made", f"{aside}/objects"
            command.ensure_finalized()
            command.run()
            if build_path(root, builds) != folder:
                sys.exit("a source was changed meanwhile; start again")
            Path(aside, "made").rename(folder)
    for other in builds.iterdir():
        if other != folder:
            shutil.rmtree(other)
    return folder


def check(root: Path) -> None:
    """SystemExit where mypyc, or a C compiler if there is one, would not accept a module."""
    with tempfile.TemporaryDirectory() as aside:
        [source] = {source for source in to_c(root, Path(aside))[0].sources if "native" in source}
        if command := compiler():
            headers = [f"-I{folder}" for folder in (aside, include_dir(), _python_headers())]
            subprocess.run([command, "-fsyntax-only", "-w", *headers, source], check=True)


def compiler() -> str | None:
    """The C compiler that extension modules are built with here, if it is installed."""
    command = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    return shutil.which(command.split()[0])


def _python_headers() -> str:
    return sysconfig.get_path("include")


def main() -> None:
    """Compile, or only check."""
    if sys.argv[1:] == ["--check"]:
        check(ROOT)
    elif compiler() is None:
        sys.exit(
            "no C compiler on this machine (apt-get install gcc, xcode-select --install); nothing needs one: without, "
            "everything runs as Python"
        )
    else:
        print("Compiling, which takes some minutes …", file=sys.stderr)
        print(build(ROOT, BUILDS), file=sys.stderr)


if __name__ == "__main__":
    main()
