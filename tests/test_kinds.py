"""The kind of an initiative, on the lines of tests/cases/kinds.txt."""

import pathlib

import pytest
from lexicons import LEXICON, cases

from expectations.tables import KINDS
from transforms.kinds import Kinds
from transforms.verbs import Verbs
from transforms.words import Words

CASES = [
    line.split(" ", 1) for line, _ in cases(pathlib.Path(__file__).parent / "cases" / "kinds.txt")
]
VERBS, DECIDER = Verbs(LEXICON, Words(LEXICON)), Kinds(LEXICON)


def test_there_are_cases_of_every_kind_but_targets() -> None:
    assert {kind for kind, _ in CASES} == KINDS.keys() - {"target"}
    assert len(CASES) >= 50


@pytest.mark.parametrize(("kind", "span"), CASES)
def test_the_kind(kind: str, span: str) -> None:
    head = VERBS.head(span, 0, len(span))
    assert DECIDER.kind(span, head, has_target=False) == kind


def test_a_number_to_reach_makes_a_target_of_anything() -> None:
    span = "确保粮食产量稳定在60万吨以上"
    assert DECIDER.kind(span, VERBS.head(span, 0, len(span)), has_target=True) == "target"


@pytest.mark.parametrize("name", ["verb_kinds", "idioms"])
def test_lists_and_rules_name_known_kinds(name: str) -> None:
    assert set(LEXICON.mapping(name, "kind").values()) <= KINDS.keys()
    assert {rule["kind"] for rule in LEXICON.rules("kinds")} <= KINDS.keys()


def test_every_verb_with_a_kind_is_a_verb_that_can_be_found() -> None:
    """A kind of a word that no head can be would never be asked for."""
    words = Words(LEXICON)
    strange = [
        term
        for term in LEXICON.mapping("verb_kinds", "kind")
        if term not in LEXICON.mapping("verbs", "traits")
        and term not in LEXICON.mapping("idioms", "kind")
        and len(term) > 1
        and term[:2] not in LEXICON.mapping("verbs", "traits")
        and (words.tag(term[:2]) or "v")[0] != "v"
    ]
    assert strange == []
