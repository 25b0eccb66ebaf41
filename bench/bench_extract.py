"""Extraction on one core beside a bare `jieba.cut` over the same texts, and its peak memory; compiled too, if it is.

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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from measurement import Measurement, at_least, at_most

ROOT = Path(__file__).parent.parent
BULK = ROOT.parent / "shared" / "bulk" / "meetings.jsonl.gz"
HOW_MANY = 1500


@dataclass(frozen=True)
class Run:
    """What one process did: bytes read, seconds taken, its peak memory in MB."""

    megabytes: float
    seconds: float
    peak_megabytes: float

    @property
    def speed(self) -> float:
        """MB of UTF-8 a second."""
        return self.megabytes / self.seconds


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


def cutter() -> Callable[[Iterable[str]], None]:
    """A bare jieba, its dictionary loaded."""
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()

    def cut(texts: Iterable[str]) -> None:
        for text in texts:
            list(tokenizer.cut(text))

    return cut


def extractor() -> Callable[[Iterable[str]], None]:
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


def python_extractor() -> Callable[[Iterable[str]], None]:
    """The same in Python, though it has been compiled."""
    os.environ["HUIYI_COMPILED"] = "off"
    return extractor()


def is_built() -> bool:
    """Whether `make compiled` has compiled these sources."""
    from flows.compiled import find_build

    return find_build() is not None


def run(prepare: Callable[[], Callable[[Iterable[str]], None]], path: Path, how_many: int) -> Run:
    """Time one reader over all texts by the processor's clock, its preparation aside."""
    texts, read = read_texts(path, how_many), prepare()
    # A single text may not ask for what is loaded when it is asked for, such as the dictionary.
    read(texts[:20])
    began = time.process_time()
    read(texts)
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(sum(len(t.encode()) for t in texts) / 1e6, took, peak)


def measure(path: Path = BULK, how_many: int = HOW_MANY) -> Iterator[Measurement]:
    """All readers, each in a process of its own; the bounds are the compiled one's where there is one."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        cut = pool.apply(run, (cutter, path, how_many))
        runs = {"Python": pool.apply(run, (python_extractor, path, how_many))}
        if is_built():
            runs["compiled"] = pool.apply(run, (extractor, path, how_many))
    yield Measurement("bare jieba.cut, one core", f"{cut.speed:.2f} MB/s of {cut.megabytes:.1f} MB")
    for how, extraction in runs.items():
        name = f"extraction of all tables, one core, {how}"
        ratio = extraction.speed / cut.speed
        yield Measurement(name, f"{extraction.speed:.2f} MB/s, {ratio:.2f} of jieba.cut's")
    how, extraction = runs.popitem()
    yield at_least(f"extraction ({how}) / jieba.cut", extraction.speed / cut.speed, 0.7)
    yield at_most(f"peak memory of it ({how})", extraction.peak_megabytes, 500, " MB")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    path = Path(arguments[0]) if arguments else BULK
    print(*measure(path, int(arguments[1]) if len(arguments) > 1 else HOW_MANY), sep="\n")
