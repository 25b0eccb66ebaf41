"""What a release was made from: its sources, the extractor and lexicons, the corrections."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

import expectations.derive
import expectations.tables
import transforms
from flows.spill import Spill
from transforms.source import Source

# The packages whose version can change what is extracted.
_READERS = ("charset-normalizer", "jieba", "lxml", "pypdfium2", "python-docx")
_JUDGES = ("great-expectations", "pandas", "pyarrow")
_MAKERS = ("corrections", "extraction", "kept", "parser", "sandbox", "sketches")


SOURCES = pa.schema([(name, pa.string()) for name in ("path", "sha256", "about")])
"""The table of sources: the path of each, the hash of its bytes, and the hash of all that is known of it besides."""
ID_DIGITS = 16
"""So many digits of the hash of a source's bytes are the id of the document that they make."""
_TOLD_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class AppliedCorrection:
    """A cell, or a whole row where `column` is null, that a correction has set, dropped or added."""

    table: str
    id: str
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything that decides a release's rows; `sources` are those of `SOURCES`, in the order of paths."""

    code_version: str
    extractor: str
    readers: Mapping[str, str]
    corrections: str
    corrected: tuple[AppliedCorrection, ...]
    sources: pa.Table

    def to_json(self) -> Iterator[str]:
        """The text of `provenance.json`, in pieces."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values |= {"corrected": list(map(asdict, self.corrected)), "sources": []}
        yield _as_json(values).removesuffix("]\n}")
        for at in range(0, self.sources.num_rows, _TOLD_AT_ONCE):
            told = _as_json(self.sources.slice(at, _TOLD_AT_ONCE).to_pylist())
            inner = told.removeprefix("[").removesuffix("\n]").replace("\n", "\n ")
            yield f"{',' if at else ''}{inner}"
        yield "\n ]\n}\n" if self.sources.num_rows else "]\n}\n"


def _as_json(values: object) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1)


def read_provenance(path: Path, scratch: Path | None = None) -> Provenance:
    """The provenance that a release records; its sources stand in a folder for temporary files."""
    sources = Spill(SOURCES, scratch)

    def packed(value: dict[str, Any]) -> dict[str, Any] | None:
        """Nothing in place of a source: it goes into the table as soon as it is read."""
        if value.keys() != {*SOURCES.names}:
            return value
        sources.add(*map(value.__getitem__, SOURCES.names))
        return None

    values = json.loads(path.read_text(encoding="utf-8"), object_hook=packed)
    values["corrected"] = tuple(AppliedCorrection(**v) for v in values["corrected"])
    return Provenance(**values | {"sources": sources.table})


def record_source(source: Source) -> tuple[str, str, str]:
    """What is kept of a source to tell later whether it has changed: a row of `SOURCES`."""
    facts = [source.path, source.media_type, source.publisher, source.published_on]
    facts += [source.source_url, source.licence]
    about = hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()[:16]
    return source.path, hashlib.sha256(source.content).hexdigest(), about


def trace(
    lexicons: Mapping[str, str],
    sources: pa.Table,
    corrections: str,
    corrected: Iterable[AppliedCorrection],
) -> Provenance:
    """The provenance of a dataset that this code makes now."""
    return Provenance(
        code_version=version("huiyi"),
        extractor=fingerprint_extractor(lexicons),
        readers={name: version(name) for name in _READERS},
        corrections=hashlib.sha256(corrections.encode()).hexdigest()[:16],
        corrected=tuple(corrected),
        sources=sources.sort_by([("path", "ascending"), ("sha256", "ascending")]),
    )


def fingerprint_extractor(lexicons: Mapping[str, str]) -> str:
    """A hash over the extractor's code, the lexicons and the versions of the packages that read."""
    # Compiled or not, the code is what these files say.
    code = [*Path(transforms.__file__).parent.glob("*.py"), Path(expectations.tables.__file__)]
    return _hash(_texts(code) | dict(lexicons) | {name: version(name) for name in _READERS})


def fingerprint_tables(lexicons: Mapping[str, str]) -> str:
    """A hash over all that makes tables of sources: the extractor, and what calls it and writes down what it says."""
    code = [Path(__file__).parent / f"{name}.py" for name in _MAKERS]
    code += [Path(expectations.derive.__file__)]
    packages = {name: version(name) for name in ("datasketch", "pyarrow")}
    return _hash(_texts(code) | packages | {"extractor": fingerprint_extractor(lexicons)})


def fingerprint_expectations() -> str:
    """A hash over all that judges tables: what is expected of them, and the packages that look."""
    code = [*Path(expectations.__path__[0]).glob("*.py")]
    return _hash(_texts(code) | {name: version(name) for name in _JUDGES})


def _texts(paths: Iterable[Path]) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def _hash(parts: Mapping[str, str]) -> str:
    joined = "\0".join(f"{name}\0{parts[name]}" for name in sorted(parts))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
