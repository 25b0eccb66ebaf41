"""Rules of one kind asked as one question: which of them, if any, speaks for these words."""

import re
from collections.abc import Iterable, Iterator

from transforms.lexicon import Rule

_NEVER = re.compile(r"(?!)")


class Signals:
    """Answers with the first rule, in the file's order, that matches.

    Two patterns tell whether any does: one of the alternatives that are tied to the beginning, tried there alone, whose
    groups tell the rule, and one of all others. Only where an untied one matches are the rules tried one by one.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        tied: list[tuple[int, str]] = []
        free: list[tuple[int, str]] = []
        for index, rule in enumerate(self._rules):
            for part in alternatives(rule.pattern.pattern):
                (tied if part.startswith("^") else free).append((index, part))
        # The groups are numbered from 1.
        self._owners = (-1, *(index for index, _ in tied))
        self._tied = _joined((part[1:] for _, part in tied), "(")
        self._free = _joined(part for _, part in free)
        self._untied = tuple(
            (index, _joined(part for owner, part in free if owner == index))
            for index in sorted({index for index, _ in free})
        )

    def of(self, words: str) -> Rule | None:
        """The rule that speaks for the words."""
        tied = self._tied.match(words)
        first = self._owners[tied.lastindex or 0] if tied else -1
        if self._free.search(words):
            for index, pattern in self._untied:
                if 0 <= first <= index:
                    break
                if pattern.search(words):
                    first = index
                    break
        return self._rules[first] if first >= 0 else None


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


def _joined(parts: Iterable[str], opens: str = "(?:") -> re.Pattern[str]:
    kept = list(parts)
    return re.compile("|".join(f"{opens}{part})" for part in kept)) if kept else _NEVER
