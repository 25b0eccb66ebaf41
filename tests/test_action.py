"""What CI elsewhere runs: the action's scripts in a repository of texts, the hook, and that all of it fits together."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "tests" / "check"
GOOD = (TEXTS / "00-good.txt").read_text(encoding="utf-8")
OTHER = "临江市召开防汛工作会议\n2023年5月9日，临江市防汛工作会议召开。会议强调，要加固河堤。@everyone\n"
SIDECAR = 'licence = "CC-BY-4.0"\n'


def git(repository: Path, *arguments: str) -> None:
    known = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *known, *arguments], cwd=repository, check=True, capture_output=True)


def commit(repository: Path, **files: str) -> None:
    """A commit with texts of these names, each with its sidecar."""
    folder = repository / "seeds" / "documents" / "石磴 镇"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        (folder / f"{name}.toml").write_text(SIDECAR, encoding="utf-8")
    (folder / "README.md").write_text("\n".join(files), encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "texts")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of texts alone, with one of them."""
    git(tmp_path, "init", "-q")
    commit(tmp_path, forest=GOOD)
    return tmp_path


def run(
    script: str, repository: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(ROOT / ".ci" / script), *arguments]
    environment |= {"COLUMNS": "200"}
    return subprocess.run(
        command, cwd=repository, capture_output=True, text=True, env=os.environ | environment
    )


def test_the_texts_of_a_pull_request_are_checked_and_no_others(repository: Path) -> None:
    commit(repository, flood=OTHER.replace("临江", "云溪"))
    answer = run("check-texts", repository, "HEAD^1", "seeds/documents", "datasets")
    assert answer.returncode == 0, answer.stderr
    *warnings, total = answer.stdout.splitlines()
    place = "file=seeds/documents/石磴 镇/flood.txt,line=2"
    assert all(w.startswith(f"::warning {place}") for w in warnings), answer.stdout
    assert total == "1 text: 1 fit with warnings"


def test_an_unfit_text_of_a_pull_request_fails_unless_its_finding_is_allowed(
    repository: Path,
) -> None:
    (repository / "seeds" / "documents" / "石磴 镇" / "forest.txt").unlink()
    commit(repository, private=OTHER + "联系人手机13800138000。\n")
    arguments = ("HEAD^1", "seeds/documents", "datasets")
    answer = run("check-texts", repository, *arguments)
    assert answer.returncode == 1
    assert ",title=private-data::" in answer.stdout
    assert "forest" not in answer.stdout
    answer = run("check-texts", repository, *arguments, "private-data")
    assert answer.returncode == 0, answer.stderr


def test_a_pull_request_without_texts_says_so(repository: Path) -> None:
    commit(repository)
    answer = run("check-texts", repository, "HEAD^1", "seeds/documents", "datasets")
    assert (answer.returncode, answer.stdout) == (
        0,
        "no text in seeds/documents was added or changed since HEAD^1\n",
    )


@pytest.mark.trial
def test_what_a_text_adds_is_told_and_that_nothing_else_changes(
    repository: Path, prefect_address: dict[str, str], tmp_path: Path
) -> None:
    commit(repository, flood=OTHER)
    page = tmp_path / "out" / "comment.md"
    answer = run(
        "rows-added", repository, "HEAD^1", "seeds/documents", str(page), **prefect_address
    )
    assert answer.returncode == 0, answer.stderr
    comment = page.read_text(encoding="utf-8")
    assert "| documents | added | source_added | 1 |" in comment
    assert "Rows of other documents: none has changed." in comment
    counts, quoted = comment.split("~~~~text\n")
    assert "加固河堤" in quoted
    # No word of a text is outside the quotation, where it could call a person or be a link.
    assert "@" not in counts
    assert not re.search("[一-龥]", counts)
    status = subprocess.run(
        ["git", "worktree", "list"], cwd=repository, capture_output=True, text=True
    )
    assert len(status.stdout.splitlines()) == 1


@pytest.mark.trial
def test_rows_of_other_documents_that_change_are_told(
    repository: Path, prefect_address: dict[str, str], tmp_path: Path
) -> None:
    commit(repository, flood=OTHER)
    commit(repository, forest=GOOD.replace("春季", "冬季"), rain=OTHER.replace("河堤", "水库"))
    page = tmp_path / "comment.md"
    answer = run(
        "rows-added", repository, "HEAD^1", "seeds/documents", str(page), **prefect_address
    )
    assert answer.returncode == 1, answer.stderr
    comment = page.read_text(encoding="utf-8")
    assert "**Rows of other documents have changed.**" in comment
    assert "documents: 1 removed (source_changed)" in comment


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_the_action_runs_what_there_is() -> None:
    action = read("action.yml")
    steps = action["runs"]["steps"]
    for step in steps:
        given = set(re.findall(r"inputs\.([a-z-]+)", str(step)))
        assert given <= set(action["inputs"])
        for script in re.findall(r"GITHUB_ACTION_PATH/(\.ci/[a-z-]+)", step.get("run", "")):
            assert (ROOT / script).is_file()
        # What a stranger chose comes as a variable, never as a part of the command.
        assert "${{" not in step.get("run", "")
    used = {name for step in steps for name in re.findall(r"inputs\.([a-z-]+)", str(step))}
    assert used == set(action["inputs"])


def test_the_workflows_give_the_action_what_it_takes() -> None:
    texts, comment = read(".github/workflows/texts.yml"), read(".github/workflows/comment.yml")
    [step] = [s for s in texts["jobs"]["check"]["steps"] if s.get("uses") == "./"]
    assert set(step["with"]) <= set(read("action.yml")["inputs"])
    assert texts["permissions"] == {"contents": "read"}
    # YAML reads the key `on` as a truth.
    assert comment[True]["workflow_run"]["workflows"] == [texts["name"]]
    # What may write runs nothing of a pull request.
    assert "checkout" not in str(comment)


@pytest.mark.parametrize(
    ("page", "head", "said"),
    [
        (
            "what it adds",
            "c0ffee",
            "pr comment 7 --edit-last --create-if-none --body-file comment.md",
        ),
        ("what it adds", "another", ""),
        ("", "c0ffee", ""),
        (None, "c0ffee", ""),
    ],
)
def test_a_comment_goes_to_its_own_pull_request_alone(
    tmp_path: Path, page: str | None, head: str, said: str
) -> None:
    """The step that comments, with a `gh` that writes down what it is asked."""
    *_, step = read(".github/workflows/comment.yml")["jobs"]["comment"]["steps"]
    asked = tmp_path / "asked"
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(
        f'#!/bin/sh\n[ "$2" = view ] && echo {head} || echo "$@" > {asked}\n', encoding="utf-8"
    )
    gh.chmod(0o755)
    (tmp_path / "number").write_text("7\n", encoding="utf-8")
    if page is not None:
        (tmp_path / "comment.md").write_text(page, encoding="utf-8")
    environment = {"COMMIT": "c0ffee", "PATH": f"{gh.parent}:{os.environ['PATH']}"}
    command = ["bash", "-e", "-c", step["run"]]
    answer = subprocess.run(command, cwd=tmp_path, env=environment, check=False)
    assert (asked.read_text().strip() if asked.exists() else "") == said
    # Only a comment that would go astray is a failure.
    assert bool(answer.returncode) == (head != "c0ffee")


def test_the_hook_runs_huiyi_on_texts_alone(tmp_path: Path) -> None:
    [hook] = read(".pre-commit-hooks.yaml")
    assert hook["entry"] == "huiyi check"
    assert re.search(hook["files"], "seeds/documents/yunxi/2023-01-04-a.pdf")
    assert not re.search(hook["files"], "docs/a.txt")
    assert re.search(hook["exclude"], "seeds/documents/yunxi/README.zh-CN.md")


def test_the_package_carries_its_words() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    built = project["tool"]["setuptools"]
    assert "seeds.lexicons" in built["packages"]
    patterns = built["package-data"]["seeds.lexicons"]
    files = {p.name for p in (ROOT / "seeds" / "lexicons").iterdir() if p.name != "README.md"}
    assert {n for n in files if not any(Path(n).match(p) for p in patterns)} == set()


def test_the_scripts_are_bash(tmp_path: Path) -> None:
    for script in (ROOT / ".ci").iterdir():
        subprocess.run([str(shutil.which("bash")), "-n", str(script)], check=True)
