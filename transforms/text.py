"""Bytes -> text -> paragraphs, sentences, clauses. White space is all that is mended; offsets never move.

`Text.text` is what `documents.text` holds: one paragraph a line. `Text.plain` is the view that every recogniser reads:
of the same length, one character for one, with digits and Latin letters half-width, Chinese punctuation full-width,
one kind of quotation marks, and Simplified characters.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from transforms.encoding import Decoded, decode
from transforms.layout import mend

__all__ = ["Clause", "Decoded", "Text", "decode", "divide", "plain_view", "read_text"]


class Clause(NamedTuple):
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


def read_text(
    source: str, simplified: Mapping[str, str], marks: Sequence[tuple[int, int]] | None = None
) -> Text:
    """A decoded source with its layout mended, divided into paragraphs, sentences and clauses.

    `marks` are (offset, line) pairs for a `source` that is not the file itself but what was extracted from it.
    """
    mended = mend(source, marks)
    return divide(mended.text, plain_view(mended.text, simplified), mended.source_lines)


# --- The plain view -----------------------------------------------------------------------------------------------

_PUNCTUATION = {
    **dict.fromkeys("＂〝〞„‟", '"'),
    **dict.fromkeys("「﹁", "“"),
    **dict.fromkeys("」﹂", "”"),
    **dict.fromkeys("﹃", "『"),
    **dict.fromkeys("﹄", "』"),
    **dict.fromkeys("－−﹣‐‑", "-"),
    **dict.fromkeys("～∼〜˜", "~"),
    **dict.fromkeys("―─﹘", "—"),
    **dict.fromkeys("•‧・･∙⋅", "·"),
    **dict.fromkeys("，﹐", "，"),
    **dict.fromkeys("；﹔", "；"),
    **dict.fromkeys("：﹕∶︰", "："),
    **dict.fromkeys("？﹖", "？"),
    **dict.fromkeys("！﹗", "！"),
    **dict.fromkeys("（﹙", "（"),
    **dict.fromkeys("）﹚", "）"),
    "﹑": "、",
    "､": "、",
    "｡": "。",
    "\u200b": " ",
    "\ufeff": " ",
}
_FULL_WIDTH = dict(zip(",;:?!()", "，；：？！（）", strict=True))
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE = f"[{_HAN}，。、；：！？“”‘’（）《》〈〉【】〔〕…—]"
# A half-width mark is Chinese punctuation if it stands beside a Chinese character, blanks aside.
_MARKS = re.compile(
    rf"(?<={_WIDE})\s?[,;:?!]+|[,;:?!]+(?=\s?{_WIDE})|(?<=[\d%])[,;:?!]+(?=\s?$)", re.M
)
_BRACKETS = re.compile(
    rf"(?<={_WIDE})\(([^()\n]*)\)|\(([^()\n]*)\)(?={_WIDE})|\(([^()\n]*[{_HAN}][^()\n]*)\)"
)
_LONE_BRACKET = re.compile(rf"(?<={_WIDE})[()]|[()](?={_WIDE})")
_FULL_STOP = re.compile(rf"(?<=[{_HAN}”’》）%])\.(?=\s|$|[”’])", re.M)
_INNER_FULL_STOP = re.compile(
    rf"(?<=[{_HAN}”’》）])(?<!^[一二三四五六七八九十])\.(?=[{_HAN}“《])", re.M
)
# Within numbers and times, full-width marks are no punctuation.
_IN_NUMBER = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))|(?<=\d)：(?=\d)")
_ZERO = re.compile("(?<=[一二三四五六七八九十〇○])○|○(?=[一二三四五六七八九〇])")
# From this share of Traditional characters on, a text is Traditional; a few stand in the names of Simplified texts.
_TRADITIONAL_SHARE = 0.02


def plain_view(text: str, simplified: Mapping[str, str]) -> str:
    """The same-length view that recognisers read; `simplified` gives Traditional characters their Simplified ones."""
    plain = _translated(text, simplified)
    if any(mark in plain for mark in ",;:?!()."):
        plain = _full_width_marks(plain)
    if "○" in plain:
        plain = _ZERO.sub("〇", plain)
    plain = _IN_NUMBER.sub(lambda m: "," if m[0] == "，" else ":", plain)
    return _quoted(plain)


def _translated(text: str, simplified: Mapping[str, str]) -> str:
    """One character for one: widths, variants of marks, script."""
    characters = set(text)
    table = {ch: _unified(ch) for ch in characters}
    traditional = characters & simplified.keys()
    if traditional and sum(map(text.count, traditional)) >= _TRADITIONAL_SHARE * len(text):
        table |= {ch: simplified[ch] for ch in traditional}
    if all(ch == to for ch, to in table.items()):
        return text
    return text.translate({ord(ch): to for ch, to in table.items()})


def _unified(ch: str) -> str:
    """The usual form of one character."""
    if ch < "\x7f" or "\u4e00" <= ch <= "\u9fff":
        return ch
    if ch in _PUNCTUATION:
        return _PUNCTUATION[ch]
    if ch.isspace():
        return " "
    # Full-width forms, radicals and compatibility characters out of PDF files; ① and ½ stay.
    if (
        "\uff01" <= ch <= "\uffee"
        or "\u2e80" <= ch <= "\u2fdf"
        or "\uf900" <= ch <= "\ufaff"
        or ch == "﹪"
    ):
        usual = unicodedata.normalize("NFKC", ch)
        return usual if len(usual) == 1 else ch
    return ch


def _full_width_marks(plain: str) -> str:
    """Half-width punctuation between Chinese characters made full-width; numbers, times and addresses keep theirs."""

    def widen(match: re.Match[str]) -> str:
        return "".join(_FULL_WIDTH.get(ch, ch) for ch in match[0])

    def widen_ends(match: re.Match[str]) -> str:
        return f"（{match[0][1:-1]}）"

    if "(" in plain or ")" in plain:
        plain = _LONE_BRACKET.sub(widen, _BRACKETS.sub(widen_ends, plain))
    plain = _MARKS.sub(widen, plain)
    if "." in plain:
        plain = _FULL_STOP.sub("。", plain)
        # A point between characters may stand within a foreign name; it ends sentences where nothing else does.
        if "。" not in _FULL_STOP.sub("", plain):
            plain = _INNER_FULL_STOP.sub("。", plain)
    return plain


def _quoted(plain: str) -> str:
    """One kind of quotation marks; straight ones open and close by turns within a paragraph."""
    if "『" in plain or "』" in plain:
        outer = "“”" if "“" not in plain else "‘’"
        plain = plain.replace("『", outer[0]).replace("』", outer[1])
    if '"' not in plain:
        return plain
    paragraphs = []
    for paragraph in plain.split("\n"):
        parts = paragraph.split('"')
        marks = ("“”"[n % 2] for n in range(len(parts) - 1))
        paragraphs.append("".join(p + m for p, m in zip(parts, [*marks, ""], strict=True)))
    return "\n".join(paragraphs)


# --- Paragraphs, sentences, clauses -------------------------------------------------------------------------------

_SENTENCE_ENDS = "。！？"
# What stands in brackets or quotation marks is one piece; a mark without its partner is passed over. A quoted speech
# of several sentences is read like any other text. No piece crosses a paragraph's end.
_DIVISIONS = re.compile(
    r"“(?:[^“”\n。！？]{0,200}+[。！？]?+|[^“”\n]{1,40}+)”"
    r"|‘(?:[^‘’\n。！？]{0,200}+[。！？]?+|[^‘’\n]{1,40}+)’"
    r"|（(?:[^（）\n]|（[^（）\n]*+）){0,300}+）"
    r"|《(?:[^《》\n]|《[^《》\n]*+》){0,200}+》"
    r"|【[^【】\n]{0,100}+】|〔[^〔〕\n]{0,100}+〕"
    r"|(?P<end>[，；：。！？]+[”’）》]*)"
    r"|(?P<line>\n)"
)
# A quotation of at least so many characters that ends like a sentence, and begins where one may begin, is a speech.
_SPEECH = 8


def divide(text: str, plain: str, source_lines: tuple[tuple[int, int], ...]) -> Text:
    """A mended text with its paragraphs, sentences and clauses."""
    paragraphs = tuple(m.span() for m in re.finditer(r"[^\n]+", text))
    sentences: list[tuple[int, int]] = []
    clauses: list[Clause] = []
    for index, (start, end) in enumerate(paragraphs):
        _divide_paragraph(plain, start, end, index, sentences, clauses)
    return Text(text, plain, source_lines, paragraphs, tuple(sentences), tuple(clauses))


def _divide_paragraph(
    plain: str,
    start: int,
    end: int,
    paragraph: int,
    sentences: list[tuple[int, int]],
    clauses: list[Clause],
) -> None:
    """Append the sentences and clauses of one paragraph."""
    sentence = clause = start
    for match in _DIVISIONS.finditer(plain, start, end):
        kind = match.lastgroup
        at, after = match.span()
        if kind is None:
            if not _ends_speech(plain, at, after, end):
                continue
            at = after
        closes = kind is None or any(ch in _SENTENCE_ENDS for ch in match[0])
        clauses.append(Clause(clause, after, max(at, clause), len(sentences), paragraph))
        clause = _skip_blanks(plain, after, end)
        if closes:
            sentences.append((sentence, after))
            sentence = clause
    if clause < end:
        clauses.append(Clause(clause, end, end, len(sentences), paragraph))
    if sentence < end:
        sentences.append((sentence, end))


def _ends_speech(plain: str, start: int, end: int, paragraph_end: int) -> bool:
    """Whether the sentence ends with the quotation that stands at `start`."""
    if plain[end - 1] != "”" or plain[end - 2] not in _SENTENCE_ENDS or end - start < _SPEECH:
        return False
    begins = start == 0 or plain[start - 1] in "\n ：" + _SENTENCE_ENDS
    return begins and (end == paragraph_end or plain[end] not in "，；：、。！？")


def _skip_blanks(plain: str, at: int, end: int) -> int:
    while at < end and plain[at] == " ":
        at += 1
    return at
