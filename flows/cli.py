"""`huiyi …`: publish a dataset of meeting texts, look at it, compare, verify and prove it."""

import sys
import time
import warnings
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

from flows.errors import ReleaseError, StopError
from flows.show import (
    document_tree,
    explained,
    ledger_line,
    runs_tables,
    score_tables,
    summary_table,
    versions_table,
)
from flows.sources import LEXICONS, SEEDS, Reject, read_lexicons, read_sources, texts_of
from transforms.lexicon import LexiconError

if TYPE_CHECKING:
    import pyarrow as pa

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Turn Chinese meeting texts into open, versioned tables of the initiatives they announce.

**A first round**

- `huiyi publish` reads seeds/documents and writes a release to datasets/

- `huiyi show FILE` draws what is found in one text, `--explain` says why

- `huiyi check FILE` says whether a new text is fit to come in, and what to do if not

- `huiyi versions` lists the releases, `huiyi diff A B` what changed and why

- `huiyi verify` and `huiyi prove ID` show that a release, or a row, is right

**Exit codes**

- 0: done, or nothing has changed

- 1: nothing can be released or read, a checked text is unfit, or verify or prove found something wrong

- 2: wrong usage

- 3: rows break an expectation or a guard

- 4: a release cannot be written or found

- 5: a lexicon, a correction or a guard is not well-formed
""",
)


def _expect_sources(paths: list[Any]) -> list[Any]:
    """The sources, if they are there; an address is looked up when it is read."""
    from flows.stores import is_store

    missing = [str(p) for p in paths if not is_store(str(p)) and not Path(p).exists()]
    if missing:
        raise typer.BadParameter(f"{', '.join(missing)}: no such file or folder")
    return paths


def _expect_file(context: typer.Context, param: typer.CallbackParam, path: Path) -> Path:
    """A file that may be absent where it was not asked for."""
    source = context.get_parameter_source(str(param.name))
    if source and source.name == "COMMANDLINE" and not path.exists():
        raise typer.BadParameter(f"{path}: no such file; correct the path, or leave the option out")
    return path


def _expect_lexicons(folder: Path) -> Path:
    """The folder of lexicons, if they can be read, which costs far less than finding out when they are needed."""
    read_lexicons(folder)
    return folder


Sources = Annotated[
    list[str],
    typer.Option(
        "--sources",
        "-s",
        help="A folder or file of texts, or an address: s3://bucket/prefix; may be given several times.",
        callback=_expect_sources,
    ),
]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        help="The folder that holds the releases, or an address: s3://bucket/prefix.",
    ),
]
Lexicons = Annotated[
    Path,
    typer.Option(
        help="The folder of word lists and rules.", show_default=False, callback=_expect_lexicons
    ),
]
Corrections = Annotated[
    Path,
    typer.Option(
        help="The file of known wrong results.", show_default=False, callback=_expect_file
    ),
]
Guards = Annotated[
    Path,
    typer.Option(help="The file of bounds on losses.", show_default=False, callback=_expect_file),
]


Workers = Annotated[int, typer.Option("--workers", "-w", min=1, help="How many processes extract.")]

Dask = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Have the workers of this Dask scheduler extract, such as tcp://10.0.0.1:8786.",
    ),
]


class Format(StrEnum):
    """How a difference is said."""

    text = "text"
    json = "json"
    markdown = "markdown"


class CheckFormat(StrEnum):
    """How the findings of a check are said."""

    text = "text"
    github = "github"
    json = "json"
    sarif = "sarif"


class ScoreFormat(StrEnum):
    """How a score is said."""

    text = "text"
    json = "json"


DOCUMENTS = Path("seeds/documents")
DATASETS = "datasets"


def _version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"huiyi {metadata.version('huiyi')}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which, and exit."),
    ] = False,
) -> None:
    pass


def _told(console: Console, message: str) -> None:
    console.print(escape(message), style="red", highlight=False, soft_wrap=True)


@app.command()
def publish(
    sources: Sources = [str(DOCUMENTS)],  # noqa: B006
    output: Output = DATASETS,
    lexicons: Lexicons = LEXICONS,
    corrections: Corrections = SEEDS / "corrections.toml",
    guards: Guards = SEEDS / "guards.toml",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what the next version would be, and why.")
    ] = False,
    workers: Workers = 1,
    dask: Dask = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Prefect's log.")] = False,
) -> None:
    """Read the sources, extract, validate, and write a release if anything has changed.

    A source that cannot be released stands in `rejects.csv` with a reason; the others go on. The version is computed:
    MAJOR if tables or columns change, MINOR if rows were added, else PATCH.
    """
    begun = time.monotonic()
    from flows import nursery
    from flows.engine import prepare_prefect
    from flows.progress import shown_on, step
    from flows.upload import mirrored

    folder, store = mirrored(output)
    if workers > 1 and not dask:
        nursery.prepare(lexicons)
    server = prepare_prefect(is_verbose=verbose)
    if not verbose:
        warnings.simplefilter("ignore")
    with shown_on(Console(stderr=True)):
        with step("Starting"):
            from expectations import suites  # noqa: F401 (the server starts meanwhile)
            from flows import publish as flow
            from flows.extraction import load_reader
            from flows.fetch import place_of
            from flows.lots import Crew
            from flows.quality import measure_quality

            measure_quality(load_reader(lexicons))
            if server:
                server.wait()
        crew = Crew(workers, dask)
        order = flow.Order(
            sources=tuple(map(place_of, sources)),
            output=folder,
            lexicons=lexicons,
            corrections=corrections,
            guards=guards,
            store=store,
            crew=crew,
            begun=begun,
        )
        if dry_run:
            summary, plan = flow.rehearse(order)
        else:
            summary, published = flow.publish(order)
            plan = published.plan
    console = Console()
    console.print(
        summary_table(summary.row_counts, len(summary.rejects), summary.unexplained_share)
    )
    for warning in summary.warnings:
        console.print(f"warning: {escape(warning)}", style="yellow", highlight=False)
    for reject in summary.rejects[:20]:
        _told(console, f"rejected: {reject}")
    if len(summary.rejects) > 20:
        _told(console, f"… and {len(summary.rejects) - 20:,} more")
    version, why = plan.step.version, plan.step.why
    if dry_run:
        console.print(f"The next version would be [bold]{version}[/bold]: {why}.")
    elif plan.unchanged:
        console.print(f"Nothing has changed since [bold]{version}[/bold]: no new version.")
    else:
        console.print(f"Released [bold]{version}[/bold] ({why}) in {output}/{version}")


@app.command()
def serve(
    cron: Annotated[
        str, typer.Option(help='When: minute, hour, day, month, weekday, as in "0 3 * * *".')
    ],
    timezone: Annotated[str, typer.Option(help="Whose clock, as in Asia/Shanghai.")] = "UTC",
    sources: Sources = [str(DOCUMENTS)],  # noqa: B006
    output: Output = DATASETS,
    lexicons: Lexicons = LEXICONS,
    corrections: Corrections = SEEDS / "corrections.toml",
    guards: Guards = SEEDS / "guards.toml",
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help="Stop a run that takes longer.")
    ] = None,
    workers: Workers = 1,
    dask: Dask = None,
    name: Annotated[str, typer.Option(help="Of the deployment; one for each output.")] = "huiyi",
    port: Annotated[int, typer.Option(help="Where Prefect's pages are shown.")] = 4200,
) -> None:
    """Publish by a schedule until stopped, with Prefect's server and pages in this one process.

    A run that is still going is not started twice. Where PREFECT_API_URL is set, that server's schedules are used.
    A run that fails is posted to the address in HUIYI_WEBHOOK, if there is one. docs/operations.md has more.
    """
    from flows.engine import prepare_schedules
    from flows.stores import is_store
    from flows.upload import mirrored

    folder, store = mirrored(output)
    server = prepare_schedules(port)
    from flows import serve as serving
    from flows.lots import Crew

    serving.expect_schedule(cron, timezone)
    Crew(workers, dask)  # stops where the address is none
    parameters = {
        "sources": [s if is_store(s) else str(Path(s).absolute()) for s in sources],
        "output": store or str(folder.absolute()),
        "lexicons": str(lexicons.absolute()),
        "corrections": str(corrections.absolute()),
        "guards": str(guards.absolute()),
        "timeout_seconds": timeout,
        "workers": workers,
        "dask": dask,
    }
    console = Console(soft_wrap=True)
    if server:
        server.wait()
        serving.bury_unfinished(name)
        console.print(f"Runs, logs and artifacts: {server.page}")
    console.print(f"Publishing {output} at {cron!r} ({timezone}); stop with Ctrl-C.")
    serving.serve(name, cron, timezone, parameters)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="A text, page, PDF, Word or bulk file.")],
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the whole text, clause by clause.")
    ] = False,
    lexicons: Lexicons = LEXICONS,
) -> None:
    """What is found in a file: its meeting, focus areas and initiatives as a tree.

    Each initiative stands with its kind, its topic and its line in the file. `--explain` prints every clause with the
    role it plays and the rule that decided so.
    """
    from flows.extraction import extract_one, load_reader

    if not file.exists():
        raise StopError(f"{file}: no such file; name a text, such as one of seeds/documents")
    if file.is_dir():
        raise StopError(f"{file}: is a folder; name one of its texts, or see `huiyi check {file}`")
    extractor = load_reader(lexicons).extractor
    console = Console()
    has_rejects = False
    for found in read_sources(texts_of([file])):
        rows = found if isinstance(found, Reject) else extract_one(extractor, found)
        if isinstance(rows, Reject):
            has_rejects = True
            _told(Console(stderr=True), str(rows))
        elif explain:
            console.print(explained(rows), ledger_line(rows))
        else:
            console.print(document_tree(rows))
    if has_rejects:
        raise typer.Exit(1)


@app.command()
def check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="Texts, their sidecars, or folders.",
            callback=_expect_sources,
        ),
    ],
    form: Annotated[
        CheckFormat, typer.Option("--format", help="How to say it.")
    ] = CheckFormat.text,
    sources: Annotated[
        Path, typer.Option("--sources", "-s", help="The folder that holds all sources.")
    ] = DOCUMENTS,
    output: Output = DATASETS,
    lexicons: Lexicons = LEXICONS,
    corrections: Corrections = SEEDS / "corrections.toml",
    allow: Annotated[
        list[str], typer.Option(metavar="CODE", help="Findings that are no errors this time.")
    ] = [],  # noqa: B006
    as_flow: Annotated[bool, typer.Option("--flow", help="Run it as a Prefect flow.")] = False,
) -> None:
    """Whether new texts are fit to come in: fit, fit with warnings (both exit with 0), or unfit (1).

    Each finding says where, what and what to do; docs/check.md tells more of each by its name. Only the files given are
    read; of the others the last release tells what must be known.
    """
    from flows.expecting import expecting
    from flows.findings import CODES

    if unknown := sorted(set(allow) - CODES.keys()):
        raise typer.BadParameter(f"--allow {', '.join(unknown)}: known are {', '.join(CODES)}")
    warnings.simplefilter("ignore")
    with expecting() as expectations:
        from flows.check import Order, check, check_as_flow
        from flows.report import as_github, as_json, as_sarif, print_screen
        from flows.stores import opened

        run = check_as_flow if as_flow else check
        with opened(output, "latest") as place:
            allowed = frozenset(allow)
            order = Order(tuple(paths), sources, place.folder, lexicons, corrections, allowed)
            checked = run(order, expectations)
    if form is CheckFormat.text:
        print_screen(Console(), checked)
    else:
        said = {
            CheckFormat.github: as_github,
            CheckFormat.json: as_json,
            CheckFormat.sarif: as_sarif,
        }
        typer.echo(said[form](checked), nl=False)
    if any(one.verdict == "unfit" for one in checked):
        raise typer.Exit(1)


@app.command()
def versions(output: Output = DATASETS) -> None:
    """The releases there are, newest last: when written, how many rows, by which code, and why."""
    from flows.releases import list_releases
    from flows.stores import opened

    with opened(output) as place:
        found = list_releases(place.folder)
        if not found:
            raise ReleaseError(f"no release in {output}; make one with `huiyi publish`")
        Console().print(versions_table(found))


@app.command()
def runs(
    output: Output = DATASETS,
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
) -> None:
    """The last runs that wrote to a folder, or from this machine to a store: when (UTC), how long, and what came of each.

    The seconds count from the start of the command. The whole records, with the seconds of each step and all that an
    error said, are the JSON files in its folder `runs`.
    """
    from flows.upload import mirrored
    from flows.watch import FOLDER, read_runs

    folder, _ = mirrored(output)
    found = read_runs(folder)
    if not found:
        raise ReleaseError(f"no run has left a record in {folder / FOLDER}")
    Console().print(Group(*runs_tables(found[-last:], folder / FOLDER)), crop=False)


@app.command()
def diff(
    old: Annotated[
        str, typer.Argument(help="A version, `latest`, or a folder that holds a release.")
    ],
    new: Annotated[str, typer.Argument(help="The one to compare it with.")] = "latest",
    table: Annotated[str | None, typer.Option(help="This table alone.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to say it.")] = Format.text,
    only_added: Annotated[
        bool,
        typer.Option(
            "--only-added", help="Exit with 1 if more has changed than that documents were added."
        ),
    ] = False,
    output: Output = DATASETS,
) -> None:
    """What changed from one release to another, and why: rows added and removed, cells old → new.

    The reasons: source_added, source_removed, source_changed, extractor_changed, correction, schema_changed.
    """
    from flows.diff import as_json, as_markdown, as_text, beside_additions, difference, of_table
    from flows.releases import read_release
    from flows.stores import opened

    with opened(output, old, new) as place:
        before, after = (read_release(place.folder, name).snapshot() for name in (old, new))
    if table and table not in (tables := {**before.tables, **after.tables}):
        raise typer.BadParameter(f"--table {table}: no such table; there are {', '.join(tables)}")
    changes = difference(before, after)
    if table:
        changes = of_table(changes, table)
    if form is Format.json:
        typer.echo(as_json(changes), nl=False)
    elif form is Format.markdown:
        typer.echo(as_markdown(changes, before, after), nl=False)
    else:
        typer.echo(as_text(changes, before, after) or "no difference", nl=changes.num_rows == 0)
    if only_added and (others := beside_additions(changes)).num_rows:
        _told(Console(stderr=True), _more_than_additions(others))
        raise typer.Exit(1)


def _more_than_additions(others: "pa.Table") -> str:
    from flows.diff import tally

    counts = [f"{table}: {n:,} {change} ({why})" for table, change, why, n in tally(others)]
    return "\n".join(["more has changed than that documents were added:", *counts])


@app.command()
def verify(
    version: Annotated[str, typer.Argument(help="A version, `latest`, or a folder.")] = "latest",
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources", "-s", help=f"The folder of the sources; {DOCUMENTS} if that is there."
        ),
    ] = None,
    output: Output = DATASETS,
    lexicons: Lexicons = LEXICONS,
) -> None:
    """Prove that a release is what was published: every byte, key and span, and its sources.

    Of sources that are not there the release can say nothing; how many were compared stands in the last line.
    """
    from flows import verify as verification
    from flows.releases import read_release
    from flows.sources import read_lexicons
    from flows.stores import opened
    from transforms.lexicon import Lexicon

    if sources and not sources.exists():
        raise typer.BadParameter(f"--sources {sources}: no such file or folder")
    folder = sources or DOCUMENTS
    codes = frozenset(Lexicon(read_lexicons(lexicons)).terms("divisions"))
    with opened(output, version, whole=True) as place:
        release = read_release(place.folder, version)
        verified = verification.verify(release, codes, folder)
        for problem in verified.problems:
            _told(Console(stderr=True), place.told(problem))
        if verified.problems:
            raise typer.Exit(1)
        where, compared = place.told(str(release.folder)), verified.compared
        documents = release.row_count("documents")
    whole = f"{release.version} in {where} is whole: checksums, tables, keys, spans"
    if compared == documents:
        whole += f" and {compared:,} source{'s' * (compared != 1)}."
    else:
        absent = "there" if folder.exists() else f"there: no folder {folder}"
        whole += f"; {documents - compared:,} of {documents:,} sources were not compared, for they are not {absent}."
    Console().print(escape(whole), highlight=False, soft_wrap=True)


@app.command()
def prove(
    row_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a row of any table.")],
    version: Annotated[str, typer.Option(help="The release: a version or `latest`.")] = "latest",
    sources: Annotated[
        Path, typer.Option("--sources", "-s", help="The folder of the sources.")
    ] = DOCUMENTS,
    output: Output = DATASETS,
    lexicons: Lexicons = LEXICONS,
    corrections: Corrections = SEEDS / "corrections.toml",
) -> None:
    """Where a row comes from: release, source, line, the sentence, the rule, what spoke for its topic; and whether it comes out again."""
    from flows import prove as proving
    from flows.corrections import read_corrections
    from flows.extraction import load_reader
    from flows.releases import read_release
    from flows.stores import opened

    reader, known = load_reader(lexicons), read_corrections(corrections)
    with opened(output, version) as place:
        release = read_release(place.folder, version)
        proof = proving.prove(release, row_id, sources, reader, known)
        where = place.told(str(release.folder))
    console = Console()
    grid = Table("", "", box=None, show_header=False, pad_edge=False)
    grid.columns[1].overflow = "fold"
    grid.add_row("release", f"{release.version} in {where}")
    for name, fact in proof.facts:
        grid.add_row(name, fact)
    console.print(grid)
    for objection in proof.objections:
        _told(console, objection)
    if proof.objections:
        raise typer.Exit(1)
    console.print("Extracting the document again gives the same row.", style="green")


@app.command()
def score(
    release: Annotated[str, typer.Argument(help="A folder that holds a release, or a version.")],
    gold_dir: Annotated[
        Path,
        typer.Argument(
            exists=True,
            file_okay=False,
            help="A folder of *.gold.json annotations; the project's is tests/golden.",
        ),
    ],
    form: Annotated[
        ScoreFormat, typer.Option("--format", help="How to say it.")
    ] = ScoreFormat.text,
    errors: Annotated[
        str | None, typer.Option(metavar="FIELD", help="List what differs in a table or field.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the figures there as well, as JSON.")
    ] = None,
    output: Output = DATASETS,
) -> None:
    """How well a release agrees with annotated texts: precision, recall and F1, with their bounds.

    A text that the release does not hold counts as missed. A programme and a citation count once for a text, by
    their names; the tables have a row for each mention.
    """
    from expectations.derive import to_json
    from flows.releases import read_release
    from flows.score import ERROR_FIELDS, score_folder
    from flows.stores import opened

    if errors and errors not in ERROR_FIELDS:
        raise typer.BadParameter(f"{errors}: name one of {', '.join(ERROR_FIELDS)}")
    is_folder = (Path(release) / "documents.parquet").exists()
    with opened(output, release) as place:
        folder = Path(release) if is_folder else read_release(place.folder, release).folder
        scored = score_folder(folder, gold_dir)
    figures = to_json(dict(scored.figures))
    if write:
        write.write_text(figures, encoding="utf-8")
    if errors:
        for miss in scored.misses:
            if miss.field == errors:
                typer.echo(f"{miss.text}\t{miss.what}")
    elif form is ScoreFormat.json:
        typer.echo(figures, nl=False)
    else:
        Console().print(*score_tables(scored.figures), sep="\n")


def main() -> None:
    """Run the command; what stops it is told in a line or two, with its exit code."""
    try:
        app()
    except StopError as stop:
        _told(Console(stderr=True), str(stop))
        sys.exit(stop.exit_code)
    except LexiconError as error:
        _told(Console(stderr=True), str(error))
        sys.exit(5)


if __name__ == "__main__":
    main()
