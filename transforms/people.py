"""Who took part in a meeting: name, posts as printed, and whether he or she presided, spoke or attended."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.found import Found
from transforms.lexicon import Lexicon
from transforms.meeting import MeetingFacts
from transforms.names import Mention, Names
from transforms.starts import Starts
from transforms.text import Text

_RANK = {"chair": 3, "speaker": 2, "attendee": 1}
_HEADLINES = ("title", "kicker", "deck", "label")
_NO_PART = ("byline", "credit", "furniture")
_MARKS = "，。；：、\n"
# Between those present who are listed each with posts of their own.
_LISTED = frozenset("，；")


@dataclass(frozen=True, slots=True)
class Person:
    """One person who took part."""

    name: str
    post: str | None
    role: str


@dataclass(slots=True)
class _Record:
    """What the text says of one name, gathered in reading order."""

    first: Mention
    post: str | None = None
    headline_post: str | None = None
    role: str | None = None
    headline_role: str | None = None
    is_elsewhere: bool = False
    is_vague: bool = False


class People:
    """Finds the participants of a meeting."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._names = Names(lexicon)
        self._patterns = {r.name: r.pattern for r in lexicon.rules("people")}
        self._pronouns = Starts(self._patterns["pronoun"])
        self._titled = Starts(self._patterns["titled"])

    def find(
        self,
        text: Text,
        meetings: tuple[Found[MeetingFacts], ...],
        parts: tuple[Found[str], ...] = (),
    ) -> tuple[Found[Person], ...]:
        """Everyone the text names as taking part, once each, in the order of their first mention."""
        if meetings and meetings[0].value.kind == "government_work_report":
            return self._reporter(text)
        mentions = self._names.find(text.plain)
        mentions = self._with_later(text.plain, mentions)
        records: dict[str, _Record] = {}
        main = meetings[0].value.name if meetings else None
        runs = list(self._runs(text, mentions))
        for i, run in enumerate(runs):
            following = self._following(text.plain, runs, i)
            zone = _zone(parts, run[0].start)
            if zone not in _NO_PART:
                stop = following[0].post_start if following else len(text.plain)
                begin = self._past_company(text.plain, run, following)
                stop = len(text.plain) if begin else stop
                begin = begin or run[-1].tail
                self._note(text, run, (begin, stop), zone in _HEADLINES, main, records)
        self._note_pronouns(text, runs, records)
        self._note_titled(text, records)
        return tuple(_found(text, r) for r in records.values() if _role(r))

    def _note_pronouns(
        self, text: Text, runs: list[list[Mention]], records: dict[str, _Record]
    ) -> None:
        """他要求 is said by whoever the sentences before it in the paragraph began with last."""
        for match in self._pronouns.finditer(text.plain):
            paragraph = text.plain.rfind("\n", 0, match.start()) + 1
            opened = [r[0] for r in runs if paragraph <= r[0].post_start < match.start()]
            opened = [m for m in opened if _sentence(text, m.start)[0] == m.post_start]
            if not opened or self._patterns["invoked.after"].match(text.plain, opened[-1].tail):
                continue
            mention = opened[-1]
            record = records.get("".join(text.plain[mention.start : mention.end].split()))
            if record is not None and not record.is_elsewhere:
                record.role = _higher(record.role, "speaker")

    def _note_titled(self, text: Text, records: dict[str, _Record]) -> None:
        """李书记要求 is said by the one of that surname who bears such a post."""
        for match in self._titled.finditer(text.plain):
            meant = [
                r
                for name, r in records.items()
                if name[0] == match["surname"] and r.post and match["title"] in r.post
            ]
            if len(meant) == 1 and not meant[0].is_elsewhere:
                meant[0].role = _higher(meant[0].role, "speaker")

    def _reporter(self, text: Text) -> tuple[Found[Person], ...]:
        """Who made a work report: the name under its headline, on a line of its own with the post."""
        for start, end in text.paragraphs[:20]:
            for mention in self._names.find(text.plain[start:end]) if end - start < 60 else ():
                if mention.post and mention.end == end - start:
                    at, to = start + mention.start, start + mention.end
                    post = _as_printed(text, mention, mention.post)
                    return (Found(at, to, Person(text.text[at:to], post, "speaker")),)
        return ()

    def _with_later(self, plain: str, mentions: list[Mention]) -> list[Mention]:
        """The mentions together with each later place where a known name stands alone."""
        known = {plain[m.start : m.end] for m in mentions}
        taken = {m.start for m in mentions}
        ends = sorted((m.start, m.end) for m in mentions)
        for name in sorted(known):
            at = plain.find(name)
            while at >= 0:
                i = bisect_right(ends, (at, 1 << 60)) - 1
                if at not in taken and (i < 0 or ends[i][1] <= at):
                    mentions.append(Mention(at, at + len(name), None, at, at + len(name), True))
                at = plain.find(name, at + len(name))
        return sorted(mentions, key=lambda m: m.start)

    def _runs(self, text: Text, mentions: list[Mention]) -> Iterator[list[Mention]]:
        """Mentions that stand together as one subject: nothing but joins and posts between them."""
        run: list[Mention] = []
        for mention in mentions:
            if run and not self._is_joined(
                text.plain, run[-1].tail, mention.post_start, bool(mention.post)
            ):
                yield run
                run = []
            run.append(mention)
        if run:
            yield run

    def _following(self, plain: str, runs: list[list[Mention]], i: int) -> list[Mention] | None:
        """The run that acts behind the i-th: whose words alone are told in its clause does not (就落实李某讲话精神提出要求)."""
        for run in runs[i + 1 :]:
            gap = plain[runs[i][-1].tail : run[0].post_start]
            after = plain[run[-1].tail : run[-1].tail + 60]
            if any(m in gap for m in _MARKS) or not self._patterns["invoked.after"].match(after):
                return run
        return None

    def _is_joined(self, plain: str, start: int, end: int, is_titled: bool) -> bool:
        gap = plain[start:end].strip(" \u3000")
        if gap in _LISTED and is_titled:
            return True
        return start >= end or gap in self._names.joins or self._names.is_unread(plain, start, end)

    def _past_company(self, plain: str, run: list[Mention], following: list[Mention] | None) -> int:
        """Where a sentence goes on with a run behind those who come along (在 … 的陪同下, 带领 …, 与 … 共同主持), 0 if none do."""
        if following is None:
            return 0
        gap = plain[run[-1].tail : following[0].post_start]
        after = plain[following[-1].tail : following[-1].tail + 12]
        if self._patterns["with"].match(gap) and self._patterns["together"].match(after):
            return following[-1].tail
        along = self._patterns["along"].fullmatch(plain, run[-1].tail, following[0].post_start)
        if along is None:
            return 0
        tail = following[-1].tail
        if along["led"]:
            return tail
        company = self._patterns["accompanied"].match(plain[tail : tail + 12])
        return tail + company.end() if company else 0

    def _note(
        self,
        text: Text,
        run: list[Mention],
        stretch: tuple[int, int],
        is_headline: bool,
        main: str | None,
        records: dict[str, _Record],
    ) -> None:
        """Enter what a run's sentence, in the stretch behind them, says of its members."""
        start, end = _sentence(text, run[0].post_start)
        before = text.plain[start : run[0].post_start]
        begin, stop = stretch
        after = text.plain[begin : max(min(end, stop), begin)]
        led = self._patterns["led"].match(after)
        role = self._role(before, after)
        elsewhere = self._is_elsewhere(before, after, main)
        for mention in run:
            name = "".join(text.plain[mention.start : mention.end].split())
            record = records.setdefault(name, _Record(mention))
            post = (
                mention.post or (led["post"] if led else None) or self._became(after, mention, run)
            )
            is_vague = bool(post and self._patterns["vague"].fullmatch(post))
            _enter(record, post, is_vague, role, elsewhere, is_headline, mention)

    def _became(self, after: str, mention: Mention, run: list[Mention]) -> str | None:
        match = self._patterns["became"].match(after) if mention is run[-1] else None
        if match is None:
            return None
        post = match["post"]
        return next(
            (post[:n] for n in range(len(post), 1, -1) if self._names.ends_post(post[:n])), None
        )

    def _role(self, before: str, after: str) -> str | None:
        """The role that the words around a run give it; None where it only is named."""
        clause = _last_clause(before)
        if self._patterns["heard.before"].search(clause) and self._patterns["heard.after"].match(
            after
        ):
            return "speaker"
        is_invoked = (
            self._patterns["invoked.before"].search(clause)
            or self._patterns["invoked.after"].match(after)
        ) and not self._patterns["together"].match(after)
        if is_invoked:
            return None
        tail = self._own(after)
        if self._patterns["accompanied"].match(tail):
            return "attendee"
        if self._patterns["chair"].search(tail):
            return "chair"
        if self._patterns["said"].match(tail) or self._patterns["spoke"].search(tail):
            return "speaker"
        if self._patterns["attended"].search(tail):
            return "speaker" if self._patterns["said.then"].search(tail) else "attendee"
        if self._patterns["listed"].search(before) or self._patterns["listed.on"].match(after):
            return "attendee"
        return "speaker" if self._patterns["said.then"].search(tail) else None

    def _own(self, after: str) -> str:
        """The part of a sentence after a run that still speaks of it."""
        turn = self._patterns["turn"].search(after)
        return after[: min(turn.start() if turn else len(after), 120)]

    def _is_elsewhere(self, before: str, after: str, main: str | None) -> bool:
        """Whether the sentence tells of another occasion than the meeting."""
        if self._patterns["elsewhere"].match(before) or self._patterns["wrote"].match(after):
            return True
        # 在省委常委会会议上，省委书记 …: told at this meeting of another.
        other = self._patterns["other_meeting"].match(before) if main else None
        if other is not None and main is not None and other["meeting"] not in main:
            return other["meeting"][0] != main[0] or not _same_meeting(other["meeting"], main)
        match = self._patterns["occasion"].match(after[:60]) if main else None
        return match is not None and main is not None and not _same_meeting(match["meeting"], main)


def _enter(
    record: _Record,
    post: str | None,
    is_vague: bool,
    role: str | None,
    elsewhere: bool,
    is_headline: bool,
    mention: Mention,
) -> None:
    """Add one mention to what is known of a person."""
    if is_headline:
        record.headline_post = record.headline_post or post
        record.headline_role = _higher(record.headline_role, role)
        return
    # 县领导 says less than the post that a later sentence prints.
    if post and (record.post is None or (record.is_vague and not is_vague)):
        record.post, record.is_vague = post, is_vague
    if elsewhere or (record.is_elsewhere and mention.is_bare):
        record.is_elsewhere = True
        return
    if role:
        record.is_elsewhere = False
        record.role = _higher(record.role, role)


def _higher(one: str | None, other: str | None) -> str | None:
    return max((one, other), key=lambda role: _RANK[role] if role else 0)


def _role(record: _Record) -> str | None:
    """The role that holds in the end: a headline's counts where the body does not contradict it."""
    if record.role is None and record.is_elsewhere:
        return None
    return _higher(record.role, record.headline_role)


def _found(text: Text, record: _Record) -> Found[Person]:
    mention = record.first
    name = text.text[mention.start : mention.end]
    role = _role(record)
    assert role is not None
    return Found(
        mention.start,
        mention.end,
        Person(name, _as_printed(text, mention, record.post or record.headline_post), role),
    )


def _as_printed(text: Text, mention: Mention, post: str | None) -> str | None:
    """A post in the script in which the text prints it."""
    if post is None:
        return None
    at = text.plain.find(post, mention.post_start)
    at = text.plain.find(post) if at < 0 else at
    return text.text[at : at + len(post)] if at >= 0 else post


def _sentence(text: Text, offset: int) -> tuple[int, int]:
    """The sentence that holds `offset`."""
    i = bisect_right(text.sentences, (offset, 1 << 60)) - 1
    return text.sentences[max(i, 0)]


def _last_clause(before: str) -> str:
    return re.split("[，。；：！？]", before)[-1]


def _zone(parts: tuple[Found[str], ...], offset: int) -> str:
    return next((p.value for p in parts if p.start <= offset < p.end), "")


def _same_meeting(phrase: str, main: str) -> bool:
    """Whether two names can mean the same meeting: one holds the other, or they share most of their characters."""
    if phrase in main or main in phrase:
        return True
    shared = len(set(phrase) & set(main))
    return shared >= 0.7 * min(len(set(phrase)), len(set(main)))
