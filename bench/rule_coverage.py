"""In how many texts does each rule match? A rule that only ever matches one text may have been written for it.

    python bench/rule_coverage.py PATH …

PATH holds texts in any form that `huiyi publish` reads. A rule matches a text where its pattern did when it was asked, or where the
ledger names it; that is more than deciding something. Of a pattern that is joined with others to a larger one and not named by the
ledger nothing is known (`?`).
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

# What is watched are classes of Python: compiled ones take no others in their place.
os.environ["HUIYI_COMPILED"] = "off"

from expectations.tables import Clause
from flows.sources import read_lexicons, read_sources
from transforms.extract import Extractor
from transforms.lexicon import Lexicon, Rule
from transforms.source import Rejected, Source


class WatchedPattern:
    """A compiled pattern that takes down that it matched, or that it was joined with others."""

    def __init__(
        self, pattern: re.Pattern[str], name: str, matched: set[str], joined: set[str]
    ) -> None:
        self._pattern, self._name, self._matched, self._joined = pattern, name, matched, joined

    @property
    def groupindex(self) -> Mapping[str, int]:
        """As the pattern's own."""
        return self._pattern.groupindex

    @property
    def pattern(self) -> str:
        """As the pattern's own."""
        self._joined.add(self._name)
        return self._pattern.pattern

    @property
    def flags(self) -> int:
        """As the pattern's own."""
        return self._pattern.flags

    def _seen(self, match: re.Match[str] | None) -> re.Match[str] | None:
        if match is not None:
            self._matched.add(self._name)
        return match

    def search(self, *where: Any) -> re.Match[str] | None:
        """As the pattern's own."""
        return self._seen(self._pattern.search(*where))

    def match(self, *where: Any) -> re.Match[str] | None:
        """As the pattern's own."""
        return self._seen(self._pattern.match(*where))

    def fullmatch(self, *where: Any) -> re.Match[str] | None:
        """As the pattern's own."""
        return self._seen(self._pattern.fullmatch(*where))

    def finditer(self, *where: Any) -> Iterator[re.Match[str]]:
        """As the pattern's own."""
        for match in self._pattern.finditer(*where):
            self._seen(match)
            yield match

    def findall(self, *where: Any) -> list[Any]:
        """As the pattern's own."""
        self.search(*where)
        return self._pattern.findall(*where)

    def sub(self, new: Any, text: str, count: int = 0) -> str:
        """As the pattern's own."""
        self.search(text)
        return self._pattern.sub(new, text, count=count)

    def split(self, text: str) -> list[str | Any]:
        """As the pattern's own."""
        self.search(text)
        return self._pattern.split(text)


class WatchedLexicon(Lexicon):
    """A lexicon whose rules take down which of them matched since `matched` was last emptied."""

    def __init__(self) -> None:
        super().__init__(read_lexicons())
        self.names: dict[str, str] = {}
        self.matched: set[str] = set()
        self.joined: set[str] = set()

    def rules(self, name: str, section: str = "rule") -> tuple[Rule, ...]:
        """The rules of a file, watched."""
        rules = super().rules(name, section)
        self.names.update({rule.name: f"{name}.toml" for rule in rules})
        return tuple(self._watched(rule) for rule in rules)

    def _watched(self, rule: Rule) -> Rule:
        watched = WatchedPattern(rule.pattern, rule.name, self.matched, self.joined)
        return replace(rule, pattern=cast("re.Pattern[str]", watched))


@dataclass(slots=True)
class Coverage:
    """For each rule the number of texts that it matched, and one of them."""

    texts: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)


def coverage(lexicon: WatchedLexicon, paths: list[Path]) -> Coverage:
    """Read all texts and count."""
    extractor, counted = Extractor(lexicon), Coverage()
    for source in read_sources(paths):
        if not isinstance(source, Source):
            continue
        lexicon.matched.clear()
        try:
            clauses = extractor.extract(source).rows["clauses"]
        except Rejected:
            continue
        named = {c.rule for c in clauses if isinstance(c, Clause) and c.rule}
        for rule in lexicon.matched | (named & lexicon.names.keys()):
            counted.texts[rule] += 1
            counted.example[rule] = source.path
    return counted


def main(paths: list[Path]) -> None:
    """Print the rules by number of texts, the rarest first."""
    lexicon = WatchedLexicon()
    counted = coverage(lexicon, paths)
    for rule in sorted(lexicon.names, key=lambda r: (counted.texts[r], lexicon.names[r], r)):
        texts = counted.texts[rule]
        shown = "?" if texts == 0 and rule in lexicon.joined else str(texts)
        only = f"  {counted.example[rule]}" if texts == 1 else ""
        print(f"{shown:>6}  {lexicon.names[rule]:20} {rule}{only}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
