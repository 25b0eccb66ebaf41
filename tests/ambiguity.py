"""What a pattern can cost: in how many ways some text can be read, as its length grows.

A backtracking engine tries all these ways before it gives up. A pattern is taken for the automaton of its characters'
places (Glushkov's). It explodes, so that the ways double with the length, if two ways lead from one place back to it
through the same text; else they grow as a power of the length, which is as high as there are loops that can each hand
over to the next anywhere in the same text (Weber and Seidl, 1991). What is looked for around a place is passed over,
so that a pattern can be suspected wrongly, never cleared.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

# What a pattern is made of is told by the standard library's own parser alone.
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

_Follow = Callable[[Any], Iterable[Any]]
_COPIES = 40
"""Something that may stand there more often is taken for something that may stand there any number of times."""
_DIGITS = frozenset("0123456789")
_BLANKS = frozenset(" \t\n\r\f\v\u3000")
_NO_WORD = _BLANKS | frozenset("，。；：、！？“”‘’（）《》【】…—,.;:!?()[]-#%*")


class _Characters(NamedTuple):
    """A set of characters, or all others."""

    members: frozenset[str]
    others: bool = False

    def meets(self, other: "_Characters") -> bool:
        """Whether they have a character in common."""
        if self.others and other.others:
            return True
        if self.others:
            return not other.members <= self.members
        if other.others:
            return not self.members <= other.members
        return not self.members.isdisjoint(other.members)

    def sample(self) -> str:
        """One of them."""
        if not self.others:
            return min(self.members)
        likely = (*range(ord("一"), ord("龥")), *range(ord("!"), ord("~")))
        return next(c for c in map(chr, likely) if c not in self.members)

    def __or__(self, other: "_Characters") -> "_Characters":  # type: ignore[override]
        if self.others and other.others:
            return _Characters(self.members & other.members, True)
        if self.others:
            return _Characters(self.members - other.members, True)
        if other.others:
            return _Characters(other.members - self.members, True)
        return _Characters(self.members | other.members)

    def __invert__(self) -> "_Characters":
        return _Characters(self.members, not self.others)


_CATEGORIES = {
    ops.CATEGORY_DIGIT: _Characters(_DIGITS),
    ops.CATEGORY_NOT_DIGIT: _Characters(_DIGITS, True),
    ops.CATEGORY_SPACE: _Characters(_BLANKS),
    ops.CATEGORY_NOT_SPACE: _Characters(_BLANKS, True),
    ops.CATEGORY_WORD: _Characters(_NO_WORD, True),
    ops.CATEGORY_NOT_WORD: _Characters(_NO_WORD),
}


class _Part(NamedTuple):
    """A part of a pattern: in how many ways it can be empty (two stand for more), and where it can begin and end.

    A place at which it can begin or end in two ways stands there twice.
    """

    empty: int
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


class _Automaton:
    """The places of a pattern, and which can follow which."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.characters: list[_Characters] = []
        self.follow: dict[int, list[int]] = defaultdict(list)
        parsed = parser.parse(pattern.pattern, pattern.flags)
        self.whole = self.sequence(parsed)
        self.is_anchored = not pattern.flags & re.MULTILINE and _is_anchored(parsed)

    def sequence(self, items: Iterable[tuple[Any, Any]]) -> _Part:
        """One part after the other."""
        whole = _Part(1)
        for op, value in items:
            whole = self._after(whole, self._item(op, value))
        return whole

    def _after(self, one: _Part, other: _Part) -> _Part:
        self._join(one.last, other.first)
        return _Part(
            min(2, one.empty * other.empty),
            one.first + other.first * one.empty,
            one.last * other.empty + other.last,
        )

    def _join(self, last: Iterable[int], first: Iterable[int]) -> None:
        for place in last:
            self.follow[place] += first

    def _place(self, characters: _Characters) -> _Part:
        self.characters.append(characters)
        place = (len(self.characters) - 1,)
        return _Part(0, place, place)

    def _item(self, op: Any, value: Any) -> _Part:
        if op is ops.LITERAL:
            return self._place(_Characters(frozenset({chr(value)})))
        if op is ops.NOT_LITERAL:
            return self._place(_Characters(frozenset({chr(value)}), True))
        if op is ops.ANY:
            return self._place(_Characters(frozenset("\n"), True))
        if op is ops.IN:
            return self._place(_members(tuple(value)))
        if op is ops.BRANCH:
            return _either([self.sequence(branch) for branch in value[1]])
        if op is ops.SUBPATTERN:
            return self.sequence(value[3])
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            return self._repeat(*value)
        if op in (ops.POSSESSIVE_REPEAT, ops.ATOMIC_GROUP):
            # Once it has matched, it is not asked for another way.
            return self._place(_Characters(frozenset(), True))
        if op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT):
            return _Part(1)
        raise NotImplementedError(op)

    def _repeat(self, least: int, most: int, items: Any) -> _Part:
        whole = _Part(1)
        for _ in range(least):
            whole = self._after(whole, self.sequence(items))
        if most <= _COPIES:
            rest = _Part(1)
            for _ in range(most - least):
                once = self._after(self.sequence(items), rest)
                rest = _Part(min(2, 1 + once.empty), once.first, once.last)
        else:
            once = self.sequence(items)
            self._join(once.last, once.first)
            rest = _Part(1, once.first, once.last)
        return self._after(whole, rest)


@cache
def _automaton(pattern: re.Pattern[str]) -> _Automaton:
    """The automaton of a pattern, which is asked for more than once; nobody changes it."""
    return _Automaton(pattern)


def _either(parts: list[_Part]) -> _Part:
    return _Part(
        min(2, sum(part.empty for part in parts)),
        tuple(place for part in parts for place in part.first),
        tuple(place for part in parts for place in part.last),
    )


def _is_anchored(items: Any) -> bool:
    """Whether a pattern can begin at the beginning alone."""
    op, value = next(iter(items), (None, None))
    if op is ops.BRANCH:
        return all(map(_is_anchored, value[1]))
    if op is ops.SUBPATTERN:
        return _is_anchored(value[3])
    return op is ops.AT and value in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING)


@cache
def _range(first: int, last: int) -> frozenset[str]:
    return frozenset(map(chr, range(first, last + 1)))


@cache
def _members(value: tuple[tuple[Any, Any], ...]) -> _Characters:
    found, is_negated = _Characters(frozenset()), False
    for op, one in value:
        if op is ops.NEGATE:
            is_negated = True
        elif op is ops.LITERAL:
            found |= _Characters(frozenset({chr(one)}))
        elif op is ops.RANGE:
            found |= _Characters(_range(*one))
        else:
            found |= _CATEGORIES[one]
    return ~found if is_negated else found


def explodes(pattern: re.Pattern[str]) -> bool:
    """Whether a text can be read in exponentially many ways.

    >>> [explodes(re.compile(p)) for p in ("(?:a|b)*", "(?:a|ab|b)*", "(?:a+b)*", "(?:a*b?)*", "(?:a|ab){1,2}")]
    [False, True, False, True, False]
    """
    automaton = _automaton(pattern)
    edges = {place: list(follow) for place, follow in automaton.follow.items()}
    for group in _circles(range(len(automaton.characters)), lambda p: edges.get(p, ())):
        if _is_ambiguous(automaton, set(group)):
            return True
    return False


def power(pattern: re.Pattern[str]) -> int:
    """The power of a text's length that bounds what looking for a pattern in it costs, if it does not explode.

    >>> [power(re.compile(p)) for p in ("ab", "^a*b", "a*b", "a*a*b", "a*ca*b", "^(?:a*c){2}", "^(?:a* *){1,3}b")]
    [1, 1, 2, 3, 2, 1, 3]
    """
    automaton = _automaton(pattern)
    follow = {place: sorted(set(places)) for place, places in automaton.follow.items()}
    characters = automaton.characters
    if not automaton.is_anchored:
        # It is tried at every place: what stands before is one more loop, over any text.
        start = len(characters)
        characters = [*characters, _Characters(frozenset(), True)]
        follow[start] = [*sorted(set(automaton.whole.first)), start]
    places = range(len(characters))
    loops = [set(loop) for loop in _circles(places, lambda p: follow.get(p, ()))]
    behind = [set(_walk(loop, lambda p: follow.get(p, ()), set())) for loop in loops]

    @cache
    def from_loop(n: int) -> int:
        later = (m for m in range(len(loops)) if m != n and loops[m] <= behind[n])
        return max(
            (
                from_loop(m) + _hands_over(characters, follow, loops[n], loops[m], behind[n])
                for m in later
            ),
            default=1,
        )

    return max(map(from_loop, range(len(loops))), default=1)


def round_trips(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """For each loop of a pattern a text that leads there, and one that leads round in it.

    >>> list(round_trips(re.compile("要(?:抓好)+落实*")))
    [('要抓好抓', '好抓'), ('要抓好落实', '实')]
    """
    automaton = _automaton(pattern)
    follow = {place: sorted(set(places)) for place, places in automaton.follow.items()}
    places = range(len(automaton.characters))
    from_start = _shortest(follow, automaton.whole.first)
    for loop in _circles(places, lambda p: follow.get(p, ())):
        place = min(set(loop) & from_start.keys(), default=None)
        if place is None:
            continue
        inside = {p: [q for q in follow.get(p, ()) if q in set(loop)] for p in loop}
        word = _shortest(inside, inside[place])[place]
        yield tuple(
            "".join(automaton.characters[p].sample() for p in way)
            for way in (from_start[place], word)
        )  # type: ignore[misc]


def _shortest(
    follow: Mapping[int, Sequence[int]], starts: Iterable[int]
) -> dict[int, tuple[int, ...]]:
    """A shortest way to each place that can be reached from one of some places, both included."""
    found: dict[int, tuple[int, ...]] = {start: (start,) for start in starts}
    work = deque(found)
    while work:
        place = work.popleft()
        for after in follow.get(place, ()):
            if after not in found:
                found[after] = (*found[place], after)
                work.append(after)
    return found


def _hands_over(
    characters: Sequence[_Characters],
    follow: Mapping[int, Sequence[int]],
    one: set[int],
    other: set[int],
    between: set[int],
) -> bool:
    """Whether some text leads round in a loop, round in a later one, and from the first into the other as well."""

    @cache
    def threes(three: tuple[int, int, int]) -> list[tuple[int, int, int]]:
        first, middle, last = three
        return [
            (p, q, r)
            for p in one.intersection(follow[first])
            for r in other.intersection(follow[last])
            if characters[p].meets(characters[r])
            for q in between.intersection(follow.get(middle, ()))
            if characters[p].meets(characters[q]) and characters[q].meets(characters[r])
        ]

    return any((p, r, r) in set(_walk([(p, p, r)], threes, set())) for p in one for r in other)


def _is_ambiguous(automaton: _Automaton, group: set[int]) -> bool:
    """Whether two ways through places that lead round lead back to the same place by the same text."""
    follow = {p: [q for q in automaton.follow[p] if q in group] for p in group}
    if any(len(places) != len(set(places)) for places in follow.values()):
        return True
    characters = automaton.characters

    def pairs(pair: tuple[int, int]) -> Iterator[tuple[int, int]]:
        one, other = pair
        for p in follow[one]:
            for q in follow[other]:
                if p == q or characters[p].meets(characters[q]):
                    yield p, q

    circles = _circles([(p, p) for p in group], pairs)
    return any(
        any(p == q for p, q in circle) and any(p != q for p, q in circle) for circle in circles
    )


def _circles(starts: Iterable[Any], follow: _Follow) -> Iterator[list[Any]]:
    """The sets of nodes that lead round to each other (Kosaraju's algorithm)."""
    edges: dict[Any, list[Any]] = {}
    before: dict[Any, list[Any]] = defaultdict(list)

    def onward(node: Any) -> list[Any]:
        edges[node] = list(follow(node))
        for found in edges[node]:
            before[found].append(node)
        return edges[node]

    order = list(_walk(starts, onward, set()))
    seen: set[Any] = set()
    for node in reversed(order):
        if node not in seen:
            circle = list(_walk([node], lambda n: before[n], seen))
            if len(circle) > 1 or node in edges[node]:
                yield circle


def _walk(starts: Iterable[Any], follow: _Follow, seen: set[Any]) -> Iterator[Any]:
    """Each node not seen before that can be reached, after those that it leads to."""
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        work = [(start, iter(follow(start)))]
        while work:
            node, rest = work[-1]
            found = next((n for n in rest if n not in seen), None)
            if found is None:
                work.pop()
                yield node
            else:
                seen.add(found)
                work.append((found, iter(follow(found))))
