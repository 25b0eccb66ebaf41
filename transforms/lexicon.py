"""Lexicons: the words and rules of `seeds/lexicons`, read strictly and proved when they are loaded.

A word list is a CSV file whose first column is its key; a rule file is TOML with `[[rule]]` tables. A rule carries
examples and counterexamples, and a rule that fails one of them cannot be loaded.
"""

import csv
import io
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transforms.vocabularies import COLUMNS, KEYS

_MARKS = re.compile("[【】]")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_RULE_KEYS = {"name", "pattern", "examples", "counterexamples", "note"}
_WITH_TRADITIONAL = ("traditional", "traditional_rulings", "furniture")
"""Lists that hold Traditional characters by their nature; a page offers its other script in that script."""


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
        self._sections: dict[str, dict[str, Any]] = {}
        self._only_traditional: frozenset[str] | None = None

    def table(self, name: str) -> tuple[dict[str, str], ...]:
        """The rows of `name.csv`; its first column must hold no empty and no double entry, and its lines are sorted.

        A list whose entries need more columns to be told apart has a first column that ends in `_key` or is `code`.
        """
        if name not in self._tables:
            rows = tuple(self._read_table(f"{name}.csv"))
            self._tables[name] = rows
            if name not in _WITH_TRADITIONAL and "traditional.csv" in self.files:
                self._expect_simplified(name, rows)
        return self._tables[name]

    def terms(self, name: str, **where: str) -> tuple[str, ...]:
        """The entries of `name.csv`'s first column, those alone whose other columns equal `where`."""
        for column in where:
            self._expect_column(name, column)
        rows = [r for r in self.table(name) if all(r[k] == v for k, v in where.items())]
        return tuple(next(iter(r.values())) for r in rows)

    def mapping(self, name: str, column: str) -> dict[str, str]:
        """First column -> another column of `name.csv`."""
        self._expect_column(name, column)
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
            file = f"{name}.toml"
            entries = self._read_toml(file).get(section)
            if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
                raise LexiconError(f"{file}: no [[{section}]]; write each of its rules under that")
            keys = KEYS.get(f"{name}.{section}", {})
            self._rules[name, section] = tuple(self._read_rule(file, e, keys) for e in entries)
        return self._rules[name, section]

    def _text(self, file: str) -> str:
        if file not in self.files:
            raise LexiconError(f"{file}: no such lexicon; it belongs in seeds/lexicons")
        return self.files[file]

    def _read_table(self, file: str) -> list[dict[str, str]]:
        text = self._text(file)
        names: list[str] = []
        rows: list[dict[str, str]] | None = None
        try:
            lines = filter(None, csv.reader(io.StringIO(text), strict=True))
            names = next(lines, names)
            rows = [dict(zip(names, cells, strict=True)) for cells in lines]
        except (csv.Error, ValueError):
            rows = None
        columns = _Columns(file, names)
        if rows is None or not columns.are_sound(rows):
            columns.find_fault(text)
        return rows or []

    def _expect_column(self, name: str, column: str) -> None:
        """LexiconError if a list lacks a column that it is asked for."""
        if any(column not in row for row in self.table(name)[:1]):
            raise LexiconError(f"{name}.csv:1: no column {column!r}; name it in the first line")

    def _expect_simplified(self, name: str, rows: Sequence[Mapping[str, str]]) -> None:
        """LexiconError if an entry has a Traditional character, as which no plain view of a text has it."""
        column = next(iter(rows[0]), "") if rows else ""
        entries = [row[column] for row in rows]
        if found := self._traditional() & set("".join(entries)):
            entry = next(entry for entry in entries if not found.isdisjoint(entry))
            line = _line_of(self.files[f"{name}.csv"], rf"^{re.escape(entry)}(?:,|$)")
            raise LexiconError(
                f"{name}.csv:{line}: {entry!r} has Traditional characters; write it in Simplified ones"
            )

    def _traditional(self) -> frozenset[str]:
        """Characters that are Traditional alone: 著 is one of 著名, too, and GB 2312 has it."""
        if self._only_traditional is None:
            characters = self.mapping("traditional", "simplified")
            self._only_traditional = frozenset(ch for ch in characters if not _is_gb2312(ch))
        return self._only_traditional

    def _read_toml(self, file: str) -> dict[str, Any]:
        if file not in self._sections:
            try:
                self._sections[file] = tomllib.loads(self._text(file))
            except tomllib.TOMLDecodeError as error:
                raise LexiconError(f"{file}: not TOML: {error}; mend it there") from error
        return self._sections[file]

    def _read_rule(
        self, file: str, entry: dict[str, Any], keys: Mapping[str, type | Collection[object]]
    ) -> Rule:
        missing = _RULE_KEYS - {"note"} - entry.keys()
        if missing:
            raise LexiconError(
                f"{file}: rule {entry.get('name')!r} lacks {', '.join(sorted(missing))}"
            )
        name = str(entry["name"])
        for problem in _problems(entry, keys):
            raise LexiconError(f"{self._place(file, name)}: {problem}")
        try:
            pattern = self.compile(entry["pattern"])
        except re.error as error:
            raise LexiconError(f"{self._place(file, name)}: pattern: {error}; mend it") from error
        extra = {k: v for k, v in entry.items() if k not in _RULE_KEYS}
        rule = Rule(name, pattern, tuple(entry["examples"]), tuple(entry["counterexamples"]), extra)
        for problem in _disproofs(rule):
            raise LexiconError(f"{self._place(file, name)}: {problem}")
        return rule

    def _place(self, file: str, name: str) -> str:
        """File, line and name of a rule."""
        line = _line_of(self.files[file], rf"^name\s*=\s*[\"']{re.escape(name)}[\"']")
        return f"{file}:{line}: rule {name}" if line else f"{file}: rule {name}"


class _Columns:
    """What the cells of a list may hold, by its file and the names of its columns."""

    def __init__(self, file: str, names: Sequence[str]) -> None:
        self._file = file
        self._names = names
        self._is_by_row = bool(names) and names[0].endswith("_key")
        self._may_repeat = self._is_by_row or names[:1] == ["code"]
        if names and names[0].startswith("\ufeff"):
            raise self._error(1, "begins with a byte order mark", "save it in UTF-8 without one")
        allowed = COLUMNS.get(file.removesuffix(".csv"), {})
        if names and (missing := allowed.keys() - set(names)):
            raise self._error(1, f"no column {', '.join(sorted(missing))}", "name it there")
        self._allowed = {
            names.index(column): frozenset(words) for column, words in allowed.items() if names
        }

    def are_sound(self, rows: Sequence[Mapping[str, str]]) -> bool:
        """Whether nothing is wrong with the rows; asked of all at once, which takes a fraction of the time."""
        if not self._names:
            return False
        keys = [row[self._names[0]] for row in rows]
        entries: list[Any] = [tuple(row.values()) for row in rows] if self._may_repeat else keys
        in_order = entries if self._is_by_row else keys
        return (
            len(set(entries)) == len(entries)
            and in_order == sorted(in_order)
            and keys == list(map(str.strip, keys))
            and "" not in keys
            and not any(
                self._wrong(at, {row[self._names[at]] for row in rows}) for at in self._allowed
            )
        )

    def _wrong(self, at: int, cells: Collection[str]) -> list[str]:
        """Those of a column's cells that it may not hold; one of traits may hold several words, or none."""
        allowed = self._allowed[at]
        if self._names[at] == "traits":
            return [cell for cell in cells if not allowed.issuperset(cell.split())]
        return [cell for cell in cells if cell not in allowed]

    def find_fault(self, text: str) -> None:
        """Raise LexiconError for the first fault of a list that is not sound, with its line."""
        reader = csv.reader(io.StringIO(text), strict=True)
        first: dict[object, int] = {}
        before: list[str] = []
        try:
            if not next(reader, None):
                raise self._error(1, "is empty", "begin with the names of the columns")
            for cells in filter(None, reader):
                line = reader.line_num
                if problem := self._fault(cells, before, first):
                    raise self._error(line, *problem)
                first[tuple(cells) if self._may_repeat else cells[0]] = line
                before = cells
        except csv.Error as error:
            raise self._error(reader.line_num, str(error), "write the line as CSV") from error

    def _fault(
        self, cells: list[str], before: list[str], first: Mapping[object, int]
    ) -> tuple[str, str] | None:
        """What is wrong with a row, and the remedy; `first` has the lines of the entries above it."""
        if len(cells) != len(self._names):
            return f"{len(cells)} columns", f"fill all {len(self._names)}"
        key = f"{self._names[0]} {cells[0]!r}"
        if cells[0] != cells[0].strip():
            return f"{key} has a space around it", "remove it"
        if not cells[0]:
            return f"{key} is empty", "give it, or remove the line"
        if line := first.get(tuple(cells) if self._may_repeat else cells[0]):
            return f"{key} stands on line {line} already", "keep one of the two"
        if before and (cells < before if self._is_by_row else cells[0] < before[0]):
            return f"{key} stands behind {before[0]!r}", "sort the lines, as `LC_ALL=C sort` does"
        for at in self._allowed:
            if self._wrong(at, [cells[at]]):
                problem = f"{self._names[at]} {cells[at]!r} of {cells[0]!r} cannot be"
                return problem, _one_of(self._allowed[at])
        return None

    def _error(self, line: int, problem: str, remedy: str) -> LexiconError:
        return LexiconError(f"{self._file}:{line}: {problem}; {remedy}")


def _problems(
    entry: Mapping[str, Any], keys: Mapping[str, type | Collection[object]]
) -> Iterator[str]:
    """What is wrong with the keys of a rule and their values, with the remedy."""
    for key in ("examples", "counterexamples"):
        if not isinstance(entry[key], list) or not all(isinstance(e, str) for e in entry[key]):
            yield f'{key}: no list of texts; write it as {key} = ["…"]'
    if not isinstance(entry["pattern"], str):
        yield "pattern: no text; write it in quotation marks"
    known = {key.removesuffix("?"): allowed for key, allowed in keys.items()}
    for key in sorted(entry.keys() - _RULE_KEYS - known.keys()):
        yield f"{key}: not a known key; {_one_of({*_RULE_KEYS, *known})}"
    for key in sorted(keys - entry.keys()):
        if not key.endswith("?"):
            yield f"no key {key!r}; add it to the rule"
    for key in sorted(known.keys() & entry.keys()):
        if remedy := _remedy(entry[key], known[key]):
            yield f"{key}: {entry[key]!r} cannot be; {remedy}"


def _remedy(value: object, allowed: type | Collection[object]) -> str | None:
    """What to do about the value of a rule's key, if it is not one of those allowed, or of that type."""
    if isinstance(allowed, type):
        return None if isinstance(value, allowed) else "write it as the rules beside it do"
    return None if isinstance(value, str | bool) and value in allowed else _one_of(allowed)


def _one_of(words: Collection[object]) -> str:
    """The remedy for a word that is none of these.

    >>> _one_of({"b", "", True})
    'write nothing, b or true'
    """
    shown = sorted(
        {"nothing" if w == "" else str(w).lower() if isinstance(w, bool) else str(w) for w in words}
    )
    shown.sort(key=lambda w: w != "nothing")
    return f"write {', '.join(shown[:-1])} or {shown[-1]}"


def _line_of(text: str, pattern: str) -> int | None:
    """The line on which a pattern first matches."""
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None


def _is_gb2312(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


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


def _disproofs(rule: Rule) -> Iterator[str]:
    """What speaks against a rule among its own examples: what 【】 marks must be what the pattern matches."""
    if not rule.examples or not rule.counterexamples:
        yield "it needs an example and a counterexample"
    for example in rule.examples:
        match = rule.pattern.search(_MARKS.sub("", example))
        if match is None:
            yield f"does not match its example {example!r}"
        elif "【" in example and match.span() != (example.index("【"), example.index("】") - 1):
            yield f"matches {match[0]!r} in its example {example!r}"
    for text in rule.counterexamples:
        if match := rule.pattern.search(text):
            yield f"matches {match[0]!r} in its counterexample {text!r}"
