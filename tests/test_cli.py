"""What people type, what they read, and the exit codes that scripts rely on."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, Answer, Place, Run, dataset_of

from expectations.tables import TABLES, Table
from flows.diff import row_ids
from flows.releases import release

SEED = "seeds/documents/qingzhou/2023-01-03-economic-work-conference.txt"


def test_publish_says_what_it_did_and_nothing_else(
    run: Run, prefect_server: None, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    command = [sys.executable, "-m", "flows.cli", "publish", "--output", str(tmp_path)]
    # As a user has it: with a Prefect home and server that Huiyi looks after.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    environment |= {
        "CI": "true",
        "COLUMNS": "160",
        "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
    }
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    first = Answer(process.returncode, process.stdout, process.stderr)
    for answer, words in (
        (first, "Released 1.0.0 (the first release) in"),
        (run("publish", "-o", tmp_path), "Nothing has changed since 1.0.0"),
    ):
        assert (answer.code, answer.err) == (0, "")
        lines = answer.out.splitlines()
        assert lines[0].split() == ["table", "rows"]
        assert lines[1].split() == ["documents", "1"]
        assert words in answer.out
    assert (tmp_path / "latest" / "initiatives.parquet").exists()
    listed = run("runs", "-o", tmp_path).out
    assert [line.split()[-2:] for line in listed.splitlines()[1:]] == [
        ["released", "1.0.0"],
        ["unchanged", "1.0.0"],
    ]


def test_a_folder_without_runs_says_so(run: Run, tmp_path: Path) -> None:
    answer = run("runs", "-o", tmp_path)
    assert (answer.code, answer.err) == (4, f"no run has left a record in {tmp_path / 'runs'}\n")


def test_a_schedule_that_cannot_be_understood_starts_nothing(
    run: Run, prefect_server: None, tmp_path: Path
) -> None:
    answer = run("serve", "--cron", "at dawn", "-o", tmp_path)
    assert answer.code == 2
    assert "--cron 'at dawn':" in answer.err


@pytest.mark.parametrize("address", ["foo", "tcp://10.0.0.1", "http://host:80/path"])
def test_an_address_that_is_none_is_told_even_where_nothing_has_changed(
    run: Run, place: Place, address: str
) -> None:
    answer = run("publish", "-s", place.sources, "-o", place.output, "--dask", address)
    assert answer.code == 2
    assert f"--dask {address}: is no address of a Dask scheduler" in answer.err


def test_it_says_which_version_it_is(run: Run) -> None:
    answer = run("--version")
    assert (answer.code, answer.out) == (0, f"huiyi {version('huiyi')}\n")


def test_publish_of_nothing_fit_exits_with_1(
    run: Run, prefect_server: None, tmp_path: Path
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "empty.txt").touch()
    answer = run("publish", "-s", tmp_path / "documents", "-o", tmp_path / "datasets")
    assert answer.code == 1
    assert "empty.txt: the file is empty" in answer.err
    assert "Traceback" not in answer.err


def test_a_dry_run_writes_nothing(run: Run, place: Place) -> None:
    before = sorted(place.output.iterdir())
    answer = run(
        "publish", "--dry-run", "-s", place.sources, "-o", place.output, "--guards", os.devnull
    )
    assert answer.code == 0
    assert "The next version would be 1.1.0: nothing changed." in answer.out
    assert sorted(place.output.iterdir()) == before


def test_a_wrong_lexicon_exits_with_5(run: Run, prefect_server: None, tmp_path: Path) -> None:
    (tmp_path / "lexicons").mkdir()
    answer = run("publish", "--lexicons", tmp_path / "lexicons", "-o", tmp_path / "datasets")
    assert answer.code == 5
    assert "no such lexicon" in answer.err


@pytest.mark.parametrize("command", [["publish"], ["show", SEED], ["check", SEED]])
def test_lexicons_that_cannot_be_read_exit_with_5_at_once(
    run: Run, tmp_path: Path, command: list[str]
) -> None:
    answer = run(*command, "--lexicons", tmp_path / "none")
    assert answer.code == 5
    assert answer.err.startswith(f"{tmp_path / 'none'}: No such file or directory; name the folder")
    path = tmp_path / "verbs.csv"
    path.write_bytes("term,traits\n修缮,\n".encode("gb18030"))
    answer = run(*command, "--lexicons", tmp_path)
    assert (answer.code, answer.err) == (5, f"{path}:2: not UTF-8; save it in UTF-8\n")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["publish", "--corrections", "none.toml"], "none.toml: no such file; correct the path"),
        (["publish", "--guards", "none.toml"], "none.toml: no such file; correct the path"),
        (["check", SEED, "--corrections", "none.toml"], "none.toml: no such file"),
        (["publish", "--sources", "none"], "none: no such file or folder"),
        (["publish", "-s", "seeds", "-s", "none"], "none: no such file or folder"),
        (["serve", "--cron", "0 3 * * *", "--sources", "none"], "none: no such file or folder"),
        (["check", "none"], "none: no such file or folder"),
        (["score", "latest", "none"], "'none' does not exist"),
    ],
)
def test_a_path_that_is_not_there_is_wrong_usage(run: Run, command: list[str], words: str) -> None:
    answer = run(*command)
    assert answer.code == 2
    assert words in answer.err


def test_an_address_of_sources_is_looked_up_when_it_is_read(run: Run) -> None:
    answer = run("serve", "--cron", "0 3 * * *", "-s", "s3://none/texts", "-o", "memory://b/p")
    assert answer.code == 4
    assert "memory://b/p can be read but not published to" in answer.err


def test_an_output_that_cannot_be_written_exits_with_4(
    run: Run, prefect_server: None, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    answer = run("publish", "-o", tmp_path / "file" / "datasets")
    assert answer.code == 4
    assert "cannot write to" in answer.err


def test_an_address_that_can_only_be_read_is_not_published_to(run: Run) -> None:
    answer = run("publish", "-o", "memory://bucket/prefix")
    assert answer.code == 4
    assert "memory://bucket/prefix can be read but not published to" in answer.err


def test_show_draws_the_document_as_a_tree(run: Run) -> None:
    answer = run("show", SEED)
    assert answer.code == 0
    assert "kind economic_work_conference" in answer.out
    assert "date 2023-01-03" in answer.out
    assert "line " in answer.out
    assert "Ledger" in answer.out


def test_show_explains_every_clause(run: Run) -> None:
    answer = run("show", "--explain", SEED)
    assert answer.code == 0
    assert "initiative" in answer.out
    shown = answer.out.replace(" ", "").replace("\n", "")
    # Label and dateline, and byline and kicker, touch each other without a mark between.
    assert len([words for words in _clauses(SEED) if words not in shown]) <= 2


def _clauses(path: str) -> list[str]:
    """The words between the commas and stops of a text, short enough for one line."""
    text = "".join((ROOT / path).read_text(encoding="utf-8").split())
    return [words for words in re.split("[，。：；]", text) if len(words) < 40]


def test_show_says_why_a_text_is_rejected(run: Run, tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text("山路很长，春天很短。\n", encoding="utf-8")
    answer = run("show", tmp_path / "poem.txt")
    assert answer.code == 1
    assert "poem.txt" in answer.err
    assert "neither a meeting nor an initiative" in answer.err


def test_show_says_why_a_path_is_no_text(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "lone.toml").touch()
    for name, words in (
        ("nothing.txt", "no such file; name a text"),
        (".", "is a folder; name one of its texts"),
        ("pipe.txt", "no file, but a device or a pipe"),
        ("lone.toml", "a sidecar without its text"),
    ):
        answer = run("show", tmp_path / name)
        assert answer.code == 1
        assert words in answer.err


def test_show_of_a_sidecar_draws_its_text(run: Run) -> None:
    assert run("show", SEED.replace(".txt", ".toml")) == run("show", SEED)


def test_versions_are_listed(run: Run, place: Place, tmp_path: Path) -> None:
    answer = run("versions", "-o", place.output)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["1.0.0", "1.1.0"]
    assert "source_added" in lines[2]
    assert run("versions", "-o", tmp_path).code == 4


def test_two_releases_are_compared(run: Run, place: Place) -> None:
    answer = run("diff", "1.0.0", "1.1.0", "-o", place.output, "--table", "documents")
    assert answer.code == 0
    [line] = answer.out.splitlines()
    assert line.startswith("+ documents ")
    assert line.endswith("yunxi/visit.txt [source_added]")
    answer = run("diff", "1.0.0", "1.1.0", "-o", place.output, "--table", "foo")
    assert answer.code == 2
    assert "--table foo: no such table; there are documents, meetings," in answer.err
    rows = json.loads(run("diff", "1.0.0", "-o", place.output, "--format", "json").out)
    assert {row["reason"] for row in rows} == {"source_added"}
    assert "yunxi/visit.txt" in run("diff", "1.0.0", "-o", place.output, "--format", "markdown").out
    assert run("diff", "1.1.0", "-o", place.output).out == "no difference\n"
    assert run("diff", "3.0.0", "-o", place.output).code == 4


def test_a_whole_release_is_verified_and_a_damaged_one_is_not(
    run: Run, place: Place, tmp_path: Path
) -> None:
    arguments = ("verify", "-o", place.output, "-s", place.sources)
    answer = run(*arguments)
    assert (answer.code, answer.err) == (0, "")
    whole = f"1.1.0 in {place.newest.folder} is whole: checksums, tables, keys, spans"
    assert answer.out == f"{whole} and 2 sources.\n"
    shutil.copytree(place.sources, tmp_path / "part")
    (tmp_path / "part" / "yunxi" / "visit.txt").unlink()
    answer = run(*arguments[:-1], tmp_path / "part")
    said = f"{whole}; 1 of 2 sources were not compared, for they are not there.\n"
    assert (answer.code, answer.out) == (0, said)
    answer = run(*arguments[:-1], "nofolder")
    assert (answer.code, answer.out) == (2, "")
    assert "--sources nofolder: no such file or folder" in answer.err
    path = place.newest.folder / "initiatives.csv"
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"?" + content[101:])
    answer = run(*arguments)
    path.write_bytes(content)
    assert answer.code == 1
    assert "initiatives.csv: byte 100, line 1 is not what was published" in answer.err


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A release of a text that gives rows to every table."""
    made = Place(tmp_path_factory.mktemp("texts"), tmp_path_factory.mktemp("datasets"))
    text = ROOT / "tests" / "golden" / "texts" / "yunxi-economic-conference.txt"
    shutil.copy(text, made.sources)
    release(dataset_of(made.sources), made.output)
    return made


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_row_of_any_table_is_proved(run: Run, full: Place, table: Table) -> None:
    place, rows = full, full.newest.table(table.name)
    answer = run(
        "prove", str(row_ids(table.name, rows)[0]), "-o", place.output, "-s", place.sources
    )
    assert answer.code == 0, answer
    assert "Extracting the document again gives the same row." in answer.out
    document_id = str(rows["document_id"][0])
    documents = place.newest.table("documents").to_pylist()
    [document] = [d for d in documents if d["document_id"] == document_id]
    for words in (f"{table.name} ", document["sha256"], document["path"].rpartition("/")[2]):
        assert words in answer.out


def test_a_row_that_its_document_does_not_give_is_not_proved(
    run: Run, place: Place, tmp_path: Path
) -> None:
    folder = shutil.copytree(place.newest.folder, tmp_path / "1.1.0")
    targets = place.newest.table("targets")
    at, year = targets.column_names.index("year"), pa.array([2099], pa.int16())
    pq.write_table(
        targets.set_column(at, targets.schema.field(at), year), folder / "targets.parquet"
    )
    answer = run("prove", str(targets[0][0]), "-o", tmp_path, "-s", place.sources)
    assert answer.code == 1
    assert f"extracted again, year is {targets['year'][0]}, not 2099" in answer.out


def test_a_row_is_proved_by_its_sentence_and_rule(run: Run, place: Place) -> None:
    row = place.newest.table("initiatives").to_pylist()[0]
    answer = run("prove", row["initiative_id"], "-o", place.output, "-s", place.sources)
    assert f"【{row['text']}】" in answer.out
    assert "initiative by " in answer.out
    assert str(place.sources / "yunxi") in answer.out


def test_a_row_is_proved_by_what_spoke_for_its_topic(run: Run, place: Place) -> None:
    row = place.newest.table("initiatives").to_pylist()[0]
    answer = run("prove", row["initiative_id"], "-o", place.output, "-s", place.sources)
    said = " ".join(answer.out.split())
    assert f" topics {row['topic']} {row['topic_label']} " in said
    assert re.search(r"% places .*clause [+-]\d\.\d\d.* terms .+ \+\d\.\d\d", said)


def test_a_row_whose_source_is_gone_or_changed_is_not_proved(
    run: Run, place: Place, tmp_path: Path
) -> None:
    row_id = str(place.newest.table("initiatives")[0][0])
    answer = run("prove", row_id, "-o", place.output, "-s", tmp_path)
    assert answer.code == 1
    assert "is not there; name the folder of the sources" in answer.out
    for path in place.sources.rglob("*.txt"):
        copy = tmp_path / path.relative_to(place.sources)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes() + b"\n")
    answer = run("prove", row_id, "-o", place.output, "-s", tmp_path)
    assert answer.code == 1
    assert "is not the file that was read" in answer.out


def test_an_id_that_is_nowhere_says_where_ids_stand(run: Run, place: Place) -> None:
    answer = run("prove", "0" * 16, "-o", place.output)
    assert answer.code == 1
    assert "ids stand in the first column of every table" in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["show", SEED],
        ["versions", "-o", "{output}"],
        ["diff", "1.0.0", "-o", "{output}"],
        ["verify", "-o", "{output}"],
        ["prove", "0", "-o", "{output}"],
        ["check", "tests/check/00-good.txt"],
    ],
)
def test_what_need_not_wait_for_prefect_does_not(place: Place, arguments: list[str]) -> None:
    code = (
        "import sys, atexit\n"
        "from flows.cli import main\n"
        "heavy = {'prefect', 'great_expectations'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        "main()"
    )
    words = [argument.format(output=place.output) for argument in arguments]
    process = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True
    )
    assert process.stderr.splitlines()[-1] == "[]"


def test_help_teaches_the_first_round_and_the_exit_codes(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0
    for words in ("huiyi publish", "seeds/documents", "Exit codes", "3: rows break an expectation"):
        assert words in answer.out
    assert run("publish", "--no-such-option").code == 2
