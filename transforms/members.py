"""The members of a counted catch-phrase, wherever the text spells them out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.lexicon import Lexicon, Rule
from transforms.numerals import Numerals
from transforms.text import Clause, Text

_OPENING, _CLOSING = "“‘（《〈【", "”’）》〉】"
_CLAUSE_ENDS, _SENTENCE_ENDS = "，；。：！？\n", "。！？\n"
_LIST_MARKS = "；，、"
# What no heading holds.
_FULL = "。；："
# A number that counts things, no part of a name (3D打印).
_NUMBER = re.compile("[0-9]+(?![0-9A-Za-z])")
_JOINT = re.compile("[、+＋]")
_STOPS = "、，；。：！？“”（）《》\\s"
# How far behind the label a list of members may begin.
_REACH = 400
_NEAR = 120
_PAIR = (1, 2)
# Members with a common head are looked for by one pattern, up to so many.
_RUN = 10
# Two members without a mark between them stand in so many characters before their label.
_NEXT = 8
# A first member so many times longer than the longest other holds more than itself.
_LONG = 2


@dataclass(frozen=True, slots=True)
class Label:
    """One printing of a catch-phrase; `head` is what it counts, `is_known` says that the whole country uses it.

    One that `needs_members` (三个方面) is no catch-phrase where the text spells none out.
    """

    start: int
    end: int
    count: int
    head: str
    is_known: bool
    needs_members: bool = False


class Members:
    """Looks for the members of a catch-phrase before it, after it, and by what they have in common."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._numerals = Numerals(lexicon)
        self._marks = f"{self._numerals.characters}{self._numerals.doubles}0-9"
        self._verb = lexicon.compile("{verbs}")
        self._particle = lexicon.compile("{member_words__particle}")
        self._doubles = self._numerals.doubles
        self._announcing = lexicon.rules("enumerations", "announcing")[0].pattern
        self._governs = lexicon.compile("{member_words__frame}$")
        self._before = lexicon.rules("enumerations", "before")[0].pattern
        self._cut = lexicon.rules("enumerations", "cut")[0].pattern
        self._pair = lexicon.rules("enumerations", "pair")[0].pattern
        self._is_both = lexicon.rules("enumerations", "both")[0].pattern
        self._judged = lexicon.rules("enumerations", "judged")[0].pattern
        self._after = lexicon.rules("enumerations", "after")
        self._ordinals = lexicon.rules("enumerations", "ordinal")
        self._attributive = lexicon.terms("verb_marks", mark="attributive")[0]
        self._opening = lexicon.rules("enumerations", "opening")[0].pattern
        self._acts = lexicon.compile("(?:{adverbs}|{member_words__lead}){0,6}{verbs}")
        self._leading = lexicon.rules("enumerations", "leading")[0].pattern
        self._deed = lexicon.compile(
            "{member_words__lead}{0,6}(?:{member_words__frame}{1,2}|{verbs})?{member_words__particle}{0,6}"
        )

    def of(self, text: Text, labels: Sequence[Label]) -> list[tuple[int, int]]:
        """The members, in reading order: all of them if a place gives as many as declared, else the most."""
        best: list[tuple[int, int]] = []
        looks = (
            self._run,
            self._quoted,
            self._listed_before,
            self._listed_after,
            self._alike,
            self._ended,
        )
        for look in looks:
            found = [_printed(members) for label in labels if (members := look(text, label))]
            whole = [members for members in found if len(members) == labels[0].count]
            if whole:
                return max(whole, key=_length)
            part = [members for members in found if len(members) < labels[0].count]
            best = max([best, *part], key=len)
        return best

    # ------------------------------------------------------------------ before the label

    def _listed_before(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """A list that leads up to the label (甲、乙和丙三个突破; “甲”“乙”两篇文章; 甲；乙等五个问题)."""
        plain = text.plain
        if label.count in _PAIR and (
            pair := self._pair.search(plain, max(0, label.start - _NEXT), label.start)
        ):
            return [pair.span("first"), pair.span("second")]
        start = self._clause_start(plain, label.start, _CLAUSE_ENDS)
        tie = self._before.search(plain, start, label.start)
        end = tie.start() if tie else label.start
        end -= len(plain[start:end]) - len(plain[start:end].rstrip())
        is_tied = bool(tie and tie["tie"])
        last = max(start, plain.rfind(_LIST_MARKS[2], start, end) + 1)
        if judged := self._judged.search(plain, last, end):
            end = judged.start()
        if is_tied or plain[label.start - 1 : label.start] != _OPENING[0]:
            quoted = self._quoted_before(plain, end)
            if len(quoted) == 1:
                quoted = self._pieces(plain, *quoted[0], label.count, is_first_bare=True)
            if len(quoted) > 1:
                return quoted
        members = self._pieces(plain, start, end, label.count, is_first_bare=False)
        if leading := self._leading.match(plain, start, end):
            behind = self._pieces(plain, leading.end(), end, label.count, is_first_bare=True)
            members = behind if len(behind) in (label.count, len(members)) else members
        if plain[label.start - 1] == _OPENING[0] and self._is_another(plain, members):
            return []
        if len(members) < 2 and is_tied:
            members = self._clauses_before(plain, start, end)
        is_whole = is_tied or self._is_close(plain, label, members)
        is_whole = is_whole and len(members) == label.count
        if self._is_double(plain, label):
            is_apart = is_tied and plain[label.start - 1] == _OPENING[0]  # 甲和乙的“双随机”
            is_whole = is_whole and not is_apart and self._is_pair(plain, members)
        return members if len(members) > 1 and (is_whole or (tie and tie["etc"])) else []

    def _is_close(self, plain: str, label: Label, members: Sequence[tuple[int, int]]) -> bool:
        """Whether a list just before a label is its own: not numbers, and a quoted pair's joined by a word."""
        if not members:
            return False
        if label.is_known and label.count in _PAIR:
            is_joined = self._cut.fullmatch(plain, members[0][1], members[-1][0]) is not None
            return is_joined and self._is_both.fullmatch(plain, label.start, label.end) is not None
        is_counted = any(_NUMBER.match(plain, start) for start, _ in members)
        is_pair = label.count in _PAIR and plain[label.start - 1] == _OPENING[0]
        return not is_counted and (not is_pair or self._is_pair(plain, members))

    def _is_pair(self, plain: str, members: Sequence[tuple[int, int]]) -> bool:
        """Whether two members stand together: a word (甲和乙) joins them, or they are as long and the second is no deed."""
        (first, end), (start, stop) = members[0], members[-1]
        is_joined = self._cut.fullmatch(plain, end, start) is not None
        is_alike = abs(end - first - stop + start) < _LONG
        return is_joined or (is_alike and not self._is_deed(plain, start, stop))

    def _is_another(self, plain: str, members: Sequence[tuple[int, int]]) -> bool:
        """Whether a member ends with a quoted number of its own (省里“四不”和市里“三个不准”), and stands beside the label."""
        return any(
            plain[end - 1] == _CLOSING[0]
            and start < (mark := plain.rfind(_OPENING[0], start, end))
            and plain[mark + 1] in self._numerals.characters
            for start, end in members
        )

    def _is_double(self, plain: str, label: Label) -> bool:
        """Whether a label (双随机) says twice what it counts: only a pair before it spells that out."""
        return plain[label.start] in self._doubles

    @staticmethod
    def _clause_start(plain: str, at: int, ends: str) -> int:
        """Where the stretch that reaches `at` begins: within the marks around it, past those that close again."""
        depth = 0
        for index in range(at - 1, -1, -1):
            ch = plain[index]
            if depth == 0 and (ch in ends or (ch in _OPENING and index < at - 1)):
                return index + 1
            depth = max(0, depth + (ch in _CLOSING) - (ch in _OPENING))
        return 0

    def _quoted_before(self, plain: str, end: int) -> list[tuple[int, int]]:
        """The run of quoted members that ends at `end`, a word (和) between the last two of them."""
        members: list[tuple[int, int]] = []
        while end > 0 and plain[end - 1] == _CLOSING[0]:
            start = plain.rfind(_OPENING[0], 0, end)
            if start < 0:
                break
            members.insert(0, (start + 1, end - 1))
            end = start - 1 if plain[start - 1] in _LIST_MARKS else start
            if len(members) == 1 and self._cut.match(plain, start - 1, start):
                end = start - 1
        return members

    def _pieces(
        self, plain: str, start: int, end: int, count: int, *, is_first_bare: bool
    ) -> list[tuple[int, int]]:
        """A list cut into its members; the first may follow the verb that governs the list.

        和 parts the last two, unless the other marks give the number declared. Where the others are deeds, so is the first,
        and a verb of one character that makes it as long as them is its own.
        """
        cuts = [m.span() for m in _JOINT.finditer(plain, start, end)]
        last = [m.span() for m in self._cut.finditer(plain, cuts[-1][1] if cuts else start, end)]
        bounds = cuts if len(cuts) + 1 == count else [*cuts, *last[-1:]]
        # 县、乡、村和图、表及台账“六对口”: a word may part more than the last two.
        if not is_first_bare and _RUN // 2 < count > len(bounds) + 1:
            every = sorted([*cuts, *(m.span() for m in self._cut.finditer(plain, start, end))])
            bounds = every if len(every) + 1 == count else bounds
        pieces = list(
            zip([start, *(b for _, b in bounds)], [*(a for a, _ in bounds), end], strict=True)
        )
        if not is_first_bare and len(pieces) > 1:
            lengths = {b - a for a, b in pieces[1:]}
            first = self._first_bare(plain, *pieces[0], max(lengths))
            told = self._announcing.match(plain, *pieces[0])
            whole = self._opened_at(plain, told.end() if told else start, pieces[0][1])
            is_short = first[0] == whole[0] + 1 and lengths == {whole[1] - whole[0]}
            are_deeds = len(pieces) > len(_PAIR) and self._are_deeds(plain, [whole, *pieces[1:]])
            if is_short or (are_deeds and not self._are_deeds(plain, [first])):
                first = whole
            pieces[0] = first
            is_even = lengths == {pieces[0][1] - pieces[0][0]}
            if not is_even and self._is_deed(plain, *pieces[-1]):
                return []
        return [_bare(plain, *piece) for piece in pieces if piece[0] < piece[1]]

    def _first_bare(self, plain: str, start: int, end: int, longest: int) -> tuple[int, int]:
        """The first member without the verb that governs the list and whose subject may stand before it."""
        start = self._after_deed(plain, start, end)
        if end - start > _LONG * longest:
            found = (m.span() for m in self._verb.finditer(plain, start, end - 1))
            verbs = [b for a, b in found if b - a > 1 and b + 1 < end]
            start = verbs[-1] if verbs else start
            start += bool(verbs and self._particle.match(plain, start, end - 1))
        return start, end

    def _after_deed(self, plain: str, start: int, end: int) -> int:
        if announced := self._announcing.match(plain, start, end):
            start = announced.end()
        lead = self._deed.match(plain, start, end)
        return lead.end() if lead and lead.end() < end else start

    def _are_deeds(self, plain: str, pieces: Sequence[tuple[int, int]]) -> bool:
        """Whether all begin with a verb that has an object, of one character only if all are as long."""
        leads = [m.end() if (m := self._acts.match(plain, *piece)) else 0 for piece in pieces]
        is_even = len({end - start for start, end in pieces}) == 1
        return all(
            start + (1 if is_even else _LONG) <= lead < end + is_even
            for (start, end), lead in zip(pieces, leads, strict=True)
        )

    def _is_deed(self, plain: str, start: int, end: int) -> bool:
        """Whether it is or ends with a verb, which governs the label and is no member beside it."""
        return bool(
            self._deed.fullmatch(plain, start, end) or self._governs.search(plain, start, end)
        )

    def _clauses_before(self, plain: str, start: int, end: int) -> list[tuple[int, int]]:
        """Members that are clauses of their own (甲；乙；丙等三个问题)."""
        start = self._clause_start(plain, start, _SENTENCE_ENDS)
        bounds = [i for i in range(start, end) if plain[i] == _LIST_MARKS[0]]
        pieces = list(zip([start, *(b + 1 for b in bounds)], [*bounds, end], strict=True))
        if len(pieces) < 2:
            return []
        return [(self._after_deed(plain, *pieces[0]), pieces[0][1]), *pieces[1:]]

    # ------------------------------------------------------------------ after the label

    def _listed_after(self, text: Text, label: Label) -> list[tuple[int, int]]:
        tail = text.plain[label.end : label.end + _REACH]
        for rule in self._after:
            match = rule.pattern.match(tail)
            if not match:
                continue
            if rule["form"] == "ordinals":
                members = self._numbered(text, label.end + match.end(), label.count)
                if members and not label.head and _FULL[0] in match[0]:
                    members = []  # 制定“一村一案”。一是…: what follows is another sentence's
                if members and len(members) < label.count:
                    # 贯彻“十个必须”。会议强调，一是…: what another sentence leads to is its own.
                    _, stop, lead = text.plain[label.end : members[0][0]].rpartition(_FULL[0])
                    members = [] if stop and _CLAUSE_ENDS[0] in lead else members
                if label.is_known and len(members) != label.count:
                    members = []  # 做好“六稳”工作，一要…；二要…: what all know has its own number
            else:
                start, end = match.span("list")
                list_of = label.end + start, label.end + end
                members = self._split(text.plain, *list_of, label.count)
                members = self._without_head(text.plain, members, label.head)
                if not members and not label.head:
                    members = self._paired(text.plain, label, *list_of)
                # 五抓五强 has five members of two parts.
                if not members and not label.head and label.count > _RUN // 2:
                    members = self._split(text.plain, *list_of, label.count // 2)
            if members:
                return members
        return []

    def _split(self, plain: str, start: int, end: int, count: int) -> list[tuple[int, int]]:
        """A list after the label, cut at the mark that gives as many members as declared."""
        for mark in _LIST_MARKS:
            bounds = [i for i in range(start, end) if plain[i] == mark]
            pieces = list(zip([start, *(b + 1 for b in bounds)], [*bounds, end], strict=True))
            if len(pieces) == count:
                return [_bare(plain, *self._opened_at(plain, *piece)) for piece in pieces]
            if bounds and mark == _LIST_MARKS[1]:
                return self._within(plain, start, end, count)
        pieces = self._pieces(plain, start, end, count, is_first_bare=True)
        return pieces if len(pieces) == count else []

    def _paired(self, plain: str, label: Label, start: int, end: int) -> list[tuple[int, int]]:
        """The first clauses and phrases of a list that begin with what the label counts (四多四少，即多甲、少乙，多丙 …)."""
        counted = "".join(c for c in plain[label.start : label.end] if c not in self._marks)
        bounds = [i for i in range(start, end) if plain[i] in _LIST_MARKS]
        pieces = list(zip([start, *(b + 1 for b in bounds)], [*bounds, end], strict=True))
        members = [_bare(plain, *piece) for piece in pieces[: label.count]]
        is_whole = len(members) == label.count
        return (
            members if is_whole and all(a < b and plain[a] in counted for a, b in members) else []
        )

    def _without_head(
        self, plain: str, members: list[tuple[int, int]], head: str
    ) -> list[tuple[int, int]]:
        """两个关系，即甲与乙、丙与丁的关系: what is counted may close the list, and is no part of its last member."""
        tail = f"{self._attributive}{head}"
        if not head or len(members) < 2 or not plain.endswith(tail, *members[-1]):
            return members
        start, end = members[-1]
        return [*members[:-1], (start, end - len(tail))] if end - start > len(tail) else members

    def _within(self, plain: str, start: int, end: int, count: int) -> list[tuple[int, int]]:
        """A list in the first clause alone, or one whose members two marks part (多甲、少乙，多丙、少丁)."""
        if count in _PAIR:
            return []
        first = next(i for i in range(start, end) if plain[i] in _LIST_MARKS[:2])
        for marks, until in ((_LIST_MARKS[2], first), (_LIST_MARKS[1:], end)):
            bounds = [i for i in range(start, until) if plain[i] in marks]
            pieces = list(zip([start, *(b + 1 for b in bounds)], [*bounds, until], strict=True))
            if len(pieces) == count:
                return [_bare(plain, *self._opened_at(plain, *piece)) for piece in pieces]
        return []

    def _opened_at(self, plain: str, start: int, end: int) -> tuple[int, int]:
        """A member without its mark of order and 要."""
        lead = self._opening.match(plain, start, end)
        return (lead.end() if lead else start), end

    def _numbered(self, text: Text, at: int, count: int) -> list[tuple[int, int]]:
        """The clauses behind 一是, 二是 … as far as they go on without a gap."""
        firsts = [(start, rule) for rule in self._ordinals for start in self._first(rule, text, at)]
        if not firsts:
            return []
        start, rule = min(firsts, key=lambda pair: pair[0])
        members: list[tuple[int, int]] = []
        for match in rule.pattern.finditer(text.plain, start):
            if self._numerals.count(match["n"]) == len(members) + 1:
                if members and match.start() < members[-1][1]:
                    members[-1] = members[-1][0], match.start() - 1  # 一是甲、二是乙
                at = match.end()
                end = self._heading_end(text, match.start()) or self._clause_end(text.plain, at)
                members.append((at, end))
            elif self._numerals.count(match["n"]) == count + 1 and len(members) == count:
                return []  # the numbers go on: they count something else
        is_heading = self._heading_end(text, start) is not None
        return [m for m in members if m[0] < m[1]] if len(members) > 1 or is_heading else []

    def _first(self, rule: Rule, text: Text, at: int) -> list[int]:
        """Where the first of the numbered members begins, if it is near."""
        matches = rule.pattern.finditer(text.plain, at, at + _NEAR)
        return [m.start() for m in matches if self._numerals.count(m["n"]) == 1][:1]

    @staticmethod
    def _heading_end(text: Text, at: int) -> int | None:
        """Where a numbered line ends that begins at `at` and is a heading: no full stop stands in it."""
        line = next(((a, b) for a, b in text.paragraphs if a == at), None)
        if line is None or any(text.plain.find(mark, *line) >= 0 for mark in _FULL):
            return None
        return line[1]

    @staticmethod
    def _clause_end(plain: str, at: int) -> int:
        depth = 0
        for index in range(at, len(plain)):
            ch = plain[index]
            depth += (ch in _OPENING) - (ch in _CLOSING)
            if depth <= 0 and ch in _CLAUSE_ENDS:
                return index
        return len(plain)

    # ------------------------------------------------------------------ by what they share

    def _run(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """One list whose members all begin with the head (稳就业、稳金融 …)."""
        if not self._has_common(text, label) or label.count > _RUN:
            return []
        piece = f"({re.escape(label.head)}[^{_STOPS}]{{1,30}})"
        pattern = re.compile(f"[{_STOPS}]{{1,2}}".join([piece] * label.count))
        match = pattern.search(text.plain, *self._around(text, label))
        if not match:
            return []
        members = [match.span(i + 1) for i in range(label.count)]
        # 旧学堂进行“三旧”改造: what leads up to a label is no part of the last.
        tie = self._before.search(text.plain, members[-1][0], members[-1][1] + 1)
        return [*members[:-1], (members[-1][0], tie.start())] if tie else members

    @staticmethod
    def _has_common(text: Text, label: Label) -> bool:
        """Whether members could be known by the head alone: a pair's is too common a character."""
        is_telling = len(label.head) > 1 or (label.head and label.count > len(_PAIR))
        return bool(is_telling) and text.plain.count(label.head) > label.count

    @staticmethod
    def _around(text: Text, label: Label) -> tuple[int, int]:
        """Where to look: two members in the label's own paragraph, more of them in the whole text."""
        if label.count > len(_PAIR):
            return 0, len(text.plain)
        return next((start, end) for start, end in text.paragraphs if end >= label.end)

    def _alike(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """Members anywhere that all begin or end with what the label counts, or a list of those that hold it."""
        if not self._has_common(text, label):
            return []
        ways = [self._tailed] if label.is_known else [self._headed, self._tailed, self._held]
        return next((found for way in ways if (found := way(text, label))), [])

    def _ended(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """One list in a clause whose members all end as the label does (甲园、乙园和丙园 for 三园)."""
        tail = label.head[-2:]
        if label.is_known or not tail or label.count in _PAIR or label.count > _RUN:
            return []
        plain = text.plain
        for clause in text.clauses:
            if plain.count(tail, clause.start, clause.body_end) < label.count:
                continue
            end = plain.rfind(tail, clause.start, clause.body_end) + len(tail)
            members = self._pieces(plain, clause.start, end, label.count, is_first_bare=False)
            is_list = all(plain.endswith(tail, start + 1, end) for start, end in members)
            is_own = any(start <= label.start < end for start, end in members)
            if is_list and not is_own and len(members) == label.count:
                return members
        return []

    def _quoted(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """As many quotations as declared that begin with the head (“树表率” … “树旗帜” …)."""
        if not self._has_common(text, label):
            return []
        pattern = re.compile(f"“({re.escape(label.head)}[^“”]{{1,12}})”")
        matches = pattern.finditer(text.plain, *self._around(text, label))
        return _distinct(text.plain, [m.span(1) for m in matches], label.count)

    def _headed(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """As many clauses as declared that open a sentence with the head (要着力 …)."""
        if len(label.head) < 2 or label.count in _PAIR:
            return []
        opened = [(c, self._opened(text, c, label.head)) for c in text.clauses]
        every = [span for _, span in opened if span]
        first = [span for c, span in opened if span and c.start == text.sentences[c.sentence][0]]
        return _distinct(text.plain, first, label.count) or _distinct(
            text.plain, every, label.count
        )

    def _opened(self, text: Text, clause: Clause, head: str) -> tuple[int, int] | None:
        """The clause without its mark of order and 要, if the head then begins it."""
        lead = self._opening.match(text.plain, clause.start, clause.body_end)
        start = lead.end() if lead else clause.start
        return (start, clause.body_end) if text.plain.startswith(head, start) else None

    def _tailed(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """As many phrases as declared that end with the head, in the label's paragraph or the text."""
        if len(label.head) < 2:
            return []
        pattern = re.compile(
            f"[^{_STOPS}{self._marks}]{{2,16}}{re.escape(label.head)}(?![^{_STOPS}])"
        )
        paragraph = next(end for start, end in text.paragraphs if end >= label.end)
        for limit in (paragraph, self._around(text, label)[1]):
            spans = [m.span() for m in pattern.finditer(text.plain, label.end, limit)]
            spans = [(self._after_deed(text.plain, *span), span[1]) for span in spans]
            if found := _distinct(text.plain, spans, label.count):
                return found
        return []

    def _held(self, text: Text, label: Label) -> list[tuple[int, int]]:
        """One list in the label's sentence whose members all hold the head (认识明显提高、作风明显转变 …)."""
        if len(label.head) < 2 or label.count in _PAIR or label.count > _RUN:
            return []
        sentence = text.sentences[text.clauses[text.clause_at(label.start)].sentence]
        piece = f"([^{_STOPS}]{{1,10}}{re.escape(label.head)}[^{_STOPS}]{{1,8}})"
        pattern = re.compile("、".join([piece] * label.count))
        match = pattern.search(text.plain, *sentence)
        if not match:
            return []
        members = [match.span(i + 1) for i in range(label.count)]
        start, end = members[0]
        longest = max(b - a for a, b in members[1:])
        start = (
            end - longest if end - start >= longest else self._after_deed(text.plain, *members[0])
        )
        return [(start, end), *members[1:]]


def _printed(members: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The members that hold any words: a text may break off behind 六是."""
    return [(start, end) for start, end in members if start < end]


def _length(members: Sequence[tuple[int, int]]) -> int:
    """How much of the text the members hold."""
    return sum(end - start for start, end in members)


def _bare(plain: str, start: int, end: int) -> tuple[int, int]:
    """A member without the quotation marks around it, or the one that opens or closes the list."""
    is_opened = plain.startswith(_OPENING[0], start, end)
    is_closed = plain.endswith(_CLOSING[0], start, end)
    if end - start > 2 and is_opened and (is_closed or plain.find(_CLOSING[0], start, end) < 0):
        start += 1
    if end - start > 1 and is_closed and (is_opened or plain.find(_OPENING[0], start, end) < 0):
        end -= 1
    return start, end


def _distinct(plain: str, spans: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """The spans whose words differ, if there are as many as declared."""
    first = {plain[start:end]: (start, end) for start, end in reversed(spans)}
    return sorted(first.values()) if len(first) == count else []
