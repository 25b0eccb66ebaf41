"""The twin of a release's CSV files for spreadsheets: UTF-8 with BOM, and no cell runs as a formula.

An apostrophe stands before each cell of text that a spreadsheet might run, and before each that
begins with an apostrophe itself: taking one leading apostrophe away gives the plain file's cells.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

# Its type stubs know fewer combinations of arrays and scalars than it does.
pc: Any = pyarrow.compute

FOLDER = "excel"
BOM = b"\xef\xbb\xbf"
# RFC 4180. The type stubs are older than these options.
CSV, CSV_GOES_ON = (
    pyarrow.csv.WriteOptions(include_header=header, eol="\r\n", quoting_header="none")  # type: ignore[call-arg]
    for header in (True, False)
)
_GUARD = "'"
# The signs that begin a formula, half and full width, after white space or none; tab and line break.
_RUNS = r"^(?:'|[\s\x{3000}]*[\t\r\n=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"
# All that such a cell can begin with: looking at one byte is faster than the pattern.
_FIRST_BYTES = pa.array([bytes([byte]) for byte in b"'\t\n\f\r =+-@\xe3\xef"], pa.binary())


def guarded(table: pa.Table) -> pa.Table:
    """The table with its cells of text made harmless; the very same table where all are."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_string(field.type) and _may_run(column):
            runs = pc.match_substring_regex(column, _RUNS)
            if pc.any(runs).as_py():
                safe = pc.if_else(runs, pc.binary_join_element_wise(_GUARD, column, ""), column)
                table = table.set_column(place, field, safe)
    return table


def _may_run(column: Any) -> bool:
    first = pc.binary_slice(column.cast(pa.binary()), 0, 1)
    return bool(pc.any(pc.is_in(first, value_set=_FIRST_BYTES)).as_py())
