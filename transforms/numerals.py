"""Numbers as Chinese texts print them: digits, numerals, and both with a scale (三百, 1.3, 十二, 两千五百)."""

import re

from transforms.lexicon import Lexicon

_DIGITS = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


class Numerals:
    """Reads numerals; built once from `numerals.csv`."""

    def __init__(self, lexicon: Lexicon) -> None:
        rows = lexicon.table("numerals")
        self.values = {row["term"]: int(row["value"]) for row in rows}
        self.kinds = {row["term"]: row["kind"] for row in rows}
        self.characters = "".join(t for t in self.values if self.kinds[t] in ("digit", "place"))
        self.doubles = "".join(t for t in self.values if self.kinds[t] == "double")
        self.scales = "".join(t for t in self.values if self.kinds[t] == "scale")

    def value(self, printed: str) -> float | None:
        """The number that the whole of `printed` says; None where it is none."""
        if _DIGITS.fullmatch(printed):
            return float(printed.replace(",", ""))
        if not printed or any(ch not in self.values for ch in printed):
            return None
        whole, point, fraction = self._divided(printed)
        if point and not fraction:
            return None
        if all(self.kinds[ch] in ("digit", "double") for ch in whole):
            number = "".join(str(self.values[ch]) for ch in whole)
        else:
            number = str(self._places(whole))
        return float(f"{number}.{''.join(str(self.values[ch]) for ch in fraction) or 0}")

    def _divided(self, printed: str) -> tuple[str, str, str]:
        """The numeral before its decimal point, the point, and the digits after it."""
        point = next((ch for ch in printed if self.kinds[ch] == "point"), "")
        return printed.partition(point) if point else (printed, "", "")

    def count(self, printed: str) -> int | None:
        """The whole number that `printed` says; None where it says none."""
        number = self.value(printed)
        return int(number) if number is not None and number == int(number) else None

    def _places(self, printed: str) -> int:
        """A numeral with places: 三百零五, 一万二, 三亿六千万 (each digit times the place that follows it)."""
        total = section = digit = scale = 0
        for ch in printed:
            kind, value = self.kinds[ch], self.values[ch]
            if kind in ("digit", "double"):
                digit = value
            elif kind == "place":
                section, digit = section + (digit or 1) * value, 0
            else:
                part = section + digit
                # A smaller scale behind a larger one holds its own part alone.
                total = total + part * value if value < scale else (total + part) * value
                section, digit, scale = 0, 0, value
        return total + section + digit
