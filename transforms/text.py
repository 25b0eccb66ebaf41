"""Bytes -> text -> paragraphs, sentences, clauses. White space is all that is mended; offsets never move.

`Text.text` is what `documents.text` holds: one paragraph a line. `Text.plain` is the view that every recogniser reads:
of the same length, one character for one, with digits and Latin letters half-width, Chinese punctuation full-width,
one kind of quotation marks, and Simplified characters.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

# Delimiters inside brackets and quotation marks do not end a clause or a sentence.
_OPENING, _CLOSING = "“‘（《〈【「『", "”’）》〉】」』"
_CLAUSE_ENDS, _SENTENCE_ENDS = "，；：。！？", "。！？"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A source's bytes as text, and the encoding that was used (its IANA name)."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text up to and with its closing punctuation; `body_end` stands before that punctuation."""

    start: int
    end: int
    body_end: int
    sentence: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Text:
    """A mended text and its division; every pair is a half-open range of code points of `text` (and of `plain`)."""

    text: str
    plain: str
    source_lines: tuple[tuple[int, int], ...]
    paragraphs: tuple[tuple[int, int], ...]
    sentences: tuple[tuple[int, int], ...]
    clauses: tuple[Clause, ...]

    def line_of(self, offset: int) -> int:
        """The 1-based line of the source on which the character at `offset` stands."""
        return self.source_lines[bisect_right(self.source_lines, (offset, 1 << 60)) - 1][1]


def decode(content: bytes) -> Decoded:
    """The bytes of a source as text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return Decoded(content.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("unknown encoding")


def read_text(source: str, simplified: Mapping[str, str]) -> Text:
    """A decoded source with its layout mended, divided into paragraphs, sentences and clauses."""
    paragraphs: list[tuple[str, int]] = []
    for number, line in enumerate(source.splitlines(), 1):
        body = line.strip()
        if not body:
            continue
        if paragraphs and not line[0].isspace() and paragraphs[-1][0][-1] not in "。！？：”；":
            paragraphs[-1] = (paragraphs[-1][0] + body, paragraphs[-1][1])
        else:
            paragraphs.append((body, number))
    text = "\n".join(p for p, _ in paragraphs)
    starts, at = [], 0
    for body, number in paragraphs:
        starts.append((at, number))
        at += len(body) + 1
    return divide(text, plain_view(text, simplified), tuple(starts))


def plain_view(text: str, simplified: Mapping[str, str]) -> str:
    """The same-length view that recognisers read."""
    return text.translate(str.maketrans(dict(simplified)))


def divide(text: str, plain: str, source_lines: tuple[tuple[int, int], ...]) -> Text:
    """A mended text with its paragraphs, sentences and clauses."""
    paragraphs = tuple(m.span() for m in re.finditer(r"[^\n]+", text))
    sentences: list[tuple[int, int]] = []
    clauses: list[Clause] = []
    for index, (start, end) in enumerate(paragraphs):
        depth, sentence, clause = 0, start, start
        for i in range(start, end):
            ch = plain[i]
            depth = depth + 1 if ch in _OPENING else max(0, depth - 1) if ch in _CLOSING else depth
            if i + 1 < end and (depth or ch not in _CLAUSE_ENDS):
                continue
            if i + 1 < end and plain[i + 1] in _CLOSING:
                continue
            body_end = i if ch in _CLAUSE_ENDS else i + 1
            clauses.append(Clause(clause, i + 1, body_end, len(sentences), index))
            clause = i + 1
            if ch in _SENTENCE_ENDS or i + 1 == end:
                sentences.append((sentence, i + 1))
                sentence = i + 1
    return Text(text, plain, source_lines, paragraphs, tuple(sentences), tuple(clauses))
