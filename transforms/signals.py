"""Rules of one kind asked as one question: which of them, if any, speaks for these words."""

import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from transforms.lexicon import Rule
from transforms.prefilter import ANY, Prefilter
from transforms.starts import openings

_Asked = tuple[Callable[[str], object], frozenset[str] | None, Rule]
_T = TypeVar("_T")
_KEPT = 1_000
"""Of so many sets of bits is kept what they leave; most clauses have one of a few."""


class Possible(Generic[_T]):
    """Things that have a pattern each, given with its bit: those whose pattern can match in a stretch, in their order."""

    def __init__(self, things: Iterable[tuple[int, _T]]) -> None:
        self._things = tuple(things)
        self._bits = functools.reduce(operator.or_, (bit for bit, _ in self._things), 0)
        self._left: dict[int, tuple[_T, ...]] = {0: ()}

    def of(self, may: int) -> tuple[_T, ...]:
        """Those that the bits leave which the prefilter gives the stretch."""
        may &= self._bits
        left = self._left.get(may)
        if left is None:
            left = tuple(thing for bit, thing in self._things if may & bit)
            if len(self._left) < _KEPT:
                self._left[may] = left
        return left


class Signals:
    """Answers with the first rule, in the file's order, that matches.

    The alternatives of a rule that are tied to the beginning are tried there alone, all others anywhere.
    """

    def __init__(self, rules: Iterable[Rule], prefilter: Prefilter | None = None) -> None:
        prefilter = prefilter or Prefilter()
        self._asked: Possible[_Asked] = Possible(
            (prefilter.add(pattern), _asked(rule, pattern, is_tied))
            for rule in rules
            for pattern, is_tied in _divided(rule)
        )

    def of(self, words: str, may: int = ANY) -> Rule | None:
        """The rule that speaks for the words; `may` are the bits that the prefilter gives the stretch they stand in."""
        first = words[:1]
        for ask, begin_with, rule in self._asked.of(may):
            if (begin_with is None or first in begin_with) and ask(words):
                return rule
        return None


def _asked(rule: Rule, pattern: re.Pattern[str], is_tied: bool) -> _Asked:
    """How the pattern of a rule is asked, and with which characters the words must begin, if that is known."""
    return (pattern.match, openings(pattern), rule) if is_tied else (pattern.search, None, rule)


def _divided(rule: Rule) -> Iterator[tuple[re.Pattern[str], bool]]:
    """The alternatives of a rule that are tied to the beginning, and all others, each as one pattern."""
    parts = list(alternatives(rule.pattern.pattern))
    for is_tied in (True, False):
        if kept := [part for part in parts if part.startswith("^") == is_tied]:
            yield re.compile("|".join(kept)), is_tied


def alternatives(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern's outermost level.

    >>> list(alternatives("^a(?:b|c)|[|]d$"))
    ['^a(?:b|c)', '[|]d$']
    """
    start = depth = at = 0
    while at < len(pattern):
        ch = pattern[at]
        if ch == "\\":
            at += 1
        elif ch == "[":
            # A set holds until the next bracket that does not stand first in it.
            at = pattern.index("]", at + 2)
        elif ch in "()":
            depth += 1 if ch == "(" else -1
        elif ch == "|" and depth == 0:
            yield pattern[start:at]
            start = at + 1
        at += 1
    yield pattern[start:]
