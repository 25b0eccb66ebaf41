"""How well the extractor does on the annotated texts that the project ships."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from flows.corrections import Corrections
from flows.extraction import Reader, extract_shard
from flows.releases import Quality
from flows.score import CONFIDENCE, RESAMPLES, read_gold, score_tables
from flows.sources import SEEDS, read_sources

GOLDEN = SEEDS.parent / "tests" / "golden"


@lru_cache(maxsize=1)
def measure_quality(reader: Reader, golden: Path = GOLDEN) -> Quality | None:
    """The figures of the extractor alone, without corrections, measured once a process.

    None where the gold set is not at hand.
    """
    if not golden.is_dir():
        return None
    paths = [(golden / text.source).resolve() for text in read_gold(golden)]
    extracted = extract_shard(reader, Corrections("", ()), list(read_sources(paths)))
    figures = score_tables(extracted.tables, golden).figures
    return Quality(figures, "\n".join(_in_words(figures)))


def _in_words(figures: Mapping[str, Any]) -> Iterator[str]:
    """What the card says: Markdown."""
    gold = figures["gold"]
    yield f"What the extraction finds in {gold['texts']} annotated texts, against what a careful reader finds there."
    yield f"In brackets the bounds of {CONFIDENCE:.0%} of {RESAMPLES:,} sets of texts drawn anew; all figures stand in"
    yield "[quality.json](quality.json).\n"
    yield from _markdown(
        ("table", "precision", "recall", "F1", "rows"),
        [
            (f"`{name}`", *(_bounded(f, key) for key in ("precision", "recall", "f1")), f["gold"])
            for name, f in figures["tables"].items()
            if not name.endswith("~")
        ],
    )
    yield from _markdown(
        ("field", "right", "values"),
        [
            (f"`{name}`", _bounded(f, "accuracy"), f["of"])
            for name, f in figures["fields"].items()
            if f["of"]
        ],
    )


def _bounded(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures["interval" if name == "accuracy" else f"{name}_interval"]
    return f"{figures[name]:.2f} ({low:.2f}–{high:.2f})"


def _markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""
