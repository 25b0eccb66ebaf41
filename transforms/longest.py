"""The longest entry of a word list that begins at a place: cheaper than a regular expression of thousands of words."""

from collections.abc import Iterable


class Longest:
    """A word list that can be asked at every place of a text."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms = frozenset(terms)
        lengths: dict[str, set[int]] = {}
        for term in self.terms:
            lengths.setdefault(term[0], set()).add(len(term))
        self._lengths = {first: tuple(sorted(n, reverse=True)) for first, n in lengths.items()}

    def at(self, plain: str, start: int, end: int) -> int:
        """The end of the longest entry in `plain[start:end]` that begins at `start`; `start` itself if there is none."""
        if start < end:
            for length in self._lengths.get(plain[start], ()):
                stop = start + length
                if stop <= end and plain[start:stop] in self.terms:
                    return stop
        return start
