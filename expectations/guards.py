"""Guards: they stop a release that lost what the last one had.

What is measured of a release is a plain dictionary: rows by table, given values by `table.column`
(of columns that may be null), and the share of characters that the ledger leaves unexplained. A
loss beyond its bound stops the release, a gain warns; a bound can be set otherwise with a reason.
"""

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import pyarrow as pa
import pyarrow.compute

from expectations.rules import squeeze
from expectations.tables import TABLES, table_of

pc: Any = pyarrow.compute

ROW_DROP, ROW_RISE = 0.2, 0.5
FILL_DROP, FILL_RISE = 0.1, 0.1
UNEXPLAINED_RISE = 0.02
UNEXPLAINED = "unexplained"

BoundName = Literal["minimum", "maximum", "drop", "rise"]


class Measures(TypedDict):
    """What guards compare of two releases."""

    rows: dict[str, int]
    given: dict[str, int]
    unexplained: float


@dataclass(frozen=True, slots=True)
class Override:
    """A bound that stands instead of the usual one, and why.

    Without a column it bounds the table's rows, with one the share of rows in which that column is
    given; the column `unexplained` of `clauses` is the share of unexplained characters. `minimum`
    and `maximum` are absolute, `drop` and `rise` relative to the last release: a share of its rows,
    or points of a share.
    """

    table: str
    column: str | None
    bound: BoundName
    value: float
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the guards say: what stops the release, what only warns, which overrides were idle."""

    stops: tuple[str, ...]
    warnings: tuple[str, ...]
    idle: tuple[Override, ...]


# ---------------------------------------------------------------------------- measuring


def measure(tables: Mapping[str, pa.Table]) -> Measures:
    """What guards compare, of the tables of a release."""
    rows = {table.name: tables[table.name].num_rows for table in TABLES}
    given = {
        f"{table.name}.{column.name}": rows[table.name]
        - tables[table.name].column(column.name).null_count
        for table in TABLES
        for column in table.columns
        if column.is_nullable
    }
    return {"rows": rows, "given": given, "unexplained": _unexplained(tables)}


def _unexplained(tables: Mapping[str, pa.Table]) -> float:
    """The share of the documents' characters that stand in unexplained clauses."""
    unexplained = 0
    for clauses in tables["clauses"].select(["role", "text"]).to_batches():
        texts = pc.drop_null(clauses["text"].filter(pc.equal(clauses["role"], UNEXPLAINED)))
        unexplained += sum(len(squeeze(str(text))) for text in texts.to_pylist())
    characters = pc.sum(tables["documents"]["characters"]).as_py()
    return unexplained / characters if characters else 0.0


# ---------------------------------------------------------------------------- overrides


def read_overrides(toml: str) -> tuple[Override, ...]:
    """The overrides of `seeds/guards.toml`; ValueError says which entry is wrong and how.

    >>> read_overrides('''
    ... [[guard]]
    ... table = "citations"
    ... drop = 0.6
    ... reason = "bodies without a word of theirs count no longer"
    ... ''')[0].value
    0.6
    """
    try:
        entries = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"guards.toml: not TOML: {error}; correct it") from error
    unknown = ", ".join(entries.keys() - {"guard"})
    if unknown:
        raise ValueError(f"guards.toml: {unknown}: only [[guard]] entries stand here")
    numbered = enumerate(entries.get("guard", []), 1)
    return tuple(_read_override(f"guards.toml, guard {number}", e) for number, e in numbered)


def _read_override(place: str, entry: Mapping[str, Any]) -> Override:
    unknown = entry.keys() - {"table", "column", "reason", "minimum", "maximum", "drop", "rise"}
    if unknown:
        raise ValueError(f"{place}: unknown key {', '.join(sorted(unknown))}")
    table, column, reason = (entry.get(key) for key in ("table", "column", "reason"))
    if table not in {t.name for t in TABLES}:
        raise ValueError(f"{place}: table {table!r} does not exist")
    if column is not None and column not in _guarded_columns(table):
        raise ValueError(f"{place}: {table}.{column} is no column that may be null")
    if not isinstance(reason, str) or len(reason.split()) < 2:
        raise ValueError(f"{place}: give a reason, in words")
    bounds: list[BoundName] = [b for b in ("minimum", "maximum", "drop", "rise") if b in entry]
    if len(bounds) != 1:
        raise ValueError(f"{place}: give one of minimum, maximum, drop and rise")
    value = entry[bounds[0]]
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{place}: {bounds[0]} is no number from 0 on: {value!r}")
    return Override(table, column, bounds[0], float(value), reason)


def _guarded_columns(table: str) -> set[str]:
    columns = {column.name for column in table_of(table).columns if column.is_nullable}
    return columns | ({UNEXPLAINED} if table == "clauses" else set())


# ---------------------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure of the last release and the new one, with the bounds on its way from one to the other."""

    table: str
    column: str | None
    before: float | None
    now: float
    drop: float
    rise: float
    gain_is_bad: bool = False

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}" if self.column else self.table

    def shown(self, value: float) -> str:
        return f"{value:.0f} rows" if self.column is None else f"{value:.1%}"

    @property
    def change(self) -> float:
        """By how much the figure rose: rows by a share of the rows before, shares by points."""
        if self.before is None:
            return 0.0
        if self.column is not None:
            return self.now - self.before
        return self.now / self.before - 1 if self.before else 0.0


def guard(before: Measures | None, now: Measures, overrides: Sequence[Override]) -> Judgement:
    """Judge a release beside the last one (None if it is the first)."""
    stops: list[str] = []
    warnings: list[str] = []
    needed: set[Override] = set()
    for figure in _figures(before, now):
        own = {
            o.bound: o for o in overrides if (o.table, o.column) == (figure.table, figure.column)
        }
        needed |= {o for o in own.values() if _matters(figure, o)}
        stops += _absolute(figure, own)
        loss, gain = _relative(figure, own)
        stops += loss
        warnings += gain
    idle = tuple(override for override in overrides if override not in needed)
    return Judgement(tuple(stops), tuple(warnings), idle)


def _figures(before: Measures | None, now: Measures) -> Iterator[_Figure]:
    for table, rows in now["rows"].items():
        rows_before = before["rows"].get(table) if before else None
        yield _Figure(table, None, rows_before, rows, ROW_DROP, ROW_RISE)
    for name, given in now["given"].items():
        yield from _fill_figure(name, given, before, now)
    share_before = before["unexplained"] if before else None
    yield _Figure(
        "clauses", UNEXPLAINED, share_before, now["unexplained"], 1, UNEXPLAINED_RISE, True
    )


def _fill_figure(
    name: str, given: int, before: Measures | None, now: Measures
) -> Iterator[_Figure]:
    table, column = name.split(".")
    rows = now["rows"][table]
    if not rows:
        return
    rows_before = before["rows"].get(table, 0) if before else 0
    given_before = before["given"].get(name) if before else None
    if given_before is None or not rows_before:
        yield _Figure(table, column, None, given / rows, FILL_DROP, FILL_RISE)
        return
    noise = _noise(given_before, rows_before, given, rows)
    drop, rise = max(FILL_DROP, noise), max(FILL_RISE, noise)
    yield _Figure(table, column, given_before / rows_before, given / rows, drop, rise)


def _noise(given_before: int, rows_before: int, given: int, rows: int) -> float:
    """Three standard errors of the difference of two shares: what few rows do by chance alone."""
    pooled = (given_before + given) / (rows_before + rows)
    return 3 * math.sqrt(pooled * (1 - pooled) * (1 / rows_before + 1 / rows))


def _matters(figure: _Figure, override: Override) -> bool:
    """Whether an override judges otherwise than the usual bound, or is absolute."""
    if override.bound in ("minimum", "maximum"):
        return True
    usual = figure.drop if override.bound == "drop" else figure.rise
    change = -figure.change if override.bound == "drop" else figure.change
    return (change > usual) != (change > override.value)


def _absolute(figure: _Figure, own: Mapping[BoundName, Override]) -> Iterator[str]:
    least, most = own.get("minimum"), own.get("maximum")
    if least is not None and figure.now < least.value:
        yield f"{figure.name}: {figure.shown(figure.now)}, at least {figure.shown(least.value)} asked"
    if most is not None and figure.now > most.value:
        yield f"{figure.name}: {figure.shown(figure.now)}, at most {figure.shown(most.value)} allowed"


def _relative(figure: _Figure, own: Mapping[BoundName, Override]) -> tuple[list[str], list[str]]:
    """The losses that stop and the gains that warn."""
    if figure.before is None:
        return [], []
    drop = own["drop"].value if "drop" in own else figure.drop
    rise = own["rise"].value if "rise" in own else figure.rise
    change, bound = (figure.change, rise) if figure.change > 0 else (-figure.change, drop)
    if change <= bound:
        return [], []
    is_loss = (figure.change > 0) == figure.gain_is_bad
    message = _message(figure, bound, is_loss=is_loss)
    return ([message], []) if is_loss else ([], [message])


def _message(figure: _Figure, bound: float, *, is_loss: bool) -> str:
    assert figure.before is not None
    way, key = ("up", "rise") if figure.change > 0 else ("down", "drop")
    what = f"{figure.name}: {way} from {figure.shown(figure.before)} to {figure.shown(figure.now)}"
    unit = "" if figure.column is None else " points"
    said = f"{what}, more than {bound:.0%}{unit} {way}"
    column = f', column = "{figure.column}"' if figure.column else ""
    remedy = (
        f'; if that is right, say so in seeds/guards.toml: table = "{figure.table}"{column}, '
        f"{key} = …, reason = …"
    )
    return said + (remedy if is_loss else "")
