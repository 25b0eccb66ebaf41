"""Enumerations: counted catch-phrases (八个着力, 四减四增), and the members that the text spells out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from transforms.found import Found
from transforms.lexicon import Lexicon, Rule
from transforms.members import Label, Members
from transforms.numerals import Numerals
from transforms.prefilter import Asked, Prefilter
from transforms.text import Text

# One thing for each (一县一策, 一带一路) counts nothing; three ones (一廊一区一带) do.
_EACH = 2
_MARKS = str.maketrans("", "", '“”「」『』"')


@dataclass(frozen=True, slots=True)
class EnumerationFacts:
    """A catch-phrase, the number it declares, and its members as printed, in reading order."""

    label: str
    count: int
    items: tuple[Found[str], ...]


class Enumerations:
    """Finds the counted catch-phrases of a text; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        self._labels = _Labels(lexicon, prefilter or Prefilter())
        self._members = Members(lexicon)

    def find(self, text: Text) -> tuple[Found[EnumerationFacts], ...]:
        """The catch-phrases of the text, each where it stands first, with the members that it has anywhere."""
        places: dict[str, list[Label]] = {}
        for label in self._labels.read(text):
            name = _unmarked(text.plain[label.start : label.end])
            places.setdefault(name, []).append(label)
        found = (self._found(text, labels) for labels in places.values())
        return _joined([one for one in found if one])

    def _found(self, text: Text, labels: Sequence[Label]) -> Found[EnumerationFacts] | None:
        first = labels[0]
        members = self._members.of(text, labels)
        if first.needs_members and not members:
            return None
        items = tuple(Found(start, end, text.text[start:end]) for start, end in members)
        facts = EnumerationFacts(_unmarked(text.text[first.start : first.end]), first.count, items)
        return Found(first.start, first.end, facts)


def _joined(found: Sequence[Found[EnumerationFacts]]) -> tuple[Found[EnumerationFacts], ...]:
    """The same; parts that are told one by one (“一轴”是指 …，“两区”是指 …) give their members to the whole (一轴两区)."""
    parts: set[str] = set()
    wholes: list[Found[EnumerationFacts]] = []
    for one in found:
        within = (p for p in found if p is not one and p.value.label in one.value.label)
        own = [part for part in within if part.value.items]
        items = tuple(item for part in own for item in part.value.items)
        if not one.value.items and len(items) == one.value.count:
            parts.update(part.value.label for part in own)
            wholes.append(one._replace(value=replace(one.value, items=items)))
        else:
            wholes.append(one)
    return tuple(one for one in wholes if one.value.label not in parts)


def _unmarked(label: str) -> str:
    """A label without the quotation marks that may stand in it (四个“必须”)."""
    return label.translate(_MARKS)


class _Labels:
    """Reads the catch-phrases themselves and the number that each declares."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter) -> None:
        self._numerals = Numerals(lexicon)
        self._rules = [(r, Asked(r.pattern, prefilter)) for r in lexicon.rules("enumerations")]
        self._head = lexicon.rules("enumerations", "head")[0].pattern
        self._slogans = {term: int(n) for term, n in lexicon.mapping("slogans", "count").items()}
        self._is_other = lexicon.compile("{not_enumerations}").match
        characters = f"{self._numerals.characters}{self._numerals.doubles}"
        self._numeral = re.compile(f"[{characters}]+|[0-9]+")
        # A label begins with its numeral, or with two characters before it in quotation marks.
        # One set of characters stands first in the pattern, so that the engine runs from one to the next.
        self._anchor = re.compile(
            f"[0-9{characters}“](?:(?<!“)(?<![0-9{characters}].)"
            f"|(?<=“)(?P<quoted>(?![0-9{characters}])..[{characters}].”))"
        )

    def read(self, text: Text) -> Iterator[Label]:
        """All printings, in reading order, none within another."""
        rules = [rule for rule, asked in self._rules if asked.may_match(text)]
        last = 0
        for anchor in self._anchor.finditer(text.plain):
            at = anchor.start("quoted") if anchor["quoted"] else anchor.start()
            if at < last:
                continue
            label = self._at(rules, text.plain, at)
            if label:
                last = label.end
                yield label

    def _at(self, rules: Iterable[Rule], plain: str, at: int) -> Label | None:
        """The longest catch-phrase that begins at `at`."""
        best: Label | None = None
        for rule in rules:
            match = rule.pattern.match(plain, at)
            if match and (best is None or match.end() > best.end):
                count = self._count(rule, match)
                best = self._label(rule, match, count) if count > 1 else best
        return best

    def _label(self, rule: Rule, match: re.Match[str], count: int) -> Label:
        words = _unmarked(match["label"])
        head = self._head.match(words)
        return Label(
            match.start("label"),
            match.end("label"),
            count,
            head["head"] if head else "",
            words in self._slogans,
            bool(rule.extra.get("listed")),
        )

    def _count(self, rule: Rule, match: re.Match[str]) -> int:
        """The number that the label declares; 0 where it is no catch-phrase."""
        words = _unmarked(match["label"])
        if words in self._slogans:
            return self._slogans[words]
        if self._is_other(words):
            return 0
        if rule["count"] == "numeral":
            return self._numerals.count(match["n"]) or 0
        return self._sum([m[0] for m in self._numeral.finditer(words)])

    def _sum(self, numerals: Sequence[str]) -> int:
        """四减四增 -> 8, 双招双引 -> 2; one thing for each (一县一策) counts nothing."""
        if all(n in self._numerals.doubles for n in numerals):
            return len(numerals)
        numbers = [self._numerals.count(n) or 0 for n in numerals]
        return sum(numbers) if max(numbers) > 1 or len(numbers) > _EACH else 0
