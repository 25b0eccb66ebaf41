"""The topic of each clause: a weighted vote of the terms in and around it.

Two lists say what a term speaks for: `topic_terms.csv`, made by hand (a term and its topic), and `topic_weights.csv`
(a term and what it adds to each topic, in hundredths, learned from labelled clauses by `bench/train_topics.py`; there
`@15` stands for any hand-listed term of topic 15, `@bias` for none). The clause itself votes first; its neighbours, the
opening of its paragraph, the headings above it and the title vote with less. The topic with the highest sum wins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.lexicon import Lexicon
from transforms.text import Text

# How much each place counts beside the clause itself, chosen by cross-validation over whole documents.
PLACES = {
    "clause": 1.0,
    "before": 0.45,
    "after": 0.3,
    "sentence_before": 0.15,
    "opening": 0.3,
    "task": 0.45,
    "heading": 0.45,
}
TITLE, LISTED = 0.15, 0.7
_LONGEST_RUN = 4
_HEADING_LENGTH, _HEADING_DISTANCE = 32, 8
_FEW_TERMS = 4

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]] | Sequence[int]


class Topics:
    """Topics by the terms of `topic_terms.csv` and `topic_weights.csv`."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._listed = lexicon.mapping("topic_terms", "topic")
        self._lengths = _lengths(self._listed)
        rows = {r["term"]: _read_weights(r["weights"]) for r in lexicon.table("topic_weights")}
        self.codes = sorted({code for weights in rows.values() for code in weights})
        self._row = {term: number for number, term in enumerate(rows)}
        self._learned = {term: n for term, n in self._row.items() if term[0] != "@"}
        self._weights = np.zeros((len(rows), len(self.codes)))
        for term, number in self._row.items():
            for code, weight in rows[term].items():
                self._weights[number, self.codes.index(code)] = weight

    def of(self, text: Text, title: str, tasks: Sequence[int]) -> list[int]:
        """The topic code of every clause of a text; `tasks` are the offsets of the headings of numbered tasks."""
        if not text.clauses:
            return []
        learned, sizes, listed = self._sums(text.plain, [c.end for c in text.clauses])
        scores = np.tile(self._weights[self._row["@bias"]], (len(text.clauses), 1))
        for place, (first, last) in places(text, tasks).items():
            scores += PLACES[place] * _vote(
                learned[last] - learned[first],
                sizes[last] - sizes[first],
                listed[last] - listed[first],
            )
        heading, heading_size, heading_listed = self._sums(title, [len(title)])
        scores += TITLE * _vote(heading[1:], heading_size[1:], heading_listed[1:])
        return [self.codes[best] for best in scores.argmax(axis=1)]

    def listed(self, words: str) -> Iterator[tuple[int, str]]:
        """The hand-listed terms in words, the longest at each place: where each begins, and its topic."""
        done = 0
        for start, pair in enumerate(map(add, words, words[1:])):
            if pair not in self._lengths or start < done:
                continue
            for length in self._lengths[pair]:
                if topic := self._listed.get(words[start : start + length]):
                    yield start, topic
                    done = start + length
                    break

    def _sums(self, words: str, ends: Sequence[int]) -> tuple[Floats, Floats, Floats]:
        """Running sums up to each end, nothing before the first: learned weights, their number, hand-listed weights.

        >>> files = {"topic_terms.csv": "term,topic\\n耕地,4\\n"}
        >>> files["topic_weights.csv"] = "term,weights\\n@bias,4:0 7:0\\n@4,4:50\\n保护,7:30\\n"
        >>> Topics(Lexicon(files))._sums("要保护，保护耕地。", [4, 9])
        (array([[ 0.,  0.],
               [ 0., 30.],
               [ 0., 60.]]), array([0., 1., 2.]), array([[ 0.,  0.],
               [ 0.,  0.],
               [50.,  0.]]))
        """
        learned = np.zeros((len(ends) + 1, len(self.codes)))
        sizes = np.zeros(len(ends) + 1)
        for found in runs(words):
            places = np.fromiter(map(self._learned.get, found, repeat(-1)), np.int32, len(found))
            starts = np.flatnonzero(places >= 0)
            learned += self._running(starts, places[starts], ends)
            sizes[1:] += np.searchsorted(starts, ends)
        listed = list(self.listed(words))
        rows = [self._row[f"@{topic}"] for _, topic in listed]
        return learned, sizes, self._running([start for start, _ in listed], rows, ends)

    def _running(self, starts: Integers, rows: Integers, ends: Sequence[int]) -> Floats:
        """The weights in these rows, of terms that start there, summed up to each end."""
        sums = np.zeros((len(rows) + 1, len(self.codes)))
        np.cumsum(self._weights[rows], axis=0, out=sums[1:])
        return sums[[0, *np.searchsorted(starts, ends)]]


def runs(words: str) -> Iterator[list[str]]:
    """The runs of two, of three and of four characters, in the order of their first.

    >>> list(runs("治污水"))
    [['治污', '污水'], ['治污水'], []]
    """
    found: Sequence[str] = words
    for length in range(1, _LONGEST_RUN):
        found = list(map(add, found, words[length:]))
        yield found


def places(
    text: Text, tasks: Sequence[int]
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For each place of `PLACES` the ranges of clauses that vote there, one range a clause (empty where none does)."""
    clauses = text.clauses
    ranges: dict[str, list[tuple[int, int]]] = {place: [] for place in PLACES}
    headings = _heading_lines(text)
    sentence = before = paragraph = (
        0  # the first clauses of this sentence, of the one before, of this paragraph
    )
    task, remaining = (0, 0), sorted(tasks, reverse=True)
    ends = _sentence_ends(text)
    for index, clause in enumerate(clauses):
        if index and clause.paragraph != clauses[index - 1].paragraph:
            sentence = before = paragraph = index
        elif index and clause.sentence != clauses[index - 1].sentence:
            before, sentence = sentence, index
        while remaining and remaining[-1] < clause.end:
            remaining.pop()
            task = (index, index + 1)
        ranges["clause"].append((index, index + 1))
        ranges["before"].append((max(sentence, index - 3), index))
        ranges["after"].append((index + 1, max(index + 1, min(index + 3, ends[clause.sentence]))))
        ranges["sentence_before"].append((max(before, index - 12), max(sentence, before)))
        ranges["opening"].append((paragraph, paragraph + (index > paragraph)))
        ranges["task"].append(task if task[0] != index else (0, 0))
        ranges["heading"].append(headings[clause.paragraph])
    return {
        place: (np.array([a for a, _ in spans]), np.array([max(a, b) for a, b in spans]))
        for place, spans in ranges.items()
    }


def _sentence_ends(text: Text) -> dict[int, int]:
    """Sentence -> the number of the clause after its last."""
    return {clause.sentence: index + 1 for index, clause in enumerate(text.clauses)}


def _heading_lines(text: Text) -> list[tuple[int, int]]:
    """For each paragraph, the clauses of the nearest line above it that looks like a heading."""
    spans: dict[int, tuple[int, int]] = {}
    for index, clause in enumerate(text.clauses):
        first, _ = spans.get(clause.paragraph, (index, index))
        spans[clause.paragraph] = (first, index + 1)
    nearest: list[tuple[int, int]] = []
    last, at = (0, 0), -_HEADING_DISTANCE - 1
    for number, (start, end) in enumerate(text.paragraphs):
        nearest.append(last if number - at <= _HEADING_DISTANCE else (0, 0))
        if (
            end - start <= _HEADING_LENGTH
            and text.plain[end - 1] not in "。；，"
            # What holds a colon is a line of fields (来源：…).
            and text.plain.find("：", start, end - 1) < 0
        ):
            last, at = spans.get(number, (0, 0)), number
    return nearest


def _vote(learned: Floats, sizes: Floats, listed: Floats) -> Floats:
    """What places say: many terms in one place count for less each, hand-listed ones in full."""
    share: Floats = 2 / np.sqrt(np.maximum(sizes, _FEW_TERMS))
    return learned * share[:, None] + LISTED * listed


def _lengths(terms: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """The first two characters of terms -> how long those are, the longest first."""
    lengths: dict[str, set[int]] = {}
    for term in terms:
        lengths.setdefault(term[:2], set()).add(len(term))
    return {pair: sorted(found, reverse=True) for pair, found in lengths.items()}


def _read_weights(cell: str) -> dict[int, int]:
    """`15:120 17:-30` -> {15: 120, 17: -30}, in hundredths."""
    return {int(t): int(w) for t, _, w in (part.partition(":") for part in cell.split())}
