"""Programmes, on the lines of tests/cases/programmes.txt."""

import pathlib
import re

import pytest
from lexicons import LEXICON, as_text, cases

from transforms.focus_areas import FocusAreas
from transforms.initiatives import Initiatives
from transforms.ledger import Ledger
from transforms.programmes import Programmes
from transforms.words import Words
from transforms.zones import Zones

CASES = cases(pathlib.Path(__file__).parent / "cases" / "programmes.txt")
AREAS, LEDGER, ZONES = FocusAreas(LEXICON), Ledger(LEXICON), Zones(LEXICON)
INITIATIVES, PROGRAMMES = Initiatives(LEXICON, Words(LEXICON)), Programmes(LEXICON)


def programmes(words: str) -> list[str]:
    text = as_text(words)
    zones = ZONES.of(text)
    entries = LEDGER.keep(text, (), zones, AREAS.find(text, (), zones))
    found = PROGRAMMES.find(text, entries, INITIATIVES.find(text, entries, ()))
    assert all(text.text[f.start : f.end] == f.value.name for f in found)
    return [f.value.name for f in found]


@pytest.mark.parametrize(("marked", "_"), CASES)
def test_programmes(marked: str, _: str) -> None:
    assert programmes(re.sub("[【】]", "", marked)) == re.findall("【(.*?)】", marked)


def test_what_has_been_achieved_names_no_programme() -> None:
    assert programmes("去年，全县实施了品牌强农行动，取得明显成效。") == []


def test_figures_of_speech_are_no_names_that_everybody_knows() -> None:
    assert not set(LEXICON.terms("figures_of_speech")) & set(LEXICON.terms("programme_names"))
