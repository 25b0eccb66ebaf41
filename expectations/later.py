"""Modules that a library imports as it is imported, for what nobody here does with it: loaded at their first use.

The standard library's `LazyLoader` does not do: an `import` statement that meets a module of its kind asks for its
`__spec__`, and with that it is loaded.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def load_later(*names: str) -> None:
    """Have these modules loaded at their first use, unless they are loaded already."""
    for name in names:
        sys.modules.setdefault(name, _Later(name))
