"""Storage that fails for a moment, as a network's does: it is tried again, a little later each time.

What does not pass by itself (a full disk, a missing right, bad data) is told at once.
"""

import errno
import time
from collections.abc import Callable
from logging import getLogger
from typing import TypeVar

PAUSES = (1.0, 4.0, 16.0)
"""Seconds before each further attempt."""
_NAMES = (
    "EAGAIN", "EBUSY", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH", "EIO",
    "ENETDOWN", "ENETRESET", "ENETUNREACH", "ENOTCONN", "EREMOTEIO", "ESTALE", "ETIMEDOUT",
)  # fmt: skip
_PASSING = frozenset(getattr(errno, name) for name in _NAMES if hasattr(errno, name))

_T = TypeVar("_T")


def is_passing(error: OSError) -> bool:
    """Whether it may work again in a moment."""
    return error.errno in _PASSING


def patiently(read: Callable[[], _T]) -> _T:
    """What is read, at the last attempt if need be; an error that does not pass comes through."""
    for pause in PAUSES:
        try:
            return read()
        except OSError as error:
            if not is_passing(error):
                raise
            getLogger(__name__).warning("%s; trying again in %g seconds", error, pause)
            time.sleep(pause)
    return read()
