"""One text's rows against what a careful reader finds in it: how many are right, and which are not.

Texts are compared without whitespace, so that layout plays no part, and names without quotation marks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from flows.errors import StopError

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

_QUOTES = str.maketrans("", "", "“”‘’「」『』\"'《》")
_LEAST_OVERLAP = 0.5

TABLE_NAMES = (
    "initiatives",
    "initiatives~",
    "focus_areas",
    "programmes",
    "targets",
    "enumerations",
    "enumeration_items",
    "citations",
    "participants",
)
_MASTHEAD = ("title", "kicker", "byline")
_MEETING = (
    "name",
    "kind",
    "convenor",
    "level",
    "jurisdiction",
    "division_code",
    "date",
    "planning_year",
)
FIELD_NAMES = (
    "verb",
    "kind",
    "topic",
    "area",
    "enumerations.count",
    "citations.level",
    "targets.year",
    "participants.post",
    "participants.role",
    *(f"document.{field}" for field in _MASTHEAD),
    *(f"meeting.{field}" for field in _MEETING),
)


class _Gold(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GoldInitiative(_Gold):
    """What is directed; without `start` it stands where its text is found, in reading order."""

    text: str | None = None
    start: int | None = None
    end: int | None = None
    verb: str
    kind: str
    topic: int
    area: int | None


class GoldFocusArea(_Gold):
    """A main task."""

    ordinal: int
    heading: str


class GoldTarget(_Gold):
    """A number to reach."""

    text: str = ""
    indicator: str
    comparator: str
    low: float | None
    high: float | None
    unit: str | None
    year: int | None


class GoldEnumeration(_Gold):
    """A counted catch-phrase."""

    label: str
    count: int | None
    items: tuple[str, ...]


class GoldCitation(_Gold):
    """A higher authority."""

    name: str
    level: str | None


class GoldParticipant(_Gold):
    """Somebody who took part."""

    name: str
    post: str | None
    role: str


class GoldText(_Gold):
    """The annotation of one text."""

    sha256: str
    document: Mapping[str, str | None]
    meeting: Mapping[str, str | int | None] | None
    participants: tuple[GoldParticipant, ...]
    focus_areas: tuple[GoldFocusArea, ...]
    initiatives: tuple[GoldInitiative, ...]
    programmes: tuple[str, ...]
    targets: tuple[GoldTarget, ...]
    enumerations: tuple[GoldEnumeration, ...]
    citations: tuple[GoldCitation, ...]
    source: str = Field(default="", description="the text's path, from the annotation")
    name: str = Field(default="", description="the annotation's file, without its ending")


class Count(NamedTuple):
    """How many of the system's rows are right, how many it has, and how many the reader has.

    For a field of matched rows, the last two are both the number of those rows.
    """

    right: int
    system: int
    gold: int


class Miss(NamedTuple):
    """A difference: in which table or field, in which text, and what."""

    field: str
    text: str
    what: str


class _Span(NamedTuple):
    start: int
    end: int


class Agreement:
    """The comparison of one text: `counts` by table or field, and `misses`."""

    def __init__(self, gold: GoldText, tables: Tables | None) -> None:
        """`tables` are the rows of this text alone; None where the release does not hold it."""
        self.counts: dict[str, Count] = dict.fromkeys(TABLE_NAMES + FIELD_NAMES, Count(0, 0, 0))
        self.misses: list[Miss] = []
        self._gold = gold
        self._tables = tables or {}
        self._document = self._tables["documents"][0] if tables else None
        text = str(self._document["text"]) if self._document else ""
        self._squeezed = squeezed(text)
        self._offsets = [0, *accumulate(int(not character.isspace()) for character in text)]
        self._compare_initiatives()
        self._compare_names()
        self._compare_enumerations()
        self._compare_targets()
        self._compare_participants()
        self._compare_single_values()

    def _rows(self, table: str) -> Sequence[Row]:
        return self._tables.get(table, ())

    def _span(self, row: Row) -> _Span:
        """A row's span in the squeezed text."""
        last = len(self._offsets) - 1
        return _Span(self._offsets[min(row["start"], last)], self._offsets[min(row["end"], last)])

    def _miss(self, field: str, what: str) -> None:
        self.misses.append(Miss(field, self._gold.name, what))

    def _check(self, field: str, is_right: bool, what: str, shown_as: str) -> None:
        """Count one value of a field; `shown_as` is the name that its misses are listed under."""
        right, of, _ = self.counts[field]
        self.counts[field] = Count(right + is_right, of + 1, of + 1)
        if not is_right:
            self._miss(shown_as, what)

    def _compare_lists(self, table: str, system: Sequence[str], gold: Sequence[str]) -> None:
        """Two lists of texts, in whichever order; a text that stands twice counts twice."""
        ours, theirs = Counter(system), Counter(gold)
        self.counts[table] = Count((ours & theirs).total(), len(system), len(gold))
        for text in (theirs - ours).elements():
            self._miss(table, f"missed\t{text}")
        for text in (ours - theirs).elements():
            self._miss(table, f"extra\t{text}")

    # ------------------------------------------------------------------------ initiatives

    def _compare_initiatives(self) -> None:
        gold, rows = self._gold.initiatives, self._rows("initiatives")
        if self._document is None:
            self.counts["initiatives"] = self.counts["initiatives~"] = Count(0, 0, len(gold))
            for one in gold:
                self._miss("initiatives", f"missed\t{one.text}")
            return
        places, spans = self._places(), [self._span(row) for row in rows]
        right = self._same_initiatives(places, spans)
        self.counts["initiatives"] = Count(right, len(rows), len(gold))
        pairs = _pairs(places, spans)
        self.counts["initiatives~"] = Count(len(pairs), len(rows), len(gold))
        areas = {r["focus_area_id"]: r["ordinal"] for r in self._rows("focus_areas")}
        for g, s in pairs:
            self._compare_initiative(gold[g], rows[s], areas.get(rows[s]["focus_area_id"]))
        for g in sorted(set(range(len(gold))) - {g for g, _ in pairs}):
            self._miss("initiatives", f"missed\t{self._words(places[g])}")
        for s in sorted(set(range(len(rows))) - {s for _, s in pairs}):
            self._miss("initiatives", f"extra\t{self._words(spans[s])}")

    def _words(self, span: _Span) -> str:
        return self._squeezed[span.start : span.end]

    def _places(self) -> list[_Span]:
        """Where the annotated initiatives stand; those without positions follow in reading order."""
        places, at = [], 0
        for one in self._gold.initiatives:
            if one.start is not None and one.end is not None:
                places.append(_Span(one.start, one.end))
                continue
            text = squeezed(one.text)
            start = self._squeezed.find(text, at)
            start = self._squeezed.find(text) if start < 0 else start
            if start < 0 or not text:
                raise StopError(
                    f"{self._gold.name}: the initiative “{text}” does not stand in the text; "
                    "copy it exactly"
                )
            places.append(_Span(start, start + len(text)))
            at = start + 1
        return places

    def _same_initiatives(self, places: Sequence[_Span], spans: Sequence[_Span]) -> int:
        """How many rows are an annotated initiative: the same span, or the same end and verb."""
        gold, rows = self._gold.initiatives, self._rows("initiatives")
        keys = [
            (place.end, _verb_at(one.text or self._words(place), place.start, one.verb))
            for one, place in zip(gold, places, strict=True)
        ]
        exact, free = set(places), Counter(keys)
        right = 0
        for row, span in zip(rows, spans, strict=True):
            key = (span.end, _verb_at(self._words(span), span.start, row["verb"]))
            if span in exact:
                exact.discard(span)
                free[keys[places.index(span)]] -= 1
                right += 1
            elif free[key] > 0:
                free[key] -= 1
                right += 1
        return right

    def _compare_initiative(self, gold: GoldInitiative, row: Row, area: int | None) -> None:
        """The fields of one matched initiative."""
        ours = {name: row[name] for name in ("verb", "kind", "topic")} | {"area": area}
        for field, value in ours.items():
            wanted = getattr(gold, field)
            is_right = (
                value == wanted if field == "area" else plain(str(value)) == plain(str(wanted))
            )
            what = f"{squeezed(row['text'])}\tgold {wanted}\tgot {value}"
            self._check(field, is_right, what, field)

    # ------------------------------------------------------------------------ other tables

    def _compare_names(self) -> None:
        """Focus areas, programmes and citations are what they are called."""
        gold = self._gold
        areas = [plain(row["text"]) for row in self._rows("focus_areas")]
        self._compare_lists("focus_areas", areas, [plain(a.heading) for a in gold.focus_areas])
        for table, names in (
            ("programmes", gold.programmes),
            ("citations", [citation.name for citation in gold.citations]),
        ):
            ours = _unique(plain(row["text"]) for row in self._rows(table))
            self._compare_lists(table, ours, _unique(map(plain, names)))
        levels = {plain(row["text"]): row["level"] for row in self._rows("citations")}
        for citation in gold.citations:
            if (name := plain(citation.name)) in levels:
                what = f"{name} level\tgold {citation.level}\tgot {levels[name]}"
                self._check("citations.level", levels[name] == citation.level, what, "citations")

    def _compare_enumerations(self) -> None:
        gold, rows = self._gold.enumerations, self._rows("enumerations")
        labels = {row["enumeration_id"]: plain(row["label"]) for row in rows}
        self._compare_lists(
            "enumerations", _unique(labels.values()), _unique(plain(e.label) for e in gold)
        )
        ours = [
            f"{labels.get(row['enumeration_id'])}: {plain(row['text'])}"
            for row in self._rows("enumeration_items")
        ]
        theirs = [f"{plain(e.label)}: {plain(item)}" for e in gold for item in e.items]
        self._compare_lists("enumeration_items", _unique(ours), _unique(theirs))
        counts = {plain(row["label"]): row["count"] for row in rows}
        for e in gold:
            if (label := plain(e.label)) in counts:
                what = f"{label} count\tgold {e.count}\tgot {counts[label]}"
                self._check("enumerations.count", counts[label] == e.count, what, "enumerations")

    def _compare_targets(self) -> None:
        left = dict(enumerate(self._rows("targets")))
        system = len(left)
        for gold in self._gold.targets:
            at = next((at for at, row in left.items() if _is_same_target(gold, row)), None)
            if at is None:
                self._miss("targets", f"missed\t{gold.text}\t{_target_in_words(gold.model_dump())}")
            else:
                year = left.pop(at)["year"]
                what = f"{gold.text} year\tgold {gold.year}\tgot {year}"
                self._check("targets.year", year == gold.year, what, "targets")
        for row in left.values():
            self._miss("targets", f"extra\t{row['text']}\t{_target_in_words(row)}")
        self.counts["targets"] = Count(system - len(left), system, len(self._gold.targets))

    def _compare_participants(self) -> None:
        gold = self._gold.participants
        people = {plain(row["name"]): row for row in self._rows("participants")}
        self._compare_lists("participants", list(people), [plain(one.name) for one in gold])
        for one in gold:
            row = people.get(plain(one.name))
            if row is None:
                continue
            for field, wanted in (("post", one.post), ("role", one.role)):
                what = f"{one.name} {field}\tgold {wanted}\tgot {row[field]}"
                is_right = plain(row[field]) == plain(wanted)
                self._check(f"participants.{field}", is_right, what, "participants")

    def _compare_single_values(self) -> None:
        """The masthead, and the text's first meeting."""
        document, meeting = self._document, next(iter(self._rows("meetings")), None)
        for field in _MASTHEAD:
            self._compare_value("document", field, document, self._gold.document.get(field))
        for field in _MEETING:
            self._compare_value("meeting", field, meeting, (self._gold.meeting or {}).get(field))

    def _compare_value(self, of: str, field: str, row: Row | None, wanted: object) -> None:
        value = row[field] if row else None
        is_right = self._document is not None and _as_text(value) == _as_text(wanted)
        self._check(f"{of}.{field}", is_right, f"{field}\tgold {wanted}\tgot {value}", of)


# ------------------------------------------------------------------------------ texts


def squeezed(text: str | None) -> str:
    """A text without its whitespace."""
    return "".join((text or "").split())


def plain(text: str | None) -> str:
    """A text without whitespace and quotation marks."""
    return squeezed(text).translate(_QUOTES)


def _as_text(value: object) -> str:
    return "" if value is None else plain(str(value))


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, texts)))


def _verb_at(words: str, start: int, verb: str | None) -> int:
    """Where the verb of a clause that begins at `start` stands."""
    return start + max(words.find(verb) if verb else 0, 0)


def _pairs(gold: Sequence[_Span], system: Sequence[_Span]) -> list[tuple[int, int]]:
    """Which spans of the two sides are about the same clause, one to one, the closest first."""
    close = sorted(_overlaps(gold, system), reverse=True)
    pairs: list[tuple[int, int]] = []
    taken_gold, taken_system = set[int](), set[int]()
    for _, g, s in close:
        if g not in taken_gold and s not in taken_system:
            taken_gold.add(g)
            taken_system.add(s)
            pairs.append((g, s))
    return pairs


def _overlaps(gold: Sequence[_Span], system: Sequence[_Span]) -> Iterator[tuple[float, int, int]]:
    """Intersection over union of the spans that share at least half of what they cover together."""
    for g, one in enumerate(gold):
        for s, other in enumerate(system):
            shared = min(one.end, other.end) - max(one.start, other.start)
            if shared > 0:
                overlap = shared / (max(one.end, other.end) - min(one.start, other.start))
                if overlap >= _LEAST_OVERLAP:
                    yield overlap, g, s


def _is_same_target(gold: GoldTarget, row: Row) -> bool:
    """The same bounds and unit, and an indicator that contains or is contained in the other one."""
    wanted, found = plain(gold.indicator), plain(row["indicator"])
    return (
        bool(found)
        and (wanted in found or found in wanted)
        and row["comparator"] == gold.comparator
        and _is_same_number(row["low"], gold.low)
        and _is_same_number(row["high"], gold.high)
        and plain(row["unit"]) == plain(gold.unit)
    )


def _is_same_number(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return abs(one - other) < 1e-9


def _target_in_words(target: Mapping[str, Any]) -> str:
    columns = ("indicator", "comparator", "low", "high", "unit")
    return " ".join(str(target[column]) for column in columns if target[column] is not None)
