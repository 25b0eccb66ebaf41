"""The zones of a text: which paragraphs look back, which direct, which are headings or debris.

A report is divided by its chapter headings and by the turns of its paragraphs (`chapters.toml`); a news item has no
zones, its sentences decide for themselves.
"""

import re
from dataclasses import dataclass

from transforms.lexicon import Lexicon
from transforms.numerals import Numerals
from transforms.prefilter import Asked, Prefilter
from transforms.signals import Signals
from transforms.text import Text

# The first year of the n-th five-year plan is this plus five times n.
_PLANS_BEGIN = 1951


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

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        prefilter = prefilter or Prefilter()
        self._chapters = lexicon.rules("chapters", "chapter")
        self._turns = lexicon.rules("chapters", "turn")
        self._told = Signals(r for r in self._chapters if r["zone"] in ("past", "year"))
        self._report = [Asked(r.pattern, prefilter) for r in lexicon.rules("chapters", "genre")]
        self._when = lexicon.rules("chapters", "dated")[0].pattern
        self._minutes = Asked(lexicon.rules("chapters", "minutes")[0].pattern, prefilter)
        self._news = Asked(lexicon.rules("chapters", "news")[0].pattern, prefilter)
        self._address = Asked(lexicon.rules("chapters", "address")[0].pattern, prefilter)
        self._numbered = lexicon.rules("chapters", "numbered")[0].pattern
        self._numerals = Numerals(lexicon)
        self._year = lexicon.rules("chapters", "year")[0].pattern
        self._plan = lexicon.rules("chapters", "five_year_plan")[0].pattern
        self._stop = lexicon.rules("chapters", "stop")[0].pattern
        self._salutation = lexicon.rules("chapters", "salutation")[0].pattern

    def of(self, text: Text) -> tuple[Zone, ...]:
        """The zone of every paragraph."""
        heads = [
            self._head(text.plain[start : min(end, start + 96)]) for start, end in text.paragraphs
        ]
        if not self._is_report(text, heads):
            return (UNTOLD,) * len(heads)
        year = _year_planned(heads, self._year)
        zones: list[Zone] = []
        chapter = current = UNTOLD
        has_sections = False
        for head in heads:
            is_numbered = self._numbered.match(head) is not None
            zone, holds = self._zone(head, year, chapter, is_numbered and has_sections)
            if holds == "chapter":
                # The numbers below a heading without one (2025年工作回顾 · 一、… 二、…) count its sections.
                if zone.rule != "chapter.other":
                    has_sections = not is_numbered
                chapter = current = Zone(zone.kind, zone.rule)
            elif holds == "on":
                current = zone
            zones.append(zone if holds else current)
        return tuple(zones)

    def _head(self, words: str) -> str:
        return self._salutation.sub("", words)

    def _is_report(self, text: Text, heads: list[str]) -> bool:
        """Whether a text opens as a report does, or is divided by the chapters of one.

        A single heading without a number may be a news item's own.
        """
        if self._minutes.search(text, 0, 400):
            return False
        if self._news.search(text, 0, 600) and not self._address.search(text, 0, 2000):
            return False
        if any(genre.search(text, 0, 1500) for genre in self._report):
            return True
        chapters = [head for head in heads if self._is_chapter(head)]
        return len(chapters) > 1 or any(self._numbered.match(head) for head in chapters)

    def _is_chapter(self, head: str) -> bool:
        """Whether a paragraph is the heading of a look-back or of a year's tasks."""
        rule = self._told.of(head)
        return rule is not None and (rule["zone"] == "past" or self._when.search(head) is not None)

    def _zone(self, head: str, year: int, chapter: Zone, is_section: bool) -> tuple[Zone, str]:
        """The zone that begins with this paragraph and how long it holds ("" where nothing begins).

        A section goes on with its chapter unless its own heading tells.
        """
        for rule in self._chapters:
            if match := rule.pattern.match(head):
                is_heading = (
                    self._stop.search(head, match.end()) is None and rule["zone"] != "furniture"
                )
                kind = rule["zone"]
                if kind == "other":
                    kind = chapter.kind if is_section else _goes_on(chapter)
                return Zone(kind, rule.name, is_heading), "chapter"
        # Inside a chapter whose heading tells what it is for, a turn holds for its paragraph alone.
        is_told = chapter.kind not in ("", "mixed")
        for rule in self._turns:
            if rule.pattern.match(head):
                # A turn to the year's work inside the chapter of a longer period does not leave that period.
                kind = (
                    "period"
                    if rule["zone"] == "year" and chapter.kind == "period"
                    else rule["zone"]
                )
                return Zone(kind, rule.name), "paragraph" if is_told else rule["holds"]
        if year and (begins := self._dated(head)):
            kind = "past" if begins[1] < year else "period" if begins[1] > begins[0] else "year"
            if is_told and (kind == "past") == (chapter.kind == "past"):
                return chapter, ""
            return Zone(kind, "turn.dated"), "paragraph" if is_told else "on"
        return chapter, ""

    def _dated(self, head: str) -> tuple[int, int] | None:
        """The first and last year that a paragraph opens with: 2025年, “十五五”时期."""
        if match := self._year.match(head):
            return int(match[1]), int(match[1])
        if match := self._plan.match(head):
            first = _PLANS_BEGIN + 5 * (self._numerals.count(match[1]) or 0)
            return first, first + 4
        return None


def _goes_on(chapter: Zone) -> str:
    """What a chapter is for whose heading does not tell: the year's tasks go on, after others there are plans."""
    if chapter.kind == "year":
        return "year"
    return "plan" if chapter.kind else "mixed"


def _year_planned(heads: list[str], year: re.Pattern[str]) -> int:
    """The latest year that the opening lines and headings name, 0 if none."""
    years = [
        int(y) for h in heads[:12] + [h for h in heads if len(h) < 40] for y in year.findall(h)
    ]
    return max(years, default=0)
