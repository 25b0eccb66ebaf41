"""What `huiyi check` found, as a person reads it, and as GitHub, programs and code scanners do."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from flows.findings import CODES, Checked, Facts, Finding, Verdict

_STYLES: dict[Verdict, str] = {
    "fit": "bold green",
    "fit with warnings": "bold yellow",
    "unfit": "bold red",
}
_SIGNS = {"fit": "✓", "fit with warnings": "!", "unfit": "✗"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
# Of a bulk file, the rows that are fit are only counted.
_ALL_SHOWN = 20


def as_screen(checked: Sequence[Checked]) -> RenderableType:
    """For the terminal: each file with its verdict, what was found, what is the matter and what to do."""
    shown = [c for c in checked if len(checked) <= _ALL_SHOWN or c.verdict == "unfit"]
    blocks = [block for one in shown for block in _block(one)]
    return Group(*blocks, Text(_total(checked), style="bold"))


def print_screen(console: Console, checked: Sequence[Checked]) -> None:
    """`as_screen` on a console, where words of a text are never taken for styles."""
    console.print(as_screen(checked), highlight=False, crop=False)


def _block(one: Checked) -> Iterator[RenderableType]:
    style = _STYLES[one.verdict]
    # A path is never broken into lines, so that it can be copied.
    head = Text(
        f"{_SIGNS[one.verdict]} {one.verdict}", style=style, overflow="ignore", no_wrap=True
    )
    yield head.append(f"  {one.path}", style="not bold default")
    if one.facts:
        for line in _found(one.facts):
            yield Padding(Text(line, style="dim"), (0, 0, 0, 2), expand=False)
    for finding in one.findings:
        yield from _lines(finding)
    yield Text()


def _found(facts: Facts) -> Iterator[str]:
    known = (facts.meeting or "no meeting", facts.date or "no date", facts.place or "no place")
    yield "found: " + " · ".join(known)
    counts = [f"{n:,} {_name(name, n)}" for name, n in facts.counts.items() if n]
    surely = "" if facts.confidence == 1 else f" ({facts.confidence:.2f} sure)"
    yield ", ".join([*counts, f"{facts.unexplained:.1%} unexplained", facts.encoding + surely])


def _name(table: str, rows: int) -> str:
    """A table's name for so many of its rows."""
    words = table.replace("_", " ")
    return words.removesuffix("s") if rows == 1 else words


def _lines(finding: Finding) -> Iterator[RenderableType]:
    place = _place(finding)
    style = "red" if finding.severity == "error" else "yellow"
    head = Text(f"{finding.severity} {finding.code}", style=f"bold {style}")
    if place:
        head.append(f"  {place}", style="not bold default")
    yield Padding(head, (0, 0, 0, 2), expand=False)
    yield Padding(Text(finding.message), (0, 0, 0, 4), expand=False)
    yield Padding(Text(f"→ {finding.remedy}", style="italic"), (0, 0, 0, 4), expand=False)


def _place(finding: Finding) -> str:
    """Where in its file, in words; empty where no place can be told."""
    line = f"{finding.unit} {finding.line}" if finding.line else ""
    return f"{line}, column {finding.column}" if finding.column else line


def _told(finding: Finding) -> str:
    """What is the matter and what to do, in a line; with the place where GitHub and others know lines of texts alone."""
    where = "" if finding.unit == "line" or not finding.line else f"{_place(finding)}: "
    return f"{where}{finding.message}. To do: {finding.remedy}"


def _total(checked: Sequence[Checked]) -> str:
    verdicts = Counter(one.verdict for one in checked)
    counts = [f"{verdicts[v]:,} {v}" for v in _STYLES if verdicts[v]]
    texts = "1 text" if len(checked) == 1 else f"{len(checked):,} texts"
    return f"{texts}: {', '.join(counts) or 'nothing to check'}"


def as_github(checked: Sequence[Checked]) -> str:
    """Workflow commands: each finding at its line of the pull request."""
    lines = [_command(finding) for one in checked for finding in one.findings]
    return "".join(f"{line}\n" for line in [*lines, _total(checked)])


def _command(finding: Finding) -> str:
    known: dict[str, object] = {"file": finding.path}
    if finding.unit == "line":
        known |= {"line": finding.line, "col": finding.column}
    known["title"] = finding.code
    properties = ",".join(f"{k}={_escaped(str(v), ',:')}" for k, v in known.items() if v)
    message = _escaped(_told(finding), "")
    return f"::{finding.severity} {properties}::{message}"


def _escaped(value: str, marks: str) -> str:
    """What would end a workflow command, or begin another, written as GitHub asks."""
    value = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for mark in marks:
        value = value.replace(mark, f"%{ord(mark):02X}")
    return value


def as_json(checked: Sequence[Checked]) -> str:
    """For programs: a list of documents."""
    documents = [
        {
            "path": one.path,
            "verdict": one.verdict,
            "facts": asdict(one.facts) if one.facts else None,
            "findings": [asdict(finding) for finding in one.findings],
        }
        for one in checked
    ]
    return json.dumps(documents, ensure_ascii=False, indent=1) + "\n"


def as_sarif(checked: Sequence[Checked]) -> str:
    """For code scanners: SARIF 2.1.0."""
    codes = list(CODES)
    rules = [
        {
            "id": name,
            "shortDescription": {"text": code.summary},
            "help": {"text": code.remedy},
            "defaultConfiguration": {"level": code.severity},
        }
        for name, code in CODES.items()
    ]
    driver = {"name": "huiyi", "version": version("huiyi"), "rules": rules}
    results = [_result(f, codes.index(f.code)) for one in checked for f in one.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.path)}}
    if finding.line and finding.unit == "line":
        place["region"] = {"startLine": finding.line}
        if finding.column:
            place["region"]["startColumn"] = finding.column
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": _told(finding)},
        "locations": [{"physicalLocation": place}],
    }
