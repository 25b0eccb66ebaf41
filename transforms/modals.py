"""What makes a clause a demand, and where what it demands begins."""

import re
from dataclasses import dataclass

from transforms.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Demand:
    """A clause that demands: its deed begins at `begins`; the word that governs it stands at `start:end`."""

    begins: int
    start: int
    end: int
    rule: str


class Modals:
    """Finds the word that governs a clause (要, 必须, 将 …) and what before it is no part of the deed."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._rules = lexicon.rules("modals", "modal")
        self._any = re.compile("|".join(f"(?:{r.pattern.pattern})" for r in self._rules))
        self._agent = lexicon.compile("{agents}$")
        self._agents = lexicon.compile("{agents}")
        self._before = tuple(rule.pattern for rule in lexicon.rules("modals", "before"))
        self._charge = lexicon.rules("modals", "charge")[0]
        self._openers = frozenset(lexicon.terms("openers"))

    def of(self, words: str) -> Demand | None:
        """The demand that the words make, if one of their first forty characters makes it."""
        match = self._any.search(words, 0, 44)
        if match is None:
            return self._charged(words)
        rule = next(r for r in self._rules if r.pattern.match(words, match.start()) or r.pattern.search(words))
        if rule["stays"]:
            return Demand(0, match.start(), match.end(), rule.name)
        begins = match.end() if self._is_outside(words[: match.start()]) else 0
        while begins and (again := self._any.match(words, begins)) and again.end() < len(words):
            begins = again.end()
        return Demand(begins, match.start(), match.end(), rule.name)

    def opens(self, words: str) -> bool:
        """Whether the words begin with an adverb or verb that opens a deed."""
        openers = self._openers
        return words[:2] in openers or words[:4] in openers or words[:3] in openers or words[:1] in openers

    def _is_outside(self, before: str) -> bool:
        """Whether what stands before the governing word is an agent, a time or a speaker rather than a theme."""
        if not before or self._agent.search(before):
            return True
        return any(pattern.search(before) for pattern in self._before)

    def _charged(self, words: str) -> Demand | None:
        """A charge without 要: 希望大家再接再厉."""
        verb = self._charge.pattern.match(words)
        if verb is None:
            return None
        for agent in self._agents.finditer(words, verb.end()):
            if self.opens(words[agent.end() :]):
                return Demand(agent.end(), verb.start(), verb.end(), self._charge.name)
        return None
