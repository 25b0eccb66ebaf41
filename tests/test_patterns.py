"""No text makes a pattern explode: every pattern of the lexicons and of the code is looked through as an automaton."""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from ambiguity import explodes

from flows.sources import read_lexicons
from transforms.extract import Extractor
from transforms.lexicon import Lexicon
from transforms.parsing import parse
from transforms.source import Source

ROOT = Path(__file__).parent.parent
PACKAGES = ("transforms", "flows", "expectations")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(?:要|必须)*", False),
        ("(?:要|要好|好)*", True),
        ("(?:要好?|好)*", True),
        ("(?:要|要好|好)*+", False),
        ("(?:要|要好|好){0,3}", False),
        ("(?:要+好)*", False),
        ("(?:要*好?)*", True),
        ("(?:[^，]{0,9}会|了)*", True),
        ("(?:会+)+", True),
        ("(?:会|会议?)*", True),
        (r"(?:\d|[^0-9])+", False),
        ("《[^《》]*(?:《[^《》]*》[^《》]*)*》", False),
        ("([一-龥]{1,6}·)+", False),
    ],
)
def test_what_explodes(pattern: str, expected: bool) -> None:
    assert explodes(re.compile(pattern)) is expected


def _of_modules() -> Iterator[re.Pattern[str]]:
    """What modules have compiled when they were loaded."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES and isinstance(module, ModuleType):
            for value in vars(module).values():
                for one in value.values() if isinstance(value, Mapping) else [value]:
                    if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                        yield one


def _is_ours(depth: int) -> bool:
    """Whether a function of the project stands near the top of the stack."""
    frame = sys._getframe(depth)
    for _ in range(6):
        if any(f"{ROOT}/{package}/" in frame.f_code.co_filename for package in PACKAGES):
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


@pytest.fixture
def patterns(monkeypatch: pytest.MonkeyPatch) -> list[re.Pattern[str]]:
    """Every pattern that is compiled to load the project, to build its extractor and to read its own texts."""
    found = list(_of_modules())
    compile_one = re._compile  # type: ignore[attr-defined]

    def compile_and_keep(pattern: object, flags: int) -> re.Pattern[str]:
        compiled: re.Pattern[str] = compile_one(pattern, flags)
        if isinstance(compiled.pattern, str) and _is_ours(2):
            found.append(compiled)
        return compiled

    monkeypatch.setattr(re, "_compile", compile_and_keep)
    extractor = Extractor(Lexicon(read_lexicons()))
    for path in sorted((ROOT / "tests" / "golden" / "texts").glob("*.txt")):
        extractor.extract(Source(path.name, path.read_bytes()))
    parse("<p>会议</p>".encode(), "text/html")
    return list({(one.pattern, one.flags): one for one in found}.values())


def test_no_pattern_explodes(patterns: list[re.Pattern[str]]) -> None:
    assert len(patterns) > 400
    found = [one.pattern[:300] for one in patterns if explodes(one)]
    assert found == [], "bound its repetition, {0,4}, or give nothing of it back, *+"
