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


def programmes(words: str, meeting: tuple[int, int] | None = None) -> list[str]:
    text = as_text(words)
    zones = ZONES.of(text)
    entries = LEDGER.keep(text, (), zones, AREAS.find(text, (), zones))
    initiatives = INITIATIVES.find(text, entries, ())
    found = PROGRAMMES.find(text, entries, initiatives, meeting=meeting)
    assert all(text.text[f.start : f.end] == f.value.name for f in found)
    return [f.value.name for f in found]


@pytest.mark.parametrize(("marked", "_"), CASES)
def test_programmes(marked: str, _: str) -> None:
    assert programmes(re.sub("[【】]", "", marked)) == re.findall("【(.*?)】", marked)


def test_what_has_been_achieved_names_no_programme() -> None:
    assert programmes("去年，全县实施了品牌强农行动，取得明显成效。") == []


def test_figures_of_speech_are_no_names_that_everybody_knows() -> None:
    assert not set(LEXICON.terms("figures_of_speech")) & set(LEXICON.terms("programme_names"))


@pytest.mark.parametrize(
    ("name", "sought"),
    [
        ("创建国家卫生城区动员会", ["国家卫生城区"]),
        ("创建国家学前教育普及普惠县推进会", ["国家学前教育普及普惠县"]),
        ("农业示范区建设推进会", []),
        ("全市品牌强农行动推进会", ["品牌强农行动"]),
        ("2027年度全县护林“百日攻坚”专项行动动员会", ["护林“百日攻坚”专项行动"]),
        ("教育部护林“清山”专项行动部署会", ["护林“清山”专项行动"]),
        ("公安机关夏季护林整治行动部署会", ["夏季护林整治行动"]),
        ("“护林先锋”活动推进会", ["“护林先锋”活动"]),
        ("专项行动推进会", []),
        ("“护林与发展”座谈会", []),
        ("林长制工作会议", []),
    ],
)
def test_a_title_that_is_sought_and_a_campaign_give_a_meeting_its_name(
    name: str, sought: list[str]
) -> None:
    told = f"临江市召开{name}。"
    named = (5, 5 + len(name))
    assert programmes(told + "会议要求，要清运垃圾。", named) == sought
    # ... but not where nothing is directed
    assert programmes(told, named) == []
