"""Guards stop losses, warn of gains, and listen to reasons."""

from pathlib import Path

import pytest
from sample import sample_tables

from expectations.guards import Measures, Override, guard, measure, read_overrides


def measures(
    rows: int = 100, citations: int = 100, level: int = 90, unexplained: float = 0.01
) -> Measures:
    return {
        "rows": {"documents": rows, "citations": citations},
        "given": {"citations.level": level},
        "unexplained": unexplained,
    }


def test_the_sample_is_measured() -> None:
    measured = measure(sample_tables())
    assert measured["rows"]["initiatives"] == 5
    assert measured["given"]["initiatives.focus_area_id"] == 1
    assert measured["given"]["documents.kicker"] == 0
    assert "initiatives.verb" not in measured["given"]
    assert measured["unexplained"] == pytest.approx(10 / 155)


def test_empty_tables_are_measured() -> None:
    empty = {name: table.slice(0, 0) for name, table in sample_tables().items()}
    assert measure(empty)["unexplained"] == 0
    assert guard(measure(sample_tables()), measure(empty), ()).stops


def test_the_same_again_passes() -> None:
    for before in (None, measures()):
        judgement = guard(before, measures(), ())
        assert judgement.stops == judgement.warnings == judgement.idle == ()


@pytest.mark.parametrize(
    ("now", "message"),
    [
        (
            measures(citations=79, level=72),
            "citations: down from 100 rows to 79 rows, more than 20% down; if that is right, say so "
            'in seeds/guards.toml: table = "citations", drop = …, reason = …',
        ),
        (
            measures(rows=0),
            "documents: down from 100 rows to 0 rows, more than 20% down; if that is right, say so "
            'in seeds/guards.toml: table = "documents", drop = …, reason = …',
        ),
        (
            measures(level=60),
            "citations.level: down from 90.0% to 60.0%, more than 18% points down; if that is right, "
            'say so in seeds/guards.toml: table = "citations", column = "level", drop = …, reason = …',
        ),
        (
            measures(unexplained=0.04),
            "clauses.unexplained: up from 1.0% to 4.0%, more than 2% points up; if that is right, say "
            'so in seeds/guards.toml: table = "clauses", column = "unexplained", rise = …, reason = …',
        ),
    ],
)
def test_a_loss_beyond_its_bound_stops(now: Measures, message: str) -> None:
    judgement = guard(measures(), now, ())
    assert judgement.stops == (message,)
    assert judgement.warnings == ()


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        (
            measures(),
            measures(rows=151),
            "documents: up from 100 rows to 151 rows, more than 50% up",
        ),
        (
            measures(level=50),
            measures(level=75),
            "citations.level: up from 50.0% to 75.0%, more than 21% points up",
        ),
    ],
)
def test_a_gain_beyond_its_bound_warns(before: Measures, now: Measures, message: str) -> None:
    judgement = guard(before, now, ())
    assert judgement.stops == ()
    assert judgement.warnings == (message,)


@pytest.mark.parametrize(
    "now", [measures(citations=80, level=72), measures(rows=150), measures(unexplained=0.0)]
)
def test_changes_within_bounds_pass(now: Measures) -> None:
    assert not guard(measures(), now, ()).stops
    assert not guard(measures(), now, ()).warnings


def test_few_rows_may_differ_by_chance() -> None:
    assert not guard(measures(1, 2, 2), measures(1, 4, 2), ()).stops
    assert guard(measures(1, 2000, 2000), measures(1, 2000, 1000), ()).stops


def test_a_table_that_was_empty_may_fill() -> None:
    judgement = guard(measures(citations=0, level=0), measures(), ())
    assert judgement.stops == judgement.warnings == ()


# ---------------------------------------------------------------------------- overrides


def override(entry: str) -> tuple[Override, ...]:
    return read_overrides(f'[[guard]]\n{entry}\nreason = "told by the source"\n')


@pytest.mark.parametrize(
    ("entry", "now"),
    [
        ('table = "documents"\ndrop = 0.9', measures(rows=20)),
        ('table = "citations"\ncolumn = "level"\ndrop = 0.9', measures(level=10)),
        ('table = "clauses"\ncolumn = "unexplained"\nrise = 0.1', measures(unexplained=0.1)),
    ],
)
def test_a_reason_lets_a_loss_pass(entry: str, now: Measures) -> None:
    assert guard(measures(), now, ()).stops
    judgement = guard(measures(), now, override(entry))
    assert judgement.stops == ()
    assert judgement.idle == ()


def test_an_override_can_be_stricter() -> None:
    assert guard(measures(), measures(rows=99), override('table = "documents"\ndrop = 0')).stops


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('table = "documents"\nminimum = 101', "documents: 100 rows, at least 101 rows asked"),
        ('table = "documents"\nmaximum = 99', "documents: 100 rows, at most 99 rows allowed"),
        (
            'table = "citations"\ncolumn = "level"\nminimum = 0.95',
            "citations.level: 90.0%, at least 95.0% asked",
        ),
    ],
)
def test_absolute_bounds_hold_for_a_first_release_too(entry: str, message: str) -> None:
    assert guard(None, measures(), override(entry)).stops == (message,)


def test_an_override_that_no_longer_matters_is_named() -> None:
    overrides = override('table = "documents"\ndrop = 0.9')
    assert guard(measures(), measures(), overrides).idle == overrides


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (
            "[[guard",
            "guards.toml: not TOML: Expected ']]' at the end of an array declaration "
            "(at end of document); correct it",
        ),
        ("[other]", "guards.toml: other: only [[guard]] entries stand here"),
        ("[[guard]]\nwhy = 1", "guards.toml, guard 1: unknown key why"),
        ('[[guard]]\ntable = "speeches"', "guards.toml, guard 1: table 'speeches' does not exist"),
        (
            '[[guard]]\ntable = "initiatives"\ncolumn = "verb"',
            "guards.toml, guard 1: initiatives.verb is no column that may be null",
        ),
        ('[[guard]]\ntable = "initiatives"', "guards.toml, guard 1: give a reason, in words"),
        (
            '[[guard]]\ntable = "initiatives"\nreason = "so it is"',
            "guards.toml, guard 1: give one of minimum, maximum, drop and rise",
        ),
        (
            '[[guard]]\ntable = "initiatives"\nreason = "so it is"\ndrop = "much"',
            "guards.toml, guard 1: drop is no number from 0 on: 'much'",
        ),
    ],
)
def test_a_wrong_entry_is_named(toml: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        read_overrides(toml)
    assert str(error.value) == message


def test_the_projects_own_overrides_can_be_read() -> None:
    read_overrides(Path(__file__).parents[1].joinpath("seeds/guards.toml").read_text("utf-8"))
