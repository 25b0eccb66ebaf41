"""The longest entry of a word list at a place: cheaper than a regular expression of thousands of words."""

from collections.abc import Iterable, Mapping
from functools import cache


class Longest:
    """A word list that can be asked at every place of a text."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms = frozenset(terms)
        self._lengths = lengths_by_start(self.terms)

    def at(self, plain: str, start: int, end: int) -> int:
        """The end of the longest entry in `plain[start:end]` that begins at `start`; `start` itself if there is none."""
        for length in self._lengths.get(plain[start : start + 2], ()):
            stop = start + length
            # Of two characters, these are the word.
            if stop <= end and (length == 2 or plain[start:stop] in self.terms):
                return stop
        return start + 1 if start < end and plain[start] in self.terms else start


def lengths_by_start(words: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    """For each two characters that begin words, the lengths of these words, longest first: few of them are tried in vain."""
    return _lengths((word[:2], len(word)) for word in words)


def lengths_by_end(words: Iterable[str], characters: int = 2) -> Mapping[str, tuple[int, ...]]:
    """For each so many characters that end words, the lengths of these words, longest first."""
    return _lengths((word[-characters:], len(word)) for word in words)


def _lengths(pairs: Iterable[tuple[str, int]]) -> Mapping[str, tuple[int, ...]]:
    masks: dict[str, int] = {}
    for pair, length in pairs:
        if length > 1:
            masks[pair] = masks.get(pair, 0) | 1 << length
    return {pair: _bits(mask) for pair, mask in masks.items()}


@cache
def _bits(mask: int) -> tuple[int, ...]:
    """The numbers of the bits set in a mask, the highest first."""
    return tuple(n for n in range(mask.bit_length(), 0, -1) if mask >> n & 1)
