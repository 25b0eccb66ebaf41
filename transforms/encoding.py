"""Bytes -> characters, strictly: an encoding is used only where the result reads like Chinese, and is always named.

How Chinese a decoding reads is told by the code tables themselves: in GB 2312 and in Big5 the common characters stand
in rows of their own, before the rare ones. Bytes decoded by the wrong table, and random bytes, spread over all rows.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from transforms.source import Rejected

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REMEDY = "save it as UTF-8 text and add it anew"
# Neither white space nor printable; U+0085 is white space.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# Of a text's characters outside ASCII, how many must be common ones: real texts reach 0.95, wrong tables 0.5.
_PLAUSIBLE, _CLEARLY = 0.75, 0.1


@dataclass(frozen=True, slots=True)
class Decoded:
    """A source's bytes as text, and the encoding that was used (its IANA name, in lower case)."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """The bytes of a source as text; `Rejected` tells why there is none, and what to do about it."""
    if not content.strip():
        raise Rejected("the file is empty; give it its text or remove it")
    decoded = _by_mark(content) or _as_utf8(content) or _by_plausibility(content)
    if control := _CONTROL.search(decoded.text):
        line = decoded.text.count("\n", 0, control.start()) + 1
        raise Rejected(
            f"control character U+{ord(control[0]):04X} (read as {decoded.encoding}): this is no text file; {_REMEDY}",
            line,
        )
    if decoded.text.count("\ufffd") * 100 > len(decoded.text):
        raise Rejected(
            "replacement characters U+FFFD: the text was damaged by an earlier conversion; fetch it anew"
        )
    if not decoded.text.strip():
        raise Rejected("the file holds white space alone; give it its text or remove it")
    return decoded


def _by_mark(content: bytes) -> Decoded | None:
    """What a byte order mark says."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return Decoded(
                    content.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
                )
            except UnicodeDecodeError as error:
                reason = f"the byte order mark says {encoding}, but byte {error.start} does not fit; {_REMEDY}"
                raise Rejected(reason) from error
    return None


def _as_utf8(content: bytes) -> Decoded | None:
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return None


def _by_plausibility(content: bytes) -> Decoded:
    """GB 18030 or Big5, whichever reads more like Chinese, if it clearly does."""
    readings = sorted((_reading(content, *table) for table in _TABLES), key=lambda r: -r[0])
    (best, decoded), (second, _) = readings
    if decoded is None or best < _PLAUSIBLE or best - second < _CLEARLY:
        raise Rejected(
            f"the encoding is none of UTF-8, UTF-16 with a byte order mark, GB 18030, Big5; {_REMEDY}"
        )
    return decoded


def _reading(
    content: bytes, encoding: str, share: Callable[[str], float]
) -> tuple[float, Decoded | None]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return 0.0, None
    return share(text), Decoded(text, encoding)


def _share_gb(text: str) -> float:
    """The share of characters from GB 2312's rows of punctuation and of common characters."""
    leads = _leads(text, "gb2312")
    hanzi = sum(0xB0 <= b <= 0xD7 for b in leads)
    # Its common characters are ordered by sound: a text with none of the second half is Korean or Japanese.
    if hanzi > 30 and sum(0xC9 <= b <= 0xD7 for b in leads) < 0.1 * hanzi:
        return 0.0
    return _ratio(hanzi + sum(0xA1 <= b <= 0xA3 for b in leads), text)


def _share_big5(text: str) -> float:
    """The share of characters from Big5's rows of punctuation and of common characters."""
    return _ratio(sum(0xA1 <= b <= 0xC6 for b in _leads(text, "big5")), text)


def _leads(text: str, table: str) -> bytes:
    """The first bytes of the characters that a two-byte table has."""
    beyond_ascii = re.sub(r"[\x00-\x7f]", "", text)
    return beyond_ascii.encode(table, "ignore")[::2]


def _ratio(common: int, text: str) -> float:
    everything = sum(ch > "\x7f" for ch in text)
    return common / everything if everything else 0.0


_TABLES = (("gb18030", _share_gb), ("big5", _share_big5))
