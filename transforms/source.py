"""One source text as it comes in, and the reason why one cannot come in."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a source and what its sidecar says of them.

    `path` is relative to the sources' root and `/`-separated; `media_type` is one that `transforms.parsing` reads.
    """

    path: str
    content: bytes
    media_type: str = "text/plain"
    publisher: str | None = None
    published_on: datetime.date | None = None
    source_url: str | None = None
    licence: str = "unknown"


class Rejected(Exception):  # noqa: N818 - it is a verdict, no error of the program
    """A source that cannot be released: `reason` says what is wrong and what to do about it."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
