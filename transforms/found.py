"""A value together with the place it was read from."""

from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V", covariant=True)


class Found(NamedTuple, Generic[V]):
    """What a recogniser returns: a value and the half-open range of code points that holds it."""

    start: int
    end: int
    value: V
