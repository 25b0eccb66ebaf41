"""The ledger: what every clause of a text is for. The one place where initiatives are told from everything else.

How it decides, and in which order, stands in docs/extraction.md; the words and patterns are data (`ledger.toml`,
`modals.toml`, `chapters.toml` and the lists they name).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from transforms.focus_areas import FocusArea
from transforms.found import Found
from transforms.lexicon import Lexicon, Rule
from transforms.modals import Demand, Modals
from transforms.prefilter import Prefilter
from transforms.signals import Signals
from transforms.starts import openings
from transforms.text import Text
from transforms.zones import UNTOLD, Zone

_WORD = re.compile(r"\w")
_COMMA, _COLON = "，", "："
_BY_COURSE, _OF_DEED = "course.directive", "assessment.of_deed"
_SO_THAT, _PURPOSE = "frame.so_that", "frame.purpose"
# What measures are expected to bring, beside which they stand.
_EXPECTED = "assessment.expected"
# Frames that are one more demand where they end their sentence.
_LEFT_OVER = ("frame.around", "frame.purpose")
# Frames that say by what a deed is led.
_GUIDES = ("frame.guided", "frame.spirit")
_FIGURE = re.compile(r"\d")
_QUOTED = re.compile("“[^“”]*”")
# What ends a sentence, or a part of one that stands by itself.
_LAST = ("。", "；", "！")
# How a line ends that no full stop ends.
_OPEN_END = re.compile(r"[\w》”）]")


class Entry:
    """One row of the ledger; `span_start:span_end` is the initiative without its frame (the whole clause elsewhere)."""

    def __init__(
        self,
        start: int,
        end: int,
        role: str,
        rule: str,
        span_start: int,
        span_end: int,
        modal: Found[str] | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.role = role
        self.rule = rule
        self.span_start = span_start
        self.span_end = span_end
        self.modal = modal


class _Piece:
    """A clause, or the part of one that the masthead leaves; `part` names a part of the masthead.

    `may` tells which patterns can match in it.
    """

    def __init__(
        self,
        start: int,
        end: int,
        body_end: int,
        sentence: int,
        paragraph: int,
        may: int,
        part: str = "",
    ) -> None:
        self.start = start
        self.end = end
        self.body_end = body_end
        self.sentence = sentence
        self.paragraph = paragraph
        self.may = may
        self.part = part


@dataclass(slots=True)
class _Course:
    """How the reading stands: what the sentence, the speech and the sentence before have established.

    `may` tells which patterns can match anywhere in the text, `is_story` whether a reporter tells what he saw.
    """

    may: int
    is_story: bool
    piece: _Piece | None = None
    zone: Zone = UNTOLD
    mode: str = ""
    before: str = ""
    speech: str = ""
    speech_is_new: bool = False
    modal: Found[str] | None = None
    is_first: bool = True
    is_told: bool = False
    is_headed: bool = False
    has_deed: bool = False
    has_aims: bool = False
    announces_aims: bool = False
    lists_aims: bool = False
    has_spoken: bool = False
    is_viewed: bool = False
    is_guided: bool = False
    is_crux: bool = False
    is_effect: bool = False
    is_purposed: bool = False
    is_convened: bool = False
    insists: bool = False
    turned: str = ""
    arranged: str = ""
    opening: str = ""
    is_conveyed: bool = False
    is_listing: bool = False
    lists: bool = False
    carried: str = ""
    fallback: Entry | None = None

    @property
    def is_seen(self) -> bool:
        """Whether a reporter tells what he saw, and nobody has spoken yet."""
        return self.is_story and not (self.speech or self.has_spoken)


class _Reading:
    """A clause as the rules see it: its words without what opens them, and what they begin with and demand."""

    def __init__(
        self,
        body: str,
        begins: int,
        ahead: str,
        demand: Demand | None,
        is_deed: bool,
        is_heading: bool,
        is_instance: bool,
        is_last: bool,
        announces: bool,
        may: int,
        may_ahead: int,
    ) -> None:
        self.body = body
        self.begins = begins
        self.ahead = ahead
        self.demand = demand
        self.is_deed = is_deed
        self.is_heading = is_heading
        self.is_instance = is_instance
        self.is_last = is_last
        self.announces = announces
        self.may = may
        self.may_ahead = may_ahead


class _Verdict:
    """A role and the rule that gave it; `begins` is where an initiative's span begins in the body.

    `is_demanded` marks a frame that a governing word demands: it is the initiative of a sentence without another.
    """

    def __init__(self, role: str, rule: str, begins: int = 0, is_demanded: bool = False) -> None:
        self.role = role
        self.rule = rule
        self.begins = begins
        self.is_demanded = is_demanded


class Ledger:
    """Keeps the ledger of a text."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        self._prefilter = prefilter or Prefilter()
        self._modals = Modals(lexicon, self._prefilter)
        sections = (
            "speech",
            "procedure",
            "past",
            "statistic",
            "aim",
            "assessment",
            "frame",
            "announce",
            "horizon",
            "seeing",
            "thanks",
            "asked",
            "debris",
            "attendance",
        )
        self._signals = {
            name: Signals(lexicon.rules("ledger", name), self._prefilter) for name in sections
        }
        self._opening = lexicon.rules("ordinals", "opening")[0].pattern
        self._openings = openings(self._opening)
        self._line = lexicon.rules("ordinals", "line")[0].pattern
        self._section = lexicon.rules("ordinals", "section")[0].pattern
        self._done = Signals(
            (r for r in lexicon.rules("ledger", "past") if r.extra.get("firm")), self._prefilter
        )
        self._signs = {
            (is_firm, is_report): Signals(_signs(lexicon, is_firm, is_report), self._prefilter)
            for is_firm in (False, True)
            for is_report in (False, True)
        }
        self._deed = lexicon.rules("modals", "deed")[0].pattern
        self._strong = lexicon.rules("modals", "strong")[0].pattern
        self._placing = lexicon.rules("modals", "placing")[0].pattern
        self._bids = lexicon.rules("modals", "bids")[0].pattern
        self._consequence = lexicon.rules("modals", "consequence")[0].pattern
        self._weight = lexicon.rules("modals", "weight")[0].pattern
        self._weighed = lexicon.rules("modals", "weighed")[0].pattern
        self._judging = lexicon.rules("modals", "judging")[0].pattern
        self._placed = lexicon.rules("modals", "placed")[0].pattern
        self._given = lexicon.rules("modals", "given")[0].pattern
        self._stated = lexicon.rules("modals", "stated")[0].pattern
        self._told = lexicon.rules("modals", "told")[0].pattern
        self._told_bit = self._prefilter.add(self._told)
        self._arranged = lexicon.rules("ledger", "arranged")[0].pattern
        self._written = lexicon.rules("ledger", "written")[0].pattern
        self._especially = lexicon.rules("ledger", "especially")[0].pattern
        self._leaning = lexicon.rules("modals", "leaning")[0].pattern
        self._nominal = lexicon.rules("modals", "nominal")[0].pattern
        self._subject = Signals(lexicon.rules("ledger", "subject"), self._prefilter)
        self._also = lexicon.rules("modals", "also")[0].pattern
        self._insistent = lexicon.rules("modals", "insistent")[0].pattern
        self._hung = lexicon.rules("modals", "hung")[0].pattern
        self._hung_bit = self._prefilter.add(self._hung)
        self._moved = lexicon.rules("modals", "moved")[0].pattern
        self._listed = lexicon.rules("ledger", "listed")[0].pattern
        self._trait = lexicon.rules("ledger", "trait")[0].pattern
        self._convened = lexicon.rules("ledger", "convened")[0].pattern
        self._story = Signals(lexicon.rules("ledger", "story"), self._prefilter)
        self._at = lexicon.rules("ledger", "at")[0].pattern
        self._at_bit = self._prefilter.add(self._at)
        self._visitor = lexicon.rules("ledger", "visitor")[0].pattern
        self._crux = lexicon.rules("ledger", "crux")[0].pattern
        self._guide = lexicon.rules("ledger", "guide")[0].pattern
        self._stating = lexicon.rules("ledger", "stating")[0].pattern
        self._offer = lexicon.rules("modals", "offer")[0].pattern
        self._conveyor = lexicon.rules("modals", "conveyor")[0].pattern
        self._conveying = lexicon.rules("modals", "conveying")[0].pattern
        self._holding = tuple(lexicon.terms("holding"))

    def keep(
        self,
        text: Text,
        parts: tuple[Found[str], ...],
        zones: tuple[Zone, ...],
        areas: tuple[Found[FocusArea], ...],
    ) -> tuple[Entry, ...]:
        """Every clause of the text with its role and the rule that decided it."""
        may = self._prefilter.of(text)
        pieces = tuple(_pieces(text, parts, may))
        headings = sorted(area.start for area in areas)
        anywhere = self._prefilter.anywhere(text)
        course = _Course(anywhere, self._story.of(text.plain, anywhere) is not None)
        entries: list[Entry] = []
        for index, piece in enumerate(pieces):
            _advance(course, piece, zones, entries)
            self._go_on_listing(text, piece, course)
            following = pieces[index + 1] if index + 1 < len(pieces) else None
            while headings and headings[0] < piece.start:
                headings.pop(0)
            is_heading = bool(headings) and headings[0] < piece.end
            entry = self._entry(text, piece, following, is_heading, course)
            follows_deed = bool(entries) and entries[-1].rule == _BY_COURSE
            if follows_deed and course.insists:
                self._insist(text, piece, entries)
            if follows_deed and course.modal is None and entry.role in ("assessment", "procedure"):
                self._take_back(text, piece, entries)
            is_done = entry.role in ("procedure", "result") and course.modal is None
            if follows_deed and course.is_purposed and is_done:
                # 为了管好山林，护住水源，县里出台了办法: what something was done for directs nothing.
                start, _ = text.sentences[piece.sentence]
                _judge_deeds(entries, _deeds_before(entries, len(entries), start))
            if entry.role == "assessment":
                self._weigh(text, piece, entries)
            if follows_deed and course.turned and entry.role in ("assessment", "result"):
                # 深化改革，增强活力，取得了成效: what is judged or told of in one sentence directs nothing.
                start, _ = text.sentences[piece.sentence]
                _judge_deeds(entries, _deeds_before(entries, len(entries), start))
            entries.append(entry)
        _settle(course, entries)
        return tuple(entries)

    def _is_planned(self, course: _Course) -> bool:
        """Whether a sentence tells what is to be done, whatever signs of the past it holds."""
        is_ordered = course.modal is not None or course.speech == "order" or course.has_aims
        return is_ordered or course.zone.kind in _PLANS

    def _take_back(self, text: Text, piece: _Piece, entries: list[Entry]) -> None:
        """Deeds of a sentence that a last clause only judges direct nothing: 深化改革，增强活力，是工作的核心."""
        if self._judging.match(text.plain[piece.start : piece.body_end]):
            start, _ = text.sentences[piece.sentence]
            _judge_deeds(entries, _deeds_before(entries, len(entries), start))

    def _insist(self, text: Text, piece: _Piece, entries: list[Entry]) -> None:
        """Deeds for which a last clause says what must be done are its topic: 管好山林，留住清水，必须压实责任."""
        start, _ = text.sentences[piece.sentence]
        for at in range(_deeds_before(entries, len(entries), start), len(entries)):
            entries[at] = _as_whole(entries[at], "frame", "frame.topic")

    def _weigh(self, text: Text, piece: _Piece, entries: list[Entry]) -> None:
        """Deeds for which something matters direct nothing: 对改善水质，保护湿地，具有重要意义."""
        if not self._weight.match(text.plain[piece.start : piece.body_end]):
            return
        start, _ = text.sentences[piece.sentence]
        for at in range(len(entries) - 1, -1, -1):
            entry = entries[at]
            if entry.start < start or entry.role not in ("initiative", "frame", "assessment"):
                return
            if self._weighed.match(text.plain[entry.start : entry.end]):
                _judge_deeds(entries, _deeds_before(entries, at, start))
                return

    def _go_on_listing(self, text: Text, piece: _Piece, course: _Course) -> None:
        """What is ordered in a list (会议议定：) goes on through the paragraphs that its numbers begin, or in the next."""
        start, _ = text.paragraphs[piece.paragraph]
        if piece.start != start:
            return
        if self._section.match(text.plain[start : start + 8]):
            course.is_listing = course.is_listing or course.lists
            is_ordered = course.is_listing
        else:
            course.is_listing = False
            # 提出三点要求： and a paragraph that begins with a deed, without a number.
            leads = course.lists and text.plain[:start].rstrip().endswith(_COLON)
            is_ordered = leads and self._modals.opens(text.plain[start : piece.body_end].lstrip())
        if is_ordered:
            course.speech, course.speech_is_new, course.has_spoken = "order", True, True

    def _entry(
        self,
        text: Text,
        piece: _Piece,
        following: _Piece | None,
        is_heading: bool,
        course: _Course,
    ) -> Entry:
        """The row of one piece; `course` learns from it."""
        if piece.part:
            role = "furniture" if piece.part in ("furniture", "credit") else "masthead"
            return Entry(
                piece.start, piece.end, role, f"{role}.{piece.part}", piece.start, piece.end
            )
        reading = self._read(text, piece, following, is_heading)
        if course.is_first:
            course.opening = reading.body if course.speech else ""
        course.insists = False
        verdict = self._judge(reading, course, text, piece)
        course.is_guided = verdict.rule in _GUIDES
        course.is_effect = verdict.rule == _SO_THAT
        course.announces_aims = verdict.rule in _AIMS
        if course.is_first and verdict.rule == _PURPOSE:
            course.is_purposed = True
        if verdict.role == "procedure":
            if match := self._arranged.search(reading.body):
                course.arranged = match["when"]
            if course.is_first:
                sentence = text.sentences[piece.sentence]
                course.is_convened = self._convened.match(text.plain, *sentence) is not None
        course.is_first = course.is_first and verdict.role in ("frame", "heading")
        start = reading.begins + verdict.begins
        if verdict.role == "initiative" or verdict.is_demanded:
            deed = Entry(
                piece.start,
                piece.end,
                "initiative",
                verdict.rule,
                start,
                piece.body_end,
                course.modal,
            )
            if verdict.role == "initiative":
                course.has_deed = True
                return deed
            course.fallback = deed
        return Entry(piece.start, piece.end, verdict.role, verdict.rule, piece.start, piece.end)

    def _read(
        self, text: Text, piece: _Piece, following: _Piece | None, is_heading: bool
    ) -> _Reading:
        """The words of a clause once its ordinal and its opening connectives are taken off."""
        start = piece.start
        while start < piece.body_end and text.plain[start].isspace():
            start += 1
        words = text.plain[start : piece.body_end]
        may_open = self._openings is None or words[:1] in self._openings
        match = self._opening.match(words) if may_open else None
        opened = match.end() if match and match.end() < len(words) else 0
        body = words[opened:]
        mark = text.plain[piece.body_end : piece.end].strip()
        ahead = _ahead(text.plain, piece, following) if mark == _COMMA else ""
        mark = mark[:1]
        return _Reading(
            body,
            start + opened,
            ahead,
            self._modals.of(body, piece.may),
            self._modals.opens(body),
            is_heading,
            opened > 0 and self._especially.search(words, 0, opened) is not None,
            mark in _LAST,
            mark == _COLON,
            piece.may,
            following.may if following else 0,
        )

    def _judge(self, reading: _Reading, course: _Course, text: Text, piece: _Piece) -> _Verdict:
        """The role of a clause.

        Layout comes first, then speech, zone, demand, frame and judgement, and the sentence's course last.
        """
        return (
            self._by_layout(reading, course, text, piece)
            or self._by_formula(reading, course, text, piece)
            or self._by_speech(reading, course)
            or self._by_zone(reading, course)
            or self._by_lead(reading, course)
            or self._by_demand(reading, course, text)
            or self._by_frame(reading, course)
            or self._by_aim(reading, course)
            or self._by_crux(reading, course)
            or self._by_signal(reading, course)
            or self._by_course(reading, course, text, piece)
        )

    def _by_layout(
        self, reading: _Reading, course: _Course, text: Text, piece: _Piece
    ) -> _Verdict | None:
        """Headings, and what a zone settles alone."""
        if reading.is_heading:
            course.mode = "directive"
            if reading.demand:
                # 一要抓好春耕，做好防汛: what the heading demands with governs what follows it too.
                course.modal = _modal(reading, reading.demand, text)
            course.is_headed = self._stands_alone(text, piece)
            return _Verdict("heading", "heading.focus_area")
        if course.is_headed:
            return _Verdict("heading", "heading.line")
        if course.zone.kind in _PLANS and self._is_numbered(text, piece):
            course.mode, course.is_headed = "directive", self._stands_alone(text, piece)
            return _Verdict("heading", "heading.numbered")
        if self._is_line(text, piece):
            course.is_headed = True
            return _Verdict("heading", "heading.line")
        if course.zone.is_heading:
            return _Verdict("heading", course.zone.rule)
        if course.zone.kind == "furniture":
            return _Verdict("furniture", course.zone.rule)
        return None

    def _by_formula(
        self, reading: _Reading, course: _Course, text: Text, piece: _Piece
    ) -> _Verdict | None:
        """Marks, page debris, and the sentences of courtesy and attendance."""
        if not reading.body[:1].isalnum() and not _WORD.search(reading.body):
            return _Verdict("frame", "frame.mark")
        if rule := self._signals["debris"].of(reading.body, reading.may):
            return _Verdict("furniture", rule.name)
        if course.is_first and self._thanks(text, piece, course.may):
            course.mode = "thanks"
        if course.mode == "thanks":
            return _Verdict("procedure", "procedure.thanks")
        if (
            course.is_first
            and not course.zone.kind
            and self._is_attendance(text, piece, course.may)
        ):
            course.mode = "narration"
        return None

    def _stands_alone(self, text: Text, piece: _Piece) -> bool:
        """Whether a heading is all that its paragraph holds: a line without a full stop, or a numbered section's."""
        start, end = text.paragraphs[piece.paragraph]
        if end - start >= 64 or text.sentences[piece.sentence] != (start, end):
            return False
        return _OPEN_END.match(text.plain[end - 1]) is not None or self._is_numbered(text, piece)

    def _is_line(self, text: Text, piece: _Piece) -> bool:
        """Whether a numbered line without a full stop begins here."""
        start, end = text.paragraphs[piece.paragraph]
        return (
            piece.start == start
            and _OPEN_END.match(text.plain[end - 1]) is not None
            and self._stands_alone(text, piece)
            and self._line.match(text.plain[start:end]) is not None
        )

    def _is_numbered(self, text: Text, piece: _Piece) -> bool:
        """Whether a paragraph of a report begins here with the number of a section: （二）."""
        start = text.paragraphs[piece.paragraph][0]
        return (
            piece.start == start and self._section.match(text.plain[start : start + 8]) is not None
        )

    def _thanks(self, text: Text, piece: _Piece, may: int) -> bool:
        start, end = text.sentences[piece.sentence]
        return self._signals["thanks"].of(text.plain[start:end], may) is not None

    def _is_attendance(self, text: Text, piece: _Piece, may: int) -> bool:
        """Whether the sentence ends as one that lists who took part, and nobody demands anything in it."""
        start, end = text.sentences[piece.sentence]
        if self._signals["attendance"].of(text.plain[max(start, end - 24) : end], may) is None:
            return False
        return self._modals.of(text.plain[start : min(end, start + 40)]) is None

    def _by_speech(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """A clause that says who speaks opens a speech; what others say directs nobody."""
        if reading.demand:
            return self._by_vow(reading, course)
        rule = self._signals["speech"].of(reading.body, reading.may)
        if rule is None and reading.announces:
            rule = self._signals["asked"].of(reading.body, reading.may)
        is_said = rule is not None and (
            rule.name in _SAID or self._bids.match(reading.body) is not None
        )
        if reading.is_deed and not is_said:
            return None
        is_within = course.mode == "directive" and not course.is_first
        if rule is None or (is_within and rule.name not in _TAKE_OVER):
            return None
        course.speech, course.speech_is_new = rule["says"], True
        course.has_spoken = course.has_spoken or self._written.search(reading.body) is None
        course.before, course.carried = course.before or course.carried, ""
        # 面对新的一年，报告指出：what is said of the year to come is still to be reached.
        course.mode = "directive" if course.has_aims and rule["says"] == "statement" else ""
        course.is_first = True
        return _Verdict("procedure" if len(reading.body) > 14 else "frame", rule.name)

    def _by_vow(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """What others say that they must do (大家表示要 …) is demanded by nobody."""
        said = reading.body[: reading.demand.start] if reading.demand else ""
        rule = self._signals["speech"].of(said, reading.may) if len(said) > 3 else None
        if rule is None or rule["says"] != "others":
            return None
        course.speech, course.has_spoken = "others", True
        return _Verdict("assessment", rule.name)

    def _by_zone(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """In a look-back all is past but an outright demand, such as a lesson's 必须; others' words direct nobody."""
        if course.speech == "others":
            return _Verdict("assessment", "speech.others")
        if course.zone.kind == "opening":
            return _Verdict("procedure", course.zone.rule)
        if course.zone.kind != "past" or course.mode == "directive":
            return None
        demand = reading.demand
        if demand and demand.begins and demand.rule == "modal.must":
            return None
        rule = self._signals["assessment"].of(reading.body, reading.may) or self._signals[
            "frame"
        ].of(reading.body, reading.may)
        if rule:
            return _Verdict(rule.name.split(".")[0], rule.name)
        return _Verdict("result", course.zone.rule)

    def _by_lead(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """What a lead tells that a meeting asked for, beside what it heard and passed: …主持召开会议，听取汇报，要求抓好落实."""
        demand = reading.demand
        if not course.is_convened or demand is None or demand.rule != "charge.somebody":
            return None
        if demand.start > 0 or demand.begins > demand.end:
            return None
        course.mode = "narration"
        return _Verdict("procedure", "procedure.lead")

    def _insists_on(self, reading: _Reading, demand: Demand, course: _Course) -> bool:
        """Whether a clause is the first of its sentence to demand and opens with 必须, so that deeds before it are its topic."""
        if course.modal is not None or demand.start > 0 or course.speech == "order":
            return False
        insists = self._insistent.match(reading.body)
        return insists is not None and insists["plea"] is None

    def _by_demand(self, reading: _Reading, course: _Course, text: Text) -> _Verdict | None:
        """A clause with a governing word directs, unless what it governs is a frame."""
        demand, body = reading.demand, reading.body
        if demand is None:
            return None
        if course.is_conveyed or self._is_conveyed(reading, course):
            course.is_conveyed = True
            return _Verdict("assessment", "speech.conveyed")
        if course.is_seen:
            return None  # 企业每年要更换设备: a reporter tells what people have to do
        is_theme = demand.begins == 0 and demand.start > 0
        if (course.mode == "narration" and is_theme) or (
            course.mode == "past" and demand.rule == "charge.somebody"
        ):
            return None
        # 不少校舍需要进一步修缮: what is told among problems is a need.
        if is_theme and demand.rule == "modal.should" and course.mode in ("past", "assessment"):
            return None
        course.insists = self._insists_on(reading, demand, course)
        course.mode = "directive"
        course.modal = _modal(reading, demand, text)
        rest = body[max(demand.begins, 0 if demand.rule == "modal.never" else demand.end) :]
        if rule := self._signals["seeing"].of(rest, reading.may):
            course.mode, course.is_viewed = "assessment", True
            return _Verdict("frame", rule.name)
        is_stated = is_theme and self._stated.match(rest) is not None
        if rest and not is_stated and (frame := self._frame(rest, reading.may)):
            return _Verdict("frame", frame.rule, demand.begins, is_demanded=True)
        if self._placing.match(rest) and self._placed.match(reading.ahead):
            return _Verdict("frame", "frame.placed")
        # 要办好这件事，就必须…, but not one of several: 就要有决心，就要有恒心.
        if self._consequence.match(reading.ahead) and not self._consequence.match(body):
            return _Verdict("frame", "frame.condition")
        return _Verdict("initiative", demand.rule, demand.begins)

    def _is_conveyed(self, reading: _Reading, course: _Course) -> bool:
        """Whether a sentence that tells of another meeting goes on with what that one demands (…深刻分析了形势，强调要…)."""
        if not course.opening or self._conveying.match(reading.body) is None:
            return False
        return self._conveyor.match(course.opening) is not None

    def _frame(self, body: str, may: int) -> _Verdict | None:
        """A frame, if the words do no more than frame: no deed of their own inside."""
        # What stands in a quotation parts no clause: 按照“能快则快，又好又快”的要求.
        rule = self._signals["frame"].of(_QUOTED.sub("“”", body) if _COMMA in body else body, may)
        if rule is None or body.startswith(self._holding):
            return None
        if rule.name == "frame.around" and self._does_something(body):
            return None
        if rule.name == "frame.spirit" and self._strong.search(body, 3):
            return None
        if rule.name == "frame.purpose" and self._offer.match(body):
            return None
        return _Verdict("frame", rule.name)

    def _does_something(self, body: str) -> bool:
        """Whether a clause that begins like a frame (聚焦…, 围绕…) goes on to a deed of its own."""
        # What stands in a quotation is named, not done: 对照“两不愁三保障”.
        body = _QUOTED.sub("“”", body)
        if self._leaning.search(body, 2):
            return True
        return self._deed.search(body, 4) is not None and self._nominal.search(body) is None

    def _by_frame(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """Frames and announcements, which leave the course as it is, but that a horizon or aims announce demands."""
        if verdict := self._by_horizon(reading, course):
            return verdict
        if verdict := self._as_detail(reading, course):
            return verdict
        if frame := self._frame(reading.body, reading.may):
            if frame.rule == "frame.only_if" and not course.mode:
                course.mode = "assessment"
            return self._left_over(frame, reading, course) or frame
        if rule := self._signals["announce"].of(reading.body, reading.may):
            is_opened = rule.name == "announce.aims" and reading.announces
            is_told = course.is_seen or course.mode == "narration"
            if is_opened or (rule.name in _HEADS and not is_told):
                course.mode, course.has_aims = "directive", True
                course.lists_aims = rule.name in _AIMS and not course.zone.kind
                return _Verdict("frame", rule.name)
            if rule.name == "announce.aims":
                return None
            if not reading.is_deed or rule.name == "announce.includes":
                return _Verdict("frame", rule.name)
        if reading.ahead and course.mode != "directive" and (reading.is_deed or course.is_first):
            return self._as_topic(reading, course)
        return None

    def _as_detail(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """One more of what is governed (特别是重点领域), or only the place where somebody did or said something."""
        if self._is_instance(reading, course):
            return _Verdict("frame", "frame.especially")
        is_hung = reading.may & self._hung_bit and self._hung.match(reading.body)
        if is_hung and self._moved.match(reading.ahead):
            return _Verdict("frame", "frame.placed")
        is_place = reading.may & self._at_bit and self._is_place(reading)
        return _Verdict("frame", "frame.at") if is_place else None

    def _is_listed(self, reading: _Reading, course: _Course) -> bool:
        """Whether a clause only goes on with a list inside the clause before it: 健全统一领导，上下贯通的管护体系."""
        if course.is_first:
            return False
        if course.has_deed and self._trait.match(reading.body):
            return True
        if reading.is_deed or self._modals.begins_phrase(reading.body):
            return False
        return self._listed.match(reading.body) is not None

    def _is_place(self, reading: _Reading) -> bool:
        """Whether a clause only says where the next one tells of somebody: 在云溪湿地，王大明察看…."""
        if not (reading.ahead and self._at.match(reading.body)):
            return False
        is_left = self._visitor.match(reading.ahead) is not None
        return is_left and self._deed.search(reading.body, 1) is None

    def _left_over(self, frame: _Verdict, reading: _Reading, course: _Course) -> _Verdict | None:
        """A frame that nothing follows frames nothing: among demands it is one more (保持定力，锚定目标。)."""
        is_among = course.has_deed or (course.is_first and reading.is_last)  # behind a heading
        if frame.rule == "frame.topic_of_work" and reading.is_deed and is_among:
            # 狠抓落实，完成今年各项任务: named among deeds it is one, unless the next clause demands of it.
            demand = self._modals.of(reading.ahead, reading.may_ahead)
            is_named = course.mode != "directive" or (demand is not None and demand.start == 0)
            return None if is_named else _Verdict("initiative", "course.directive")
        has_deed = course.has_deed or course.is_first  # behind a heading
        if frame.rule not in _LEFT_OVER or not reading.is_last or not has_deed:
            return None
        if course.mode != "directive" or self._given.match(reading.body):
            return None
        return _Verdict("initiative", "course.directive")

    def _is_instance(self, reading: _Reading, course: _Course) -> bool:
        """Whether a clause among demands names only one more of what they govern (加强监管，特别是重点领域监管)."""
        if not reading.is_instance or (course.mode or course.before) != "directive":
            return False
        if reading.demand or reading.is_deed or self._modals.begins_phrase(reading.body):
            return False
        return self._nominal.search(reading.body) is not None or not self._acts(reading.body)

    def _by_horizon(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """到2025年: among demands, what the sentence goes on to tell is to be reached by then."""
        if reading.body == course.arranged:
            course.mode, course.has_aims = "directive", True
            return _Verdict("frame", "frame.arranged")
        rule = self._signals["horizon"].of(reading.body, reading.may)
        if rule is None or course.mode in ("past", "narration"):
            return None
        is_demanded = course.zone.kind in _PLANS or "directive" in (course.mode, course.before)
        if not (is_demanded or reading.is_deed or course.speech in ("order", "demand")):
            return None
        is_told = self._done.of(reading.body, reading.may) or self._signs[True, False].of(
            reading.body, reading.may
        )
        if is_told or self._subject.of(reading.ahead, reading.may_ahead):
            return None
        course.mode, course.has_aims = "directive", True
        if rule.pattern.fullmatch(reading.body):
            return _Verdict("frame", rule.name)
        return _Verdict("initiative", rule.name)

    def _as_topic(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """A deed or a body that the next clause only judges or demands of: 办好教育，关系未来 · 做好工作，必须用心."""
        if rule := self._subject.of(reading.ahead, reading.may_ahead):
            return _Verdict("assessment", rule.name)
        if reading.is_deed and self._crux.match(reading.ahead):
            if self._continues(course):
                course.mode, course.is_crux = "directive", True
            return _Verdict("frame", "frame.topic")
        # Among demands a deed is one itself unless the next clause insists: 管好山林，必须压实责任.
        is_among = reading.is_deed and course.before == "directive" and not course.speech_is_new
        if not self._is_demanded_of(reading):
            is_told = not is_among and self._is_told_to_act(reading, course)
            return _Verdict("frame", "frame.agent") if is_told else None
        if self._done.of(reading.body, reading.may):
            return None
        if is_among and not self._insistent.match(reading.ahead):
            return None
        if reading.is_deed:
            return _Verdict("frame", "frame.topic")
        return _Verdict("frame", "frame.agent") if self._modals.is_agent(reading.body) else None

    def _is_demanded_of(self, reading: _Reading) -> bool:
        """Whether the next clause opens with the word that governs it: 管好山林，要压实责任, but not …，还要压实责任."""
        demand = self._modals.of(reading.ahead, reading.may_ahead)
        if demand is None or demand.start > 0 or demand.rule in _NOT_OF_IT:
            return False
        return self._also.match(reading.ahead) is None

    def _is_told_to_act(self, reading: _Reading, course: _Course) -> bool:
        """Whether a clause names those who are told, and the next one the deed: 会议强调，各村，高度重视防汛."""
        if not course.is_first or course.speech not in ("order", "demand"):
            return False
        if self._modals.of(reading.ahead, reading.may_ahead) or not self._told.match(reading.body):
            return False
        if not self._modals.is_agent(reading.body) or self._modals.begins_phrase(reading.ahead):
            return False
        return self._modals.opens(reading.ahead)

    def _by_crux(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """What the deed named before turns on (管好山林，关键是选好苗) is directed where it is a deed itself."""
        if not course.is_crux:
            return None
        course.is_crux = False
        turn = self._crux.match(reading.body)
        if turn is None or turn.end() == 0 or not self._modals.opens(reading.body[turn.end() :]):
            return None
        return _Verdict("initiative", _BY_COURSE, turn.end())

    def _by_aim(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """A figure that is striven for (力争新增企业8家) is to be reached, and so are those that follow it."""
        rule = self._signals["aim"].of(reading.body, reading.may)
        if rule is None or (course.mode == "past" and not rule.extra.get("turns")):
            return None
        is_spoken = course.speech or course.zone.kind in _PLANS or course.before == "directive"
        if rule.extra.get("spoken") and not (is_spoken and course.mode != "narration"):
            return None
        # In a plan the whole paragraph would be held for aims.
        course.mode, course.has_aims = (
            "directive",
            course.has_aims or course.zone.kind not in _PLANS,
        )
        match = rule.pattern.search(reading.body)
        begins = match.start("deed") if match and "deed" in match.re.groupindex else 0
        return _Verdict("initiative", rule.name, begins)

    def _by_signal(self, reading: _Reading, course: _Course) -> _Verdict | None:
        """Words that mark the past, a judgement, or what a meeting did, whatever the sentence is about."""
        is_plan = course.zone.kind in _PLANS
        is_directed = course.mode == "directive"
        is_deed = reading.is_deed and (is_plan or is_directed or self._continues(course))
        is_deed = is_deed or (is_directed and self._modals.begins_phrase(reading.body))
        rule = self._signs[is_deed, bool(course.zone.kind)].of(reading.body, reading.may)
        if rule is None and is_deed and course.before == "past" and not (is_plan or is_directed):
            # 全年实现增加值3亿元, behind what is told of the year before: reached.
            rule = self._signals["statistic"].of(reading.body, reading.may)
        # Behind 预期目标是, in a sentence governed by 要, and among orders a figure is one to reach.
        is_told = course.modal is not None or course.speech in ("order", "demand")
        is_aim = is_directed and (course.has_aims or is_told)
        if rule is None or (is_aim and rule.name.startswith(_FIGURES)):
            return None
        role, mode = _SIGNALS[rule.name.split(".")[0]]
        if self._turns(rule, reading, course, role):
            course.turned = mode
        course.is_viewed = course.is_viewed or bool(rule.extra.get("turns"))
        if rule.extra.get("turns") or (
            course.mode != "directive"
            and (not is_plan or course.is_first)
            and not rule.extra.get("keeps")
        ):
            course.mode = mode
        return _Verdict(role, rule.name)

    def _turns(self, rule: Rule, reading: _Reading, course: _Course, role: str) -> bool:
        """Whether a judgement or a report among deeds that nothing governs shows that all of the sentence is told."""
        if course.mode != "directive" or role == "procedure" or self._is_planned(course):
            return False
        is_beside = (
            rule.extra.get("keeps") or rule.name == _EXPECTED or rule.name.startswith("statistic")
        )
        return not is_beside and self._crux.match(reading.body) is None

    def _continues(self, course: _Course) -> bool:
        """Whether a sentence that begins with a deed goes on with the demands of the one before or of its speaker."""
        return not course.mode and (
            course.before == "directive" or course.speech in ("order", "demand")
        )

    def _by_course(self, reading: _Reading, course: _Course, text: Text, piece: _Piece) -> _Verdict:
        """No sign of its own: the clause goes with its sentence, its speech, its zone."""
        is_plan = course.zone.kind in _PLANS
        is_turned = course.mode in ("past", "assessment") and not course.is_viewed
        if is_plan and is_turned and self._acts(reading.body):
            course.mode = "directive"
        if not course.mode:
            course.mode = self._course_begun(reading, course)
            if course.mode == "assessment" and self._is_bidden(reading, course, text, piece):
                course.mode, course.speech = "directive", "demand"
        if course.is_effect and not (reading.is_deed or self._modals.begins_phrase(reading.body)):
            # 使村容整洁，邻里更加和睦: what has a subject of its own goes on with the effect.
            return _Verdict("frame", _SO_THAT)
        if course.mode == "directive" and self._is_listed(reading, course):
            return _Verdict("frame", "frame.listed")
        is_free = course.modal is None and not course.has_deed and course.speech != "order"
        is_theme = is_free and not reading.is_deed
        if course.mode == "directive" and is_theme and self._is_demanded_of(reading):
            return _Verdict("frame", "frame.topic")
        if course.turned and course.modal is None:
            return _Verdict(_COURSE_ROLES[course.turned], f"course.{course.turned}")
        if course.mode == "directive":
            is_order = course.speech == "order" and course.is_first and course.modal is None
            told = self._told.match(reading.body) if reading.may & self._told_bit else None
            begins = self._modals.past_agent(reading.body) if told or is_order else 0
            begins = max(begins, told.end("agent")) if told and not reading.is_deed else begins
            return _Verdict("initiative", "course.directive", begins)
        if course.mode in _COURSE_ROLES:
            return _Verdict(_COURSE_ROLES[course.mode], f"course.{course.mode}")
        course.is_told = not course.is_first or not reading.is_deed
        return _Verdict("unexplained", "unexplained")

    def _is_bidden(self, reading: _Reading, course: _Course, text: Text, piece: _Piece) -> bool:
        """Whether a meeting says in so many words what to do: all that it states in a paragraph are deeds, four at the least.

        会议指出，紧盯重点，排查隐患，… demands without a word that does so, where nothing of it is judged, told or governed.
        """
        if not (course.speech_is_new and course.is_first and reading.is_deed):
            return False
        start, _ = text.sentences[piece.sentence]
        if not self._stating.search(text.plain[start : piece.start]):
            return False
        _, end = text.paragraphs[piece.paragraph]
        deeds = count = 0
        for clause in text.clauses[text.clause_at(piece.start) :]:
            body = text.plain[max(clause.start, piece.start) : clause.body_end].strip()
            if clause.start >= end or self._signals["speech"].of(body):
                break
            told = (self._signals[name].of(body) for name in ("past", "assessment", "statistic"))
            if self._modals.of(body) or any(told):
                return False
            deeds += self._modals.opens(body) or self._modals.begins_phrase(body)
            count += 1
        return deeds > 3 and deeds > 3 * (count - deeds)

    def _is_told_to(self, body: str) -> bool:
        """Whether a clause names first who is to act, and then what they do: 各乡镇充分利用广播."""
        told = self._told.match(body)
        return told is not None and (told["agent"] is not None or self._modals.past_agent(body) > 0)

    def _acts(self, body: str) -> bool:
        """Whether a clause of a plan does something or names a figure, rather than tell how things are."""
        modals = self._modals
        return (
            modals.opens(body)
            or modals.begins_phrase(body)
            or _FIGURE.search(body) is not None
            or modals.past_agent(body) > 0
        )

    def _course_begun(self, reading: _Reading, course: _Course) -> str:
        """The mode of a sentence that begins without a sign."""
        if course.zone.kind in _PLANS and not course.has_aims and not self._acts(reading.body):
            return "assessment"
        if course.zone.kind in _PLANS or (course.speech == "order" and course.speech_is_new):
            return "directive"
        if course.zone.kind == "problems":
            return "assessment"
        opens = reading.is_deed or self._modals.begins_phrase(reading.body)
        # By which a deed is guided, that is done whatever it begins with: 以整治为突破口，整出新面貌.
        opens = opens or (course.is_guided and course.before == "directive")
        opens = opens or (bool(course.speech) and self._is_told_to(reading.body))
        if opens and self._continues(course):
            return "narration" if course.is_told else "directive"
        # 以…思想为指导，加强领导: a paragraph that begins so goes on with demands, whoever made those before.
        if course.carried == "directive" and self._guide.match(reading.body):
            return "directive"
        if course.speech:
            return "assessment"
        return course.before if course.before in ("past", "narration") else ""


# Who speaks, whatever deed a clause begins with.
_SAID = ("speech.charge", "speech.asked")
# What heads a list of what is to be done or reached, and what heads aims that may fill sentences or a paragraph of their own.
_HEADS = ("announce.targets", "announce.expected")
_AIMS = ("announce.aims", "announce.expected")
# Who speaks instead in the middle of a sentence.
_TAKE_OVER = ("speech.points", "speech.others", "speech.reports", "speech.guest")
# Demands that need not be made of what stands before them.
_NOT_OF_IT = ("modal.never", "charge.somebody")
_PLANS = ("year", "period", "plan", "mixed")
_SIGNALS = {
    "procedure": ("procedure", "narration"),
    "past": ("result", "past"),
    "assessment": ("assessment", "assessment"),
    "statistic": ("result", "past"),
}
# Signs of the past that figures bear, which those to be reached may bear as well: 力争达到230亿元，比上年增长10%.
_FIGURES = ("statistic", "past.compared")
# In a report the zone tells what meetings did and what figures mean.
_NEWS_ALONE = ("procedure", "statistic")
_COURSE_ROLES = {"past": "result", "assessment": "assessment", "narration": "procedure"}


def _signs(lexicon: Lexicon, is_firm: bool, is_report: bool) -> Iterator[Rule]:
    """The signals that are asked of a clause: of a deed only the firm ones, in a report not those of news."""
    for section in _SIGNALS:
        if not (is_report and section in _NEWS_ALONE):
            for rule in lexicon.rules("ledger", section):
                if not is_firm or rule.extra.get("firm"):
                    yield rule


def _modal(reading: _Reading, demand: Demand, text: Text) -> Found[str]:
    """The word that governs a clause, as printed."""
    start, end = reading.begins + demand.start, reading.begins + demand.end
    return Found(start, end, text.text[start:end])


def _ahead(plain: str, piece: _Piece, following: _Piece | None) -> str:
    """The first words of the next clause of the sentence."""
    if following is None or following.sentence != piece.sentence or following.part:
        return ""
    return plain[following.start : min(following.start + 40, following.body_end)]


def _advance(course: _Course, piece: _Piece, zones: tuple[Zone, ...], entries: list[Entry]) -> None:
    """Note where a new sentence or paragraph begins."""
    last = course.piece
    is_new = last is None or last.paragraph != piece.paragraph
    # 2027年主要预期目标：and the aims in a paragraph of their own.
    is_announced = is_new and course.announces_aims and not zones[piece.paragraph].kind
    # 会议强调 on a line of its own: what is said stands in the next paragraph.
    is_said_apart = is_new and course.speech_is_new and course.is_first
    said = course.speech if is_said_apart and course.speech == "demand" else ""
    if is_new:
        # An order that its paragraph ends with announces a list.
        course.lists = course.speech == "order" and course.speech_is_new and not course.has_deed
        course.zone = zones[piece.paragraph]
        course.is_headed, course.has_aims, course.lists_aims = False, is_announced, is_announced
        course.speech, course.carried, course.arranged = said, "", ""
    if last is None or last.sentence != piece.sentence:
        _settle(course, entries)
        course.before = course.mode or course.before
        is_carried = is_new and course.before == "directive" and not course.zone.kind
        if is_carried and course.has_spoken:
            # Where speakers are named, a paragraph that names none goes on with nobody's demands.
            course.carried, course.before = course.before, ""
        # …增长5%。研发投入占比达到3%: aims may fill more sentences than that which announces them.
        goes_on = course.lists_aims and (is_new or course.before == "directive")
        course.mode, course.modal = "directive" if goes_on else "", None
        course.is_first, course.speech_is_new = True, bool(said)
        course.is_told = course.is_viewed = course.is_conveyed = course.is_guided = False
        course.is_effect = course.is_crux = course.is_convened = course.is_purposed = False
        course.opening = course.turned = ""
    course.piece = piece


def _deeds_before(entries: list[Entry], last: int, start: int) -> int:
    """The first of the deeds that stand together before `last` in the sentence that begins at `start`.

    It is `last` itself where something else stands between them and the sentence's beginning.
    """
    at = last
    while at and entries[at - 1].start >= start and entries[at - 1].rule == _BY_COURSE:
        at -= 1
    is_bound = at > 0 and entries[at - 1].start >= start and entries[at - 1].role != "frame"
    return last if is_bound else at


def _judge_deeds(entries: list[Entry], first: int) -> None:
    """From that entry on, what was taken for directed is only judged."""
    for number in range(first, len(entries)):
        entries[number] = _as_whole(entries[number], "assessment", _OF_DEED)


def _as_whole(entry: Entry, role: str, rule: str) -> Entry:
    """The entry in another role, which the whole clause has."""
    return Entry(entry.start, entry.end, role, rule, entry.start, entry.end)


def _settle(course: _Course, entries: list[Entry]) -> None:
    """At a sentence's end: if it demands a frame and holds nothing else, that frame is its initiative."""
    if course.fallback and not course.has_deed:
        at = next(i for i, e in enumerate(reversed(entries), 1) if e.start == course.fallback.start)
        entries[-at] = course.fallback
    course.fallback, course.has_deed = None, False


def _pieces(text: Text, parts: tuple[Found[str], ...], may: Iterable[int]) -> Iterator[_Piece]:
    """The clauses in order, cut where a part of the masthead begins or ends."""
    queue = list(parts)
    for clause, bits in zip(text.clauses, may, strict=True):
        at = clause.start
        while queue and queue[0].end <= at:
            queue.pop(0)
        for part in queue:
            if part.start >= clause.end:
                break
            begin, end = max(at, part.start), min(clause.end, part.end)
            if begin > at and text.plain[at:begin].strip():
                body_end = min(begin, clause.body_end)
                yield _Piece(at, begin, body_end, clause.sentence, clause.paragraph, bits)
            yield _Piece(begin, end, end, clause.sentence, clause.paragraph, bits, part.value)
            at = end
        if at < clause.end and text.plain[at : clause.end].strip():
            body_end = max(at, clause.body_end)
            yield _Piece(at, clause.end, body_end, clause.sentence, clause.paragraph, bits)
