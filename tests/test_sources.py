"""Sources are read in one order, and what cannot be read says where, why and what to do."""

import errno
import gzip
import json
from pathlib import Path

import pytest

from flows.origins import Repeated
from flows.sources import Reject, read_sources, sources_root
from transforms.source import Source

TEXT = "云溪县召开会议\n会议强调，要修缮水渠。\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def rejects(*paths: Path) -> list[Reject]:
    return [found for found in read_sources(paths) if isinstance(found, Reject)]


def sources(*paths: Path) -> list[Source]:
    return [found for found in read_sources(paths) if isinstance(found, Source)]


def test_a_folder_is_read_in_the_order_of_its_paths(root: Path) -> None:
    for number, name in enumerate(("yunxi/b.txt", "a.html", "yunxi/a.htm", "linjiang/c.txt")):
        write(root / name, f"{TEXT}{number}")
    assert [(s.path, s.media_type) for s in sources(root)] == [
        ("a.html", "text/html"),
        ("linjiang/c.txt", "text/plain"),
        ("yunxi/a.htm", "text/html"),
        ("yunxi/b.txt", "text/plain"),
    ]


def test_bytes_are_untouched(root: Path) -> None:
    content = "会议\r\n\u3000要办。".encode("gb18030")
    write(root / "a.txt", content)
    assert sources(root)[0].content == content


def test_files_and_folders_given_together_share_a_root(root: Path) -> None:
    write(root / "yunxi/a.txt", TEXT)
    write(root / "linjiang/b.txt", TEXT + "。")
    paths = [root / "yunxi", root / "linjiang/b.txt", root / "yunxi/a.txt"]
    assert sources_root(paths) == root
    assert [s.path for s in sources(*paths)] == ["linjiang/b.txt", "yunxi/a.txt"]


def test_a_sidecar_tells_where_a_text_comes_from(root: Path) -> None:
    write(root / "a.txt", TEXT)
    write(
        root / "a.toml",
        'publisher = "云溪日报"\npublished_on = 2023-01-05\nsource_url = "https://example.org/a"\n'
        'licence = "CC0-1.0"\nretrieved_on = "2023-02-01"\nnote = "scan"\n',
    )
    [source] = sources(root)
    assert (source.publisher, source.licence) == ("云溪日报", "CC0-1.0")
    assert str(source.published_on) == "2023-01-05"
    assert source.source_url == "https://example.org/a"


def test_without_a_sidecar_the_licence_is_unknown(root: Path) -> None:
    write(root / "a.txt", TEXT)
    assert sources(root)[0].licence == "unknown"


SIDECAR_MISTAKES = {
    'licence = "x"\npublisher = "': (2, "not TOML"),
    'licens = "x"': (1, "licens: not a known key; did you mean licence?"),
    "x = 1": (1, "x: not a known key; the keys are licence, note, published_on"),
    '\npublished_on = "5 January"': (
        2,
        "published_on: '5 January' is not a day; write it as 2023-01-31",
    ),
    "published_on = 2023": (1, "published_on: 2023 is not a day; write it as 2023-01-31"),
    "published_on = 2023-01-05T10:00:00": (1, "is not a day; write it as 2023-01-31"),
    'published_on = "2023-02-30"': (
        1,
        "published_on: '2023-02-30' is no day of the calendar; correct it",
    ),
    'note = "scan"\npublished_on = 2023-02-30': (
        2,
        "published_on = 2023-02-30: is no day of the calendar; correct it",
    ),
    'source_url = "example"': (1, "source_url: 'example' is no address; write it as https://…"),
    'publisher = ""': (1, "publisher: is empty; leave the key out where nothing is known"),
    "note = 3": (1, "note: 3 is wrong"),
}


@pytest.mark.parametrize("sidecar", SIDECAR_MISTAKES)
def test_a_mistake_in_a_sidecar_is_named_with_its_line(root: Path, sidecar: str) -> None:
    write(root / "a.txt", TEXT)
    write(root / "a.toml", sidecar)
    write(root / "b.txt", TEXT + "。")
    line, words = SIDECAR_MISTAKES[sidecar]
    [reject] = rejects(root)
    assert (reject.path, reject.line) == ("a.toml", line)
    assert words in reject.reason
    assert reject.reason.endswith("until then a.txt is not released")
    assert [s.path for s in sources(root)] == ["b.txt"]


def test_every_mistake_of_a_sidecar_is_named(root: Path) -> None:
    write(root / "a.txt", TEXT)
    write(root / "a.toml", 'licens = "x"\npublished_on = 3\n')
    assert sorted(r.line or 0 for r in rejects(root)) == [1, 2]


def test_a_source_that_is_gone_is_no_wrong_kind_of_file(root: Path) -> None:
    write(root / "a.txt", TEXT)
    [reject] = rejects(root, root / "gone")
    assert str(reject) == "gone: no such file or folder; correct the path, or put texts there"
    assert [s.path for s in sources(root, root / "gone")] == ["a.txt"]


UNREADABLE = {
    "empty.txt": (b"", "the file is empty"),
    "blank.txt": (b" \r\n\n", "the file is empty"),
    "page.ps": (b"%!PS", ".ps: not a kind of file that is read (.txt, .html"),
    "page.WPS": (b"x", "open it in a word processor and save it as .docx"),
    "page.jpg": (b"x", "a picture needs its characters recognised (OCR)"),
    "pages.zip": (b"x", "unpack it"),
    "nosuffix": (b"x", "no suffix: not a kind of file that is read"),
    "lone.toml": (b'licence = "x"', "a sidecar without its text; put lone.txt beside it"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_rejected_with_a_remedy(root: Path, name: str) -> None:
    content, words = UNREADABLE[name]
    write(root / name, content)
    [reject] = rejects(root)
    assert reject.path == name
    assert words in reject.reason


def test_a_file_that_cannot_be_opened_is_rejected(root: Path) -> None:
    (root / "a.txt").symlink_to("nowhere.txt")
    [reject] = rejects(root)
    assert "cannot be read (No such file or directory)" in reject.reason


def test_a_link_out_of_the_sources_is_rejected(root: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret.txt", TEXT)
    (root / "a.txt").symlink_to(tmp_path / "secret.txt")
    [reject] = rejects(root)
    assert reject.reason == "a link to outside the sources; put the file itself there"


def test_hidden_files_and_readmes_are_no_sources(root: Path) -> None:
    for name in (".DS_Store", ".git/config", "README.md", "README.zh-CN.md"):
        write(root / name, "x")
    assert list(read_sources([root])) == []


def test_the_same_bytes_are_read_once(root: Path) -> None:
    write(root / "a.txt", TEXT)
    write(root / "b.txt", TEXT)
    reason = "the same bytes as a.txt; keep one of the two"
    assert rejects(root) == [Reject("b.txt", None, reason, Repeated("a.txt"))]


def json_lines(*rows: object) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_each_line_of_a_bulk_file_is_a_document(root: Path, suffix: str) -> None:
    lines = json_lines(
        {"id": 1, "text": TEXT, "published_on": "2023-01-05", "publisher": "甲"},
        {"text": TEXT + "。", "licence": "CC0-1.0"},
    )
    write(root / f"bulk{suffix}", gzip.compress(lines) if suffix.endswith("gz") else lines)
    write(root / "bulk.toml", 'licence = "public domain"\npublisher = "乙"\n')
    first, second = sources(root)
    assert first.path == f"bulk{suffix}#1"
    assert first.content == TEXT.encode()
    assert (first.publisher, first.licence, str(first.published_on)) == (
        "甲",
        "public domain",
        "2023-01-05",
    )
    assert (second.publisher, second.licence, second.published_on) == ("乙", "CC0-1.0", None)


def test_a_bad_line_of_a_bulk_file_does_not_stop_the_others(root: Path) -> None:
    lines = [
        json_lines({"text": TEXT}),
        b"\n",
        b"[1]\n",
        b"{broken\n",
        b'{"text": "\xff"}\n',
        json_lines({"title": "x"}),
        json_lines({"text": "x", "published_on": 2023}),
        json_lines({"text": TEXT + "。"}),
    ]
    write(root / "bulk.jsonl", b"".join(lines))
    assert [(r.path, r.line) for r in rejects(root)] == [("bulk.jsonl", n) for n in (3, 4, 5, 6, 7)]
    reasons = [r.reason for r in rejects(root)]
    assert reasons[0] == "not a JSON object; write one object a line, with its `text`"
    assert reasons[2].startswith("not UTF-8")
    assert reasons[3] == "text: is missing; give it"
    assert [s.path for s in sources(root)] == ["bulk.jsonl#1", "bulk.jsonl#8"]


def test_a_compressed_file_that_breaks_off_keeps_what_was_read(root: Path) -> None:
    write(root / "bulk.jsonl.gz", gzip.compress(json_lines({"text": TEXT}))[:-9])
    write(root / "no.jsonl.gz", b"not compressed")
    broken, no = rejects(root)
    assert "the compressed file breaks off here" in broken.reason
    assert (no.path, no.line) == ("no.jsonl.gz", 1)


@pytest.mark.parametrize(("failures", "read"), [(2, True), (9, False)])
def test_storage_that_fails_for_a_moment_is_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, failures: int, read: bool
) -> None:
    write(root / "a.txt", TEXT)
    calls = []
    read_bytes = Path.read_bytes

    def fail(path: Path) -> bytes:
        calls.append(path)
        if len(calls) <= failures:
            raise OSError(errno.ETIMEDOUT, "Connection timed out")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", fail)
    monkeypatch.setattr("flows.storage.PAUSES", (0.0, 0.0, 0.0))
    (found,) = read_sources([root])
    assert isinstance(found, Source) == read
    assert len(calls) == (3 if read else 4)
    if isinstance(found, Reject):
        assert found.reason.startswith("cannot be read (Connection timed out)")
