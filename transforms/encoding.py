"""Bytes -> characters, strictly: an encoding is used only where the result reads like Chinese, and is always named.

How Chinese a reading is, the code tables tell themselves: in GB 2312 and in Big5 the common characters stand in rows of
their own, before the rare ones. Bytes read by the wrong table, and random bytes, spread over all rows.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from transforms.source import Rejected

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In this order, the first of a group that fits; Big5 of Hong Kong adds characters to Big5.
_CANDIDATES = (("gb18030",), ("big5", "big5-hkscs"), ("utf-16le",), ("utf-16be",))
_REMEDY = "save it as UTF-8 text and add it anew"
_CUT = "the file was cut off; fetch it anew"
# Neither white space nor printable; U+0085 is white space.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# They show characters in another order than the one in which they are read.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Of a text's characters outside ASCII, how many must be common ones: real texts reach 0.9, wrong tables 0.6 and, with
# less than a line to tell by, 0.8; the right table is at least 0.2 ahead of the others.
_PLAUSIBLE, _CLEARLY = 0.75, 0.1
_MUCH = 200
"""What reads well for more UTF-8 bytes than these is in that encoding, however much of the file is behind it."""
_SAMPLE = 20_000
"""So many characters tell what a text is written in."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A source's bytes as text, and the encoding that was used (its IANA name, in lower case).

    `confidence` is 1 where the bytes themselves say so (a byte order mark, or UTF-8, which no other text is by
    chance); else by how much this reading is more like Chinese than the next best, from 0.1 to 1.
    """

    text: str
    encoding: str
    confidence: float = 1.0


def decode(content: bytes) -> Decoded:
    """The bytes of a source as text; `Rejected` tells why there is none, and what to do about it."""
    if not content.strip():
        raise Rejected("the file is empty; give it its text or remove it")
    decoded = _by_mark(content) or _as_utf8(content) or _by_plausibility(content)
    if decoded is None:
        raise _unreadable(content)
    text = decoded.text
    expect_text(text, decoded.encoding, lambda at: text.count("\n", 0, at) + 1)
    return decoded


def expect_text(text: str, encoding: str, line_of: Callable[[int], int]) -> None:
    """Raise `Rejected` for what no text holds; `line_of` tells the line of an offset."""
    if control := _CONTROL.search(text):
        # What says itself that it is Unicode cannot be mended by saving it as such.
        is_unicode = encoding.startswith("utf-")
        reason = (
            "its bytes were decoded wrongly by an earlier conversion"
            if is_unicode and control[0] > "\x7f"
            else "this is no text"
        )
        raise Rejected(
            f"control character U+{ord(control[0]):04X} (read as {encoding}): {reason}; "
            f"{'fetch it anew' if is_unicode else _REMEDY}",
            line_of(control.start()),
        )
    if bidi := _BIDI.search(text):
        raise Rejected(
            f"U+{ord(bidi[0]):04X} shows characters in another order than they are read in; remove it",
            line_of(bidi.start()),
        )
    if text.count("\ufffd") * 100 > len(text):
        raise Rejected(
            "replacement characters U+FFFD: the text was damaged by an earlier conversion; fetch it anew",
            line_of(text.index("\ufffd")),
        )
    if not text.strip():
        raise Rejected("the file holds white space alone; give it its text or remove it")


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
                raise (
                    _broken(encoding, error)
                    if _is_cut(error)
                    else Rejected(reason, _line_at(error))
                ) from error
    return None


def _as_utf8(content: bytes) -> Decoded | None:
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return None


def _by_plausibility(content: bytes) -> Decoded | None:
    """The reading that is more like Chinese than all others, if it clearly is."""
    shares = {encoding: (_share(text), text) for encoding, text in _readings(content)}
    ranked = sorted(shares, key=lambda encoding: -shares[encoding][0])
    if not ranked or shares[ranked[0]][0] < _PLAUSIBLE:
        return None
    best = shares[ranked[0]][0]
    lead = best - (shares[ranked[1]][0] if len(ranked) > 1 else 0.0)
    return Decoded(shares[ranked[0]][1], ranked[0], round(lead, 2)) if lead >= _CLEARLY else None


def _readings(content: bytes) -> Iterator[tuple[str, str]]:
    for group in _CANDIDATES:
        for encoding in group:
            try:
                yield encoding, content.decode(encoding)
            except UnicodeDecodeError:
                continue
            break


def _unreadable(content: bytes) -> Rejected:
    """Why bytes are no text: of two encodings, broken at one place, or in an encoding that is none of ours."""
    if mixed := _mixed(content):
        return mixed
    for encoding in ("utf-8", *(name for group in _CANDIDATES for name in group)):
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            before = content[: error.start].decode(encoding, "ignore")
            is_much = 2 * error.start > len(content) or len(before.encode()) > _MUCH
            if is_much and _share(before) >= _PLAUSIBLE:
                return _broken(encoding, error)
    guess = _guess(content)
    looks = f" (it looks like {guess})" if guess else ""
    return Rejected(f"the encoding is none of UTF-8, UTF-16, GB 18030, Big5{looks}; {_REMEDY}")


def _broken(encoding: str, error: UnicodeDecodeError) -> Rejected:
    """Where a text of that encoding is broken or ends too early."""
    if _is_cut(error):
        reason = f"{encoding} that ends within a character, at byte {error.start}: {_CUT}"
    else:
        found = " ".join(f"0x{byte:02X}" for byte in error.object[error.start : error.end])
        remedy = "mend it, or fetch the text anew" if encoding == "utf-8" else _REMEDY
        reason = (
            f"is {encoding} up to byte {error.start} ({found}), which is no character; {remedy}"
        )
    return Rejected(reason, _line_at(error))


def _is_cut(error: UnicodeDecodeError) -> bool:
    """Whether all that is wrong with a text is that its last character is not whole."""
    rest = error.object[error.start :]
    try:
        return not codecs.getincrementaldecoder(error.encoding)().decode(rest, final=False)
    except UnicodeDecodeError:
        return False


def _line_at(error: UnicodeDecodeError) -> int:
    return error.object[: error.start].decode(error.encoding, "ignore").count("\n") + 1


def _mixed(content: bytes) -> Rejected | None:
    """Where one encoding gives way to another, if some lines are UTF-8 and all others together of one other encoding."""
    lines = content.split(b"\n")
    told = {at: _as_utf8(line) is not None for at, line in enumerate(lines) if not line.isascii()}
    rest = b"\n".join(lines[at] for at, is_utf8 in told.items() if not is_utf8)
    # What reads well as UTF-8 but for some bytes is damaged, and of no other encoding.
    is_damaged = _share(rest.decode("utf-8", "ignore")) >= _PLAUSIBLE
    other = None if is_damaged or not any(told.values()) else _by_plausibility(rest)
    if other is None:
        return None
    begins = next(iter(told.values()))
    turn = next(at for at, is_utf8 in told.items() if is_utf8 != begins)
    before, after = ("utf-8", other.encoding) if begins else (other.encoding, "utf-8")
    byte = len(b"\n".join(lines[:turn])) + 1
    return Rejected(
        f"is {before} up to byte {byte}, where {after} begins; save each part in UTF-8, or fetch it anew",
        turn + 1,
    )


def _guess(content: bytes) -> str | None:
    """What a text that cannot be Chinese may be written in; it is named and never used."""
    # Nobody waits for this import whose texts can be read.
    from charset_normalizer import from_bytes

    guess = from_bytes(content[:_SAMPLE]).best()
    return guess.encoding.replace("_", "-") if guess else None


def _share(text: str) -> float:
    """The share of common Chinese characters and marks in what is not ASCII; 0 where they cannot be Chinese."""
    beyond_ascii = [ch for ch in text[:_SAMPLE] if ch > "\x7f"]
    common = [ch for ch in beyond_ascii if ch in _common()]
    if _is_of_one_half(common):
        return 0.0
    return len(common) / len(beyond_ascii) if beyond_ascii else 0.0


def _is_of_one_half(common: list[str]) -> bool:
    """Whether hardly any characters are of the second half of GB 2312's, which are ordered by sound: Korean bytes."""
    leads = "".join(common).encode("gb2312", "ignore")[::2]
    hanzi = sum(0xB0 <= lead <= 0xD7 for lead in leads)
    return hanzi > 30 and sum(0xC9 <= lead <= 0xD7 for lead in leads) < 0.1 * hanzi


@cache
def _common() -> frozenset[str]:
    """The marks and common characters of GB 2312 and of Big5."""
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    rows = (
        ("gb2312", (*range(0xA1, 0xA4), *range(0xB0, 0xD8))),
        ("big5", (*range(0xA1, 0xC7),)),
    )
    pairs = (
        (table, bytes((lead, trail))) for table, leads in rows for lead in leads for trail in trails
    )
    return frozenset(
        ch for table, pair in pairs if len(ch := pair.decode(table, "ignore")) == 1 and ch > "\x7f"
    )
