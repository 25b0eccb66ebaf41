"""The same report twice: near duplicates among documents, and in a release.

Two texts are the same report if nine tenths of their runs of five characters are (Jaccard, white space left out), and
their days, where both are known, are not over a month apart: what is said each year in the same words is said anew.
Sketches propose pairs; each is confirmed by counting, so that no chance decides.
"""

import datetime
import zlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute

from expectations.derive import arrow_schema
from expectations.rules import squeeze
from expectations.tables import table_of
from flows.extraction import Extracted
from flows.origins import ORIGIN, Reject, Repeated, reading_order
from flows.sketches import BANDS, ROWS, RUN, SKETCH, Runs, bands_of, minhash, runs, shared_bands
from flows.spill import Spill

pc: Any = pyarrow.compute

SAME = 0.9
_DOCUMENTS, _MEETINGS = (arrow_schema(table_of(name)) for name in ("documents", "meetings"))
_KNOWN_BY = pa.schema([(n, _DOCUMENTS.field(n).type) for n in ("document_id", "path", *ORIGIN)])
_HELD = pa.schema([(n, _MEETINGS.field(n).type) for n in ("document_id", "date")])
_MONTH = datetime.timedelta(31)
_PROBES = 16


class Repeat(NamedTuple):
    """An earlier document that a text repeats, and how alike the two are (0.9 to 1)."""

    first: str
    likeness: float

    def __str__(self) -> str:
        """As reasons say it."""
        return f"the same report as {self.first} ({self.likeness:.0%} of their words are the same)"


class Text(NamedTuple):
    """A document as it is compared: its name, its text, and the day of its meeting or else of its publication."""

    name: str
    text: str
    day: datetime.date | None = None

    def is_far_from(self, day: datetime.date | None) -> bool:
        """Whether the days are both known and over a month apart."""
        return bool(self.day and day and abs(self.day - day) > _MONTH)


def day_of(meeting: str | None, published_on: datetime.date | None) -> datetime.date | None:
    """The day of a document whose meeting has that date (`2023-01-03`, `2023-01` or unknown)."""
    day = f"{meeting}-15"[:10] if meeting else None
    return datetime.date.fromisoformat(day) if day else published_on


class Repeats:
    """Documents as they come; each is told whether one before says the same."""

    def __init__(self) -> None:
        self._earlier: list[tuple[Text, bytes]] = []

    def add(self, document: Text) -> Repeat | None:
        """The earlier document that this one repeats; one that repeats none is remembered."""
        if not self._earlier:
            self._remember(document)
            return None
        sketch = minhash(runs(document.text))
        # The index knows numbers: the first document in the order given is meant, whatever the order of its answer.
        alike = map(self._recall, sorted(self._index.query(sketch)))
        if repeat := _repeated(document, alike):
            return repeat
        self._index.insert(len(self._earlier), sketch)
        self._remember(document)
        return None

    def _remember(self, document: Text) -> None:
        """Keep a document, its text compressed."""
        packed = zlib.compress(document.text.encode(errors="replace"), 1)
        self._earlier.append((document._replace(text=""), packed))

    def _recall(self, number: int) -> Text:
        document, packed = self._earlier[number]
        return document._replace(text=zlib.decompress(packed).decode())

    @cached_property
    def _index(self) -> Any:
        """The sketches by their bands; made when there is something to compare, for importing it takes a second."""
        from datasketch import MinHashLSH

        index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
        index.insert(0, minhash(runs(self._recall(0).text)))
        return index


class Repetitions(NamedTuple):
    """The ids of the documents that repeat one before, and the rejects that say so, with their origin."""

    documents: Any
    rejects: Sequence[Reject] = ()

    @property
    def first_of(self) -> dict[str, str]:
        """What each repeats, by the paths of both."""
        return {reject.path: reject.repeats.path for reject in self.rejects if reject.repeats}


NONE = Repetitions(pa.array([], pa.string()))


def repetitions(parts: Sequence[Extracted], scratch: Path | None = None) -> Repetitions:
    """The documents of all parts that say the same as one that is read before.

    Texts are looked at where they stand, on disk, and only those that share a band with one before; the rest of what has
    to be known stands in a folder for temporary files.
    """
    sketches = pa.concat_arrays([pa.array([], SKETCH), *(part.sketches for part in parts)])
    is_shared, bands = shared_bands(sketches), bands_of(sketches)
    suspects = np.flatnonzero(is_shared.any(axis=1))
    if not len(suspects):
        return NONE
    documents = _Documents(parts, scratch)
    paths = documents.known_by["path"].take(suspects).to_pylist()
    suspects = suspects[sorted(range(len(paths)), key=lambda at: reading_order(str(paths[at])))]
    known_by = documents.known_by.take(suspects)
    names, days = known_by["path"].to_pylist(), _days(known_by, documents.meetings)
    found: dict[int, Repeat] = {}
    earlier: defaultdict[tuple[int, int], list[int]] = defaultdict(list)

    def document(at: int) -> Text:
        return Text(str(names[at]), documents.text(int(suspects[at])), days[at])

    for at, number in enumerate(suspects.tolist()):
        shared = np.flatnonzero(is_shared[number])
        theirs = [earlier[band, bands[number, band]] for band in shared.tolist()]
        alike = sorted({*chain.from_iterable(theirs)})
        if alike and (repeat := _repeated(document(at), map(document, alike))):
            found[at] = repeat
            continue
        for of_band in theirs:
            of_band.append(at)
    again = known_by.take(pa.array(found, pa.int64()))
    rejects = map(_reject, again.to_pylist(), found.values())
    return Repetitions(again["document_id"].combine_chunks(), tuple(rejects))


class _Documents:
    """What has to be known of the documents of all parts, by their numbers there."""

    def __init__(self, parts: Iterable[Extracted], scratch: Path | None) -> None:
        known_by, meetings = Spill(_KNOWN_BY, scratch), Spill(_HELD, scratch)
        # A column takes little room, and what it holds stays on disk.
        self._texts: list[Any] = []
        for part in parts:
            self._texts.append(part.tables["documents"]["text"])
            known_by.write(part.tables["documents"].select(_KNOWN_BY.names).cast(_KNOWN_BY))
            meetings.write(part.tables["meetings"].select(_HELD.names).cast(_HELD))
        self.known_by, self.meetings = known_by.table, meetings.table
        self._ends = list(accumulate(map(len, self._texts)))

    def text(self, number: int) -> str:
        """The text of one of them."""
        part = bisect_right(self._ends, number)
        return str(self._texts[part][number - self._ends[part]])


def _days(documents: pa.Table, meetings: pa.Table) -> list[datetime.date | None]:
    """The days of documents, by their first meetings."""
    theirs = meetings.filter(pc.is_in(meetings["document_id"], value_set=documents["document_id"]))
    held = dict(zip(*(theirs[c].to_pylist()[::-1] for c in ("document_id", "date")), strict=True))
    columns = (documents[c].to_pylist() for c in ("document_id", "published_on"))
    return [day_of(held.get(key), published_on) for key, published_on in zip(*columns, strict=True)]


def texts_of(documents: pa.Table, meetings: pa.Table) -> Iterator[Text]:
    """Documents as they are compared."""
    columns = (documents[name] for name in ("path", "text"))
    for path, text, day in zip(*columns, _days(documents, meetings), strict=True):
        yield Text(path.as_py(), text.as_py(), day)


def _reject(row: Mapping[str, Any], repeat: Repeat) -> Reject:
    repeated = Repeated(repeat.first, *(row[name] for name in ORIGIN))
    return Reject(row["path"], None, f"{repeat}; a report is released once", repeated)


def repeat_among(document: Text, others: Iterable[Text]) -> Repeat | None:
    """The first of others that a document repeats, without an index of them.

    Of a text that shares nine tenths of its runs, most of sixteen runs picked evenly are there: few others are counted.
    """
    squeezed = squeeze(document.text)
    step = max(1, len(squeezed) // _PROBES)
    probes = [squeezed[at : at + RUN] for at in range(0, len(squeezed), step)][:_PROBES]
    likely = (
        other
        for other in others
        if sum(map(squeeze(other.text).__contains__, probes)) * 2 >= len(probes)
    )
    return _repeated(document, likely)


def _repeated(document: Text, others: Iterable[Text]) -> Repeat | None:
    """The first of others that a document repeats, by counting."""
    own = runs(document.text)
    for other in others:
        likeness = _jaccard(own, runs(other.text))
        if likeness >= SAME and not other.is_far_from(document.day):
            return Repeat(other.name, likeness)
    return None


def _jaccard(one: Runs, other: Runs) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def of_similar_length(characters: int, documents: pa.Table) -> pa.Table:
    """The rows of documents that a text with so many characters can repeat."""
    lengths = documents["characters"]
    least, most = (
        pc.greater_equal(lengths, 0.75 * characters),
        pc.less_equal(lengths, characters / 0.75),
    )
    return documents.filter(pc.and_(least, most))
