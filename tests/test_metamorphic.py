"""Layout is not content: a text set, written or numbered otherwise gives the same initiatives."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from layouts import Transformation, simplified, transformations

from flows.extraction import load_reader
from flows.sources import LEXICONS, SEEDS, Reject, read_sources
from transforms.extract import Extractor
from transforms.source import Rejected, Source

TESTS = Path(__file__).parent
SHARED = TESTS.parent.parent / "shared" / "gold" / "texts"
SAME = 0.99
"""The share of initiatives that must stay as they are over all texts."""
ASCII = str.maketrans("“”「」『』‘’﹁﹂。", '""""""\'\'"".')


class Read(NamedTuple):
    """A text with one paragraph a line, and its initiatives as they are compared."""

    name: str
    text: str
    initiatives: Counter[tuple[str, str, str, int]]


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return load_reader(LEXICONS).extractor


@pytest.fixture(scope="session")
def own(extractor: Extractor) -> list[Read]:
    """The texts that the project ships."""
    return list(read(extractor, [SEEDS / "documents", TESTS / "golden" / "texts"]))


@pytest.fixture(scope="session")
def shared(extractor: Extractor) -> list[Read]:
    """The annotated texts beside the repository, which may not be shipped."""
    if not SHARED.is_dir():
        pytest.skip(f"no texts in {SHARED}")
    return list(read(extractor, [SHARED]))


def read(extractor: Extractor, folders: list[Path]) -> Iterator[Read]:
    for source in read_sources(folders):
        assert not isinstance(source, Reject), str(source)
        document, *_ = extractor.extract(source).rows["documents"]
        text = document.text
        yield Read(source.path, text, initiatives(extractor, text))


def initiatives(extractor: Extractor, text: str) -> Counter[tuple[str, str, str, int]]:
    try:
        rows = extractor.extract(Source("text.txt", text.encode())).rows["initiatives"]
    except Rejected:
        return Counter()
    return Counter((usual(r.text), usual(r.verb), r.kind, r.topic) for r in rows)


def usual(words: str) -> str:
    """Words without white space, in the usual script and width."""
    squeezed = unicodedata.normalize("NFKC", "".join(words.split()))
    return simplified(squeezed).translate(ASCII)


def expect_the_same(extractor: Extractor, reads: list[Read], change: Transformation) -> None:
    same = total = 0
    shares = []
    for one in reads:
        changed = initiatives(extractor, change(one.text))
        kept = (one.initiatives & changed).total()
        of = max(one.initiatives.total(), changed.total())
        same, total = same + kept, total + of
        shares.append((kept / of if of else 1.0, f"{one.name}: {kept} of {of}"))
    assert same >= SAME * total, f"{same} of {total} are the same; the worst, {min(shares)[1]}"


@pytest.mark.parametrize("change", [pytest.param(f, id=name) for name, f in transformations()])
def test_own_texts(extractor: Extractor, own: list[Read], change: Transformation) -> None:
    expect_the_same(extractor, own, change)


@pytest.mark.parametrize("change", [pytest.param(f, id=name) for name, f in transformations()])
def test_shared_texts(extractor: Extractor, shared: list[Read], change: Transformation) -> None:
    expect_the_same(extractor, shared, change)


def test_a_mended_text_reads_like_its_source(extractor: Extractor, own: list[Read]) -> None:
    """Whatever was mended, a text set afresh with one paragraph a line has the same rows."""
    sources = [
        s
        for s in read_sources([SEEDS / "documents", TESTS / "golden" / "texts"])
        if isinstance(s, Source)
    ]
    for source, one in zip(sources, own, strict=True):
        rows = extractor.extract(source).rows["initiatives"]
        found = Counter((usual(r.text), usual(r.verb), r.kind, r.topic) for r in rows)
        assert found == one.initiatives, source.path
