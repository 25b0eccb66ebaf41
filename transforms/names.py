"""Personal names and the posts printed beside them, found from posts, titles and places where a name can begin."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from transforms.lexicon import Lexicon
from transforms.longest import lengths_by_end, lengths_by_start

_HAN = "\u3400-\u9fff"
_WHITE = " \u3000"
_DOTTED = re.compile(f"([{_HAN}]{{1,6}}·)+[{_HAN}]{{1,8}}")
_MARKS = "，。；：！？\n（）【】“”《》"
# So long at most is what stands in brackets within a post.
_ASIDE = 20
_LIST_MARKS = ("、", "，", "。")
_LISTED = re.compile(f"[、，][{_HAN}·]{{4,22}}[、，]")
_BETWEEN = re.compile(f"[{_HAN}]{{2,3}}、")
_LISTED_BARE = re.compile(f"、[{_HAN}]{{2,3}}、")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text, with the stretch before it that holds its post and the end of a title after it."""

    start: int
    end: int
    post: str | None
    post_start: int
    tail: int
    is_bare: bool


class Vocabulary:
    """A set of words, asked whether one of them begins or ends at a place."""

    def __init__(self, words: Collection[str]) -> None:
        self.words = frozenset(words)
        self._from = lengths_by_start(words)
        self._upto = lengths_by_end(words)

    def at(self, plain: str, start: int) -> str:
        """The longest word that begins at `start`, "" if none does."""
        for length in self._from.get(plain[start : start + 2], ()):
            if (word := plain[start : start + length]) in self.words:
                return word
        return word if (word := plain[start : start + 1]) in self.words else ""

    def before(self, plain: str, end: int) -> str:
        """The longest word that ends at `end`, "" if none does."""
        for length in self._upto.get(plain[max(0, end - 2) : end], ()):
            if length <= end and (word := plain[end - length : end]) in self.words:
                return word
        return word if (word := plain[max(0, end - 1) : end]) in self.words else ""


class Names:
    """Finds every name that a text prints with a post or title, at the head of a clause, or in a list of such."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._common = frozenset(lexicon.terms("surnames", kind="common"))
        self._surnames = self._common | frozenset(lexicon.terms("surnames", kind="rare"))
        self._compound = frozenset(
            t for t in lexicon.terms("surnames", kind="compound") if len(t) == 2
        )
        self._heads = Vocabulary(lexicon.terms("posts"))
        self._strong = frozenset(lexicon.terms("posts", strength="strong"))
        self._organs = Vocabulary([t for t in lexicon.terms("organ_tails") if len(t) > 1])
        self._titles = Vocabulary(lexicon.terms("titles", part="post"))
        self._courtesies = Vocabulary(lexicon.terms("titles", part="courtesy"))
        places = {
            row["short"] or row["name"]
            for row in lexicon.table("divisions")
            if row["level"] != "county"
        }
        self._counties = frozenset(
            row["short"] for row in lexicon.table("divisions") if row["level"] == "county"
        )
        self._not_names = Vocabulary(places.union(lexicon.terms("not_names")))
        self._stops = frozenset(lexicon.terms("given_name_stops", place="any"))
        self._last_stops = frozenset(lexicon.terms("given_name_stops", place="last"))
        syllables = "".join(lexicon.terms("name_syllables"))
        self._transcribed = re.compile(f"[{syllables}]{{2,6}}")
        self._follows = Vocabulary(lexicon.terms("after_name"))
        self._acts = Vocabulary(
            (*lexicon.terms("participation"), *lexicon.terms("reporting_verbs"))
        )
        self._nexts = Vocabulary(self._follows.words | self._acts.words | self._titles.words)
        self._joins = Vocabulary(lexicon.terms("name_joins"))
        self._levels = frozenset(lexicon.terms("level_words"))
        rules = {r.name: r.pattern for r in lexicon.rules("people")}
        self._lead_in = rules["lead_in"]
        self._plural, self._etc = rules["plural"], rules["etc"]
        self._aside, self._no_organ = rules["aside"], rules["no_organ"]
        first = "".join(sorted(self._surnames | {c[0] for c in self._compound}))
        ends = "".join(sorted({t[-1] for t in self._heads.words}))
        organs = "".join(sorted({t[-1] for t in lexicon.terms("organ_tails")}))
        self._organ_ends = frozenset(organs)
        self._after_post = re.compile(
            f"[{ends}{organs}](?:（[^（）]{{1,6}}）)?[{_WHITE}]?(?=[{first}][{_HAN}{_WHITE}]|[{_HAN}]{{1,6}}·|[{syllables}]{{2}})"
        )
        openers = "".join(lexicon.terms("name_openers"))
        # The character of the name stands first in the pattern, so that the engine runs from one to the next.
        common = "".join(sorted(self._common | {c[0] for c in self._compound}))
        self._clause_start = re.compile(f"[{common}](?<![^{_MARKS}、{_WHITE}{openers}].)")

    @property
    def joins(self) -> frozenset[str]:
        """What may stand between two names of one list, "" among it."""
        return self._joins.words | {""}

    def ends_post(self, words: str) -> bool:
        """Whether `words` end as a post does."""
        return bool(self._heads.before(words, len(words)))

    def is_unread(self, plain: str, start: int, end: int) -> bool:
        """Whether one more of a list stands there, a name that none of the rules can read, or a post and such a name."""
        gap = plain[start:end].strip(_WHITE)
        if _LISTED_BARE.fullmatch(gap):
            return True
        if not (_LISTED.fullmatch(gap) and len(gap) < 24):
            return False
        words = gap[1:-1]
        return not self._acts.at(words, 0) and any(
            self._heads.before(words, len(words) - n) in self._strong for n in (2, 3, 4)
        )

    def find(self, plain: str) -> list[Mention]:
        """All mentions in reading order; of a bare one that nothing else supports, the caller decides."""
        found: dict[int, Mention] = {}
        floor = 0
        for match in self._after_post.finditer(plain):
            if (
                match.end() >= floor
                and (mention := self._after(plain, match.end(), floor)) is not None
            ):
                found.setdefault(mention.start, mention)
                floor = self._continue(plain, mention, found)
        for match in self._clause_start.finditer(plain):
            if match.start() not in found and plain[match.start() - 1 : match.start()] != "“":
                for mention in self._opening(plain, match.start()):
                    found.setdefault(mention.start, mention)
        # 县长李明和就…: a name that is known with its last character from elsewhere.
        known = {plain[m.start : m.end] for m in found.values()}
        mentions = [
            replace(m, end=m.end + 1, tail=max(m.tail, m.end + 1))
            if plain[m.end : m.end + 1] in self._joins.words and plain[m.start : m.end + 1] in known
            else m
            for m in found.values()
        ]
        mentions.sort(key=lambda m: (m.start, -m.end))
        return [m for i, m in enumerate(mentions) if i == 0 or m.start >= mentions[i - 1].end]

    def end_of(self, plain: str, start: int) -> int:
        """The end of the name that begins at `start`, 0 if none does: what follows decides how long it is."""
        if self._not_names.at(plain, start) or self._joins_place(plain, start):
            return 0
        lengths: tuple[int, ...]
        if plain[start : start + 2] in self._compound:
            lengths = (4, 3)
        elif plain[start] in self._surnames:
            lengths = (3, 2)
        else:
            lengths = ()
        transcribed = self._end_of_transcribed(plain, start)
        if transcribed - start > 3:
            return transcribed
        for length in lengths:
            if self._is_name(plain, start, start + length):
                return self._before_word(plain, start, length)
        return self._spaced_or_dotted(plain, start, bool(lengths)) or transcribed

    def _joins_place(self, plain: str, start: int) -> bool:
        """Whether 和 stands before a place or a word (和江苏), not for the surname."""
        return plain[start] in self._joins.words and bool(self._not_names.at(plain, start + 1))

    def _end_in_list(self, plain: str, start: int) -> int:
        """As `end_of`; between two names of a list also of words that are none elsewhere (黄河)."""
        if end := self.end_of(plain, start):
            return end
        if plain[start] not in self._common or len(self._not_names.at(plain, start)) != 2:
            return 0
        for end in (start + 3, start + 2):
            if plain[end : end + 1] == "、" and self._is_name(plain, start, end):
                return end if self.end_of(plain, end + 1) else 0
        return 0

    def _end_between(self, plain: str, start: int) -> int:
        """The end of what stands between two names of a list and has a name's length, whatever it begins with."""
        match = _BETWEEN.match(plain, start)
        if match is None or plain[start - 1] != "、" or plain[start] in self._levels:
            return 0
        end = match.end() - 1
        is_word = self._heads.before(plain, end) or self._organs.before(plain, end)
        if is_word or self._stops.intersection(plain[start:end]):
            return 0
        return end if self.end_of(plain, match.end()) else 0

    def _end_listed(self, plain: str, start: int) -> int:
        return self._end_in_list(plain, start) or self._end_between(plain, start)

    def _end_of_transcribed(self, plain: str, start: int) -> int:
        """The end of a name of another language without a dot (宝音巴图), of syllables that such names are written with."""
        match = self._transcribed.match(plain, start)
        if match is None:
            return 0
        for end in range(match.end(), start + 1, -1):
            is_closed = plain[end : end + 1] in _LIST_MARKS or self._acts.at(plain, end)
            if is_closed or (end - start > 3 and self._may_follow(plain, end)):
                return end
        return 0

    def _before_word(self, plain: str, start: int, length: int) -> int:
        """The end of a name, a character earlier where that leaves a whole word (李强 + 强调, not 李强强 + 调)."""
        shorter = start + length - 1
        if (
            len(self._nexts.at(plain, shorter)) > 1
            and length > 2
            and self._is_name(plain, start, shorter)
        ):
            return shorter
        return start + length

    def _is_name(self, plain: str, start: int, end: int) -> bool:
        given = plain[start + 1 : end]
        if len(given) != end - start - 1 or not all(_is_han(ch) for ch in given):
            return False
        if (
            len(self._organs.before(plain, end)) == len(given) > 1
            or self._stops.intersection(given)
            or self._is_last_stop(plain, given[-1], start, end)
            or self._heads.before(plain[start:end], end - start)
        ):
            return False
        return self._may_follow(plain, end)

    def _is_last_stop(self, plain: str, last: str, start: int, end: int) -> bool:
        """Whether a name cannot end with `last` here; 和 may end one that an act follows (和 + 指出), and any one within a list."""
        is_within = plain[start - 1 : start] == plain[end : end + 1] == "、"
        if last not in self._last_stops or (is_within and last not in self._levels):
            return False
        # 和 joins two names; before 等, what its bearer does, or a mark it ends one.
        is_closed = plain[end : end + 1] in "、，。"
        is_end = is_closed or self._acts.at(plain, end) or self._etc.match(plain, end)
        return last not in self._joins.words or not is_end

    def _may_follow(self, plain: str, end: int) -> bool:
        if end >= len(plain) or not _is_han(plain[end]):
            return plain[end : end + 1] != "·"
        return bool(self._nexts.at(plain, end))

    def _spaced_or_dotted(self, plain: str, start: int, has_surname: bool) -> int:
        """A name of two characters set apart (张 三), or one with a dot (买买提·艾力)."""
        if has_surname and plain[start + 1 : start + 2] in _WHITE and start + 2 < len(plain):
            given = plain[start + 2]
            return start + 3 if _is_han(given) and self._may_follow(plain, start + 3) else 0
        match = _DOTTED.match(plain, start)
        if match is None or plain[start] in self._stops:
            return 0
        # A post within its first part means that the name begins later.
        first_part = range(start + 1, plain.index("·", start))
        if any(self._heads.before(plain, at) for at in first_part):
            return 0
        ends = [e for e in range(match.end(1) + 1, match.end() + 1) if self._may_follow(plain, e)]
        if not ends:
            return 0
        # Of 买买|提出 and 买买提|出席 the second is meant.
        return ends[0] + 1 if ends[0] + 1 in ends and _is_han(plain[ends[0]]) else ends[0]

    def _after(self, plain: str, start: int, floor: int) -> Mention | None:
        """The name right after a post, or after an organ if a title follows it."""
        post_end = start
        while plain[post_end - 1] in _WHITE:
            post_end -= 1
        head = self._heads.before(plain, _before_aside(plain, post_end))
        if not head and plain[post_end - 1] not in self._organ_ends:
            return None  # Neither a post nor an organ ends there.
        end = self.end_of(plain, start)
        if not end or self._is_within_post(plain, start) or self._is_of_word(plain, start):
            return None
        title = self._titles.at(plain, end)
        is_office = (
            title
            and plain[post_end - 1] in self._organ_ends
            and not self._no_organ.match(plain, post_end - 2)
        )
        if not head and not is_office and not self._is_of_organ(plain, post_end, end):
            return None
        # 领导和统计站长, 代表和工人: what joins stands between two who take part.
        if plain[start] in self._joins.words and (title or head not in self._strong):
            return None
        is_rare = (
            plain[start] not in self._common and plain[start : start + 2] not in self._compound
        )
        if (
            is_rare
            and end - start < 3
            and not (
                title
                or self._acts.at(plain, end)
                or (end < len(plain) and plain[end] in "、，。（同")
            )
        ):
            return None
        if (
            head
            and head not in self._strong
            and not (title or len(self._nexts.at(plain, end)) > 1 or self._listed(plain, end))
        ):
            return None
        return self._mention(
            plain, start, end, post_end, title, floor, is_whole=bool(title) or not head
        )

    def _is_of_organ(self, plain: str, post_end: int, end: int) -> bool:
        """Whether a name stands right after an organ's and goes on as a person does: 县教育局 + name + 参加."""
        if not self._organs.before(plain, post_end):
            return False
        if self._acts.at(plain, end):
            return True
        return plain[end : end + 1] == "、" and self.end_of(plain, end + 1) > 0

    def _is_of_word(self, plain: str, start: int) -> bool:
        """Whether a level word is the end of another word: 社区 + 专职副书记."""
        return plain[start] in self._levels and len(self._not_names.at(plain, start - 1)) > 1

    def _is_within_post(self, plain: str, start: int) -> bool:
        """Whether a post's word goes on across `start`, as 秘书长 after 秘书."""
        return any(len(self._heads.before(plain, start + n)) > n for n in (1, 2))

    def _listed(self, plain: str, end: int) -> bool:
        return plain[end : end + 1] in "、，等"

    def _mention(
        self,
        plain: str,
        start: int,
        end: int,
        post_end: int,
        title: str,
        floor: int,
        *,
        is_whole: bool,
    ) -> Mention:
        post_start = self._post_start(plain, post_end, is_whole, floor)
        post = plain[post_start:post_end]
        # A post is whole before the name, or its last word stands after it (市教育局 + name + 局长).
        if title and (not post or not self._heads.before(plain, post_end)):
            post += title
        tail = end + len(title)
        tail += len(self._courtesies.at(plain, tail))
        return Mention(start, end, post or None, post_start, tail, not post)

    def _post_start(self, plain: str, end: int, has_title: bool, limit: int) -> int:
        """Where the posts that end at `end` begin: items joined by 、, each of which ends with a post's word."""
        floor = _before_aside(plain, end)
        while (
            floor > limit
            and end - floor < 80
            and (
                plain[floor - 1] not in _MARKS
                or self._in_quotes(plain, floor, end)
                or self._in_brackets(plain, floor, end, limit)
            )
        ):
            if plain[floor - 1] in _WHITE:
                break
            floor -= 1
        start, item_end = end, end
        while item_end > floor:
            item_start = _item_start(plain, floor, item_end)
            item = plain[item_start:item_end]
            ends = self._heads.before(plain, _before_aside(plain, item_end))
            whole = ends or (has_title and item_end == end) or item in self._levels
            if not whole or not item or (item_end < end and self._plural.search(item)):
                break
            if lead := self._lead_in.match(item):
                # 听取和审议了 …: what introduces a post may be of two parts.
                again = self._lead_in.match(item[lead.end() :])
                return item_start + lead.end() + (again.end() if again else 0)
            # Behind 、 nothing more joins: the 和 of 、和平县 is a place's.
            joined = "" if plain[item_start - 1] == "、" else self._joins.at(plain, item_start)
            start = item_start + (len(joined) if len(item) > len(joined) + 1 else 0)
            item_end = item_start - 1
        return self._across_comma(plain, start, limit)

    def _across_comma(self, plain: str, start: int, limit: int) -> int:
        """Where posts begin that go on across a comma (县委常委、副县长，领导小组组长 + name): nobody else bears them."""
        end = start - 1
        if end <= limit or plain[end] != "，" or self._heads.before(plain, end) not in self._strong:
            return start
        before = self._post_start(plain, end, False, limit)
        is_whole = before == limit or plain[before - 1] in _MARKS
        return before if is_whole and not self._plural.search(plain[before:end]) else start

    def _in_quotes(self, plain: str, at: int, end: int) -> bool:
        """Whether the quotation mark before `at` belongs to a post, as in “六五”普法讲师团讲师."""
        if plain[at - 1] == "”":
            return plain.rfind("“", max(0, at - 12), at) >= 0
        return plain[at - 1] == "“" and plain.find("”", at, end) >= 0

    def _in_brackets(self, plain: str, at: int, end: int, limit: int) -> bool:
        """Whether the bracket before `at` belongs to a post, as in 规划（林业）局局长: its last word goes on behind it."""
        if plain[at - 1] == "（":
            return 0 <= plain.find("）", at, end) < end - 1 and _is_han(plain[at - 2 : at - 1])
        if plain[at - 1] != "）" or at >= end or plain[at] in self._levels:
            return False
        opening = plain.rfind("（", max(limit, at - _ASIDE), at)
        return opening > 0 and not self._aside.search(plain, opening, at)

    def _continue(self, plain: str, mention: Mention, found: dict[int, Mention]) -> int:
        """The bare names that follow in a list (、 or 和): they share the post; the end of the last."""
        while True:
            join = self._joins.at(plain, mention.tail)
            start = mention.tail + len(join)
            if not join or start in found or start >= len(plain):
                return mention.tail
            end = self._end_listed(plain, start)
            if not end or self._is_word(plain, start, end):
                return mention.tail
            title = self._titles.at(plain, end)
            if join.startswith("，") and (title or plain[start] not in self._common):
                return mention.tail
            post = title or (None if join.startswith("，") else mention.post)
            tail = end + len(title)
            tail += len(self._courtesies.at(plain, tail))
            mention = Mention(start, end, post, start, tail, True)
            found[start] = mention

    def _is_word(self, plain: str, start: int, end: int) -> bool:
        """Whether the seeming name is the beginning of a post or an organ (、常委会…)."""
        return bool(self._heads.at(plain, start))

    def _opening(self, plain: str, start: int) -> Iterator[Mention]:
        """A name or list of names at the head of a clause, before what its bearers do."""
        listed: list[Mention] = []
        is_person = False
        end_of = self.end_of
        while (end := end_of(plain, start)) and not self._is_word(plain, start, end):
            end_of = self._end_listed
            title = self._titles.at(plain, end)
            tail = end + len(title)
            courtesy = self._courtesies.at(plain, tail)
            tail += len(courtesy)
            listed.append(Mention(start, end, title or None, start, tail, True))
            join = self._joins.at(plain, tail)
            if not join or join == "，":
                is_person = bool(title or courtesy or self._acts.at(plain, tail))
                break
            start = tail + len(join)
            if start >= len(plain):
                break
        # 李明市长与有关单位 …: a title shows a person also where no other follows the join.
        is_person = is_person or len(listed) > 1 or any(mention.post for mention in listed)
        # 青溪、云岭四县: what two places are called are no names.
        places = sum(plain[m.start : m.end] in self._counties for m in listed)
        if is_person and places < 2:
            yield from listed


def _item_start(plain: str, floor: int, end: int) -> int:
    """Where the item of a list that ends at `end` begins: behind the last 、 that no quotation holds."""
    at = plain.rfind("、", floor, end)
    while at >= 0 and plain.find("”", at, end) >= 0 and "“" not in plain[at:end]:
        opening = plain.rfind("“", floor, at)
        at = plain.rfind("、", floor, opening) if opening >= 0 else -1
    return at + 1 or floor


def _before_aside(plain: str, end: int) -> int:
    """Where a post ends whose last words stand in brackets: 副县长（常务）."""
    return max(plain.rfind("（", 0, end), 0) if plain[end - 1 : end] == "）" else end


def _is_han(ch: str) -> bool:
    return "\u3400" <= ch <= "\u9fff"
