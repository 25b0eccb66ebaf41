"""Disk -> documents: texts, web pages, PDF, Word, JSON Lines and Parquet, with what their sidecars say of them.

Nothing here stops the others: what cannot be read comes out as a `Reject` with a remedy.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from flows.bulk import MOST_TEXT_BYTES, read_json_lines, read_parquet, source_of, too_large
from flows.origins import ORIGIN, Reject, Repeated, Sidecar, printable, read_sidecar
from flows.storage import patiently
from transforms.lexicon import LexiconError
from transforms.parsing import PDF, WORD
from transforms.source import Source

__all__ = [
    "LEXICONS",
    "SEEDS",
    "Reject",
    "read_lexicons",
    "read_sources",
    "sources_root",
    "stem_of",
    "texts_of",
]

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
LEXICONS = SEEDS / "lexicons"

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
    reason = f"the same bytes as {first}; keep one of the two"
    repeated = Repeated(first, *(getattr(source, name) for name in ORIGIN))
    return Reject(source.path, None, reason, repeated)


def sources_root(paths: Sequence[Path]) -> Path:
    """The folder that the sources' paths are relative to."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath([folder.absolute() for folder in folders]))


def texts_of(paths: Iterable[Path]) -> list[Path]:
    """The paths, with the text that a sidecar speaks of in place of the sidecar."""
    chosen: dict[Path, None] = {}
    for path in paths:
        chosen |= dict.fromkeys(_beside(path) or [path] if path.suffix == ".toml" else [path])
    return list(chosen)


def _beside(sidecar: Path) -> list[Path]:
    """The texts of a sidecar's name."""
    texts = (p for p in sidecar.parent.iterdir() if p.suffix != ".toml")
    return sorted(path for path in texts if stem_of(path) == sidecar.stem)


def read_lexicons(folder: Path = LEXICONS) -> dict[str, str]:
    """The word lists and rules of a folder: file name -> text; LexiconError if they cannot be read."""
    try:
        files = sorted(p for p in folder.iterdir() if p.suffix in {".csv", ".toml"})
    except OSError as error:
        raise LexiconError(
            f"{folder}: {error.strerror}; name the folder of word lists and rules"
        ) from error
    return {path.name: _read_lexicon(path) for path in files}


def _read_lexicon(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LexiconError(f"{path}:{line}: not UTF-8; save it in UTF-8") from error
    except OSError as error:
        raise LexiconError(
            f"{path}: cannot be read ({error.strerror}); check the file and its permissions"
        ) from error


def _files(paths: Sequence[Path]) -> list[Path]:
    """Every file to be read, once, sorted by path; hidden files and READMEs are documentation."""
    found: set[Path] = set()
    for path in paths:
        within = path.rglob("*") if path.is_dir() else [path]
        found.update(p.absolute() for p in within if _is_for_us(p) and not _is_aside(p, path))
    return sorted(found, key=lambda p: p.as_posix())


def _is_for_us(path: Path) -> bool:
    """Whether it is a file, or a link, which will have to be looked at."""
    return path.is_symlink() or not path.is_dir()


def _is_aside(path: Path, given: Path) -> bool:
    if path == given:
        return False
    hidden = any(part.startswith(".") for part in path.relative_to(given).parts)
    return hidden or (path.suffix == ".md" and path.name.startswith("README"))


def _read_file(path: Path, root: Path) -> Iterator[Source | Reject]:
    name = path.relative_to(root).as_posix()
    suffix = _suffix(path)
    if problem := _unsafe(path, name, root):
        yield Reject(_shown(name), None, problem)
    elif suffix == ".toml":
        yield from _orphan(path, name)
    elif suffix in _READERS:
        yield from _read_with_sidecar(path, name, root, _READERS[suffix])
    else:
        kind = suffix or "no suffix"
        remedy = _REMEDIES.get(suffix, _REMEDY)
        readable = ", ".join(_READERS)
        yield Reject(name, None, f"{kind}: not a kind of file that is read ({readable}); {remedy}")


def _suffix(path: Path) -> str:
    """What tells how a file is read, in lower case: the last part of its name, or two for `.jsonl.gz`."""
    name = path.name.lower()
    return next((s for s in _READERS if s.count(".") > 1 and name.endswith(s)), path.suffix.lower())


def _unsafe(path: Path, name: str, root: Path) -> str | None:
    """Why a file is not even opened."""
    if not _is_utf8(name):
        return "the file's name is not UTF-8; rename it"
    if not name.isprintable():
        return "the file's name holds control characters; rename it"
    if _leads_out(path, root):
        return "a link to outside the sources; put the file itself there"
    if path.is_dir():
        return "a link to a folder; put the folder itself there, or name it with --sources"
    if not (path.is_symlink() or path.exists()):
        return "no such file or folder; correct the path, or put texts there"
    if path.exists() and not path.is_file():
        return "no file, but a device or a pipe; put the text itself there"
    return None


def _leads_out(path: Path, root: Path) -> bool:
    """Whether a path is a link to outside of a folder; one that leads round in a circle is not."""
    # `Path.resolve` raises where links lead round.
    return path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(
        os.path.realpath(root)
    )


def _shown(name: str) -> str:
    return printable(os.fsencode(name).decode(errors="backslashreplace"))


def _is_utf8(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def _read_with_sidecar(
    path: Path, name: str, root: Path, read: _Reader
) -> Iterator[Source | Reject]:
    beside = path.with_name(stem_of(path) + ".toml")
    if _leads_out(beside, root):
        problem = (
            f"{beside.name} beside it is a link to outside the sources; put the file itself there"
        )
        yield Reject(name, None, problem)
        return
    sidecar = read_sidecar(beside, f"{name[: -len(path.name)]}{beside.name}", path.name)
    if not isinstance(sidecar, Sidecar):
        yield from sidecar
        return
    is_empty = True
    try:
        for found in read(path, name, sidecar):
            is_empty = False
            yield found
        if is_empty:
            yield Reject(name, None, "holds no row with a text; give it some, or remove it")
    except OSError as error:
        yield Reject(
            name,
            None,
            f"cannot be read ({error.strerror or error}); check the file and its permissions",
        )


def stem_of(path: Path) -> str:
    """The name that a file shares with its sidecar: without its suffix, or with neither of two (`.jsonl.gz`)."""
    return path.name[: -len(_suffix(path))]


def _orphan(path: Path, name: str) -> Iterator[Reject]:
    beside = (p for p in path.parent.iterdir() if _suffix(p) in _READERS)
    if not any(stem_of(p) == path.stem for p in beside):
        yield Reject(
            name, None, f"a sidecar without its text; put {path.stem}.txt beside it, or remove it"
        )


def _read_whole(
    media_type: str, most: int, path: Path, name: str, sidecar: Sidecar
) -> Iterator[Source | Reject]:
    """The file as one document of at most so many bytes."""
    if (size := path.stat().st_size) > most:
        yield Reject(name, None, too_large(size, most))
        return
    content = patiently(path.read_bytes)
    if content.strip():
        yield source_of(name, content, media_type, sidecar)
    else:
        yield Reject(name, None, "the file is empty; put the text into it, or remove it")


_read_text: _Reader = partial(_read_whole, "text/plain", MOST_TEXT_BYTES)
_read_page: _Reader = partial(_read_whole, "text/html", MOST_TEXT_BYTES)
# They may carry pictures.
_MOST_BYTES = 64_000_000
_READERS: Mapping[str, _Reader] = {
    ".txt": _read_text,
    ".html": _read_page,
    ".htm": _read_page,
    ".shtml": _read_page,
    ".xhtml": _read_page,
    ".pdf": partial(_read_whole, PDF, _MOST_BYTES),
    ".docx": partial(_read_whole, WORD, _MOST_BYTES),
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".jsonl.zst": read_json_lines,
    ".parquet": read_parquet,
}
_REMEDIES = {
    **dict.fromkeys(
        (".doc", ".wps", ".rtf", ".odt", ".ofd"),
        "open it in a word processor and save it as .docx or as .txt in UTF-8",
    ),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".heic"),
        "a picture needs its characters recognised (OCR) by another program; add the text as .txt in UTF-8",
    ),
    **dict.fromkeys((".zip", ".rar", ".7z", ".tar", ".gz", ".zst"), "unpack it"),
    **dict.fromkeys((".mht", ".mhtml", ".url", ".webloc"), "save the page as .html"),
}
_REMEDY = "save the text as .txt in UTF-8, or move the file out of the sources"
