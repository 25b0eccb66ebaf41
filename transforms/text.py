"""Bytes -> text -> paragraphs, sentences, clauses. White space is all that is mended; offsets never move.

`Text.text` is what `documents.text` holds: one paragraph a line. `Text.plain` is the view that every recogniser reads:
of the same length, one character for one, with digits and Latin letters half-width, Chinese punctuation full-width,
one kind of quotation marks, and Simplified characters.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, filterfalse
from operator import attrgetter

from transforms.encoding import Decoded, decode
from transforms.layout import mend

__all__ = ["Clause", "Decoded", "Simplified", "Text", "decode", "divide", "plain_view", "read_text"]


class Clause:
    """A stretch of text up to and with its closing punctuation; `body_end` stands before that punctuation."""

    def __init__(self, start: int, end: int, body_end: int, sentence: int, paragraph: int) -> None:
        self.start = start
        self.end = end
        self.body_end = body_end
        self.sentence = sentence
        self.paragraph = paragraph


_START = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Text:
    """A mended text and its division; every pair is a half-open range of code points of `text` (and of `plain`)."""

    text: str
    plain: str
    source_lines: tuple[tuple[int, int], ...]
    paragraphs: tuple[tuple[int, int], ...]
    sentences: tuple[tuple[int, int], ...]
    clauses: tuple[Clause, ...]

    def clause_at(self, offset: int) -> int:
        """The number of the clause in which the character at `offset` stands."""
        return bisect_right(self.clauses, offset, key=_START) - 1

    def line_of(self, offset: int) -> int:
        """The 1-based line of the source on which the character at `offset` stands."""
        return self.source_lines[bisect_right(self.source_lines, (offset, 1 << 60)) - 1][1]


def read_text(
    source: str, simplified: "Simplified", marks: Sequence[tuple[int, int]] | None = None
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
_WIDE = re.compile(f"[{_HAN}，。、；：！？“”‘’（）《》〈〉【】〔〕…—]")
_MARKS = re.compile("[,;:?!]+")
_BRACKETS = re.compile(r"\(([^()\n]*)\)|[()]")
_FULL_STOP = re.compile(rf"\.(?<=[{_HAN}”’》）%].)(?=\s|$|[”’])", re.M)
_INNER_FULL_STOP = re.compile(
    rf"\.(?<=[{_HAN}”’》）%].)(?<!^[一二三四五六七八九十].)(?=[{_HAN}“《])", re.M
)
# Within numbers and times, full-width marks are no punctuation.
_IN_NUMBER = re.compile(r"[，：](?:(?<=\d，)(?=\d{3}(?!\d))|(?<=\d：)(?=\d))")
_ZERO = re.compile("(?<=[一二三四五六七八九十〇○])○|○(?=[一二三四五六七八九〇])")
# From this share of Traditional characters on, a text is Traditional; a few stand in the names of Simplified texts.
_TRADITIONAL_SHARE = 0.02


class Simplified:
    """Gives Traditional characters their Simplified ones."""

    def __init__(self, characters: Mapping[str, str]) -> None:
        self.characters = characters
        self.telling = frozenset(filterfalse(_is_shared, characters))
        """Those that no Simplified text has but in names."""
        unusual = [*characters, *_usual_forms()]
        self._unusual = re.compile(f"[{''.join(map(re.escape, unusual))}]")

    def unusual(self, text: str) -> set[str]:
        """The characters of a text that are Traditional or have a more usual form."""
        return set(self._unusual.findall(text))

    def script(self, text: Text) -> str:
        """`Hant` if the plain view had to turn Traditional characters into Simplified ones."""
        traditional = self.unusual(text.text) & self.characters.keys()
        return "Hant" if any(ch not in text.plain for ch in traditional) else "Hans"


def _is_shared(character: str) -> bool:
    """Whether Simplified texts have a character too, in other words (显著, 乾坤)."""
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def plain_view(text: str, simplified: Simplified) -> str:
    """The same-length view that recognisers read; `simplified` gives Traditional characters their Simplified ones."""
    plain = _quoted(_translated(text, simplified))
    if any(mark in plain for mark in ",;:?!()."):
        plain = _full_width_marks(plain)
    if "○" in plain:
        plain = _ZERO.sub("〇", plain)
    return _IN_NUMBER.sub(lambda m: "," if m[0] == "，" else ":", plain)


def _translated(text: str, simplified: Simplified) -> str:
    """One character for one: widths, variants of marks, script."""
    unusual, usual = simplified.unusual(text), _usual_forms()
    changed = {ch: usual[ch] for ch in unusual & usual.keys()}
    traditional = unusual & simplified.characters.keys()
    telling = traditional & simplified.telling
    if telling and sum(map(text.count, telling)) >= _TRADITIONAL_SHARE * len(text):
        changed |= {ch: simplified.characters[ch] for ch in traditional}
    # Few replacements are quicker made one by one, if none of them would undo another.
    if len(changed) > 20 or not changed.keys().isdisjoint(changed.values()):
        return text.translate({ord(ch): changed.get(ch, ch) for ch in set(text)})
    for ch, to in changed.items():
        text = text.replace(ch, to)
    return text


@cache
def _usual_forms() -> Mapping[str, str]:
    """The characters that have a more usual form, each with that form."""
    characters = map(chr, chain(range(0x3400), range(0xF900, 0x10000)))
    return {ch: usual for ch in characters if (usual := _unified(ch)) != ch}


def _unified(ch: str) -> str:
    """The usual form of one character."""
    if ch == "\n":
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
    if "(" in plain or ")" in plain:
        plain = _BRACKETS.sub(_wide_bracket, plain)
    plain = _MARKS.sub(_wide_marks, plain)
    if "." in plain:
        # A point between characters may stand within a foreign name; it ends sentences where nothing else does.
        others = plain.count("。")
        plain = _FULL_STOP.sub("。", plain)
        if not others or plain.count("。") < plain.count("\n") // 2 + 1:
            plain = _INNER_FULL_STOP.sub("。", plain)
    return plain


def _wide_marks(match: re.Match[str]) -> str:
    """Marks beside a Chinese character, blanks aside, or after a figure at a paragraph's end."""
    text, (start, end) = match.string, match.span()
    before, after = (
        text[max(0, start - 2) : start].rstrip(" ")[-1:],
        text[end : end + 2].lstrip(" ")[:1],
    )
    if (
        before == "%"
        or _WIDE.match(before)
        or _WIDE.match(after)
        or (after in ("", "\n") and before.isdigit())
    ):
        return "".join(_FULL_WIDTH[ch] for ch in match[0])
    return match[0]


def _wide_bracket(match: re.Match[str]) -> str:
    """Brackets with a Chinese character in them or beside them."""
    text, (start, end) = match.string, match.span()
    if not _WIDE.search(text, max(0, start - 1), end + 1):
        return match[0]
    return f"（{match[0][1:-1]}）" if end - start > 1 else _FULL_WIDTH[match[0]]


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

_SENTENCE_ENDS = frozenset("。！？")
_ENDS = "，；：。！？"
# What stands in brackets or quotation marks is one piece; a mark without its partner is passed over. A quoted speech
# of several sentences is read like any other text. No piece crosses a paragraph's end. All begin with one set of
# characters, so that the engine can run from one to the next.
_DIVISIONS = re.compile(
    r"[，；：。！？“‘（《【〔](?:(?<=[，；：。！？])[，；：。！？]*[”’）》]*"
    r"|(?<=“)(?:[^“”\n。！？]{0,200}+[。！？]?+|[^“”\n]{1,40}+)”"
    r"|(?<=‘)(?:[^‘’\n。！？]{0,200}+[。！？]?+|[^‘’\n]{1,40}+)’"
    r"|(?<=（)(?:[^（）\n]|（[^（）\n]*+）){0,300}+）"
    r"|(?<=《)(?:[^《》\n]|《[^《》\n]*+》){0,200}+》"
    r"|(?<=【)[^【】\n]{0,100}+】|(?<=〔)[^〔〕\n]{0,100}+〕)"
)
# A quotation of at least so many characters that ends like a sentence, and begins where one may begin, is a speech.
_SPEECH = 8


def divide(text: str, plain: str, source_lines: tuple[tuple[int, int], ...]) -> Text:
    """A mended text with its paragraphs, sentences and clauses."""
    paragraphs = tuple(m.span() for m in re.finditer(r"[^\n]+", text))
    sentences: list[tuple[int, int]] = []
    clauses: list[Clause] = []
    for index, (start, end) in enumerate(paragraphs):
        sentence = clause = start
        for at, after, closes in _ends(plain, start, end):
            clauses.append(Clause(clause, after, at, len(sentences), index))
            clause = after + (after < end and plain[after] == " ")
            if closes:
                sentences.append((sentence, after))
                sentence = clause
    return Text(text, plain, source_lines, paragraphs, tuple(sentences), tuple(clauses))


def _ends(plain: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Where the clauses of a paragraph end, before and after their punctuation, and whether a sentence ends too."""
    last = start
    for match in _DIVISIONS.finditer(plain, start, end):
        at, after = match.span()
        if plain[at] in _ENDS:
            last = after
            yield at, after, after == end or not _SENTENCE_ENDS.isdisjoint(match[0])
        elif _ends_speech(plain, at, after, end):
            last = after
            yield after, after, True
    if last < end:
        yield end, end, True


def _ends_speech(plain: str, start: int, end: int, paragraph_end: int) -> bool:
    """Whether the sentence ends with the quotation that stands at `start`."""
    if plain[end - 1] != "”" or plain[end - 2] not in _SENTENCE_ENDS or end - start < _SPEECH:
        return False
    begins = start == 0 or plain[start - 1] in "\n ：。！？"
    return begins and (end == paragraph_end or plain[end] not in "，；：、。！？")
