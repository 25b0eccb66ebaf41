"""What tells that two texts may be the same report, small enough to be kept of millions: bands of MinHash values.

Two texts that agree in one band or more are worth comparing. Nine bands of seven: of pairs that share nine tenths of
their runs of five characters, three in a thousand escape; of pairs that share a tenth, one in a million is compared.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from expectations.rules import squeeze

pc: Any = pyarrow.compute

BANDS, ROWS = 9, 7
RUN = 5
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)

Runs = npt.NDArray[np.uint64]
Sketches: TypeAlias = "pa.Array[Any]"
"""Of each document a list of `BANDS` numbers."""
SKETCH = pa.list_(pa.uint64(), BANDS)


def runs(text: str) -> Runs:
    """The different runs of five characters of a text without its white space, each as a number."""
    return np.unique(_all_runs(text))


def _all_runs(text: str) -> Runs:
    """Every run as a number, in the order of the text: a run that stands there again makes no other MinHash."""
    characters = np.frombuffer(squeeze(text).ljust(RUN, "\0").encode("utf-32-le", "replace"), "<u4")
    count = len(characters) - RUN + 1
    return _mixed([characters[at : at + count] for at in range(RUN)])


def minhash(own: Runs) -> Any:
    """The MinHash of a text's runs."""
    from datasketch import MinHash  # Importing it takes a second.

    sketch = MinHash(BANDS * ROWS, hashfunc=int, permutations=_permutations(), scheme="affine32")
    sketch.update_batch((own >> np.uint64(32)).tolist())
    return sketch


@cache
def _permutations() -> Any:
    from datasketch import MinHash

    return MinHash(BANDS * ROWS, seed=1, scheme="affine32").permutations


def sketches_of(documents: pa.Table) -> Sketches:
    """The bands of each document's text."""
    texts = documents["text"]
    hashed = [minhash(_all_runs(text.as_py())).hashvalues.reshape(BANDS, ROWS) for text in texts]
    bands = _mixed(np.array(hashed, np.uint64).reshape(-1, ROWS).T)
    return pa.FixedSizeListArray.from_arrays(pa.array(bands), BANDS)


def _mixed(columns: Sequence[npt.NDArray[Any]] | npt.NDArray[Any]) -> Runs:
    """Each row of numbers as one, of rows that are given by their columns."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed ^= column
        mixed *= _FACTOR
        mixed ^= mixed >> _SHIFT
    return mixed


def shared_bands(sketches: Sketches) -> npt.NDArray[np.bool_]:
    """Which bands of each document another one has, too: an array of documents by bands."""
    bands = bands_of(sketches)
    is_shared = np.zeros(bands.shape, bool)
    for number, band in enumerate(bands.T):
        order = np.argsort(band, kind="stable")
        same = np.diff(band[order]) == 0
        is_shared[order[1:][same], number] = is_shared[order[:-1][same], number] = True
    return is_shared


def bands_of(sketches: Sketches) -> Runs:
    """The sketches as an array of documents by bands."""
    bands: Runs = pc.list_flatten(sketches).to_numpy().reshape(-1, BANDS)
    return bands
