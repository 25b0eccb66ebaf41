"""Extraction on one core beside a bare `jieba.cut` over the same texts, in turns, and its peak memory; compiled too, if it is.

    python bench/bench_extract.py [TEXTS.jsonl.gz [HOW_MANY]]

Without texts beside the repository the seed documents are read again and again.
"""

import gc
import gzip
import itertools
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measurement import Measurement, at_least, at_most

ROOT = Path(__file__).parent.parent
BULK = ROOT.parent / "shared" / "bulk" / "meetings.jsonl.gz"
HOW_MANY = 1500
ROUNDS = 8
"""As often the readers read in turn, each time other texts."""

Read = Callable[[Iterable[str]], None]


@dataclass(frozen=True)
class Reader:
    """A function that reads texts, in a process of its own in which what it needs is loaded."""

    process: ProcessPoolExecutor

    @classmethod
    def start(cls, prepare: Callable[[], Read], some: Sequence[str]) -> "Reader":
        """The process reads some texts once: a single text may not ask for what is loaded when it is asked for, such as
        the dictionary.
        """
        reader = cls(ProcessPoolExecutor(1, multiprocessing.get_context("spawn")))
        reader.process.submit(_prepare, prepare, some).result()
        return reader

    def seconds(self, texts: Sequence[str]) -> float:
        """What it takes to read the texts, by the processor's clock."""
        return self.process.submit(_seconds, texts).result()

    def stop(self) -> float:
        """End the process; its peak memory in MB."""
        peak = self.process.submit(_peak_megabytes).result()
        self.process.shutdown()
        return peak


def read_texts(path: Path, how_many: int) -> list[str]:
    """Every n-th text, so that a part stands for the whole."""
    if not path.exists():
        seeds = [
            p.read_text(encoding="utf-8") for p in sorted((ROOT / "seeds/documents").rglob("*.txt"))
        ]
        return list(itertools.islice(itertools.cycle(seeds), 200))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return texts[:: max(1, len(texts) // how_many)]


def cutter() -> Read:
    """A bare jieba, its dictionary loaded."""
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()

    def cut(texts: Iterable[str]) -> None:
        for text in texts:
            list(tokenizer.cut(text))

    return cut


def extractor() -> Read:
    """The whole extraction, lexicons loaded; a rejected text costs what it costs."""
    from flows.extraction import read_in_turns
    from flows.sources import read_lexicons
    from flows.workers import OBJECTS_BEFORE_GARBAGE
    from transforms.extract import Extractor
    from transforms.lexicon import Lexicon
    from transforms.source import Source

    whole = Extractor(Lexicon(read_lexicons()))
    whole.prepare()
    # As where texts are extracted to be published (`flows.warm`, `flows.workers`).
    gc.set_threshold(OBJECTS_BEFORE_GARBAGE)
    gc.freeze()

    def extract(texts: Iterable[str]) -> None:
        sources = (Source("text.txt", text.encode()) for text in texts)
        for _ in read_in_turns(whole, sources):
            pass

    return extract


def python_extractor() -> Read:
    """The same in Python, though it has been compiled."""
    os.environ["HUIYI_COMPILED"] = "off"
    return extractor()


def is_built() -> bool:
    """Whether `make compiled` has compiled these sources."""
    from flows.compiled import find_build

    return find_build() is not None


_reads: list[Read] = []
"""What a reader's process reads with, once it is prepared."""


def _prepare(prepare: Callable[[], Read], some: Sequence[str]) -> None:
    _reads.append(prepare())
    _seconds(some)


def _seconds(texts: Sequence[str]) -> float:
    began = time.process_time()
    _reads[-1](texts)
    return time.process_time() - began


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(path: Path = BULK, how_many: int = HOW_MANY) -> Iterator[Measurement]:
    """All readers in turn, each in a process of its own; the bounds are the compiled one's where there is one.

    A ratio is the median of those of all rounds, so that what else the machine does meanwhile counts little.
    """
    texts = read_texts(path, how_many)
    prepared = {"jieba": cutter, "Python": python_extractor}
    if is_built():
        prepared["compiled"] = extractor
    readers = {name: Reader.start(how, texts[:20]) for name, how in prepared.items()}
    rounds = [texts[at::ROUNDS] for at in range(ROUNDS)]
    took = [{name: one.seconds(some) for name, one in readers.items()} for some in rounds]
    peaks = {name: reader.stop() for name, reader in readers.items()}
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    speeds = {name: megabytes / sum(one[name] for one in took) for name in readers}
    ratios = {name: median(one["jieba"] / one[name] for one in took) for name in readers}
    cut = speeds.pop("jieba")
    yield Measurement("bare jieba.cut, one core", f"{cut:.2f} MB/s of {megabytes:.1f} MB")
    for how, speed in speeds.items():
        name = f"extraction of all tables, one core, {how}"
        yield Measurement(name, f"{speed:.2f} MB/s, {ratios[how]:.2f} of jieba.cut's")
    how = [*speeds][-1]
    name = f"extraction ({how}) / jieba.cut, median of {ROUNDS} rounds in turn"
    yield at_least(name, ratios[how], 0.7)
    yield at_most(f"peak memory of it ({how})", peaks[how], 500, " MB")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    path = Path(arguments[0]) if arguments else BULK
    print(*measure(path, int(arguments[1]) if len(arguments) > 1 else HOW_MANY), sep="\n")
