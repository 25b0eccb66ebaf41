"""Publish annotated texts, score the release and compare every score with its floor.

    python bench/check_floors.py gold FOLDER SCRATCH    FOLDER holds score.py, *.gold.json and texts/
    python bench/check_floors.py bulk FOLDER SCRATCH    FOLDER holds score_clauses.py, clauses.tsv and *.jsonl.gz

The exit code is 1 where a score is below its floor in bench/floors.toml.
"""

import gzip
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

BENCH = Path(__file__).parent
_SHARE = re.compile(r"^([a-z ]+?) {2,}([\d.]+) of (\d+)$", re.M)

Scores = dict[str, tuple[float, int]]


def published(sources: Path, output: Path) -> Path:
    """A release of the sources."""
    command: list[str | Path] = [sys.executable, "-m", "flows.cli", "publish"]
    command += ["--sources", sources, "--output", output, "--workers", "2"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return output / "latest"


def gold_scores(dataset: Path, folder: Path, only: str | None) -> Scores:
    """Name -> score and number of cases, as score.py gives them."""
    command: list[str | Path] = [sys.executable, folder / "score.py", dataset, folder, "--json"]
    command += ["--only", only] if only else []
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    report = json.loads(answer.stdout)
    return {name: score for name, row in report.items() for score in _score(row)}


def _score(row: object) -> Iterator[tuple[float, int]]:
    if isinstance(row, Mapping) and "f1" in row:
        yield row["f1"], row["gold"]
    elif isinstance(row, Mapping) and row.get("accuracy") is not None:
        yield row["accuracy"], row["of"]


def bulk_scores(dataset: Path, folder: Path) -> Scores:
    """Name -> score and number of cases, as score_clauses.py gives them."""
    command: list[str | Path] = [sys.executable, folder / "score_clauses.py", dataset]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return {m[1]: (float(m[2]), int(m[3])) for m in _SHARE.finditer(answer.stdout)}


def labelled_texts(folder: Path, into: Path) -> Path:
    """The texts alone that hold a labelled clause."""
    lines = (folder / "clauses.tsv").read_text(encoding="utf-8").splitlines()
    names, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    before, clause = names.index("before"), names.index("clause")
    needles = [squeeze(row[before])[-18:] + squeeze(row[clause]) for row in rows]
    into.mkdir(parents=True)
    for bulk in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(bulk, "rb") as texts, (into / bulk.stem).open("wb") as kept:
            for line in texts:
                text = squeeze(json.loads(line)["text"])
                if any(needle in text for needle in needles):
                    kept.write(line)
    return into


def squeeze(text: str) -> str:
    """A text without white space, as the labels are given."""
    return "".join(text.split())


def show(title: str, scores: Scores, floors: Mapping[str, float]) -> bool:
    """Print the scores beside their floors; whether all of them are reached."""
    table = Table("", "score", "floor", "of", title=title, title_justify="left")
    for name, (score, cases) in scores.items():
        floor = floors.get(name)
        mark = "" if floor is None else f"{floor:.3f} {'ok' if score >= floor else 'BELOW'}"
        table.add_row(name, f"{score:.3f}", mark, str(cases))
    Console(width=80).print(table)
    absent = floors.keys() - scores.keys()
    if absent:
        print(f"{title}: no score for {', '.join(sorted(absent))}")
    return not absent and all(scores[name][0] >= floor for name, floor in floors.items())


def main(part: str, folder: Path, scratch: Path) -> int:
    """Score one part; 0 if every floor is reached."""
    floors = tomllib.loads((BENCH / "floors.toml").read_text(encoding="utf-8"))[part]
    if part == "bulk":
        dataset = published(labelled_texts(folder, scratch / "texts"), scratch / "release")
        return 0 if show("labelled clauses", bulk_scores(dataset, folder), floors["all"]) else 1
    dataset = published(folder / "texts", scratch / "release")
    reached = [
        show(name, gold_scores(dataset, folder, None if name == "all" else name), floor)
        for name, floor in floors.items()
    ]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
