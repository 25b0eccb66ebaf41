"""Is this new text fit to come in? The files given are read; of all others the last release tells what must be known.

What can be the matter stands in `notes.py`, where in a file that is in `located.py`, what was released before in
`known.py`, and the names and remedies of findings in `findings.py`.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from expectations.derive import rows_to_table
from expectations.tables import TABLES, Row
from flows.corrections import Corrections, read_corrections
from flows.expecting import Expecting
from flows.extraction import Reader, load_reader, read_one
from flows.findings import Checked, Finding, finding_at
from flows.known import Known
from flows.located import Located, Names, lines_of, private_places
from flows.notes import (
    Note,
    Rows,
    about_counts,
    about_days,
    about_meeting,
    about_shares,
    about_sidecar,
    about_words,
    facts_of,
)
from flows.repeats import Repeats, Text, day_of
from flows.sources import Reject, read_sources, texts_of
from transforms.encoding import decode
from transforms.extract import NOTHING_FOUND
from transforms.hygiene import Hygiene
from transforms.source import Rejected, Source

_SHOWN_PER_CODE = 5
_TURNED = re.compile(r"U\+20[26]")


@dataclass(frozen=True, slots=True)
class Order:
    """What to check, and against what; `allowed` are codes whose findings are warnings this time."""

    paths: tuple[Path, ...]
    sources: Path
    output: Path
    lexicons: Path
    corrections: Path
    allowed: frozenset[str] = frozenset()
    today: datetime.date = field(default_factory=datetime.date.today)


def check(order: Order, expecting: Expecting) -> list[Checked]:
    """Every document of the files given, with what was found in it, in the order of their paths."""
    reader = load_reader(order.lexicons)
    inspector = _Inspector(order, reader, read_corrections(order.corrections))
    checked = [inspector.inspect(found) for found in read_sources(texts_of(order.paths))]
    return inspector.validated(_by_file(checked), expecting)


def _by_file(checked: Iterable[Checked]) -> Iterator[Checked]:
    """Several mistakes of one file that follow each other are one document's."""
    for _, same in groupby(checked, key=attrgetter("path")):
        first, *others = same
        yield replace(first, findings=(*first.findings, *(f for o in others for f in o.findings)))


def check_as_flow(order: Order, expecting: Expecting) -> list[Checked]:
    """The same as a Prefect flow, with Prefect's server started where the user has none."""
    from flows.engine import prepare_prefect

    server = prepare_prefect(is_verbose=False)
    from prefect import flow

    if server:
        server.wait()

    @flow(name="check", validate_parameters=False)
    def run(order: Order) -> list[Checked]:
        return check(order, expecting)

    return run(order)


class _Inspector:
    """Looks at one document after the other."""

    def __init__(self, order: Order, reader: Reader, corrections: Corrections) -> None:
        self._order, self._reader, self._corrections = order, reader, corrections
        self._hygiene = Hygiene(reader.lexicon)
        self._names = Names(texts_of(order.paths), order.sources)
        self._known = Known(order.output)
        self._repeats = Repeats()
        self._rows: list[Rows] = []

    def inspect(self, found: Source | Reject) -> Checked:
        """What was found in a document, and what is the matter with it."""
        if isinstance(found, Reject):
            return self._unreadable(found)
        extraction = read_one(self._reader.extractor, found)
        if isinstance(extraction, Reject):
            return self._unreadable(extraction, found)
        rows, _ = self._corrections.apply(extraction.rows)
        self._rows.append(rows)
        place = self._names.of(found.path)
        notes = [
            *about_meeting(rows),
            *about_days(rows, self._order.today),
            *about_counts(rows, self._hygiene),
            *about_shares(rows),
            *about_words(rows, self._hygiene),
            *self._about_release(found, rows),
            *about_sidecar(found),
        ]
        located = Located(lines_of(found, extraction.parsed), rows, place, private_places(notes))
        findings = _few_of_each([located.finding(note) for note in notes])
        facts = facts_of(rows, extraction.parsed.confidence)
        return Checked(place.name, facts, tuple(map(self._allowed, findings)))

    def _unreadable(self, reject: Reject, source: Source | None = None) -> Checked:
        place = self._names.of(reject.path)
        code = _code_of(reject, source)
        line = place.line or reject.line
        # Reasons of rejects say what is wrong, and then what to do.
        message, _, remedy = reject.reason.partition("; ")
        finding = finding_at(place.file, code, message, line=line, remedy=remedy, unit=place.unit)
        return Checked(place.name, None, (self._allowed(finding),))

    def _allowed(self, finding: Finding) -> Finding:
        return (
            replace(finding, severity="warning") if finding.code in self._order.allowed else finding
        )

    def _about_release(self, source: Source, rows: Rows) -> Iterator[Note]:
        """Whether the text is new: by its path, its bytes and its words."""
        path, digest = self._names.of(source.path).released, sha256(source.content).hexdigest()
        document = rows["documents"][0]
        meeting = next(iter(rows["meetings"]), None)
        day = day_of(meeting.date if meeting else None, document.published_on)
        text = Text(source.path, document.text, day)
        among_given = self._repeats.add(text)
        before = self._known.bytes_of.get(path)
        if before == digest:
            return
        if before:
            said = f"{self._known.name} holds this file with other bytes (sha256 {before[:16]}…)"
            yield Note("changed-source", said)
        elif (same := self._known.path_of.get(digest)) and not self._names.is_gone(same):
            yield Note("duplicate", f"the same bytes as {same} in {self._known.name}")
        elif (
            repeat := self._known.repeated_by(text, document.characters)
        ) and not self._names.is_gone(repeat.first):
            yield Note("near-duplicate", f"{repeat} in {self._known.name}")
        elif among_given:
            yield Note("near-duplicate", str(among_given))

    def validated(self, checked: Iterable[Checked], expecting: Expecting) -> list[Checked]:
        """The same, with what Great Expectations finds in the rows of all of them."""
        checked = list(checked)
        if not self._rows:
            return checked
        merged: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        for rows in self._rows:
            for name, some in rows.items():
                merged[name] += some
        tables = {table.name: rows_to_table(table, merged[table.name]) for table in TABLES}
        failures = expecting.failures(tables, self._reader.division_codes)
        broken: dict[str, list[Finding]] = {}
        for failure in failures:
            for path, line in zip(failure.paths, failure.lines, strict=True):
                place = self._names.of(path or "")
                message = f"{failure.table}.{failure.column}: {failure.statement}"
                finding = finding_at(
                    place.file,
                    "broken-expectation",
                    message,
                    line=place.line or line,
                    unit=place.unit,
                )
                broken.setdefault(place.name, []).append(finding)
        return [
            replace(c, findings=(*c.findings, *_few_of_each(broken.get(c.path, ()))))
            for c in checked
        ]


def _code_of(reject: Reject, source: Source | None) -> str:
    if source is None:
        is_sidecar = reject.path.endswith(".toml")
        return "sidecar" if is_sidecar else "duplicate" if reject.repeats else "cannot-read"
    if reject.reason == NOTHING_FOUND:
        return "no-report"
    if _TURNED.match(reject.reason):
        return "bidi-control"
    if not source.media_type.startswith("text/"):
        return "cannot-read"
    try:
        decode(source.content)
    except Rejected:
        return "encoding"
    return "cannot-read"


def _few_of_each(findings: Sequence[Finding]) -> list[Finding]:
    """The first findings of every kind, the last of them with the number of those left out."""
    counts = Counter(finding.code for finding in findings)
    shown: Counter[str] = Counter()
    kept: list[Finding] = []
    for finding in findings:
        shown[finding.code] += 1
        more = counts[finding.code] - _SHOWN_PER_CODE
        if shown[finding.code] == _SHOWN_PER_CODE and more > 0:
            finding = replace(finding, message=f"{finding.message} (and {more:,} more like it)")
        if shown[finding.code] <= _SHOWN_PER_CODE:
            kept.append(finding)
    return sorted(kept, key=lambda f: (f.severity, f.line or 0, f.column or 0))
