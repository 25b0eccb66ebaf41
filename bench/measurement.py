"""One line of the table that `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured, its value with its unit, and the bound it must keep, if there is one."""

    name: str
    value: str
    bound: str = ""
    is_kept: bool | None = None


def at_most(name: str, value: float, bound: float, unit: str = "") -> Measurement:
    """A measurement that is good when small."""
    return Measurement(name, f"{value:.2f}{unit}", f"≤ {bound:g}{unit}", value <= bound)


def at_least(name: str, value: float, bound: float, unit: str = "") -> Measurement:
    """A measurement that is good when large."""
    return Measurement(name, f"{value:.2f}{unit}", f"≥ {bound:g}{unit}", value >= bound)
