"""Documents named in 《》: which of them the text issues, and which it follows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.lexicon import Lexicon

# The verb that governs a title stands within so many characters before it.
_NEAR = 24
# In a list it stands before the first of them.
_FAR = 120
# A shorter title (《条例》, 《准则（讨论稿）》) only refers back to one given before.
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Title:
    """A document's name with its marks; `is_issued`: passed, issued or carried out here; `is_followed`: invoked; `is_brief`: short for one given before."""

    start: int
    end: int
    is_issued: bool
    is_followed: bool
    is_brief: bool


class Titles:
    """Finds the documents named in a text; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        # A title whose mark is not closed behind its remark ends where the next one begins: 《甲（送审稿）《乙》.
        self._title = lexicon.compile(
            "《(?P<name>[^《》\n]*(?:《[^《》\n]*》[^《》\n]*)*)(?:》|(?<=[）)])(?=《))"
            "(?P<draft>(?<={title_words__report}》)（{title_words__stage}）)?(?:（{title_words__volume}）|{title_words__volume})?"
        )
        self._joint = lexicon.compile(
            "(?:[（(][^（）()]{1,8}[）)])?[、，]?{citation_words__joint}?"
        )
        self._goes_on = re.compile("[^，。；：！？\n]{0,40}")
        self._remark = re.compile("（[^（）]*）$")
        self._issue = lexicon.compile("(?:{title_words__issue})")
        self._follow = lexicon.compile("(?:{title_words__follow})")
        self._neutral = lexicon.compile("(?:{title_words__neutral})$")
        self._followed = lexicon.compile("[^，。；：！？《》]{0,12}?(?:{title_words__followed})")
        self._is_kind = lexicon.compile("(?:{title_words__kind})(?:（[^（）]*）)*$").search
        self._is_heard = lexicon.compile("(?:{title_words__heard})(?:（[^（）]*）)*$").search
        self._is_stage = lexicon.compile("（[^（）]*{title_words__stage}）$").search
        self._is_draft = lexicon.compile("{title_words__draft}$").search
        self._passed = lexicon.compile("{title_words__passed}了?$")
        self._is_shown = lexicon.compile("(?:{title_words__shown})$").search
        self._is_dealt = lexicon.compile("[^，。；：！？《》]{0,8}?(?:{title_words__dealt})").match
        self._is_about = lexicon.compile("(?:{title_words__about})").match
        self._press = frozenset(lexicon.terms("title_words", use="press"))

    def read(self, plain: str, start: int = 0, end: int | None = None) -> Iterator[Title]:
        """The documents named in `start`..`end`, newspapers and works of art left out."""
        before, until = (-1, -1), -1
        for match in self._title.finditer(plain, start, len(plain) if end is None else end):
            if until < 0 or not self._joint.fullmatch(plain, until, match.start()):
                governed = self._before(plain, match.start())
                # 审议《甲》、关于乙的请示、《丙》: a list goes on until another verb or mark.
                if until < 0 or governed != (-1, -1) or not self._is_list(plain, until, match):
                    before = governed
            until = match.end()
            if match["name"] not in self._press or self._is_own_report(plain, match):
                yield self._title_of(plain, match, *before)

    def _is_own_report(self, plain: str, match: re.Match[str]) -> bool:
        """Whether the report that everybody reads is here a draft, or passed as one."""
        if not self._is_draft(match["name"]):
            return False
        start = max(0, match.start() - _NEAR)
        return bool(match["draft"] or self._passed.search(plain, start, match.start()))

    def _title_of(self, plain: str, match: re.Match[str], issue: int, follow: int) -> Title:
        """A title, `issue` and `follow` being where the verbs of both kinds stand last before it."""
        is_kind = bool(self._is_kind(match["name"]))
        name = self._remark.sub("", match["name"])
        is_own = match["name"] in self._press or match["draft"] or self._is_stage(match["name"])
        is_draft = bool(is_own and self._is_draft(name))
        is_heard = bool(self._is_heard(match["name"])) and not is_draft
        is_followed = bool(self._followed.match(plain, match.end()))
        is_cited = issue < 0 and ((is_kind and not is_heard) or is_followed)
        is_shown = bool(self._is_shown(plain, max(0, match.start() - _NEAR), match.start()))
        if is_shown or is_draft:
            follow, is_cited = -1, False
        is_dealt = bool(self._is_dealt(plain, match.end()))
        is_issued = ((issue >= 0 and issue >= follow) or is_dealt) and is_kind
        if is_heard or self._is_about(plain, match.end()):
            is_issued = False
        is_brief = len(self._remark.sub("", match["name"])) <= _SHORTEST
        return Title(match.start(), match.end(), is_issued, follow > issue or is_cited, is_brief)

    def _is_list(self, plain: str, until: int, match: re.Match[str]) -> bool:
        """Whether a list of documents goes on from the title before to this one."""
        if plain[match.start() - 1] != "、":
            return False
        return self._goes_on.fullmatch(plain, until, match.start()) is not None

    def _before(self, plain: str, at: int) -> tuple[int, int]:
        """Where the last verb of issuing and the last of following stand before the title, -1 for none."""
        is_listed = plain[at - 1 : at] == "、"
        start = max(0, at - (_FAR if is_listed else _NEAR))
        start = max(start, *(plain.rfind(mark, start, at) + 1 for mark in "，。；：\n"))
        if neutral := self._neutral.search(plain, start, at):
            at = neutral.start()
        issues = [m.end() for m in self._issue.finditer(plain, start, at)]
        follows = [m.end() for m in self._follow.finditer(plain, start, at)]
        if issues and is_listed:
            # 审议了落实任务清单、《甲》: the list is what the first of the verbs governs.
            follows = [end for end in follows if end < issues[-1]]
        return max(issues, default=-1), max(follows, default=-1)
