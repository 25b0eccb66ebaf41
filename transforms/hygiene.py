"""What does not belong in a source text, or was broken on its way into it; it is told, and nothing is changed.

The texts of others are released as they are. What is found here is for the one who adds a text: private numbers, two
articles in one file, debris of a page, numbers and quotations that a layout tore, characters that nobody sees.
"""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from transforms.found import Found
from transforms.lexicon import Lexicon
from transforms.text import Simplified, plain_view

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff]+")
_QUOTES = re.compile("[“”]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_NEAR = 8
_CHECK_DIGITS = "10X98765432"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong at a place: the name of the finding, and what stands there, in words."""

    code: str
    what: str = ""


class Hygiene:
    """Finds flaws in texts."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._simplified = Simplified(lexicon.mapping("traditional", "simplified"))
        self._private = lexicon.rules("hygiene", "private")
        [self._examples] = lexicon.rules("hygiene", "examples")
        self._others = {
            "office-telephone": lexicon.rules("hygiene", "office"),
            "broken-number": lexicon.rules("hygiene", "number"),
            "markup": lexicon.rules("hygiene", "markup"),
            "several-articles": lexicon.rules("hygiene", "article"),
        }

    def find(self, text: str) -> list[Found[Flaw]]:
        """The flaws of a mended text, in order."""
        plain = plain_view(text, self._simplified)
        flaws = [*self._numbers(plain), *_unseen(text), *_torn_quotes(plain)]
        for code, rules in self._others.items():
            for rule in rules:
                flaws += [Found(*_inner(m), Flaw(code)) for m in rule.pattern.finditer(plain)]
        return sorted(flaws, key=lambda f: (f.start, f.end))

    def gives_examples(self, before: str) -> bool:
        """Whether what stands before a count names some of its members alone (鲍鱼、海参等6大…)."""
        return bool(self._examples.pattern.search(before[-_NEAR:]))

    def _numbers(self, plain: str) -> Iterator[Found[Flaw]]:
        """Private numbers; one that is read as one kind is not read as another."""
        taken: set[int] = set()
        for rule in self._private:
            for match in rule.pattern.finditer(plain):
                if match.start() not in taken and _PROOFS[rule["holds"]](match[0]):
                    taken.update(range(*match.span()))
                    yield Found(*match.span(), Flaw("private-data", rule["what"]))


def _inner(match: re.Match[str]) -> tuple[int, int]:
    """The place of a match without the white space around it."""
    words = match[0]
    start = match.start() + len(words) - len(words.lstrip())
    return start, start + len(words.strip())


def _unseen(text: str) -> Iterator[Found[Flaw]]:
    """Characters that turn the order of what is read, and those that nobody sees."""
    for match in _BIDI.finditer(text):
        yield Found(*match.span(), Flaw("bidi-control", f"U+{ord(match[0]):04X}"))
    for match in _INVISIBLE.finditer(text):
        yield Found(*match.span(), Flaw("invisible-character", f"U+{ord(match[0][0]):04X}"))


def _torn_quotes(plain: str) -> Iterator[Found[Flaw]]:
    """Quotation marks that are closed but never opened, or opened and not closed before the paragraph ends."""
    start = 0
    for paragraph in plain.split("\n"):
        opened: list[int] = []
        for mark in _QUOTES.finditer(paragraph):
            if mark[0] == "“":
                opened.append(mark.start())
            elif opened:
                opened.pop()
            else:
                yield _around(paragraph, start, mark.start())
        for at in opened:
            yield _around(paragraph, start, at)
        start += len(paragraph) + 1


def _around(paragraph: str, start: int, at: int) -> Found[Flaw]:
    """The mark with the words that it should hold together."""
    first, last = (at, at + 10) if paragraph[at] == "“" else (max(0, at - 9), at + 1)
    return Found(start + first, start + min(last, len(paragraph)), Flaw("broken-quote"))


# --- Numbers that prove themselves --------------------------------------------------------------------------------


def is_resident_id(number: str) -> bool:
    """Whether 18 characters are an identity number by its day of birth and check digit (GB 11643).

    >>> is_resident_id("11010519491231002X"), is_resident_id("110105194912310021")
    (True, False)
    """
    try:
        datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False))
    return number[17].upper() == _CHECK_DIGITS[total % 11]


def passes_luhn(number: str) -> bool:
    """Whether the last digit of a card's number is its check digit (ISO/IEC 7812); blanks and hyphens do not count.

    >>> passes_luhn("4111 1111 1111 1111"), passes_luhn("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(ch) for ch in reversed(number) if ch.isdigit()]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


_PROOFS: Mapping[str, Callable[[str], bool]] = {
    "resident_id": is_resident_id,
    "luhn": passes_luhn,
    "": bool,
}
