"""Rules of one kind asked as one question: which of them, if any, speaks for these words."""

import re

from transforms.lexicon import Rule


class Signals:
    """Answers with the first rule, in the file's order, that matches; a single pattern tells first whether any does."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._any = re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules))

    def of(self, words: str) -> Rule | None:
        """The rule that speaks for the words."""
        if self._any.search(words) is None:
            return None
        return next(rule for rule in self._rules if rule.pattern.search(words))
