"""How well a dataset agrees with annotated texts: `quality.json`.

Counts are added up over the texts. The bounds beside a figure say how far it depends on which texts were annotated:
texts are drawn anew, with replacement, many times.
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import ValidationError

from flows.agreement import FIELD_NAMES, TABLE_NAMES, Agreement, GoldText, Miss, Row
from flows.errors import StopError

RESAMPLES = 1000
CONFIDENCE = 0.95
_SEED = 20230103

_SCORED = (
    "documents",
    "meetings",
    "participants",
    "focus_areas",
    "initiatives",
    "programmes",
    "targets",
    "enumerations",
    "enumeration_items",
    "citations",
)
# Misses are listed under these names.
ERROR_FIELDS = (
    *(name for name in TABLE_NAMES if name != "initiatives~"),
    "verb",
    "kind",
    "topic",
    "area",
    "document",
    "meeting",
)
_Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """The comparison of a dataset with a gold set."""

    figures: Mapping[str, Any]
    misses: tuple[Miss, ...]


def score_release(release: Path, gold_dir: Path) -> dict[str, Any]:
    """The figures of `quality.json` for a folder of Parquet files."""
    return dict(score_folder(release, gold_dir).figures)


def score_folder(release: Path, gold_dir: Path) -> Score:
    """A folder of Parquet files against the annotations of another folder."""
    if not (release / "documents.parquet").exists():
        raise StopError(f"{release}: holds no documents.parquet; name the folder of a release")
    gold = read_gold(gold_dir)
    documents = _read(release, "documents", "sha256", [text.sha256 for text in gold])
    ids = [str(key) for key in documents["document_id"].to_pylist()]
    tables = {name: _read(release, name, "document_id", ids) for name in _SCORED[1:]}
    return score_tables({"documents": documents, **tables}, gold_dir)


def _read(release: Path, table: str, column: str, values: Sequence[str]) -> pa.Table:
    """The rows of a table with one of these values; none where the release lacks the table."""
    path = release / f"{table}.parquet"
    if not path.exists():
        return pa.table({column: pa.array([], pa.string())})
    return pq.read_table(path, filters=[(column, "in", set(values))] if values else None)


def score_tables(tables: Mapping[str, pa.Table], gold_dir: Path) -> Score:
    """A dataset in memory against the annotations of a folder."""
    gold = read_gold(gold_dir)
    by_document = {name: _by_document(tables[name]) for name in _SCORED}
    ids = {row["sha256"]: key for key, rows in by_document["documents"].items() for row in rows}
    agreements = [Agreement(text, _rows_of(by_document, ids.get(text.sha256))) for text in gold]
    figures = {
        "gold": _gold_in_figures(gold, gold_dir, ids),
        "bootstrap": {"resamples": RESAMPLES, "confidence": CONFIDENCE, "seed": _SEED},
        **_all_figures(agreements),
    }
    return Score(figures, tuple(miss for agreement in agreements for miss in agreement.misses))


def _by_document(table: pa.Table) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row in table.to_pylist():
        rows.setdefault(row["document_id"], []).append(row)
    return rows


def _rows_of(
    by_document: Mapping[str, Mapping[str, Sequence[Row]]], document_id: str | None
) -> dict[str, Sequence[Row]] | None:
    if document_id is None:
        return None
    return {name: rows.get(document_id, ()) for name, rows in by_document.items()}


# ------------------------------------------------------------------------------ gold


def read_gold(folder: Path) -> list[GoldText]:
    """The annotations of a folder, in the order of their names."""
    paths = _gold_files(folder)
    if not paths:
        raise StopError(f"{folder}: holds no *.gold.json; name a folder of annotations")
    return [_read_annotation(path) for path in paths]


def _gold_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.gold.json"))


def _read_annotation(path: Path) -> GoldText:
    try:
        text = GoldText.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise StopError(f"{path}: {place}: {first['msg']}; correct it") from error
    return text.model_copy(update={"name": path.name.removesuffix(".gold.json")})


def hash_gold(folder: Path) -> str:
    """A hash over all annotations, the same as `sha256sum *.gold.json | sha256sum` says."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in _gold_files(folder)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _gold_in_figures(
    gold: Sequence[GoldText], folder: Path, ids: Mapping[str, str]
) -> dict[str, Any]:
    rows = {
        name: sum(len(getattr(text, name)) for text in gold)
        for name in TABLE_NAMES
        if name in GoldText.model_fields
    }
    return {
        "sha256": hash_gold(folder),
        "texts": len(gold),
        "rows": rows,
        "absent": [text.name for text in gold if text.sha256 not in ids],
    }


# ------------------------------------------------------------------------------ figures


def _all_figures(agreements: Sequence[Agreement]) -> dict[str, Any]:
    names = TABLE_NAMES + FIELD_NAMES
    counts = np.array([[a.counts[name] for name in names] for a in agreements], np.int64)
    drawn = np.tensordot(_draws(len(agreements)), counts, axes=1)
    total = counts.sum(axis=0)
    at = {name: position for position, name in enumerate(names)}
    return {
        "tables": {n: _table_figures(total[at[n]], drawn[:, at[n]]) for n in TABLE_NAMES},
        "fields": {n: _field_figures(total[at[n]], drawn[:, at[n]]) for n in FIELD_NAMES},
    }


def _draws(texts: int) -> NDArray[np.int64]:
    """For each resample, how often each text was drawn; always the same."""
    generator = random.Random(_SEED)
    draws = np.zeros((RESAMPLES, texts), np.int64)
    for draw in draws:
        for _ in range(texts):
            draw[int(generator.random() * texts)] += 1
    return draws


def _table_figures(total: NDArray[np.int64], drawn: NDArray[np.int64]) -> dict[str, Any]:
    """Precision, recall and F1, each with its bounds, and the rows that they come from."""
    point, samples = _rates(total[np.newaxis]), _rates(drawn)
    figures: dict[str, Any] = {}
    for name in ("precision", "recall", "f1"):
        figures[name] = round(float(point[name][0]), 4)
        figures[f"{name}_interval"] = _interval(samples[name])
    return figures | {"gold": int(total[2]), "system": int(total[1]), "right": int(total[0])}


def _rates(counts: NDArray[np.int64]) -> dict[str, _Figures]:
    right, system, gold = (counts[:, column].astype(np.float64) for column in range(3))
    precision, recall = _share(right, system), _share(right, gold)
    f1 = _share(2 * precision * recall, precision + recall)
    return {"precision": precision, "recall": recall, "f1": f1}


def _share(part: _Figures, whole: _Figures) -> _Figures:
    """Part of whole; nothing of nothing is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _field_figures(total: NDArray[np.int64], drawn: NDArray[np.int64]) -> dict[str, Any]:
    """The share of values that are right, with its bounds; null where there were none."""
    of = int(total[1])
    if not of:
        return {"accuracy": None, "interval": None, "of": 0}
    held = drawn[drawn[:, 1] > 0]
    return {
        "accuracy": round(int(total[0]) / of, 4),
        "interval": _interval(held[:, 0] / held[:, 1]),
        "of": of,
    }


def _interval(samples: _Figures) -> list[float]:
    """The bounds between which the middle of the resamples lies."""
    ordered, outside = np.sort(samples), (1 - CONFIDENCE) / 2
    last = len(ordered) - 1
    bounds = (ordered[int(outside * last)], ordered[last - int(outside * last)])
    return [round(float(bound), 4) for bound in bounds]
