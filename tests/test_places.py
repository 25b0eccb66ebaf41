"""Places printed in texts, and the divisions that they mean."""

import pytest
from lexicons import LEXICON

from transforms.places import Places

PLACES = Places(LEXICON)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("山东省青州市召开会议", ["山东省", "青州市"]),
        ("美丽青州", ["青州"]),
        # 议和县 is no place 和县, and 代县长 no 县长 of 代县
        ("会议和县政府", []),
        ("推进创新和县域发展", []),
        ("代县长主持", []),
        ("安徽省和县召开会议", ["安徽省", "和县"]),
    ],
)
def test_names_are_found_longest_first(words: str, names: list[str]) -> None:
    assert [f.value for f in PLACES.find(words, 0, len(words))] == names


def test_a_county_level_city_is_a_county() -> None:
    (division,) = PLACES.meant("青州市", ["青州市"], "2023-01-03")
    assert (division.code, division.level, division.province) == ("370781", "county", "山东省")


def test_a_parent_printed_beside_decides_between_places_of_one_name() -> None:
    assert len(PLACES.meant("朝阳区", ["朝阳区"], None)) > 1
    (division,) = PLACES.meant("朝阳区", ["朝阳区", "长春市"], None)
    assert division.code == "220104"


def test_a_code_is_that_of_the_day() -> None:
    (county,) = PLACES.meant("九台市", ["九台市"], "2010-01-01")
    (district,) = PLACES.meant("九台区", ["九台区"], "2020-01-01")
    assert (county.code, district.code) == ("220181", "220113")


def test_an_old_codes_short_name_means_the_division_of_today() -> None:
    (county,) = PLACES.meant("滨海", ["滨海"], "2020-05-16")
    assert (county.name, county.code) == ("滨海县", "320922")
