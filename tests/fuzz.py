"""Mutated files of every kind, read as sources are: nothing may crash, hang or eat memory, and each reject has a reason.

    python tests/fuzz.py [NUMBER] [--first NUMBER] [--seed SEED] [--workers N] [--only NUMBER]

Prints counts by kind and outcome; exits with 1 if an input did what it must not. An input depends on the seed and its
number alone, so that `--only` makes it again and says what becomes of it.
"""

import argparse
import gzip
import io
import itertools
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import files
import pyarrow as pa

from flows import sandbox
from flows.corrections import Corrections
from flows.extraction import Reader, extract_shard, load_reader
from flows.sources import LEXICONS, read_lexicons, read_sources
from transforms.encoding import decode

SECONDS, MEGABYTES = 2.0, 1_000
"""What one input may take of CPU time, all processes together, and what any process may hold."""
_STUCK = 30
"""After so many seconds of CPU time an input is given up."""
_TEXTS = Path(__file__).parent / "golden" / "texts"
_NAMES = ("yunxi-economic-conference", "wangchuan-standing-committee", "qinglan-cities-symposium")
_PARAGRAPHS = 5
_TEXT = "会议强调，要抓好落实。"
_AT_ONCE = 100

# --- What is mutated ---------------------------------------------------------------------------------------------------

_SIDECAR = """publisher = "云溪日报"
published_on = 2023-01-04
source_url = "https://example.org/2023/0104.html"
licence = "CC-BY-4.0"
retrieved_on = 2023-02-01
note = "Page 1."
"""


def _rows(report: Sequence[str]) -> list[dict[str, object]]:
    about = {"publisher": "云溪日报", "published_on": "2023-01-04", "licence": "CC0-1.0"}
    return [{"id": n, "text": "\n".join(report[n:]), **about} for n in range(2)]


def _zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def _encoded(encoding: str, report: Sequence[str]) -> bytes:
    return "\n".join(report).encode(encoding, "ignore")


# XML has no such characters, not even as references.
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def _those_of(encoding: str, report: Sequence[str]) -> list[str]:
    """The characters that an encoding has."""
    return [line.encode(encoding, "ignore").decode(encoding) for line in report]


# Kind -> the ending of its name, how a file is made, and how many of a thousand inputs are of it. Each Parquet file starts
# a process, so that there are fewer of them.
KINDS: dict[str, tuple[str, Callable[[Sequence[str]], bytes], int]] = {
    "txt utf-8": (".txt", partial(_encoded, "utf-8"), 254),
    "txt utf-8 bom": (".txt", partial(_encoded, "utf-8-sig"), 30),
    "txt utf-16": (".txt", partial(_encoded, "utf-16"), 50),
    "txt gb18030": (".txt", partial(_encoded, "gb18030"), 60),
    "txt big5": (".txt", partial(_encoded, "big5"), 50),
    "html": (".html", files.page, 130),
    "html gb2312": (".htm", lambda r: files.page(_those_of("gb2312", r), "gb2312"), 30),
    "pdf": (".pdf", lambda r: files.newspaper(r, 2), 90),
    "docx": (".docx", lambda r: files.word([_NO_XML.sub("", line) for line in r]), 90),
    "jsonl": (".jsonl", lambda r: files.json_lines(*_rows(r)), 80),
    "jsonl.gz": (".jsonl.gz", lambda r: gzip.compress(files.json_lines(*_rows(r))), 30),
    "jsonl.zst": (".jsonl.zst", lambda r: _zstd(files.json_lines(*_rows(r))), 30),
    "parquet": (".parquet", lambda r: files.parquet(_rows(r)), 6),
    "sidecar": (".toml", lambda _: _SIDECAR.encode(), 70),
}


@cache
def _reports() -> list[list[str]]:
    """The beginnings of some of the project's own texts, a paragraph a line."""
    texts = (decode((_TEXTS / f"{name}.txt").read_bytes()).text for name in _NAMES)
    return [[line for line in text.splitlines() if line.strip()][:_PARAGRAPHS] for text in texts]


# --- How ---------------------------------------------------------------------------------------------------------------

# fmt: off
_MARKS = list("（）()“”\"'《》【】、，。；：—-…·○①１%𠮷")
_BLANKS = ["\u3000", "\n", "\r", "\t", "\f", "\u2028", "\x85", " "]
_TOKENS = [
    *_MARKS, *_BLANKS, "\0", "\x1b[2J", "\x7f", "\u202e", "\u2066", "\ufeff", "\ufffd", "\u200b", "\U000e0001",
    "<div>", "</div>", "<p", "<!--", "<![CDATA[", "&#0;", "&#x202e;", "&#xd800;", "&lt", "<script>", "<table><tr><td>",
    "<!DOCTYPE x [<!ENTITY a 'a'>]>", "<w:p>", "</w:t>", "<w:tbl>", "<w:br/>", "xmlns:w=''", "standalone='maybe'",
    "/Kids [2 0 R]", "/Count -1", "/Count 999999999", "/MediaBox [0 0 0 0]", "stream\n", "endstream", "1 0 R", " Td", "<<",
    '{"text":', "\\ud800", "\\u0000", "null", "1e999", "NaN", "[[[[[[", "}", "'''", "= ", "[a]\n", "9999-99-99",
    "PAR1", "PK\x03\x04", "=cmd|' /C calc'!A0", "../../x", "-0", "99999999999999999999", "\xff\xfe",
]
# fmt: on


@cache
def _words() -> list[str]:
    """What the rules themselves give as examples, and marks that make something else of what stands beside them."""
    rule_files = (text for name, text in read_lexicons().items() if name.endswith(".toml"))
    rules = (r for text in rule_files for rules in tomllib.loads(text).values() for r in rules)
    examples = {example for r in rules for example in (*r["examples"], *r["counterexamples"])}
    return [*sorted(re.sub("[【】]", "", e) for e in examples), *_MARKS * 20, *_BLANKS * 20]


_ENCODINGS = ("utf-8", "utf-8", "gb18030", "utf-16-le", "big5")


def _token(draw: random.Random) -> bytes:
    """Something that some parser reads in its own way, perhaps very often."""
    times = draw.choice((1, 1, 1, 2, 3, 50, 2_000))
    return (draw.choice(_TOKENS) * times).encode(draw.choice(_ENCODINGS), "ignore")


def _changed(draw: random.Random, part: bytes) -> bytes:
    """What stands in the place of some bytes."""
    how = draw.choice(("before", "token", "random", "gone", "again", "flipped", "backwards"))
    if how == "before":
        return _token(draw) + part
    if how == "token":
        return _token(draw)
    if how == "random":
        return draw.randbytes(draw.randint(1, 20))
    if how == "again":
        return part * draw.choice((2, 3, 30))
    if how == "flipped":
        return bytes(byte ^ 1 << draw.randint(0, 7) for byte in part)
    return part[::-1] if how == "backwards" else b""


def mutated(draw: random.Random, content: bytes) -> bytes:
    """The bytes with some of them changed, left out, put elsewhere, or with others among them."""
    for _ in range(draw.choice((1, 1, 2, 3, 5, 10))):
        at, to = sorted((draw.randint(0, len(content)), draw.randint(0, len(content))))
        if draw.random() < 0.7:
            to = min(to, at + draw.randint(1, 40))
        content = content[:at] + _changed(draw, content[at:to])[:200_000] + content[to:]
        if draw.random() < 0.05:
            content = content[: draw.randint(0, len(content))]
    return content


def _mutated_words(draw: random.Random, words: str) -> str:
    """A text with others of its words, or other words, where some of them stood."""
    for _ in range(draw.choice((1, 2, 4, 8))):
        at, to = draw.randint(0, len(words)), draw.randint(0, len(words))
        some = words[at : at + draw.randint(1, 30)]
        new = draw.choice((some, some * 20, draw.choice(_words()), draw.choice(_words()) * 50, ""))
        words = words[:to] + new + words[to + draw.choice((0, 0, 1, len(some), 100)) :]
    return words


def _mutated_word(draw: random.Random, content: bytes) -> bytes:
    """A Word file one of whose parts is changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        names = old.namelist()
        chosen = draw.choice([files.BODY] * 4 + names)
        for name in names:
            part = old.read(name)
            new.writestr(name, mutated(draw, part) if name == chosen else part)
    return file.getvalue()


def _mutated_rows(draw: random.Random, report: Sequence[str]) -> bytes:
    """A Parquet file whose values or types are not what is asked for."""
    values = [
        None,
        1,
        -1.5,
        True,
        [None],
        {"a": [1]},
        b"\xff",
        "\n".join(report),
        "",
        _TEXT,
        "\0",
        "=1+1",
    ]
    names = ("text", "publisher", "published_on", "licence", "text\x1b")
    row = {name: draw.choice(values) for name in names if draw.random() < 0.7}
    return files.parquet(
        [row] * draw.randint(1, 3), compression=draw.choice(("none", "snappy", "zstd"))
    )


def kind_of(seed: int, number: int) -> str:
    """The kind of an input."""
    weights = [weight for _, _, weight in KINDS.values()]
    [kind] = random.Random(f"{seed}/{number}/kind").choices(list(KINDS), weights)
    return kind


def input_of(seed: int, number: int) -> tuple[str, dict[str, bytes]]:
    """The kind of an input, and its files by name."""
    draw, kind = random.Random(f"{seed}/{number}"), kind_of(seed, number)
    suffix = KINDS[kind][0]
    report = draw.choice(_reports())
    if is_of_words := draw.random() < 0.5:
        report = _mutated_words(draw, "\n".join(report)).split("\n")
    # Others are left as they are, to be read to the end.
    if not is_of_words or draw.random() < 0.3:
        content = _mutated_file(draw, kind, report)
    else:
        content = KINDS[kind][1](report)
    beside = {"a.txt": _encoded("utf-8", report)} if kind == "sidecar" else {}
    return kind, {f"a{suffix}": content, **beside}


def _mutated_file(draw: random.Random, kind: str, report: Sequence[str]) -> bytes:
    """A file of that kind that was changed, at times before it was packed."""
    if kind == "parquet" and draw.random() < 0.4:
        return _mutated_rows(draw, report)
    content = KINDS[kind][1](report)
    if kind == "docx" and draw.random() < 0.8:
        return _mutated_word(draw, content)
    if kind in ("jsonl.gz", "jsonl.zst") and draw.random() < 0.5:
        plain = mutated(draw, KINDS["jsonl"][1](report))
        return gzip.compress(plain) if kind == "jsonl.gz" else _zstd(plain)
    return mutated(draw, content)


# --- What becomes of them ----------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What became of an input: the kind of its end, and why it is a fault of the program, if it is one."""

    number: int
    kind: str
    end: str
    seconds: float
    fault: str | None = None


class _StuckError(BaseException):
    """An input takes far too long."""


def _give_up(*_: object) -> None:
    raise _StuckError


@cache
def _reader() -> Reader:
    return load_reader(LEXICONS)


def outcome_of(seed: int, number: int) -> Outcome:
    """Read an input as `huiyi publish` does, in a folder of its own."""
    kind, found = input_of(seed, number)
    _reader()
    signal.signal(signal.SIGPROF, _give_up)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in found.items():
            (Path(folder) / name).write_bytes(content)
        began = _cpu_seconds()
        signal.setitimer(signal.ITIMER_PROF, _STUCK)
        try:
            end, fault = _read(Path(folder))
        except Exception as error:
            end, fault = "CRASH", repr(error)
        except _StuckError:
            end, fault = "STUCK", f"more than {_STUCK} s"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        seconds = _cpu_seconds() - began
    if not fault and seconds > SECONDS:
        fault = f"took {seconds:.1f} s of CPU time"
    return Outcome(number, kind, end, seconds, fault)


def _read(folder: Path) -> tuple[str, str | None]:
    """How reading ended, and what is wrong with that."""
    shard = extract_shard(_reader(), Corrections("", ()), list(read_sources([folder])))
    for reject in shard.rejects:
        if not reject.reason.isprintable() or not re.search("; .", reject.reason):
            return (
                "BAD REASON",
                f"a reject without a remedy, or with what is not printable: {reject}",
            )
    documents = shard.tables["documents"].num_rows
    if shard.rejects:
        return "rejected in part" if documents else "rejected", None
    return "released" if documents else "nothing to read", None


def _cpu_seconds() -> float:
    """The CPU time of this process, of those that it has waited for, and of the parser's."""
    own, ended = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    ticks = 0
    for process in sandbox._current:
        if process.is_alive():
            told = Path(f"/proc/{process._child.pid}/stat").read_text().rpartition(")")[2].split()
            ticks = int(told[11]) + int(told[12])
    return (
        own.ru_utime
        + own.ru_stime
        + ended.ru_utime
        + ended.ru_stime
        + ticks / os.sysconf("SC_CLK_TCK")
    )


def peak_megabytes() -> float:
    """The most memory that this process, or one that it has waited for, ever held."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) / 1_000


def run(seed: int, numbers: Sequence[int]) -> tuple[list[Outcome], float]:
    """What becomes of some inputs, and the most memory that they took."""
    outcomes = [outcome_of(seed, number) for number in numbers]
    for process in sandbox._current:
        process.end()
    return outcomes, peak_megabytes()


def main() -> int:
    """Read as many inputs as asked for, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", type=int)
    asked = parser.parse_args()
    numbers = range(asked.first, asked.first + asked.number)
    if asked.only is not None:
        numbers = range(asked.only, asked.only + 1)
    outcomes, peak, began = [], 0.0, time.time()
    parts = [numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE)]
    with ProcessPoolExecutor(asked.workers) as pool:
        for some, megabytes in pool.map(run, itertools.repeat(asked.seed), parts):
            outcomes += some
            peak = max(peak, megabytes)
            for one in some:
                if one.fault:
                    print(f"FAULT --seed {asked.seed} --only {one.number}: {one}", flush=True)
    for line in report(outcomes):
        print(line)
    print(f"peak memory {peak:,.0f} MB, of at most {MEGABYTES:,}; {time.time() - began:,.0f} s")
    return 1 if any(o.fault for o in outcomes) or peak > MEGABYTES else 0


def report(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Counts by kind and end, and the slowest."""
    ends = sorted({o.end for o in outcomes})
    counts = Counter((o.kind, o.end) for o in outcomes)
    yield f"{'':16}" + "".join(f"{end:>18}" for end in ends)
    for kind in (*dict.fromkeys(kind for kind in KINDS if any(o.kind == kind for o in outcomes)),):
        yield f"{kind:16}" + "".join(f"{counts[kind, end]:18,}" for end in ends)
    of_end = Counter(o.end for o in outcomes)
    yield f"{len(outcomes):<16,}" + "".join(f"{of_end[end]:18,}" for end in ends)
    slowest = max(outcomes, key=lambda o: o.seconds)
    faults = sum(o.fault is not None for o in outcomes)
    yield f"{faults} faults; the slowest took {slowest.seconds:.2f} s of CPU time ({slowest.kind}, --only {slowest.number})"


if __name__ == "__main__":
    sys.exit(main())
