"""Modules that are loaded at their first use, and are themselves from then on."""

import subprocess
import sys
from pathlib import Path

import pytest

from expectations.later import load_later

NAME = "a_module_for_later"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text("loaded = True\n")
    (folder / "part.py").write_text(f"from {NAME} import loaded\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in (NAME, f"{NAME}.part"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    "use",
    [
        f"import {NAME} as it; assert it.loaded",
        f"from {NAME} import loaded; assert loaded",
        f"import {NAME}.part as part; assert part.loaded",
        f"from {NAME} import part; assert part.loaded",
    ],
)
def test_it_is_loaded_at_its_first_use(use: str) -> None:
    load_later(NAME)
    later = sys.modules[NAME]
    exec(f"import {NAME}", {})
    assert sys.modules[NAME] is later
    assert not hasattr(later, "__file__")
    exec(use, {})
    assert sys.modules[NAME] is not later
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        exec(f"import {NAME}; {NAME}.nothing_of_the_kind", {})


@pytest.mark.usefixtures("package")
def test_what_is_loaded_stays() -> None:
    exec(f"import {NAME}", {})
    loaded = sys.modules[NAME]
    load_later(NAME)
    assert sys.modules[NAME] is loaded


def test_validating_loads_neither_distributions_nor_drawings() -> None:
    code = (
        "from sample import DIVISION_CODES, sample_tables\n"
        "from expectations.suites import validate\n"
        "assert validate([sample_tables()], DIVISION_CODES, None).is_sound\n"
        "import sys\n"
        "print(*sorted({'scipy.stats._stats_py', 'altair.vegalite', 'great_expectations'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert ran.stdout.split() == ["great_expectations"], ran.stderr
