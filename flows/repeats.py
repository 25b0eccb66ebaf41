"""The same report twice: near duplicates among documents, and in a release.

Two texts are the same report if nine tenths of their runs of five characters are (Jaccard, white space left out), and
their days, where both are known, are not over a month apart: what is said each year in the same words is said anew.
Sketches propose pairs; each is confirmed by counting, so that no chance decides.
"""

import datetime
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute

from expectations.rules import squeeze
from flows.origins import ORIGIN, Reject, Repeated, reading_order
from flows.releases import Dataset
from flows.sketches import BANDS, ROWS, RUN, Runs, Sketches, bands_of, minhash, runs, shared_bands

pc: Any = pyarrow.compute

SAME = 0.9
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


def released_once(dataset: Dataset, sketches: Sketches) -> Dataset:
    """The dataset with the first of documents that say the same; the others are rejects that name it, with their origin.

    First is what is read first. `sketches` are of the documents, in their order.
    """
    documents = dataset.tables["documents"]
    found = _repetitions(documents, dataset.tables["meetings"], sketches)
    if not found:
        return dataset
    again = pa.array(list(found), pa.int64())
    rows = documents.select(["path", *ORIGIN]).take(again).to_pylist()
    rejects = [_reject(row, repeat) for row, repeat in zip(rows, found.values(), strict=True)]
    first_of = {reject.path: reject.repeats.path for reject in rejects if reject.repeats}
    gone = documents["document_id"].take(again)
    tables = {name: without(table, gone) for name, table in dataset.tables.items()}
    earlier = [_of_released(reject, first_of) for reject in dataset.rejects]
    # What is not released was no source of the release, so that a difference to another tells that it went.
    sources = dataset.provenance.sources
    is_gone = pc.is_in(sources["path"], value_set=pa.array(first_of, pa.string()))
    sources = sources.filter(pc.invert(is_gone))
    provenance = replace(dataset.provenance, sources=sources)
    return replace(dataset, tables=tables, rejects=(*earlier, *rejects), provenance=provenance)


def _repetitions(documents: pa.Table, meetings: pa.Table, sketches: Sketches) -> dict[int, Repeat]:
    """The numbers of the documents that repeat one before, as they are read, and what each repeats.

    Texts are looked at where they stand, on disk, and only those that share a band with one before.
    """
    is_shared, bands = shared_bands(sketches), bands_of(sketches)
    suspects = np.flatnonzero(is_shared.any(axis=1))
    texts, paths = documents["text"], documents["path"].take(suspects).to_pylist()
    read = sorted(range(len(paths)), key=lambda at: reading_order(str(paths[at])))
    suspects = suspects[read]
    known_by = documents.select(["document_id", "path", "published_on"]).take(suspects)
    names, days = known_by["path"].to_pylist(), _days(known_by, meetings)
    found: dict[int, Repeat] = {}
    earlier: defaultdict[tuple[int, int], list[int]] = defaultdict(list)

    def document(at: int) -> Text:
        return Text(str(names[at]), texts[int(suspects[at])].as_py(), days[at])

    for at, number in enumerate(suspects.tolist()):
        shared = np.flatnonzero(is_shared[number])
        theirs = [earlier[band, bands[number, band]] for band in shared.tolist()]
        alike = sorted({*chain.from_iterable(theirs)})
        if alike and (repeat := _repeated(document(at), map(document, alike))):
            found[number] = repeat
            continue
        for of_band in theirs:
            of_band.append(at)
    return found


def _days(documents: pa.Table, meetings: pa.Table) -> list[datetime.date | None]:
    """The days of documents, by their first meetings."""
    theirs = meetings.filter(pc.is_in(meetings["document_id"], value_set=documents["document_id"]))
    held = dict(zip(*(theirs[c].to_pylist()[::-1] for c in ("document_id", "date")), strict=True))
    columns = (documents[c].to_pylist() for c in ("document_id", "published_on"))
    return [day_of(held.get(key), published_on) for key, published_on in zip(*columns, strict=True)]


def without(table: pa.Table, gone: Any) -> pa.Table:
    """The rows of other documents, which stay where they are, on disk: a document's rows stand together."""
    return pa.Table.from_batches(_stretches(table, gone), table.schema)


def _stretches(table: pa.Table, gone: Any) -> Iterator[pa.RecordBatch]:
    """The rows of documents that are not gone, as many together as stand together."""
    for batch in table.to_batches():
        is_gone = pc.is_in(batch["document_id"], value_set=gone).to_numpy(zero_copy_only=False)
        starts, ends = np.diff(np.pad(~is_gone, 1).astype(np.int8)).nonzero()[0].reshape(-1, 2).T
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield batch.slice(start, end - start)


def texts_of(documents: pa.Table, meetings: pa.Table) -> Iterator[Text]:
    """Documents as they are compared."""
    columns = (documents[name] for name in ("path", "text"))
    for path, text, day in zip(*columns, _days(documents, meetings), strict=True):
        yield Text(path.as_py(), text.as_py(), day)


def _reject(row: Mapping[str, Any], repeat: Repeat) -> Reject:
    repeated = Repeated(repeat.first, *(row[name] for name in ORIGIN))
    return Reject(row["path"], None, f"{repeat}; a report is released once", repeated)


def _of_released(reject: Reject, first_of: Mapping[str, str]) -> Reject:
    """The reject, where it has the bytes of a document that is itself a repetition, as one of what that repeats."""
    if reject.repeats is None or reject.repeats.path not in first_of:
        return reject
    return replace(reject, repeats=replace(reject.repeats, path=first_of[reject.repeats.path]))


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
