"""Chinese and Arabic numerals as they number the parts of a list or count its members."""

import re

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "双": 2}
_TENS = "十"
_CIRCLED = 0x2460 - 1
_ARABIC = re.compile(r"\d+")


def number(words: str) -> int:
    """The number that the words name.

    >>> number("十二"), number("（三）"), number("第二十"), number("7."), number("③")
    (12, 3, 20, 7, 3)
    """
    if match := _ARABIC.search(words):
        return int(match[0]) if match[0].isascii() else 0
    circled = [ord(c) - _CIRCLED for c in words if 0 < ord(c) - _CIRCLED <= 20]
    if circled:
        return circled[0]
    numeral = [c for c in words if c in _DIGITS or c == _TENS]
    if _TENS not in numeral:
        return int("".join(str(_DIGITS[c]) for c in numeral) or 0)
    tens, _, ones = "".join(numeral).partition(_TENS)
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
