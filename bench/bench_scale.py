"""`huiyi publish` of many texts, end to end: beside a bare `jieba.cut`, with one and two processes, growing, and again.

    python bench/bench_scale.py [--sentences N] [HOW_MANY …]

With `--sentences`, a text has no more than so many, and nothing but growth is measured: memory with a million of them.
Without texts beside the repository the seed documents are read again and again. The seconds of a run are those of its record:
reading, extracting, validating, comparing, writing, reading back; the start of Prefect's server and of Python, and the
measure of quality that is taken meanwhile, are not among them.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from bench_extract import BULK, cutter, read_texts
from measurement import Measurement, at_least, at_most

from flows.corrections import Corrections
from flows.kept import Kept
from flows.sources import LEXICONS
from flows.workers import DOCUMENTS_PER_LOT, Lot, Workers
from transforms.source import Source

SIZES = (1_000, 10_000)
HUIYI = Path(sys.executable).parent / "huiyi"
_SAMPLE_SECONDS = 0.2
_TAGGED = 300
_DOCUMENTS_PER_SHARD = 25
"""As many as shards of the texts beside the repository have."""


@dataclass(frozen=True)
class Run:
    """What a run's record says, and the most memory of their own that it and its children held together, in MB."""

    record: dict[str, Any]
    peak_megabytes: float

    @property
    def seconds(self) -> float:
        """Of the whole flow, without what is loaded before it begins."""
        return float(self.record["seconds"] - self.record["steps"]["Starting"])

    @property
    def extraction(self) -> float:
        """Of the step that extracts."""
        return float(self.record["steps"]["Extracting"])


def multiplied(texts: Sequence[str], how_many: int) -> Iterator[str]:
    """The texts, and as many more as are wanted: each sentence from where it stands in some text, so that none repeats
    another.
    """
    sentences = [text.replace("。", "。\n").splitlines(keepends=True) for text in texts]
    for number in range(how_many):
        if number < len(texts):
            yield texts[number]
            continue
        draw = random.Random(number)
        drawn = (draw.choice(sentences) for _ in sentences[number % len(texts)])
        yield "".join(some[at % len(some)] for at, some in enumerate(drawn))


def shortened(text: str, sentences: int) -> str:
    """The first sentences of a text, its headline with them."""
    return "".join(f"{sentence}。" for sentence in text.split("。")[:sentences])


def write_texts(texts: Sequence[str], how_many: int, path: Path) -> Path:
    """So many texts as JSON Lines."""
    with path.open("w", encoding="utf-8") as lines:
        for text in multiplied(texts, how_many):
            lines.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return path


def publish(sources: Path, output: Path, *options: str) -> Run:
    """Publish in a process of its own."""
    command = [str(HUIYI), "publish", "-s", str(sources), "-o", str(output), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peaks = [0.0]
    watcher = threading.Thread(target=_watch, args=(psutil.Process(process.pid), peaks))
    watcher.start()
    _, said = process.communicate()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: {said.decode()}")
    newest = max((output / "runs").glob("*.json"))
    return Run(json.loads(newest.read_text(encoding="utf-8")), peaks[0])


def _watch(process: psutil.Process, peaks: list[float]) -> None:
    """Add up what a process and its children hold, until it ends.

    Pages of files that are mapped are left out where the system tells them apart: it takes them back when it wants. A
    page that a process shares with those it forked is counted once.
    """
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        held = 0
        for one in (process, *process.children(recursive=True)):
            try:
                held += _own_bytes(one)
            except (psutil.Error, OSError):
                continue
        peaks.append(max(peaks.pop(), held / 1e6))
        time.sleep(_SAMPLE_SECONDS)


def _own_bytes(process: psutil.Process) -> int:
    """The memory of its own that a process holds; of what is shared with others its part, where Linux tells it."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if rollup.exists():
        for line in rollup.read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return 1024 * int(line.split()[1])
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def extraction_seconds(texts: Sequence[str], processes: int, work: Path) -> float:
    """What so many processes take to extract the texts and to keep what that gives, once they have loaded what they need;
    unlike in a whole run, nothing is validated meanwhile.
    """
    folder = work / f"kept{processes}"
    folder.mkdir()
    with Workers(processes, LEXICONS) as workers, ThreadPoolExecutor(processes) as threads:
        extract = partial(workers.extract, LEXICONS, Corrections("", ()), Kept(folder))
        lots = [*_lots(texts)]
        workers.expect(len(texts))
        list(threads.map(extract, lots[:processes]))
        return _seconds(lambda: list(threads.map(extract, lots)))


def _lots(texts: Sequence[str]) -> Iterator[Lot]:
    sources = [Source(f"{n}.txt", text.encode()) for n, text in enumerate(texts)]
    for lot in range(0, len(sources), DOCUMENTS_PER_LOT):
        end = min(lot + DOCUMENTS_PER_LOT, len(sources))
        starts = range(lot, end, _DOCUMENTS_PER_SHARD)
        yield [(str(at), sources[at : min(at + _DOCUMENTS_PER_SHARD, end)]) for at in starts]


def cut_seconds(texts: Sequence[str]) -> float:
    """What a bare jieba takes, of the wall clock, its dictionary loaded."""
    cut = cutter()
    cut(texts[:1])
    return _seconds(lambda: cut(texts))


def tag_seconds(texts: Sequence[str]) -> float:
    """What a bare jieba takes that tags words with their parts of speech: told from some of the texts."""
    import jieba.posseg

    tagger = jieba.posseg.POSTokenizer(jieba.Tokenizer())
    list(tagger.cut(texts[0]))
    some = texts[:: max(1, len(texts) // _TAGGED)]
    seconds = _seconds(lambda: [list(tagger.cut(text)) for text in some])
    return seconds * sum(map(len, texts)) / sum(map(len, some))


def copy_seconds(source: Path, output: Path) -> float:
    """What it takes to read the texts and to write all files of the newest release, and nothing else."""
    files = [path for path in (output / "latest").rglob("*") if path.is_file()]
    contents = [path.read_bytes() for path in files]
    copy = output / "copy"

    def read_and_write() -> None:
        source.read_bytes()
        for content in contents:
            with copy.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())

    return _seconds(read_and_write)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(sizes: Sequence[int] = SIZES, sentences: int | None = None) -> Iterator[Measurement]:
    """One process against two and against jieba on the texts as they are, then growth, then one text more."""
    texts = read_texts(BULK, 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if sentences is None:
            yield from _beside_jieba(texts, work)
        else:
            texts = [shortened(text, sentences) for text in texts]
        yield from _growing(texts, sizes, work)


def _beside_jieba(texts: Sequence[str], work: Path) -> Iterator[Measurement]:
    all_texts = write_texts(texts, len(texts), work / "all.jsonl")
    one, two = (publish(all_texts, work / n, "--workers", n) for n in ("1", "2"))
    jieba = cut_seconds(texts)
    yield Measurement(f"bare jieba.cut of {len(texts):,} texts", f"{jieba:.1f} s")
    yield Measurement("bare jieba.posseg.cut / jieba.cut", f"{tag_seconds(texts) / jieba:.2f}")
    copying = copy_seconds(all_texts, work / "2")
    yield Measurement(
        "plain reading and writing of the same bytes / jieba.cut", f"{copying / jieba:.3f}"
    )
    yield Measurement("publish, 1 process / jieba.cut", f"{one.seconds / jieba:.2f}")
    yield at_most("publish, 2 processes / jieba.cut", two.seconds / jieba, 1.0)
    for name, seconds in two.record["steps"].items():
        yield Measurement(f"  of which {name}", f"{seconds / jieba:.2f}")
    ratio = one.extraction / two.extraction
    yield Measurement("extraction, 1 process / 2, validated meanwhile", f"{ratio:.2f}")
    alone, together = (extraction_seconds(texts, processes, work) for processes in (1, 2))
    yield at_least("extraction alone, 1 process / 2", alone / together, 1.7)


def _growing(texts: Sequence[str], sizes: Sequence[int], work: Path) -> Iterator[Measurement]:
    runs = []
    for size in sizes:
        sources = write_texts(texts, size, work / f"{size}.jsonl")
        runs.append(publish(sources, work / f"out{size}", "--workers", "2"))
        yield Measurement(f"publish of {size:,} texts, 2 processes", f"{runs[-1].seconds:.1f} s")
        yield Measurement("  peak memory of all processes", f"{runs[-1].peak_megabytes:,.0f} MB")
    for before, after, small, large in zip(runs, runs[1:], sizes, sizes[1:], strict=False):
        bound = 1.05 * large / small
        yield at_most(f"{large:,} texts / {small:,}", after.seconds / before.seconds, bound)
    sources = write_texts(texts, sizes[-1] + 1, work / f"{sizes[-1]}.jsonl")
    again = publish(sources, work / f"out{sizes[-1]}", "--workers", "2")
    yield at_most(
        f"{sizes[-1]:,} texts and one more / from nothing", again.seconds / runs[-1].seconds, 0.03
    )
    yield Measurement("  documents kept", f"{again.record['kept_documents']:,}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", metavar="HOW_MANY")
    parser.add_argument("--sentences", type=int)
    given = parser.parse_args()
    for measurement in measure(given.sizes or SIZES, given.sentences):
        print(f"{measurement.name}: {measurement.value} {measurement.bound}".rstrip(), flush=True)
