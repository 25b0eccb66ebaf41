"""What people look at: a document as a tree, its ledger in colours, a release in figures."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from expectations.tables import (
    TOPICS,
    Citation,
    Clause,
    Document,
    Enumeration,
    FocusArea,
    Initiative,
    Meeting,
    Participant,
    Programme,
    Target,
)

if TYPE_CHECKING:
    from flows.releases import Release

Rows = Mapping[str, Sequence[Any]]

_SCORED = """\
initiatives   the same span, or the same end and verb
initiatives~  at least half of what both cover; of these pairs the fields
programmes, citations  once for a text, by name"""

# Of a message, in the list of runs: three lines of a narrow terminal.
_LONGEST_ERROR = 180

_ROLE_STYLES = {
    "masthead": "magenta",
    "procedure": "blue",
    "result": "yellow",
    "assessment": "cyan",
    "heading": "bold magenta",
    "frame": "dim",
    "initiative": "bold green",
    "furniture": "dim strike",
    "unexplained": "bold red reverse",
}


def document_tree(rows: Rows) -> Tree:
    """The meeting, its focus areas and initiatives, and what else was found in one document."""
    document: Document = rows["documents"][0]
    tree = Tree(_line_of(document.title or document.path, "bold", document.path))
    for meeting in rows["meetings"]:
        _add_meeting(tree, meeting, rows)
    outside = [i for i in rows["initiatives"] if i.focus_area_id is None]
    for area in rows["focus_areas"]:
        branch = tree.add(_numbered(area))
        for initiative in rows["initiatives"]:
            if initiative.focus_area_id == area.focus_area_id:
                branch.add(_initiative(initiative))
    _add_branch(tree, "Initiatives outside a focus area", map(_initiative, outside))
    _add_branch(tree, "Targets", map(_target, rows["targets"]))
    _add_branch(tree, "Programmes", _grouped(rows["programmes"]))
    _add_branch(tree, "Enumerations", _enumerations(rows))
    _add_branch(tree, "Citations", _grouped(rows["citations"]))
    tree.add(ledger_line(rows))
    return tree


def _add_meeting(tree: Tree, meeting: Meeting, rows: Rows) -> None:
    branch = tree.add(_line_of(meeting.name or "Meeting without a name", "bold", _place(meeting)))
    facts = {
        "kind": meeting.kind,
        "convenor": meeting.convenor,
        "date": _with_note(meeting.date, meeting.date_basis),
        "level": meeting.level,
        "place": _with_note(meeting.jurisdiction, meeting.division_code),
        "province": meeting.province,
        "plans": meeting.planning_year,
    }
    branch.add(Text(" · ".join(f"{name} {fact}" for name, fact in facts.items() if fact)))
    people = [p for p in rows["participants"] if p.meeting_id == meeting.meeting_id]
    _add_branch(branch, "Participants", map(_participant, people))


def _add_branch(tree: Tree, name: str, lines: Iterable[Text]) -> None:
    found = list(lines)
    if not found:
        return
    branch = tree.add(Text(f"{name} ({len(found)})", style="bold"))
    for line in found:
        branch.add(line)


def _with_note(value: str | None, note: str | None) -> str | None:
    return f"{value} ({note.replace('_', ' ')})" if value and note else value


def _place(row: Any) -> str:
    return f"line {row.line}" if row.line else ""


def _line_of(words: str, style: str, *notes: str) -> Text:
    line = Text(words, style=style)
    return line.append("  " + " · ".join(note for note in notes if note), style="not bold dim")


def _numbered(area: FocusArea) -> Text:
    return _line_of(f"{area.ordinal}. {area.text}", "bold", _place(area))


def _initiative(initiative: Initiative) -> Text:
    at = initiative.text.find(initiative.verb)
    line = Text(initiative.text)
    if at >= 0:
        line.stylize("bold green", at, at + len(initiative.verb))
    topic = f"{initiative.topic} {TOPICS[initiative.topic].en}"
    return line.append(f"  {initiative.kind} · {topic} · {_place(initiative)}", style="dim")


def _participant(person: Participant) -> Text:
    return _line_of(f"{person.post or ''} {person.name}".strip(), "", person.role, _place(person))


def _target(target: Target) -> Text:
    bounds = [f"{number:g}" for number in (target.low, target.high) if number is not None]
    figure = f"{target.comparator} {'–'.join(bounds)} {target.unit or ''}".strip()
    year = str(target.year) if target.year else ""
    return _line_of(
        target.text, "", target.indicator, figure, target.commitment or "", year, _place(target)
    )


def _grouped(mentions: Sequence[Programme] | Sequence[Citation]) -> Iterator[Text]:
    """Each name once, with the lines of its mentions."""
    for name in dict.fromkeys(mention.name for mention in mentions):
        same = [mention for mention in mentions if mention.name == name]
        lines = ", ".join(dict.fromkeys(str(mention.line) for mention in same))
        level = getattr(same[0], "level", None) or ""
        yield _line_of(name, "", level, f"line {lines}")


def _enumerations(rows: Rows) -> Iterator[Text]:
    for found in rows["enumerations"]:
        items = [
            i.text for i in rows["enumeration_items"] if i.enumeration_id == found.enumeration_id
        ]
        yield _enumeration(found, items)


def _enumeration(found: Enumeration, items: Sequence[str]) -> Text:
    return _line_of(
        found.label, "", f"{found.found} of {found.count}", "；".join(items), _place(found)
    )


def ledger_line(rows: Rows) -> Text:
    """How many characters of the text play which role."""
    lengths: Counter[str] = Counter()
    clauses: Sequence[Clause] = rows["clauses"]
    for clause in clauses:
        lengths[clause.role] += len("".join(clause.text.split()))
    line = Text("Ledger  ", style="bold")
    for role, style in _ROLE_STYLES.items():
        if lengths[role]:
            line.append(
                f"{role} {lengths[role] / lengths.total():.0%}  ", style=f"not bold {style}"
            )
    return line


def explained(rows: Rows) -> Table:
    """The whole text clause by clause, with the role of each and the rule that decided it."""
    table = Table("line", "clause", "role", "rule", box=None, pad_edge=False)
    table.columns[1].ratio = 1
    table.columns[1].overflow = "fold"
    for clause in rows["clauses"]:
        style = _ROLE_STYLES[clause.role]
        rule = Text(clause.rule or "", style="dim")
        table.add_row(str(clause.line), Text(clause.text, style=style), clause.role, rule)
    return table


def summary_table(row_counts: Mapping[str, int], rejects: int, unexplained_share: float) -> Table:
    """A dataset in figures."""
    table = Table("table", "rows", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for name, count in row_counts.items():
        table.add_row(name, f"{count:,}")
    table.add_section()
    table.add_row("rejected sources", f"{rejects:,}")
    table.add_row("unexplained characters", f"{unexplained_share:.2%}")
    return table


def versions_table(releases: Sequence["Release"]) -> Table:
    """Every release with its day, counts, code and reasons."""
    table = Table(
        "version", "written", "documents", "initiatives", "code", "why", box=None, pad_edge=False
    )
    for release in releases:
        written = datetime.fromtimestamp(release.folder.stat().st_mtime, UTC).date().isoformat()
        counts = [f"{release.row_count(name):,}" for name in ("documents", "initiatives")]
        why = ", ".join(f"{reason} {count:,}" for reason, count in release.reasons().items())
        code = release.provenance().code_version
        table.add_row(str(release.version), written, *counts, code, why)
    return table


def runs_tables(runs: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[RenderableType]:
    """The runs that wrote to a folder: when, how long, what came of each; then what stopped those that failed.

    `folder` holds their records.
    """
    table = Table(
        "started",
        "seconds",
        "texts",
        "rejected",
        "unexplained",
        "outcome",
        box=None,
        pad_edge=False,
    )
    for column in table.columns:
        column.no_wrap = True
    for column in table.columns[1:5]:
        column.justify = "right"
    from flows.diff import short

    errors = Table("", "", box=None, pad_edge=False, show_header=False)
    errors.columns[0].no_wrap = True
    for run in runs:
        started, share = run["started"][:19].replace("T", " "), run["unexplained_share"]
        has_ended = run["outcome"] in ("released", "unchanged", "failed")
        figures = (
            f"{run['seconds']:,.1f}",
            f"{run['documents']:,}",
            f"{sum(run['rejects'].values()):,}",
            "" if share is None else f"{share:.2%}",
        )
        table.add_row(started, *(figures if has_ended else ("",) * 4), _outcome(run))
        if run["error"]:
            said = run["error"].replace(":\n", ": ").replace("\n", " · ")
            errors.add_row(started, Text(short(said, _LONGEST_ERROR)))
    yield table
    if errors.rows:
        yield Text()
        yield errors
        yield Text(f"whole in {folder}", "dim", no_wrap=True, overflow="ignore")


def _outcome(run: Mapping[str, Any]) -> Text:
    told = {"begun": "is going", "died": "did not end", "failed": "failed"}
    said = told.get(run["outcome"]) or f"{run['outcome']} {run['version']}"
    return Text(said, "red" if run["error"] else "")


def score_tables(figures: Mapping[str, Any]) -> Iterator[Table | Text]:
    """How well a release agrees with a gold set: its tables, its fields, and what it lacks."""
    tables = Table(
        "table", "precision", "recall", "F1", "", "gold", "got", box=None, pad_edge=False
    )
    for name, found in figures["tables"].items():
        # Of nothing no share can be right.
        of = {"precision": found["system"], "recall": found["gold"], "f1": found["gold"]}
        rates = [f"{found[key]:.3f}" if of[key] else "–" for key in of]
        bounds = _bounds(found["f1_interval"]) if of["f1"] else ""
        tables.add_row(name, *rates, bounds, f"{found['gold']:,}", f"{found['system']:,}")
    fields = Table("field", "right", "", "of", box=None, pad_edge=False)
    for name, found in figures["fields"].items():
        if found["of"]:
            right, bounds = f"{found['accuracy']:.3f}", _bounds(found["interval"])
            fields.add_row(name, right, bounds, f"{found['of']:,}")
    for table in (tables, fields):
        for column in table.columns[1:]:
            column.justify = "right"
        yield table
        yield Text()
    yield Text(_SCORED)
    yield Text()
    gold = figures["gold"]
    yield Text(f"{gold['texts']} annotated texts; gold {gold['sha256'][:16]}")
    if gold["absent"]:
        yield Text(f"not in the release: {', '.join(gold['absent'])}", "red")


def _bounds(interval: Sequence[float]) -> str:
    return f"{interval[0]:.3f}–{interval[1]:.3f}"
