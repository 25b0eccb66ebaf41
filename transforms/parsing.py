"""The bytes of a source -> what is to be read in them, by the kind of file.

Plain text is taken as it is; web pages, PDF and Word files are parsed by libraries that were written in C or that unpack
what they are given. `flows.sandbox` runs those where they can do no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass

from transforms.encoding import decode, expect_text
from transforms.pages import Page, read_page
from transforms.pdf import read_pdf
from transforms.source import Rejected
from transforms.word import read_word

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Such files map their glyphs or their XML to characters themselves.
EMBEDDED = "embedded"
_MOST_CHARACTERS = 1_000_000
"""No report is longer; a volume of reports is given as its reports."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source holds to be read, the encoding it was read in (`embedded`: the file's own), and how sure that is."""

    page: Page
    encoding: str
    confidence: float = 1.0


def parse(content: bytes, media_type: str) -> Parsed:
    """What is to be read in a file of that kind; `Rejected` tells why there is nothing.

    Raises `KeyError` for a media type that nothing here reads.
    """
    parsed = _PARSERS[media_type](content)
    text = parsed.page.text
    if len(text) > _MOST_CHARACTERS:
        raise Rejected(
            f"holds {len(text):,} characters, more than the {_MOST_CHARACTERS:,} of a report; give each report alone"
        )
    return parsed


def _parse_text(content: bytes) -> Parsed:
    decoded = decode(content)
    return Parsed(Page(decoded.text), decoded.encoding, decoded.confidence)


def _parse_html(content: bytes) -> Parsed:
    decoded = decode(content)
    page = read_page(decoded.text)
    # A reference such as &#8238; is no character of the file, but one of the page.
    expect_text(page.text, decoded.encoding, page.line_of)
    return Parsed(page, decoded.encoding, decoded.confidence)


def _parse_pdf(content: bytes) -> Parsed:
    page = read_pdf(content)
    expect_text(page.text, EMBEDDED, page.line_of)
    return Parsed(page, EMBEDDED)


def _parse_word(content: bytes) -> Parsed:
    page = read_word(content)
    expect_text(page.text, EMBEDDED, page.line_of)
    return Parsed(page, EMBEDDED)


_PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    "text/plain": _parse_text,
    "text/html": _parse_html,
    PDF: _parse_pdf,
    WORD: _parse_word,
}
