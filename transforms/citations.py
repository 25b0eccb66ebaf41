"""Citations: the higher authorities that a text invokes, each with its level."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transforms.found import Found
from transforms.lexicon import Lexicon, Rule
from transforms.prefilter import Prefilter
from transforms.signals import Possible
from transforms.starts import Starts
from transforms.text import Text
from transforms.titles import Title, Titles

_HIGHEST = "central"
_RANKS = {"township": 0, "county": 1, "prefecture": 2, "province": 3, _HIGHEST: 4}
# A division's name before a body (潍坊市委) has at most so many characters.
_LONGEST = 8
# The level of what follows another citation in its sentence and has the same author.
_JOINED = "joined"
_SENTENCE_END = "。"
# What stands behind a title's last mark is its volume or draft.
_MARK = "》"


@dataclass(frozen=True, slots=True)
class CitationFacts:
    """The authority as printed where the text names it in full, without 精神, 部署 and 要求 at its end, and whose it is."""

    name: str
    level: str | None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in the text, so far as it is known: what is not above it is no higher authority."""

    level: str | None = None
    place: str | None = None
    convenor: str | None = None
    meeting: str | None = None
    """The name of the meeting reported, whose end (创建全国文明城市动员大会) is no higher meeting."""
    province: str | None = None


# Nobody is known to speak.
NOBODY = Speaker()
_Hit = tuple[int, int, str | None]


class Citations:
    """Finds the higher authorities invoked anywhere in a text; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        self._prefilter = prefilter or Prefilter()
        rules = [(self._prefilter.add(r.pattern), r) for r in lexicon.rules("citations")]
        self._free = Possible(
            (bit, (number, rule, Starts(rule.pattern)))
            for number, (bit, rule) in enumerate(rules)
            if rule["level"] != "body"
        )
        self._of_bodies = Possible((bit, rule) for bit, rule in rules if rule["level"] == "body")
        self._bodies = _Bodies(lexicon)
        self._documents = _Documents(lexicon, self._bodies)
        self._has_cue = lexicon.compile("{citation_words__cue}").search
        self._has_tail = lexicon.compile("”?(?:{citation_words__tail})").match
        self._is_narrated = lexicon.compile(
            "{citation_words__narrative}{citation_words__aspect}?$"
        ).search
        self._is_time = lexicon.rules("citations", "time")[0].pattern.match
        self._is_heard = lexicon.rules("citations", "heard")[0].pattern.search
        self._is_over = lexicon.rules("citations", "over")[0].pattern.match
        self._has_spirit = lexicon.compile("”?{citation_words__spirit}").match
        self._by_leader = lexicon.rules("citations", "of_leader")[0].pattern.match
        self._filler = lexicon.rules("citations", "filler")[0].pattern
        self._number = lexicon.rules("citations", "number")[0].pattern
        self._is_term = lexicon.rules("citations", "term")[0].pattern.fullmatch

    def find(self, text: Text, speaker: Speaker = NOBODY) -> tuple[Found[CitationFacts], ...]:
        """The citations of the text, in reading order, a row for each mention."""
        own = _own_names(text.text, speaker.meeting)
        hits = [
            hit
            for hit in (*self._hits(text, speaker), *self._documents.hits(text, speaker))
            if not any(start < hit[0] and hit[0] - hit[1] == end for start, end in own)
        ]
        found: list[Found[CitationFacts]] = []
        for start, length, level in sorted(hits, key=lambda hit: hit[:2]):
            if found and start < found[-1].end:
                continue
            end = start - length
            if level == _JOINED:
                if not found or _SENTENCE_END in text.plain[found[-1].end : start]:
                    continue
                level = found[-1].value.level
            found.append(Found(start, end, CitationFacts(text.text[start:end], level)))
        return self._in_full(found)

    def _in_full(self, found: Sequence[Found[CitationFacts]]) -> tuple[Found[CitationFacts], ...]:
        """The same mentions; one that only refers to what another names in full (四中全会) has that one's name, and is none behind it."""
        bare = {name: self._bare(name) for name in {mention.value.name for mention in found}}
        named: dict[str, CitationFacts] = {}
        for mention in found:
            named.setdefault(bare[mention.value.name], mention.value)
        kept: list[Found[CitationFacts]] = []
        told: set[str] = set()
        for mention in found:
            facts = self._whole(mention.value, named, bare)
            is_full = mention.value.name == facts.name
            if is_full or facts.name not in told:
                kept.append(Found(mention.start, mention.end, facts))
            if is_full:
                told.add(facts.name)
        return tuple(kept)

    def _whole(
        self, facts: CitationFacts, named: Mapping[str, CitationFacts], bare: Mapping[str, str]
    ) -> CitationFacts:
        """What a mention refers to at last; `named` are the authorities by their bare names, `bare` the bare names by all."""
        facts = named[bare[facts.name]]
        further = (o for o in named.values() if self._refers(facts.name, o.name, bare))
        return self._whole(fuller, named, bare) if (fuller := next(further, None)) else facts

    def _refers(self, name: str, full: str, bare: Mapping[str, str]) -> bool:
        """Whether a name only refers to what another one names in full: 习近平总书记重要讲话, 四中全会, 市委全会."""
        if len(bare[name]) >= len(bare[full]):
            return False
        if self._by_leader(name) and self._by_leader(full):
            rest = iter(full)
            return all(character in rest for character in bare[name])
        if full.endswith(name) and self._is_term(full[: -len(name)]):
            return True
        return self._number.sub("", full) == name

    def _bare(self, name: str) -> str:
        """A name without what may stand in it or not: 党的, 中共, 的."""
        return self._filler.sub("", name)

    def _hits(self, text: Text, speaker: Speaker) -> Iterator[_Hit]:
        """What the rules find: start, length (negative, so that the longest comes first) and level."""
        starts = [clause.start for clause in text.clauses]
        for rule, match in self._matches(text):
            start, end = match.span("name")
            clause = starts[bisect_right(starts, start) - 1]
            if not self._is_invoked(text.plain, clause, start, end, rule):
                continue
            if rule["level"] == "body":
                if body := self._of_body(text.plain, clause, rule, match, speaker):
                    yield body[0], body[0] - end, body[1]
            elif rule["level"] == "unknown":
                yield start, start - end, None
            elif level := self._level(text.plain, rule, match, speaker):
                yield start, start - end, level

    def _level(self, plain: str, rule: Rule, match: re.Match[str], speaker: Speaker) -> str | None:
        """The level of an authority that no body's name opens, if it is above the speaker."""
        if rule["level"] == "post":
            return self._bodies.level_of(match["body"], speaker)
        if rule["level"] == "superior":
            return self._bodies.level_of_superior(plain, match, speaker)
        if rule["level"] == "place":
            return self._bodies.division_above(plain, match.start("place"), speaker.level)
        return str(rule["level"])

    def _of_body(
        self, plain: str, clause: int, rule: Rule, match: re.Match[str], speaker: Speaker
    ) -> tuple[int, str] | None:
        """Where the citation of a body begins, and its level, if it is above the speaker."""
        if rule.extra.get("unnamed") and self._bodies.is_own(plain, match, clause, speaker):
            return None
        body = self._bodies.above(
            plain,
            match,
            clause,
            speaker,
            is_followed=self._is_followed(plain, clause, match),
            is_of_party=bool(rule.extra.get("party")),
        )
        if body and rule["event"]:
            return self._bodies.dated(plain, clause, body[0]), body[1]
        return body

    def _matches(self, text: Text) -> Iterator[tuple[Rule, re.Match[str]]]:
        """Matches of the rules on names anywhere, and of those on bodies where a body is named.

        A rule is asked in the clauses alone in which the words stand that it needs.
        """
        may = self._prefilter.of(text)
        done: dict[int, int] = {}
        for clause, bits in zip(text.clauses, may, strict=True):
            for number, rule, starts in self._free.of(bits):
                start = max(clause.start, done.get(number, 0))
                for match in starts.within(text.plain, start, clause.end):
                    done[number] = match.end()
                    yield rule, match
        bodies = self._of_bodies.of(self._prefilter.anywhere(text))
        starts_of_clauses = [clause.start for clause in text.clauses]
        for body in self._bodies.anywhere.finditer(text.plain) if bodies else ():
            at = body.start()
            for rule in self._of_bodies.of(may[bisect_right(starts_of_clauses, at) - 1]):
                if named := rule.pattern.match(text.plain, at):
                    yield rule, named

    def _is_followed(self, plain: str, clause: int, match: re.Match[str]) -> bool:
        """Whether what is followed (精神, 部署) is said of a name behind a word of following."""
        start, end = match.span("name")
        tail = self._has_tail(plain, end)
        is_word = tail is not None and tail[0][-1:].isalpha() and len(tail[0]) > 1
        return is_word and self._has_cue(plain, clause, start) is not None

    def _is_invoked(self, plain: str, clause: int, start: int, end: int, rule: Rule) -> bool:
        """Not narrated as an event or a time; followed, where the rule wants that shown."""
        if rule["event"]:
            begin = self._bodies.in_session(plain, clause, start)
            begin = self._bodies.in_party(plain, clause, begin)
            if self._is_heard(plain, clause, begin) and self._is_over(plain, end):
                return True
            is_told = self._is_narrated(plain, clause, begin) and not self._has_spirit(plain, end)
            if is_told or self._is_time(plain, end):
                return False
        if not rule["cue"] or self._has_cue(plain, clause, start):
            return True
        tail = self._has_tail(plain, end)
        return tail is not None and (rule["cue"] != "word" or tail[0][-1:].isalpha())


def _own_names(printed: str, meeting: str | None) -> list[tuple[int, int]]:
    """Where the meeting that is reported is named."""
    names: list[tuple[int, int]] = []
    if not meeting:
        return names
    end = 0
    while (start := printed.find(meeting, end)) >= 0:
        end = start + len(meeting)
        names.append((start, end))
    return names


class _Bodies:
    """Knows bodies by name: their level, and whether they are above the one that speaks."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._levels = lexicon.mapping("level_words", "level") | lexicon.mapping(
            "authorities", "level"
        )
        self._branches = lexicon.mapping("authorities", "branch")
        divisions = lexicon.table("divisions")
        # A city that was a county before it was a prefecture is what it is today.
        ranked = sorted(divisions, key=lambda row: (not row["valid_to"], row["valid_to"]))
        self._ranks = {row["name"]: row["level"] for row in ranked}
        self._places = self._ranks.keys() | {row["short"] for row in divisions} - {""}
        self._lead = lexicon.compile(
            "(?:{citation_words__cue}了?|{citation_words__joint}|[、，：])$"
        )
        self._heard = lexicon.rules("citations", "heard")[0].pattern
        self._session = lexicon.rules("citations", "session")[0].pattern
        self._party = lexicon.rules("citations", "party")[0].pattern
        self._day = lexicon.rules("citations", "day")[0].pattern
        self._own = lexicon.rules("citations", "own")
        self._demanded = lexicon.rules("citations", "demanded")[0].pattern
        self.named = lexicon.compile("{authorities}")
        self.anywhere = Starts(self.named)
        self._says = lexicon.rules("citations", "says")[0].pattern
        self._reach = lexicon.rules("citations", "reach")[0].pattern
        self._post = lexicon.rules("citations", "post")[0].pattern
        self._ending = lexicon.compile("(?P<body>{authorities})(?:{title_words__neutral})?$")

    def above(
        self,
        plain: str,
        match: re.Match[str],
        clause: int,
        speaker: Speaker,
        *,
        is_followed: bool,
        is_of_party: bool,
    ) -> tuple[int, str] | None:
        """Where the citation begins, its place before it, and its level, if it is above the speaker.

        A meeting of all (全市经济工作会议) that is followed is above a body of the same level as well.
        """
        body = match["body"]
        if not body:
            return match.start("name"), "central"
        start = match.start("body")
        is_central = self._levels.get(body) == "central"
        place = "" if is_central else self._place(plain, clause, start)
        is_word = len(body) == 1 and start > clause and not place
        if is_word and not self._is_led(plain, clause, self.dated(plain, clause, start)):
            return None
        level = self._level(body, place, speaker)
        is_of_all = self._branches.get(body) == "rank"
        if is_of_all and match["name"] in (speaker.meeting or ""):
            return None
        is_above = self._is_above(body, level, place, speaker, is_of_party=is_of_party)
        if not (is_above or (is_of_all and is_followed and level == speaker.level)):
            return None
        start -= len(place)
        return min(match.start("name"), self.in_session(plain, clause, start)), level

    def _is_led(self, plain: str, clause: int, start: int) -> bool:
        """Whether a word of following, or of listening, or a mark stands right before a place."""
        return any(lead.search(plain, clause, start) for lead in (self._lead, self._heard))

    def in_session(self, plain: str, clause: int, start: int) -> int:
        """Where a body's name begins together with the session (九届) before it."""
        session = self._session.search(plain, clause, start)
        return session.start() if session else start

    def in_party(self, plain: str, clause: int, start: int) -> int:
        """Where a body's name begins together with its place, and the party's name (中国共产党云海省) if that stands before it."""
        begin = start - len(self._place(plain, clause, start))
        party = self._party.search(plain, clause, begin)
        return party.start() if party else begin

    def dated(self, plain: str, clause: int, start: int) -> int:
        """Where a meeting's name begins together with the day before it (3月5日省委常委会会议)."""
        day = self._day.search(plain, clause, start)
        return day.start() if day else start

    def is_own(self, plain: str, match: re.Match[str], clause: int, speaker: Speaker) -> bool:
        """Whether a word is of the central body alone that speaks, or of the whole of which it is a part and demanded of nobody."""
        bodies = f"{match['body']}：{speaker.convenor or ''}"
        rule = next((rule for rule in self._own if rule.pattern.match(bodies)), None)
        if not rule or (rule["demanded"] and self._demanded.search(plain, clause, match.start())):
            return False
        return not self.named.search(match["name"], len(match["body"]))

    def _place(self, plain: str, clause: int, start: int) -> str:
        """The name of a division that stands directly before a body."""
        names = (plain[max(clause, start - n) : start] for n in range(_LONGEST, 1, -1))
        return next((name for name in names if name in self._places), "")

    def _level(self, body: str, place: str, speaker: Speaker) -> str:
        """The body's level; 市委 without a place is the speaker's own where the speaker is a 市."""
        if place and (level := self._ranks.get(f"{place}{body[0]}")):
            return level
        if not place and speaker.place and speaker.level and speaker.place[-1] in body[:2]:
            return speaker.level
        level = self._levels[body if body in self._levels else body[-1]]  # 全省 is as 省
        if level == self._levels.get((speaker.province or "")[-1:]):
            return "province"  # 市委 in a district of a city that is a province
        return level

    def _is_above(
        self, body: str, level: str, place: str, speaker: Speaker, *, is_of_party: bool = False
    ) -> bool:
        if level == "central":
            return True
        if speaker.level is None:
            return _RANKS[level] > _RANKS["county"]
        if _RANKS[level] != _RANKS[speaker.level]:
            return _RANKS[level] > _RANKS[speaker.level]
        is_other_place = place and not (speaker.place or "").startswith(place)
        if is_other_place or (len(body) == 1 and not is_of_party):
            return False
        is_of_party = is_of_party or self._branches.get(body) == "party"
        if not speaker.convenor:  # a government's report without its head, more often than not
            return is_of_party and body not in (speaker.meeting or "")
        own = self._branch(speaker.convenor)
        return own is None or (own == "state" and is_of_party)

    def is_party(self, convenor: str | None) -> bool:
        """Whether the party's committee speaks."""
        return convenor is not None and self._branch(convenor) == "party"

    def _branch(self, convenor: str) -> str | None:
        """`party` for a party committee, `state` for a government, None for a body under them."""
        branches = [b for t, b in self._branches.items() if len(t) > 1 and convenor.endswith(t)]
        return branches[0] if branches else None

    def level_of_superior(self, plain: str, match: re.Match[str], speaker: Speaker) -> str | None:
        """The level of a person who is named without a body, unless the person speaks here or on an occasion of one's own."""
        person, end = match["person"], -1
        while (at := plain.find(person, end + 1)) >= 0:
            end = at + len(person)
            if at != match.start("person") and self._says.match(plain, end):
                return None
            post = self._post.search(plain, max(0, at - _LONGEST), at)
            if post:
                return self.level_of(post["body"], speaker)
        for words in (match["occasion"], plain[match.end("person") : match.start("occasion")]):
            if told := self._reach.search(words):
                body = told["all"] or told["one"]
                level = "central" if body == "国" else self._levels.get(body, "county")
                return level if self._is_above("", level, "", speaker) else None
        above = _RANKS[speaker.level] + 1 if speaker.level else None
        return next((level for level, rank in _RANKS.items() if rank == above), None)

    def issuer(self, plain: str, clause: int, at: int) -> str | None:
        """The body whose name ends at `at`."""
        match = self._ending.search(plain, clause, at)
        return match["body"] if match else None

    def opening(self, plain: str, at: int, speaker: Speaker) -> str | None:
        """The level of the body or place above the speaker that opens a title: 教育部关于…的意见, 云海省…办法."""
        match = self.named.match(plain, at)
        if match and len(match[0]) > 1:
            return self.level_of(match[0], speaker)
        level = self._division(plain, at)
        return level if level and self._is_above("", level, "", speaker) else None

    def division_above(self, plain: str, at: int, level: str | None) -> str | None:
        """The level of the division whose name begins at `at`, if it is above `level`, a county's where that is not known."""
        named = self._division(plain, at)
        return named if named and _RANKS[named] > _RANKS[level or "county"] else None

    def is_of_own_rank(self, plain: str, at: int, speaker: Speaker) -> bool:
        """Whether a title opens with a place no higher than the speaker's: 云溪县…方案 in a county's meeting."""
        level = self._division(plain, at)
        if level is None or speaker.level is None:
            return False
        return _RANKS[level] <= _RANKS[speaker.level]

    def _division(self, plain: str, at: int) -> str | None:
        """The level of the division with whose name a title opens."""
        names = (plain[at : at + n] for n in range(_LONGEST, 2, -1))
        return next((self._ranks[name] for name in names if name in self._ranks), None)

    def level_of(self, body: str, speaker: Speaker) -> str | None:
        """The level of a body named without its place, if it is above the speaker."""
        level = self._level(body, "", speaker)
        return level if self._is_above(body, level, "", speaker) else None


class _Documents:
    """Documents in 《》 that are followed, with the level of who issued them."""

    def __init__(self, lexicon: Lexicon, bodies: _Bodies) -> None:
        self._titles = Titles(lexicon)
        self._bodies = bodies
        self._rules = lexicon.rules("citations", "document")
        self._is_law = lexicon.compile("{laws}").fullmatch
        self._is_plan = lexicon.rules("citations", "plan")[0].pattern.fullmatch
        self._issued = lexicon.rules("citations", "issued")[0].pattern
        self._of_party = lexicon.rules("citations", "of_party")[0].pattern.match
        self._is_highest = lexicon.rules("citations", "highest")[0].pattern.match

    def hits(self, text: Text, speaker: Speaker) -> Iterator[_Hit]:
        """The documents followed: start, length (negative) and level."""
        starts = [clause.start for clause in text.clauses]
        titles = list(self._titles.read(text.plain))
        issued = {text.plain[t.start : t.end] for t in titles if t.is_issued}
        for title in titles:
            clause = starts[bisect_right(starts, title.start) - 1]
            start, named = self._named(text.plain, clause, title)
            if not (title.is_followed or title.is_issued or start < title.start):
                continue
            is_issued = named != "central" and text.plain[title.start : title.end] in issued
            if title.is_issued and (
                above := self._issued_above(text.plain, clause, title, speaker)
            ):
                yield title.start, title.start - title.end, above
                continue
            if title.is_issued or is_issued:
                continue
            if self._is_own(text.plain, title, speaker):
                continue
            if self._bodies.is_of_own_rank(text.plain, title.start + 1, speaker):
                continue
            issuer = self._bodies.issuer(text.plain, clause, title.start)
            level = self._bodies.level_of(issuer, speaker) if issuer else None
            if issuer and level is None:
                continue
            is_law = self._is_law(text.plain, title.start + 1, title.end - 1)
            if start == title.start and title.is_brief and not is_law:
                continue
            opening = self._bodies.opening(text.plain, title.start + 1, speaker)
            known = level or opening or named
            # A plan of nobody who is named is the meeting's own.
            if known or not self._is_plan(text.plain, title.start, title.end):
                yield start, start - title.end, known

    def _issued_above(self, plain: str, clause: int, title: Title, speaker: Speaker) -> str | None:
        """The level of the higher body that is told to have issued a document (省政府印发的《…》), or of the higher place that its title opens with."""
        match = self._issued.search(plain, clause, title.start)
        if speaker.level in (None, _HIGHEST):
            convenor = speaker.convenor
            is_under = not self._is_highest(convenor) if convenor else speaker.level is None
            return _HIGHEST if match and is_under and self._is_highest(match["body"]) else None
        if match and (issued := self._bodies.level_of(match["body"], speaker)):
            return issued
        if self._is_own(plain, title, speaker):
            return None
        return self._bodies.division_above(plain, title.start + 1, speaker.level)

    def _is_own(self, plain: str, title: Title, speaker: Speaker) -> bool:
        """Whether a title names the place that speaks, and is no paper of its party that others follow."""
        if not speaker.place or speaker.place not in plain[title.start : title.end]:
            return False
        return self._bodies.is_party(speaker.convenor) or not self._of_party(plain, title.start + 1)

    def _named(self, plain: str, clause: int, title: Title) -> tuple[int, str | None]:
        """Where the name begins, with a person or plan before the title, and the level that it tells."""
        for rule in self._rules:
            # Other titles may stand before it in its clause.
            matches = rule.pattern.finditer(plain, clause, title.end)
            match = next((m for m in matches if m.end() > title.start), None)
            if match and _MARK not in plain[match.end() : title.end]:
                start = match.start() if rule["form"] == "before" else title.start
                return start, rule["level"]
        return title.start, None
