"""Places printed in a text and the divisions of China that they mean."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, pairwise

from transforms.found import Found
from transforms.lexicon import Lexicon

# Lists of words that may stand before an organ and make no place of it (聚焦区委中心工作).
_WORDS = ("verbs", "adverbs", "openers", "holding", "prepositions", "connectives")

_LISTED = "、"
# What ends the day or the time before a body's name (5月6日青溪政协召开), or nothing does.
_DAY = ("", "日", "午", "前", "讯")


@dataclass(frozen=True, slots=True)
class Division:
    """One division of China at one time, as GB/T 2260 lists it."""

    code: str
    name: str
    level: str
    parent: str
    province: str
    short: str
    valid_from: str
    valid_to: str

    def stood_on(self, day: str | None) -> bool:
        """Whether the division had this code and name on an ISO day (today, if none is known)."""
        if day is None:
            return not self.valid_to
        return (not self.valid_from or self.valid_from <= day) and (
            not self.valid_to or day <= self.valid_to
        )


class Places:
    """Finds the names of divisions and decides which division each one means."""

    def __init__(self, lexicon: Lexicon) -> None:
        names: dict[str, list[Division]] = defaultdict(list)
        shorts: dict[str, list[Division]] = defaultdict(list)
        self._provinces: list[Division] = []
        for row in lexicon.table("divisions"):
            division = Division(**row)
            names[division.name].append(division)
            if len(division.short) > 1 and division.level != "province":
                shorts[division.short].append(division)
            # The cities among the provinces are named in every text.
            elif len(division.short) > 1 and not division.valid_to and division.name[-1] != "市":
                self._provinces.append(division)
            # Short names of districts are words of the language too often (江南, 城中, 新市) to name a place alone.
            is_district = division.level == "county" and division.name.endswith("区")
            if len(division.short) > 1 and division.short != division.name and not is_district:
                names[division.short].append(division)
        self._names = {name: tuple(divisions) for name, divisions in names.items()}
        self._shorts = {name: tuple(divisions) for name, divisions in shorts.items()}
        self._starts = frozenset(name[:2] for name in (*names, *shorts))
        self._prefectures = tuple(
            d for divisions in names.values() for d in divisions if d.level == "prefecture"
        )
        self._kinds = frozenset(t for t in lexicon.terms("level_words") if len(t) == 1)
        # What a county stands below: 临江市和县, but not 青溪镇和县.
        self._above = frozenset(
            t
            for level in ("province", "prefecture")
            for t in lexicon.terms("level_words", level=level)
            if len(t) == 1
        )
        rules = {r.name: r.pattern for r in lexicon.rules("places")}
        self._short_after, self._lead, self._joining = (
            rules["short_after"],
            rules["lead"],
            rules["joining"],
        )
        self._named, self._ordinary = rules["named"], rules["ordinary"]
        self._closed, self._at = rules["closed"], rules["at"]
        self._praised, self._media_after = rules["praised"], rules["media_after"]
        self._written_by, self._dated = rules["written_by"], rules["dated"]
        self._own_before, self._own_after = rules["own_before"], rules["own_after"]
        self._rooted_before, self._suited = rules["rooted_before"], rules["suited"]
        self._seated_after, self._branch = rules["seated_after"], rules["branch"]
        self._nature_after = rules["nature_after"]
        self._surnames = frozenset(lexicon.terms("surnames", kind="common")) - {
            t[-1:] for t in lexicon.terms("name_openers")
        }
        self._posts = frozenset(t[-2:] for t in lexicon.terms("posts") if len(t) > 1)
        self._words = frozenset(t for n in _WORDS for t in lexicon.terms(n) if len(t) == 2)
        self._not_after = frozenset(
            t[-1] for t in lexicon.terms("titles") if len(t) == 2 and t[0] in self._kinds
        )
        lengths: dict[str, set[int]] = defaultdict(set)
        for name in self._names:
            lengths[name[:2]].add(len(name))
        self._lengths = {start: tuple(sorted(ns, reverse=True)) for start, ns in lengths.items()}

    def at(self, plain: str, start: int) -> str:
        """The longest name of a division that begins at `start`, "" if none does."""
        for length in self._lengths.get(plain[start : start + 2], ()):
            name = plain[start : start + length]
            if name in self._names and not self._is_of_another_kind(plain, start, name):
                is_none = self._ordinary.match(plain, start, start + 6) is not None
                return "" if is_none or self._is_of_nature(plain, start, name) else name
        return ""

    def _is_of_another_kind(self, plain: str, start: int, name: str) -> bool:
        """Whether the word after a short name makes it another division's: 云溪 is 云溪区, not 云溪县."""
        divisions = self._names[name]
        kind = plain[start + len(name) : start + len(name) + 1]
        return (
            kind in self._kinds
            and self._ends_at(plain, start + len(name))
            and not any(d.name == name or d.name[-1] == kind for d in divisions)
        )

    def _is_of_nature(self, plain: str, start: int, name: str) -> bool:
        """Whether a short name is part of a mountain's or a water's (南溪山)."""
        end = start + len(name)
        is_full = any(division.name == name for division in self._names[name])
        return not is_full and self._nature_after.match(plain[end : end + 2]) is not None

    def _ends_at(self, plain: str, end: int) -> bool:
        """Whether what follows a short name lets it be a place."""
        return self._short_after.match(plain[end : end + 16]) is not None

    def _is_short_name(self, plain: str, start: int, name: str) -> bool:
        """Whether a short name stands as a place; those of counties are too often parts of other words (扩大新…)."""
        before = plain[max(0, start - 4) : start]
        is_large = any(d.level != "county" and not d.valid_to for d in self._names[name])
        is_led = self._lead.search(before) is not None
        if self._ends_at(plain, start + len(name)):
            # 董玉龙、: the given name of a person; 皇故城的: the end of another word.
            can_begin = is_large or is_led or self._own_before.search(before) is not None
            can_begin = can_begin or self._praised.search(before) is not None
            # 山东青州: below the place that is named before it.
            can_begin = can_begin or any(before[-n:] in self._names for n in (2, 3))
            return can_begin and not self._is_given(plain, start)
        return is_large and is_led

    def _is_given(self, plain: str, start: int) -> bool:
        """Whether a surname at the head of a phrase, or behind a post, stands before a name."""
        before, head = plain[max(0, start - 1) : start], plain[max(0, start - 2) : start - 1]
        is_apart = not head.isalpha() or plain[max(0, start - 3) : start - 1] in self._posts
        return before in self._surnames and is_apart

    def find(self, plain: str, start: int, end: int) -> list[Found[str]]:
        """The names of divisions printed between `start` and `end`, longest first, none inside another."""
        found, at, lengths = [], start, self._lengths
        while at < end:
            if (
                plain[at : at + 2] in lengths
                and (name := self.at(plain, at))
                and self._is_one(plain, at, name)
            ):
                found.append(Found(at, at + len(name), name))
                at += len(name)
            else:
                at += 1
        return found

    def _is_one(self, plain: str, start: int, name: str) -> bool:
        """Whether a name such as 和县 is one here, and not the end and the beginning of other words."""
        if all(division.name != name for division in self._names[name]):
            return len(name) > 2 or self._is_short_name(plain, start, name)
        if len(name) > 2:
            joins = self._joining.search(name) is not None
            return not joins or bool(self._lead.search(plain[max(0, start - 4) : start]))
        before, after = plain[max(0, start - 1) : start], plain[start + 2 : start + 3]
        # 省市和县 joins level words; in 临江市和县 a name stands before the 市.
        above = plain[max(0, start - 2) : start - 1]
        is_named = above.isalpha() and above not in self._kinds
        is_below = before in self._above and is_named
        if self._closed.match(before):
            return False
        # 云海和县: below the province that is named before it.
        is_below = is_below or any(plain[max(0, start - n) : start] in self._names for n in (2, 3))
        # 现代化睢县建设; 现代化和县域经济 joins.
        is_praised = self._praised.search(plain[max(0, start - 4) : start]) is not None
        is_below = is_below or (is_praised and not self._joining.search(before + name))
        is_apart = not before.isalpha() or is_below
        is_apart = is_apart or self._at.search(plain[max(0, start - 2) : start]) is not None
        return after not in self._not_after and is_apart

    def own(self, plain: str, start: int, end: int, day: str | None, word: str) -> list[Division]:
        """The divisions below a province that the text calls by their short names as one does one's own place.

        Those short names are parts of other words so often that they are read so only where nothing else tells the place;
        those that are ordinary words, or mean several places, only before a medium or a body, where people invest or
        what they fit their deeds to, with the level word by which the text calls its place (应城网 in a text about 全市:
        应城市).
        """
        found: list[Division] = []
        for at in range(start, end - 1):
            for length in (4, 3, 2) if plain[at : at + 2] in self._starts else ():
                if divisions := self._called_at(plain, at, at + length, word):
                    standing = {d.code: d for d in divisions if d.stood_on(day)}
                    found += standing.values() if len(standing) == 1 else ()
                    break
        return found + self.suited(plain, start, end, day, word)

    def _called_at(self, plain: str, start: int, end: int, word: str) -> tuple[Division, ...]:
        """What a short name that stands there can mean as a text's own place."""
        name = plain[start:end]
        is_seated = self._is_seated(plain, start, end)
        if divisions := self._shorts_of(name, word):
            return divisions if is_seated or self._is_own(plain, start, end) else ()
        divisions = self._names.get(name + word, ())
        is_apart = not plain[max(0, start - 1) : start].isalpha()
        is_medium = is_apart and self._media_after.match(plain, end) is not None
        return divisions if is_seated or is_medium or self._is_rooted(plain, start, end) else ()

    def _shorts_of(self, name: str, word: str) -> tuple[Division, ...]:
        return tuple(d for d in self._shorts.get(name, ()) if d.name.endswith(word))

    def suited(
        self, plain: str, start: int, end: int, day: str | None, word: str
    ) -> list[Division]:
        """The divisions to which deeds are fitted (符合青溪实际), or in which a city's office has its branch: a text's own also where the name is a word."""
        found: list[Division] = []
        matches = (rule.finditer(plain, start, end) for rule in (self._suited, self._branch))
        for match in chain.from_iterable(matches):
            name = match["name"]
            divisions = self._shorts_of(name, word) or self._names.get(name + word, ())
            standing = {d.code: d for d in divisions if d.stood_on(day)}
            found += standing.values() if len(standing) == 1 else ()
        return found

    def _is_seated(self, plain: str, start: int, end: int) -> bool:
        """Whether a body is called there by its place's short name alone (青溪政协召开)."""
        is_apart = plain[max(0, start - 1) : start] in _DAY or not plain[start - 1].isalpha()
        return is_apart and self._seated_after.match(plain, end) is not None

    def seated(self, words: str, start: int) -> str | None:
        """The body, at `start`, that is called by its county's or district's short name alone and holds a meeting (青溪政协召开)."""
        for name in (words[start : start + length] for length in (4, 3, 2)):
            if name in self._shorts or any(name + kind in self._names for kind in "县区"):
                match = self._seated_after.match(words, start + len(name))
                if match:
                    return name + match["body"]
        return None

    def repeated(self, plain: str, start: int, end: int, day: str | None) -> list[Division]:
        """The counties and cities whose short names are printed more than once, and once as one's own place is."""
        counts: Counter[str] = Counter()
        called: set[str] = set()
        for at in range(start, end - 1):
            for length in (4, 3, 2) if plain[at : at + 2] in self._starts else ():
                name = plain[at : at + length]
                if any(not d.name.endswith("区") for d in self._shorts.get(name, ())):
                    counts[name] += 1
                    if self._own_before.search(plain, max(0, at - 4), at):
                        called.add(name)
                    break
        found: list[Division] = []
        for name in called:
            standing = {d.code: d for d in self._shorts[name] if d.stood_on(day)}
            if counts[name] > 1 and len(standing) == 1:
                found += list(standing.values()) * counts[name]
        return found

    def _is_rooted(self, plain: str, start: int, end: int) -> bool:
        """Whether a name is the end of a phrase that only a text's own place can end (投资青溪、扎根青溪)."""
        is_end = not plain[end : end + 1].isalnum()
        return is_end and self._rooted_before.search(plain, max(0, start - 4), start) is not None

    def above(self, plain: str, names: Iterable[str], day: str | None) -> list[Division]:
        """The prefectures whose short names are printed and below which the counties or districts named stand, once for each."""
        counties = {
            d.code: d
            for name in names
            for d in self._names.get(name, ())
            if d.level == "county" and d.name == name and d.stood_on(day)
        }
        counts = Counter(d.parent for d in counties.values())
        standing = {d.code: d for d in self._prefectures if d.short in plain and d.stood_on(day)}
        return [d for code, d in standing.items() if d.short for _ in range(counts[code])]

    def province(self, plain: str, start: int, end: int) -> list[Division]:
        """The province whose short name is printed most, if one is: those are parts of few other words."""
        counts = {d: plain.count(d.short, start, end) for d in self._provinces}
        most = max(counts.values(), default=0)
        first = [d for d, count in counts.items() if count == most > 0]
        return first if len(first) == 1 else []

    def unlike(self, plain: str, found: list[Found[str]]) -> list[Found[str]]:
        """Places that are not listed with others of their kind (登封市、新郑市): a text's own place is not."""
        joined = {
            i
            for i, (one, other) in enumerate(pairwise(found))
            if plain[one.end : other.start] == _LISTED
        }
        return [f for i, f in enumerate(found) if i not in joined and i - 1 not in joined]

    def lowest(self, found: list[Found[str]]) -> list[Found[str]]:
        """Places that stand above no other: not 临江市 in 临江市青溪县."""
        above = {i for i, (one, other) in enumerate(pairwise(found)) if one.end == other.start}
        return [f for i, f in enumerate(found) if i not in above]

    def _is_own(self, plain: str, start: int, end: int) -> bool:
        before = plain[max(0, start - 4) : start]
        if self._dated.match(plain, end) and self._written_by.search(before):
            return True
        if self._praised.search(before):
            return plain[end : end + 1] not in self._kinds
        if not self._own_before.search(before):
            return self._media_after.match(plain, end) is not None and not before[-1:].isalpha()
        if self._media_after.match(plain, end):
            return not before[-1:].isalpha()
        if self._is_rooted(plain, start, end):
            return True
        return self._own_after.match(plain, end) is not None

    def unlisted(self, plain: str, start: int, end: int) -> list[Found[str]]:
        """The places named before an organ or an act of theirs that no list of divisions has."""
        return [
            Found(*match.span("name"), match["name"])
            for match in self._named.finditer(plain, start, end)
            if not self.at(plain, match.start("name"))
            and not self.is_word(match["name"])
            and match["name"][-2:] not in self._names
        ]

    def is_word(self, name: str) -> bool:
        """Whether what is spelt like a place is an ordinary word before a level word (聚焦区, 部分区)."""
        is_led = len(name) > 3 and name[:2] in self._words
        return is_led or name[-3:-1] in self._words or self._ordinary.match(name) is not None

    def meant(self, name: str, printed: Iterable[str], day: str | None) -> tuple[Division, ...]:
        """The divisions that `name` can mean, those alone whose parents are printed too where any are."""
        divisions = self._names.get(name, ())
        standing = tuple(d for d in divisions if d.stood_on(day))
        # An old code's short name means the division that bears its name on the day.
        heirs = (d for old in divisions for d in self._names[old.name] if d.stood_on(day))
        is_full = any(d.name == name for d in divisions)
        standing = standing or tuple(heirs)
        if not standing and (is_full or not day):
            standing = self._of_gone(divisions, day)
        latest = {d.code: d for d in sorted(standing, key=lambda d: d.valid_from)}
        candidates = _full_names_first(name, latest.values())
        above = {d.code for other in printed if other != name for d in self._names.get(other, ())}
        supported = tuple(
            d for d in candidates if d.parent in above or d.code[:2] + "0000" in above
        )
        return supported or candidates

    def _of_gone(self, divisions: Iterable[Division], day: str | None) -> tuple[Division, ...]:
        """For places that are no more, those that have their names in a longer form (青龙满族自治县), else the last that bore them."""
        gone = {(d.name, d.province): d for d in sorted(divisions, key=lambda d: d.valid_to)}
        longer = tuple(
            d
            for name, province in gone
            for d in self._shorts.get(name[:-1], ())
            if d.stood_on(day) and d.name[-1] == name[-1] and d.province == province
        )
        return longer or tuple(gone.values())


def _full_names_first(name: str, divisions: Iterable[Division]) -> tuple[Division, ...]:
    """Divisions of that very name, else those whose short name it is."""
    divisions = tuple(divisions)
    return tuple(d for d in divisions if d.name == name) or divisions
