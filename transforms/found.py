"""A value together with the place it was read from."""

from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V", covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[V]):
    """What a recogniser returns: a value and the half-open range of code points that holds it."""

    start: int
    end: int
    value: V
