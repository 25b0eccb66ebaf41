"""The topic of each clause: a weighted vote of the terms in and around it.

Two lists say what a term speaks for: `topic_terms.csv`, made by hand (a term and its topic), and `topic_weights.csv`
(a term and what it adds to each topic, in hundredths, learned from labelled clauses by `bench/train_topics.py`; there
`@15` stands for any hand-listed term of topic 15, `@bias` for none). The clause itself votes first; its neighbours, the
opening of its paragraph, the headings above it and the title vote with less. The topic with the highest sum wins.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

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
_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST_GRAM, _LONGEST_TERM = 4, 8
_HEADING_LENGTH, _HEADING_DISTANCE = 32, 8
_FEW_TERMS = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a stretch of text: short runs of characters, and the topics of the hand-listed ones."""

    grams: list[str]
    listed: list[str]


class Topics:
    """Topics by the terms of `topic_terms.csv` and `topic_weights.csv`."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.listed = lexicon.mapping("topic_terms", "topic")
        rows = {r["term"]: _read_weights(r["weights"]) for r in lexicon.table("topic_weights")}
        self.codes = sorted({code for weights in rows.values() for code in weights})
        self._row = {term: number for number, term in enumerate(rows)}
        self._weights = np.zeros((len(rows), len(self.codes)))
        for term, number in self._row.items():
            for code, weight in rows[term].items():
                self._weights[number, self.codes.index(code)] = weight

    def of(self, text: Text, title: str, tasks: Sequence[int]) -> list[int]:
        """The topic code of every clause of a text; `tasks` are the offsets of the headings of numbered tasks."""
        if not text.clauses:
            return []
        terms = [self.terms(text.plain[c.start : c.end]) for c in text.clauses]
        learned, sizes, listed = self._sums(terms)
        scores = np.tile(self._weights[self._row["@bias"]], (len(terms), 1))
        for place, (first, last) in places(text, tasks).items():
            scores += PLACES[place] * _vote(
                learned[last] - learned[first],
                sizes[last] - sizes[first],
                listed[last] - listed[first],
            )
        heading, heading_size, heading_listed = self._sums([self.terms(title)])
        scores += TITLE * _vote(heading[1:], heading_size[1:], heading_listed[1:])
        return [self.codes[best] for best in scores.argmax(axis=1)]

    def terms(self, words: str) -> Terms:
        """The weighted and hand-listed terms of a stretch of the plain view.

        >>> files = {"topic_terms.csv": "term,topic\\n耕地,4\\n"}
        >>> files["topic_weights.csv"] = "term,weights\\n@bias,4:0\\n保护,7:30\\n"
        >>> Topics(Lexicon(files)).terms("保护耕地，")
        Terms(grams=['保护'], listed=['4'])
        """
        found = Terms([], [])
        for match in _WORD.finditer(words):
            found.grams.extend(gram for gram in grams(match[0]) if gram in self._row)
            found.listed.extend(self._listed(match[0]))
        return found

    def _listed(self, word: str) -> Iterator[str]:
        """The topics of the hand-listed terms in a word, the longest first at each place."""
        start = 0
        while start < len(word) - 1:
            for end in range(min(start + _LONGEST_TERM, len(word)), start + 1, -1):
                if topic := self.listed.get(word[start:end]):
                    yield topic
                    start = end - 1
                    break
            start += 1

    def _sums(self, terms: Sequence[Terms]) -> tuple[Floats, Floats, Floats]:
        """Running sums over stretches: of learned weights, of the number of terms, of hand-listed weights."""
        learned = np.zeros((len(terms) + 1, len(self.codes)))
        listed = np.zeros_like(learned)
        for number, found in enumerate(terms, 1):
            if found.grams:
                learned[number] = self._weights[[self._row[g] for g in found.grams]].sum(axis=0)
            if found.listed:
                listed[number] = self._weights[[self._row[f"@{t}"] for t in found.listed]].sum(
                    axis=0
                )
        sizes = np.array(list(accumulate((len(f.grams) for f in terms), initial=0)), dtype=float)
        return learned.cumsum(axis=0), sizes, listed.cumsum(axis=0)


def grams(word: str) -> Iterator[str]:
    """The runs of two to four characters in a word without punctuation.

    >>> list(grams("治污水"))
    ['治污', '治污水', '污水']
    """
    for start in range(len(word) - 1):
        for end in range(start + 2, min(start + _LONGEST_GRAM, len(word)) + 1):
            yield word[start:end]


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
        if end - start <= _HEADING_LENGTH and text.plain[end - 1] not in "。；，":
            last, at = spans.get(number, (0, 0)), number
    return nearest


def _vote(learned: Floats, sizes: Floats, listed: Floats) -> Floats:
    """What places say: many terms in one place count for less each, hand-listed ones in full."""
    share: Floats = 2 / np.sqrt(np.maximum(sizes, _FEW_TERMS))
    return learned * share[:, None] + LISTED * listed


def _read_weights(cell: str) -> dict[int, int]:
    """`15:120 17:-30` -> {15: 120, 17: -30}, in hundredths."""
    return {int(t): int(w) for t, _, w in (part.partition(":") for part in cell.split())}
