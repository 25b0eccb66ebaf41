"""Which of many patterns can match in a stretch of text at all: those whose necessary words stand there.

Most patterns cannot match without certain words: `^[^，]{0,20}(?:面临|处于)` needs 面临 or 处于. What a pattern needs is
read from the pattern itself; all these words are then looked up in a whole text at once, which costs far less than one
question to one pattern for each stretch.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

# What a pattern is made of is told by the standard library's own parser alone.
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.runs import Runs, taken
from transforms.starts import Starts
from transforms.text import Text

Words = frozenset[str]
ANY = -1
"""Any pattern may match."""

_MANY = 200
"""So many words at most are told apart; a part of a pattern with more of them counts as one without."""
_EMPTY: Words = frozenset({""})
_WORD_BITS = 64
_KEPT = 64
"""Of so many texts at most is kept what was found: as many as are read in turns."""


class _Needs(NamedTuple):
    """What a part of a pattern needs: `exact` is all that it can match, if that is known and little.

    Of each set in `any_of` one word at least stands in whatever it matches.
    """

    exact: Words | None
    any_of: tuple[Words, ...] = ()


class Prefilter:
    """Gives each pattern a bit, and says of the stretches of a text which bits can match there.

    It keeps what it found of the last texts, since several recognisers ask of each.
    """

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._needs: list[tuple[Words, ...]] = []
        self._table: _Table | None = None
        self._last: dict[int, _Found] = {}

    def add(self, pattern: re.Pattern[str]) -> int:
        """The bit of a pattern."""
        if pattern.pattern not in self._bits:
            self._bits[pattern.pattern] = 1 << len(self._needs)
            self._needs.append(tuple(sorted(needed_words(pattern), key=_commonness)))
            self._table = None
            self._last.clear()
        return self._bits[pattern.pattern]

    def prepare(self) -> "_Table":
        """The words that all patterns need, put together unless they are."""
        self._table = self._table or _Table(self._needs)
        return self._table

    def of(self, text: Text) -> list[int]:
        """For each clause of a text, the bits that can match in it or where it runs on."""
        return self._found(text).of_clauses

    def anywhere(self, text: Text) -> int:
        """The bits that can match anywhere in a text."""
        return self._found(text).anywhere

    def look(self, texts: Sequence[Text]) -> Sequence[None]:
        """Find what can match in several texts, so that it is known when it is asked: together they cost half as much."""
        for text, found in zip(texts, self.prepare().of(texts), strict=True):
            if len(self._last) >= _KEPT:
                del self._last[next(iter(self._last))]
            self._last[id(text)] = found
        return [None] * len(texts)

    def _found(self, text: Text) -> "_Found":
        # A text that is kept has its identity for itself.
        if id(text) not in self._last:
            self.look([text])
        return self._last[id(text)]


class _Found(NamedTuple):
    """The bits that can match in a text: in each of its clauses, and anywhere, be it across clauses."""

    text: Text
    of_clauses: list[int]
    anywhere: int


class Asked:
    """A pattern that is looked for in a text only if the words it needs stand anywhere in it."""

    def __init__(self, pattern: re.Pattern[str], prefilter: Prefilter) -> None:
        self._starts = Starts(pattern)
        self._prefilter = prefilter
        self._bit = prefilter.add(pattern)

    def may_match(self, text: Text) -> bool:
        """Whether the pattern can match anywhere in the text."""
        return bool(self._prefilter.anywhere(text) & self._bit)

    def search(self, text: Text, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first match in the text between `start` and `end`."""
        return self._starts.search(text.plain, start, end) if self.may_match(text) else None

    def finditer(
        self, text: Text, start: int = 0, end: int = sys.maxsize
    ) -> Iterator[re.Match[str]]:
        """All matches in the text between `start` and `end`."""
        return self._starts.finditer(text.plain, start, end) if self.may_match(text) else iter(())


class _Table:
    """The words needed by patterns, and what each of them makes possible.

    A pattern has a bit in two tables, each of which holds one set of words, one of which it needs.
    """

    def __init__(self, needs: Sequence[Sequence[Words]]) -> None:
        words = {word for sets in needs for one in sets[:2] for word in one}
        self._runs = Runs(words)
        # In bytes, of whole words.
        self._width = max(1, -(-len(needs) // _WORD_BITS)) * 8
        rows = [[0, 0] for _ in self._runs.runs]
        always = [0, 0]
        for number, sets in enumerate(needs):
            for which in (0, 1):
                if which >= len(sets):
                    always[which] |= 1 << number
                    continue
                for word in sets[which]:
                    rows[self._runs.number[word]][which] |= 1 << number
        for run, number in self._runs.number.items():
            if len(run) > 1:
                shorter = rows[self._runs.number[run[:-1]]]
                rows[number] = [rows[number][0] | shorter[0], rows[number][1] | shorter[1]]
        self._rows = self._as_rows(rows)
        self._always = self._as_rows([always])[0]
        self._is_telling = self._rows.any(axis=(1, 2))

    def _as_rows(self, masks: Sequence[Sequence[int]]) -> NDArray[np.uint64]:
        """Masks as words of 64 bits."""
        joined = b"".join(mask.to_bytes(self._width, "little") for mask in chain(*masks))
        return np.frombuffer(joined, "<u8").reshape(len(masks), 2, self._width // 8)

    def of(self, texts: Sequence[Text]) -> Iterator[_Found]:
        """The patterns that can match in each clause, and in the whole, of each text."""
        # What stands before the first clause of a text belongs to it.
        starts: list[int] = []
        first: list[int] = []
        length = 0
        for text in texts:
            first.append(len(starts))
            starts += [length, *(length + clause.start for clause in text.clauses[1:])]
            length += len(text.plain) + 1
        places, runs = self._runs.of("\n".join(text.plain for text in texts))
        telling = self._is_telling.take(runs)
        places, runs = places[telling], runs[telling]
        bounds = places.searchsorted([*starts, length])
        found = np.bitwise_or.reduceat(taken(self._rows, runs), bounds[:-1], axis=0)
        found[bounds[:-1] == bounds[1:]] = 0
        found |= self._always
        # A match may run from one clause to the next.
        wholes = np.bitwise_or.reduceat(found, first, axis=0)
        of_clauses = self._as_masks(np.bitwise_and(found[:, 0], found[:, 1]))
        anywhere = self._as_masks(np.bitwise_and(wholes[:, 0], wholes[:, 1]))
        for text, whole in zip(texts, anywhere, strict=True):
            of_text = list(islice(of_clauses, max(1, len(text.clauses))))
            yield _Found(text, of_text, whole) if text.clauses else _Found(text, [], 0)

    def _as_masks(self, rows: NDArray[np.uint64]) -> Iterator[int]:
        """Rows of 64-bit words as masks."""
        joined = rows.tobytes()
        for at in range(0, len(joined), self._width):
            yield int.from_bytes(joined[at : at + self._width], "little")


def _commonness(words: Words) -> float:
    """How often one of the words may be met: longer ones are rarer by far."""
    return sum(10.0 ** -len(word) for word in words)


# --- What a pattern needs ----------------------------------------------------------------------------------------------


def needed_words(pattern: re.Pattern[str]) -> tuple[Words, ...]:
    """Sets of words, of each of which one at least stands in whatever the pattern matches.

    >>> [sorted(words) for words in needed_words(re.compile("^[^，]{0,9}(?:面临|处于)(?!了)[上下]?时?$"))]
    [['处于', '面临']]
    """
    if pattern.flags & re.IGNORECASE:
        return ()
    needs = _of_sequence(parser.parse(pattern.pattern, pattern.flags))
    return tuple(_least(words) for words in _sets(needs))


def _least(words: Words) -> Words:
    """The words without those that hold another of them."""
    return frozenset(w for w in words if not any(v in w for v in words if len(v) < len(w)))


def _sets(needs: _Needs) -> tuple[Words, ...]:
    """What is needed, as sets of words."""
    if needs.exact is None:
        return needs.any_of
    return (*needs.any_of, needs.exact) if "" not in needs.exact else needs.any_of


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> _Needs:
    """What follows one after the other: words run on as long as all of them are known."""
    running, is_exact = _EMPTY, True
    any_of: list[Words] = []
    for op, value in items:
        needs = _of_item(op, value)
        any_of += needs.any_of
        if needs.exact is not None and len(running) * len(needs.exact) <= _MANY:
            running = frozenset(a + b for a in running for b in needs.exact)
            continue
        is_exact = False
        any_of += _sets(_Needs(running))
        running = needs.exact or _EMPTY
    if is_exact:
        return _Needs(running, tuple(any_of))
    return _Needs(None, (*any_of, *_sets(_Needs(running))))


def _of_item(op: Any, value: Any) -> _Needs:
    """What one part of a pattern needs; of what is not looked into, nothing is known."""
    if op is ops.LITERAL:
        return _Needs(frozenset({chr(value)}))
    if op is ops.IN:
        return _Needs(_of_class(value))
    if op is ops.BRANCH:
        return _of_branch([_of_sequence(branch) for branch in value[1]])
    if op is ops.SUBPATTERN:
        return _of_sequence(value[3]) if not value[1] else _Needs(None)
    if op is ops.ATOMIC_GROUP:
        return _of_sequence(value)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        return _of_repeat(*value)
    if op is ops.ASSERT:
        # What is looked for around a place takes up nothing of it.
        return _Needs(_EMPTY, _sets(_of_sequence(value[1])))
    if op in (ops.ASSERT_NOT, ops.AT):
        return _Needs(_EMPTY)
    return _Needs(None)


def _of_class(members: Sequence[tuple[Any, Any]]) -> Words | None:
    """The characters of a class, if it lists them."""
    characters: set[str] = set()
    for op, value in members:
        if op is ops.LITERAL:
            characters.add(chr(value))
        elif op is ops.RANGE and value[1] - value[0] < _MANY:
            characters.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(characters) if len(characters) <= _MANY else None


def _of_branch(branches: Sequence[_Needs]) -> _Needs:
    """Any of several: one word of what each of them needs."""
    exact = [branch.exact for branch in branches]
    if None not in exact and sum(map(len, filter(None, exact))) <= _MANY:
        return _Needs(frozenset(chain(*filter(None, exact))), tuple(_common(branches)))
    return _Needs(None, tuple(_common([_Needs(None, _sets(b)) for b in branches])))


def _common(branches: Sequence[_Needs]) -> Iterator[Words]:
    """The rarest words that each branch needs, together, if each needs some."""
    if all(branch.any_of for branch in branches):
        yield frozenset(chain(*(min(b.any_of, key=_commonness) for b in branches)))


def _of_repeat(least: int, most: int, items: Iterable[tuple[Any, Any]]) -> _Needs:
    """Something that stands there at least so often and at most so often."""
    once = _of_sequence(items)
    if (least, most) == (1, 1):
        return once
    if least == 0:
        is_optional = most == 1 and once.exact is not None
        return _Needs(_EMPTY | (once.exact or _EMPTY)) if is_optional else _Needs(None)
    return _Needs(None, _sets(once))
