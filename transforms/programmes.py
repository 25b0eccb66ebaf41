"""Programmes: named programmes, campaigns, plans, brands and designations in the directive part of a text.

A name ends with a closing noun (`programme_heads.csv` says what each needs before it), or stands in quotation marks, or is
a document that the meeting issues, or is one that everybody knows (`programme_names.csv`). It begins after the verb that
governs it, after a count, or after the place it is to be carried out in.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from transforms.found import Found
from transforms.initiatives import InitiativeFacts
from transforms.ledger import Entry
from transforms.lexicon import Lexicon
from transforms.prefilter import Prefilter
from transforms.starts import Starts
from transforms.text import Text
from transforms.titles import Title, Titles

_DIRECTIVE = ("initiative", "heading", "frame")
# What is said, in a paragraph that directs, of a programme that everybody knows.
_JUDGING = "assessment"
# The closing nouns that are names by themselves.
_WHOLE = "whole"
# What a meeting's name is read as: nothing in it has to govern a programme.
_NAME = "name"
# Where a meeting tells what it adopted.
_PROCEDURE = "procedure"
_TELLING = (_PROCEDURE, "result")
_SHORTEST = 2
_BEFORE = "、，；：。！？”\n"
_LONGEST = 24
# Words each of which is common make no name, unless there are more of them before a longer noun.
_VAGUE = 5
# Who issued a document is named within so many characters before its title.
_ISSUER = 12
# So far at most before a title stands the plan that it is the outline of.
_PLAN = 16
# A plan that somebody is to make is a common noun (备耕方案), unless more is told of it.
_ISSUED = 7
# The rules that are asked of whole clauses.
_SOUGHT = ("head", "joint", "known", "marked", "quoted")
# So many characters before a title tell that it is sought (创建成为).
_TITLED = 5
# So near to a title stands the word that it is sought.
_BESIDE = 2
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """A programme's name as printed."""

    name: str


class Programmes:
    """Finds the named programmes of a text; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        self._prefilter = prefilter or Prefilter()
        self._titles = Titles(lexicon)
        self._uses = lexicon.mapping("programme_heads", "use")
        self._rules = {rule.name: rule.pattern for rule in lexicon.rules("programmes")}
        self._sought = {name: Starts(self._rules[name]) for name in _SOUGHT}
        self._anchor_bit = self._prefilter.add(self._rules["anchor"])
        self._adopted_bit = self._prefilter.add(self._rules["adopted"])
        self._launched_bit = self._prefilter.add(self._rules["launched"])
        self._names_body = lexicon.compile("{authorities}|{title_words__central}").search
        self._figures = frozenset(lexicon.terms("figures_of_speech"))
        # Short names of districts are words of the language too often (江海, 江南).
        self._places = {
            r["short"]
            for r in lexicon.table("divisions")
            if len(r["short"]) > 1 and not (r["level"] == "county" and r["name"].endswith("区"))
        }

    def find(
        self,
        text: Text,
        entries: Sequence[Entry],
        initiatives: Sequence[Found[InitiativeFacts]],
        place: str | None = None,
        cited: Collection[Span] = (),
        meeting: Span | None = None,
    ) -> tuple[Found[ProgrammeFacts], ...]:
        """Every mention of a programme in the directive part or the meeting's name, in reading order.

        `place` is where the meeting was held, `cited` where a higher authority's document is named, `meeting` where its name stands.
        """
        objects = {i.start: _object_start(text, i) for i in initiatives}
        spans = [
            (self._titled(text.plain, t.start), t.end)
            for t in self._titles.read(text.plain)
            if not t.is_brief
            and (
                (t.is_issued and (t.start, t.end) not in cited)
                or self._is_own(text.plain, t, place)
            )
        ]
        deeds = sorted(objects)
        may, starts = self._prefilter.of(text), [clause.start for clause in text.clauses]
        for entry in entries:
            bits = may[bisect_right(starts, entry.start) - 1]
            if entry.role in _DIRECTIVE and bits & self._anchor_bit:
                spans += self._in_clause(text.plain, entry, objects.get(entry.span_start))
            elif (
                entry.role == _JUDGING
                and bits & self._anchor_bit
                and _is_among(text.plain, entry, deeds)
            ):
                spans += self._known(text.plain, entry)
            elif entry.role in _TELLING:
                if bits & self._adopted_bit:
                    spans += self._adopted(text.plain, entry)
                is_launched = bits & self._launched_bit and bits & self._anchor_bit
                if is_launched and deeds and entry.role == _PROCEDURE:
                    spans += self._launched(text.plain, entry)
        if meeting and deeds:
            spans += self._in_name(text.plain, meeting)
        return tuple(
            Found(begin, end, ProgrammeFacts(text.text[begin:end]))
            for begin, end in _outermost(spans)
        )

    def _titled(self, plain: str, start: int) -> int:
        """Where the name of a document begins: at the plan whose outline it is (自治区“十五五”规划《纲要》)."""
        plan = self._rules["plan_of"].search(plain, max(0, start - _PLAN), start)
        return plan.start() if plan else start

    def _is_own(self, plain: str, title: Title, place: str | None) -> bool:
        """Whether a document that is carried out or made known is the place's own plan, or one of nobody who is named."""
        name = plain[title.start : title.end]
        if not title.is_followed or not self._rules["plan"].search(name):
            return False
        if place and place in name:
            return True
        before = plain[max(0, title.start - _ISSUER) : title.start]
        is_named = self._names_body(before) or self._names_body(name)
        return not is_named and self._rules["own_plan"].search(name) is not None

    def _adopted(self, plain: str, entry: Entry) -> Iterator[Span]:
        """The documents without 《》 that a clause tells to be adopted, several in a list."""
        for match in self._rules["adopted"].finditer(plain, entry.start, entry.end):
            start = match.start("list")
            for one in self._rules["document"].finditer(match["list"]):
                if not self._rules["generic"].fullmatch(one["words"]):
                    yield start + one.start("name"), start + one.end("name")

    def _launched(self, plain: str, entry: Entry) -> Iterator[Span]:
        """The campaigns that a clause tells to be started or arranged (对护林专项行动进行部署)."""
        if launched := self._rules["launched"].search(plain, entry.start, entry.end):
            for begin, end in self._in_name(plain, launched.span("what")):
                if self._rules["campaign"].search(plain[begin:end]):
                    yield begin, end

    def _in_name(self, plain: str, meeting: Span) -> Iterator[Span]:
        """The campaigns that a meeting was held for, as its name tells, and the titles that it says to be sought (创建全国文明城市推进会)."""
        start, end = meeting
        if year := self._rules["year"].match(plain[start:end]):
            start += year.end()
        name = Entry(start, end, _NAME, "", start, end)
        for begin, stop in self._in_clause(plain, name, start):
            around = plain[max(start, begin - _BESIDE) : stop + _BESIDE]
            is_known = self._rules["known"].fullmatch(plain, begin, stop) is not None
            if is_known or self._rules["campaign"].search(plain[begin:stop]):
                host = self._rules["host"].match(plain[begin:stop])
                yield begin + (host.end() if host else 0), stop
            elif self._rules["sought"].search(around):
                yield begin, stop

    def _in_clause(self, plain: str, entry: Entry, start: int | None) -> Iterator[Span]:
        """The names in one clause, `start` being where an initiative's object begins; those of quotation marks and titles first, the others in what these leave."""
        known, quoted = list(self._known(plain, entry)), list(self._quoted(plain, entry, start))
        marked = self._sought["marked"].finditer(plain, entry.span_start, entry.span_end)
        taken = [*quoted, *(match.span() for match in marked)]
        for span in self._headed(plain, entry, start):
            # 乡村振兴战略提升行动 is one name, though everybody knows what it begins with.
            within = [k for k in known if self._is_part(plain, k, span)]
            if not any(
                span[0] < end and begin < span[1]
                for begin, end in [*taken, *(k for k in known if k not in within)]
            ):
                known = [k for k in known if k not in within]
                taken.append(span)
                quoted.append(span)
        yield from sorted([*known, *quoted])

    def _is_part(self, plain: str, known: Span, span: Span) -> bool:
        """Whether a name that everybody knows is a part of a longer one, and no other word stands between them."""
        if not (span[0] <= known[0] and known[1] <= span[1]):
            return False
        before, after = plain[span[0] : known[0]], plain[known[1] : span[1]]
        if before and not self._rules["carried"].search(plain, *span):
            return False
        if len(before) > 1 and not self._rules["qualifier"].fullmatch(before):
            return False
        return not self._rules["joined_on"].search(after)

    def _known(self, plain: str, entry: Entry) -> Iterator[Span]:
        """Names that everybody knows, with the quotation marks and the closing noun they may have."""
        for rule in ("joint", "known"):
            for match in self._sought[rule].finditer(plain, entry.span_start, entry.span_end):
                yield match.span()

    def _quoted(self, plain: str, entry: Entry, start: int | None) -> Iterator[Span]:
        """Names in quotation marks: with a closing noun, or by what governs them."""
        for match in self._sought["quoted"].finditer(plain, entry.span_start, entry.span_end):
            yield from (self._closed if match["head"] else self._bare)(plain, entry, start, match)

    def _closed(
        self, plain: str, entry: Entry, start: int | None, match: re.Match[str]
    ) -> Iterator[Span]:
        """A name in quotation marks with the closing noun behind them, and the field or rank before them."""
        if match["words"] + match["head"] in self._figures:
            return
        if self._is_known_alone(match) or self._is_built(match["head"]):
            return
        if self._rules["counted"].match(match["words"]) and self._rules["counted_means"].match(
            match["head"]
        ):
            return
        if self._uses.get(match["words"]) == _WHOLE:
            yield match.span("name")
            return
        begin = match.start("name")
        if not self._rules["deed"].search(match["head"]):
            begin = self._awarded(plain, entry.span_start, begin)
        yield self._qualified(plain, entry, start, begin, match["head"]), match.end("head")

    def _bare(
        self, plain: str, entry: Entry, start: int | None, match: re.Match[str]
    ) -> Iterator[Span]:
        """The names among quotation marks in a row without a closing noun behind them, by what governs them."""
        begin = self._qualified(plain, entry, start, match.start("name"), match["words"])
        marked = list(self._rules["quotation"].finditer(plain, *match.span("name")))
        if any(one["words"] in self._figures for one in marked):
            return
        is_bare = begin == match.start("name")
        for one in marked:
            # A battle that nothing names (打一场“攻坚战”).
            if is_bare and self._uses.get(one["words"]) == "any":
                continue
            if self._is_named(plain, entry, match, one["words"]):
                yield begin if one.start() == match.start("name") else one.start(), one.end()

    def _is_known_alone(self, match: re.Match[str]) -> bool:
        """Whether everybody knows what is quoted, and what follows (“一带一路”枢纽城市) is no name of its own."""
        if not self._rules["known"].fullmatch(match["words"]):
            return False
        head = self._rules["inner_head"].search(match["head"])
        return head is not None and self._uses[head[0]] == "quoted"

    def _is_built(self, closing: str) -> bool:
        """Whether what follows quotation marks tells of something that is constructed (“引青入云”调水工程)."""
        head = self._rules["inner_head"].search(closing)
        is_soft = head is not None and self._uses[head[0]] == "soft"
        return is_soft and self._rules["hard"].search(closing) is not None

    def _opening(self, plain: str, entry: Entry) -> int:
        """Where a clause without an object goes on behind 以, 把 and the like."""
        lead = self._rules["opening"].match(plain, entry.span_start)
        return lead.end() if lead else entry.span_start

    def _awarded(self, plain: str, start: int, begin: int) -> int:
        """Where a name begins whose rank (国家, 省级) stands directly before it."""
        for match in self._rules["class"].finditer(plain, start, begin):
            if match.end() == begin:
                return match.start()
        return begin

    def _qualified(
        self, plain: str, entry: Entry, start: int | None, begin: int, closing: str
    ) -> int:
        """Where a name begins whose field (农业“特”“优”战略) stands between its verb and its marks.

        What is carried out (行动, 试点) may be qualified by any noun, what is built or shown by its field alone.
        """
        opening = self._opening(plain, entry) if start is None else start
        if begin <= opening:
            return begin
        first = self._begin(plain, opening, begin, "any")
        is_first = first == entry.span_start and entry.role != _NAME
        if is_first or plain[first - 1 : first] == "、":
            return begin
        words = plain[first:begin]
        if words in self._places:
            return begin
        if self._rules["planned"].match(plain, first):
            return first
        is_deed = self._rules["deed"].search(closing) is not None
        is_field = self._rules["field"].fullmatch(words) is not None
        is_part = is_field or (is_deed and self._rules["qualifier"].fullmatch(words))
        return first if is_part else begin

    def _is_named(self, plain: str, entry: Entry, match: re.Match[str], words: str) -> bool:
        """Whether bare quotation marks hold a name: governed as one, and no counted catch-phrase."""
        if len(words) <= _SHORTEST or words in self._figures:
            return False
        if self._rules["counted"].match(words):
            return bool(self._rules["counted_name"].search(words))
        if self._rules["adjective"].fullmatch(words):
            return False
        before = plain[entry.start : match.start("name")]
        after = plain[match.end("name") : entry.span_end]
        if head := self._rules["inner_head"].search(words):
            return self._uses[head[0]] != "quoted" or not self._rules["stance"].match(after)
        if self._rules["tallied"].match(after):
            return False
        if self._rules["parallel"].search(before) or self._rules["parallel"].search(after[:4]):
            return False
        if self._rules["stance"].match(after) or self._rules["of"].match(after):
            return False
        if self._rules["followed"].match(after):
            return True
        is_governed = self._rules["governed"].search(before) is not None
        return is_governed and self._rules["attributive"].match(after) is None

    def _headed(self, plain: str, entry: Entry, start: int | None) -> Iterator[Span]:
        """Names that end with a closing noun, from the last to the first: an earlier noun may stand inside a later name."""
        first = self._opening(plain, entry) if start is None else start
        last = entry.span_end
        for match in reversed(list(self._sought["head"].finditer(plain, first, entry.span_end))):
            if match.end() > last:
                continue
            begin = self._begin(plain, first, match.start(), self._uses[match[0]])
            if start is None and begin == entry.span_start and entry.role == "frame":
                continue
            if self._is_of_many(plain, begin, match[0]):
                continue
            shared = self._shared(plain, entry.span_start, begin, match[0])
            if self._rules["summed"].search(plain[shared : match.end()]):
                continue
            if self._uses[match[0]] == _WHOLE and not self._is_field(plain, begin, match.start()):
                shared = begin = match.start()
            for name in dict.fromkeys((shared, begin)):
                if self._is_name(plain, name, match):
                    yield self._past_year(plain, name, match.end()), match.end()
                    last = name
                    break

    def _past_year(self, plain: str, begin: int, end: int) -> int:
        """Where a name that everybody knows begins behind one of the years for which it is carried on (2018年护林攻坚战)."""
        year = self._rules["year"].match(plain[begin:end])
        if year is None or not self._rules["waged"].match(plain[begin + year.end() : end]):
            return begin
        return begin + year.end()

    def _is_field(self, plain: str, begin: int, end: int) -> bool:
        """Whether a field or a place in general (农村) stands before a name."""
        return self._rules["field"].fullmatch(plain, begin, end) is not None

    def _shared(self, plain: str, start: int, begin: int, head: str) -> int:
        """Where a name begins whose closing noun several phrases share: 实施奶业振兴、肉牛增产行动."""
        if plain[begin - 1 : begin] != "、" or not self._rules["deed"].search(head):
            return begin
        shared = self._rules["shared"].search(plain[start:begin])
        return start + shared.start("first") if shared else begin

    def _is_of_many(self, plain: str, begin: int, head: str) -> bool:
        """Whether it is one of a number of things that nobody awards (一批中试示范基地): a common noun."""
        if self._uses[head] not in ("any", "soft") or self._rules["class"].match(plain, begin):
            return False
        is_many = self._rules["many"].search(plain[max(0, begin - 12) : begin])
        return is_many is not None and not self._rules["trial"].search(head)

    def _is_name(self, plain: str, begin: int, match: re.Match[str]) -> bool:
        """Whether what stands before a closing noun makes it a name, by what the noun needs."""
        words, use = plain[begin : match.start()], self._uses[match[0]]
        if self._rules["no_part"].search(words):
            return False
        if use == _WHOLE:
            return len(words) <= _LONGEST
        # A noun of two characters is so common that it takes three more to make a name.
        shortest = _SHORTEST + (use in ("any", "issued") and len(match[0]) == _SHORTEST)
        if not shortest <= len(words) <= _LONGEST:
            return False
        if use == "official":
            is_sought = self._rules["titled"].search(plain, max(0, begin - _TITLED), begin)
            return bool(is_sought or self._rules["official"].match(words))
        is_vague = len(match[0]) <= _SHORTEST or len(words) <= _VAGUE
        if is_vague and self._rules["generic"].fullmatch(words):
            return False
        if use == "soft":
            whole = plain[begin : match.end()]
            if self._rules["hard"].search(whole):
                return False
            if self._rules["soft"].search(whole):
                return True
            before = plain[max(0, begin - 8) : begin]
            return len(words) > _SHORTEST and bool(self._rules["carried_out"].search(before))
        if use == "issued":
            rule = "issuing" if len(words) >= _ISSUED else "carrying"
            return bool(self._rules[rule].search(plain, max(0, begin - 8), begin))
        return use == "any"

    def _begin(self, plain: str, start: int, stop: int, use: str) -> int:
        """Where a name begins that ends at or after `stop`: after marks, verbs, counts and bare places."""
        begin = max(start, *(plain.rfind(mark, start, stop) + 1 for mark in _BEFORE))
        for rule in ("stop", "inner"):
            for match in self._rules[rule].finditer(plain, begin, stop):
                begin = match.end()
        if use == "official" and (rank := self._rules["class"].search(plain, begin, stop)):
            others = self._rules["ranks"].search(plain, start, rank.start())
            return others.start() if others else rank.start()
        while begin < stop:
            if lead := self._rules["lead"].match(plain, begin, stop):
                begin = lead.end()
            elif place := self._place(plain, begin, stop):
                begin += len(place)
            else:
                break
        return begin

    def _place(self, plain: str, begin: int, stop: int) -> str:
        """A place's short name at the beginning, if more than its closing noun follows."""
        for length in (4, 3, 2):
            name = plain[begin : begin + length]
            if name in self._places and begin + length < stop:
                return "" if self._rules["place_goes_on"].match(plain, begin + length) else name
        return ""


def _is_among(plain: str, entry: Entry, deeds: Sequence[int]) -> bool:
    """Whether the paragraph of a clause directs a deed."""
    begin, end = plain.rfind("\n", 0, entry.start), plain.find("\n", entry.end)
    at = bisect_right(deeds, begin)
    return at < len(deeds) and (end < 0 or deeds[at] < end)


def _object_start(text: Text, initiative: Found[InitiativeFacts]) -> int:
    """Where an initiative's object begins, or the initiative where it has none."""
    words = initiative.value.object
    at = text.text.find(words, initiative.start, initiative.end) if words else -1
    return at if at >= 0 else initiative.start


def _outermost(spans: Sequence[Span]) -> Iterator[Span]:
    """The spans that stand in no other."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
            yield start, end
