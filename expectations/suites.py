"""The Great Expectations suites of all tables, and what validating a release with them says.

Per table one suite: what `tables.py` says of each column, then the rules of `rules.py`, each as a
column of findings that must be null. The structure of all tables is validated first, as data: one
row a column, with the type that it has and the type that it should have.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pyarrow as pa
from great_expectations.core import (
    ExpectationSuite,
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.data_context.ephemeral_data_context import (
    EphemeralDataContext,
)
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.execution_engine import PandasExecutionEngine, pandas_execution_engine
from great_expectations.expectations.expectation import Expectation, MulticolumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)

from expectations.data_docs import DataDocs
from expectations.derive import arrow_schema
from expectations.rules import Dataset, Rule, rules_of
from expectations.tables import TABLES, Column, Table, table_of

Frame = pd.DataFrame | pa.Table

# Frames that are smaller are hashed whole, twice each, for a fingerprint that nothing reads here: a fifth of the time.
pandas_execution_engine.HASH_THRESHOLD = 0

_STRUCTURE = "structure"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that does not hold: where, what was expected, and what was found."""

    table: str
    column: str
    expectation: str
    statement: str
    row_ids: tuple[str, ...]
    lines: tuple[int | None, ...]
    paths: tuple[str | None, ...]
    observed: tuple[str, ...]

    @property
    def message(self) -> str:
        """Table, column, expectation and the failing rows with their places in the sources.

        >>> print(Failure("targets", "year", "expect_x", "x", ("a-1",), (3,), ("b.txt",), ("9",)).message)
        targets.year: x (expect_x), but not in 1 row:
          b.txt, line 3: a-1: 9
        """
        expected = f"{self.table}.{self.column}: {self.statement} ({self.expectation})"
        if not self.row_ids:
            return f"{expected}, but: {'; '.join(self.observed)}"
        rows = "1 row" if len(self.row_ids) == 1 else f"{len(self.row_ids)} rows"
        head = f"{expected}, but not in {rows}:"
        more = len(self.row_ids) - _SHOWN
        return "\n".join([head, *self._places(), *([f"  … and {more} more"] if more > 0 else [])])

    def _places(self) -> Iterator[str]:
        rows = zip(self.row_ids, self.lines, self.paths, self.observed, strict=True)
        for key, line, path, observed in list(rows)[:_SHOWN]:
            place = f"{path or 'no source'}, line {line}" if line else path or ""
            yield f"  {place}{': ' if place else ''}{key}: {observed}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What validating a release found."""

    failures: tuple[Failure, ...]
    expectation_count: int

    @property
    def is_sound(self) -> bool:
        """Whether every expectation holds."""
        return not self.failures

    @property
    def message(self) -> str:
        """The messages of all failures, or that there are none."""
        if self.is_sound:
            return f"All {self.expectation_count} expectations hold."
        return "\n".join(failure.message for failure in self.failures)


def validate(
    shards: Iterable[Mapping[str, Frame]],
    division_codes: frozenset[str] | set[str],
    docs_dir: Path | None,
) -> Verdict:
    """Validate a release, some whole documents' rows of all tables at a time; build the Data Docs site in `docs_dir`
    unless None.

    No document may be in two shards, and no id in the rows of two documents; then keys that are unique in each shard
    are unique. `division_codes` are the codes that meetings may have. Tables with the wrong columns or types are said
    so and not looked at further.
    """
    session = _Session(docs_dir)
    for shard in shards:
        tables = {name: _as_arrow(name, frame) for name, frame in shard.items()}
        session.judge(tables, frozenset(division_codes))
    session.end()
    return Verdict(_merged(session.failures), session.expectation_count)


def _merged(failures: Sequence[Failure]) -> tuple[Failure, ...]:
    """One failure where several shards break the same expectation."""
    merged: dict[tuple[str, str, str, str], Failure] = {}
    for new in failures:
        key = (new.table, new.column, new.expectation, new.statement)
        old = merged.get(key)
        merged[key] = (
            new
            if old is None
            else replace(
                old,
                row_ids=old.row_ids + new.row_ids,
                lines=old.lines + new.lines,
                paths=old.paths + new.paths,
                observed=old.observed + new.observed,
            )
        )
    return tuple(merged.values())


# ---------------------------------------------------------------------------- what is validated


def _as_arrow(name: str, frame: Frame) -> pa.Table:
    """The table in Arrow; pandas columns take the type of the schema where they fit it."""
    if isinstance(frame, pa.Table):
        return frame
    wanted = {t.name: {f.name: f.type for f in arrow_schema(t)} for t in TABLES}.get(name, {})
    arrays = {column: pa.Array.from_pandas(frame[column]) for column in frame.columns}
    return pa.table({c: _fit(array, wanted.get(c, array.type)) for c, array in arrays.items()})


def _fit(values: Any, wanted: pa.DataType) -> Any:
    try:
        return values.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return values


def _structure(tables: Mapping[str, pa.Table]) -> pd.DataFrame:
    """One row a column of any table: its type and place, and those that it should have."""
    found = {
        (name, field.name): (str(field.type), place)
        for name, table in tables.items()
        for place, field in enumerate(table.schema)
    }
    wanted = {
        (table.name, field.name): (str(field.type), place)
        for table in TABLES
        for place, field in enumerate(arrow_schema(table))
    }
    rows = [
        (f"{key[0]}.{key[1]}", *_described(found.get(key)), *_described(wanted.get(key)))
        for key in {**wanted, **found}
    ]
    return pd.DataFrame(rows, columns=["name", "found", "at", "expected", "expected_at"])


def _described(type_and_place: tuple[str, int] | None) -> tuple[str, str]:
    if type_and_place is None:
        return "no such column", "none"
    return type_and_place[0], f"column {type_and_place[1] + 1}"


def _frame(table: Table, dataset: Dataset) -> pd.DataFrame:
    """The table for pandas, and beside its own columns one of findings for every rule."""
    frame = dataset.tables[table.name].to_pandas()
    findings = {
        rule.name: pd.Series(rule.breaks(dataset), dtype=object) for rule in rules_of(table.name)
    }
    return frame.assign(**findings)


def _paths(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """The documents' paths by document; none where the columns are missing."""
    documents = tables.get("documents")
    if documents is None or not {"document_id", "path"} <= set(documents.column_names):
        return {}
    columns = (documents.column(name).to_pylist() for name in ("document_id", "path"))
    return dict(zip(*columns, strict=True))


# ---------------------------------------------------------------------------- own expectations


class ValuesGiven(MulticolumnMapMetricProvider):
    """In which rows all of several columns are given."""

    condition_metric_name = "multicolumn_values.given"
    condition_domain_keys = ("batch_id", "table", "column_list", "ignore_row_if")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:  # noqa: N805
        return column_list.notna().all(axis="columns")


class ValuesNotEmpty(MulticolumnMapMetricProvider):
    """In which rows none of several columns holds an empty string."""

    condition_metric_name = "multicolumn_values.not_empty"
    condition_domain_keys = ("batch_id", "table", "column_list", "ignore_row_if")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:  # noqa: N805
        return ~column_list.isin([""]).any(axis="columns")


class ExpectMulticolumnValuesToBeGiven(MulticolumnMapExpectation):
    """Expect no null in any of several columns: one look instead of one a column."""

    map_metric = "multicolumn_values.given"
    ignore_row_if: Literal["never"] = "never"


class ExpectMulticolumnValuesToNotBeEmpty(MulticolumnMapExpectation):
    """Expect no empty string in any of several columns."""

    map_metric = "multicolumn_values.not_empty"
    ignore_row_if: Literal["never"] = "never"


# ---------------------------------------------------------------------------- suites


def suite_of(table: Table) -> ExpectationSuite:
    """The suite of a table, derived from its definition and the rules that concern it."""
    expectations = [
        *_of_table(table),
        *(expectation for column in table.columns for expectation in _of_column(column)),
        *(_of_rule(rule) for rule in rules_of(table.name)),
    ]
    return ExpectationSuite(name=table.name, expectations=expectations)


def _of_column(column: Column) -> Iterator[Expectation]:
    name = column.name
    if column.values is not None:
        codes = list(column.values)
        statement = f"{name} is one of {', '.join(map(str, codes))}"
        yield _expect(
            gxe.ExpectColumnValuesToBeInSet, name, statement, column=name, value_set=codes
        )
    # What refers to another table is looked for there, and spans are read: see the rules.
    if column.pattern is not None and column.references is None:
        regex = rf"^(?:{column.pattern})\Z"
        statement = f"{name} matches {column.pattern}"
        yield _expect(gxe.ExpectColumnValuesToMatchRegex, name, statement, column=name, regex=regex)
    if column.minimum is not None and name not in ("start", "end"):
        yield _bounds(column)


def _bounds(column: Column) -> Expectation:
    top = "" if column.maximum is None else f" and at most {column.maximum}"
    return _expect(
        gxe.ExpectColumnValuesToBeBetween,
        column.name,
        f"{column.name} is at least {column.minimum}{top}",
        column=column.name,
        min_value=column.minimum,
        max_value=column.maximum,
    )


def _of_table(table: Table) -> Iterator[Expectation]:
    required = [column.name for column in table.columns if not column.is_nullable]
    strings = [column.name for column in table.columns if column.type == "string"]
    yield ExpectMulticolumnValuesToBeGiven(
        column_list=required,
        description=f"{', '.join(required)}: each is given",
        meta={"column": None, "statement": "is given", "expectation": None},
    )
    yield ExpectMulticolumnValuesToNotBeEmpty(
        column_list=strings,
        description="no string is empty: null stands for missing",
        meta={"column": None, "statement": "is no empty string", "expectation": None},
    )
    yield _unique(list(table.primary_key))
    if table.span_column is not None:
        yield _greater("end", "start", or_equal=False)
    if table.name == "enumerations":
        yield _greater("count", "found", or_equal=True)


def _unique(keys: list[str]) -> Expectation:
    if len(keys) == 1:
        statement = f"{keys[0]} is unique"
        return _expect(gxe.ExpectColumnValuesToBeUnique, keys[0], statement, column=keys[0])
    statement = f"{' and '.join(keys)} are unique together"
    return _expect(gxe.ExpectCompoundColumnsToBeUnique, keys[0], statement, column_list=keys)


def _greater(larger: str, smaller: str, *, or_equal: bool) -> Expectation:
    return _expect(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        larger,
        f"{larger} is {'at least' if or_equal else 'greater than'} {smaller}",
        column_A=larger,
        column_B=smaller,
        or_equal=or_equal,
        ignore_row_if="either_value_is_missing",
    )


def _of_rule(rule: Rule) -> Expectation:
    return _expect(
        gxe.ExpectColumnValuesToBeNull,
        rule.column,
        rule.statement,
        expectation=rule.name,
        column=rule.name,
    )


def _structure_suite() -> ExpectationSuite:
    pairs = (("found", "expected", "has its type"), ("at", "expected_at", "stands in its place"))
    return ExpectationSuite(
        name=_STRUCTURE,
        expectations=[
            _expect(
                gxe.ExpectColumnPairValuesToBeEqual,
                found,
                f"every column {statement}",
                column_A=found,
                column_B=wanted,
                ignore_row_if="neither",
            )
            for found, wanted, statement in pairs
        ],
    )


def _expect(
    kind: type[Expectation],
    blamed: str,
    statement: str,
    expectation: str | None = None,
    **arguments: Any,
) -> Expectation:
    """An expectation that knows, in words, what it expects and which column it blames."""
    meta = {"column": blamed, "statement": statement, "expectation": expectation}
    return kind(description=statement, meta=meta, **arguments)


# ---------------------------------------------------------------------------- running


def _context() -> EphemeralDataContext:
    """A Great Expectations context in memory that sends nothing and draws no progress bars."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(project_config=config, mode="ephemeral")


class _Session:
    """One validation of all tables in one context."""

    def __init__(self, docs_dir: Path | None) -> None:
        context = _context()
        self.failures: list[Failure] = []
        self.expectation_count = 0
        self._docs = DataDocs(context, docs_dir) if docs_dir else None
        self._source = context.data_sources.add_pandas("tables")
        self._paths: Mapping[str, str] = {}
        self._structure = self._define(_structure_suite())
        self._suites = {table.name: self._define(suite_of(table)) for table in TABLES}
        # Tables without a row as yet, with one that has none: only the site shows that they were looked at.
        self._empty: dict[str, pd.DataFrame] = {}

    def judge(self, tables: Mapping[str, pa.Table], division_codes: frozenset[str]) -> None:
        """Try every expectation on one shard."""
        self._paths = _paths(tables)
        if failures := self._run(self._structure, _structure(tables)):
            self.failures += failures
            return
        dataset = Dataset(tables, division_codes)
        for table in TABLES:
            frame = _frame(table, dataset)
            if len(frame):
                self.failures += self._run(self._suites[table.name], frame)
            else:
                self._empty.setdefault(table.name, frame)

    def end(self) -> None:
        """Build the site."""
        if self._docs:
            for name in self._empty.keys() - self._docs.suites:
                self._run(self._suites[name], self._empty[name])
            self._docs.build()

    def _define(self, suite: ExpectationSuite) -> "_Suite":
        """A suite, ready to be run on frames."""
        self.expectation_count += len(suite.expectations)
        asset = self._source.add_dataframe_asset(suite.name)
        return _Suite(suite, asset.add_batch_definition_whole_dataframe("all"))

    def _run(self, suite: "_Suite", frame: pd.DataFrame) -> list[Failure]:
        """The failures of a suite on a frame. Only a frame that fails is asked for its rows."""
        result = suite.run(frame, {"result_format": "BOOLEAN_ONLY"})
        failures = []
        if not result.success:
            complete = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
            result = suite.run(frame, complete)
            failed = [one for one in result.results if not one.success]
            failures = [f for one in failed for f in self._failures(suite.name, frame, one)]
        if self._docs:
            self._docs.add(result, frame)
        return failures

    def _failures(
        self, name: str, frame: pd.DataFrame, result: ExpectationValidationResult
    ) -> Iterator[Failure]:
        config = result.expectation_config
        if config is None or result.exception_info.get("raised_exception"):
            raise RuntimeError(f"{name}: an expectation could not be tried: {result}")
        rows = frame.iloc[result.result["unexpected_index_list"]]
        if name == _STRUCTURE:
            yield from _structure_failures(rows, config)
        elif config.meta["column"]:
            yield self._failure(name, rows, config, config.meta["column"])
        else:
            for column in config.kwargs["column_list"]:
                failing = rows[_IS_BROKEN[config.type](rows[column])]
                if len(failing):
                    yield self._failure(name, failing, config, column)

    def _failure(
        self, name: str, rows: pd.DataFrame, config: ExpectationConfiguration, column: str
    ) -> Failure:
        statement = config.meta["statement"]
        keys = zip(*(rows[key] for key in table_of(name).primary_key), strict=True)
        lines = rows["line"] if "line" in rows else [None] * len(rows)
        return Failure(
            table=name,
            column=column,
            expectation=config.meta["expectation"] or config.type,
            statement=statement if config.meta["column"] else f"{column} {statement}",
            row_ids=tuple("/".join(map(str, key)) for key in keys),
            lines=tuple(None if pd.isna(line) else int(line) for line in lines),
            paths=tuple(self._paths.get(key) for key in rows["document_id"]),
            observed=_observed(rows, config, column),
        )


@dataclass(frozen=True, slots=True)
class _Suite:
    """A suite, and what makes a batch of a frame for it."""

    suite: ExpectationSuite
    batches: BatchDefinition[Any]

    @property
    def name(self) -> str:
        return self.suite.name

    def run(self, frame: pd.DataFrame, result_format: Any) -> ExpectationSuiteValidationResult:
        """What the suite says of a frame."""
        batch = self.batches.get_batch({"dataframe": frame})
        with _configured_once():
            return batch.validate(self.suite, result_format=result_format)


@contextlib.contextmanager
def _configured_once() -> Iterator[None]:
    """Great Expectations makes the configuration of an expectation anew some ninety times in a run, which is a third of
    what it costs: keep it meanwhile.
    """
    made: Any = Expectation.configuration
    # Each beside its expectation, so that no other can have its id.
    known: dict[int, tuple[Expectation, ExpectationConfiguration]] = {}

    def kept(self: Expectation) -> ExpectationConfiguration:
        if id(self) not in known:
            known[id(self)] = self, made.fget(self)
        return known[id(self)][1]

    Expectation.configuration = property(kept)  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Expectation.configuration = made  # type: ignore[method-assign]


# Which of the columns that an expectation judges together break it.
_IS_BROKEN: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    "expect_multicolumn_values_to_be_given": lambda column: column.isna(),
    "expect_multicolumn_values_to_not_be_empty": lambda column: column.isin([""]),
}


def _structure_failures(rows: pd.DataFrame, config: ExpectationConfiguration) -> Iterator[Failure]:
    compared = ("name", config.kwargs["column_A"], config.kwargs["column_B"])
    for name, found, wanted in zip(*(rows[column] for column in compared), strict=True):
        table, column = name.split(".")
        observed = (f"{found}, expected: {wanted}",)
        yield Failure(table, column, config.type, config.meta["statement"], (), (), (), observed)


def _observed(rows: pd.DataFrame, config: ExpectationConfiguration, column: str) -> tuple[str, ...]:
    """What the failing rows hold in the columns that the expectation looked at."""
    arguments = config.kwargs
    if config.meta["expectation"] is not None:
        return tuple(rows[arguments["column"]])
    names = [arguments[key] for key in ("column", "column_A", "column_B") if key in arguments]
    cells = zip(*(rows[name] for name in names or [column]), strict=True)
    return tuple(", ".join(map(_shown, values)) for values in cells)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"“{value}”" if len(value) <= 60 else f"“{value[:59]}…”"
    return "null" if pd.isna(value) else str(value)  # type: ignore[call-overload]
