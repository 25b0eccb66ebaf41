"""What is known of a source beside its text: its sidecar, or the columns of a bulk file; every mistake has its line."""

import datetime
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from expectations.tables import table_of
from flows.storage import patiently

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
ORIGIN = ("publisher", "published_on", "source_url", "licence")
"""What may be known of a source beside its text: columns of `documents`."""
_MOST_BYTES, _MOST_SHOWN = 100_000, 80


def reading_order(path: str) -> tuple[str, int]:
    """What sorts documents as they are read: the file, and the row of a file of many.

    >>> sorted(["b.jsonl#10", "b.jsonl#9", "a#1.txt"], key=reading_order)
    ['a#1.txt', 'b.jsonl#9', 'b.jsonl#10']
    """
    file, _, row = path.partition("#")
    return (file, int(row)) if row.isdecimal() else (path, 0)


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a repetition adds to the document of that path, which is released in its place: another source of it."""

    path: str
    publisher: str | None = None
    published_on: datetime.date | None = None
    source_url: str | None = None
    licence: str = "unknown"


@dataclass(frozen=True, slots=True)
class Reject:
    """A source, or a line of one, that is not released: where it stands, what is wrong, what to do."""

    path: str
    line: int | None
    reason: str
    repeats: Repeated | None = None

    def __post_init__(self) -> None:
        """A reason may quote what a stranger wrote: nothing in it does something to a terminal or begins a line."""
        object.__setattr__(self, "reason", printable(self.reason.strip()))

    def __str__(self) -> str:
        """As compilers say it: `path:line: reason`."""
        return (
            f"{self.path}:{self.line}: {self.reason}"
            if self.line
            else f"{self.path}: {self.reason}"
        )


def iso_day(value: object) -> object:
    """A day as TOML or JSON write it; pydantic alone would read the number 2023 as a day of 1970."""
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date | str | None):
        raise ValueError("is not a day; write it as 2023-01-31")
    if isinstance(value, str):
        if not _ISO_DAY.fullmatch(value):
            raise ValueError("is not a day; write it as 2023-01-31")
        try:
            return datetime.date.fromisoformat(value)
        except ValueError as error:
            raise ValueError("is no day of the calendar; correct it") from error
    return value


def _one_line(value: str) -> str:
    if found := _UNPRINTABLE.search(value):
        raise ValueError(f"holds the control character U+{ord(found[0]):04X}; write it in one line")
    return value


Day = Annotated[datetime.date | None, BeforeValidator(iso_day)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_one_line)
]
Address = Annotated[str, Field(pattern=f"^{table_of('documents').column('source_url').pattern}$")]


class Origin(BaseModel):
    """Who published a text, when, where and under which licence."""

    model_config = ConfigDict(strict=False, frozen=True)

    publisher: Line | None = None
    published_on: Day = None
    source_url: Address | None = None
    licence: Line = "unknown"


class Sidecar(Origin):
    """The `<name>.toml` beside a text; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retrieved_on: Day = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None

    @model_validator(mode="after")
    def _retrieved_after_published(self) -> Self:
        if self.retrieved_on and self.published_on and self.retrieved_on < self.published_on:
            raise ValueError(
                f"retrieved_on: {self.retrieved_on} is before published_on; correct one of the two"
            )
        return self


class BulkRow(Origin):
    """One row of a JSON Lines or Parquet file: a text and what is known of it; other keys are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: Annotated[str, Field(min_length=1)]


def read_sidecar(path: Path, name: str, text_name: str) -> Sidecar | list[Reject]:
    """What a sidecar says, or each of its mistakes; a text without a sidecar has an empty one."""
    if not path.exists():
        return Sidecar()
    consequence = f"; until then {text_name} is not released"
    try:
        if (size := path.stat().st_size) > _MOST_BYTES:
            problem = f"{size:,} bytes, more than a sidecar's {_MOST_BYTES:,}; shorten it"
            return [Reject(name, None, problem + consequence)]
        text = patiently(lambda: path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return [Reject(name, None, f"not UTF-8; save it in UTF-8{consequence}")]
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); check its permissions"
        return [Reject(name, None, problem + consequence)]
    return _sidecar_of(text) or [
        Reject(name, line, problem + consequence) for line, problem in _problems(text)
    ]


def _sidecar_of(text: str) -> Sidecar | None:
    try:
        return Sidecar.model_validate(tomllib.loads(text))
    except (ValueError, RecursionError):
        return None


def _problems(text: str) -> Iterator[tuple[int | None, str]]:
    """Each mistake of a sidecar that has some, with its line."""
    try:
        Sidecar.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines())
        problem = _TOML_PLACE.sub("", str(error))
        # A day as TOML writes it, without quotation marks.
        if problem == "Invalid date or datetime":
            said = shortened(text.splitlines()[line - 1].strip())
            yield line, f"{said}: is no day of the calendar; correct it"
        else:
            yield line, f'not TOML: {problem}; write each line as key = "value"'
    except ValidationError as error:
        for key, mistake in mistakes(error, Sidecar):
            yield line_of_key(text, key), mistake
    except (ValueError, RecursionError) as error:
        yield None, f'not TOML that can be read ({error}); write each line as key = "value"'


def mistakes(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The key of each mistake, and the mistake with its key and the remedy."""
    for mistake in error.errors(include_url=False):
        if mistake["loc"]:
            key = str(mistake["loc"][0])
            yield key, f"{shortened(key)}: {_mistake(key, mistake['type'], mistake, model)}"
        else:
            said = mistake["msg"].removeprefix("Value error, ")
            yield said.partition(":")[0], said


def _mistake(key: str, kind: str, mistake: Any, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        return f"not a known key; {suggestion(key, model.model_fields, 'the keys are')}"
    if kind == "missing":
        return "is missing; give it"
    if kind == "string_too_short":
        return "is empty; leave the key out where nothing is known"
    if kind == "string_unicode":
        return "holds half a character (a lone surrogate); fetch it anew"
    shown = shortened(repr(mistake["input"]))
    if kind == "string_pattern_mismatch":
        return f"{shown} is no address; write it as https://…"
    said = mistake["msg"]
    if said.startswith("Value error, "):
        return f"{shown} {said.removeprefix('Value error, ')}"
    return f"{shown} is wrong ({said}); correct it"


def shortened(words: str) -> str:
    """Words of a stranger as a message quotes them: not too many, and none that do something to a terminal."""
    return printable(words[:_MOST_SHOWN]) + "…" * (len(words) > _MOST_SHOWN)


def printable(words: str) -> str:
    """The words with an escape for every character that is none to be seen."""
    return "".join(ch if ch.isprintable() else repr(ch)[1:-1] for ch in words)


def suggestion(word: str, known: Iterable[str], are: str) -> str:
    """The known word that is meant, or all of them, which `are` introduces."""
    known = sorted(known)
    close = difflib.get_close_matches(word[:_MOST_SHOWN], known, n=1)
    return f"did you mean {close[0]}?" if close else f"{are} {', '.join(known)}"


def line_of_key(text: str, key: str) -> int | None:
    """The line of TOML on which a key stands first."""
    match = re.search(rf"^[ \t]*\[*[\"']?{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None
