"""One document in, the rows of all tables out.

The way of a text: bytes -> characters -> mended layout -> masthead -> main tasks -> ledger -> the other tables, which
follow from the ledger.
"""

import datetime
import hashlib
from bisect import bisect_right
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from expectations import tables
from expectations.tables import Row
from transforms.citations import NOBODY, CitationFacts, Citations, Speaker
from transforms.enumerations import EnumerationFacts, Enumerations
from transforms.focus_areas import FocusArea, FocusAreas
from transforms.found import Found
from transforms.initiatives import InitiativeFacts, Initiatives
from transforms.ledger import Entry, Ledger
from transforms.lexicon import Lexicon
from transforms.masthead import Masthead, Mastheads
from transforms.meeting import MeetingFacts, Meetings
from transforms.parsing import Parsed, parse
from transforms.people import People, Person
from transforms.prefilter import Prefilter
from transforms.programmes import ProgrammeFacts, Programmes
from transforms.rows import Rows
from transforms.source import Rejected, Source
from transforms.targets import TargetFacts, Targets
from transforms.text import Simplified, Text, plain_view, read_text
from transforms.topics import Asked, Reasons, Topics
from transforms.words import Words
from transforms.zones import Zones

NOTHING_FOUND = (
    "holds neither a meeting nor an initiative; give the whole text of one meeting report"
)


_LONGEST_SENTENCE = 5_000
"""In characters; of 2,500 real reports, the longest has 757."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The rows of one document, by table, and what was read to find them."""

    rows: Mapping[str, Sequence[Row]]
    parsed: Parsed


class Question(NamedTuple):
    """What a reading asks of a function that answers several such questions at once for less than one after the other."""

    answer: Callable[[Sequence[Any]], Sequence[Any]]
    about: Any


def answers(questions: Sequence[Question | None]) -> Sequence[Any]:
    """The answers to the questions of several readings, in their order; None where nothing is asked."""
    asked: dict[Callable[[Sequence[Any]], Sequence[Any]], list[int]] = {}
    for number, question in enumerate(questions):
        if question is not None:
            asked.setdefault(question.answer, []).append(number)
    told: list[Any] = [None] * len(questions)
    for answer, numbers in asked.items():
        about = [question.about for n in numbers if (question := questions[n]) is not None]
        for number, given in zip(numbers, answer(about), strict=True):
            told[number] = given
    return told


@dataclass(frozen=True, slots=True)
class _Read:
    """A source as text, and what its own page says of it."""

    text: Text
    encoding: str
    masthead: Masthead
    publisher: str | None
    published_on: datetime.date | None


class Extractor:
    """All recognisers, built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words, self._prefilter = words, prefilter = Words(lexicon), Prefilter()
        self._simplified = Simplified(lexicon.mapping("traditional", "simplified"))
        self._mastheads = Mastheads(lexicon)
        self._meetings = Meetings(lexicon, prefilter)
        self._people = People(lexicon)
        self._zones = Zones(lexicon, prefilter)
        self._focus_areas = FocusAreas(lexicon, prefilter)
        self._ledger = Ledger(lexicon, prefilter)
        self._initiatives = Initiatives(lexicon, words, prefilter)
        self._topics = Topics(lexicon)
        self._programmes = Programmes(lexicon, prefilter)
        self._targets = Targets(lexicon)
        self._enumerations = Enumerations(lexicon, prefilter)
        self._citations = Citations(lexicon, prefilter)

    def prepare(self) -> None:
        """Load now what the first text would have to wait for."""
        self._words.prepare()
        self._prefilter.prepare()

    def extract(self, source: Source, parsed: Parsed | None = None) -> Extraction:
        """The rows of all tables for one source; `parsed` is what it holds, where it has been parsed elsewhere.

        Raises `Rejected` where the source cannot be read or holds neither a meeting nor an initiative.
        """
        reading = self.reading(source, parsed or parse(source.content, source.media_type))
        told: Any = None
        try:
            while True:
                question = reading.send(told)
                [told] = answers([question])
        except StopIteration as end:
            extraction: Extraction = end.value
            return extraction

    def topic_reasons(self, source: Source, parsed: Parsed, start: int) -> Reasons:
        """Why the initiative of a source whose span begins at `start` has its topic; raises as `extract` does."""
        reading = self.reading(source, parsed)
        question = next(reading)
        while question is None or question.answer != self._topics.of_many:
            [told] = answers([question])
            question = reading.send(told)
        asked: Asked = question.about
        return self._topics.reasons(asked._replace(clauses=[asked.text.clause_at(start)]))

    def reading(
        self, source: Source, parsed: Parsed
    ) -> Generator["Question | None", Any, Extraction]:
        """`extract` with a pause behind each recogniser, in which others of many texts can do the same step.

        The words and patterns of a recogniser then stay in the processor's cache from one text to the next, which
        saves a quarter of the time. Where it pauses with a question it is to be sent the answer (`answers`).
        """
        text = self._text(parsed)
        yield Question(self._prefilter.look, text)
        read = self._read(source, parsed, text)
        parts = read.masthead.parts
        yield None
        meetings = self._meetings.find(text, parts, read.published_on)
        yield None
        zones = self._zones.of(text)
        areas = self._focus_areas.find(text, parts, zones)
        yield None
        entries = self._ledger.keep(text, parts, zones, areas)
        yield None
        main = meetings[0].value if meetings else None
        planned = main.planning_year if main else None
        targets = self._targets.find(text, entries, planned, main.year if main else None)
        initiatives = self._initiatives.find(text, entries, targets)
        if not meetings and not initiatives:
            raise Rejected(NOTHING_FOUND, 1)
        yield None
        sheet = _Sheet(source, read, self._simplified)
        sheet.add_meetings(meetings)
        sheet.add_people(self._people.find(text, meetings, parts))
        yield None
        sheet.add_areas(areas)
        headline = plain_view(read.masthead.title or "", self._simplified)
        clauses = [text.clause_at(found.start) for found in initiatives]
        tasks = [area.start for area in areas]
        topics = yield Question(self._topics.of_many, Asked(text, headline, tasks, clauses))
        sheet.add_initiatives(initiatives, topics)
        speaker = _speaker(main)
        citations = self._citations.find(text, speaker)
        cited = {(found.start, found.end) for found in citations}
        yield None
        sheet.add_programmes(
            self._programmes.find(
                text, entries, initiatives, speaker.place, cited, _named(meetings)
            )
        )
        yield None
        sheet.add_targets(targets)
        sheet.add_enumerations(self._enumerations.find(text))
        yield None
        sheet.add_citations(citations)
        sheet.add_ledger(entries)
        return Extraction(sheet.rows, parsed)

    def _text(self, parsed: Parsed) -> Text:
        """What was parsed, with its layout mended."""
        text = read_text(parsed.page.text, self._simplified, parsed.page.marks)
        if not text.clauses:
            raise Rejected("is empty; give the text of a meeting report", 1)
        _expect_sentences(text)
        return text

    def _read(self, source: Source, parsed: Parsed, text: Text) -> _Read:
        """The text with its masthead told apart."""
        page = parsed.page
        masthead = self._mastheads.find(text, page.title)
        return _Read(
            text,
            parsed.encoding,
            masthead,
            publisher=source.publisher or masthead.publisher or page.publisher,
            published_on=source.published_on or masthead.published_on or page.published_on,
        )


class _Sheet:
    """The rows of one document, table by table; ids are minted in reading order."""

    def __init__(self, source: Source, read: _Read, simplified: Simplified) -> None:
        digest = hashlib.sha256(source.content).hexdigest()
        self._document_id = digest[:16]
        self._text = read.text
        self._make = Rows(self._document_id, read.text)
        self.rows: dict[str, list[Row]] = {table.name: [] for table in tables.TABLES}
        self._meeting_id: str | None = None
        self._areas: list[tuple[int, int, str]] = []
        self._initiatives: list[tuple[int, int, str]] = []
        masthead, text = read.masthead, read.text.text
        self.rows["documents"].append(
            tables.Document(
                document_id=self._document_id,
                path=source.path,
                sha256=digest,
                bytes=len(source.content),
                media_type=source.media_type,
                encoding=read.encoding,
                title=masthead.title,
                kicker=masthead.kicker,
                byline=masthead.byline,
                publisher=read.publisher,
                published_on=read.published_on,
                source_url=source.source_url,
                licence=source.licence,
                script=simplified.script(read.text),
                characters=sum(map(len, text.split())),
                text=text,
            )
        )

    def add_meetings(self, meetings: Sequence[Found[MeetingFacts]]) -> None:
        """The meetings, the main one first."""
        for found in meetings:
            facts = found.value
            place = (
                self._make.span(found.start, found.end)
                # A name put together from a body and 会议, printed apart, stands at no one place.
                if facts.name and self._make.words(found.start, found.end) == facts.name
                else {"start": None, "end": None, "line": None}
            )
            meeting_id = self._make.mint("meetings", facts.name or facts.kind)
            self._meeting_id = self._meeting_id or meeting_id
            self.rows["meetings"].append(
                tables.Meeting(
                    meeting_id=meeting_id,
                    document_id=self._document_id,
                    **_columns(facts),
                    **place,
                )
            )

    def add_people(self, people: Sequence[Found[Person]]) -> None:
        """Who took part."""
        for found in people:
            self.rows["participants"].append(
                tables.Participant(
                    participant_id=self._make.mint("participants", found.value.name),
                    meeting_id=self._meeting_id,
                    document_id=self._document_id,
                    **_columns(found.value),
                    **self._make.span(found.start, found.end),
                )
            )

    def add_areas(self, areas: Sequence[Found[FocusArea]]) -> None:
        """The main tasks, and how far each reaches."""
        for found in areas:
            heading = self._make.words(found.start, found.end)
            area_id = self._make.mint("focus_areas", heading)
            self._areas.append((found.start, found.value.extent_end, area_id))
            self.rows["focus_areas"].append(
                tables.FocusArea(
                    focus_area_id=area_id,
                    meeting_id=self._meeting_id,
                    document_id=self._document_id,
                    ordinal=found.value.ordinal,
                    text=heading,
                    **self._make.span(found.start, found.end),
                )
            )

    def add_initiatives(
        self, initiatives: Sequence[Found[InitiativeFacts]], topics: Sequence[int]
    ) -> None:
        """What is directed, each with its topic."""
        for ordinal, (found, topic) in enumerate(zip(initiatives, topics, strict=True), 1):
            facts = found.value
            words = self._make.words(found.start, found.end)
            initiative_id = self._make.mint("initiatives", words)
            self._initiatives.append((found.start, found.end, initiative_id))
            self.rows["initiatives"].append(
                tables.Initiative(
                    initiative_id=initiative_id,
                    meeting_id=self._meeting_id,
                    document_id=self._document_id,
                    focus_area_id=_around(self._areas, found.start),
                    ordinal=ordinal,
                    text=words,
                    verb=facts.verb or words,
                    object=facts.object,
                    adverb=facts.adverb,
                    modal=facts.modal,
                    kind=facts.kind,
                    topic=topic,
                    topic_label=tables.TOPICS[topic].en,
                    keywords=";".join(facts.keywords) or None,
                    sentence=facts.sentence,
                    start=found.start,
                    end=found.end,
                    line=self._make.line(found.start),
                )
            )

    def add_programmes(self, programmes: Sequence[Found[ProgrammeFacts]]) -> None:
        """The mentions of named programmes."""
        for found in programmes:
            words = self._make.words(found.start, found.end)
            self.rows["programmes"].append(
                tables.Programme(
                    programme_id=self._make.mint("programmes", words),
                    document_id=self._document_id,
                    initiative_id=_around(self._initiatives, found.start),
                    text=words,
                    name=self._make.name(found.start, found.end),
                    **self._make.span(found.start, found.end),
                )
            )

    def add_targets(self, targets: Sequence[Found[TargetFacts]]) -> None:
        """The numbers to reach, each once: a report may print its aims again in a summary."""
        told: set[tuple[str, TargetFacts]] = set()
        for found in targets:
            words = self._make.words(found.start, found.end)
            if (words, found.value) in told:
                continue
            told.add((words, found.value))
            self.rows["targets"].append(
                tables.Target(
                    target_id=self._make.mint("targets", words),
                    document_id=self._document_id,
                    initiative_id=_around(self._initiatives, found.start),
                    text=words,
                    **_columns(found.value),
                    **self._make.span(found.start, found.end),
                )
            )

    def add_enumerations(self, enumerations: Sequence[Found[EnumerationFacts]]) -> None:
        """The counted catch-phrases and their members."""
        for found in enumerations:
            facts = found.value
            enumeration_id = self._make.mint("enumerations", facts.label)
            self.rows["enumerations"].append(
                tables.Enumeration(
                    enumeration_id=enumeration_id,
                    document_id=self._document_id,
                    label=facts.label,
                    count=facts.count,
                    found=len(facts.items),
                    complete=len(facts.items) == facts.count,
                    text=self._make.words(found.start, found.end),
                    **self._make.span(found.start, found.end),
                )
            )
            for ordinal, item in enumerate(facts.items, 1):
                self.rows["enumeration_items"].append(
                    tables.EnumerationItem(
                        enumeration_id=enumeration_id,
                        document_id=self._document_id,
                        ordinal=ordinal,
                        text=self._make.words(item.start, item.end),
                        **self._make.span(item.start, item.end),
                    )
                )

    def add_citations(self, citations: Sequence[Found[CitationFacts]]) -> None:
        """The mentions of higher authorities; each has the name that it has where the text gives it in full."""
        full = {
            f.value.name: (f.start, f.end)
            for f in reversed(citations)
            if f.end - f.start == len(f.value.name)
        }
        for found in citations:
            words = self._make.words(found.start, found.end)
            self.rows["citations"].append(
                tables.Citation(
                    citation_id=self._make.mint("citations", words),
                    document_id=self._document_id,
                    text=words,
                    name=self._make.name(*full[found.value.name]),
                    level=found.value.level,
                    **self._make.span(found.start, found.end),
                )
            )

    def add_ledger(self, entries: Sequence[Entry]) -> None:
        """Every clause with its role."""
        clauses = self.rows["clauses"]
        for ordinal, entry in enumerate(entries, 1):
            words = self._make.words(entry.start, entry.end)
            is_initiative = entry.role == "initiative"
            clauses.append(
                tables.Clause(
                    clause_id=self._make.mint("clauses", words),
                    document_id=self._document_id,
                    ordinal=ordinal,
                    role=entry.role,
                    rule=None if entry.role == "unexplained" else entry.rule,
                    initiative_id=(
                        _around(self._initiatives, entry.span_start) if is_initiative else None
                    ),
                    text=words,
                    start=entry.start,
                    end=entry.end,
                    line=self._make.line(entry.start),
                )
            )


def _expect_sentences(text: Text) -> None:
    """Reject a text without its punctuation, or one made to keep its reader busy: what is found in a sentence is compared."""
    start, end = max(text.sentences, key=lambda sentence: sentence[1] - sentence[0])
    if end - start > _LONGEST_SENTENCE:
        raise Rejected(
            f"a sentence of {end - start:,} characters, more than the {_LONGEST_SENTENCE:,} of any report: its full stops "
            "or line ends are gone; give the text as it was printed",
            text.line_of(start),
        )


def _columns(facts: MeetingFacts | Person | TargetFacts) -> dict[str, Any]:
    """What a recogniser found, as columns of the same names."""
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__}


def _around(spans: Sequence[tuple[int, int, str]], offset: int) -> str | None:
    """The id of the last of the ordered spans that begins at or before an offset, if it reaches that far."""
    at = bisect_right(spans, offset, key=itemgetter(0)) - 1
    return spans[at][2] if at >= 0 and offset < spans[at][1] else None


def _named(meetings: tuple[Found[MeetingFacts], ...]) -> tuple[int, int] | None:
    """Where the name of the meeting stands, None where the text prints none."""
    main = meetings[0] if meetings else None
    return (main.start, main.end) if main and main.value.name else None


def _speaker(meeting: MeetingFacts | None) -> Speaker:
    """Who speaks in a text that reports this meeting."""
    if meeting is None:
        return NOBODY
    return Speaker(
        meeting.level, meeting.jurisdiction, meeting.convenor, meeting.name, meeting.province
    )
