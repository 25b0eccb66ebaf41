"""Focus areas: the numbered or counted main tasks of the directive part."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from transforms.found import Found
from transforms.lexicon import Lexicon
from transforms.modals import Modals
from transforms.numerals import Numerals
from transforms.prefilter import Prefilter
from transforms.signals import Signals
from transforms.starts import Starts
from transforms.text import Text
from transforms.zones import Zone

# How long a line may be that is a heading; what no heading holds.
_LINE = 40
_STOP = re.compile("[。；！？：]")


@dataclass(frozen=True, slots=True)
class FocusArea:
    """A main task: its ordinal, and where the part of the text that it heads ends."""

    ordinal: int
    extent_end: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """An ordinal at the head of a clause: `start:end` is the mark, `clause` the index of its clause.

    `demands` if the mark itself holds a demand (一要).
    """

    start: int
    end: int
    family: str
    ordinal: int
    clause: int
    demands: bool = False


@dataclass(slots=True)
class _Series:
    """Marks of one family that count on; `is_top` if it opened inside no other series.

    `holds` if another series of its family opened inside it.
    """

    marks: list[_Mark]
    is_top: bool
    end: int = field(default=0)
    holds: bool = False


class FocusAreas:
    """Finds the main tasks of a text."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        self._prefilter = prefilter or Prefilter()
        self._modals = Modals(lexicon, self._prefilter)
        self._numerals = Numerals(lexicon)
        self._ordinals = tuple(
            (self._prefilter.add(rule.pattern), rule)
            for rule in lexicon.rules("ordinals", "ordinal")
        )
        self._ordinal_bits = sum(bit for bit, _ in self._ordinals)
        self._counted = Starts(lexicon.rules("ordinals", "counted")[0].pattern)
        self._opening = lexicon.rules("ordinals", "opening")[0].pattern
        self._speech = Signals(lexicon.rules("ledger", "speech"), self._prefilter)
        self._salutation = lexicon.rules("chapters", "salutation")[0].pattern
        self._done = Signals(lexicon.rules("ledger", "past"), self._prefilter)
        self._past = Signals(
            lexicon.rules("ledger", "past") + lexicon.rules("ledger", "assessment"),
            self._prefilter,
        )
        self._embedded = lexicon.rules("ordinals", "embedded")[0].pattern
        self._embedded_bit = self._prefilter.add(self._embedded)
        self._matter = lexicon.rules("ordinals", "matter")[0].pattern
        self._lack = lexicon.rules("ordinals", "lack")[0].pattern
        self._declares = lexicon.rules("ordinals", "declares")[0].pattern
        self._agenda = lexicon.rules("ordinals", "agenda")[0].pattern
        self._announces = lexicon.rules("ordinals", "announces")[0].pattern
        self._may_mark = lexicon.rules("ordinals", "possible")[0].pattern

    def find(
        self, text: Text, parts: tuple[Found[str], ...], zones: tuple[Zone, ...]
    ) -> tuple[Found[FocusArea], ...]:
        """The main tasks in order."""
        marks = [
            mark
            for mark in self._marks(text, zones)
            if not any(p.start <= text.clauses[mark.clause].start < p.end for p in parts)
        ]
        series = self._directive(text, zones, _series(text, marks, self._breaks(text, zones)))
        if not series:
            series = self._counted_series(text, zones)
        return tuple(area for one in series for area in self._areas(text, one))

    def _marks(self, text: Text, zones: tuple[Zone, ...]) -> Iterator[_Mark]:
        """Every ordinal at the head of a clause, outside look-backs and debris."""
        for index, (clause, may) in enumerate(
            zip(text.clauses, self._prefilter.of(text), strict=True)
        ):
            words = text.plain[clause.start : clause.end]
            if not may & self._ordinal_bits or self._may_mark.search(words) is None:
                continue
            zone = zones[clause.paragraph]
            if zone.is_heading or zone.kind in ("past", "problems", "furniture", "opening"):
                continue
            blank = self._before_mark(words, may)
            for bit, rule in self._ordinals:
                if may & bit and (match := rule.pattern.match(words[blank:])):
                    start = clause.start + blank
                    yield _Mark(
                        start,
                        start + match.end(),
                        rule["family"],
                        self._number(match[0]),
                        index,
                        rule["demands"],
                    )
                    break

    def _before_mark(self, words: str, may: int) -> int:
        """Where an ordinal stands in a clause: at its head, or behind those who are told (各部门一要…)."""
        if may & self._embedded_bit and (match := self._embedded.match(words)):
            return match.end()
        return len(words) - len(words.lstrip())

    def _number(self, mark: str) -> int:
        """The number that a mark names, whatever it is made of: 三是, （三）, 3., ③."""
        if circled := [c for c in mark if unicodedata.category(c) == "No"]:
            return int(unicodedata.numeric(circled[0]))
        printed = "".join(c for c in mark if c.isdecimal() or c in self._numerals.values)
        return self._numerals.count(printed) or 0

    def _breaks(self, text: Text, zones: tuple[Zone, ...]) -> tuple[int, ...]:
        """Where a list that runs over paragraphs ends: a chapter, a new speech, a turn of a report."""
        breaks: list[int] = []
        last = -1
        for clause, may in zip(text.clauses, self._prefilter.of(text), strict=True):
            if clause.paragraph == last:
                continue
            zone, before = zones[clause.paragraph], zones[last] if last >= 0 else None
            last = clause.paragraph
            turned = before is not None and zone.kind != before.kind
            words = text.plain[clause.start : clause.body_end].strip()
            if (
                zone.is_heading
                or turned
                or self._speech.of(words, may)
                or (zone.kind and self._salutation.match(text.plain[clause.start : clause.end]))
            ):
                breaks.append(clause.start)
        return tuple(breaks)

    def _directive(
        self, text: Text, zones: tuple[Zone, ...], series: list[_Series]
    ) -> list[_Series]:
        """The top-level series that direct, of at least two or broken off: in a report those of the year planned."""
        kept = [s for s in series if s.is_top and len(s.marks) > 1]
        if series and series[-1].is_top and _breaks_off(text, series[-1]):
            kept.append(series[-1])
        is_report = any(zone.kind for zone in zones)
        if is_report:
            kept = [s for s in kept if s.marks[0].family != "comma"]
            for wanted in ("year", "plan", "mixed", "period"):
                if found := [
                    s
                    for s in kept
                    if zones[text.clauses[s.marks[0].clause].paragraph].kind == wanted
                ]:
                    return found
            return []
        return [s for s in kept if self._directs(text, s)]

    def _directs(self, text: Text, series: _Series) -> bool:
        """Whether a series outside a report directs: most of its parts demand or begin with a deed."""
        told = self._told(text, series.marks[0])
        if told in ("others", "past", "order"):
            return told == "order"
        votes = 0
        ends = [m.start for m in series.marks[1:]] + [series.end]
        for mark, end in zip(series.marks, ends, strict=True):
            start, stop = self._heading(text, mark)
            words = text.plain[start:stop]
            if self._matter.match(words) or self._lack.search(words):
                continue
            if mark.demands or self._modals.opens(words) or self._modals.of(words):
                votes += 0 if self._past.of(words) and not self._modals.opens(words) else 1
            elif not self._past.of(words) and self._demands_inside(text, mark, end):
                votes += 1
        return votes * 2 > len(series.marks)

    def _demands_inside(self, text: Text, mark: _Mark, end: int) -> bool:
        """Whether a part of a list holds a demand or a deed beyond its heading."""
        following = zip(text.clauses, self._prefilter.of(text), strict=True)
        for clause, may in islice(following, mark.clause + 1, None):
            if clause.start >= end:
                return False
            words = text.plain[clause.start : clause.body_end]
            if self._modals.of(words, may):
                return True
            if self._modals.opens(words) and not self._past.of(words, may):
                return True
        return False

    def _told(self, text: Text, mark: _Mark) -> str:
        """What leads to a list: somebody's words ("order", "others" …), a tale of the past ("past"), or "".

        Asked are the clauses before the list in its paragraph, from the last; how things were is told by the sentence
        of the list alone, or by the last clause of the sentence before where the list begins a sentence. Behind a demand
        only others who speak are heard, unless it declares how many parts the list has.
        """
        first = text.clauses[mark.clause]
        leads = first.sentence == text.clauses[max(0, mark.clause - 1)].sentence
        last = first.sentence if leads else first.sentence - 1
        may = self._prefilter.of(text)
        demanded = ""
        for index in range(mark.clause - 1, -1, -1):
            clause = text.clauses[index]
            words = text.plain[clause.start : clause.body_end].strip()
            if clause.paragraph != first.paragraph:
                break
            if rule := self._speech.of(words, may[index]):
                is_led = clause.sentence == last and not demanded
                if rule["says"] == "others" or is_led:
                    return str(rule["says"])
                break
            if demanded:
                continue
            if self._modals.of(words, may[index]):
                declares = index == mark.clause - 1 and leads and self._declares.search(words)
                demanded = "order" if declares else "demand"
                continue
            if self._announces.search(words):
                return ""
            is_near = clause.sentence == last and (leads or index == mark.clause - 1)
            if is_near and (self._done.of(words, may[index]) or self._agenda.search(words)):
                return "past"
        return demanded

    def _heading(self, text: Text, mark: _Mark) -> tuple[int, int]:
        """The span of a mark's heading: its first clause without ordinal, those who are to act, and 要."""
        clause = text.clauses[mark.clause]
        start, end = mark.end, clause.body_end
        if not text.plain[start:end].strip() and mark.clause + 1 < len(text.clauses):
            clause = text.clauses[mark.clause + 1]
            start, end = clause.start, clause.body_end
        while start < end and text.plain[start].isspace():
            start += 1
        demand = self._modals.of(text.plain[start:end])
        if demand and start + demand.begins < end:
            start += demand.begins
        return start, end

    def _areas(self, text: Text, series: _Series) -> Iterator[Found[FocusArea]]:
        ends = [m.start for m in series.marks[1:]] + [self._until_speech(text, series)]
        for mark, end in zip(series.marks, ends, strict=True):
            start, stop = self._heading(text, mark)
            stop = max(stop, _line_end(text, mark))
            if start < stop <= end:
                yield Found(start, stop, FocusArea(mark.ordinal, end))

    def _until_speech(self, text: Text, series: _Series) -> int:
        """Where the last part ends: where the meeting speaks anew, if all parts share its paragraph and it spoke in none of
        them before.
        """
        first, last = series.marks[0].clause, series.marks[-1].clause
        if text.clauses[first].paragraph != text.clauses[last].paragraph:
            return series.end
        clauses = zip(text.clauses, self._prefilter.of(text), strict=True)
        sentence = text.clauses[first].sentence
        for index, (clause, may) in enumerate(islice(clauses, first, None), first):
            if clause.start >= series.end:
                break
            opens, sentence = clause.sentence != sentence, clause.sentence
            if opens and self._speech.of(text.plain[clause.start : clause.body_end], may):
                return clause.start if index > last else series.end
        return series.end

    def _counted_series(self, text: Text, zones: tuple[Zone, ...]) -> list[_Series]:
        """Tasks told by a lead word that a declared count announces: 八个着力 → 要着力…, eight times."""
        for declared in self._counted.finditer(text.plain):
            count, lead = self._number(declared[1]), declared[2]
            marks = [
                m
                for m in self._led(text, lead, declared.end())
                if zones[_paragraph(text, m)].kind != "past"
            ]
            if len(marks) == count > 1:
                end = _end_of_list(text, marks[-1], self._breaks(text, zones), marks)
                numbered = [
                    _Mark(m.start, m.end, "counted", i, m.clause) for i, m in enumerate(marks, 1)
                ]
                return [_Series(numbered, True, end)]
        return []

    def _led(self, text: Text, lead: str, after: int) -> Iterator[_Mark]:
        """The sentences after a place whose deed begins with the lead word."""
        for index, clause in enumerate(text.clauses):
            words = text.plain[clause.start : clause.body_end]
            if clause.start < after or lead not in words or not _begins_part(text, index):
                continue
            opened = self._opening.match(words)
            at = opened.end() if opened else 0
            demand = self._modals.of(words[at:])
            begins = at + (demand.begins if demand else 0)
            if words.startswith(lead, begins):
                yield _Mark(clause.start, clause.start + begins, "counted", 0, index)


def _line_end(text: Text, mark: _Mark) -> int:
    """Where a heading ends that has a line of its own, whatever commas it holds; 0 for any other."""
    begin, end = text.paragraphs[_paragraph(text, mark)]
    line = text.plain[begin:end].rstrip()
    is_alone = begin == mark.start and len(line) <= _LINE and not _STOP.search(line)
    return begin + len(line) if is_alone else 0


def _series(text: Text, marks: list[_Mark], breaks: tuple[int, ...]) -> list[_Series]:
    """Marks joined to series that count 1, 2, 3 …; a series inside an open one of another family is not top-level."""
    done: list[_Series] = []
    open_: list[_Series] = []
    for index, mark in enumerate(marks):
        open_ = [s for s in open_ if not _is_closed(text, s, mark, breaks)]
        levels = [i for i, s in enumerate(open_) if _continues(s, mark)]
        alike = [i for i in levels if open_[i].marks[-1].demands == mark.demands]
        level = next(iter(alike or levels), None)
        if level is not None:
            open_[level].marks.append(mark)
            del open_[level + 1 :]
        elif mark.ordinal == 1:
            open_ = [
                s
                for s in open_
                if s.marks[0].family != mark.family or _goes_on(s, mark, marks[index + 1 :])
            ]
            for outer in open_:
                outer.holds |= outer.marks[0].family == mark.family
            series = _Series([mark], not open_)
            open_.append(series)
            done.append(series)
    for series in done:
        series.end = _end_of_list(text, series.marks[-1], breaks, series.marks)
    return done


def _continues(series: _Series, mark: _Mark) -> bool:
    return series.marks[-1].family == mark.family and series.marks[-1].ordinal + 1 == mark.ordinal


def _breaks_off(text: Text, series: _Series) -> bool:
    """Whether the text breaks off in the first part of a list (一要 …, not an item of news headed 1. or a lone 一是)."""
    first = series.marks[0]
    is_plain = first.family == "digit" or (first.family == "is" and not first.demands)
    return len(series.marks) == 1 and not is_plain and not text.plain[series.end :].strip()


def _goes_on(series: _Series, mark: _Mark, following: list[_Mark]) -> bool:
    """Whether a series goes on behind a mark of its family that is made otherwise: 一要 … 一是 … 二是 … 二要."""
    last = series.marks[-1]
    if last.demands == mark.demands or series.holds:
        return last.demands != mark.demands
    alike = (m for m in following if m.family == last.family and m.demands == last.demands)
    after = next(alike, None)
    return after is not None and after.ordinal == last.ordinal + 1


def _is_closed(text: Text, series: _Series, mark: _Mark, breaks: tuple[int, ...]) -> bool:
    """Whether a break stands between the last mark of the series and this one that does not continue it."""
    if _continues(series, mark):
        return False
    return any(series.marks[-1].start < b <= mark.start for b in breaks)


def _end_of_list(text: Text, last: _Mark, breaks: tuple[int, ...], marks: list[_Mark]) -> int:
    """Where the last part of a list ends: its sentence, its paragraph, or the next break."""
    clause = text.clauses[last.clause]
    if len(marks) > 1 and len({text.clauses[m.clause].sentence for m in marks}) == 1:
        return text.sentences[clause.sentence][1]
    paragraph_end = text.paragraphs[clause.paragraph][1]
    if not all(_opens_paragraph(text, m) for m in marks):
        return paragraph_end
    follow = [b for b in breaks if b > last.start]
    if text.sentences[clause.sentence][1] == paragraph_end or follow:
        return follow[0] if follow else len(text.plain)
    return paragraph_end


def _opens_paragraph(text: Text, mark: _Mark) -> bool:
    start = text.paragraphs[text.clauses[mark.clause].paragraph][0]
    return not text.plain[start : mark.start].strip()


def _begins_part(text: Text, index: int) -> bool:
    """Whether a clause begins a sentence, or a part of one that a semicolon or colon ends the part before."""
    clause, before = text.clauses[index], text.clauses[max(0, index - 1)]
    if index == 0 or clause.sentence != before.sentence:
        return True
    return text.plain[before.body_end : before.end].strip() != "，"


def _paragraph(text: Text, mark: _Mark) -> int:
    return text.clauses[mark.clause].paragraph
