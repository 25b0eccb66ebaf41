"""The ledger: what every clause of a text is for. The one place where initiatives are told from everything else.

How it decides, and in which order, stands in docs/extraction.md; the words and patterns are data (`ledger.toml`,
`modals.toml`, `chapters.toml` and the lists they name).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.focus_areas import FocusArea
from transforms.found import Found
from transforms.lexicon import Lexicon
from transforms.modals import Modals
from transforms.signals import Signals
from transforms.text import Text
from transforms.zones import UNTOLD, Zone, Zones

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger; `span_start:span_end` is the initiative without its frame (the whole clause elsewhere)."""

    start: int
    end: int
    role: str
    rule: str
    span_start: int
    span_end: int
    modal: Found[str] | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clause, or the part of one that the masthead leaves; `part` names a part of the masthead."""

    start: int
    end: int
    body_end: int
    sentence: int
    paragraph: int
    part: str = ""


@dataclass(slots=True)
class _Course:
    """How the reading stands: what the sentence, the speech and the sentence before have established."""

    piece: _Piece | None = None
    zone: Zone = UNTOLD
    mode: str = ""
    before: str = ""
    speech: str = ""
    modal: Found[str] | None = None
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A role and the rule that gave it; `begins` is where an initiative's span begins in the body."""

    role: str
    rule: str
    begins: int = 0


class Ledger:
    """Keeps the ledger of a text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._zones = Zones(lexicon)
        self._modals = Modals(lexicon)
        sections = ("speech", "procedure", "past", "statistic", "assessment", "frame", "announce", "thanks", "debris")
        self._signals = {name: Signals(lexicon.rules("ledger", name)) for name in sections}
        self._opening = lexicon.rules("ordinals", "opening")[0].pattern
        self._deed = lexicon.rules("modals", "deed")[0].pattern
        self._offer = lexicon.rules("modals", "offer")[0].pattern
        self._holding = tuple(lexicon.terms("holding"))

    def keep(
        self, text: Text, parts: tuple[Found[str], ...], areas: tuple[Found[FocusArea], ...]
    ) -> tuple[Entry, ...]:
        """Every clause of the text with its role and the rule that decided it."""
        zones = self._zones.of(text)
        pieces = tuple(_pieces(text, parts))
        headings = _headings(areas)
        course = _Course()
        entries: list[Entry] = []
        for index, piece in enumerate(pieces):
            _advance(course, piece, zones)
            following = pieces[index + 1] if index + 1 < len(pieces) else None
            entries.append(self._entry(text, piece, following, headings, course))
        return tuple(entries)

    def _entry(
        self, text: Text, piece: _Piece, following: _Piece | None, headings: dict[int, int], course: _Course
    ) -> Entry:
        """The row of one piece; `course` learns from it."""
        if piece.part:
            role = "furniture" if piece.part == "furniture" else "masthead"
            return Entry(piece.start, piece.end, role, f"{role}.{piece.part}", piece.start, piece.end)
        body_start = self._body_start(text.plain, piece)
        body = text.plain[body_start : piece.body_end]
        ahead = self._ahead(text.plain, piece, following)
        heading = _heading_end(headings, piece)
        verdict = self._judge(body, ahead, heading, course, text, piece)
        course.is_first = course.is_first and verdict.role in ("frame", "heading")
        if verdict.role != "initiative":
            return Entry(piece.start, piece.end, verdict.role, verdict.rule, piece.start, piece.end)
        start = body_start + verdict.begins
        return Entry(piece.start, piece.end, "initiative", verdict.rule, start, piece.body_end, course.modal)

    def _body_start(self, plain: str, piece: _Piece) -> int:
        """Where a clause begins once its ordinal and its opening connectives are taken off."""
        start = piece.start
        while start < piece.body_end and plain[start].isspace():
            start += 1
        match = self._opening.match(plain[start : piece.body_end])
        end = start + (match.end() if match else 0)
        return end if end < piece.body_end else start

    def _ahead(self, plain: str, piece: _Piece, following: _Piece | None) -> str:
        """The first words of the next clause of the same sentence."""
        if following is None or following.sentence != piece.sentence or following.part:
            return ""
        return plain[following.start : min(following.start + 40, following.body_end)]

    def _judge(
        self, body: str, ahead: str, heading: int, course: _Course, text: Text, piece: _Piece
    ) -> _Verdict:
        """The role of a clause: layout first, then speech, frame, demand, judgement, and the sentence's course last."""
        return (
            self._by_layout(body, heading, course, text, piece)
            or self._by_speech(body, course)
            or self._by_zone(body, course)
            or self._by_demand(body, course, piece, text)
            or self._by_frame(body, ahead, course)
            or self._by_signal(body, course)
            or self._by_course(body, ahead, course)
        )

    def _by_layout(
        self, body: str, heading: int, course: _Course, text: Text, piece: _Piece
    ) -> _Verdict | None:
        """Headings, debris, and what a zone settles alone."""
        if heading:
            course.mode = "directive"
            return _Verdict("heading", "heading.focus_area")
        if course.zone.is_heading:
            return _Verdict("heading", course.zone.rule)
        if course.zone.kind == "furniture":
            return _Verdict("furniture", course.zone.rule)
        if not _WORD.search(body):
            return _Verdict("frame", "frame.mark")
        if rule := self._signals["debris"].of(body):
            return _Verdict("furniture", rule.name)
        if course.is_first and self._thanks(text, piece):
            course.mode = "thanks"
        if course.mode == "thanks":
            return _Verdict("procedure", "procedure.thanks")
        return None

    def _thanks(self, text: Text, piece: _Piece) -> bool:
        start, end = text.sentences[piece.sentence]
        return self._signals["thanks"].of(text.plain[start:end]) is not None

    def _by_speech(self, body: str, course: _Course) -> _Verdict | None:
        """A clause that says who speaks opens a speech; what others say directs nobody."""
        rule = self._signals["speech"].of(body) if body[-1:] in _SPEECH_ENDS else None
        if rule is None:
            return None
        course.speech = rule["says"]
        course.mode = ""
        course.is_first = True
        return _Verdict("procedure" if len(body) > 14 else "frame", rule.name)

    def _by_zone(self, body: str, course: _Course) -> _Verdict | None:
        """In a look-back everything is past, among the problems everything but a demand is a judgement."""
        if course.speech == "others":
            return _Verdict("assessment", "speech.others")
        if course.zone.kind == "past":
            rule = self._signals["assessment"].of(body) or self._signals["frame"].of(body)
            role = rule.name.split(".")[0] if rule else "result"
            return _Verdict(role, rule.name if rule else course.zone.rule)
        if course.zone.kind == "opening":
            return _Verdict("procedure", course.zone.rule)
        return None

    def _by_demand(self, body: str, course: _Course, piece: _Piece, text: Text) -> _Verdict | None:
        """A clause with a governing word directs, unless what it governs is a frame."""
        demand = self._modals.of(body)
        if demand is None or (course.mode == "narration" and demand.begins == 0 and demand.start > 0):
            return None
        course.mode = "directive"
        at = piece.body_end - len(body)
        course.modal = Found(at + demand.start, at + demand.end, text.text[at + demand.start : at + demand.end])
        rest = body[demand.begins :]
        if not rest or (frame := self._frame(rest)) is None:
            return _Verdict("initiative", demand.rule, demand.begins)
        return frame

    def _frame(self, body: str) -> _Verdict | None:
        """A frame, if the words do no more than frame: no deed of their own inside."""
        rule = self._signals["frame"].of(body)
        if rule is None or body.startswith(self._holding):
            return None
        if rule.name in _MAY_HOLD_A_DEED and self._deed.search(body, 4):
            return None
        if rule.name == "frame.purpose" and self._offer.match(body):
            return None
        return _Verdict("frame", rule.name)

    def _by_frame(self, body: str, ahead: str, course: _Course) -> _Verdict | None:
        """Frames and announcements, which leave the course as it is."""
        if frame := self._frame(body):
            return frame
        if rule := self._signals["announce"].of(body):
            if rule.name == "announce.targets":
                course.mode = "directive"
            return _Verdict("frame", rule.name)
        if course.is_first and ahead and self._is_topic(body, ahead):
            return _Verdict("frame", "frame.topic")
        return None

    def _is_topic(self, body: str, ahead: str) -> bool:
        """Whether the clause only names what the next one demands (做好经济工作，必须加强领导)."""
        if not self._modals.opens(body):
            return False
        demand = self._modals.of(ahead)
        return demand is not None and demand.start == 0 and not demand.rule.endswith("never")

    def _by_signal(self, body: str, course: _Course) -> _Verdict | None:
        """Words that mark the past, a judgement, or what a meeting did, whatever the sentence is about."""
        is_deed = self._modals.opens(body)
        if course.mode == "directive" and is_deed:
            return None
        for name, role, mode in _SIGNALS:
            if name == "procedure" and course.zone.kind:
                continue
            if rule := self._signals[name].of(body):
                if course.mode != "directive":
                    course.mode = mode
                return _Verdict(role, rule.name)
        return None

    def _by_course(self, body: str, ahead: str, course: _Course) -> _Verdict:
        """No sign of its own: the clause goes with its sentence, its speech, its zone."""
        if not course.mode:
            course.mode = self._course_begun(body, course)
        if course.mode == "directive":
            return _Verdict("initiative", "course.directive")
        if course.mode in _COURSE_ROLES:
            return _Verdict(_COURSE_ROLES[course.mode], f"course.{course.mode}")
        return _Verdict("unexplained", "unexplained")

    def _course_begun(self, body: str, course: _Course) -> str:
        """The mode of a sentence that begins without a sign."""
        if course.zone.kind in ("year", "period", "plan", "mixed"):
            return "directive"
        if course.zone.kind == "problems":
            return "assessment"
        is_deed = self._modals.opens(body)
        if is_deed and (course.before == "directive" or course.speech == "demand"):
            return "directive"
        if course.speech:
            return "assessment"
        return course.before if course.before in ("past", "narration") else ""


_SPEECH_ENDS = frozenset("调求出为说示召望明定勉嘱托语议诉言话叹绍到叮")
_MAY_HOLD_A_DEED = ("frame.around", "frame.spirit", "frame.guided", "frame.within", "frame.towards", "frame.purpose")
_SIGNALS = (
    ("procedure", "procedure", "narration"),
    ("past", "result", "past"),
    ("assessment", "assessment", "assessment"),
)
_COURSE_ROLES = {"past": "result", "assessment": "assessment", "narration": "procedure"}


def _advance(course: _Course, piece: _Piece, zones: tuple[Zone, ...]) -> None:
    """Note where a new sentence or paragraph begins."""
    last = course.piece
    if last is None or last.paragraph != piece.paragraph:
        course.zone = zones[piece.paragraph]
        if course.speech == "others":
            course.speech = ""
    if last is None or last.sentence != piece.sentence:
        course.before = course.mode or course.before
        course.mode, course.modal, course.is_first = "", None, True
    course.piece = piece


def _pieces(text: Text, parts: tuple[Found[str], ...]) -> Iterator[_Piece]:
    """The clauses in order, cut where a part of the masthead begins or ends."""
    queue = list(parts)
    for clause in text.clauses:
        at = clause.start
        while queue and queue[0].end <= at:
            queue.pop(0)
        for part in queue:
            if part.start >= clause.end:
                break
            begin, end = max(at, part.start), min(clause.end, part.end)
            if begin > at and text.plain[at:begin].strip():
                yield _Piece(at, begin, min(begin, clause.body_end), clause.sentence, clause.paragraph)
            yield _Piece(begin, end, end, clause.sentence, clause.paragraph, part.value)
            at = end
        if at < clause.end and text.plain[at : clause.end].strip():
            yield _Piece(at, clause.end, max(at, clause.body_end), clause.sentence, clause.paragraph)


def _headings(areas: tuple[Found[FocusArea], ...]) -> dict[int, int]:
    """Where headings of focus areas begin -> where they end."""
    return {area.start: area.end for area in areas}


def _heading_end(headings: dict[int, int], piece: _Piece) -> int:
    """The end of the heading that this piece holds, 0 if it holds none."""
    return next((end for start, end in headings.items() if piece.start <= start < piece.end), 0)
