"""What makes a clause a demand, and where what it demands begins."""

import re
from collections.abc import Iterable

from transforms.lexicon import Lexicon, Rule
from transforms.longest import Longest
from transforms.prefilter import ANY, Prefilter
from transforms.signals import Possible

_LONGEST_AGENT = 7
# Several who are to act, named one after the other.
_LONGEST_ACTORS = 20
# A governing word stands within so many characters.
_REACH = 44
_OPENERS = ("verbs", "adverbs", "idioms")


class Demand:
    """A clause that demands: its deed begins at `begins`; the word that governs it stands at `start:end`."""

    def __init__(self, begins: int, start: int, end: int, rule: str) -> None:
        self.begins = begins
        self.start = start
        self.end = end
        self.rule = rule


class Modals:
    """Finds the word that governs a clause (要, 必须, 将 …) and what before it is no part of the deed."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        prefilter = prefilter or Prefilter()
        rules = [(prefilter.add(rule.pattern), rule) for rule in lexicon.rules("modals", "modal")]
        self._rules = Possible(rules)
        self._agent_names = frozenset(lexicon.terms("agents"))
        self._before = tuple(rule.pattern for rule in lexicon.rules("modals", "before"))
        self._said = next(
            r.pattern for r in lexicon.rules("modals", "before") if r.name == "before.said"
        )
        self._asked = lexicon.rules("modals", "asked")[0].pattern
        self._phrase = lexicon.rules("modals", "phrase")[0].pattern
        self._inside = lexicon.rules("modals", "inside")[0].pattern
        self._never = lexicon.rules("modals", "never")[0].pattern
        self._relative = lexicon.rules("modals", "relative")[0].pattern
        self._title = lexicon.rules("modals", "title")[0].pattern
        self._aside = lexicon.rules("modals", "aside")[0].pattern
        self._acting = lexicon.rules("modals", "acting")[0].pattern
        self._each = lexicon.rules("modals", "each")[0].pattern
        self._no_agent = lexicon.rules("modals", "no_agent")[0].pattern
        self._nouns = Longest(lexicon.terms("not_openers"))
        self._attributive = lexicon.rules("modals", "attribute")[0].pattern
        self._verbs = frozenset(term for term in lexicon.terms("verbs") if len(term) == 2)
        self._charge = lexicon.rules("modals", "charge")[0]
        self._bits = self._charge_bit = prefilter.add(self._charge.pattern)
        for bit, _ in rules:
            self._bits |= bit
        self._openers = frozenset(
            term for name in _OPENERS for term in lexicon.terms(name) if len(term) > 1
        ) | (frozenset(lexicon.terms("openers")))

    def of(self, words: str, may: int = ANY) -> Demand | None:
        """The demand that the words make, if one of their first forty characters makes it.

        `may` are the bits that the prefilter gives the stretch in which they stand.
        """
        if not may & self._bits:
            return None
        rules = self._rules.of(may)
        # What stands in a title demands nothing.
        if "《" in words or "“" in words:
            words = self._title.sub(lambda m: "x" * len(m[0]), words)
        found = _first(rules, words, 0)
        while found is not None and (
            found[1].end() == len(words) or self._never.search(words[: found[1].start()])
        ):
            found = _first(rules, words, found[1].end())
        if found is None:
            return self._charged(words) if may & self._charge_bit else None
        rule, match = found
        if self._relative.search(words):
            return None
        before = words[: match.start()]
        if rule["stays"]:
            names = self.is_agent(before) and not self.opens(before)
            begins = match.start() if names and not self._inside.match(before) else 0
            return Demand(begins, match.start(), match.end(), rule.name)
        if not self._is_outside(before) and not self._acting.match(words):
            begins = self._after_speaker(before)
            begins += self._after_agent(before[begins:])
            return Demand(begins, match.start(), match.end(), rule.name)
        return Demand(_past_more(rules, words, match.end()), *match.span(), rule.name)

    def opens(self, words: str) -> bool:
        """Whether the words begin with an adverb or verb that opens a deed."""
        openers = self._openers
        if (
            words[:2] in openers
            or words[:4] in openers
            or words[:3] in openers
            or words[:1] in openers
        ):
            # 发展的成果 is no deed.
            is_noun = words[:2] in self._verbs and self._attributive.match(words) is not None
            return not is_noun and not self._nouns.at(words, 0, len(words))
        return False

    def _is_said(self, words: str) -> bool:
        """Whether the words only say that somebody speaks (会议要求, 并要求)."""
        return self._said.search(words) is not None

    def is_agent(self, words: str) -> bool:
        """Whether the words name those who are to act."""
        names, words = self._agent_names, self._aside.sub("", words)
        ends = range(1, 1 + min(len(words), _LONGEST_AGENT))
        is_named = any(words[-n:] in names for n in ends) or self._each.match(words) is not None
        return is_named and self._no_agent.search(words) is None

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

    def _after_agent(self, before: str) -> int:
        """Where a theme begins behind those who are to act (各级各部门对明年的工作要)."""
        if self.opens(before):
            return 0
        ends = range(2, min(len(before), _LONGEST_ACTORS))
        return next(
            (n for n in ends if self._inside.match(before[n:]) and self.is_agent(before[:n])), 0
        )

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
        if self.opens(words) or self._inside.match(words) or self._asked.match(words):
            return 0
        ends = (at for at in range(1, min(len(words), 40)) if self.is_agent(words[:at]))
        return next(
            (
                at
                for at in ends
                if self.opens(words[at:])
                or self.begins_phrase(words[at:])
                or self._asked.match(words[at:])
            ),
            -1,
        )


def _first(rules: Iterable[Rule], words: str, start: int) -> tuple[Rule, re.Match[str]] | None:
    """The governing word that stands first after a place, and the first rule that finds it there."""
    found = None
    for rule in rules:
        match = rule.pattern.search(words, start, _REACH)
        if match and (found is None or match.start() < found[1].start()):
            found = rule, match
    return found


def _past_more(rules: Iterable[Rule], words: str, begins: int) -> int:
    """Where the deed begins behind further governing words, those apart that belong to the initiative itself (不得)."""
    while True:
        found = [(rule, m) for rule in rules if (m := rule.pattern.match(words, begins))]
        if not found or any(rule["stays"] for rule, _ in found):
            return begins
        end = found[0][1].end()
        if end >= len(words):
            return begins
        begins = end
