"""Where words of a list begin in a text, looked up at all places at once: the list as a trie that numpy walks."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

# A code point takes 21 bits; the one behind a text's end stands in no word.
_BITS, _END = 21, "\0"


class Runs:
    """The runs of characters that begin words, numbered by length: the longest at a place tells all words there."""

    def __init__(self, words: Iterable[str]) -> None:
        runs = {word[:n] for word in words for n in range(1, len(word) + 1)}
        self.runs: Sequence[str] = sorted(runs, key=lambda run: (len(run), run))
        self.number: Mapping[str, int] = {run: n for n, run in enumerate(self.runs)}
        # For each length above 1, the steps to a run (a shorter run's number, a character), and the first one's number.
        self._steps: list[tuple[Integers, int]] = []
        self._first = np.full(sys.maxunicode + 1, -1, np.int32)
        for length, level in groupby(self.runs, key=len):
            of_length = list(level)
            codes = np.array([ord(run[-1]) for run in of_length])
            number = self.number[of_length[0]]
            if length == 1:
                self._first[codes] = np.arange(len(codes))
            else:
                before = np.array([self.number[run[:-1]] for run in of_length])
                self._steps.append(((before << _BITS) | codes, number))

    def of(self, text: str) -> tuple[Integers, Integers]:
        """The places of a text where words may begin, in order, and the number of the longest run at each.

        >>> runs = Runs(["耕地", "保护耕地"])
        >>> places, numbers = runs.of("要保护耕地。")
        >>> places, [runs.runs[n] for n in numbers]
        (array([1, 3]), ['保护耕地', '耕地'])
        """
        padded = text + _END * len(self._steps)
        code_points = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = code_points.astype(np.int64)
        longest = self._first.take(codes).astype(np.int64)
        (places,) = (longest >= 0).nonzero()
        at, numbers = places, longest.take(places)
        for length, (steps, first) in enumerate(self._steps, 1):
            wanted = (numbers << _BITS) | codes[length:].take(at)
            found = steps.searchsorted(wanted)
            (goes_on,) = (steps.take(found, mode="clip") == wanted).nonzero()
            if not len(goes_on):
                break
            at, numbers = at.take(goes_on), found.take(goes_on) + first
            longest[at] = numbers
        return places, longest.take(places)
