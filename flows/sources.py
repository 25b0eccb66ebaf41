"""Disk -> documents: text files, web pages and JSON Lines, with what their sidecars say of them.

Nothing here stops the others: what cannot be read comes out as a `Reject` with a remedy.
"""

import datetime
import difflib
import gzip
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from expectations.tables import table_of
from transforms.source import Source

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
LEXICONS = SEEDS / "lexicons"

_MEDIA_TYPES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}
_BULK_SUFFIXES = (".jsonl", ".jsonl.gz")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


@dataclass(frozen=True, slots=True)
class Reject:
    """A source, or a line of one, that is not released: where it stands, what is wrong, what to do."""

    path: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        """As compilers say it: `path:line: reason`."""
        return (
            f"{self.path}:{self.line}: {self.reason}"
            if self.line
            else f"{self.path}: {self.reason}"
        )


def _iso_day(value: object) -> object:
    """A day as TOML or JSON write it; pydantic alone would read the number 2023 as a day of 1970."""
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date | str | None):
        raise ValueError("is not a day; write it as 2023-01-31")
    if isinstance(value, str) and not _ISO_DAY.fullmatch(value):
        raise ValueError("is not a day; write it as 2023-01-31")
    return value


Day = Annotated[datetime.date | None, BeforeValidator(_iso_day)]
Words = Annotated[str | None, Field(min_length=1)]
Address = Annotated[
    str | None, Field(pattern=f"^{table_of('documents').column('source_url').pattern}$")
]


class Origin(BaseModel):
    """Who published a text, when, where and under which licence."""

    model_config = ConfigDict(strict=False, frozen=True)

    publisher: Words = None
    published_on: Day = None
    source_url: Address = None
    licence: Annotated[str, Field(min_length=1)] = "unknown"


class Sidecar(Origin):
    """The `<name>.toml` beside a text; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retrieved_on: Day = None
    note: Words = None


class BulkRow(Origin):
    """One line of a JSON Lines file: a text and what is known of it; other keys are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: Annotated[str, Field(min_length=1)]


_Reader = Callable[[Path, str, Sidecar], Iterator[Source | Reject]]


def read_sources(paths: Sequence[Path]) -> Iterator[Source | Reject]:
    """The documents of folders and files in the order of their paths; what cannot be read is a reject.

    Paths in the result are relative to the folder given, or to the folder that all given paths share.
    """
    root = sources_root(paths)
    first_of: dict[bytes, str] = {}
    for path in _files(paths):
        for found in _read_file(path, root):
            yield found if isinstance(found, Reject) else _unless_read_before(found, first_of)


def _unless_read_before(source: Source, first_of: dict[bytes, str]) -> Source | Reject:
    """The source, or a reject if another path held the same bytes; `first_of` is told of it."""
    first = first_of.setdefault(hashlib.sha256(source.content).digest(), source.path)
    if first == source.path:
        return source
    return Reject(source.path, None, f"the same bytes as {first}; keep one of the two")


def sources_root(paths: Sequence[Path]) -> Path:
    """The folder that the sources' paths are relative to."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath([folder.absolute() for folder in folders]))


def read_lexicons(folder: Path = LEXICONS) -> dict[str, str]:
    """The word lists and rules of a folder: file name -> text."""
    files = sorted(p for p in folder.iterdir() if p.suffix in {".csv", ".toml"})
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def _files(paths: Sequence[Path]) -> list[Path]:
    """Every file to be read, once, sorted by path; hidden files and READMEs are documentation."""
    found: set[Path] = set()
    for path in paths:
        within = path.rglob("*") if path.is_dir() else [path]
        found.update(p.absolute() for p in within if not p.is_dir() and not _is_aside(p, path))
    return sorted(found, key=lambda p: p.as_posix())


def _is_aside(path: Path, given: Path) -> bool:
    if path == given:
        return False
    hidden = any(part.startswith(".") for part in path.relative_to(given).parts)
    return hidden or (path.suffix == ".md" and path.name.startswith("README"))


def _read_file(path: Path, root: Path) -> Iterator[Source | Reject]:
    name = path.relative_to(root).as_posix()
    if not _is_utf8(name):
        name = os.fsencode(name).decode(errors="backslashreplace")
        yield Reject(name, None, "the file's name is not UTF-8; rename it")
    elif path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        yield Reject(name, None, "a link to outside the sources; put the file itself there")
    elif path.name.endswith(_BULK_SUFFIXES):
        yield from _read_with_sidecar(path, name, _read_bulk)
    elif path.suffix in _MEDIA_TYPES:
        yield from _read_with_sidecar(path, name, _read_text)
    elif path.suffix == ".toml":
        yield from _orphan(path, name)
    else:
        readable = ", ".join([*_MEDIA_TYPES, *_BULK_SUFFIXES])
        yield Reject(
            name,
            None,
            f"{path.suffix or 'no suffix'}: not a kind of file that is read ({readable}); "
            "save the text as .txt in UTF-8, or move the file out of the sources",
        )


def _read_with_sidecar(path: Path, name: str, read: _Reader) -> Iterator[Source | Reject]:
    beside = path.with_name(_stem(path) + ".toml")
    sidecar = _read_sidecar(beside, f"{name[: -len(path.name)]}{beside.name}", path.name)
    if not isinstance(sidecar, Sidecar):
        yield from sidecar
        return
    try:
        yield from read(path, name, sidecar)
    except OSError as error:
        yield Reject(
            name,
            None,
            f"cannot be read ({error.strerror or error}); check the file and its permissions",
        )


def _is_utf8(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def _stem(path: Path) -> str:
    """The name that a file shares with its sidecar."""
    suffix = next((s for s in _BULK_SUFFIXES if path.name.endswith(s)), path.suffix)
    return path.name[: -len(suffix)]


def _orphan(path: Path, name: str) -> Iterator[Reject]:
    texts = [s for s in (*_MEDIA_TYPES, *_BULK_SUFFIXES) if path.with_name(path.stem + s).exists()]
    if not texts:
        yield Reject(
            name, None, f"a sidecar without its text; put {path.stem}.txt beside it, or remove it"
        )


def _read_text(path: Path, name: str, sidecar: Sidecar) -> Iterator[Source | Reject]:
    content = path.read_bytes()
    if content.strip():
        yield _source(name, content, _MEDIA_TYPES[path.suffix], sidecar)
    else:
        yield Reject(name, None, "the file is empty; put the text into it, or remove it")


def _read_bulk(path: Path, name: str, sidecar: Sidecar) -> Iterator[Source | Reject]:
    known = sidecar.model_dump(include=set(Origin.model_fields), exclude_unset=True)
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _read_line(line, number, name, known)
        except (EOFError, gzip.BadGzipFile) as error:
            yield Reject(
                name, number + 1, f"the compressed file breaks off here ({error}); make it anew"
            )


def _read_line(line: bytes, number: int, name: str, known: Mapping[str, Any]) -> Source | Reject:
    try:
        row = BulkRow.model_validate(dict(known, **json.loads(line)))
    except UnicodeDecodeError as error:
        return Reject(name, number, f"not UTF-8 ({error.reason}); save the file in UTF-8")
    except ValidationError as error:
        return Reject(name, number, "; ".join(_mistakes(error, BulkRow)))
    except (ValueError, TypeError, RecursionError):
        return Reject(name, number, "not a JSON object; write one object a line, with its `text`")
    return _source(f"{name}#{number}", row.text.encode(), "text/plain", row)


def _source(path: str, content: bytes, media_type: str, origin: Origin) -> Source:
    return Source(
        path=path,
        content=content,
        media_type=media_type,
        publisher=origin.publisher,
        published_on=origin.published_on,
        source_url=origin.source_url,
        licence=origin.licence,
    )


def _read_sidecar(path: Path, name: str, text_name: str) -> Sidecar | list[Reject]:
    """What a sidecar says, or each of its mistakes; a text without a sidecar has an empty one."""
    if not path.exists():
        return Sidecar()
    consequence = f"; until then {text_name} is not released"
    try:
        text = path.read_text(encoding="utf-8")
        return Sidecar.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines())
        problem = _TOML_PLACE.sub("", str(error))
        return [
            Reject(
                name, line, f'not TOML: {problem}; write each line as key = "value"{consequence}'
            )
        ]
    except ValidationError as error:
        return [
            Reject(name, _line_of_key(text, str(e["loc"][0])), mistake + consequence)
            for e, mistake in zip(error.errors(), _mistakes(error, Sidecar), strict=True)
        ]
    except UnicodeDecodeError:
        return [Reject(name, None, f"not UTF-8; save it in UTF-8{consequence}")]
    except OSError as error:
        return [
            Reject(
                name, None, f"cannot be read ({error.strerror}); check its permissions{consequence}"
            )
        ]


def _mistakes(error: ValidationError, model: type[BaseModel]) -> Iterable[str]:
    """Each mistake with the key that it stands at and the remedy."""
    for mistake in error.errors(include_url=False):
        key = str(mistake["loc"][0]) if mistake["loc"] else "line"
        if mistake["type"] == "extra_forbidden":
            yield f"{key}: not a known key; {_suggestion(key, model)}"
        elif mistake["type"] == "missing":
            yield f"{key}: is missing; give it"
        elif mistake["type"] == "string_pattern_mismatch":
            yield f"{key}: {mistake['input']!r} is no address; write it as https://…"
        elif mistake["type"] == "string_too_short":
            yield f"{key}: is empty; leave the key out where nothing is known"
        else:
            yield f"{key}: {mistake['input']!r} {_problem(mistake['msg'])}"


def _problem(message: str) -> str:
    if message.startswith("Value error, "):
        return message.removeprefix("Value error, ")
    return f"is wrong ({message}); correct it"


def _suggestion(key: str, model: type[BaseModel]) -> str:
    close = difflib.get_close_matches(key, model.model_fields, n=1)
    return (
        f"did you mean {close[0]}?"
        if close
        else f"the keys are {', '.join(sorted(model.model_fields))}"
    )


def _line_of_key(text: str, key: str) -> int | None:
    match = re.search(rf"^[ \t]*\[*[\"']?{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None
