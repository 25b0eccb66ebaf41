"""Everything that is measured, in one table; the exit code is 1 where a bound is not kept."""

import sys
from collections.abc import Callable, Iterator

import bench_check
import bench_extract
import bench_release
import bench_scale
import bench_seed
from measurement import Measurement
from rich.console import Console
from rich.table import Table

BENCHES: tuple[Callable[[], Iterator[Measurement]], ...] = (
    bench_seed.measure,
    bench_check.measure,
    bench_extract.measure,
    bench_release.measure,
    bench_scale.measure,
)


def main() -> int:
    """Measure one after another and print as it goes."""
    table = Table("", "measured", "bound", "")
    measurements = [m for bench in BENCHES for m in bench()]
    for m in measurements:
        verdict = "" if m.is_kept is None else "kept" if m.is_kept else "NOT KEPT"
        table.add_row(m.name, m.value, m.bound, verdict)
    Console(width=100).print(table)
    return 1 if any(m.is_kept is False for m in measurements) else 0


if __name__ == "__main__":
    sys.exit(main())
