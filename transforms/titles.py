"""Documents named in 《》: which of them the text issues, and which it follows."""

from collections.abc import Iterator
from dataclasses import dataclass

from transforms.lexicon import Lexicon

# The verb that governs a title stands within so many characters before it.
_NEAR = 16


@dataclass(frozen=True, slots=True)
class Title:
    """A document's name with its marks; `is_issued`: passed, issued or carried out here; `is_followed`: invoked."""

    start: int
    end: int
    is_issued: bool
    is_followed: bool


class Titles:
    """Finds the documents named in a text; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._title = lexicon.compile("《(?P<name>[^《》\n]*(?:《[^《》\n]*》[^《》\n]*)*)》")
        self._issue = lexicon.compile("(?:{title_words__issue})")
        self._follow = lexicon.compile("(?:{title_words__follow})")
        self._followed = lexicon.compile("[^，。；：！？《》]{0,12}?(?:{title_words__followed})")
        self._is_kind = lexicon.compile("(?:{title_words__kind})(?:（[^（）]*）)*$").search
        self._press = frozenset(lexicon.terms("title_words", use="press"))

    def read(self, plain: str, start: int = 0, end: int | None = None) -> Iterator[Title]:
        """The documents named in `start`..`end`, newspapers and works of art left out."""
        for match in self._title.finditer(plain, start, len(plain) if end is None else end):
            if match["name"] in self._press:
                continue
            issue, follow = self._before(plain, match.start())
            is_kind = bool(self._is_kind(match["name"]))
            is_followed = follow > issue or (issue < 0 and is_kind)
            is_followed = is_followed or (
                issue < 0 and bool(self._followed.match(plain, match.end()))
            )
            yield Title(
                match.start(), match.end(), issue >= 0 and issue >= follow and is_kind, is_followed
            )

    def _before(self, plain: str, at: int) -> tuple[int, int]:
        """Where the last verb of issuing and the last of following stand before the title, -1 for none."""
        start = max(0, at - _NEAR)
        start = max(start, *(plain.rfind(mark, start, at) + 1 for mark in "，。；：\n"))
        issues = [m.end() for m in self._issue.finditer(plain, start, at)]
        follows = [m.end() for m in self._follow.finditer(plain, start, at)]
        return max(issues, default=-1), max(follows, default=-1)
