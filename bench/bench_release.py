"""What a release of a million initiatives costs beside pyarrow alone.

    python bench/bench_release.py [RELEASE [HOW_MANY]]

The documents of a small release are multiplied, each copy with ids of its own, until they hold that many initiatives.
"""

import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet as pq
from measurement import Measurement, at_most

from expectations.tables import TABLES
from flows.releases import Dataset, Release, plan_release, read_release, release

ROOT = Path(__file__).parent.parent
HOW_MANY = 1_000_000
ID_LENGTH = 16
pc: Any = pyarrow.compute


def multiplied(small: Release, how_many: int) -> dict[str, pa.Table]:
    """The small release's documents again and again, until there are that many initiatives."""
    tables = {table.name: small.table(table.name) for table in TABLES}
    copies = -(-how_many // tables["initiatives"].num_rows)
    return {name: copied(table, copies) for name, table in tables.items()}


def copied(table: pa.Table, copies: int) -> pa.Table:
    """A table's rows that many times; the number of the copy stands in every id."""
    numbers = pa.array([f"{n:08x}" for n in range(copies)])
    of_row = numbers.take(np.repeat(np.arange(copies), table.num_rows))
    many = pa.concat_tables([table] * copies).combine_chunks()
    for place, field in enumerate(many.schema):
        if field.name.endswith("_id"):
            values = many.column(place).combine_chunks()
            rest = pc.utf8_slice_codeunits(values, 8)
            many = many.set_column(place, field, pc.binary_join_element_wise(of_row, rest, ""))
    return many


def write_alone(tables: dict[str, pa.Table], folder: Path) -> None:
    """What pyarrow needs: the same tables, that of the changes among them, as Parquet and CSV."""
    folder.mkdir()
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        pyarrow.csv.write_csv(table, folder / f"{name}.csv")


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run(small: Release, how_many: int) -> tuple[int, float, float, float]:
    """Bytes of all tables, seconds of pyarrow and of the release, peak memory in MB."""
    scratch = Path(tempfile.mkdtemp())
    try:
        tables = multiplied(small, how_many)
        dataset = Dataset(tables, (), small.provenance())
        everything = tables | {"changes": plan_release(dataset, scratch / "none").changes}
        alone = timed(partial(write_alone, everything, scratch / "alone"))
        everything.clear()
        whole = timed(lambda: release(dataset, scratch / "datasets"))
    finally:
        shutil.rmtree(scratch)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return sum(t.nbytes for t in tables.values()), alone, whole, peak


def measure(small: Release | None = None, how_many: int = HOW_MANY) -> Iterator[Measurement]:
    """Both in one process, one after the other."""
    of = small or read_release(ROOT / "datasets")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        size, alone, whole, peak = pool.apply(run, (of, how_many))
    yield Measurement(
        f"pyarrow alone, {how_many:,} initiatives", f"{alone:.1f} s, {size / 1e6:.0f} MB"
    )
    yield Measurement("the release of the same tables, verified", f"{whole:.1f} s")
    yield at_most("release / pyarrow alone", whole / alone, 3)
    yield at_most("peak memory of the release", peak, 2048, " MB")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    given = read_release(ROOT / "datasets", arguments[0]) if arguments else None
    print(*measure(given, int(arguments[1]) if len(arguments) > 1 else HOW_MANY), sep="\n")
