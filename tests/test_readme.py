"""Every Python snippet of the pages for users runs on the released data."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "README.zh-CN.md", "docs/analysts.md")
# A snippet that reads from afar stands under this mark; another test runs it against a server of its own.
_SNIPPET = re.compile(r"(<!-- elsewhere -->\n)?```python\n(.*?)```", re.S)


def snippets(page: str, *, elsewhere: bool = False) -> list[str]:
    """The Python blocks of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [m[2] for m in _SNIPPET.finditer(text) if bool(m[1]) is elsewhere]


@pytest.fixture
def beside_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the pages say that the reader stands."""
    assert (ROOT / "datasets" / "latest").exists(), "no release in datasets/; run `make data`"
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("beside_the_data")
def test_the_snippets_of_a_page_run_in_order(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for number, snippet in enumerate(snippets(page), 1):
        exec(compile(snippet, f"{page}, snippet {number}", "exec"), names)
        said = capsys.readouterr().out.strip()
        assert said or "print(" not in snippet, f"{page}: snippet {number} prints nothing"


def test_the_analysts_page_answers_twelve_questions() -> None:
    text = (ROOT / "docs/analysts.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^## \d+\. .*\?", text, re.M)) == 12
    assert len(snippets("docs/analysts.md")) == 13


def test_both_readmes_have_the_same_snippets() -> None:
    english, chinese = snippets("README.md"), snippets("README.zh-CN.md")
    assert english, "the README shows how to load the data"
    assert english == chinese
    assert snippets("README.md", elsewhere=True) == snippets("README.zh-CN.md", elsewhere=True)


@pytest.mark.parametrize(
    "page",
    [*PAGES, "docs/stores.md", "CONTRIBUTING.md", "bench/README.md", "seeds/lexicons/README.md"],
)
def test_files_that_a_page_links_to_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
@pytest.mark.usefixtures("beside_the_data")
def test_the_row_that_a_readme_shows_is_in_the_release(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8").partition("<!-- row: initiatives -->\n")[2]
    shown = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text.partition("\n\n")[0], re.M))
    rows = pq.read_table("datasets/latest/initiatives.parquet").to_pylist()
    released = [{k: str(v) for k, v in row.items() if v is not None} for row in rows]
    assert shown in released


def test_every_word_list_and_rule_file_is_described() -> None:
    folder = ROOT / "seeds/lexicons"
    described = set(
        re.findall(r"^\| `(\w+\.(?:csv|toml))` \|", (folder / "README.md").read_text("utf-8"), re.M)
    )
    assert described == {p.name for p in folder.iterdir() if p.suffix in {".csv", ".toml"}}
