"""The meeting that a text reports, decides or is the text of: its name, kind, convenor, place and day."""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from transforms.found import Found
from transforms.lexicon import Lexicon
from transforms.names import Vocabulary
from transforms.numerals import Numerals
from transforms.places import Division, Places
from transforms.prefilter import Asked, Prefilter
from transforms.starts import Starts
from transforms.text import Text

# A blank that stands only for the change from script to digits: 县政府 2024 年.
_BLANK_AT_DIGITS = re.compile(r"[\u4e00-\u9fff] [0-9“]|[0-9] [\u4e00-\u9fff]")
# A blank that only the layout puts into a name (贯彻落实 “两山”理念会议): beside anything but Latin words.
_LAYOUT = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")
# A remark behind a body's name: （扩大）.
_REMARK = re.compile("（[^（）]*）$")
_MARKS = "，。；：！？\n \u3000《》【】—"
_OPENED = {"）": "（", "”": "“", "》": "《"}
_HEADLINES = ("title", "kicker", "deck", "label")
# A report names its meeting in its opening; what stands further down are other meetings.
_OPENING = 1500
_CENTRAL = "central"
_RANKS = ("central", "province", "prefecture", "county", "township")
# The rules that are asked of whole texts.
_OF_TEXTS = (
    "anniversary",
    "central",
    "convened",
    "doings",
    "generic",
    "heard",
    "met",
    "met.plenary",
    "met.session",
    "plan_begins",
    "plan_ends",
    "planned_relative",
    "planning_year",
    "report",
    "report_line",
    "report_opening",
    "report_part",
    "reported",
    "session",
    "township",
    "year_named",
)
# Those that are asked of a text's opening or end.
_OF_OPENINGS = ("day", "printed_last", "year_directed", "year_halved", "year_reviewed")
# From this month on, the year to come is planned; up to that one, the year before is reviewed.
_YEAR_END, _REVIEWING = 11, 6
# No report is published more days later, or more days ahead.
_LATE, _EARLY = 300, 60
# What kind of place a place is, is told by no more characters (地区), unless it says who lives there (彝族自治州).
_KIND = 2
# A place of so many characters is printed whole before a level word (和县县委).
_SHORT = 2
# What a mention in a headline alone weighs.
_BY_HEADLINE = 20
# From this month on, who sums up a year does so in that year.
_AUTUMN = 9
# Counted back from the plans of today, which begin in 2021 (the 14th), 2026 (the 15th) and so on.
_FIRST_PLAN = 1956
# So far at most from a meeting's head is the body that is said to have called it.
_CALLED = 50
# An owner's name stands in so many characters before what it owns.
_OWNER = 6
# So far in the opening those are named who took part.
_OPENED_BY = 600
# No further behind a meeting's head closes a quotation that holds it.
_QUOTED = 60
# What brackets and quotation marks hold within a name is no longer.
_WITHIN = {"）": 24, "”": 40, "》": 24}
# What anniversaries are counted from.
_FOUNDED = {"state": 1949, "party": 1921, "peace": 1945}
# What a place is that may be told by its short name alone: those of districts are too often ordinary words.
_REPEATED = ("市", "县", "旗", "州")
# Up to this month, the figures of a half year or a quarter are those of the year before.
_QUARTER = 3
# What `meetings.planning_year` can be: other years stand in the text for something else (1943年12月1日发表的宣言).
_YEARS = range(1949, 2101)


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What is known of one meeting; None where the text does not tell."""

    name: str | None
    kind: str
    convenor: str | None
    level: str | None
    jurisdiction: str | None
    division_code: str | None
    province: str | None
    date: str | None
    date_basis: str | None
    planning_year: int | None

    @property
    def year(self) -> int | None:
        """The year in which it was held."""
        return int(self.date[:4]) if self.date else None


@dataclass(frozen=True, slots=True)
class _Named:
    """One place where the text names a meeting, and how surely it is the one reported."""

    start: int
    end: int
    name: str
    lead_start: int
    weight: int
    is_cited: bool
    is_headline: bool = False


@dataclass(frozen=True, slots=True)
class _Seat:
    """Whose meeting it is: level, place as it is called, and the division."""

    level: str | None
    jurisdiction: str | None = None
    division: Division | None = None


class Meetings:
    """Finds the meetings that texts report."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        prefilter = prefilter or Prefilter()
        self._rules = {r.name: r.pattern for r in lexicon.rules("meetings")}
        self._asked = {name: Asked(self._rules[name], prefilter) for name in _OF_TEXTS}
        self._starts = {name: Starts(self._rules[name]) for name in _OF_OPENINGS}
        self._dates = Starts(self._rules["date"])
        self._kinds = lexicon.rules("meeting_kinds")
        self._heads = Vocabulary(lexicon.terms("meeting_heads"))
        lasts = "".join(sorted({t[-1] for t in self._heads.words}))
        self._head_end = re.compile(f"[{lasts}]")
        self._not_meetings = Vocabulary(lexicon.terms("not_meetings"))
        self._bare = frozenset(lexicon.terms("bare_heads"))
        self._central = {r["term"]: r["level"] for r in lexicon.table("organs")}
        self._levels = {r["term"]: r["level"] for r in lexicon.table("level_words")}
        self._places = Places(lexicon)
        self._numerals = Numerals(lexicon)
        self._organ = self._rules["organ"]
        self._expands = lexicon.compile(r"^{level_words}{organ_tails__own}")

    def find(
        self,
        text: Text,
        parts: tuple[Found[str], ...] = (),
        published_on: datetime.date | None = None,
    ) -> tuple[Found[MeetingFacts], ...]:
        """The meetings the text reports, the main one first; empty where it reports none."""
        is_report = self._is_report(text, parts)
        named = self._session(text) if is_report else self._main(text, parts)
        if named is None:
            return ()
        if above := self._above_lowest(named.name):
            named = replace(named, start=named.start + above, name=named.name[above:])
        planning_year = self._planning_year(text, is_report, named)
        date, basis = self._date(text, parts, named, planning_year, published_on)
        # A day that no calendar has (2月29日 of most years) is none, and rests on nothing.
        basis = basis if date else None
        planning_year = planning_year or self._year_beside(text, date, published_on)
        convenor = self._convenor(text, named) or self._by_headline(text, parts)
        seat = self._seat(text, named, convenor, date)
        full = self._in_full(text, named, convenor, seat)
        facts = MeetingFacts(
            name=self._name(text, named, convenor),
            kind="government_work_report" if is_report else self._kind(text, named, convenor),
            convenor=_as_printed(text, full) if full else None,
            level=seat.level,
            jurisdiction=self._called(text, seat),
            division_code=seat.division.code if seat.division else None,
            province=seat.division.province or None if seat.division else None,
            date=date,
            date_basis=basis,
            planning_year=planning_year,
        )
        return (Found(named.start, named.end, facts),)

    def _name(self, text: Text, named: _Named, convenor: str | None) -> str | None:
        """The name as printed; where only 会议 is, the body's that is known by its meetings (中共中央政治局会议)."""
        printed = _LAYOUT.sub("", text.text[named.start : named.end])
        if body := self._met_by(text, named.start):
            return _as_printed(text, body) + printed
        match = self._asked["convened"].search(text, 0, _OPENING) if named.name else None
        if match and match.start("head") == named.start:
            return _as_printed(text, match["body"]) + printed
        if named.name:
            return printed
        is_own = convenor and self._rules["politburo"].fullmatch(convenor)
        if not is_own or convenor is None or text.plain[named.start : named.end] not in self._bare:
            return None
        return _as_printed(text, convenor) + printed

    # --- the name --------------------------------------------------------------------------------------------------

    def _session(self, text: Text) -> _Named:
        """The session at which a government work report was made."""
        match = self._asked["session"].search(text, 0, _OPENING)
        if match is None:
            found = self._asked["report"].search(text)
            start, end = found.span() if found else (0, min(8, len(text.plain)))
            return _Named(start, end, "", start, 1, False)
        return _Named(*match.span("name"), match["name"], match.start(), 1, False)

    def _is_report(self, text: Text, parts: tuple[Found[str], ...]) -> bool:
        """Whether the text is a government work report: by its headline, or by how it opens."""
        return (
            self._is_headed_as_report(text, parts)
            or bool(self._asked["report_opening"].search(text, 0, 600))
            or self._is_part_of_report(text)
        )

    def _is_headed_as_report(self, text: Text, parts: tuple[Found[str], ...]) -> bool:
        """Whether a headline, or a short line of the opening, calls the text a work report."""
        if not self._asked["report_line"].may_match(text):
            return False
        lines = [(p.start, p.end) for p in parts if p.value == "title"]
        lines += [(s, e) for s, e in text.paragraphs[:20] if e - s < 60]
        return any(self._rules["report_line"].search(text.plain[s:e]) for s, e in lines)

    def _is_part_of_report(self, text: Text) -> bool:
        """Whether the text is a part of a work report without its head: two signs of one, told by nobody else."""
        if self._asked["reported"].search(text) or self._is_speech(text):
            return False
        return len({m.lastgroup for m in self._asked["report_part"].finditer(text)}) > 1

    def _is_speech(self, text: Text) -> bool:
        """Whether one of the first lines heads a speech at a meeting."""
        lines = (text.plain[s:e].strip() for s, e in text.paragraphs[:3] if e - s < 60)
        return any(self._rules["speech_line"].search(line) for line in lines)

    def _main(self, text: Text, parts: tuple[Found[str], ...]) -> _Named | None:
        """The mention that names the meeting best, or what shows that there was a meeting without a name."""
        mentions = list(self._mentions(text, parts))
        held = [m for m in mentions if not m.is_cited and m.weight > 0]
        # A headline that only names a body (人大常委会领导人) names no meeting.
        held = [m for m in held if m.weight > _BY_HEADLINE or not self._is_body(m.name)]
        if held:
            best = max(held, key=lambda m: (m.weight, -m.start, m.end))
            body = self._met_by(text, best.start)
            if body and (committee := self._of_committee(text, best, body, held)):
                return committee
            if best.name:
                best = self._below(best, held)
                told = [m for m in mentions if not m.is_cited]
                if not best.is_headline and not self._is_bodiless(best.name, told):
                    told = [
                        m for m in told if not m.is_headline or self._is_whole_of(m.name, best.name)
                    ]
                return self._shortest(best, told)
            if body:
                return best
            specific = [m for m in held if m.name and m.weight >= best.weight - 30]
            return max(specific, key=lambda m: (m.weight, -m.start)) if specific else best
        match = self._asked["generic"].search(text)
        return _Named(match.start(), match.end(), "", match.start(), 0, False) if match else None

    def _of_committee(
        self, text: Text, best: _Named, body: str, held: list[_Named]
    ) -> _Named | None:
        """The meeting that a standing committee is said to have called, if no more is said: as the report names it, else as the committee."""
        printed = text.plain[best.start : best.end]
        is_told = self._is_numbered(printed) or self._rules["enlarged"].search(printed)
        if is_told or not self._rules["standing"].search(body):
            return None
        told = [m for m in held if m.name and not m.is_headline]
        told = [m for m in told if body.endswith(self._organ_of(m.name) or "\n")]
        if told:
            return max(told, key=lambda m: (m.weight, -m.start))
        start = text.plain.rfind(body, 0, best.start)
        return replace(best, start=start, end=start + len(body), name=body)

    def _mentions(self, text: Text, parts: tuple[Found[str], ...]) -> Iterator[_Named]:
        """Every place in headlines and opening where a meeting is named."""
        headlines = [(p.start, p.end) for p in parts if p.value in _HEADLINES]
        debris = [(p.start, p.end) for p in parts if p.value == "furniture"]
        end = min(len(text.plain), _OPENING)
        spans = [(0, end)] + [(s, e) for s, e in headlines if s >= end]
        for start, stop in spans:
            for head, after in self._heads_in(text.plain, start, stop):
                if any(s <= head < e for s, e in debris):
                    continue
                is_headline = any(s <= head < e for s, e in headlines)
                yield self._mention(text.plain, head, after, is_headline)

    def _heads_in(self, plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where a meeting's head noun stands: 会议, 座谈会, 讲座 …, each as long as it is."""
        for match in self._head_end.finditer(plain, start, end):
            head = self._heads.before(plain, match.end())
            if (
                not head
                # 办公会 ends like 公会, which is none, but is longer.
                or len(self._not_meetings.before(plain, match.end())) >= len(head)
                or self._rules["no_head"].match(plain, match.end())
            ):
                continue
            longer = self._rules["head_goes_on"].match(plain, match.end())
            yield match.end() - len(head), longer.end() if longer else match.end()

    def _mention(self, plain: str, head: int, end: int, is_headline: bool) -> _Named:
        clause = _clause_start(plain, head)
        is_held = self._rules["held.directly"].match(plain[end : end + 60]) is not None
        start = clause + self._name_start(plain[clause:head], is_held)
        start += len(plain[start:head]) - len(plain[start:head].lstrip())
        # A blank may part the verb from the name: 举办 “…”讲座.
        before, after = plain[max(0, clause - 6) : start].rstrip(), plain[end : end + 60]
        name = plain[start:end]
        is_cited = bool(
            self._rules["no_name"].match(name)
            or self._rules["cited.after"].match(after)
            or self._rules["cited.before"].search(before)
        )
        return _Named(
            start,
            end,
            "" if name in self._bare else name,
            clause,
            self._weight(before, after, is_headline, start, start >= head),
            is_cited,
            is_headline,
        )

    def _name_start(self, words: str, is_held: bool) -> int:
        """Where in its clause a meeting's name begins: after the verb, else after what introduces it; after a date.

        Of a meeting that is said to be held, what is studied there belongs to the name (学习…座谈会举行).
        """
        if line := self._rules["dateline"].match(words):
            return line.end() + self._name_start(words[line.end() :], is_held)
        verb = self._rules["name.verb"].match(words)
        start = verb.end() if verb else 0
        if (verb is None or self._rules["again"].search(words, start)) and (
            lead := self._rules["name.lead_in"].match(words[start:])
        ):
            is_theme = is_held and self._rules["name.theme"].match(lead[0])
            start += 0 if is_theme else lead.end()
        time = self._rules["name.time"].match(words[start:])
        return start + time.end() if time else start

    def _weight(self, before: str, after: str, is_headline: bool, start: int, is_head: bool) -> int:
        """How surely a mention means the meeting reported."""
        weight = 0
        if self._rules["held.before"].search(before):
            weight = 60
        elif self._rules["held.after"].match(after):
            weight = 58
        elif self._rules["attended"].search(before):
            weight = 35
        elif self._rules["spoken"].match(after):
            weight = 30
        elif is_headline:
            weight = _BY_HEADLINE
        return (
            weight + (10 if is_headline and weight else 0) - start // 60 - (10 if is_head else 0)
            if weight
            else 0
        )

    def _shortest(self, best: _Named, mentions: list[_Named]) -> _Named:
        """The shortest full name among those that mean the same meeting as the best one."""
        same = [m for m in mentions if m.name and (m.name in best.name or best.name in m.name)]
        same = [m for m in same if not self._is_of_another(m.name, best.name)]
        # 县人大常委会与“两院”联席会: the body alone is no meeting.
        same = [m for m in same if m.name == best.name or not self._is_body(m.name)]
        whole = [m for m in same if self._names_place(m.name)] or [
            m for m in same if self._is_whole(m.name)
        ]
        # 市委常委会 is short for the body, not for its meeting.
        whole = [m for m in whole if best.name not in (m.name + head for head in self._bare)]
        candidates = whole or [*(m for m in same if len(m.name) >= min(len(best.name), 8)), best]
        return min(candidates, key=lambda m: (len(m.name), m.start))

    def _is_whole(self, name: str) -> bool:
        """Whether a name tells whose meeting it is: a place's, a body's, or that of 全县."""
        is_of_body = self._organ_of(name) not in (None, name)
        return is_of_body or self._names_place(name) or bool(self._rules["of_all"].match(name))

    def _is_bodiless(self, name: str, told: list[_Named]) -> bool:
        """Whether a headline alone names the body before a report's name (国务院第四次会议 above 第四次会议)."""
        above = (m.name for m in told if m.is_headline and m.name.endswith(name))
        return not self._is_whole(name) and any(map(self._organ_of, above))

    def _is_whole_of(self, headline: str, name: str) -> bool:
        """Whether a headline puts the place before a body that a report's name begins with, or leaves out a session's year."""
        if headline.endswith(name):
            added = headline.removesuffix(name)
            return self._organ_of(name) is not None and self._places.at(headline, 0).startswith(
                added
            )
        is_session = self._is_numbered(name) and self._is_whole(headline)
        return is_session and name[self._after_year(name) :] == headline

    def _is_body(self, name: str) -> bool:
        return bool(name) and self._organ_of(name) == name

    def _met_by(self, text: Text, start: int) -> str | None:
        """The body whose meeting a bare or numbered 会议 is, if it is said to have called it."""
        begin, end = max(0, start - _CALLED), min(len(text.plain), start + _CALLED)
        if not self._rules["calling"].search(text.plain[begin:start]):
            return None
        for rule in ("met", "met.plenary", "met.session"):
            for match in self._asked[rule].finditer(text, begin, end):
                if match.start("head") == start:
                    return match["body"]
        return None

    def _names_place(self, name: str) -> bool:
        """Whether a meeting's name begins with a place, after 中共 or a number of terms."""
        return bool(self._places.at(self._rules["seat_lead"].sub("", name), 0))

    def _below(self, best: _Named, held: list[_Named]) -> _Named:
        """What the report calls a meeting whose headline shortens its name or adds to it."""
        below = [m for m in held if not m.is_headline and self._is_same(m.name, best.name)]
        if not best.is_headline:
            # Nothing told the headline from the report: a number alone says more there.
            below = [m for m in below if self._is_numbered(m.name) > self._is_numbered(best.name)]
        return max(below, key=lambda m: (m.weight, -m.start), default=best)

    def _is_same(self, name: str, headline: str) -> bool:
        """Whether a name has all that a headline's has, in its order, or leaves out its term, or 全县."""
        if self._is_body(name) or self._rules["ill_cut"].search(name):
            return False
        if headline.endswith(name):
            return self._rules["of_all"].fullmatch(headline.removesuffix(name)) is not None
        headline = self._rules["term"].sub("", headline)
        short = self._rules["long_form"].sub("", headline)
        return (
            self._holds(name, headline)
            or self._holds(self._in_figures(name), self._in_figures(headline))
            or (name.endswith(short) and self._is_whole(name))
        )

    def _holds(self, name: str, headline: str) -> bool:
        left = iter(name)
        return all(m[0] in name for m in self._rules["numbered"].finditer(headline)) and all(
            ch in left for ch in headline
        )

    def _in_figures(self, name: str) -> str:
        """A name with its numbers in figures: 第六次会议 is 第6次会议."""
        return self._rules["counted"].sub(lambda m: str(self._number(m[0])), name)

    def _is_numbered(self, name: str) -> bool:
        return self._rules["numbered"].search(name) is not None

    def _is_of_another(self, shorter: str, name: str) -> bool:
        """Whether a name begins with that of another meeting, as 第四次会议预备会议 with 第四次会议."""
        tail = name.removeprefix(shorter)
        return tail != name and self._rules["another"].match(tail) is not None

    # --- kind, planning year ---------------------------------------------------------------------------------------

    def _kind(self, text: Text, named: _Named, convenor: str | None) -> str:
        """The kind of a meeting that made no work report."""
        for words in self._evidence(text, named, convenor):
            for rule in self._kinds:
                if rule.pattern.search(words):
                    return str(rule["kind"])
        return "other"

    def _evidence(self, text: Text, named: _Named, convenor: str | None) -> Iterator[str]:
        """What can tell a meeting's kind: its name, the body that met (第十六次会议), or what it did."""
        if named.name:
            yield from self._parts(named.name)
            yield (convenor or "") + named.name
            if body := self._met_by(text, named.start):
                yield body + named.name
            return
        if body := self._met_by(text, named.start):
            yield body + text.plain[named.start : named.end]
            return
        yield text.plain[named.lead_start : named.end]
        yield from self._doings(text)

    def _parts(self, name: str) -> Iterator[str]:
        """The meetings that a name joins (全体会议暨廉政工作会议), the first one first."""
        start = 0
        for match in self._rules["joined"].finditer(name):
            yield name[start : match.start()]
            start = match.end()
        yield name[start:]

    def _deciding(self, name: str) -> str:
        """The part of a joined name that tells its kind, the first one where none does."""
        parts = list(self._parts(name))
        return next((p for p in parts if any(k.pattern.search(p) for k in self._kinds)), parts[0])

    def _doings(self, text: Text) -> list[str]:
        """What a nameless meeting is said to have done, as 会议集中学习了."""
        return [m[0] for m in self._asked["doings"].finditer(text)]

    def _planning_year(self, text: Text, is_report: bool, named: _Named) -> int | None:
        """The year whose work the meeting plans, if the text says so and it can be one."""
        year = self._year_planned(text, is_report, named)
        return year if year in _YEARS else None

    def _year_planned(self, text: Text, is_report: bool, named: _Named) -> int | None:
        if is_report and (year := self._year_of_report(text)):
            return year
        match = self._rules["planning_name"].match(named.name) if named.name else None
        if match is None:
            match = self._asked["planning_year"].search(text, 0, _OPENING * 2)
        if match:
            return int(match[match.lastgroup or 0])
        return self._year_begun(text) if is_report else None

    def _year_begun(self, text: Text) -> int | None:
        """The first year of a five-year plan that the text says to have begun."""
        begins = self._asked["plan_begins"].search(text)
        plan = self._number(begins["plan"]) if begins else None
        return _FIRST_PLAN + 5 * (plan - 1) if plan else None

    def _year_beside(
        self, text: Text, date: str | None, published_on: datetime.date | None
    ) -> int | None:
        """The year planned where the text says 今年 or 明年, and the day of the meeting or of the report is known."""
        if told := self._asked["planned_relative"].search(text, 0, _OPENING):
            if date:
                return int(date[:4]) + bool(told["next"])
            printed_on = published_on or self._printed_on(text)
            if printed_on and told["this"]:
                return printed_on.year
        return self._year_named(text, date)

    def _year_named(self, text: Text, date: str | None) -> int | None:
        """The latest year that the text says to be that of something, unless it is over or far from the day of the meeting."""
        named = self._asked["year_named"].finditer(text, 0, _OPENING * 2)
        year = max((int(match["year"]) for match in named), default=None)
        is_near = year and (not date or int(date[:4]) in (year, year - 1))
        return year if is_near and year in _YEARS else None

    def _year_of_report(self, text: Text) -> int | None:
        """A work report plans the year in which its dateline says it was made."""
        date = self._dates.search(text.plain, 0, 400)
        return self._year(date["year"]) if date and date["year"] else None

    # --- the day ---------------------------------------------------------------------------------------------------

    def _date(
        self,
        text: Text,
        parts: tuple[Found[str], ...],
        named: _Named,
        planning_year: int | None,
        published_on: datetime.date | None,
    ) -> tuple[str | None, str | None]:
        """The first day of the meeting and what its year rests on."""
        published_on = published_on or self._printed_on(text)
        match = self._day_beside(text, named, parts)
        if match is None:
            return self._day_from_publication(text, published_on)
        month, day = self._number(match["month"]), self._number(match["day"])
        if month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 31):
            return None, None
        day = self._day_behind(text, match, day)
        if match["year"] and (year := self._year(match["year"])):
            return _iso(year, month, day), "explicit"
        if year := self._year_printed_with(text, month, day):
            return _iso(year, month, day), "explicit"
        year = self._year_in_name(named.name, planning_year)
        if year and not _is_far(published_on, _day(year, month, day)):
            return _iso(year, month, day), "explicit"
        year = self._year_of_plan(text, planning_year, month) if planning_year else None
        if year and not _is_far(published_on, _day(year, month, day)):
            return _iso(year, month, day), "inferred_from_planning_year"
        if published_on:
            return _iso(
                _year_before(published_on, month, day), month, day
            ), "inferred_from_publication"
        if session := self._rules["session_year"].search(text.plain, 0, 500):
            return _iso(int(session["year"]), month, day), "explicit"
        if year := self._year_told(text, month):
            return _iso(year, month, day), "inferred_from_planning_year"
        return None, None

    def _year_in_name(self, name: str, planning_year: int | None) -> int | None:
        """The year in a meeting's name, which is another's where a plan of it is told (2027年林业项目储备会议)."""
        match = self._rules["year_in_name"].search(name)
        year = int(match["year"]) if match else None
        return year if planning_year in (None, year) else None

    def _year_of_plan(self, text: Text, planned: int, month: int) -> int:
        """The year in which a meeting of a month plans a year: the one before at its end, or in autumn when it sums that up."""
        if month >= _YEAR_END:
            return planned - 1
        past = self._starts["year_reviewed"].search(text.plain, 0, _OPENING)
        is_summed_up = past is not None and int(past["year"]) == planned - 1
        return planned - (month >= _AUTUMN and is_summed_up)

    def _year_told(self, text: Text, month: int) -> int | None:
        """The year in which the text says something is to be done, is to meet, or has been done the year before."""
        if ahead := self._rules["year_met"].search(text.plain, 0, _OPENING):
            return int(ahead["year"]) - (month > int(ahead["month"]))
        begun = [
            int(m["year"]) for m in self._starts["year_directed"].finditer(text.plain, 0, _OPENING)
        ]
        if begun:
            return max(begun) - (month >= _YEAR_END)
        held = self._rules["year_held"].search(text.plain, 0, 500) if month < _YEAR_END else None
        if held:
            return int(held["year"])
        season = self._rules["season"].search(text.plain, 0, _OPENING)
        if season and int(season["second"]) == int(season["first"]) + 1:
            return int(season["first" if month > _REVIEWING else "second"])
        halved = self._starts["year_halved"].search(text.plain, 0, _OPENING)
        if halved and month > _QUARTER:
            return int(halved["year"])
        conveyed = self._rules["year_conveyed"].search(text.plain, 0, _OPENING)
        if conveyed and 1 < month < _YEAR_END:
            return int(conveyed["year"])
        past = self._starts["year_reviewed"].search(text.plain, 0, _OPENING)
        if past and (month <= _REVIEWING or month >= _YEAR_END):
            return int(past["year"]) + (month <= _REVIEWING)
        if first := self._year_begun(text):
            return first - (month >= _YEAR_END)
        return self._year_of_event(text)

    def _year_of_event(self, text: Text) -> int | None:
        """The year that is an anniversary or the last one of a plan."""
        if match := self._asked["anniversary"].search(text):
            whose = next(name for name in _FOUNDED if match[name])
            count = self._number(match[whose])
            return _FOUNDED[whose] + count if count else None
        ends = self._asked["plan_ends"].search(text)
        plan = self._number(ends["plan"]) if ends else None
        return _FIRST_PLAN + 5 * plan - 1 if plan else None

    def _day_beside(
        self, text: Text, named: _Named, parts: tuple[Found[str], ...]
    ) -> re.Match[str] | None:
        """The date printed with the meeting's name, else the first one in the opening of the body."""
        start, end = _sentence(text, named.start)
        spans = [(start, end), (0, min(len(text.plain), 500))]
        printed = [
            m
            for s, e in spans
            for m in self._dates.finditer(text.plain, s, e)
            if not self._is_stamp(text.plain, m)
            and not any(p.value == "credit" and p.start <= m.start() < p.end for p in parts)
        ]
        # 3月2日讯 is the day on which was written what 2月28日 tells.
        told = [m for m in printed if not self._rules["written"].match(text.plain, m.end())]
        heads = [(p.start, p.end) for p in parts if p.value in _HEADLINES]
        below = [m for m in told if not any(s <= m.start() < e for s, e in heads)]
        # 委员长会议9日下午举行，决定常委会会议2月27日召开: the full date is another meeting's.
        day = self._starts["day"].search(text.plain, heads[-1][1] if heads else 0, 500)
        if told and day and day.start() < min((m.start() for m in below), default=500):
            return None
        told = below or told
        if told or not printed:
            return told[0] if told else self._rules["torn_date"].search(text.plain, 0, 500)
        # 近日 stands where the report begins: 中央近期印发的意见 is no day of the meeting.
        opening = text.plain.find("。", printed[0].end(), 500)
        is_late = self._rules["lately"].search(text.plain, 0, opening if opening > 0 else 500)
        return None if is_late else printed[0]

    def _day_behind(self, text: Text, match: re.Match[str], day: int) -> int:
        """The day told behind the day of writing (3月5日电 全国林业会议4日至5日在京召开; 3月5日讯 昨日，…), else the day itself."""
        if not self._rules["written"].match(text.plain, match.end()):
            return day
        told = self._starts["day"].search(text.plain, match.end(), 500)
        if told:
            return min(day, int(told["day"]))
        relative = self._rules["relative_day"].search(
            text.plain, match.end(), match.end() + _CALLED
        )
        return day - 1 if relative and relative["yesterday"] and day > 1 else day

    def _is_stamp(self, plain: str, match: re.Match[str]) -> bool:
        """Whether a date is the day of publication or of a document rather than of the meeting."""
        return bool(self._rules["stamp"].search(plain[max(0, match.start() - 90) : match.start()]))

    def _year_printed_with(self, text: Text, month: int, day: int) -> int | None:
        """The year of the same day where the text prints it in full elsewhere."""
        for match in self._dates.finditer(text.plain, 0, _OPENING):
            if (
                match["year"]
                and self._number(match["month"]) == month
                and self._number(match["day"]) == day
            ):
                return self._year(match["year"])
        return None

    def _day_from_publication(
        self, text: Text, published_on: datetime.date | None
    ) -> tuple[str | None, str | None]:
        """A day of the month alone, 今天 or 昨天, read from the day of publication."""
        if published_on is None:
            return None, None
        opening = text.plain[:500]
        relative = self._rules["relative_day"].search(opening)
        if match := self._starts["day"].search(opening):
            day = int(match["day"])
            month = (
                published_on
                if day <= published_on.day
                else published_on.replace(day=1) - datetime.timedelta(1)
            )
            return _iso(month.year, month.month, day), "inferred_from_publication"
        if relative:
            day_of = published_on - datetime.timedelta(0 if relative["today"] else 1)
            return day_of.isoformat(), "inferred_from_publication"
        return None, None

    def _printed_on(self, text: Text) -> datetime.date | None:
        """The day of publication that a page prints itself."""
        match = self._rules["printed_on"].search(text.plain, 0, 300)
        if match is None or not self._is_publication(text.plain, match):
            end = len(text.plain)
            match = self._starts["printed_last"].search(text.plain, max(0, end - 300), end)
        if match is None:
            return None
        return _day(int(match["year"]), int(match["month"]), int(match["day"]))

    def _is_publication(self, plain: str, match: re.Match[str]) -> bool:
        return self._is_stamp(plain, match) or match[0][4] in "-/."

    def _number(self, printed: str) -> int | None:
        return self._numerals.count(printed)

    def _year(self, printed: str) -> int | None:
        if printed.isdigit():
            return int(printed)
        digits = [self._numerals.count(ch) for ch in printed]
        return int("".join(str(d) for d in digits)) if None not in digits else None

    # --- convenor --------------------------------------------------------------------------------------------------

    def _convenor(self, text: Text, named: _Named) -> str | None:
        """The body that met, as printed: at the head of the name, or the subject of 召开."""
        return (
            self._group(text, named) or self._named_body(text, named) or self._calling(text, named)
        )

    def _group(self, text: Text, named: _Named) -> str | None:
        """The group of bodies that is said to have called a bare or numbered meeting."""
        group = _REMARK.sub("", self._met_by(text, named.start) or "")
        return group if self._rules["group"].search(group) else None

    def _named_body(self, text: Text, named: _Named) -> str | None:
        """The body that a meeting's name begins with."""
        if (
            named.name
            and (congress := self._rules["congress"].match(named.name))
            and self._is_congress(named.name)
            and not self._rules["of_members"].match(named.name, congress.end())
            and not self._rules["group_within"].match(named.name, congress.end())
        ):
            return congress[0]
        is_below = self._is_held_below(text, named)
        organ = None if is_below else self._organ_leading(named.name)
        # 县政府党组会议暨县政府常务会议: the body whose meeting tells the kind.
        if organ and self._rules["party_group"].search(organ):
            deciding = self._deciding(named.name)
            is_first = named.name.startswith(deciding)
            owner = organ if is_first else self._rules["party_group"].sub("", organ)
            organ = self._organ_leading(deciding) or owner
        if organ and self._rules["joint"].search(organ):
            return None
        if organ and self._rules["called_for"].search(organ):
            organ = self._subject(next(self._clauses_before(text, named), "")) or organ
            return self._as_body(organ)
        if organ:
            return self._as_body(self._with_joined(named.name, organ))
        bare = self._rules["bare_body"].match(named.name, self._after_year(named.name))
        if bare and (word := self._own_word(text)):
            return word + bare[0]
        committee = self._rules["committee"].match(named.name)
        if committee and not self._rules["joint"].search(committee["body"]):
            return self._whose(text, named, committee["body"])
        return None

    def _with_joined(self, name: str, organ: str) -> str:
        """The organ at the head of a meeting's name with those joined to it, unless it is about them."""
        start = self._after_year(name)
        if not name.startswith(organ, start):
            return organ
        end = self._joined_end(name, start + len(organ))
        return organ if self._rules["not_body"].match(name[end:]) else name[start:end]

    def _calling(self, text: Text, named: _Named) -> str | None:
        """The body that is said to have called the meeting, that presided over it, or that a joined name tells."""
        own = self._rules["of_body"].match(named.name)
        for clause in self._clauses_before(text, named):
            if organ := self._subject(clause) or (own and self._headed(clause, own)):
                return organ
            time = self._rules["name.time"].match(clause)
            start = time.end() if time else 0
            if group := self._rules["group_calls"].match(clause, start):
                return group["body"]
            if body := self._rules["placeless"].match(clause[start:]):
                return body[0]
        for part in list(self._parts(named.name))[1:]:
            organ = self._organ_leading(part)
            if organ and organ[0] in self._levels:
                return self._as_body(organ)
        if office := self._rules["heads_office"].match(named.name):
            governments = self._rules["government"].finditer(text.plain)
            return next((m[0] for m in governments if m["word"] == office["word"]), None)
        subjects = filter(None, map(self._subject, self._convening(text)))
        place = self._last_place(named.name)
        return next((s for s in subjects if self._is_of_place(s, place)), None)

    def _by_headline(self, text: Text, parts: tuple[Found[str], ...]) -> str | None:
        """The body that begins a headline telling what it did, where the report names none."""
        for part in (p for p in parts if p.value == "title"):
            words = text.plain[part.start : part.end]
            if organ := self._organ_at(words, 0):
                end = self._joined_end(words, len(organ))
                if self._rules["does"].match(words, end):
                    return self._as_body(words[:end])
        return None

    def _is_of_place(self, organ: str, place: str) -> bool:
        """Whether an organ can have called a meeting that is named by a place: it names no other."""
        own = self._last_place(organ) if place else ""
        return not own or own[:_SHORT] == place[:_SHORT]

    def _whose(self, text: Text, named: _Named, body: str) -> str:
        """A committee's name with the body or the place before it that is said to have called its meeting."""
        if self._rules["of_all"].match(body):
            return body
        clause = next(self._clauses_before(text, named), "")
        organ = self._subject(clause)
        if organ and self._rules["calls"].match(clause):
            return organ + body
        if organ in self._central:
            return organ
        if owner := self._owner(text.plain, body):
            return owner + body
        holds = self._rules["holds"].search(clause)
        is_place = holds and self._last_place(holds["seat"]) and holds["seat"] not in body
        return (holds["seat"] if holds and is_place else "") + body

    def _owner(self, plain: str, body: str) -> str | None:
        """The committee or government that stands right before a group's name where it is printed (县委护林领导小组)."""
        for match in re.finditer(re.escape(body), plain):
            at = match.start()
            if owner := self._rules["owner"].search(plain, max(0, at - _OWNER), at):
                return owner[0]
        return None

    def _headed(self, clause: str, own: re.Match[str]) -> str | None:
        """The body whose head a clause names, as who presided over a meeting of its own (水利部部长主持召开部务会)."""
        time = self._rules["name.time"].match(clause)
        start = time.end() if time else 0
        organ = self._organ_at(clause, start)
        head = self._rules["head"].match(clause, start + len(organ)) if organ else None
        # 部长、党组书记主持召开部党组会议: the group may be named behind another post.
        group = own["group"] if head and own["group"] and own["group"] in clause else None
        return self._as_body((organ or "") + (group or "")) if head else None

    def _organ_leading(self, name: str) -> str | None:
        """The organ at the head of a meeting's name, unless the meeting is about its members (市人大代表座谈会)."""
        organ = self._organ_of(name)
        end = self._after_year(name) + len(organ or "")
        # 市委常委会 is a meeting, too.
        is_committee = organ is not None and self._rules["standing"].search(organ)
        if end >= len(name) and not is_committee:
            return None
        return None if self._rules["of_members"].match(name, end) else organ

    def _organ_of(self, name: str) -> str | None:
        return self._organ_at(name, self._after_year(name))

    def _is_held_below(self, text: Text, named: _Named) -> bool:
        """Whether a place holds a meeting named by what the centre wants done (青溪镇召开中央巡视整改推进会)."""
        if self._rules["for_title"].match(named.name):
            return self._asked["central"].search(text, 0, 400) is None
        name = named.name[self._after_year(named.name) :]
        if not self._rules["nation"].match(name) and not name.startswith(tuple(self._central)):
            return False
        return self._rules["held_by"].search(text.plain[: named.start][-24:]) is not None

    def _after_year(self, name: str) -> int:
        """Where a name goes on after the year that may begin it."""
        year = self._rules["year_first"].match(name)
        return year.end() if year else 0

    def _clauses_before(self, text: Text, named: _Named) -> Iterator[str]:
        """The clause of the meeting's name up to it, and the clauses of the sentence before, the nearest first."""
        start, _ = _sentence(text, named.start)
        clauses = re.split("[，；：】\\s]", text.plain[start : named.start])
        yield from reversed(clauses)

    def _is_congress(self, name: str) -> bool:
        return bool(self._rules["congress"].match(name)) and self._organ_at(name, 0) is not None

    def _convening(self, text: Text) -> Iterator[str]:
        """Clauses of the text's opening that tell who convened or who attended as the body."""
        for match in self._rules["convening"].finditer(text.plain, 0, _OPENING):
            yield match["subject"]

    def _subject(self, clause: str) -> str | None:
        """The organ, or the organs joined, that begin a clause after its date."""
        line = self._rules["dateline"].match(clause)
        clause = clause[line.end() :] if line else clause
        time = self._rules["name.time"].match(clause)
        start = time.end() if time else 0
        first = self._organ_at(clause, start)
        if first is None:
            return None
        end = self._joined_end(clause, start + len(first))
        is_body = not self._rules["not_body"].match(clause[end:])
        return self._as_body(clause[start:end]) if is_body else None

    def _joined_end(self, words: str, end: int) -> int:
        """Where the last of the organs ends that are joined to one that ends at `end`: 县委、县政府."""
        while joined := self._rules["organ_join"].match(words, end):
            other = self._organ_at(words, joined.end())
            for rule in ("bare_body", "office_joined") if other is None else ():
                bare = self._rules[rule].match(words, joined.end())
                other = other or (bare[0] if bare else None)
            if other is None:
                break
            end = joined.end() + len(other)
        return end

    def _as_body(self, organ: str) -> str:
        """An organ without its term, and the committee for the standing committee that it meets as."""
        organ = self._rules["own_committee"].sub("", self._rules["term"].sub("", organ))
        return self._rules["term_between"].sub("", organ)

    def _organ_at(self, words: str, start: int) -> str | None:
        """The organ whose name begins at `start`: one of the central ones, or one of a place or level."""
        match = self._organ.match(words, start)
        if match is None:
            return self._short_organ_at(words, start)
        if match["word"] is None:
            return match[0]
        if match["seat"] and not self._is_seat(match["seat"] + match["word"]):
            return None
        return match[0]

    def _short_organ_at(self, words: str, start: int) -> str | None:
        """The organ that is named there by a place's short name alone (临江中院)."""
        place = self._places.at(words, start)
        match = self._rules["organ_short"].match(words, start + len(place)) if place else None
        return place + match[0] if match else self._places.seated(words, start)

    def _is_seat(self, words: str) -> bool:
        """Whether the words before an organ's own are a place (临江市), after 中共 or a number of terms."""
        bare = self._rules["seat_lead"].sub("", words)
        place = self._places.at(bare, 0)
        if place != bare and self._places.is_word(bare):
            return False
        return not bare or bare in self._levels or bool(place) or len(bare) in (3, 4)

    def _in_full(self, text: Text, named: _Named, convenor: str | None, seat: _Seat) -> str | None:
        """The convenor with its place before it, in the form that the text prints where it prints one."""
        convenor = "".join(convenor.split()) if convenor else None
        if convenor is None or seat.jurisdiction is None:
            return convenor
        if whole := self._printed_whole(text, seat, convenor):
            return whole
        place, convenor = seat.jurisdiction, self._without_term(text, convenor)
        own = self._rules["term_inside"].sub("", convenor)
        if not self._expands.match(own) or self._rules["group_joined"].search(named.name):
            whole = self._above(text, seat, place) + convenor
            is_whole = whole in text.plain or any(
                self._rules[rule].search(convenor) for rule in ("group", "office")
            )
            return whole if convenor[0] == place[-1] and is_whole else convenor
        word = next(
            w for w in sorted(self._levels, key=len, reverse=True) if convenor.startswith(w)
        )
        tail = convenor[len(word) :]
        full = place + tail if place.endswith(word) or len(word) > 1 else place + convenor
        if len(place) == _SHORT and place + self._rules["standing"].sub("", convenor) in text.plain:
            return place + convenor
        if (above := self._above(text, seat, place)) != place[:-1]:
            full = above + convenor
        party, people_s = self._rules["party"].pattern, self._rules["people_s"].pattern
        printed = re.compile(f"(?:{party})?{re.escape(place)}(?:{people_s})?{re.escape(tail)}")
        match = printed.search(text.plain)
        return match[0] if match else full

    def _printed_whole(self, text: Text, seat: _Seat, convenor: str) -> str | None:
        """A body of a city called by its short name (临江林业局), as the text prints it elsewhere: 临江市林业局."""
        short = seat.division.short if seat.division else ""
        if not short or not seat.jurisdiction or convenor.startswith(seat.jurisdiction):
            return None
        whole = seat.jurisdiction + convenor[len(short) :]
        return whole if convenor.startswith(short) and whole in text.plain else None

    def _without_term(self, text: Text, convenor: str) -> str:
        """A body without the term behind its level word, in the short form where the text prints that too."""
        bare = self._rules["term_behind"].sub("", convenor)
        short = self._rules["people_s"].sub("", bare, count=1)
        return short if bare != convenor and short in text.plain else bare

    def _above(self, text: Text, seat: _Seat, place: str) -> str:
        """A place without its level word, by the name by which the text calls it: 长白 for 长白朝鲜族自治县."""
        return (self._called(text, seat) or place)[:-1]

    def _called(self, text: Text, seat: _Seat) -> str | None:
        """A place by its short name and level word where it is never named in full: 长白县 for 长白朝鲜族自治县."""
        division, place = seat.division, seat.jurisdiction
        if division is None or place is None or place in text.plain:
            return place
        # What a province is called without its kind is no division of that kind (宁夏区), nor is 阿里区.
        is_long = division.parent and len(place) > len(division.short) + _KIND
        is_short = division.short and division.short in text.plain
        return division.short + place[-1] if is_long and is_short else place

    # --- whose meeting ---------------------------------------------------------------------------------------------

    def _seat(self, text: Text, named: _Named, convenor: str | None, date: str | None) -> _Seat:
        """Level and place, from the convenor and the name, else from what the text calls its own."""
        name = None if self._is_held_below(text, named) else named.name
        for words in (convenor, name):
            if words and (seat := self._seat_of(text, words, date)):
                return seat
        if self._asked["central"].search(text, 0, 400):
            return self._heard(text, date)
        if match := self._asked["township"].search(text, 0, 200):
            return _Seat("township", match["name"])
        held = self._rules["holds"].search(text.plain, 0, _OPENING)
        if held and (place := self._last_place(held["seat"])):
            return self._of_place(text, place, date)
        word = self._own_word(text)
        if word:
            return self._relative(text, word, date)
        if self._rules["central_post"].search(text.plain, 0, 200):
            return _Seat(_CENTRAL)
        return self._by_place_alone(text, date)

    def _heard(self, text: Text, date: str | None) -> _Seat:
        """A central meeting: it has no place, unless it heard the leaders of one."""
        match = self._asked["heard"].search(text, 0, _OPENING)
        name = self._places.at(text.plain, match.start("seat")) if match else ""
        if not name:
            return _Seat(_CENTRAL)
        seat = self._of_place(text, name, date)
        return _Seat(_CENTRAL, seat.jurisdiction, seat.division)

    def _seat_of(self, text: Text, words: str, date: str | None) -> _Seat | None:
        """The seat that a convenor's or a meeting's own words tell."""
        words = self._rules["seat_lead"].sub("", words)
        organ = self._organ.match(words)
        is_central = organ is not None and organ["word"] is None
        if is_central or self._rules["nation"].match(words):
            return _Seat(_CENTRAL)
        if name := self._last_place(words):
            town = self._rules["town_first"].match(words[words.index(name) + len(name) :])
            if town:
                return _Seat("township", _as_printed(text, town["name"]))
            return self._of_place(text, name, date)
        match = self._rules["level_lead"].match(words)
        if match:
            return self._relative(text, match["word"] or match["all"], date)
        is_own = organ is not None and not organ["seat"] and organ["word"] in self._levels
        if organ and is_own and not self._rules["no_level"].match(words):
            # 市卫健委, 县总工会: whatever follows, the level word is the place's.
            return self._relative(text, organ["word"], date)
        if town := self._rules["town_first"].match(words):
            return _Seat("township", _as_printed(text, town["name"]))
        unlisted = self._places.unlisted(words, 0, len(words))
        return self._unlisted(text, unlisted[0].value) if unlisted else None

    def _above_lowest(self, words: str) -> int:
        """Where the lowest of the places begins that stand at the head of words: what is above it is not its name."""
        lowest = self._last_place(words)
        return words.index(lowest) if lowest and self._places.at(words, 0) != lowest else 0

    def _last_place(self, words: str) -> str:
        """The last of the places that stand one after another at the head of words (绍兴市越城区 …)."""
        name = self._places.at(words, 0)
        while name and (lower := self._places.at(words, words.index(name) + len(name))):
            name = lower
        return name

    def _unlisted(self, text: Text, name: str) -> _Seat:
        """The seat that is a place of which no list knows: its last word tells its level."""
        return _Seat(self._levels[name[-1]], _as_printed(text, name))

    def _of_place(self, text: Text, name: str, date: str | None) -> _Seat:
        printed = {
            f.value for f in self._places.find(text.plain, 0, min(len(text.plain), _OPENING))
        }
        divisions = self._places.meant(name, printed, date)
        if len(divisions) == 1:
            return _Seat(divisions[0].level, divisions[0].name, divisions[0])
        level = divisions[0].level if divisions else None
        return _Seat(level, name)

    def _own_word(self, text: Text) -> str | None:
        """The level word by which the text means its own place: 我县 before 全县 before 县委."""
        weights: Counter[str] = Counter()
        for match in self._rules["level"].finditer(text.plain):
            weights[match["word"]] += 6 if match["our"] else 3 if match["all"] else 1
        # Of two the lower one is its own: the higher one is whom it obeys (省委、市委).
        return max(
            weights, key=lambda w: (weights[w], _RANKS.index(self._levels[w]), w), default=None
        )

    def _relative(self, text: Text, word: str, date: str | None) -> _Seat:
        """The place that 我县, 市委 … mean in this text: the one printed most that such a word can call so."""
        if self._levels[word] == "township":
            match = self._asked["township"].search(text, 0, _OPENING)
            return _Seat("township", match["name"] if match else None)
        word = self._region(text, word)
        printed = self._places.find(
            text.plain, 0, len(text.plain) if len(text.plain) < 6000 else _OPENING
        )
        names = {f.value for f in printed}
        above = {f.value for f in printed if self._is_above(text.plain, f)}
        printed = self._places.unlike(text.plain, printed)
        printed = [
            f for f in printed if f.value not in above and not self._is_struck(text.plain, f)
        ]
        scores = self._scores(self._places.lowest(printed), names, date, word)
        stop = len(text.plain) if len(text.plain) < 6000 else _OPENING
        unlisted = Counter(
            f.value for f in self._places.unlisted(text.plain, 0, stop) if f.value.endswith(word)
        )
        if unlisted and max(scores.values(), default=0) < 5:
            return self._unlisted(text, max(unlisted, key=lambda n: (unlisted[n], n)))
        if not scores:
            own = self._places.own(text.plain, 0, stop, date, word)
            own = own or self._places.above(text.plain, names, date)
            if word in _REPEATED:
                own = own or self._places.repeated(text.plain, 0, stop, date)
            scores.update(d for d in own if _is_called(d, word))
            # 临沂市费县 is told of a guest as well: what stands above a lower place tells the least.
            scores = scores or self._scores(printed, names, date, word)
        if not scores and self._levels[word] == "province":
            scores.update(self._places.province(text.plain, 0, stop))
        if not scores:
            is_below = any(name.endswith(word) for name in above)
            return _Seat("county" if is_below else self._levels[word])
        best = max(scores, key=lambda d: (scores[d], d.code))
        # 潍坊市's word is conveyed and fitted to 青州实际: the lower one is the text's own.
        lower = self._places.suited(text.plain, 0, stop, date, word)
        best = next((d for d in lower if d.parent == best.code and _is_called(d, word)), best)
        return _Seat(best.level, best.name, best)

    def _scores(
        self, printed: list[Found[str]], names: set[str], date: str | None, word: str
    ) -> Counter[Division]:
        """How much speaks for each division that a level word can mean here, of the places printed."""
        scores: Counter[Division] = Counter()
        for found in printed:
            divisions = [
                d for d in self._places.meant(found.value, names, date) if _is_called(d, word)
            ]
            if len(divisions) == 1:
                scores[divisions[0]] += (
                    (3 if found.value == divisions[0].name else 2)
                    + (3 if found.start < 200 else 0)
                    + (3 if found.start == 0 else 0)
                )
        return scores

    def _region(self, text: Text, word: str) -> str:
        """The level word meant: 全区 is the region's where its own leaders take part and no district's do."""
        if self._levels[word] != "county":
            return word
        wholes = (w for w, level in self._levels.items() if level == _RANKS[1])
        whole = next((w for w in wholes if w.endswith(word)), word)
        opening = text.plain[:_OPENED_BY]
        is_region = whole != word and self._rules["region"].search(opening) is not None
        return whole if is_region and not self._rules["district"].search(opening) else word

    def _is_above(self, plain: str, found: Found[str]) -> bool:
        """Whether a city is named as one that the text's own place answers to (中央、省和临江市)."""
        before, after = plain[max(0, found.start - 4) : found.start], plain[found.end :][:4]
        return bool(
            self._rules["above.before"].search(before) or self._rules["above.after"].match(after)
        )

    def _is_struck(self, plain: str, found: Found[str]) -> bool:
        """Whether a place is named for what befell it, of which somebody above wrote (总书记对临江市山洪灾害作出的重要指示)."""
        before, after = plain[max(0, found.start - 24) : found.start], plain[found.end :][:32]
        is_written_of = self._rules["struck.before"].search(before) is not None
        return is_written_of and self._rules["struck.after"].match(after) is not None

    def _by_place_alone(self, text: Text, date: str | None) -> _Seat:
        """The seat of a text without level words: the place in its first lines, if it prints just one."""
        printed = self._places.find(text.plain, 0, min(len(text.plain), 200))
        names = {f.value for f in printed}
        divisions = {d for n in names for d in self._places.meant(n, names, date)}
        lowest = [d for d in divisions if d.code not in {o.parent for o in divisions}]
        return (
            _Seat(lowest[0].level, lowest[0].name, lowest[0]) if len(lowest) == 1 else _Seat(None)
        )


def _as_printed(text: Text, words: str) -> str:
    """Words of the plain view in the script in which the text prints them, or prints the parts that they are put together from."""
    for length in range(len(words), 0, -1):
        at = text.plain.find(words[:length])
        if at >= 0:
            return text.text[at : at + length] + _as_printed(text, words[length:])
    return words


def _is_called(division: Division, word: str) -> bool:
    """Whether a level word can mean a division: 市 a city of any level, 县 a county, 省 a province."""
    if word == "区":
        return division.name.endswith(word) and division.level == "county"
    return division.name.endswith(word)


def _clause_start(plain: str, offset: int) -> int:
    """Where the clause that holds `offset` begins; marks inside brackets and quotation marks do not count."""
    at = offset
    while at > 0 and offset - at < 60:
        ch = plain[at - 1]
        if ch in "）”》":
            opening = plain.rfind(_OPENED[ch], max(0, at - _WITHIN[ch]), at)
            if opening < 0:
                return at
            at = opening
        elif ch == "“" and plain.find("”", offset, offset + _QUOTED) < 0:
            # Quotation marks that never close divide nothing.
            at -= 1
        elif (ch in _MARKS or ch in "（“《") and not _BLANK_AT_DIGITS.match(plain, max(0, at - 2)):
            return at
        else:
            at -= 1
    return at


def _sentence(text: Text, offset: int) -> tuple[int, int]:
    return next(((s, e) for s, e in text.sentences if s <= offset < e), (0, 0))


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _iso(year: int, month: int, day: int) -> str | None:
    date = _day(year, month, day)
    return date.isoformat() if date else None


def _is_far(published_on: datetime.date | None, held: datetime.date | None) -> bool:
    """Whether a report cannot be of that day: it was published long after, or long before."""
    return (
        published_on is not None
        and held is not None
        and not -_EARLY <= (published_on - held).days <= _LATE
    )


def _year_before(published_on: datetime.date, month: int, day: int) -> int:
    """The year that puts a month and day nearest before the day of publication."""
    later = (month, day) > (published_on.month, published_on.day)
    # A report may be dated a day ahead of the meeting's last day.
    return published_on.year - (later and (month, day) > (published_on.month, published_on.day + 2))
