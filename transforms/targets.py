"""Targets: the indicators of an initiative that have a number to reach."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from transforms.found import Found
from transforms.lexicon import Lexicon, Rule
from transforms.numerals import Numerals
from transforms.text import Text

# The first five-year plan ended in 1957, the n-th ends in 1955 + 5 n (from the sixth on).
_PLANS_BEGIN = 1955
# A paragraph of at most so many characters may be a heading.
_HEADING = 40
# What `targets.year` can be.
_YEARS = range(1900, 2201)
_OPENING, _CLOSING = "“‘（《〈【", "”’）》〉】"


class Directive(Protocol):
    """What a recogniser of the directive part needs of an entry of the ledger."""

    @property
    def role(self) -> str:
        """The role of the clause."""

    @property
    def span_start(self) -> int:
        """Where what is directed begins."""

    @property
    def span_end(self) -> int:
        """Where what is directed ends."""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """An indicator and the number it is to reach, the number being in the printed unit."""

    indicator: str
    commitment: str | None
    comparator: str
    low: float | None
    high: float | None
    unit: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class _Figure:
    """A printed number with its unit and comparator; `is_led` if a comparator (突破, 不低于) stands before it."""

    start: int
    end: int
    comparator: str
    low: float
    high: float | None
    unit: str
    measure: str
    is_led: bool


@dataclass(frozen=True, slots=True)
class _Goal:
    """A figure with the range of its indicator; `start`..`end` holds both.

    `is_bare` if the clause names no indicator: `indicator` is then what stands before the figure. `prefix` is what
    the indicator's first word stands for where it names two things at once (城乡: 城镇, 农村).
    """

    start: int
    end: int
    indicator: tuple[int, int]
    figure: _Figure
    prefix: str = ""
    is_bare: bool = False


def _sentence_start(text: Text, at: int) -> int:
    return text.sentences[bisect_right(text.sentences, (at, len(text.plain) + 1)) - 1][0]


def _going_on(one: Found[TargetFacts], named: str) -> Found[TargetFacts]:
    """A clause that names no indicator (…达到300亿元，年均增长6%) goes on with that of the clause before it."""
    return one._replace(value=replace(one.value, indicator=named))


class Targets:
    """Finds the numbers to reach in the initiatives of a text; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._figures = _Figures(lexicon)
        self._indicators = _Indicators(lexicon)
        self._years = _Years(lexicon)
        self._commitment = lexicon.compile("{target_words__commitment}")
        self._at_least = lexicon.rules("targets", "at_least")[0].pattern
        self._stands = lexicon.compile("(?:^|{target_words__keep})$")

    def find(
        self,
        text: Text,
        entries: Iterable[Directive],
        planning_year: int | None,
        present_year: int | None = None,
    ) -> tuple[Found[TargetFacts], ...]:
        """The targets of the initiatives among `entries`, in reading order.

        今年 is the year whose work is planned, or where the text plans none the year in which the meeting was held.
        """
        years = (planning_year, planning_year or present_year)
        found: list[Found[TargetFacts]] = []
        named, measure, at = "", "", 0
        for entry in entries:
            goals = self._goals_of(text.plain, entry)
            if _sentence_start(text, entry.span_start) > at:
                named = measure = ""
            for goal in goals:
                one = self._found(text, entry.span_start, goal, years)
                # What is built (公路投资206亿元，新改建1800公里) is no sum of money.
                is_other = measure == "money" and goal.figure.measure in ("quantity", "count")
                is_going_on = goal.is_bare and named and not is_other
                found.append(_going_on(one, named) if is_going_on else one)
                measure = goal.figure.measure
            has_name = bool(goals) and not goals[-1].is_bare
            named = found[-1].value.indicator if has_name else named if goals else ""
            at = entry.span_start
        return tuple(found)

    def _goals_of(self, plain: str, entry: Directive) -> list[_Goal]:
        is_directed = entry.role == "initiative"
        return self._goals(plain, entry.span_start, entry.span_end) if is_directed else []

    def in_span(self, plain: str, start: int, end: int) -> bool:
        """Whether the clause at `start`..`end` names an indicator and a number to reach."""
        return bool(self._goals(plain, start, end))

    def _goals(self, plain: str, start: int, end: int) -> list[_Goal]:
        figures = self._figures.read(plain, start, end)
        return self._indicators.tie(plain, start, end, figures) if figures else []

    def _found(
        self, text: Text, start: int, goal: _Goal, years: tuple[int | None, int | None]
    ) -> Found[TargetFacts]:
        figure = goal.figure
        if figure.comparator == "=" and self._at_least.match(text.plain[start : figure.start]):
            figure = replace(figure, comparator=">=")
        is_bound = figure.comparator == "<=" and figure.high is None
        # What shall stand (18亿亩耕地必须守住, 守住18亿亩耕地) is not what one year shall bring.
        is_standing = bool(self._stands.search(text.plain[start : figure.start]))
        facts = TargetFacts(
            indicator=goal.prefix + text.text[slice(*goal.indicator)],
            commitment=self._committed(text, start, figure.start),
            comparator=figure.comparator,
            low=None if is_bound else figure.low,
            high=figure.low if is_bound else figure.high,
            unit=figure.unit,
            year=self._years.before(
                text, start, figure.start, *((None, None) if is_standing else years)
            ),
        )
        return Found(goal.start, goal.end, facts)

    def _committed(self, text: Text, start: int, end: int) -> str | None:
        """The word of commitment that stands last before the figure in its clause."""
        spans = [m.span() for m in self._commitment.finditer(text.plain, start, end)]
        return text.text[slice(*spans[-1])] if spans else None


class _Years:
    """Reads the year by which a number is to be reached."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._numerals = Numerals(lexicon)
        self._rules = lexicon.rules("targets", "year")
        self._is_mean = lexicon.compile("{target_words__mean}").search

    def before(
        self, text: Text, clause: int, at: int, planned: int | None, present: int | None
    ) -> int | None:
        """The year printed last before the figure at `at` in its sentence, else that of its part of the text.

        A yearly mean is no target of the one year planned: its year may stand anywhere in the paragraph.
        """
        is_mean = bool(self._is_mean(text.plain, clause, at))
        for parts in (text.sentences, text.paragraphs) if is_mean else (text.sentences,):
            start = parts[bisect_right(parts, (at, len(text.plain) + 1)) - 1][0]
            if hits := self._hits(text, start, at, planned, present):
                return hits[-1][1]
        return self._headed(text, at, planned) or (None if is_mean else planned)

    def _hits(
        self, text: Text, start: int, end: int, planned: int | None, present: int | None
    ) -> list[tuple[int, int | None]]:
        """Where years and periods are printed in `start`..`end`, in order, with the year that each ends."""
        return sorted(
            (
                (match.start(), self._year(rule, match, planned, present))
                for rule in self._rules
                for match in rule.pattern.finditer(text.plain, start, end)
                # 全年 goes on with the year printed before it where none is planned.
                if planned is not None or rule["form"] != "whole"
            ),
            key=lambda hit: hit[0],
        )

    def _headed(self, text: Text, at: int, planned: int | None) -> int | None:
        """The year or the end of the period that the nearest heading before `at` prints, if none of the past."""
        before = text.paragraphs[: bisect_right(text.paragraphs, (at, 0))]
        for start, end in reversed(before):
            is_short = end - start <= _HEADING
            hits = self._hits(text, start, end, planned, planned) if is_short else []
            if hits and planned is not None and (year := hits[-1][1]):
                return year if year >= planned else None
        return None

    def _year(
        self, rule: Rule, match: re.Match[str], planned: int | None, present: int | None
    ) -> int | None:
        year = self._year_printed(rule, match, planned, present)
        return year if year in _YEARS else None

    def _year_printed(
        self, rule: Rule, match: re.Match[str], planned: int | None, present: int | None
    ) -> int | None:
        if rule["form"] == "this":
            return present
        if rule["form"] == "whole":
            return planned
        if rule["form"] == "year":
            return self._numerals.count(match["year"])
        if rule["form"] == "span":
            length = self._numerals.count(match["span"]) or 0
            return planned + length - 1 if planned else None
        return _PLANS_BEGIN + 5 * (self._numerals.count(match["plan"]) or 0)


class _Figures:
    """Reads the numbers with a unit in a clause; leaves out those that no indicator can have."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._numerals = Numerals(lexicon)
        self._rules = lexicon.rules("targets")
        self._calendar = lexicon.rules("targets", "calendar")[0].pattern
        self._scope = lexicon.rules("targets", "scope")[0].pattern
        self._routine = lexicon.rules("targets", "routine")[0].pattern
        self._others = lexicon.rules("targets", "others")[0].pattern
        self._not_reached = lexicon.rules("targets", "not_reached")
        self._measures = lexicon.mapping("units", "measure")
        self._comparators = {
            (row["term_key"], row["position"]): row["comparator"]
            for row in lexicon.table("comparators")
        }
        words = self._numerals.characters
        pair = f"[{words}][{words}{self._numerals.scales}]"
        self._anchor = lexicon.compile(f"[0-9]|{pair}|{{target_words__anchor}}")
        self._growth_end = lexicon.compile("{target_words__growth}$")

    def read(self, plain: str, start: int, end: int) -> list[_Figure]:
        """The figures of the clause at `start`..`end`, in reading order."""
        if not self._anchor.search(plain, start, end):
            return []
        matches = sorted(
            ((m, rule) for rule in self._rules for m in rule.pattern.finditer(plain, start, end)),
            key=lambda pair: (pair[0].start(), -pair[0].end()),
        )
        figures: list[_Figure] = []
        for match, rule in matches:
            if figures and match.start() < figures[-1].end:
                continue
            # A figure directly behind another (20个500千伏工程) belongs to what that one counts.
            if figures and match.start() == figures[-1].end:
                continue
            if self._is_figure(plain, start, match, rule):
                figures.append(self._figure(match, rule))
        return figures

    def _is_figure(self, plain: str, start: int, match: re.Match[str], rule: Rule) -> bool:
        """Not part of a name in quotation marks, no year of the calendar, no mere numeral or scope."""
        if _is_enclosed(plain, start, match.start()):
            return False
        if self._scope.search(plain[start : match.start()]):
            return False
        if self._calendar.match(plain, match.start("low")):
            return False
        if self._others.match(plain, match.end()):
            return False
        if self._routine.search(plain[start : match.end()]):
            return False
        if any(r.pattern.search(plain, start, match.start("low")) for r in self._not_reached):
            return False
        if rule["form"] != "measured" or match["low"][0].isdigit():
            return True
        return self._is_numeral_meant(plain, start, match)

    def _is_numeral_meant(self, plain: str, start: int, match: re.Match[str]) -> bool:
        """A numeral in words (一, 三百) is a figure with a scale or a unit of measurement alone."""
        low = match["low"]
        is_bare = all(self._numerals.kinds[ch] == "place" for ch in low)
        if is_bare:
            before = plain[start : match.start()]
            return bool(match["before"] or self._growth_end.search(before)) and bool(match["scale"])
        is_large = len(low) > 1 and any(self._numerals.kinds[ch] != "digit" for ch in low)
        is_measured = self._measures[match["measure"]] in ("share", "money", "quantity")
        return bool(match["scale"]) or is_large or (is_measured and len(match["measure"]) > 1)

    def _figure(self, match: re.Match[str], rule: Rule) -> _Figure:
        groups = match.groupdict()
        high = groups.get("high")
        unit, measure = self._unit(rule, groups)
        return _Figure(
            match.start(),
            match.end(),
            self._comparator(groups),
            self._number(groups["low"] or "1", unit) or 0.0,
            self._number(high, unit) if high else None,
            unit,
            measure,
            is_led=bool(groups.get("before")),
        )

    def _number(self, printed: str, unit: str) -> float | None:
        """The number in its unit: 三亿六千 of 万吨 is 36,000."""
        if "亿" in printed and unit.startswith("万"):
            number = self._numerals.value(f"{printed}万")
            return number / self._numerals.values["万"] if number else None
        return self._numerals.value(printed)

    def _unit(self, rule: Rule, groups: dict[str, str | None]) -> tuple[str, str]:
        """The unit as it is to be reported, and what it measures."""
        if rule["form"] == "measured":
            measure = groups["measure"] or ""
            return f"{groups['scale'] or ''}{measure}", self._measures[measure]
        unit: str = rule["units"].get(groups.get("base") or "", "")
        return unit, "share"

    def _comparator(self, groups: dict[str, str | None]) -> str:
        for position in ("before", "after"):
            word = groups.get(position)
            if word:
                return self._comparators[word, position]
        return ">=" if groups.get("more") or groups.get("more_too") else "="


class _Indicators:
    """Ties figures to their indicators: the words before a number, or the noun that it counts."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._separators = lexicon.rules("targets", "joint")[0].pattern
        self._lead = lexicon.compile(
            "(?:(?:{target_words__lead}|{target_words__deed})(?!(?:{target_words__deed})?[率值额量])|、)++"
        )
        self._time = lexicon.rules("targets", "time")[0].pattern
        self._tail = lexicon.compile(
            "(?:{target_words__growth}|{target_words__tail}|{comparators__before}|[、：，]"
            f"|{self._time.pattern}){{1,12}}$"
        )
        self._is_described = lexicon.rules("targets", "described")[0].pattern.search
        self._is_some = lexicon.rules("targets", "some")[0].pattern.search
        self._is_size = lexicon.rules("targets", "size")[0].pattern.match
        self._is_deed = lexicon.compile("(?:{target_words__deed})$").search
        self._is_growth = lexicon.compile("{target_words__growth}").search
        self._commitment = lexicon.compile("{target_words__commitment}")
        self._stop = re.compile(
            f"{lexicon.alternation('target_words__stop')}|{self._separators.pattern}"
        )
        self._is_listed = lexicon.compile(
            "^{target_words__list_noun}|{target_words__list_noun}$"
        ).search
        self._is_after_list = lexicon.compile("{target_words__etc}$").search
        self._project_units = frozenset(lexicon.terms("target_words", use="project_unit"))
        self._is_project = lexicon.compile("{target_words__project}$").search
        self._is_duration = lexicon.compile("{target_words__duration_head}").search
        self._is_place = lexicon.compile("{target_words__place}").match
        self._from = lexicon.compile("{target_words__from}")
        self._each = lexicon.compile("{target_words__each}")
        self._all = lexicon.compile("{target_words__all}")
        self._named_at_once = {
            row["term"]: row["parts"].split() for row in lexicon.table("target_parts")
        }

    def tie(self, plain: str, start: int, end: int, figures: Sequence[_Figure]) -> list[_Goal]:
        """The goals among `figures` of the clause at `start`..`end`."""
        goals: list[_Goal] = []
        before = (start, figures[0].start)
        for index, figure in enumerate(figures):
            limit = figures[index + 1].start if index + 1 < len(figures) else end
            after, following = self._divide(plain, figure.end, limit, index + 1 == len(figures))
            origin = self._from.search(plain, *before)
            if origin and self._is_growth(plain, figure.end, limit):
                before = (before[0], origin.start())
                continue
            goal = self._goal(plain, before, figure, after, goals)
            if goal and not self._is_attribute(plain, figure, limit, end):
                goals.append(goal)
            before = following
        return [
            shared
            for goal in self._each_its_own(plain, start, goals)
            for shared in self._all_alike(plain, goal)
        ]

    def _all_alike(self, plain: str, goal: _Goal) -> list[_Goal]:
        """One goal for each member of a list whose members all are to reach the figure (甲、乙均达到95%)."""
        start, end = goal.indicator
        if not self._all.match(plain, end, goal.figure.start):
            return [goal]
        return [replace(goal, indicator=part) for part in self._parts(plain, start, end)]

    def _divide(
        self, plain: str, at: int, limit: int, is_last: bool
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """The words after a figure: those that it counts, and those that lead to the next figure."""
        if is_last:
            return (at, limit), (limit, limit)
        cuts = [m.span() for m in self._separators.finditer(plain, at, limit)]
        if not cuts:
            return (at, limit), (at, limit)
        if cuts[0][0] == at:
            return (at, at), (cuts[0][1], limit)
        return (at, cuts[-1][0]), (cuts[-1][1], limit)

    def _goal(
        self,
        plain: str,
        before: tuple[int, int],
        figure: _Figure,
        after: tuple[int, int],
        goals: Sequence[_Goal],
    ) -> _Goal | None:
        """The figure with its indicator: before it, else after it, else that of the figure before."""
        head = self._head(plain, before)
        noun = self._noun(plain, after)
        words = plain[slice(*head)]
        is_described = figure.measure == "count" and self._is_described(words)
        if noun[0] < noun[1] and (self._is_deed(words) or is_described):
            head = (head[1], head[1])
        if not self._may_reach(plain, before, head, figure, noun):
            return None
        if head[0] < head[1]:
            return _Goal(head[0], figure.end, head, figure)
        if noun[0] < noun[1]:
            return _Goal(figure.start, noun[1], noun, figure)
        if goals:
            return _Goal(figure.start, figure.end, goals[-1].indicator, figure)
        if before[0] < before[1]:
            return _Goal(before[0], figure.end, before, figure, is_bare=True)
        return None

    def _head(self, plain: str, before: tuple[int, int]) -> tuple[int, int]:
        """The indicator in the words before a figure, without verbs of commitment, doing and growth."""
        start, end = before
        words = [match.span() for match in self._commitment.finditer(plain, start, end)]
        if words:
            head = self._bare(plain, words[-1][1], end)
            # 人均收入力争突破3万元: the indicator stands before the commitment.
            return head if head[0] < head[1] else self._bare(plain, start, words[0][0])
        return self._bare(plain, start, end)

    def _bare(self, plain: str, start: int, end: int) -> tuple[int, int]:
        """Words without the verbs and times that lead up to an indicator and those that lead on to its figure."""
        while lead := self._lead.match(plain, start, end) or self._time.match(plain, start, end):
            joint = self._separators.match(plain, lead.end(), end)
            start = joint.end() if joint else lead.end()
        tail = self._tail.search(plain, start, end)
        return start, tail.start() if tail else end

    def _noun(self, plain: str, after: tuple[int, int]) -> tuple[int, int]:
        """The noun that a figure counts, up to the first verb or separator."""
        start, end = after
        if self._separators.match(plain, start, end) or plain[start:end].startswith(("（", "。")):
            return start, start
        lead = self._lead.match(plain, start, end)
        start = lead.end() if lead else start
        stop = self._stop.search(plain, start, end)
        return start, stop.start() if stop else end

    def _may_reach(
        self,
        plain: str,
        before: tuple[int, int],
        head: tuple[int, int],
        figure: _Figure,
        noun: tuple[int, int],
    ) -> bool:
        """Whether the figure can be a number to reach, not a duration, a place, a list's count or a project's size."""
        words = plain[before[0] : before[1]]
        if figure.measure == "duration":
            return bool(self._is_duration(words))
        # 一批5亿元以上项目: how large each of them is.
        if figure.measure != "count" and self._is_some(words):
            return False
        is_grown = bool(self._is_growth(words))
        if self._is_place(words) and not is_grown and not self._is_deed(words):
            return False
        # What is neither a deed nor grows before a counted noun does not lead up to it: 近期在16个省份开展督查.
        is_named = head[0] < head[1] and noun[0] < noun[1] and not (is_grown or figure.is_led)
        if figure.measure != "share" and is_named:
            return False
        if figure.measure in ("money", "quantity") and self._is_size(
            plain, figure.end - (plain[figure.end - 1] == "的")
        ):
            return False
        if figure.measure != "count":
            return True
        if noun[0] == noun[1]:
            return not self._is_listed(words)
        counted = plain[noun[0] : noun[1]]
        is_list = "、" in words and not is_grown
        is_list = is_list or bool(self._is_after_list(words) or self._is_listed(counted))
        is_project = figure.unit in self._project_units and self._is_project(counted)
        return not (is_list or is_project)

    def _is_attribute(self, plain: str, figure: _Figure, limit: int, end: int) -> bool:
        """A figure that only tells which nouns the next figure counts (10亿元以上项目5个)."""
        between = plain[figure.end : limit]
        if limit == end or not between or figure.measure == "count":
            return False
        return not (self._separators.search(between) or self._is_growth(between))

    def _each_its_own(self, plain: str, start: int, goals: list[_Goal]) -> list[_Goal]:
        """Share out a list of indicators (甲、乙分别增长5%、6%左右) over the figures that follow it."""
        for index, goal in enumerate(goals):
            each = self._each.search(plain, goal.indicator[1], goal.figure.start)
            same = [g for g in goals[index:] if g.indicator == goal.indicator]
            if not each or len(same) < 2:
                continue
            parts = self._parts(plain, *goal.indicator)
            last = same[-1].figure.comparator
            for offset, member in enumerate(same):
                figure = member.figure
                if figure.comparator == "=":
                    figure = replace(figure, comparator=last)
                own = parts[offset] if len(parts) == len(same) else member.indicator
                at = goals.index(member)
                goals[at] = self._of_part(
                    plain, replace(member, indicator=own, figure=figure), offset, len(same)
                )
        return goals

    def _of_part(self, plain: str, goal: _Goal, offset: int, count: int) -> _Goal:
        """The goal of one part where the indicator names several at once (城乡居民收入分别增长7%和8%)."""
        start, end = goal.indicator
        for word, parts in self._named_at_once.items():
            if count == len(parts) and plain.startswith(word, start, end):
                return replace(goal, indicator=(start + len(word), end), prefix=parts[offset])
        return goal

    def _parts(self, plain: str, start: int, end: int) -> list[tuple[int, int]]:
        """The members of a list, each with its place."""
        parts, at = [], start
        for cut in self._separators.finditer(plain, start, end):
            parts.append((at, cut.start()))
            at = cut.end()
        return [*parts, (at, end)]


def _is_enclosed(plain: str, start: int, at: int) -> bool:
    """Whether the character at `at` stands inside quotation marks or brackets opened since `start`."""
    depth = 0
    for ch in plain[start:at]:
        depth += (ch in _OPENING) - (ch in _CLOSING)
    return depth > 0
