"""A few of the inputs that `make fuzz` reads by the hundred thousand: each is released or rejected with a reason."""

import fuzz
import pytest


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_mutated_files_are_released_or_rejected(kind: str) -> None:
    numbers = [n for n in range(2_000) if fuzz.kind_of(2, n) == kind][:15]
    outcomes = [fuzz.outcome_of(2, number) for number in numbers]
    assert {o.end for o in outcomes} <= {"released", "rejected", "rejected in part"}, outcomes


def test_an_input_depends_on_its_number_alone() -> None:
    assert [fuzz.input_of(2, n) for n in (5, 6)] == [fuzz.input_of(2, n) for n in (6, 5)][::-1]
    assert fuzz.input_of(2, 5) != fuzz.input_of(3, 5)
