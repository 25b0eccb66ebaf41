"""No text makes a pattern explode, nor cost more than the square of a sentence's length: each is looked through."""

import importlib
import re
import resource
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from ambiguity import explodes, power, round_trips
from killed import apart

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


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("要抓好", 1),
        ("要[^，]*落实", 2),
        ("^要[^，]*落实", 1),
        ("^(?:要|会)[^，]*落实|^会", 1),
        ("(?:^要|会)[^，]*落实", 2),
        ("[^，]*[^。]*落实", 3),
        ("[^，]*+[^。]*落实", 2),
        ("^[一二三百]+[百千万]*[百万亿]*元", 3),
        ("^[一二三百]{1,9}[百千万]{0,4}[百万亿]*元", 1),
        ("^会(?: *> *){1,6}$", 6),
        ("^会(?: *> *+){1,6}$", 1),
        ("《[^《》]*(?:《[^《》]*》[^《》]*)*》", 1),
    ],
)
def test_what_a_pattern_costs(pattern: str, expected: int) -> None:
    assert power(re.compile(pattern)) == expected


def _of_modules() -> Iterator[re.Pattern[str]]:
    """What the project's modules, all of them, compile when they are loaded."""
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).glob("*.py")):
        module = importlib.import_module(f"{path.parent.name}.{path.stem}")
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


@pytest.fixture(scope="module")
def patterns() -> list[re.Pattern[str]]:
    """Every pattern that is compiled to load the project, to build its extractor and to read its own texts."""
    found = list(_of_modules())
    compile_one = re._compile  # type: ignore[attr-defined]

    def compile_and_keep(pattern: object, flags: int) -> re.Pattern[str]:
        compiled: re.Pattern[str] = compile_one(pattern, flags)
        if isinstance(compiled.pattern, str) and _is_ours(2):
            found.append(compiled)
        return compiled

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(re, "_compile", compile_and_keep)
        extractor = Extractor(Lexicon(read_lexicons()))
        for path in sorted((ROOT / "tests" / "golden" / "texts").glob("*.txt")):
            extractor.extract(Source(path.name, path.read_bytes()))
        parse("<p>会议</p>".encode(), "text/html")
    return list({(one.pattern, one.flags): one for one in found}.values())


def test_no_pattern_explodes(patterns: list[re.Pattern[str]]) -> None:
    assert len(patterns) > 400
    found = [one.pattern[:300] for one in patterns if explodes(one)]
    assert found == [], "bound its repetition, {0,4}, or give nothing of it back, *+"


def test_no_pattern_costs_more_than_the_square_of_a_sentence(
    patterns: list[re.Pattern[str]],
) -> None:
    powers = {one.pattern[:300]: power(one) for one in patterns}
    found = [pattern for pattern, n in powers.items() if n > 2]
    assert found == [], "bound all but one of its repetitions, {0,4}, or give nothing back, *+"
    assert sum(n == 1 for n in powers.values()) > 0.7 * len(powers)


LENGTH, ENDS, SECONDS = 1_000, ("", "◇", "。"), 12
"""The longest sentence, of 5,000 characters, costs at most 25 times as much, as no pattern costs more than its square: a
few minutes of CPU time for all patterns together.
"""


def adversarial(pattern: re.Pattern[str]) -> list[str]:
    """Texts that lead into each loop of a pattern, round in it to the end, and then out of what it matches."""
    return [
        before + word * ((LENGTH - len(before)) // len(word)) + end
        for before, word in round_trips(pattern)
        for end in ENDS
    ]


def test_a_text_goes_round_in_each_loop() -> None:
    [text, *_] = adversarial(re.compile("^会(?:议[^，。]{0,3}，)+落实"))
    assert len(text) > 0.99 * LENGTH
    assert re.match("^会(?:议，)+议?$", text)


def test_adversarial_sentences_cost_seconds_altogether(patterns: list[re.Pattern[str]]) -> None:
    asked = [(one, adversarial(one)) for one in patterns]
    assert sum(len(texts) for _, texts in asked) > 500

    def look() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        for pattern, texts in asked:
            for text in texts:
                pattern.search(text)

    assert apart(look) == 0, f"they took more than {SECONDS} seconds of CPU time"
