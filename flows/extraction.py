"""Sources -> the rows of all tables, a shard of many documents at a time."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa

from expectations.derive import rows_to_table
from expectations.tables import TABLES, Row
from flows.corrections import Corrections
from flows.provenance import AppliedCorrection
from flows.sandbox import parse_safely
from flows.sketches import Sketches, sketches_of
from flows.sources import Reject, read_lexicons
from transforms.extract import Extraction, Extractor, Question, answers
from transforms.lexicon import Lexicon
from transforms.source import Rejected, Source

_IN_TURNS = 64

Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Reader:
    """An extractor and the lexicon that it was built from."""

    extractor: Extractor
    lexicon: Lexicon

    @property
    def division_codes(self) -> frozenset[str]:
        """The codes that meetings may have."""
        return frozenset(self.lexicon.terms("divisions"))


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a shard of sources gave."""

    tables: Mapping[str, pa.Table]
    sketches: Sketches
    """Of the documents, in their order."""
    rejects: tuple[Reject, ...]
    corrected: tuple[AppliedCorrection, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long each document took, of the wall clock, by its path; nothing of what was kept from an earlier run."""


def load_reader(folder: Path) -> Reader:
    """The extractor built from the lexicons of a folder, once a process."""
    return _load_reader(folder.absolute())


@lru_cache(maxsize=1)
def _load_reader(folder: Path) -> Reader:
    lexicon = Lexicon(read_lexicons(folder))
    return Reader(Extractor(lexicon), lexicon)


def extract_shard(
    reader: Reader, corrections: Corrections, shard: Iterable[Source | Reject]
) -> Extracted:
    """The rows of a shard's documents, corrected; a document that cannot be released is a reject."""
    [extracted] = extract_shards(reader, corrections, [list(shard)])
    return extracted


def extract_shards(
    reader: Reader, corrections: Corrections, shards: Sequence[Sequence[Source | Reject]]
) -> Iterator[Extracted]:
    """What each shard gives, in their order; the documents of all of them take turns."""
    came = read_in_turns(reader.extractor, chain.from_iterable(shards))
    for shard in shards:
        yield _collected(corrections, islice(came, len(shard)))


def _collected(
    corrections: Corrections, came: Iterable[tuple[Source | Reject, Extraction | Reject, float]]
) -> Extracted:
    """What came of a shard's documents, as tables."""
    rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    rejects: list[Reject] = []
    corrected: list[AppliedCorrection] = []
    seconds: dict[str, float] = {}
    for found, read, took in came:
        if isinstance(found, Source):
            seconds[found.path] = took
        if isinstance(read, Reject):
            rejects.append(read)
            continue
        right, applied = corrections.apply(read.rows)
        corrected += applied
        for name, some in right.items():
            rows[name] += some
    tables = {table.name: rows_to_table(table, rows[table.name]) for table in TABLES}
    return Extracted(
        tables=tables,
        sketches=sketches_of(tables["documents"]),
        rejects=tuple(rejects),
        corrected=tuple(corrected),
        seconds=seconds,
    )


def read_in_turns(
    extractor: Extractor, found: Iterable[Source | Reject]
) -> Iterator[tuple[Source | Reject, Extraction | Reject, float]]:
    """What was found, in its order, what came of it, and how many seconds that took.

    A handful of documents take turns: each step is done for all of them before the next, and what they ask is answered
    together.
    """
    remaining = iter(found)
    while some := list(islice(remaining, _IN_TURNS)):
        came: dict[int, Extraction | Reject] = {}
        seconds = [0.0] * len(some)
        readings = [_reading(extractor, one) for one in some]
        told: dict[int, Any] = dict.fromkeys(range(len(some)))
        while told:
            questions: dict[int, Question | None] = {}
            for number, answer in told.items():
                start = perf_counter()
                try:
                    questions[number] = readings[number].send(answer)
                except StopIteration as end:
                    came[number] = end.value
                seconds[number] += perf_counter() - start
            start = perf_counter()
            told = dict(zip(questions, answers([*questions.values()]), strict=True))
            for number in told:
                seconds[number] += (perf_counter() - start) / len(told)
        for number, one in enumerate(some):
            yield one, came.pop(number), seconds[number]


def _reading(
    extractor: Extractor, found: Source | Reject
) -> Generator[Question | None, Any, Extraction | Reject]:
    """What one document holds, or why it holds nothing; an error of the extractor names the document."""
    if isinstance(found, Reject):
        return found
    try:
        return (yield from extractor.reading(found, parse_safely(found)))
    except Rejected as rejected:
        return Reject(found.path, rejected.line, rejected.reason)
    except Exception as error:
        error.add_note(f"while extracting {found.path}: an error of the program; please report it")
        raise


def extract_one(extractor: Extractor, source: Source) -> Rows | Reject:
    """The rows of one document, or why it has none."""
    extraction = read_one(extractor, source)
    return extraction if isinstance(extraction, Reject) else extraction.rows


def read_one(extractor: Extractor, source: Source) -> Extraction | Reject:
    """What one document holds, or why it holds nothing."""
    [(_, read, _)] = read_in_turns(extractor, [source])
    return read
