"""Other ways to set, write and number one text, none of which changes what it says."""

import random
import re
from collections.abc import Callable, Iterator

from opencc import OpenCC

Transformation = Callable[[str], str]
"""A text with one paragraph a line -> the same text set otherwise."""

_WIDTHS = (16, 22, 30, 45)
_INDENTS = {"flush": "", "blanks": "    ", "full-width": "\u3000\u3000"}
_FULL_WIDTH = {chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F) if chr(c).isalnum()}
_HALF_WIDTH = {wide: narrow for narrow, wide in _FULL_WIDTH.items()}
_PUNCTUATION = dict(zip("，；：？！（）％", ",;:?!()%", strict=True))
_SENTENCE = re.compile("[^。！？\n]{40,}[。！？]")

_NUMERALS = "一二三四五六七八九"
_ORDINALS = re.compile(
    rf"(?m:^|(?<=[。；：，]))(?:(?P<is>[{_NUMERALS}])是|(?P<brackets>（[{_NUMERALS}]）)|(?P<digit>[1-9])[.．](?!\d))"
)
_MAKES: dict[str, Callable[[int], str]] = {
    "is": lambda n: f"{_NUMERALS[n - 1]}是",
    "digit": lambda n: f"{n}.",
    "brackets": lambda n: f"（{_NUMERALS[n - 1]}）",
}


def transformations() -> Iterator[tuple[str, Transformation]]:
    """All of them, by name."""
    for width in _WIDTHS:
        for name, indent in _INDENTS.items():
            yield f"wrapped-{width}-{name}", _wrapped(width, indent)
    yield "wrapped-and-torn", lambda text: _torn_lines(_wrapped(22, "    ")(text))
    yield "indented-blanks", lambda text: _lines(text, "    ")
    yield "indented-full-width", lambda text: _lines(text, "\u3000\u3000")
    yield "indented-tab", lambda text: _lines(text, "\t")
    yield "crlf", lambda text: text.replace("\n", "\r\n")
    yield "cr", lambda text: text.replace("\n", "\r")
    yield "blank-lines-between", lambda text: text.replace("\n", "\n\n")
    yield "blank-lines-in-sentences", _torn_sentences
    yield "full-width-figures", lambda text: text.translate(str.maketrans(_FULL_WIDTH))
    yield "half-width-figures", lambda text: text.translate(str.maketrans(_HALF_WIDTH))
    yield "half-width-punctuation", lambda text: text.translate(str.maketrans(_PUNCTUATION))
    yield "half-width-full-stops", lambda text: text.replace("。", ".")
    yield "half-width-last-full-stops", lambda text: re.sub("。(?=\n|$)", ".", text)
    yield "straight-quotes", lambda text: re.sub("[“”]", '"', text)
    yield "corner-quotes", lambda text: text.translate(str.maketrans("“”‘’", "「」『』"))
    yield "traditional", OpenCC("s2t").convert
    yield "simplified", simplified
    makes = list(_MAKES)
    yield (
        "ordinals-on",
        lambda text: _renumbered(text, dict(zip(makes, makes[1:] + makes[:1], strict=True))),
    )
    yield (
        "ordinals-back",
        lambda text: _renumbered(text, dict(zip(makes, makes[-1:] + makes[:-1], strict=True))),
    )


simplified: Transformation = OpenCC("t2s").convert


def _wrapped(width: int, indent: str) -> Transformation:
    """Broken wherever the width is used up, in the middle of words and numbers."""

    def wrap(text: str) -> str:
        bodies = [indent + paragraph for paragraph in text.split("\n")]
        return "\n".join(b[i : i + width] for b in bodies for i in range(0, len(b), width))

    return wrap


def _lines(text: str, indent: str) -> str:
    return "\n".join(indent + line for line in text.split("\n"))


def _torn_lines(text: str) -> str:
    """Blank lines behind some lines that end in mid-sentence, as where a column or a page ends."""
    chance = random.Random(len(text))
    lines = text.split("\n")
    torn = [
        line + "\n" if line[-1:] not in tuple("。！？；：") and chance.random() < 0.1 else line
        for line in lines[1:]
    ]
    return "\n".join(lines[:1] + torn)


def _torn_sentences(text: str) -> str:
    """Blank lines in some long sentences of a text that is not set in columns."""
    chance = random.Random(len(text))

    def tear(match: re.Match[str]) -> str:
        if chance.random() < 0.8:
            return match[0]
        at = chance.randrange(10, len(match[0]) - 10)
        return f"{match[0][:at]}\n\n{match[0][at:]}"

    return _SENTENCE.sub(tear, text)


def _renumbered(text: str, exchanged: dict[str, str]) -> str:
    """Ordinals made as others are; each make becomes another, so that what is nested stays so."""

    def number(match: re.Match[str]) -> str:
        make = str(match.lastgroup)
        figure = match[make].strip("（）")
        return _MAKES[exchanged[make]](
            int(figure) if figure.isdigit() else _NUMERALS.index(figure) + 1
        )

    return _ORDINALS.sub(number, text)
