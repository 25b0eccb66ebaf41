"""What a contributor is told of a new text: every finding with its place, its words, its message and its remedy."""

import datetime
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import files
import pytest
from rich.console import Console
from sample import DIVISION_CODES, MEETING_TEXT, VISIT_TEXT

from expectations.suites import Failure, validate
from flows.check import Order, check
from flows.findings import CODES, Checked, Finding, finding_at
from flows.report import as_github, as_json, as_sarif, print_screen
from flows.sources import LEXICONS

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "tests" / "check"
HEAD = "云溪县召开消防工作会议\n\n2023年3月4日，云溪县消防工作会议召开。"
TASK = "会议强调，要整治火灾隐患，开展消防演练。"


def screen(checked: Checked) -> str:
    """What the terminal shows."""
    console = Console(width=100, record=True, file=io.StringIO())
    print_screen(console, [checked])
    return console.export_text()


LICENCE = 'licence = "CC-BY-4.0"\n'


class Expectations:
    """Great Expectations in this process, where it is imported already."""

    def failures(self, tables: Mapping[str, Any], codes: frozenset[str]) -> tuple[Failure, ...]:
        return validate([tables], codes, None).failures


class Broken:
    """An expectation that a row of every document breaks."""

    def failures(self, tables: Mapping[str, Any], codes: frozenset[str]) -> tuple[Failure, ...]:
        path = tables["documents"]["path"][0].as_py()
        return (Failure("targets", "year", "x", "is a year", ("t",), (3,), (path,), ("9",)),)


class Nothing:
    """No expectations: what the tests of single findings need not wait for."""

    def failures(self, tables: Mapping[str, Any], codes: frozenset[str]) -> tuple[Failure, ...]:
        return ()


Look = Callable[..., Checked]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """An order to check the texts of an empty folder, without a release."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    return Order(
        paths=(tmp_path / "seeds",),
        sources=tmp_path / "seeds",
        output=tmp_path / "datasets",
        lexicons=LEXICONS,
        corrections=tmp_path / "none.toml",
    )


@pytest.fixture
def look(at: Order) -> Look:
    """Checks one text with a sidecar that is in order."""

    def inspect(text: str | bytes, name: str = "new.txt", sidecar: str = LICENCE) -> Checked:
        path = at.sources / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.with_name(name.split(".")[0] + ".toml").write_text(sidecar, encoding="utf-8")
        [checked] = check(replace(at, paths=(path,)), Nothing())
        return checked

    return inspect


def only(checked: Checked, code: str) -> Finding:
    """The one finding of that code."""
    [found] = [finding for finding in checked.findings if finding.code == code]
    return found


def test_a_good_text_is_fit_and_says_what_was_found(look: Look) -> None:
    checked = look((TEXTS / "00-good.txt").read_bytes())
    assert (checked.verdict, checked.findings) == ("fit", ())
    assert checked.facts
    assert checked.facts.meeting == "春季森林防灭火工作会议"
    assert (checked.facts.date, checked.facts.place) == ("2023-03-06", "石磴镇")
    assert checked.facts.counts["initiatives"] == 8
    assert checked.facts.encoding == "utf-8"


# (code, text, line, column, words, what the message says)
CASES = [
    ("no-report", "山路很长，春天很短。\n", 1, None, None, "neither a meeting nor an initiative"),
    (
        "several-articles",
        f"{HEAD}{TASK}\n云溪县召开安全生产会议\n本报讯（记者 何晓岚）3月5日，会议召开。",
        4, 1, "云溪县召开安全生产会议\n本报讯（记者", "a second article begins in the file",
    ),
    (
        "several-articles",
        f"{HEAD}{TASK}\n云溪县召开安全生产会议\n3月5日，云溪县安全生产会议召开。会议强调，要整治隐患。",
        4, 1, None, "a second article begins in the file",
    ),
    (
        "private-data",
        f"{HEAD}{TASK}联系人手机13800138000。",
        3, 48, "138******00", "“138******00” is a mobile telephone number",
    ),
    (
        "private-data",
        f"{HEAD}{TASK}身份证号11010519491231002X。",
        3, 47, "110*************2X", "is a resident's identity number",
    ),
    (
        "private-data",
        f"{HEAD}{TASK}账号6222021234567890128。",
        3, 45, "622**************28", "is the number of a bank card",
    ),
    (
        "office-telephone",
        f"{HEAD}{TASK}电话：0999-3221234。",
        3, 46, "0999-3221234", "the telephone of an office",
    ),
    (
        "count-unfulfilled",
        f"{HEAD}会议强调，要抓好“三个提升”，做到产业能级提升、服务质效提升。要培育龙头企业。",
        3, None, None, "announces 3, but 2 are spelled out",
    ),
    ("broken-number", f"{HEAD}{TASK}投资6. 5亿元。", 3, 45, "6. 5", "white space within a number"),
    (
        "broken-quote",
        f"{HEAD}会议强调，要实施“百企攀登行动，培育企业。",
        3, None, "“百企攀登行动，培育", "without its partner",
    ),
    ("markup", f"{HEAD}会议强调，&nbsp;要整治隐患。", 3, 28, "&nbsp;", "HTML in a plain text"),
    ("invisible-character", f"{HEAD}会议强调，要整治\u200b隐患。", 3, None, "\u200b", "U+200B stands here"),
    ("no-meeting", VISIT_TEXT, 1, None, None, "no meeting was found"),
    ("no-date", f"云溪县消防工作会议召开。{TASK}", 1, None, None, "is not told"),
    (
        "unknown-place",
        "云溪县召开消防工作会议\n\n2023年3月4日，云溪县召开消防工作会议。县委书记何远主持会议。" + TASK,
        1, 1, "云溪县", "“云溪县” is in no list of divisions",
    ),
    ("no-initiative", "2023年3月4日，云溪县消防工作会议召开。", 1, None, None, "directs nothing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "text", "line", "column", "words", "message"), CASES, ids=[case[0] for case in CASES]
)
def test_a_finding_has_its_place_its_words_and_a_message(
    look: Look,
    code: str,
    text: str,
    line: int | None,
    column: int | None,
    words: str | None,
    message: str,
) -> None:
    finding = only(look(text), code)
    assert message in finding.message
    assert finding.severity == CODES[code].severity
    assert finding.remedy
    assert line is None or finding.line == line
    assert column is None or finding.column == column
    assert words is None or finding.words == words


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{TASK}投资13800138000元，服务热线12345。",
        f"{HEAD}{TASK}编号110105194912310021、6222021234567890127。",
        f"{HEAD}{TASK}要落实“四个不摘”，做好鲍鱼、海参等6大产业。",
        f"{HEAD}{TASK}2023 年增长6.5%，“十四五”时期达到12.5%。",
    ],
)
def test_near_misses_are_left_alone(look: Look, text: str) -> None:
    codes = {finding.code for finding in look(text).findings}
    assert codes <= {"unknown-place"}


def test_private_numbers_are_shown_to_nobody(look: Look) -> None:
    checked = look(f"{HEAD}{TASK}手机13800138000，身份证号11010519491231002X。")
    for said in (as_json([checked]), as_github([checked]), as_sarif([checked])):
        assert "13800138000" not in said
        assert "11010519491231002X" not in said


def test_a_private_number_is_quoted_by_no_other_finding(look: Look) -> None:
    checked = look(f"{HEAD}{TASK}“13800138000转办公室。\n要抓好落实。")
    assert only(checked, "private-data").words == "138******00"
    assert "138******00"[:9] in (only(checked, "broken-quote").words or "")
    assert "13800" not in screen(checked) + as_json([checked])


def test_an_encoding_that_is_none(look: Look) -> None:
    checked = look("会议".encode("gb18030") + b"\x81\xff\xfe\xff")
    assert only(checked, "encoding").remedy == "save it as UTF-8 text and add it anew"
    assert checked.verdict == "unfit"


def test_characters_in_another_order_than_they_are_read(look: Look) -> None:
    finding = only(look(f"{HEAD}会议强调，要\u202e整治隐患。"), "bidi-control")
    assert finding.line == 3
    assert "U+202E" in finding.message


def test_a_file_of_another_kind(look: Look) -> None:
    assert "not a kind of file that is read" in only(look("x", "new.xyz"), "cannot-read").message
    assert "the file is empty" in only(look("\n"), "cannot-read").message


def test_mistakes_of_a_sidecar_with_their_lines(at: Order) -> None:
    (at.sources / "new.txt").write_text(HEAD + TASK, encoding="utf-8")
    sidecar = at.sources / "new.toml"
    sidecar.write_text('publisher = "云溪日报"\nlicense = "CC0"\n', encoding="utf-8")
    # The sidecar alone was changed: its text is checked with it.
    [checked] = check(replace(at, paths=(sidecar,)), Nothing())
    finding = only(checked, "sidecar")
    assert (finding.path, finding.line) == ("seeds/new.toml", 2)
    assert finding.message == "license: not a known key"
    assert finding.remedy == "did you mean licence?; until then new.txt is not released"


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2023-03-04", None),
        ("2023-02-10", None),
        ("2023-06-30", None),
        ("2022-12-31", "published on 2022-12-31, long before the meeting of 2023-03-04"),
        ("2023-10-01", "published on 2023-10-01, long after the meeting of 2023-03-04"),
        ("2024-05-02", None),
        ("2024-05-03", "published on 2024-05-03, which is yet to come"),
    ],
)
def test_a_day_that_cannot_be_is_a_warning(at: Order, published: str, words: str | None) -> None:
    (at.sources / "new.txt").write_text(
        HEAD.replace("2023年", "2024年" if "2024" in published else "2023年") + TASK,
        encoding="utf-8",
    )
    (at.sources / "new.toml").write_text(f"published_on = {published}\n{LICENCE}", encoding="utf-8")
    [checked] = check(replace(at, today=datetime.date(2024, 5, 1)), Nothing())
    found = [f.message for f in checked.findings if f.code == "unlikely-day"]
    assert found == ([words] if words else [])
    assert checked.verdict == "fit with warnings"


def test_a_long_path_is_shown_whole(at: Order) -> None:
    name = f"{'meeting-' * 15}.txt"
    (at.sources / name).write_text(HEAD + TASK, encoding="utf-8")
    [checked] = check(at, Nothing())
    assert name in screen(checked)


def test_a_licence_that_nobody_told(look: Look) -> None:
    checked = look(f"{HEAD}{TASK}", sidecar="")
    finding = only(checked, "licence-unknown")
    assert finding.message == "the licence of new.txt is unknown"
    assert checked.verdict == "fit with warnings"


def test_much_of_a_page_around_a_report(look: Look) -> None:
    page = f"首页 > 要闻 > 时政\n字号：大 中 小 打印 关闭\n浏览次数：1024\n{HEAD}{TASK}\n上一篇：春耕\n下一篇：防汛"
    finding = only(look(page), "page-debris")
    assert re.match(r"\d\d% of the text is furniture \(at most 10%\), first “首页", finding.message)


def test_a_text_of_which_little_is_understood(look: Look) -> None:
    checked = look(VISIT_TEXT + "山路很长，春天很短。溪水流过，桃花开了又谢。")
    finding = only(checked, "unexplained")
    assert "of the text is unexplained (at most 10%)" in finding.message
    assert checked.verdict == "unfit"


def test_many_findings_of_a_kind_are_counted(look: Look) -> None:
    checked = look(HEAD + TASK + "投资6. 5亿元。" * 9)
    found = [f for f in checked.findings if f.code == "broken-number"]
    assert len(found) == 5
    assert found[-1].message.endswith("(and 4 more like it)")


# ------------------------------------------------------------------------------ beside other texts


@pytest.fixture
def released(at: Order, dataset: Any) -> Order:
    """The same beside a release of the sample."""
    from flows.releases import release

    release(dataset, at.output)
    (at.sources / "yunxi").mkdir()
    return at


OLD = "yunxi/2023-01-05-economic-work-conference.txt"


def checked_as(order: Order, name: str, text: str) -> Checked:
    path = order.sources / name
    path.write_text(text, encoding="utf-8")
    [checked] = check(replace(order, paths=(path,)), Nothing())
    return checked


def test_a_released_text_is_no_repetition_of_itself(released: Order) -> None:
    codes = {f.code for f in checked_as(released, OLD, MEETING_TEXT).findings}
    assert not codes & {"duplicate", "near-duplicate", "changed-source"}


def test_a_released_source_that_was_changed(released: Order) -> None:
    text = MEETING_TEXT.replace("6%", "7%")
    checked = checked_as(released, OLD, text)
    finding = only(checked, "changed-source")
    assert re.match(
        r"release 1\.0\.0 holds this file with other bytes \(sha256 \w{16}…\)", finding.message
    )
    assert "as a file of its own" in finding.remedy
    assert checked.verdict == "unfit"
    allowed = replace(released, allowed=frozenset({"changed-source"}))
    assert only(checked_as(allowed, OLD, text), "changed-source").severity == "warning"


def test_only_the_files_given_are_read(released: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    (released.sources / OLD).write_text(MEETING_TEXT, encoding="utf-8")
    (released.sources / "yunxi" / "broken.pdf").write_bytes(b"no PDF")
    read, read_bytes = [], Path.read_bytes

    def note(path: Path) -> bytes:
        read.append(path)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", note)
    (released.sources / "yunxi" / "new.toml").write_text(LICENCE, encoding="utf-8")
    checked = checked_as(released, "yunxi/new.txt", HEAD + TASK)
    assert checked.verdict == "fit with warnings"
    texts = {path.name for path in read if released.sources in path.parents}
    assert texts == {"new.txt"}


def test_the_bytes_of_a_released_text(released: Order) -> None:
    (released.sources / OLD).write_text(MEETING_TEXT, encoding="utf-8")
    finding = only(checked_as(released, "yunxi/again.txt", MEETING_TEXT), "duplicate")
    assert finding.message == f"the same bytes as {OLD} in release 1.0.0"


def test_the_report_of_another_outlet(released: Order) -> None:
    (released.sources / OLD).write_text(MEETING_TEXT, encoding="utf-8")
    text = MEETING_TEXT.replace("\n", "\n　　").replace("召开经济", "召开全县经济")
    finding = only(checked_as(released, "yunxi/again.txt", text), "near-duplicate")
    assert re.fullmatch(
        rf"the same report as {OLD} \(9\d% of their words are the same\) in release 1\.0\.0",
        finding.message,
    )


def test_texts_given_twice(at: Order) -> None:
    text = (TEXTS / "00-good.txt").read_text(encoding="utf-8")
    for name, words in (("a", text), ("b", text), ("c", text.replace("本报讯", ""))):
        (at.sources / f"{name}.txt").write_text(words, encoding="utf-8")
    first, second, third = check(at, Nothing())
    assert first.verdict == "fit with warnings"
    assert "the same bytes as a.txt" in only(second, "duplicate").message
    assert "the same report as a.txt" in only(third, "near-duplicate").message


def test_rows_of_a_bulk_file_have_their_line(at: Order) -> None:
    path = at.sources / "many.jsonl"
    rows = [
        {"text": f"{HEAD}{TASK}"},
        {"text": f"{HEAD}{TASK}手机13800138000。", "licence": "CC0-1.0"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    _, second = check(replace(at, paths=(path,)), Nothing())
    assert second.path == "seeds/many.jsonl#2"
    finding = only(second, "private-data")
    assert (finding.path, finding.line, finding.column) == ("seeds/many.jsonl", 2, None)


PAGE = [
    "云溪县召开消防工作会议",
    "2023年3月4日，云溪县消防工作会议召开。" + TASK * 9,
    f"会议要求，{TASK[5:]}手机13800138000。",
]


@pytest.mark.parametrize(
    ("name", "content", "unit", "line"),
    [
        ("page.pdf", files.newspaper(PAGE, 1), "printed line", 8),
        ("word.docx", files.word(PAGE), "paragraph", 3),
        ("page.html", files.page(PAGE, "gb2312"), "line", 24),
        (
            "rows.parquet",
            files.parquet([{"text": VISIT_TEXT}, {"text": "\n".join(PAGE)}]),
            "row",
            2,
        ),
    ],
)
def test_every_kind_of_file_has_places(
    at: Order, name: str, content: bytes, unit: str, line: int
) -> None:
    (at.sources / name).write_bytes(content)
    *_, checked = check(at, Nothing())
    finding = only(checked, "private-data")
    assert (finding.path, finding.unit, finding.line) == (f"seeds/{name}", unit, line)
    [command] = [c for c in as_github([checked]).splitlines() if "private-data" in c]
    place = f",line={line}" if unit == "line" else f"::{unit} {line}"
    assert place in command
    results = json.loads(as_sarif([checked]))["runs"][0]["results"]
    [result] = [r for r in results if r["ruleId"] == "private-data"]
    assert ("region" in result["locations"][0]["physicalLocation"]) == (unit == "line")


def test_how_sure_an_encoding_is(look: Look) -> None:
    checked = look(f"{HEAD}{TASK}".encode("gb18030"))
    assert checked.facts
    assert checked.facts.encoding == "gb18030"
    assert 0.5 < checked.facts.confidence < 1
    assert f"gb18030 ({checked.facts.confidence:.2f} sure)" in screen(checked)


def test_a_source_that_was_moved_is_no_repetition(released: Order) -> None:
    (released.sources / OLD).unlink(missing_ok=True)
    codes = {f.code for f in checked_as(released, "yunxi/moved.txt", MEETING_TEXT).findings}
    assert not codes & {"duplicate", "near-duplicate"}


def test_rows_are_held_against_every_expectation(at: Order) -> None:
    assert DIVISION_CODES
    (at.sources / "new.txt").write_text(HEAD + TASK, encoding="utf-8")
    [sound] = check(at, Expectations())
    assert "broken-expectation" not in {f.code for f in sound.findings}
    [broken] = check(at, Broken())
    finding = only(broken, "broken-expectation")
    assert (finding.message, finding.line) == ("targets.year: is a year", 3)
    assert broken.verdict == "unfit"


# ------------------------------------------------------------------------------ forms


@pytest.fixture(scope="module")
def all_texts() -> Iterator[list[Checked]]:
    order = Order((TEXTS,), TEXTS, ROOT / "none", LEXICONS, ROOT / "none.toml")
    here = Path.cwd()
    os.chdir(ROOT)
    yield check(order, Nothing())
    os.chdir(here)


def test_github_gets_a_command_for_each_finding(all_texts: list[Checked]) -> None:
    *commands, total = as_github(all_texts).splitlines()
    assert len(commands) == sum(len(one.findings) for one in all_texts)
    form = r"::(error|warning) file=tests/check/[^,]+\.(txt|toml)(,line=\d+)?(,col=\d+)?,title=[a-z-]+::\S.*"
    assert [c for c in commands if not re.fullmatch(form, c)] == []
    assert total == "11 texts: 1 fit, 3 fit with warnings, 7 unfit"


def test_a_github_command_cannot_be_broken_by_what_it_quotes() -> None:
    finding = finding_at("a,b:c.txt", "markup", "50%\n::error::no", line=1)
    [command, _] = as_github([Checked("a", None, (finding,))]).splitlines()
    assert command.startswith(
        "::warning file=a%2Cb%3Ac.txt,line=1,title=markup::50%25%0A::error::no. "
    )


def test_json_says_all(all_texts: list[Checked]) -> None:
    said = json.loads(as_json(all_texts))
    assert [one["verdict"] for one in said] == [one.verdict for one in all_texts]
    assert said[0]["facts"]["counts"]["initiatives"] == 8
    assert {
        "code",
        "severity",
        "path",
        "line",
        "column",
        "words",
        "message",
        "remedy",
        "unit",
    } == set(said[1]["findings"][0])


def test_sarif_has_what_the_standard_requires(all_texts: list[Checked]) -> None:
    log = json.loads(as_sarif(all_texts))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    assert len(run["results"]) == sum(len(one.findings) for one in all_texts)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
        assert result["message"]["text"]
        [place] = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"].startswith("tests/check/")
        region = place["physicalLocation"].get("region", {"startLine": 1})
        assert region["startLine"] >= 1
        assert region.get("startColumn", 1) >= 1


def test_every_code_stands_in_the_docs() -> None:
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning) \| (.+) \| (.+) \|$", page, re.M)
    assert [
        (name, code.severity, code.summary, code.remedy) for name, code in CODES.items()
    ] == rows


def test_the_transcripts_of_contributing_are_true() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = re.findall(r"```console\n\$ \.venv/bin/huiyi (check [^\n]+)\n(.*?)```", page, re.S)
    assert shown
    for arguments, expected in shown:
        process = subprocess.run(
            [sys.executable, "-m", "flows.cli", *arguments.split()],
            cwd=ROOT, capture_output=True, text=True, env=os.environ | {"COLUMNS": "80", "NO_COLOR": "1"},
        )  # fmt: skip
        said = "\n".join(line.rstrip() for line in process.stdout.splitlines())
        assert said == expected.strip(), process.stderr
        assert process.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["nowhere.txt"], "no such file or folder"), ([str(TEXTS), "--allow", "x"], "known are")],
)
def test_wrong_usage_exits_with_2(arguments: list[str], message: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "flows.cli", "check", *arguments],
        cwd=ROOT, capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"},
    )  # fmt: skip
    assert process.returncode == 2
    assert message in process.stderr


def test_it_runs_as_a_flow(at: Order, prefect_server: None) -> None:
    from flows.check import check_as_flow

    (at.sources / "new.txt").write_text(HEAD + TASK, encoding="utf-8")
    [checked] = check_as_flow(at, SimpleNamespace(failures=lambda tables, codes: ()))
    assert checked.verdict == "fit with warnings"
