"""Read many texts once and tell what went wrong: crashes, rejects, clauses that nothing explains.

    python bench/bulk.py FOLDER [DRAW]

FOLDER holds texts in any form that `huiyi publish` reads. With DRAW, so many initiatives drawn at random (always the same
ones of the same rows) are printed for reading. The exit code is 1 where a text crashed the extraction.
"""

import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from expectations.tables import Clause, Initiative
from flows.extraction import Rows, load_reader
from flows.sources import LEXICONS, Reject, read_sources
from transforms.extract import Extractor
from transforms.source import Rejected, Source

SEED = 20261125
_SHOWN = 10


@dataclass(slots=True)
class Findings:
    """What was seen in all texts."""

    texts: int = 0
    megabytes: float = 0.0
    rows: Counter[str] = field(default_factory=Counter)
    clause_characters: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    crashes: list[tuple[str, str]] = field(default_factory=list)
    initiatives: list[tuple[str, Initiative]] = field(default_factory=list)

    def add(self, path: str, rows: Rows) -> None:
        """Count the rows of one text."""
        self.rows.update({name: len(some) for name, some in rows.items()})
        for row in rows["clauses"]:
            if isinstance(row, Clause):
                self.clause_characters[row.role] += row.end - row.start
        self.initiatives += [(path, r) for r in rows["initiatives"] if isinstance(r, Initiative)]


def read_all(extractor: Extractor, folder: Path) -> Findings:
    """Extract every text of a folder; a crash is noted and the next text read."""
    findings = Findings()
    for found in read_sources([folder]):
        findings.texts += 1
        if isinstance(found, Reject):
            findings.rejects.append(found)
        else:
            findings.megabytes += len(found.content) / 1e6
            _read(extractor, found, findings)
    return findings


def _read(extractor: Extractor, source: Source, findings: Findings) -> None:
    try:
        findings.add(source.path, extractor.extract(source).rows)
    except Rejected as rejected:
        findings.rejects.append(Reject(source.path, rejected.line, rejected.reason))
    except Exception:
        findings.crashes.append((source.path, traceback.format_exc()))


def report(findings: Findings, seconds: float) -> Iterator[str]:
    """What was found, in lines."""
    speed = findings.megabytes / seconds
    yield f"{findings.texts} texts, {findings.megabytes:.1f} MB in {seconds:.0f} s ({speed:.2f} MB/s)"
    yield f"{len(findings.crashes)} crashes"
    for path, trace in findings.crashes:
        yield f"\n{path}\n{trace}"
    yield from _rejects(findings.rejects)
    whole = findings.clause_characters.total() or 1
    yield "share of the characters of all clauses:"
    for role, characters in findings.clause_characters.most_common():
        yield f"  {role:12} {characters / whole:.4f}"
    yield "rows:"
    for name, count in findings.rows.items():
        yield f"  {name:18} {count:8}"


def _rejects(rejects: list[Reject]) -> Iterator[str]:
    yield f"{len(rejects)} rejects"
    for reason, count in Counter(r.reason for r in rejects).most_common():
        yield f"  {count} × {reason}"
        for reject in [r for r in rejects if r.reason == reason][:_SHOWN]:
            yield f"      {reject.path}"


def draw(findings: Findings, how_many: int) -> Iterator[str]:
    """Initiatives drawn at random, for reading."""
    chance = random.Random(SEED)
    drawn = chance.sample(findings.initiatives, min(how_many, len(findings.initiatives)))
    for number, (path, row) in enumerate(drawn, 1):
        yield f"\n{number}. {row.initiative_id} {path} line {row.line}"
        yield f"   {row.text}  [{row.verb} · {row.kind} · {row.topic} {row.topic_label}]"
        yield f"   {row.sentence}"


def main(folder: Path, how_many: int) -> int:
    """Read, report, draw."""
    extractor = load_reader(LEXICONS).extractor
    began = time.perf_counter()
    findings = read_all(extractor, folder)
    print(*report(findings, time.perf_counter() - began), sep="\n")
    print(*draw(findings, how_many), sep="\n")
    return 1 if findings.crashes else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
