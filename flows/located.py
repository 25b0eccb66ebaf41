"""Where findings stand: from the paths and offsets of the extraction to the files and lines that a person knows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.diff import short
from flows.findings import Finding, Unit, finding_at
from flows.notes import WORDS, Note, Rows
from flows.sources import sources_root
from transforms.encoding import decode
from transforms.parsing import Parsed
from transforms.source import Source

_LONGEST = 24
_ROW = re.compile(r"(.+\.(?:jsonl(?:\.gz|\.zst)?|parquet))#(\d+)", re.IGNORECASE)
_UNITS: Mapping[str, Unit] = {".pdf": "printed line", ".docx": "paragraph", ".parquet": "row"}


@dataclass(frozen=True, slots=True)
class Place:
    """How a document is called here: its name, its file as the user would type it, its line or row in a bulk file."""

    name: str
    file: str
    line: int | None
    unit: Unit
    released: str
    """Its path as a release of all sources has it."""


class Names:
    """From the paths that `read_sources` gives to those that a person knows."""

    def __init__(self, texts: Sequence[Path], sources: Path) -> None:
        self._root = sources_root(texts)
        self._sources = sources.absolute()

    def is_gone(self, released: str) -> bool:
        """Whether a released source is in its folder no longer: what says the same was put in its place."""
        return self._sources.is_dir() and not (self._sources / released.split("#")[0]).exists()

    def of(self, path: str) -> Place:
        """The place of a document whose path `read_sources` gave."""
        row = _ROW.fullmatch(path)
        inner, line = (row[1], int(row[2])) if row else (path, None)
        file = self._root / inner
        here = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
        is_source = file.is_relative_to(self._sources)
        released = file.relative_to(self._sources).as_posix() if is_source else inner
        mark = f"#{line}" if line else ""
        unit = _UNITS.get(file.suffix.lower(), "line")
        return Place(here.as_posix() + mark, here.as_posix(), line, unit, released + mark)


def lines_of(source: Source, parsed: Parsed) -> list[str]:
    """The lines of a file as its finder's numbers count them: a page's source, what a PDF prints, a text."""
    is_page = source.media_type == "text/html"
    text = decode(source.content).text if is_page else parsed.page.text
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class Located:
    """Finds the line and column of words in the file that they were read from; no secret is quoted whole."""

    def __init__(
        self, lines: Sequence[str], rows: Rows, place: Place, private: Sequence[range]
    ) -> None:
        self._clauses = rows["clauses"]
        self._text: str = rows["documents"][0].text
        self._shown = _masked(self._text, private)
        self._place = place
        self._lines = lines

    def finding(self, note: Note) -> Finding:
        """The note with its place in the file."""
        line, column = self._spot(note)
        words = self._words(note)
        return finding_at(
            self._place.file,
            note.code,
            note.message.replace(WORDS, short(words or "", _LONGEST)),
            line=self._place.line or line,
            column=column if self._place.line is None else None,
            words=words,
            unit=self._place.unit,
        )

    def _words(self, note: Note) -> str | None:
        """Its words as they may be shown: others read the log as well."""
        if note.start is None or not note.words:
            return note.words
        end = note.start + len(note.words)
        is_printed = self._text[note.start : end] == note.words
        return self._shown[note.start : end] if is_printed else note.words

    def _spot(self, note: Note) -> tuple[int | None, int | None]:
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


def private_places(notes: Iterable[Note]) -> list[range]:
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
