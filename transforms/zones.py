"""The zones of a text: which paragraphs look back, which direct, which are headings or debris.

A report is divided by its chapter headings and by the turns of its paragraphs (`chapters.toml`); a news item has no
zones, its sentences decide for themselves.
"""

import re
from dataclasses import dataclass

from transforms.lexicon import Lexicon, Rule
from transforms.text import Text

_YEAR = re.compile(r"(?<!\d)(\d{4})年")


@dataclass(frozen=True, slots=True)
class Zone:
    """What a paragraph is for.

    `kind` is past, year (the tasks of the year planned), period, plan, problems, opening, mixed, furniture, or "" where
    nothing in the layout tells; `rule` is what decided; `is_heading` marks a paragraph that is a chapter's heading.
    """

    kind: str
    rule: str
    is_heading: bool = False


UNTOLD = Zone("", "zone.untold")


class Zones:
    """Divides texts into zones."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._chapters = lexicon.rules("chapters", "chapter")
        self._turns = lexicon.rules("chapters", "turn")
        self._report = lexicon.rules("chapters", "genre")
        self._salutation = lexicon.rules("chapters", "salutation")[0].pattern

    def of(self, text: Text) -> tuple[Zone, ...]:
        """The zone of every paragraph."""
        heads = [self._head(text.plain[start : min(end, start + 96)]) for start, end in text.paragraphs]
        if not self._is_report(text, heads):
            return (UNTOLD,) * len(heads)
        year = _year_planned(heads)
        zones: list[Zone] = []
        chapter = current = UNTOLD
        for head in heads:
            zone, holds = self._zone(head, year, chapter)
            if holds == "chapter":
                chapter = current = Zone(zone.kind, zone.rule)
            elif holds == "on":
                current = zone
            zones.append(zone if holds else current)
        return tuple(zones)

    def _head(self, words: str) -> str:
        return self._salutation.sub("", words)

    def _is_report(self, text: Text, heads: list[str]) -> bool:
        opening = text.plain[:1500]
        if any(rule.pattern.search(opening) for rule in self._report):
            return True
        return any(r.pattern.match(h) for h in heads for r in self._chapters if r["zone"] in ("past", "year"))

    def _zone(self, head: str, year: int, chapter: Zone) -> tuple[Zone, str]:
        """The zone that begins with this paragraph and how long it holds ("" where nothing begins)."""
        for rule in self._chapters:
            if match := rule.pattern.match(head):
                is_heading = "。" not in head[match.end() :] and rule["zone"] != "furniture"
                return Zone(_told(rule, chapter), rule.name, is_heading), "chapter"
        for rule in self._turns:
            if rule.pattern.match(head):
                return Zone(_told(rule, chapter), rule.name), rule["holds"]
        if (match := _YEAR.match(head)) and year:
            kind = "past" if int(match[1]) < year else "year"
            return Zone(kind, "turn.dated"), "on"
        return chapter, ""


def _told(rule: Rule, chapter: Zone) -> str:
    """The zone a rule names; a chapter whose heading does not tell directs, unless it is the first."""
    kind = str(rule["zone"])
    if kind == "other":
        return "plan" if chapter.kind else "mixed"
    # A turn to the year's work inside the chapter of a longer period does not leave that period.
    if kind == "year" and chapter.kind == "period":
        return "period"
    return kind


def _year_planned(heads: list[str]) -> int:
    """The latest year that the opening lines and headings name, 0 if none."""
    years = [int(y) for h in heads[:6] for y in _YEAR.findall(h)]
    return max(years, default=0)
