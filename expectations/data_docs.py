"""Great Expectations' site about a release: one page a table, however many shards of it were looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from great_expectations.core import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
    RunIdentifier,
)
from great_expectations.data_context.data_context.ephemeral_data_context import (
    EphemeralDataContext,
)
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.validator.validation_statistics import calc_validation_statistics

_SITE = "release"
_COUNTS = ("element_count", "missing_count", "unexpected_count")
_EXAMPLES = ("partial_unexpected_list", "partial_unexpected_counts")
_MOST_EXAMPLES = 20
_OF_NULL = "expect_column_values_to_be_null"
"""For this one, what is missing is what is expected."""
_ONE_BY_ONE = ("column", "column_A", "column_B")
"""What names the columns of an expectation that passes over what is missing."""


class DataDocs:
    """What suites said of shards, added up, for the site in a folder."""

    def __init__(self, context: EphemeralDataContext, folder: Path) -> None:
        self._context = context
        self._results: dict[str, ExpectationSuiteValidationResult] = {}
        context.add_data_docs_site(_SITE, _site(folder))
        context.clean_data_docs(site_name=_SITE)

    @property
    def suites(self) -> frozenset[str]:
        """The suites that have said something."""
        return frozenset(self._results)

    def add(self, result: ExpectationSuiteValidationResult, frame: pd.DataFrame) -> None:
        """Count what a suite said of one more shard, which may be no more than what holds."""
        for one in result.results:
            one.result = dict(_told(one.result or _held(one, frame)))
        known = self._results.setdefault(result.suite_name, result)
        if known is not result:
            _add(known, result)

    def build(self) -> None:
        """Write the site anew."""
        run = RunIdentifier(run_name=_SITE, run_time=datetime.now(UTC))
        for name, result in self._results.items():
            result.meta |= {"run_id": run, "validation_time": run.run_time}
            suite = ExpectationSuiteIdentifier(name)
            key = ValidationResultIdentifier(suite, run, result.batch_id)
            self._context.validation_results_store.store_validation_results(result, key, suite)
        self._context.build_data_docs(site_names=[_SITE])


def _site(folder: Path) -> Any:
    return {
        "class_name": "SiteBuilder",
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "show_how_to_buttons": False,
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder.resolve()),
        },
    }


def _held(result: ExpectationValidationResult, frame: pd.DataFrame) -> dict[str, Any]:
    """What Great Expectations would tell of an expectation that holds for the whole frame, if it were asked to."""
    told = {"element_count": len(frame), "unexpected_count": 0, "partial_unexpected_list": []}
    config = result.expectation_config
    if config and config.type != _OF_NULL:
        judged = [config.kwargs[key] for key in _ONE_BY_ONE if key in config.kwargs]
        told["missing_count"] = int(frame[judged].isna().any(axis="columns").sum())
    return told


def _told(result: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the pages tell of an expectation: counts, shares and examples, but no list that grows with the shard."""
    counts = {name: result[name] for name in _COUNTS if name in result}
    yield from counts.items()
    yield from _shares(**counts).items()
    yield from ((name, result[name][:_MOST_EXAMPLES]) for name in _EXAMPLES if name in result)


def _shares(
    element_count: int = 0, missing_count: int = 0, unexpected_count: int = 0
) -> dict[str, float]:
    """The shares in per cent, as Great Expectations names them."""
    of_given = _percent(unexpected_count, element_count - missing_count)
    return {
        "missing_percent": _percent(missing_count, element_count),
        "unexpected_percent": of_given,
        "unexpected_percent_nonmissing": of_given,
        "unexpected_percent_total": _percent(unexpected_count, element_count),
    }


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _add(known: ExpectationSuiteValidationResult, other: ExpectationSuiteValidationResult) -> None:
    """Add what a suite said of one shard to what it said of those before."""
    for one, another in zip(known.results, other.results, strict=True):
        one.success = bool(one.success and another.success)
        counts = {n: one.result[n] + another.result[n] for n in _COUNTS if n in one.result}
        one.result |= counts | _shares(**counts)
        for name in _EXAMPLES:
            examples = [*one.result.get(name, ()), *another.result.get(name, ())]
            one.result[name] = examples[:_MOST_EXAMPLES]
    counted = calc_validation_statistics(known.results)
    known.success = counted.success
    known.statistics = {name: getattr(counted, name) for name in known.statistics}
