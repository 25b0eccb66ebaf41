"""Where a pattern can begin: it is tried there alone.

The engine skips what a pattern cannot begin with, but not for one that opens with an assertion or with something optional:
that it tries at every place. With which two characters such a pattern begins is read from the pattern itself, and they are
looked for instead.
"""

import functools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence

# What a pattern is made of is told by the standard library's own parser alone.
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

_CATEGORIES = {ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_SPACE: r"\s"}
_MANY = 200
"""A range of more characters, such as that of all Chinese ones, tells nothing."""
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_WITHOUT_WIDTH = (ops.ASSERT, ops.ASSERT_NOT, ops.AT)


_Members = tuple[str, ...]


class Starts:
    """A pattern that is tried only where two characters stand with which it can begin.

    >>> days = Starts(re.compile("(?<!每)(?:2025年)?[0-9]{1,2}月[0-9]{1,2}日"))
    >>> [match[0] for match in days.finditer("每3月1日，3月5日至2025年8月9日")]
    ['3月5日', '2025年8月9日']
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        first = beginning(pattern)
        self._first = re.compile(first) if first else None
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
        # What follows the last place is looked at too.
        places = (
            map(re.Match.start, first.finditer(plain, start, stop + 1))
            if first
            else range(start, stop)
        )
        for at in places:
            if start <= at < stop and (match := self._pattern.match(plain, at)):
                yield match
                start = match.end()

    def search(self, plain: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first match between `start` and `end`."""
        if self._starts is None:
            return self._pattern.search(plain, start, end)
        return next(self._sparse(self._starts, plain, start, end), None)


@functools.cache
def openings(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """The characters with which matches of a pattern begin, None where any may: to ask a set first costs less.

    >>> sorted(openings(re.compile("(?<!a)(?:b|[c-e])?f")))
    ['b', 'c', 'd', 'e', 'f']
    """
    first, _ = _beginning(pattern)
    return None if first is None else frozenset().union(*map(_characters, first))


@functools.cache
def _characters(member: str) -> frozenset[str]:
    """The characters that a member of a class stands for."""
    if len(member) == 1:
        return frozenset({member})
    return frozenset(re.findall(f"[{member}]", "".join(map(chr, range(0x10000)))))


def beginning(pattern: re.Pattern[str]) -> str | None:
    """How all matches of a pattern begin: a class of characters, and that of the next if it is known; None where any may.

    >>> beginning(re.compile(r"(?<!a)(?:b|[c-e]|f)?(?P<n>\\d{4})年"))
    '[bc-ef\\\\d](?=[\\\\d])'
    """
    first, second = map(_class, _beginning(pattern))
    return f"{first}(?={second})" if first and second else first


def _beginning(pattern: re.Pattern[str]) -> tuple[_Members | None, _Members | None]:
    """The members of the classes of the first and second characters of all matches, None where any may stand there."""
    if pattern.flags & re.IGNORECASE:
        return None, None
    begin = _of_sequence(_parsed(pattern))
    if 0 in begin.sizes:
        return None, None
    return begin.first, None if 1 in begin.sizes else begin.second


def _class(members: _Members | None) -> str | None:
    return None if members is None else f"[{''.join(dict.fromkeys(members))}]"


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


class _Begin(NamedTuple):
    """The members of the classes of what stands first and second in a match, None where any character may.

    `sizes` tells whether the match may be empty, one character, or two and more.
    """

    first: _Members | None
    second: _Members | None
    sizes: frozenset[int]


_NOTHING = _Begin((), (), frozenset({0}))
_ANYTHING = _Begin(None, None, frozenset({0, 1, 2}))


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> _Begin:
    return functools.reduce(_then, (_of_item(op, value) for op, value in items), _NOTHING)


def _then(one: _Begin, other: _Begin) -> _Begin:
    """How one thing begins with the other behind it."""
    first, second = one.first, one.second
    if 0 in one.sizes:
        first, second = _both(first, other.first), _both(second, other.second)
    if 1 in one.sizes:
        second = _both(second, other.first)
    return _Begin(first, second, frozenset(min(a + b, 2) for a in one.sizes for b in other.sizes))


def _or(one: _Begin, other: _Begin) -> _Begin:
    """How either of two things begins."""
    first, second = _both(one.first, other.first), _both(one.second, other.second)
    return _Begin(first, second, one.sizes | other.sizes)


def _both(one: _Members | None, other: _Members | None) -> _Members | None:
    return None if one is None or other is None else one + other


def _of_item(op: Any, value: Any) -> _Begin:
    if op in _WITHOUT_WIDTH:
        return _NOTHING
    if op is ops.LITERAL:
        return _one_of([(op, value)])
    if op is ops.IN:
        return _one_of(value)
    if op is ops.BRANCH:
        return functools.reduce(_or, map(_of_sequence, value[1]))
    if op is ops.SUBPATTERN and not value[1]:
        return _of_sequence(value[3])
    if op is ops.ATOMIC_GROUP:
        return _of_sequence(value)
    if op in _REPEATS:
        least, most, repeated = value
        once = _of_sequence(repeated)
        # What comes a third time is neither first nor second.
        times = (once if n < least else _or(once, _NOTHING) for n in range(min(most, 3)))
        return functools.reduce(_then, times, _NOTHING)
    return _ANYTHING


def _one_of(members: Sequence[tuple[Any, Any]]) -> _Begin:
    """One character of a class."""
    found = [_member(*member) for member in members]
    known = tuple(member for member in found if member is not None)
    return _Begin(known if len(known) == len(found) else None, (), frozenset({1}))


def _member(op: Any, value: Any) -> str | None:
    """A member of a character class; None where that may be almost any character."""
    if op is ops.LITERAL:
        return re.escape(chr(value))
    if op is ops.RANGE and value[1] - value[0] < _MANY:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return _CATEGORIES.get(value) if op is ops.CATEGORY else None
