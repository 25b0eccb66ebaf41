"""What a release was made from: its sources, the extractor and lexicons, the corrections."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import expectations.derive
import expectations.tables
import transforms
from transforms.source import Source

# The packages whose version can change what is extracted.
_READERS = ("charset-normalizer", "jieba", "lxml", "pypdfium2", "python-docx")
_JUDGES = ("great-expectations", "pandas", "pyarrow")
_MAKERS = ("corrections", "extraction", "kept", "parser", "sandbox", "sketches")


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source: its path, the hash of its bytes, and the hash of all that is known of it besides."""

    path: str
    sha256: str
    about: str

    @property
    def document_id(self) -> str:
        """The id of the document that these bytes make."""
        return self.sha256[:16]


@dataclass(frozen=True, slots=True)
class AppliedCorrection:
    """A cell, or a whole row where `column` is null, that a correction has set, dropped or added."""

    table: str
    id: str
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything that decides a release's rows."""

    code_version: str
    extractor: str
    readers: Mapping[str, str]
    corrections: str
    corrected: tuple[AppliedCorrection, ...]
    sources: tuple[SourceRecord, ...]

    def to_json(self) -> str:
        """The text of `provenance.json`."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def read_provenance(path: Path) -> Provenance:
    """The provenance that a release records."""
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    values["corrected"] = tuple(AppliedCorrection(**v) for v in values["corrected"])
    values["sources"] = tuple(SourceRecord(**v) for v in values["sources"])
    return Provenance(**values)


def record_source(source: Source) -> SourceRecord:
    """What is kept of a source to tell later whether it has changed."""
    facts = [source.path, source.media_type, source.publisher, source.published_on]
    facts += [source.source_url, source.licence]
    about = hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()[:16]
    return SourceRecord(source.path, hashlib.sha256(source.content).hexdigest(), about)


def trace(
    lexicons: Mapping[str, str],
    sources: Iterable[SourceRecord],
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
        sources=tuple(sorted(sources, key=lambda s: (s.path, s.sha256))),
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
