"""Where a pattern can begin: it is tried there alone.

The engine skips what a pattern cannot begin with, but not for one that opens with an assertion or with something optional:
that it tries at every place. What such a pattern begins with is read from the pattern itself, and looked for instead.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence

# What a pattern is made of is told by the standard library's own parser alone.
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CATEGORIES = {ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_SPACE: r"\s"}
_MANY = 200
"""A range of more characters, such as that of all Chinese ones, tells nothing."""
_CHARACTERS = "".join(map(chr, range(0x10000)))
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_WITHOUT_WIDTH = (ops.ASSERT, ops.ASSERT_NOT, ops.AT)


class _UnknownError(Exception):
    """It can begin with too many characters, or with what is not looked into here."""


class Starts:
    """A pattern that is tried only where a character stands with which it can begin.

    >>> days = Starts(re.compile("(?<!每)(?:2025年)?[0-9]{1,2}月[0-9]{1,2}日"))
    >>> [match[0] for match in days.finditer("每3月1日，3月5日至2025年8月9日")]
    ['3月5日', '2025年8月9日']
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        first = first_characters(pattern)
        self._first = re.compile(f"[{first}]") if first else None
        # What the engine knows as well it looks for itself.
        self._starts = None if _is_plain(_parsed(pattern)) else self._first

    def finditer(
        self, plain: str, start: int = 0, end: int = sys.maxsize
    ) -> Iterator[re.Match[str]]:
        """All matches between `start` and `end`."""
        if self._starts is None:
            return self._pattern.finditer(plain, start, end)
        return self._sparse(self._starts, plain, start, end)

    def _sparse(
        self, starts: re.Pattern[str], plain: str, start: int, end: int
    ) -> Iterator[re.Match[str]]:
        for place in starts.finditer(plain, start, end):
            at = place.start()
            if at >= start and (match := self._pattern.match(plain, at, end)):
                yield match
                start = match.end()

    def within(self, plain: str, start: int, stop: int) -> Iterator[re.Match[str]]:
        """All matches that begin between `start` and `stop`, wherever they end."""
        first = self._first
        places = (
            map(re.Match.start, first.finditer(plain, start, stop)) if first else range(start, stop)
        )
        for at in places:
            if at >= start and (match := self._pattern.match(plain, at)):
                yield match
                start = match.end()

    def search(self, plain: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first match between `start` and `end`."""
        if self._starts is None:
            return self._pattern.search(plain, start, end)
        return next(self._sparse(self._starts, plain, start, end), None)


def first_characters(pattern: re.Pattern[str]) -> str | None:
    """With what all matches of a pattern begin, as the inside of a character class; None where that is not known.

    >>> first_characters(re.compile(r"(?<!a)(?:b|[c-e]|f)?(?P<n>\\d{4})年"))
    'bc-ef\\\\d'
    """
    if pattern.flags & re.IGNORECASE:
        return None
    try:
        found, may_be_empty = _of_sequence(_parsed(pattern))
    except _UnknownError:
        return None
    return None if may_be_empty else "".join(dict.fromkeys(found))


def openings(pattern: re.Pattern[str]) -> frozenset[str]:
    """The characters with which matches of a pattern begin: to ask a set first costs less than to ask the pattern.

    ValueError where they are not known.

    >>> sorted(openings(re.compile("(?<!a)(?:b|[c-e])?f")))
    ['b', 'c', 'd', 'e', 'f']
    """
    first = first_characters(pattern)
    if first is None:
        raise ValueError(f"any character may begin what this matches: {pattern.pattern}")
    return frozenset(re.findall(f"[{first}]", _CHARACTERS))


def _parsed(pattern: re.Pattern[str]) -> Sequence[tuple[Any, Any]]:
    items: Sequence[tuple[Any, Any]] = parser.parse(pattern.pattern, pattern.flags)
    return items


def _is_plain(items: Sequence[tuple[Any, Any]]) -> bool:
    """Whether the engine itself knows with what these things begin."""
    if not items:
        return False
    op, value = items[0]
    if op is ops.SUBPATTERN:
        return _is_plain(value[3])
    if op is ops.BRANCH:
        return all(branch and branch[0][0] is ops.LITERAL for branch in value[1])
    return op in (ops.LITERAL, ops.IN)


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> tuple[list[str], bool]:
    """The characters with which things that follow one another begin, and whether all of them may be left out."""
    found: list[str] = []
    for op, value in items:
        some, may_be_empty = _of_item(op, value)
        found += some
        if not may_be_empty:
            return found, False
    return found, True


def _of_item(op: Any, value: Any) -> tuple[list[str], bool]:
    if op is ops.LITERAL:
        return [re.escape(chr(value))], False
    if op is ops.IN:
        return [_member(*member) for member in value], False
    if op is ops.BRANCH:
        branches = [_of_sequence(branch) for branch in value[1]]
        return [ch for some, _ in branches for ch in some], any(empty for _, empty in branches)
    if op is ops.SUBPATTERN and not value[1]:
        return _of_sequence(value[3])
    if op is ops.ATOMIC_GROUP:
        return _of_sequence(value)
    if op in _REPEATS:
        least, _, repeated = value
        some, may_be_empty = _of_sequence(repeated)
        return some, may_be_empty or least == 0
    if op in _WITHOUT_WIDTH:
        return [], True
    raise _UnknownError


def _member(op: Any, value: Any) -> str:
    """A member of a character class."""
    if op is ops.LITERAL:
        return re.escape(chr(value))
    if op is ops.RANGE and value[1] - value[0] < _MANY:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    if op is ops.CATEGORY and value in _CATEGORIES:
        return _CATEGORIES[value]
    raise _UnknownError
