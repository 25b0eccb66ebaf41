"""The topic of each clause: a weighted vote of the terms in and around it.

Two lists say what a term speaks for: `topic_terms.csv`, made by hand (a term and its topic), and `topic_weights.csv`
(a term and what it adds to each topic, in hundredths, learned from labelled clauses by `bench/train_topics.py`; there
`@15` stands for any hand-listed term of topic 15, `@bias` for none). The clause itself votes first; its neighbours, the
opening of its paragraph, the headings above it and the title vote with less. The topic with the highest sum wins.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import add

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
_SHORTEST = 2
_HEADING_LENGTH, _HEADING_DISTANCE = 32, 8
_FEW_TERMS = 4

Floats = NDArray[np.floating]
Integers = NDArray[np.int64]
Ranges = tuple[Integers, Integers]


class Topics:
    """Topics by the terms of `topic_terms.csv` and `topic_weights.csv`."""

    def __init__(self, lexicon: Lexicon) -> None:
        listed = lexicon.mapping("topic_terms", "topic")
        weights = {r["term"]: _read_weights(r["weights"]) for r in lexicon.table("topic_weights")}
        self.codes = sorted({code for of_term in weights.values() for code in of_term})
        self._runs = _Runs([*(term for term in weights if term[0] != "@"), *listed])
        self._learned = self._runs.sums(self._rows(weights.items()))
        self._listed = self._runs.longest(listed)
        self._bias = self._rows([("@bias", weights["@bias"])])["@bias"]
        topics = sorted(set(listed.values()))
        self._row = {topic: number for number, topic in enumerate(topics)}
        voices = self._rows((topic, weights.get(f"@{topic}", {})) for topic in topics)
        self._voices = np.array([voices[topic] for topic in topics], np.float32)

    def _rows(self, weights: Iterable[tuple[str, Mapping[int, int]]]) -> dict[str, Floats]:
        """What each term adds to each topic; one more column counts the term."""
        column = {code: number for number, code in enumerate(self.codes)}
        rows: dict[str, Floats] = {}
        for term, of_term in weights:
            rows[term] = row = np.zeros(len(column) + 1)
            row[[column[code] for code in of_term]] = list(of_term.values())
            row[-1] = 1
        return rows

    def of(self, text: Text, title: str, tasks: Sequence[int]) -> list[int]:
        """The topic code of every clause of a text; `tasks` are the offsets of the headings of numbered tasks."""
        if not text.clauses:
            return []
        # The title stands behind the text as a clause of its own, which votes everywhere.
        words = f"{text.plain}\n{title}"
        learned, listed = self._sums(words, [*(c.end for c in text.clauses), len(words)])
        ranges = places(text, tasks)
        own = np.full(len(text.clauses), len(text.clauses))
        first = np.array([*(first for first, _ in ranges.values()), own])
        last = np.array([*(last for _, last in ranges.values()), own + 1])
        shares = np.array([*(PLACES[place] for place in ranges), TITLE])
        votes = _votes(_between(learned, first, last), _between(listed, first, last))
        scores = (votes * shares[:, None, None]).sum(axis=0) + self._bias[:-1]
        return [self.codes[best] for best in scores.argmax(axis=1)]

    def listed(self, words: str) -> Iterator[tuple[int, str]]:
        """The hand-listed terms in words, the longest at each place: where each begins, and its topic."""
        return self._voiced(*self._runs.of(words))

    def _voiced(self, starts: Sequence[int], rows: Sequence[int]) -> Iterator[tuple[int, str]]:
        """The hand-listed terms among the runs of a text."""
        done, listed = 0, self._listed
        for start, row in zip(starts, rows, strict=True):
            if row in listed and start >= done:
                length, topic = listed[row]
                done = start + length
                yield start, topic

    def _sums(self, words: str, ends: Sequence[int]) -> tuple[Floats, Floats]:
        """Running sums up to each end, nothing before the first: of learned weights and of hand-listed ones.

        >>> files = {"topic_terms.csv": "term,topic\\n耕地,4\\n"}
        >>> files["topic_weights.csv"] = "term,weights\\n@bias,4:0 7:0\\n@4,4:50\\n保护,7:30\\n"
        >>> Topics(Lexicon(files))._sums("要保护，保护耕地。", [4, 9])
        (array([[ 0.,  0.,  0.],
               [ 0., 30.,  1.],
               [ 0., 60.,  2.]]), array([[ 0.,  0.,  0.],
               [ 0.,  0.,  0.],
               [50.,  0.,  1.]]))
        """
        starts, rows = self._runs.of(words)
        listed = list(self._voiced(starts, rows))
        voices = [self._row[topic] for _, topic in listed]
        return (
            _running(self._learned, starts, rows, ends),
            _running(self._voices, [start for start, _ in listed], voices, ends),
        )


class _Runs:
    """Terms by the runs of characters that begin them: the longest at a place tells all terms there."""

    def __init__(self, terms: Iterable[str]) -> None:
        runs = {term[:n] for term in terms for n in range(_SHORTEST, len(term) + 1)}
        longer = {run[:-1] for run in runs if len(run) > _SHORTEST}
        # Those that may go on come first.
        self._rows = {r: n for n, r in enumerate(sorted(runs, key=lambda r: (r not in longer, r)))}
        self._going_on = len(longer)

    def sums(self, weights: Mapping[str, Floats]) -> Floats:
        """For each run, the sum of the weights of all terms that begin it."""
        nothing = np.zeros(len(next(iter(weights.values()))))
        sums = np.zeros((len(self._rows), len(nothing)), np.float32)
        for run, row in self._rows.items():
            for n in range(_SHORTEST, len(run) + 1):
                sums[row] += weights.get(run[:n], nothing)
        return sums

    def longest(self, topics: Mapping[str, str]) -> dict[int, tuple[int, str]]:
        """For each run that terms begin, the length and the topic of the longest of them."""
        found = {}
        for run, row in self._rows.items():
            lengths = range(len(run), _SHORTEST - 1, -1)
            if length := next((n for n in lengths if run[:n] in topics), 0):
                found[row] = length, topics[run[:length]]
        return found

    def of(self, words: str) -> tuple[list[int], list[int]]:
        """Where terms may begin in words, and the row of the longest run at each of these places."""
        row_of, going_on = self._rows.get, self._going_on
        starts, rows = [], []
        # Behind a line's end no run goes on.
        words += "\n"
        for start, row in enumerate(map(row_of, map(add, words, words[1:]))):
            if row is None:
                continue
            stop = start + _SHORTEST
            while row < going_on and (longer := row_of(words[start : stop + 1])) is not None:
                row, stop = longer, stop + 1
            starts.append(start)
            rows.append(row)
        return starts, rows


def _running(
    weights: Floats, starts: Sequence[int], rows: Sequence[int], ends: Sequence[int]
) -> Floats:
    """The weights in these rows, of terms that start there, summed up to each end: whole numbers, so that floats do."""
    sums = np.zeros((len(rows) + 1, weights.shape[1]), np.float32)
    if rows:
        np.cumsum(weights.take(rows, axis=0), axis=0, out=sums[1:])
    upto = sums.take([0, *(bisect_left(starts, end) for end in ends)], axis=0)
    return upto.astype(np.float64)


def _between(sums: Floats, first: Integers, last: Integers) -> Floats:
    """From running sums those of ranges."""
    return sums.take(last, axis=0) - sums.take(first, axis=0)


def _votes(learned: Floats, listed: Floats) -> Floats:
    """What places say: many terms in one place count for less each, hand-listed ones in full."""
    share = 2 / np.sqrt(np.maximum(learned[..., -1:], _FEW_TERMS))
    votes: Floats = learned[..., :-1] * share + LISTED * listed[..., :-1]
    return votes


def places(text: Text, tasks: Sequence[int]) -> dict[str, Ranges]:
    """For each place of `PLACES` the ranges of clauses that vote there, one range a clause (empty where none does)."""
    index = np.arange(len(text.clauses))
    sentences = np.array([clause.sentence for clause in text.clauses])
    paragraphs = np.array([clause.paragraph for clause in text.clauses])
    sentence = np.searchsorted(sentences, sentences)
    opening = np.searchsorted(paragraphs, paragraphs)
    before = np.maximum(opening, np.searchsorted(sentences, sentences - 1))
    sentence_end = np.searchsorted(sentences, sentences, side="right")
    task = _tasks(text, tasks, index)
    headings = _headings(text, paragraphs)
    return {
        "clause": (index, index + 1),
        "before": (np.maximum(sentence, index - 3), index),
        "after": (index + 1, np.maximum(index + 1, np.minimum(index + 3, sentence_end))),
        "sentence_before": (np.minimum(np.maximum(before, index - 12), sentence), sentence),
        "opening": (opening, opening + (index > opening)),
        "task": (task, task + ((task >= 0) & (task != index))),
        "heading": (headings[0][paragraphs], headings[1][paragraphs]),
    }


def _tasks(text: Text, tasks: Sequence[int], index: Integers) -> Integers:
    """For each clause that of the last numbered task's heading up to it, -1 before the first."""
    ends = [clause.end for clause in text.clauses]
    clauses = np.array([-1, *np.searchsorted(ends, sorted(tasks), side="right")])
    return clauses[np.searchsorted(clauses, index, side="right") - 1]


def _headings(text: Text, paragraphs: Integers) -> Ranges:
    """For each paragraph, the clauses of the nearest line above it that looks like a heading."""
    numbers = np.arange(len(text.paragraphs))
    lines = [
        number
        for number, (start, end) in enumerate(text.paragraphs)
        if end - start <= _HEADING_LENGTH
        and text.plain[end - 1] not in "。；，"
        # What holds a colon is a line of fields (来源：…).
        and text.plain.find("：", start, end - 1) < 0
    ]
    above = np.array([-_HEADING_DISTANCE - 1, *lines])
    nearest = above[np.searchsorted(above, numbers) - 1]
    is_near = numbers - nearest <= _HEADING_DISTANCE
    first = np.searchsorted(paragraphs, nearest)
    return first, np.where(is_near, np.searchsorted(paragraphs, nearest, side="right"), first)


def _read_weights(cell: str) -> dict[int, int]:
    """`15:120 17:-30` -> {15: 120, 17: -30}, in hundredths."""
    return {int(t): int(w) for t, _, w in (part.partition(":") for part in cell.split())}
