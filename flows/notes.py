"""What is the matter with a text, as its rows tell: each function knows one kind of trouble."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.rules import squeeze
from expectations.tables import TABLES
from flows.findings import CODES, Facts
from flows.repeats import day_of
from transforms.hygiene import Hygiene
from transforms.source import Source

# From these shares of a text's characters on, something is the matter with it: of 5,815 broadcast reports, which are short,
# 625 have as much that is unexplained, and 6 as much furniture.
_UNEXPLAINED, _DEBRIS = 0.1, 0.1
# So long before its meeting a text may be published, and so long after it.
_BEFORE, _AFTER = datetime.timedelta(weeks=6), datetime.timedelta(weeks=26)
WORDS = "{words}"
"""Stands in a message for the beginning of a note's words."""
# With so many characters the head of a count ends (三个提升).
_HEAD = 2
_SENTENCE_END = re.compile("[。！？\n]")
_COUNTED = [table.name for table in TABLES if table.name not in ("documents", "clauses")]

Rows = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Note:
    """A finding before its place in the file is known; `start` is an offset in the mended text, `line` one of the file.

    `WORDS` in the message stands for the beginning of its words.
    """

    code: str
    message: str
    start: int | None = None
    words: str | None = None
    line: int | None = None


def about_meeting(rows: Rows) -> Iterator[Note]:
    """Whether a meeting was found, with its day and its place, and whether it directs anything."""
    meeting = next(iter(rows["meetings"]), None)
    if meeting is None:
        yield Note("no-meeting", "no meeting was found that these initiatives were said at", line=1)
        return
    spot = {"start": meeting.start, "words": meeting.name, "line": 1}
    if meeting.date is None:
        yield Note("no-date", f"the day of {_named(meeting)} is not told", **spot)
    if meeting.level not in ("central", "township") and meeting.division_code is None:
        yield _unknown_place(meeting, rows["documents"][0].text, spot)
    if not rows["initiatives"]:
        yield Note("no-initiative", f"{_named(meeting)} directs nothing", **spot)


def _unknown_place(meeting: Any, text: str, spot: dict[str, Any]) -> Note:
    """Points to the place, where the text spells it: before the meeting's name, or wherever it stands first."""
    name = meeting.jurisdiction
    where = f"“{name}”" if name else "its place"
    said = f"{_named(meeting)}: {where} is in no list of divisions"
    start = max(text.rfind(name, 0, meeting.end), -1) if name else -1
    start = text.find(name) if name and start < 0 else start
    return Note("unknown-place", said, **(spot if start < 0 else {"start": start, "words": name}))


def about_days(rows: Rows, today: datetime.date) -> Iterator[Note]:
    """Whether the days of a report can be: nothing is published tomorrow, and a meeting's report within some months of it.

    What is announced beforehand, such as a notice, may come out some weeks before the meeting.
    """
    published = rows["documents"][0].published_on
    meeting = next(iter(rows["meetings"]), None)
    met = day_of(meeting.date if meeting else None, published)
    # It may be tomorrow already where the text was published.
    latest = today + datetime.timedelta(days=1)
    if published and published > latest:
        yield Note("unlikely-day", f"published on {published}, which is yet to come")
    elif published and met and met > published + _BEFORE:
        yield Note("unlikely-day", f"published on {published}, long before the meeting of {met}")
    elif published and met and met < published - _AFTER:
        yield Note("unlikely-day", f"published on {published}, long after the meeting of {met}")


def about_counts(rows: Rows, hygiene: Hygiene) -> Iterator[Note]:
    """Counts that announce more than is spelled out."""
    for counted in rows["enumerations"]:
        spelled = counted.found or _spelled_out(counted, rows)
        # A name that is only called on (双招双引) spells out no members at all, and owes none.
        before = rows["documents"][0].text[: counted.start]
        if 1 < spelled < counted.count and not hygiene.gives_examples(before):
            said = f"“{counted.label}” announces {counted.count}, but {spelled} are spelled out"
            yield Note("count-unfulfilled", said, counted.start, counted.label)


def _spelled_out(counted: Any, rows: Rows) -> int:
    """How often the head of a count (三个提升: 提升) comes again: in the main tasks, or from there to the next sentence."""
    text: str = rows["documents"][0].text
    head = counted.label[-_HEAD:]
    areas = sum(head in area.text for area in rows["focus_areas"])
    ends = [m.end() for m in _SENTENCE_END.finditer(text, counted.end)]
    reach = ends[1] if len(ends) > 1 else len(text)
    return max(areas, text.count(head, counted.end, reach))


def about_shares(rows: Rows) -> Iterator[Note]:
    """Whether much of a text is unexplained, or of the page around it."""
    shares = _shares(rows)
    for code, role, most in (
        ("unexplained", "unexplained", _UNEXPLAINED),
        ("page-debris", "furniture", _DEBRIS),
    ):
        if shares[role] > most:
            first = next(c for c in rows["clauses"] if c.role == role)
            said = f"{shares[role]:.0%} of the text is {role} (at most {most:.0%}), first “{WORDS}”"
            yield Note(code, said, first.start, first.text)


def about_sidecar(source: Source) -> Iterator[Note]:
    """Whether it is known under which licence a text is."""
    if source.licence == "unknown":
        name = Path(source.path.split("#")[0]).name
        yield Note("licence-unknown", f"the licence of {name} is unknown")


def about_words(rows: Rows, hygiene: Hygiene) -> Iterator[Note]:
    """What stands in a text that does not belong there, or should not be published."""
    text = rows["documents"][0].text
    for found in hygiene.find(text):
        words = text[found.start : found.end]
        code, what = found.value.code, found.value.what
        if code == "private-data":
            yield Note(code, f"“{WORDS}” is {what}", found.start, words)
        elif code in ("bidi-control", "invisible-character"):
            yield Note(code, f"{what} stands here", found.start, words)
        else:
            yield Note(code, f"“{WORDS}”: {CODES[code].summary}", found.start, words)


def facts_of(rows: Rows, confidence: float) -> Facts:
    """What was found in a text, in short."""
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
