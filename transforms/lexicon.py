"""Lexicons: the words and rules of `seeds/lexicons`, read strictly and proved when they are loaded.

A word list is a CSV file whose first column is its key; a rule file is TOML with `[[rule]]` tables. A rule carries
examples and counterexamples, and a rule that fails one of them cannot be loaded.
"""

import csv
import io
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_MARKS = re.compile("[【】]")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_RULE_KEYS = {"name", "pattern", "examples", "counterexamples", "note"}


class LexiconError(Exception):
    """A word list or rule that is not well-formed; the message names the file, the entry and the remedy."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One proved rule: its name, its pattern on the plain view of a text, and the keys only its module reads."""

    name: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        """The value of a key of its own, such as `role`; a missing one is an error in the rule file."""
        if key not in self.extra:
            raise LexiconError(f"rule {self.name}: no key {key!r}; add it to the rule")
        return self.extra[key]


class Lexicon:
    """All word lists and rules, given as file name -> text (so that this package touches no disk)."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(sorted(files.items()))
        self._tables: dict[str, tuple[dict[str, str], ...]] = {}
        self._rules: dict[tuple[str, str], tuple[Rule, ...]] = {}

    def table(self, name: str) -> tuple[dict[str, str], ...]:
        """The rows of `name.csv`; its first column must hold no empty and no double entry.

        A list whose entries need more columns to be told apart has a first column that ends in `_key` or is `code`.
        """
        if name not in self._tables:
            self._tables[name] = tuple(self._read_table(f"{name}.csv"))
        return self._tables[name]

    def terms(self, name: str, **where: str) -> tuple[str, ...]:
        """The entries of `name.csv`'s first column, those alone whose other columns equal `where`."""
        rows = [r for r in self.table(name) if all(r[k] == v for k, v in where.items())]
        return tuple(next(iter(r.values())) for r in rows)

    def mapping(self, name: str, column: str) -> dict[str, str]:
        """First column -> another column of `name.csv`."""
        return {next(iter(r.values())): r[column] for r in self.table(name)}

    def alternation(self, name: str) -> str:
        """The entries of `name.csv` as one regular-expression group, longest first.

        `name__value` takes the entries alone whose second column is `value`.
        """
        file, _, value = name.partition("__")
        rows = self.table(file)
        if value:
            second = list(rows[0])[1]
            rows = tuple(r for r in rows if r[second] == value)
        terms = [next(iter(r.values())) for r in rows]
        if not terms:
            raise LexiconError(f"{file}.csv: no entries for {{{name}}}")
        # Longest first, so that a name is not cut short by another that begins it.
        return f"(?:{_branches(sorted(terms, key=lambda t: (-len(t), t)))})"

    def compile(self, pattern: str) -> re.Pattern[str]:
        """A pattern with each `{name}` replaced by the alternation of that word list."""
        return re.compile(_PLACEHOLDER.sub(lambda m: self.alternation(m[1]), pattern))

    def rules(self, name: str, section: str = "rule") -> tuple[Rule, ...]:
        """The rules of `name.toml` in the file's order, each proved by its examples and counterexamples."""
        if (name, section) not in self._rules:
            entries = self._read_toml(f"{name}.toml").get(section, [])
            self._rules[name, section] = tuple(self._read_rule(f"{name}.toml", e) for e in entries)
        return self._rules[name, section]

    def _text(self, file: str) -> str:
        if file not in self.files:
            raise LexiconError(f"{file}: no such lexicon; it belongs in seeds/lexicons")
        return self.files[file]

    def _read_table(self, file: str) -> list[dict[str, str]]:
        reader = csv.reader(io.StringIO(self._text(file)), strict=True)
        names = next(reader, [])
        rows: list[dict[str, str]] = []
        seen: set[str] = set()
        for cells in filter(None, reader):
            if len(cells) != len(names):
                raise LexiconError(f"{file}:{reader.line_num}: not {len(names)} columns")
            column, key = names[0], cells[0]
            if not key or (key in seen and column != "code" and not column.endswith("_key")):
                raise LexiconError(
                    f"{file}:{reader.line_num}: {column} {key!r} is empty or stands there twice"
                )
            seen.add(key)
            rows.append(dict(zip(names, cells, strict=True)))
        return rows

    def _read_toml(self, file: str) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text(file))
        except tomllib.TOMLDecodeError as error:
            raise LexiconError(f"{file}: {error}") from error

    def _read_rule(self, file: str, entry: dict[str, Any]) -> Rule:
        missing = _RULE_KEYS - {"note"} - entry.keys()
        if missing:
            raise LexiconError(
                f"{file}: rule {entry.get('name')!r} lacks {', '.join(sorted(missing))}"
            )
        try:
            pattern = self.compile(entry["pattern"])
        except re.error as error:
            raise LexiconError(f"{file}: rule {entry['name']}: pattern: {error}") from error
        extra = {k: v for k, v in entry.items() if k not in _RULE_KEYS}
        rule = Rule(
            entry["name"], pattern, tuple(entry["examples"]), tuple(entry["counterexamples"]), extra
        )
        _prove(file, rule)
        return rule


def _branches(terms: Sequence[str]) -> str:
    """Terms as a pattern that branches by one character after the other, so that few of them are tried at a place.

    >>> _branches(["abc", "ab", "d"])
    '(?:ab(?:c|)|d)'
    """
    rests: dict[str, list[str]] = {}
    for term in terms:
        rests.setdefault(term[:1], []).append(term[1:])
    branches = [
        re.escape(first) + (_branches(rest) if first and rest != [""] else "")
        for first, rest in rests.items()
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _prove(file: str, rule: Rule) -> None:
    """Check a rule against its own examples: what 【】 marks must be what the pattern matches."""
    if not rule.examples or not rule.counterexamples:
        raise LexiconError(f"{file}: rule {rule.name}: it needs an example and a counterexample")
    for example in rule.examples:
        match = rule.pattern.search(_MARKS.sub("", example))
        if match is None:
            raise LexiconError(f"{file}: rule {rule.name}: does not match its example {example!r}")
        if "【" in example and match.span() != (example.index("【"), example.index("】") - 1):
            raise LexiconError(
                f"{file}: rule {rule.name}: matches {match[0]!r} in its example {example!r}"
            )
    for text in rule.counterexamples:
        if match := rule.pattern.search(text):
            raise LexiconError(
                f"{file}: rule {rule.name}: matches {match[0]!r} in its counterexample {text!r}"
            )
