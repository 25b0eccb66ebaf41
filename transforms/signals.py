"""Rules of one kind asked as one question: which of them, if any, speaks for these words."""

import re
from collections.abc import Iterable, Iterator

from transforms.lexicon import Rule

_NEVER = re.compile(r"(?!)")


class Signals:
    """Answers with the first rule, in the file's order, that matches.

    Whether any does is told first by two patterns: one of the alternatives that are tied to the beginning, tried there
    alone, and one of all others.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        parts = [part for rule in self._rules for part in alternatives(rule.pattern.pattern)]
        self._tied = _joined(part[1:] for part in parts if part.startswith("^"))
        self._free = _joined(part for part in parts if not part.startswith("^"))

    def of(self, words: str) -> Rule | None:
        """The rule that speaks for the words."""
        if self._tied.match(words) is None and self._free.search(words) is None:
            return None
        return next(rule for rule in self._rules if rule.pattern.search(words))


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


def _joined(parts: Iterable[str]) -> re.Pattern[str]:
    kept = list(parts)
    return re.compile("|".join(f"(?:{part})" for part in kept)) if kept else _NEVER
