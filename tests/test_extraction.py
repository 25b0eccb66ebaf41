"""Documents read in turns: in their order, each as if it were read alone."""

import pytest
from lexicons import LEXICON

from flows import extraction
from flows.extraction import read_in_turns
from flows.sources import Reject
from transforms.extract import Extractor
from transforms.source import Source

EXTRACTOR = Extractor(LEXICON)
REPORTS = [
    f"{n}月8日，云溪县召开全县经济工作会议。会议强调，要加强招商引资。" for n in range(1, 10)
]


def source(path: str, text: str) -> Source:
    return Source(path, text.encode())


def test_each_document_gives_what_it_gives_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "_IN_TURNS", 4)
    sources = [source(f"{n}.txt", report) for n, report in enumerate(REPORTS)]
    read = list(read_in_turns(EXTRACTOR, iter(sources)))
    assert [found for found, _, _ in read] == sources
    assert [came for _, came, _ in read] == [EXTRACTOR.extract(one) for one in sources]
    assert all(seconds > 0 for _, _, seconds in read)


def test_what_is_rejected_keeps_its_place() -> None:
    broken = Reject("broken.pdf", None, "is no PDF")
    found = [source("a.txt", REPORTS[0]), source("empty.txt", " "), broken]
    found.append(source("b.txt", REPORTS[1]))
    came = [came for _, came, _ in read_in_turns(EXTRACTOR, found)]
    assert isinstance(empty := came[1], Reject)
    assert (empty.path, "empty" in empty.reason) == ("empty.txt", True)
    assert came[2] is broken
    assert [isinstance(one, Reject) for one in came] == [False, True, True, False]


def test_an_error_of_the_program_names_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(EXTRACTOR._people, "find", fail)
    with pytest.raises(ZeroDivisionError) as raised:
        list(read_in_turns(EXTRACTOR, [source("a.txt", REPORTS[0])]))
    assert raised.value.__notes__ == [
        "while extracting a.txt: an error of the program; please report it"
    ]
