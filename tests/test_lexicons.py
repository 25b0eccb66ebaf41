"""The lexicons as a whole: each list in its canonical form, used by somebody, without entries that never matter."""

import csv
import io
import itertools
import re
import tomllib
from pathlib import Path

import pytest

from flows.sources import read_lexicons
from transforms.extract import Extractor
from transforms.hygiene import Hygiene
from transforms.lexicon import Lexicon, Rule
from transforms.text import Simplified, plain_view
from transforms.vocabularies import COLUMNS, KEYS
from transforms.words import Words

ROOT = Path(__file__).parent.parent
FILES = read_lexicons()
LISTS = sorted(Path(name).stem for name in FILES if name.endswith(".csv"))
RULES = sorted(Path(name).stem for name in FILES if name.endswith(".toml"))
LEXICON = Lexicon(FILES)
PAGE = (ROOT / "seeds" / "lexicons" / "README.md").read_text(encoding="utf-8")


class _Watched(Lexicon):
    """A lexicon that takes down what it is asked for."""

    def __init__(self) -> None:
        super().__init__(FILES)
        self.lists: set[str] = set()
        self.sections: set[tuple[str, str]] = set()

    def table(self, name: str) -> tuple[dict[str, str], ...]:
        self.lists.add(name)
        return super().table(name)

    def rules(self, name: str, section: str = "rule") -> tuple[Rule, ...]:
        self.sections.add((name, section))
        return super().rules(name, section)


@pytest.fixture(scope="module")
def watched() -> _Watched:
    """What the extractor, and the check of new texts, ask for when they are built."""
    lexicon = _Watched()
    Extractor(lexicon)
    Hygiene(lexicon)
    return lexicon


def rows_of(name: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(io.StringIO(FILES[f"{name}.csv"]), strict=True)
    return header, rows


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_in_canonical_order_without_duplicates(name: str) -> None:
    header, rows = rows_of(name)
    is_set_of_rows = header[0].endswith("_key") or header[0] == "code"
    keys = [tuple(row) if header[0].endswith("_key") else row[0] for row in rows]
    assert rows, "an empty list"
    assert keys == sorted(keys)
    different = {tuple(row) for row in rows} if is_set_of_rows else {row[0] for row in rows}
    assert len(different) == len(rows)
    assert LEXICON.table(name)


@pytest.mark.parametrize("name", LISTS)
def test_every_term_can_stand_in_a_plain_view(name: str) -> None:
    """A term that the plain view writes otherwise would never be met."""
    if name.startswith("traditional"):
        pytest.skip("holds Traditional characters by its nature")
    simplified = Simplified(LEXICON.mapping("traditional", "simplified"))
    # In a text that is long enough not to be Traditional for the sake of one term.
    padding = "会议" * 1000
    unmet = [
        term
        for term, *_ in rows_of(name)[1]
        if term != term.strip() or plain_view(padding + term, simplified) != padding + term
    ]
    assert unmet == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_a_user(name: str, watched: _Watched) -> None:
    scripts = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "bench").glob("make_*.py"))
    assert name in watched.lists or f'"{name}"' in scripts or f"{name}.csv" in scripts


@pytest.mark.parametrize("name", RULES)
def test_every_section_of_a_rule_file_is_used_and_proved(name: str, watched: _Watched) -> None:
    sections = tomllib.loads(FILES[f"{name}.toml"])
    assert {(name, section) for section in sections} <= watched.sections
    for section in sections:
        # Loading proves them by their examples and counterexamples.
        assert LEXICON.rules(name, section)


def test_vocabularies_are_of_lists_and_sections_that_there_are() -> None:
    assert COLUMNS.keys() <= set(LISTS)
    assert KEYS.keys() <= {
        f"{name}.{key}" for name in RULES for key in tomllib.loads(FILES[f"{name}.toml"])
    }


@pytest.mark.parametrize("name", RULES)
def test_names_of_rules_are_unique(name: str) -> None:
    names = [r["name"] for rules in tomllib.loads(FILES[f"{name}.toml"]).values() for r in rules]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", [f"{n}.csv" for n in LISTS] + [f"{n}.toml" for n in RULES])
def test_every_file_is_described_with_its_use(name: str) -> None:
    row = re.search(rf"^\| `{name}` \|(.*)\|$", PAGE, re.M)
    assert row, f"{name} has no line in seeds/lexicons/README.md"
    assert all(cell.strip() for cell in row[1].split("|"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_files_end_with_one_line_end(name: str) -> None:
    assert "\r" not in FILES[name]
    assert FILES[name].endswith("\n")
    assert not FILES[name].endswith("\n\n")


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("adverbs", "verbs", "a verb that stands before another needs no entry as an adverb"),
        ("openers", "not_openers", "what opens a deed cannot open none"),
        ("meeting_heads", "not_meetings", "what heads a meeting's name cannot be none"),
        ("slogans", "not_enumerations", "what counts cannot be left uncounted"),
        ("programme_names", "figures_of_speech", "a programme's name is no figure of speech"),
    ],
)
def test_two_lists_have_no_term_in_common(one: str, other: str, why: str) -> None:
    assert not set(LEXICON.terms(one)) & set(LEXICON.terms(other)), why


def test_openers_add_to_the_other_lists() -> None:
    """`verbs`, `adverbs` and `idioms` of two characters and more open a deed by themselves."""
    others = {t for name in ("verbs", "adverbs", "idioms") for t in LEXICON.terms(name)}
    assert [t for t in LEXICON.terms("openers") if len(t) > 1 and t in others] == []


def test_listed_topic_terms_have_two_characters() -> None:
    """They are looked for by their first two."""
    assert [t for t in LEXICON.terms("topic_terms") if len(t) < 2] == []


def test_common_nouns_are_nouns() -> None:
    """Verbs are no keywords anyway."""
    words = Words(LEXICON)
    nouns = {"n", "nz", "nt", "ns", "nl", "ng", "vn", "an", "j", "l", "eng"}
    assert [t for t in LEXICON.terms("common_nouns") if words.tag(t) not in nouns] == []


def test_every_placeholder_of_a_pattern_names_a_list() -> None:
    entries = itertools.chain.from_iterable(
        itertools.chain.from_iterable(tomllib.loads(FILES[f"{n}.toml"]).values()) for n in RULES
    )
    named = {
        m[1].split("__")[0]
        for entry in entries
        for m in re.finditer(r"\{([a-z_]+)\}", entry["pattern"])
    }
    assert named <= set(LISTS)
