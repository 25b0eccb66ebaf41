"""What makes a clause a demand, and where what it demands begins."""

import re
from typing import NamedTuple

from transforms.lexicon import Lexicon, Rule

_LONGEST_AGENT = 7
_OPENERS = ("verbs", "adverbs", "idioms")


class Demand(NamedTuple):
    """A clause that demands: its deed begins at `begins`; the word that governs it stands at `start:end`."""

    begins: int
    start: int
    end: int
    rule: str


class Modals:
    """Finds the word that governs a clause (要, 必须, 将 …) and what before it is no part of the deed."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._rules = lexicon.rules("modals", "modal")
        self._hint = lexicon.rules("modals", "hint")[0].pattern
        self._any = re.compile("|".join(f"(?:{r.pattern.pattern})" for r in self._rules))
        self._agent_names = frozenset(lexicon.terms("agents"))
        self._before = tuple(rule.pattern for rule in lexicon.rules("modals", "before"))
        self._said = next(
            r.pattern for r in lexicon.rules("modals", "before") if r.name == "before.said"
        )
        self._phrase = lexicon.rules("modals", "phrase")[0].pattern
        self._inside = lexicon.rules("modals", "inside")[0].pattern
        self._never = lexicon.rules("modals", "never")[0].pattern
        self._title = lexicon.rules("modals", "title")[0].pattern
        self._aside = lexicon.rules("modals", "aside")[0].pattern
        self._nouns = tuple(lexicon.terms("not_openers"))
        self._charge = lexicon.rules("modals", "charge")[0]
        self._openers = frozenset(
            term for name in _OPENERS for term in lexicon.terms(name) if len(term) > 1
        ) | (frozenset(lexicon.terms("openers")))

    def of(self, words: str) -> Demand | None:
        """The demand that the words make, if one of their first forty characters makes it."""
        if self._hint.search(words) is None:
            return None
        # What stands in a title demands nothing.
        words = self._title.sub(lambda m: "x" * len(m[0]), words)
        match = self._any.search(words, 0, 44)
        while match is not None and self._never.search(words[: match.start()]):
            match = self._any.search(words, match.end(), 44)
        if match is None:
            return self._charged(words)
        rule = next(r for r in self._rules if r.pattern.match(words, match.start(), 44))
        if rule["stays"]:
            return Demand(0, match.start(), match.end(), rule.name)
        before = words[: match.start()]
        if not self._is_outside(before):
            return Demand(self._after_speaker(before), match.start(), match.end(), rule.name)
        begins = match.end()
        while (
            (again := self._any.match(words, begins))
            and again.end() < len(words)
            and not _stays(self._rules, again)
        ):
            begins = again.end()
        return Demand(begins, match.start(), match.end(), rule.name)

    def opens(self, words: str) -> bool:
        """Whether the words begin with an adverb or verb that opens a deed."""
        openers = self._openers
        if (
            words[:2] in openers
            or words[:4] in openers
            or words[:3] in openers
            or words[:1] in openers
        ):
            return not words.startswith(self._nouns)
        return False

    def _is_said(self, words: str) -> bool:
        """Whether the words only say that somebody speaks (会议要求, 并要求)."""
        return self._said.search(words) is not None

    def is_agent(self, words: str) -> bool:
        """Whether the words name those who are to act."""
        names, words = self._agent_names, self._aside.sub("", words)
        return any(words[-n:] in names for n in range(1, 1 + min(len(words), _LONGEST_AGENT)))

    def begins_phrase(self, words: str) -> bool:
        """Whether the words begin with a phrase that a deed follows (对…, 在…, 把…)."""
        return self._phrase.match(words) is not None

    def past_agent(self, words: str) -> int:
        """Where the deed begins in a clause without 要 that names first who is to act (相关部门主动对接)."""
        if self.opens(words):
            return 0
        first = next((at for at in range(1, min(len(words), 16)) if self.opens(words[at:])), 0)
        return first if self.is_agent(words[:first]) else 0

    def _is_outside(self, before: str) -> bool:
        """Whether what stands before the governing word is an agent, a time or a speaker rather than a theme."""
        if self._inside.match(before):
            return False
        if not before or self.is_agent(before):
            return True
        return any(pattern.search(before) for pattern in self._before)

    def _after_speaker(self, before: str) -> int:
        """Where a theme begins behind those who say it (会议要求对乱收费要…)."""
        verb = self._charge.pattern.match(before)
        return verb.end() if verb and self._is_said(verb[0]) else 0

    def _charged(self, words: str) -> Demand | None:
        """A charge without 要: 希望大家再接再厉."""
        verb = self._charge.pattern.match(words)
        if verb is None:
            return None
        rest = words[verb.end() :]
        begins = self._told(rest)
        if begins == 0 and not self._is_said(words[: verb.end()]):
            return None
        return (
            Demand(verb.end() + begins, verb.start(), verb.end(), self._charge.name)
            if begins >= 0
            else None
        )

    def _told(self, words: str) -> int:
        """Where the deed begins behind those who are told it; 0 where nobody is named, -1 where there is no deed."""
        if self.opens(words) or self._inside.match(words):
            return 0
        ends = (at for at in range(1, min(len(words), 40)) if self.is_agent(words[:at]))
        return next(
            (at for at in ends if self.opens(words[at:]) or self.begins_phrase(words[at:])), -1
        )


def _stays(rules: tuple[Rule, ...], match: re.Match[str]) -> bool:
    """Whether the governing word found belongs to the initiative itself (不得)."""
    return any(rule["stays"] for rule in rules if rule.pattern.match(match.string, match.start()))
