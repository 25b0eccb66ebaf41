"""A build of `transforms` is used where it belongs to the sources, and nowhere else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import transforms
from flows.compiled import SWITCH, build_path, find_build, use_build
from flows.provenance import fingerprint_extractor

ROOT = Path(__file__).parent.parent

# A process that has a build of one module; it tells from where two are imported, and the extractor's fingerprint.
USING = """
import sys
from pathlib import Path
from flows.compiled import use_build
use_build(Path(sys.argv[1]))
import transforms.found, transforms.kinds
from flows.provenance import fingerprint_extractor
print(transforms.found.__file__, transforms.kinds.__file__, fingerprint_extractor({}), sep="\\n")
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sources that a build is made of, in which builds may be used."""
    monkeypatch.delenv(SWITCH)
    for package in ("expectations", "transforms"):
        shutil.copytree(ROOT / package, tmp_path / package)
    return tmp_path


@pytest.fixture
def build(root: Path) -> Path:
    """The folder of a build of these sources, as it looks from outside."""
    folder = build_path(root, root / ".compiled") / "transforms"
    folder.mkdir(parents=True)
    return folder


def found_in(root: Path) -> Path | None:
    return find_build(root, root / ".compiled")


def test_without_a_build_there_is_none(root: Path) -> None:
    assert found_in(root) is None
    (root / ".compiled").mkdir()
    assert found_in(root) is None


def test_a_build_of_the_sources_is_found(root: Path, build: Path) -> None:
    assert found_in(root) == build


@pytest.mark.parametrize("name", ["transforms/kinds.py", "expectations/tables.py"])
def test_a_build_of_other_sources_is_not(root: Path, build: Path, name: str) -> None:
    source = root / name
    text = source.read_text(encoding="utf-8")
    source.write_text(text + "\n", encoding="utf-8")
    assert found_in(root) is None
    source.write_text(text, encoding="utf-8")
    assert found_in(root) == build


def test_nor_where_a_source_came_or_went_or_has_another_name(root: Path, build: Path) -> None:
    new = root / "transforms" / "new.py"
    new.touch()
    assert found_in(root) is None
    new.unlink()
    (root / "transforms" / "kinds.py").rename(root / "transforms" / "sorts.py")
    assert found_in(root) is None


def test_the_variable_keeps_to_python(
    root: Path, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "off")
    assert found_in(root) is None


def test_tests_are_of_the_python_files() -> None:
    assert find_build() is None
    assert list(transforms.__path__) == [str(ROOT / "transforms")]


def test_what_has_been_imported_is_not_mixed_with_a_build(build: Path) -> None:
    assert fingerprint_extractor({})  # So some of `transforms` has been imported.
    use_build(build)
    assert list(transforms.__path__) == [str(ROOT / "transforms")]


def test_modules_come_from_the_build_and_the_fingerprint_stays(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ROOT / "transforms" / "found.py", build)
    # Not that of this checkout, if it has one.
    monkeypatch.setenv(SWITCH, "off")
    told = subprocess.run(
        [sys.executable, "-c", USING, build], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines() == [
        str(build / "found.py"),
        str(ROOT / "transforms" / "kinds.py"),
        fingerprint_extractor({}),
    ]


def test_mypyc_and_the_compiler_accept_all_modules() -> None:
    command = [sys.executable, "bench/make_compiled.py", "--check"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
