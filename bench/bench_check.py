"""What `huiyi check` of one new text costs beside importing Great Expectations alone."""

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from bench_seed import seconds
from measurement import Measurement, at_most

ROOT = Path(__file__).parent.parent
RUNS = 5
# A text that no release holds: every step of a check is taken.
TEXT = ROOT / "tests" / "check" / "00-good.txt"


def measure() -> Iterator[Measurement]:
    """Medians of several runs each, taken in turn after a first one that does not count."""
    alone, check = [], []
    for _ in range(RUNS + 1):
        alone.append(seconds([sys.executable, "-c", "import great_expectations"]))
        check.append(seconds([sys.executable, "-m", "flows.cli", "check", TEXT]))
    a_import, a_check = statistics.median(alone[1:]), statistics.median(check[1:])
    yield Measurement("importing Great Expectations alone", f"{a_import:.2f} s")
    yield at_most("huiyi check, one new text", a_check, 5, " s")
    yield at_most("check / import", a_check / a_import, 2)


if __name__ == "__main__":
    print(*measure(), sep="\n")
