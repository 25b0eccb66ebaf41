"""The same report twice: near duplicates among documents, and in a release.

Two texts are the same report if nine tenths of their runs of five characters are (Jaccard, white space left out).
MinHash proposes pairs; each is confirmed by counting, so that no chance decides.
"""

import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

SAME = 0.9
_RUN = 5
# Six bands of four: of pairs that share 0.9, two in a thousand escape; of pairs that share 0.1, one in 1,700 is counted.
_BANDS, _ROWS = 6, 4
_PROBES = 16
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Runs = npt.NDArray[np.uint64]


class Repeat(NamedTuple):
    """An earlier document that a text repeats, and how alike the two are (0.9 to 1)."""

    first: str
    likeness: float

    def __str__(self) -> str:
        """As reasons say it."""
        return f"the same report as {self.first} ({self.likeness:.0%} of their words are the same)"


class Repeats:
    """Documents as they come; each is told whether one before says the same."""

    def __init__(self) -> None:
        self._texts: list[tuple[str, bytes]] = []

    def add(self, name: str, text: str) -> Repeat | None:
        """The earlier document that a text repeats; a text that repeats none is remembered under its name."""
        if not self._texts:
            self._remember(name, text)
            return None
        own = runs(text)
        sketch = _sketch(own)
        # The index knows numbers: the first document in the order given is meant, whatever the order of its answer.
        for number in sorted(self._index.query(sketch)):
            first, packed = self._texts[number]
            likeness = _jaccard(own, runs(zlib.decompress(packed).decode()))
            if likeness >= SAME:
                return Repeat(first, likeness)
        self._index.insert(len(self._texts), sketch)
        self._remember(name, text)
        return None

    def _remember(self, name: str, text: str) -> None:
        self._texts.append((name, zlib.compress(text.encode(errors="replace"), 1)))

    @cached_property
    def _index(self) -> Any:
        """The sketches by their bands; made when there is something to compare, for importing it takes a second."""
        from datasketch import MinHashLSH

        index = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS))
        index.insert(0, _sketch(runs(zlib.decompress(self._texts[0][1]).decode())))
        return index


def repeat_among(text: str, others: Iterable[tuple[str, str]]) -> Repeat | None:
    """The first of (name, text) pairs that a text repeats, without an index of them.

    Of a text that shares nine tenths of its runs, most of sixteen runs picked evenly are there: few others are counted.
    """
    squeezed = "".join(text.split())
    step = max(1, len(squeezed) // _PROBES)
    probes = [squeezed[at : at + _RUN] for at in range(0, len(squeezed), step)][:_PROBES]
    own = runs(text)
    for name, other in others:
        packed = "".join(other.split())
        if sum(probe in packed for probe in probes) * 2 < len(probes):
            continue
        likeness = _jaccard(own, runs(packed))
        if likeness >= SAME:
            return Repeat(name, likeness)
    return None


def runs(text: str) -> Runs:
    """The different runs of five characters of a text without its white space, each as a number."""
    characters = np.frombuffer("".join(text.split()).encode("utf-32-le", "replace"), np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(characters, (0, max(0, _RUN - len(characters)))), _RUN
    )
    hashed = np.zeros(len(windows), np.uint64)
    for column in windows.T:
        hashed = (hashed ^ column.astype(np.uint64)) * _FACTOR
        hashed ^= hashed >> np.uint64(29)
    return np.unique(hashed)


def _jaccard(one: Runs, other: Runs) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def _sketch(own: Runs) -> Any:
    from datasketch import MinHash

    sketch = MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=int)
    sketch.update_batch((own >> np.uint64(32)).tolist())
    return sketch


def of_similar_length(characters: int, lengths: Iterable[int]) -> Iterator[int]:
    """Which of the lengths a repeat of a text with so many characters can have, by their numbers."""
    for number, length in enumerate(lengths):
        if 0.75 * characters <= length <= characters / 0.75:
            yield number
