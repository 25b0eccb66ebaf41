"""Is this new text fit to come in? The files given are read; of all others the last release tells what must be known."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.derive import rows_to_table
from expectations.rules import squeeze
from expectations.tables import TABLES, Row
from flows.corrections import Corrections, read_corrections
from flows.diff import short
from flows.errors import ReleaseError
from flows.expecting import Expecting
from flows.extraction import Reader, load_reader, read_one
from flows.findings import CODES, Checked, Facts, Finding, Unit, finding_at
from flows.releases import newest_release
from flows.repeats import (
    Repeat,
    Repeats,
    Text,
    day_of,
    of_similar_length,
    repeat_among,
    texts_of,
)
from flows.sources import Reject, read_sources, sources_root, stem_of
from transforms.encoding import decode
from transforms.extract import NOTHING_FOUND
from transforms.hygiene import Hygiene
from transforms.parsing import Parsed
from transforms.source import Rejected, Source

# From these shares of a text's characters on, something is the matter with it: of 5,815 broadcast reports, which are short,
# 625 have as much that is unexplained, and 6 as much furniture.
_UNEXPLAINED, _DEBRIS = 0.1, 0.1
_LONGEST = 24
_WORDS = "{words}"
_SHOWN_PER_CODE = 5
# With so many characters the head of a count ends (三个提升).
_HEAD = 2
_SENTENCE_END = re.compile("[。！？\n]")
_TURNED = re.compile(r"U\+20[26]")
_ROW = re.compile(r"(.+\.(?:jsonl(?:\.gz|\.zst)?|parquet))#(\d+)", re.IGNORECASE)
_UNITS: Mapping[str, Unit] = {".pdf": "printed line", ".docx": "paragraph", ".parquet": "row"}
_COUNTED = [table.name for table in TABLES if table.name not in ("documents", "clauses")]

Rows = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """What to check, and against what; `allowed` are codes whose findings are warnings this time."""

    paths: tuple[Path, ...]
    sources: Path
    output: Path
    lexicons: Path
    corrections: Path
    allowed: frozenset[str] = frozenset()


def check(order: Order, expecting: Expecting) -> list[Checked]:
    """Every document of the files given, with what was found in it, in the order of their paths."""
    reader = load_reader(order.lexicons)
    inspector = _Inspector(order, reader, read_corrections(order.corrections))
    checked = [inspector.inspect(found) for found in read_sources(_texts(order.paths))]
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


def _texts(paths: Iterable[Path]) -> list[Path]:
    """The paths, with the text that a sidecar speaks of in place of the sidecar."""
    chosen: dict[Path, None] = {}
    for path in paths:
        chosen |= dict.fromkeys(_beside(path) or [path] if path.suffix == ".toml" else [path])
    return list(chosen)


def _beside(sidecar: Path) -> list[Path]:
    """The texts of a sidecar's name."""
    texts = (p for p in sidecar.parent.iterdir() if p.suffix != ".toml")
    return sorted(path for path in texts if stem_of(path) == sidecar.stem)


class _Inspector:
    """Looks at one document after the other."""

    def __init__(self, order: Order, reader: Reader, corrections: Corrections) -> None:
        self._order, self._reader, self._corrections = order, reader, corrections
        self._hygiene = Hygiene(reader.lexicon)
        self._names = _Names(order)
        self._known = _Known(order.output)
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
            *_about_meeting(rows),
            *_about_counts(rows, self._hygiene),
            *_about_shares(rows),
            *self._about_words(rows),
            *self._about_release(found, rows),
            *_about_sidecar(found),
        ]
        located = _Located(_lines_of(found, extraction.parsed), rows, place, _private(notes))
        findings = _few_of_each([located.finding(note) for note in notes])
        facts = _facts(rows, extraction.parsed.confidence)
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

    def _about_words(self, rows: Rows) -> Iterator["_Note"]:
        text = rows["documents"][0].text
        for found in self._hygiene.find(text):
            words = text[found.start : found.end]
            code, what = found.value.code, found.value.what
            if code == "private-data":
                yield _Note(code, f"“{_WORDS}” is {what}", found.start, words)
            elif code in ("bidi-control", "invisible-character"):
                yield _Note(code, f"{what} stands here", found.start, words)
            else:
                yield _Note(code, f"“{_WORDS}”: {CODES[code].summary}", found.start, words)

    def _about_release(self, source: Source, rows: Rows) -> Iterator["_Note"]:
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
            yield _Note("changed-source", said)
        elif (same := self._known.path_of.get(digest)) and not self._names.is_gone(same):
            yield _Note("duplicate", f"the same bytes as {same} in {self._known.name}")
        elif (
            repeat := self._known.repeated_by(text, document.characters)
        ) and not self._names.is_gone(repeat.first):
            yield _Note("near-duplicate", f"{repeat} in {self._known.name}")
        elif among_given:
            yield _Note("near-duplicate", str(among_given))

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


# ------------------------------------------------------------------------------ names and places


@dataclass(frozen=True, slots=True)
class _Place:
    """How a document is called here: its name, its file as the user would type it, its line or row in a bulk file."""

    name: str
    file: str
    line: int | None
    unit: Unit
    released: str
    """Its path as a release of all sources has it."""


class _Names:
    """From the paths that `read_sources` gives to those that a person knows."""

    def __init__(self, order: Order) -> None:
        self._root = sources_root(_texts(order.paths))
        self._sources = order.sources.absolute()

    def is_gone(self, released: str) -> bool:
        """Whether a released source is in its folder no longer: what says the same was put in its place."""
        return self._sources.is_dir() and not (self._sources / released.split("#")[0]).exists()

    def of(self, path: str) -> _Place:
        row = _ROW.fullmatch(path)
        inner, line = (row[1], int(row[2])) if row else (path, None)
        file = self._root / inner
        here = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
        is_source = file.is_relative_to(self._sources)
        released = file.relative_to(self._sources).as_posix() if is_source else inner
        mark = f"#{line}" if line else ""
        unit = _UNITS.get(file.suffix.lower(), "line")
        return _Place(here.as_posix() + mark, here.as_posix(), line, unit, released + mark)


@dataclass(frozen=True, slots=True)
class _Note:
    """A finding before its place in the file is known; `start` is an offset in the mended text, `line` one of the file.

    `_WORDS` in the message stands for the beginning of its words.
    """

    code: str
    message: str
    start: int | None = None
    words: str | None = None
    line: int | None = None


def _lines_of(source: Source, parsed: Parsed) -> list[str]:
    """The lines of a file as its finder's numbers count them: a page's source, what a PDF prints, a text."""
    is_page = source.media_type == "text/html"
    text = decode(source.content).text if is_page else parsed.page.text
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class _Located:
    """Finds the line and column of words in the file that they were read from; no secret is quoted whole."""

    def __init__(
        self, lines: Sequence[str], rows: Rows, place: _Place, private: Sequence[range]
    ) -> None:
        self._clauses = rows["clauses"]
        self._text: str = rows["documents"][0].text
        self._shown = _masked(self._text, private)
        self._place = place
        self._lines = lines

    def finding(self, note: _Note) -> Finding:
        line, column = self._spot(note)
        words = self._words(note)
        return finding_at(
            self._place.file,
            note.code,
            note.message.replace(_WORDS, short(words or "", _LONGEST)),
            line=self._place.line or line,
            column=column if self._place.line is None else None,
            words=words,
            unit=self._place.unit,
        )

    def _words(self, note: _Note) -> str | None:
        """Its words as they may be shown: others read the log as well."""
        if note.start is None or not note.words:
            return note.words
        end = note.start + len(note.words)
        is_printed = self._text[note.start : end] == note.words
        return self._shown[note.start : end] if is_printed else note.words

    def _spot(self, note: _Note) -> tuple[int | None, int | None]:
        if note.start is None or not note.words:
            return note.line, None
        at = max((n for n, c in enumerate(self._clauses) if c.start <= note.start), default=0)
        clause = self._clauses[at]
        follows = self._clauses[at + 1].line if at + 1 < len(self._clauses) else len(self._lines)
        for number in range(clause.line, max(follows, clause.line) + 1):
            column = self._column(number, note.words)
            if column:
                return number, column
        return clause.line, None

    def _column(self, number: int, words: str) -> int | None:
        """Where the words, or the beginning of them that this line still has, stand in a line."""
        line = self._lines[number - 1] if number <= len(self._lines) else ""
        first = words.split("\n")[0].rstrip()
        if first in line:
            return line.index(first) + 1
        tail = next((n for n in range(len(first) - 1, 1, -1) if line.endswith(first[:n])), 0)
        return len(line) - tail + 1 if tail else None


# ------------------------------------------------------------------------------ the last release


class _Known:
    """What the last release tells of documents that are not read here; nothing where there is none."""

    def __init__(self, output: Path) -> None:
        release = newest_release(output)
        self._folder = release.folder if release else None
        self.name = f"release {release.version}" if release else "no release"
        known = self._columns("documents", "path", "sha256").to_pydict() if release else {}
        self.bytes_of: dict[str, str] = dict(zip(*known.values(), strict=True)) if known else {}
        self.path_of = {digest: path for path, digest in self.bytes_of.items()}

    def repeated_by(self, text: Text, characters: int) -> Repeat | None:
        """The released document that says the same, if there is one."""
        if self._folder is None:
            return None
        likely = of_similar_length(characters, self._texts)
        return repeat_among(text, texts_of(likely, self._meetings))

    @cached_property
    def _texts(self) -> pa.Table:
        columns = ("document_id", "path", "published_on", "characters", "text")
        return self._columns("documents", *columns)

    @cached_property
    def _meetings(self) -> pa.Table:
        return self._columns("meetings", "document_id", "date")

    def _columns(self, table: str, *names: str) -> pa.Table:
        assert self._folder
        file = self._folder / f"{table}.parquet"
        try:
            return pq.read_table(file, columns=list(names))
        except (OSError, pa.ArrowException) as error:
            raise ReleaseError(
                f"{file} cannot be read ({error}); fetch the release anew"
            ) from error


# ------------------------------------------------------------------------------ what is the matter


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


def _about_meeting(rows: Rows) -> Iterator[_Note]:
    meeting = next(iter(rows["meetings"]), None)
    if meeting is None:
        yield _Note(
            "no-meeting", "no meeting was found that these initiatives were said at", line=1
        )
        return
    spot = {"start": meeting.start, "words": meeting.name, "line": 1}
    if meeting.date is None:
        yield _Note("no-date", f"the day of {_named(meeting)} is not told", **spot)
    if meeting.level not in ("central", "township") and meeting.division_code is None:
        where = f"“{meeting.jurisdiction}”" if meeting.jurisdiction else "its place"
        yield _Note(
            "unknown-place", f"{_named(meeting)}: {where} is in no list of divisions", **spot
        )
    if not rows["initiatives"]:
        yield _Note("no-initiative", f"{_named(meeting)} directs nothing", **spot)


def _about_counts(rows: Rows, hygiene: Hygiene) -> Iterator[_Note]:
    for counted in rows["enumerations"]:
        spelled = counted.found or _spelled_out(counted, rows)
        # A name that is only called on (双招双引) spells out no members at all, and owes none.
        before = rows["documents"][0].text[: counted.start]
        if 1 < spelled < counted.count and not hygiene.gives_examples(before):
            said = f"“{counted.label}” announces {counted.count}, but {spelled} are spelled out"
            yield _Note("count-unfulfilled", said, counted.start, counted.label)


def _spelled_out(counted: Any, rows: Rows) -> int:
    """How often the head of a count (三个提升: 提升) comes again: in the main tasks, or from there to the next sentence."""
    text: str = rows["documents"][0].text
    head = counted.label[-_HEAD:]
    areas = sum(head in area.text for area in rows["focus_areas"])
    ends = [m.end() for m in _SENTENCE_END.finditer(text, counted.end)]
    reach = ends[1] if len(ends) > 1 else len(text)
    return max(areas, text.count(head, counted.end, reach))


def _about_shares(rows: Rows) -> Iterator[_Note]:
    shares = _shares(rows)
    for code, role, most in (
        ("unexplained", "unexplained", _UNEXPLAINED),
        ("page-debris", "furniture", _DEBRIS),
    ):
        if shares[role] > most:
            first = next(c for c in rows["clauses"] if c.role == role)
            said = (
                f"{shares[role]:.0%} of the text is {role} (at most {most:.0%}), first “{_WORDS}”"
            )
            yield _Note(code, said, first.start, first.text)


def _about_sidecar(source: Source) -> Iterator[_Note]:
    if source.licence == "unknown":
        name = Path(source.path.split("#")[0]).name
        yield _Note("licence-unknown", f"no licence is given for {name}")


# ------------------------------------------------------------------------------ in words


def _facts(rows: Rows, confidence: float) -> Facts:
    document, meeting = rows["documents"][0], next(iter(rows["meetings"]), None)
    return Facts(
        document_id=document.document_id,
        title=document.title,
        meeting=_named(meeting) if meeting else None,
        date=meeting.date if meeting else None,
        place=meeting.jurisdiction if meeting else None,
        encoding=document.encoding,
        confidence=confidence,
        counts={name: len(rows[name]) for name in _COUNTED},
        unexplained=round(_shares(rows)["unexplained"], 4),
    )


def _shares(rows: Rows) -> dict[str, float]:
    """The share of a text's characters by role."""
    shares: dict[str, float] = defaultdict(float)
    total = max(1, rows["documents"][0].characters)
    for clause in rows["clauses"]:
        shares[clause.role] += len(squeeze(clause.text)) / total
    return shares


def _named(meeting: Any) -> str:
    return str(meeting.name or meeting.kind)


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


def _private(notes: Iterable[_Note]) -> list[range]:
    """Where private numbers stand, which no other finding may quote either."""
    found = ((n.start, n.words) for n in notes if n.code == "private-data")
    return [
        range(start, start + len(words)) for start, words in found if start is not None and words
    ]


def _masked(text: str, private: Iterable[range]) -> str:
    """The text with all but the first three and last two characters of each of these places as asterisks."""
    characters = list(text)
    for place in private:
        characters[place.start + 3 : place.stop - 2] = "*" * (len(place) - 5)
    return "".join(characters)
