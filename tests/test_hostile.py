"""Files made to harm: each costs itself alone, with a reason, and every other file of the run is released.

A link out of the sources, broken compression and sidecars stand in test_sources, encodings in test_text, cells that a
spreadsheet would run in test_excel.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import files
import pyarrow as pa
import pytest
from conftest import dataset_of
from sample import MEETING_TEXT

from flows import sandbox
from flows.releases import release

TEXT = "会议强调，要抓好落实。"
REPORT = ["云溪县委会议召开", TEXT]
GOOD = MEETING_TEXT.encode()


def word_xml(**replaced: str) -> bytes:
    """A Word file in whose main part a document's or a body's beginning is replaced."""
    xml = files.word_body(REPORT)
    for name, new in replaced.items():
        xml = xml.replace(f"<w:{name}", new, 1)
    return files.word_with(REPORT, {files.BODY: xml.encode()})


def word_of_entities() -> bytes:
    """Ten words that become ten thousand million."""
    deeper = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE bomb [<!ENTITY e0 "{"会议" * 10}">{deeper}]>'
    return word_xml(document=f"{doctype}<w:document", t="<w:t>&e9;</w:t><w:t")


def repeated(words: str, times: int) -> pa.Table:
    """A column that holds the words so often, and takes them up once."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), [words])
    return pa.table({"text": column})


def table(values: object, **options: object) -> bytes:
    return files.parquet([{"text": value} for value in values], **options)  # type: ignore[attr-defined]


# Name of the file -> what is in it, and what its reject says.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.docx": (
        lambda: files.word_with(REPORT, {"word/media/image1.png": bytes(120_000_000)}),
        r"unpacks to \d+ parts of 121 MB, more than a report can be; open it in a word processor",
    ),
    "parts.docx": (
        lambda: files.word_with(REPORT, {f"x{n}": b"" for n in range(5_000)}),
        r"unpacks to 5,\d+ parts of 1 MB, more than a report can be",
    ),
    "lie.docx": (
        lambda: files.word_that_lies(REPORT, 50_000_000),
        "not a Word file that can be read .*CRC.*; open it in a word processor",
    ),
    "entities.docx": (
        word_of_entities,
        "not a Word file that can be read .*amplification",
    ),
    "outside.docx": (
        lambda: word_xml(
            document='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document',
            t="<w:t>&x;</w:t><w:t",
        ),
        r"defines words of its own \(a DOCTYPE\), as no Word file does; open it in a word proc",
    ),
    "deep.docx": (
        lambda: word_xml(p="<w:tbl><w:tr><w:tc>" * 100_000 + "<w:p"),
        "not a Word file that can be read .*[Dd]epth",
    ),
    "loop.pdf": (
        lambda: files.pdf_pages("2 0 R 2 0 R", 2),
        r"not a PDF that can be read \(Failed to load page.*; save the text of the report as .txt",
    ),
    "claims.pdf": (
        lambda: files.pdf_pages("3 0 R", 1_000_000),
        "has 1,000,000 pages, more than 500",
    ),
    "pages.pdf": (
        lambda: files.pdf_pages("3 0 R " * 1_000_000, 1_000_000),
        "has 1,000,000 pages, more than 500; save the text of the report as .txt",
    ),
    "lie.pdf": (lambda: files.pdf_pages("3 0 R", 9), "not a PDF that can be read"),
    "array.pdf": (
        lambda: files.pdf_of(["<< /Type /Catalog /Pages 2 0 R >>", "[" * 1_000_000]),
        "not a PDF that can be read",
    ),
    "itself.pdf": (files.pdf_that_draws_itself, "its parser (died of|asked for more)"),
    "bomb.pdf": (
        lambda: files.pdf_bomb(1_500_000_000),
        "its parser (died of signal|asked for more).*; the file is damaged or made to harm; save",
    ),
    "deep.html": (
        lambda: b"<div>" * 100_000 + TEXT.encode() + b"</div>" * 100_000,
        r"the page is not read to its end \(excessive depth in document: \d+\); save the text",
    ),
    "deep_then_text.html": (
        lambda: f"<p>{TEXT}</p>{'<b><i>' * 50_000}<p>{TEXT}</p>".encode(),
        "the page is not read to its end",
    ),
    "bidi.html": (
        lambda: f"<p>{TEXT}&#x202e;</p>".encode(),
        r"U\+202E shows characters in another",
    ),
    "control.html": (lambda: f"<p>{TEXT}&#27;[31m</p>".encode(), r"control character U\+001B"),
    "nul.txt": (lambda: GOOD[:300] + b"\0" + GOOD[300:], r"control character U\+0000"),
    "escape.txt": (lambda: GOOD + b"\x1b]0;title\x07", r"control character U\+001B"),
    "bidi.txt": (lambda: GOOD + "\u202e".encode(), r"U\+202E shows characters in another order"),
    "isolate.txt": (lambda: GOOD + "\u2066".encode(), r"U\+2066 shows characters in another order"),
    "surrogate.txt": (lambda: GOOD + b"\xed\xa0\x80", r"is utf-8 up to byte \d+ \(0xED\)"),
    "surrogate16.txt": (
        lambda: b"\xff\xfe" + MEETING_TEXT.encode("utf-16-le") + b"\x00\xd8",
        r"utf-16 that ends within a character, at byte \d+: the file was cut off",
    ),
    "unpunctuated.txt": (
        lambda: GOOD + "推进增长8%".encode() * 20_000,
        r"a sentence of 120,000 characters, more than the 5,000 of any report.*give the text as it",
    ),
    "unpunctuated.jsonl": (
        lambda: files.json_lines({"text": MEETING_TEXT + "“五个一”" * 100_000}),
        r"a sentence of 500,\d+ characters, more than the 5,000 of any report",
    ),
    "long.txt": (
        lambda: GOOD + "会议强调，要抓好落实。\n".encode() * 200_000,
        "holds 2,400,[0-9]+ characters, more than the 1,000,000 of a report; give each report alone",
    ),
    "empty.jsonl": (lambda: b" \n\n", "holds no row with a text; give it some, or remove it"),
    "empty.parquet": (
        lambda: files.parquet_of(pa.table({"text": pa.array([], pa.string())})),
        "holds no row with a text",
    ),
    "numbers.parquet": (lambda: table([1]), "text: 1 is wrong .*correct it"),
    "bytes.parquet": (lambda: table([b"\xff"]), "text: .* is wrong .*correct it"),
    "nested.parquet": (lambda: table([[{"a": [TEXT]}]]), "text: .* is wrong .*correct it"),
    "null.parquet": (lambda: table([None, None]), "text: is missing; give it"),
    "deep.parquet": (
        lambda: table([_nested(150)]),
        "not a Parquet file that can be read .*nested.*make it anew",
    ),
    "cut.parquet": (lambda: table([TEXT])[:-9], "not a Parquet file that can be read"),
    "torn.parquet": (
        lambda: _flipped(table([TEXT * 9], compression="none")),
        r"not UTF-8 \(.*\); write the texts in UTF-8",
    ),
    "other.parquet": (
        lambda: files.parquet([{"\x1b[31mtext\n": TEXT}]),
        r"has no column `text`, but \\x1b\[31mtext\\n; name the texts' column so",
    ),
    "bomb.parquet": (
        lambda: table(["字" * 10_000_000], compression="zstd"),
        "30 MB, more than the 16 MB that one text can be",
    ),
    "group.parquet": (
        lambda: files.parquet_of(
            repeated("会" * 4_000_000, 50),
            compression="zstd",
            use_dictionary=False,
            write_batch_size=1,
        ),
        r"has a row group of 600 MB, more than 512; write it with smaller ones",
    ),
    "many.parquet": (
        # Few bytes where they stand, many where they are used.
        lambda: files.parquet_of(
            repeated("会" * 5_000_000, 180), compression="zstd", store_schema=False
        ),
        "takes more memory to unpack than texts can; make it anew|cannot be unpacked",
    ),
    "day.parquet": (lambda: _far_away(), "holds a value that cannot be read|is not a day"),
    "surrogate.jsonl": (
        lambda: rb'{"text": "\ud800"}',
        "text: holds half a character .a lone surrogate.; fetch it anew",
    ),
    "control.jsonl": (
        lambda: files.json_lines({"text": TEXT, "publisher": "a\x1b[31m"}),
        r"publisher: 'a\\\\?x1b\[31m' holds the control character U\+001B",
    ),
    "deep.jsonl": (lambda: b"[" * 1_000_000, "not a JSON object; write one object a line"),
    "number.jsonl": (
        lambda: b'{"text": ' + b"9" * 1_000_000 + b"}",
        "not a JSON object; write one object a line|is wrong",
    ),
}


def _nested(depth: int) -> object:
    value: object = TEXT
    for _ in range(depth):
        value = [value]
    return value


def _flipped(content: bytes) -> bytes:
    """The first byte of the text made one that UTF-8 does not have."""
    return content.replace(TEXT.encode()[:3], b"\xff" + TEXT.encode()[1:3], 1)


def _far_away() -> bytes:
    """A day of the year five million."""
    days = pa.array([2**31 - 1], pa.date32())
    return files.parquet_of(pa.table({"text": [TEXT], "published_on": days}))


def expect_good_alone(folder: Path, name: str, says: str) -> None:
    """The good texts beside a hostile file are released; the file is rejected with a reason and a remedy."""
    dataset = dataset_of(folder)
    assert dataset.tables["documents"]["path"].to_pylist() == ["a.txt", "z.html"]
    assert dataset.tables["initiatives"].num_rows > 0
    rejects = [r for r in dataset.rejects if r.path.partition("#")[0] == name]
    assert rejects, f"{name} is not told of"
    assert len(rejects) == len(dataset.rejects)
    assert re.search(says, rejects[0].reason), rejects[0].reason
    assert all(";" in r.reason and r.reason.isprintable() for r in rejects)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good sources, one of which needs the parser's process."""
    (tmp_path / "a.txt").write_bytes(GOOD)
    (tmp_path / "z.html").write_bytes(files.page(MEETING_TEXT.replace("云溪", "临江").splitlines()))
    return tmp_path


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_itself_alone(folder: Path, name: str) -> None:
    made, says = HOSTILE[name]
    (folder / name).write_bytes(made())
    expect_good_alone(folder, name, says)


@pytest.mark.parametrize("name", ["line.txt", "line.html", "line.pdf", "line.docx", "line.parquet"])
def test_two_gigabytes_are_not_read(folder: Path, name: str) -> None:
    with (folder / name).open("wb") as file:
        file.truncate(2_000_000_000)
    expect_good_alone(folder, name, r"2,000 MB, more than the \d\d MB|not a Parquet file")


def test_a_line_of_two_gigabytes_among_others(folder: Path) -> None:
    with (folder / "bulk.jsonl").open("wb") as file:
        file.truncate(2_000_000_000)
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + files.json_lines({"text": MEETING_TEXT.replace("云溪", "东湖")}))
    dataset = dataset_of(folder)
    assert dataset.tables["documents"]["path"].to_pylist() == ["a.txt", "bulk.jsonl#2", "z.html"]
    [reject] = dataset.rejects
    assert str(reject) == (
        "bulk.jsonl:1: 2,000 MB, more than the 16 MB that one text can be; give each report alone"
    )


# ------------------------------------------------------------------------------ parsers that do not come back


def test_a_parser_that_never_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 1.0)
    (folder / "b.html").write_bytes(f"<p>{TEXT}</p>".encode() * 400_000)
    expect_good_alone(folder, "b.html", "takes more than 1 s to parse; the file is damaged or made")


def test_a_parser_that_is_killed_between_two_files(folder: Path) -> None:
    assert len(dataset_of(folder).rejects) == 0
    [process] = sandbox._current
    process.end()
    assert not process.is_alive()
    assert len(dataset_of(folder).rejects) == 0


# ------------------------------------------------------------------------------ ways out of the folder

WAYS_OUT = (
    "../../escaped",
    "/tmp/escaped",
    "..\\..\\escaped",
    "C:\\escaped",
    "a/../../b",
    "~/.ssh/x",
)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_what_rows_say_of_themselves_leads_nowhere(tmp_path: Path, kind: str) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    rows: list[dict[str, object]] = [
        {
            **dict.fromkeys(("id", "path", "name", "document_id", "file"), way),
            "publisher": way,
            "text": MEETING_TEXT.replace("云溪", f"临{number}江"),
        }
        for number, way in enumerate(WAYS_OUT)
    ]
    made = files.json_lines(*rows) if kind == "jsonl" else files.parquet(rows)
    (sources / f"bulk.{kind}").write_bytes(made)
    dataset = dataset_of(sources)
    paths = dataset.tables["documents"]["path"].to_pylist()
    assert paths == [f"bulk.{kind}#{n}" for n in range(1, len(WAYS_OUT) + 1)]
    assert dataset.tables["documents"]["publisher"].to_pylist() == list(WAYS_OUT)
    release(dataset, tmp_path / "datasets")
    assert {p.name for p in tmp_path.iterdir()} == {"sources", "datasets"}
    assert {p.name for p in sources.iterdir()} == {f"bulk.{kind}"}


def test_links_that_lead_out_or_round_and_what_is_no_file(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_bytes(GOOD)
    (outside / "about.toml").write_text('licence = "secret"')
    (folder / "b_folder").symlink_to(outside)
    (folder / "c_round").symlink_to(folder)
    (folder / "d_itself.txt").symlink_to("d_itself.txt")
    (folder / "e_beside.txt").write_bytes(GOOD + "会议要求，要落实。".encode())
    (folder / "e_beside.toml").symlink_to(outside / "about.toml")
    (folder / "f_device.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "g_pipe.txt")
    (folder / os.fsdecode(b"h\xff\x1b[2J.txt")).write_bytes(GOOD)
    (folder / "i\x1b[2J\n.txt").write_bytes(GOOD)
    dataset = dataset_of(folder)
    assert dataset.tables["documents"]["path"].to_pylist() == ["a.txt", "z.html"]
    reasons = {r.path: r.reason for r in dataset.rejects}
    assert list(reasons) == [
        "b_folder",
        "c_round",
        "d_itself.txt",
        "e_beside.toml",
        "e_beside.txt",
        "f_device.txt",
        "g_pipe.txt",
        "h\\xff\\x1b[2J.txt",
        "i\\x1b[2J\\n.txt",
    ]
    assert [words.split(";")[0].partition(" (")[0] for words in reasons.values()] == [
        "a link to outside the sources",
        "a link to a folder",
        "cannot be read",
        "a link to outside the sources",
        "e_beside.toml beside it is a link to outside the sources",
        "a link to outside the sources",
        "no file, but a device or a pipe",
        "the file's name is not UTF-8",
        "the file's name holds control characters",
    ]
