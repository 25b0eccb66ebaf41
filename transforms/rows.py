"""Rows: what was found, with its ids, its words as printed and the line of the source on which it stands."""

import hashlib
from typing import TypedDict

from transforms.text import Text


class Span(TypedDict):
    """The columns that every row with a place has."""

    start: int
    end: int
    line: int


class Rows:
    """Mints the ids of one document's rows and tells their places.

    An id is the document's id, a short hash of the table and of what the row says, and from the second such row on its
    number: it changes only if the source or the words of the row do.
    """

    def __init__(self, document_id: str, text: Text) -> None:
        self.document_id = document_id
        self._text = text
        self._minted: dict[str, int] = {}

    def mint(self, table: str, says: str) -> str:
        """The id of the next row of `table` that says `says`; white space does not count."""
        said = f"{table}\n{''.join(says.split())}".encode()
        digest = hashlib.sha256(said).hexdigest()[:10]
        number = self._minted[digest] = self._minted.get(digest, 0) + 1
        first = f"{self.document_id}-{digest}"
        return f"{first}-{number}" if number > 1 else first

    def words(self, start: int, end: int) -> str:
        """The text as printed."""
        return self._text.text[start:end]

    def name(self, start: int, end: int) -> str:
        """The text as a key to join on: Simplified, without quotation marks and white space."""
        plain = self._text.plain[start:end]
        return "".join(plain.translate(_MARKS).split())

    def line(self, offset: int) -> int:
        """The 1-based line of the source on which the character at `offset` stands."""
        return self._text.line_of(offset)

    def span(self, start: int, end: int) -> Span:
        """The place columns of a row."""
        return {"start": start, "end": end, "line": self.line(start)}


_MARKS = dict.fromkeys(map(ord, "“”‘’「」『』\"'《》〈〉"))
