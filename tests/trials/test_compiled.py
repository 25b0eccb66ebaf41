"""The compiled `transforms` gives the rows that the Python files give; not in CI, where compiling would take minutes."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from expectations.tables import TABLES
from flows.corrections import Corrections
from flows.extraction import Extracted, extract_shard, load_reader
from flows.kept import Kept
from flows.quality import GOLDEN
from flows.score import read_gold
from flows.sources import LEXICONS, read_sources
from trials.processes import ROOT

COMPILER = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]

# A process that builds in a folder of its own, uses that build, and keeps what it extracts.
COMPILED = """
import sys
from pathlib import Path
sys.path[:0] = ["bench", "tests"]
from flows.compiled import ROOT, use_build
from make_compiled import build
folder = Path(sys.argv[1])
use_build(build(ROOT, folder / "builds") / "transforms")
from flows.kept import Kept
from transforms import ledger
from trials.test_compiled import extract_golden
assert ledger.__file__.endswith(".so"), ledger.__file__
Kept(folder).put("rows", extract_golden())
"""

pytestmark = [
    pytest.mark.skipif("CI" in os.environ, reason="compiling takes minutes: make trials"),
    pytest.mark.skipif(
        shutil.which(COMPILER) is None, reason="no C compiler on this machine: apt-get install gcc"
    ),
]


def extract_golden() -> Extracted:
    """The rows of the annotated texts that the project ships."""
    paths = [(GOLDEN / text.source).resolve() for text in read_gold(GOLDEN)]
    return extract_shard(load_reader(LEXICONS), Corrections("", ()), read_sources(paths))


def test_the_rows_are_the_same(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", COMPILED, tmp_path], cwd=ROOT, check=True)
    compiled, python = Kept(tmp_path).read("rows"), extract_golden()
    for table in TABLES:
        assert compiled.tables[table.name].equals(python.tables[table.name]), table.name
    assert python.tables["initiatives"].num_rows > 100
