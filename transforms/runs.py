"""Where words of a list begin in a text, looked up at all places at once: the list as a trie that numpy walks."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise, starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer]

# The code point behind a text's end stands in no word.
_END = "\0"
# So many slots for each run: the more, the sooner a free base is found. The step between bases that are tried is a prime.
_ROOM, _STEP = 4, 7919


class Runs:
    """The runs of characters that begin words, numbered by length: the longest at a place tells all words there.

    `parents` has for each run the number of the run without its last character.

    The trie is a double array: the run that goes on from a run by a letter stands in the slot `base of the run +
    number of the letter`, if its parent is that run.
    """

    def __init__(self, words: Iterable[str]) -> None:
        runs = {word[:n] for word in words for n in range(1, len(word) + 1)}
        # The empty run comes first.
        self.runs: Sequence[str] = ["", *sorted(runs, key=lambda run: (len(run), run))]
        self.number: Mapping[str, int] = {run: n for n, run in enumerate(self.runs)}
        lengths = np.array([*map(len, self.runs)])
        self._longest = int(lengths[-1])
        self._ends = lengths.searchsorted(np.arange(self._longest + 1), side="right").tolist()
        letters = {letter: n for n, letter in enumerate(sorted({run[-1] for run in runs}), 1)}
        self._letters = np.zeros(sys.maxunicode + 1, np.int32)
        self._letters[[ord(letter) for letter in letters]] = list(letters.values())
        parents = [0, *(self.number[run[:-1]] for run in self.runs[1:])]
        self.parents = np.array(parents, np.int32)
        self._bases, self._slots = _double_array(
            parents, [0, *(letters[run[-1]] for run in self.runs[1:])]
        )

    def by_length(self) -> Iterator[slice]:
        """The runs of two characters and more, a length at a time, so that each comes after the run that begins it."""
        return starmap(slice, pairwise(self._ends[1:]))

    def of(self, text: str) -> tuple[Integers, Integers]:
        """The places of a text where words may begin, in order, and the number of the longest run at each.

        >>> runs = Runs(["耕地", "保护耕地"])
        >>> places, numbers = runs.of("要保护耕地。")
        >>> places, [runs.runs[n] for n in numbers]
        (array([1, 3]), ['保护耕地', '耕地'])
        """
        padded = text + _END * self._longest
        code_points = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32)
        letters = self._letters.take(code_points)
        longest = self._slots.take(letters)
        (places,) = longest.nonzero()
        at, numbers = places, longest.take(places)
        for length in range(1, self._longest):
            found = self._slots.take(self._bases.take(numbers) + letters[length:].take(at))
            (goes_on,) = (self.parents.take(found) == numbers).nonzero()
            if not len(goes_on):
                break
            at, numbers = at.take(goes_on), found.take(goes_on)
            longest[at] = numbers
        return places, longest.take(places)


def taken(table: NDArray[Any], rows: Integers) -> NDArray[Any]:
    """These rows of a table and one of zeros behind them, so that every range of them, an empty one too, begins with a row."""
    found = np.empty((len(rows) + 1, *table.shape[1:]), table.dtype)
    # Into its place at once: numpy does so where no number is out of bounds, as it believes when it may clip.
    table.take(rows, axis=0, out=found[:-1], mode="clip")
    found[-1] = 0
    return found


def _double_array(parents: Sequence[int], letters: Sequence[int]) -> tuple[Integers, Integers]:
    """The base of each run, and the run in each slot (0 for none)."""
    children = defaultdict(list)
    for number, (parent, letter) in enumerate(zip(parents, letters, strict=True)):
        if number:
            children[parent].append((letter, number))
    size, room = _ROOM * len(parents), max(letters) + 1
    bases, slots = np.zeros(len(parents), np.int32), [0] * (size + 2 * room)
    # The first slots are those of the empty run alone; the runs with the most children are the hardest to place.
    for parent in sorted(children, key=lambda run: (run > 0, -len(children[run]), run)):
        tried = (room + n * _STEP % size for n in count(parent)) if parent else iter([0])
        base = next(
            b for b in tried if not any(slots[b + letter] for letter, _ in children[parent])
        )
        bases[parent] = base
        for letter, number in children[parent]:
            slots[base + letter] = number
    return bases, np.array(slots, np.int32)
