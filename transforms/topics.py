"""The topic of each clause: a weighted vote of the terms in and around it.

Two lists say what a term speaks for: `topic_terms.csv`, made by hand (a term and its topic), and `topic_weights.csv`
(a term and what it adds to each topic, in hundredths, learned from labelled clauses by `bench/train_topics.py`; there
`@15` stands for any hand-listed term of topic 15, `@bias` for none). The clause itself votes first; its neighbours, the
paragraph around it, the headings above it and the title vote with less. In the clause itself a term may say more, or
something else, than around it: its `own` weights are added there.

Between the topics with the highest sums a small layer decides (`topic_layer.csv`, learned there, too): it is told of each
what all places, the clause alone, what stands before it, what stands beside it and the whole text say for it, how far
each of these voices puts one topic above all others, and how many terms the clause and the text have. So a clause that says little
(抓好落实) goes with its text where the text has one matter, which no sum can tell.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from transforms.lexicon import Lexicon
from transforms.runs import Integers, Runs, taken
from transforms.text import Text

# How much each place counts beside the clause itself, chosen by cross-validation over whole documents.
PLACES = {
    "clause": 1.0,
    "before": 0.4,
    "after": 0.2,
    "sentence_before": 0.2,
    "around": 0.3,
    "task": 0.3,
    "heading": 0.35,
}
TITLE, LISTED = 0.4, 0.7
OWN = 1.5
"""How much what a term says in the clause itself alone counts, chosen likewise."""
# The clause itself aside; the text as a whole is a voice alone.
_BEFORE, _TEXT_AT = [*PLACES].index("before"), len(PLACES)
_SHARES = np.array([*[*PLACES.values()][1:], 0, TITLE])[:, None, None]
_HEADING_LENGTH, _HEADING_DISTANCE = 32, 8
# So many clauses before and behind it are around a clause: paragraphs of reports change their matter further on. So many
# are its text: reports of a whole government's work are of many matters.
_AROUND, _TEXT = 16, 150
# Up to so many learned and hand-listed terms of a place count in full. A place of few terms says little: with fewer than
# these, what stands around it decides.
FEW_TERMS, FEW_LISTED = 30, 2

# What the layer hears, and how many of the topics with the highest sums it chooses from.
VOICES = ("all", "clause", "before", "beside", "text")
CANDIDATES = 4
# So many hundredths are one to the layer.
_UNIT = 500.0
_GOVERNMENT = 20

Floats = NDArray[np.floating]
Ranges = tuple[Integers, Integers]
Name = TypeVar("Name", int, str)


class Asked(NamedTuple):
    """A text and its title, the offsets of the headings of its numbered tasks, and the numbers of the clauses asked for."""

    text: Text
    title: str
    tasks: Sequence[int]
    clauses: Sequence[int]


class Voices(NamedTuple):
    """What each of `VOICES` says for each topic of each clause asked for, and how many learned terms the clauses and their texts
    have.
    """

    votes: Floats
    terms: Floats


class Candidates(NamedTuple):
    """For each clause the topics with the highest sums, by their numbers, the highest first; what the layer is told of each of
    them; and what it is told of the clause.
    """

    topics: Integers
    of_topics: Floats
    of_clauses: Floats


OF_TOPICS = (*VOICES, "government")
"""What the layer is told of a topic: the votes for it, and whether it is that of calls to act."""
OF_CLAUSES = (*(f"{voice}_lead" for voice in VOICES), "terms", "text_terms", "government_too")
"""What it is told of a clause: by how much each voice puts its first topic above its second, the terms of the clause and of
the text (the logarithms of their numbers), and whether the topic of calls to act can be chosen."""
COLUMNS = ("unit", "says", "level", *OF_TOPICS, *OF_CLAUSES)
SUMS_ALONE = f"{','.join(COLUMNS)}\nstraight,1,0,1{',0' * (len(COLUMNS) - 4)}\n"
"""A layer with which the highest sum wins."""


class Reasons(NamedTuple):
    """Why a clause has its topic."""

    shares: Mapping[int, float]
    """The topics that came into question, the likeliest first, and how likely the layer holds each; together one."""
    places: Mapping[str, float]
    """What each place adds to the sum of the first; the most telling first, as below."""
    terms: Mapping[str, float]
    """What each term adds to it, in whatever places it stands."""


class Layer:
    """The layer of `topic_layer.csv`: a row a unit, and one (`straight`) for what goes to the score past all units."""

    def __init__(self, lexicon: Lexicon) -> None:
        columns = [lexicon.mapping("topic_layer", name) for name in ("says", *OF_TOPICS)]
        straight, *units = columns[0]
        self.straight = np.array([float(column[straight]) for column in columns[1:]])
        shared = [lexicon.mapping("topic_layer", name) for name in ("level", *OF_CLAUSES)]
        self.says, *of_topics = (np.array([float(c[unit]) for unit in units]) for c in columns)
        self.level, *of_clauses = (np.array([float(c[unit]) for unit in units]) for c in shared)
        self.of_topics, self.of_clauses = np.array(of_topics), np.array(of_clauses)

    def scores(self, told: Candidates) -> Floats:
        """How well each candidate of each clause fits."""
        # Products by `@` start a thread a core, which takes the cores from other workers while it waits for more.
        level = np.einsum("ci,iu->cu", told.of_clauses, self.of_clauses) + self.level
        units = np.tanh(np.einsum("cti,iu->ctu", told.of_topics, self.of_topics) + level[:, None])
        straight = np.einsum("cti,i->ct", told.of_topics, self.straight)
        scores: Floats = straight + np.einsum("ctu,u->ct", units, self.says)
        return scores


def candidates(voices: Voices, codes: Sequence[int]) -> Candidates:
    """The topics that come into question, and what the layer is told."""
    votes, terms = voices
    topics = (-votes[0]).argsort(axis=1, kind="stable")[:, :CANDIDATES]
    is_government = np.array(codes)[topics] == _GOVERNMENT
    chosen = np.take_along_axis(votes, topics[None], axis=2)
    first = np.partition(votes, -2, axis=2)
    leads = first[..., -1] - first[..., -2]
    return Candidates(
        topics,
        np.stack([*chosen, is_government], axis=-1),
        np.stack([*leads, *np.log1p(terms), is_government.any(axis=1)], axis=-1),
    )


class Topics:
    """Topics by the terms of `topic_terms.csv` and `topic_weights.csv`, and the layer of `topic_layer.csv`."""

    def __init__(self, lexicon: Lexicon) -> None:
        listed = lexicon.mapping("topic_terms", "topic")
        self.codes, (weights, own) = _read_weights(
            lexicon.mapping("topic_weights", "weights"), lexicon.mapping("topic_weights", "own")
        )
        learned = {term: row for term, row in weights.items() if term[0] != "@"}
        self._runs = Runs([*learned, *listed])
        self._learned = self._along(learned)
        self._own = self._along({term: own[term] for term in learned})[:, :-1]
        self._is_telling = self._learned[:, -1] > 0
        self._bias = weights["@bias"]
        self._listed, self._lengths = self._longest(listed)
        self._topics = sorted(set(listed.values()))
        nothing = np.zeros_like(self._bias)
        nothing[-1] = 1
        self._voices = np.array([weights.get(f"@{topic}", nothing) for topic in self._topics])
        self._layer = Layer(lexicon)

    def of_many(self, asked: Sequence[Asked]) -> list[list[int]]:
        """The topic codes of the clauses asked for, text by text: of many texts at once each costs half as much."""
        numbers = [a.clauses for a in asked]
        if not any(numbers):
            return [[] for _ in asked]
        told = candidates(self.voices(asked), self.codes)
        best = self._layer.scores(told).argmax(axis=1)
        codes = iter(np.take_along_axis(told.topics, best[:, None], axis=1)[:, 0].tolist())
        return [[self.codes[next(codes)] for _ in some] for some in numbers]

    def reasons(self, asked: Asked) -> Reasons:
        """Why the first clause asked for has its topic.

        >>> from transforms.text import Simplified, read_text
        >>> text = read_text("要保护耕地。", Simplified({}))
        >>> files = {"topic_terms.csv": "term,topic\\n耕地,7\\n", "topic_layer.csv": SUMS_ALONE}
        >>> files["topic_weights.csv"] = "term,weights,own\\n@7,7:50,\\n@bias,4:0 7:0,\\n保护,7:30,4:10\\n耕地,4:50,\\n"
        >>> reasons = Topics(Lexicon(files)).reasons(Asked(text, "", [], [0]))
        >>> {code: round(share, 2) for code, share in reasons.shares.items()}
        {7: 0.52, 4: 0.48}
        >>> [(term, round(adds, 3)) for term, adds in reasons.terms.items()]
        [('耕地', 0.091), ('保护', 0.028)]
        """
        told = candidates(self.voices([asked]), self.codes)
        scores = self._layer.scores(told)[0]
        likely = np.exp(scores - scores.max())
        pairs = zip(told.topics[0].tolist(), (likely / likely.sum()).tolist(), strict=True)
        shares = _falling({self.codes[topic]: share for topic, share in pairs})
        at_places: defaultdict[str, float] = defaultdict(float)
        by_terms: defaultdict[str, float] = defaultdict(float)
        for place, term, adds in self._speaking(asked, self.codes.index(next(iter(shares)))):
            at_places[place] += adds / _UNIT
            by_terms[term] += adds / _UNIT
        return Reasons(shares, _falling(at_places), _falling(by_terms))

    def _speaking(self, asked: Asked, topic: int) -> Iterator[tuple[str, str, float]]:
        """For a topic, by its number: each place, each term that stands in it, and what that adds to the sum, in hundredths."""
        text, title, tasks, (clause, *_) = asked
        stretches = {"title": title}
        for place, (first, last) in places([(text, tasks)]).items():
            if place in PLACES and first[clause] < last[clause]:
                begin, end = text.clauses[first[clause]], text.clauses[last[clause] - 1]
                stretches[place] = text.plain[begin.start : end.end]
        for place, words in stretches.items():
            weight = PLACES.get(place, TITLE)
            starts, runs = self._runs.of(words)
            telling = runs[self._is_telling.take(runs)]
            share = float(_share(self._learned[telling].sum(axis=0))[0]) * weight
            own = OWN if place == "clause" else 0.0
            for run in telling.tolist():
                while run:
                    above = int(self._runs.parents[run])
                    adds = self._learned[run, topic] - self._learned[above, topic]
                    adds += own * (self._own[run, topic] - self._own[above, topic])
                    if adds:  # most of what begins a term is none
                        yield place, self._runs.runs[run], float(adds) * share
                    run = above
            at, voices = self._voiced(starts, runs)
            said = self._voices[voices]
            share = (
                LISTED * float(np.sqrt(FEW_LISTED / max(said[:, -1].sum(), FEW_LISTED))) * weight
            )
            lengths = dict(zip(starts.tolist(), self._lengths[runs].tolist(), strict=True))
            for start, adds in zip(at.tolist(), said[:, topic].tolist(), strict=True):
                yield place, words[start : start + lengths[start]], adds * share

    def voices(self, asked: Sequence[Asked]) -> Voices:
        """What the layer hears of the clauses asked for, one text's after the other's."""
        # The title stands behind its text as a clause of its own, which votes everywhere in it.
        words, ends, titles, index = [], [], [], []
        length = clauses = 0
        for text, title, _, some in asked:
            ends += [length + clause.end for clause in text.clauses]
            index += [clauses + number for number in some]
            clauses += len(text.clauses)
            titles += [len(ends)] * len(some)
            words += [text.plain, title]
            length += len(text.plain) + len(title) + 2
            ends.append(length - 1)
        which = np.array(index, np.int64)
        # Behind each text stands its title's row.
        above = np.repeat(np.arange(len(asked)), [len(one.clauses) for one in asked])
        learned, listed, own = self._sums("\n".join(words), ends, which + above)
        headline = np.array(titles, np.int64)
        ranges = places([(text, tasks) for text, _, tasks, _ in asked])
        begin, end = zip(*(ranges[place] for place in (*PLACES, "text")), strict=True)
        first = np.array([*(b.take(which) + above for b in begin), headline])
        last = np.array([*(e.take(which) + above for e in end), headline + 1])
        said = _between(learned, first, last)
        votes = _votes(said, _between(listed, first, last)) / _UNIT
        # The clause itself is the first of all places.
        clause = votes[0] + (OWN / _UNIT) * own * _share(said[0])
        beside = (votes[1:] * _SHARES).sum(axis=0)
        bias = self._bias[:-1] / _UNIT
        before, text = votes[_BEFORE], votes[_TEXT_AT]
        return Voices(
            np.stack([clause + beside + bias, clause, before, beside, text]),
            said[[0, _TEXT_AT], :, -1],
        )

    def _along(self, weights: Mapping[str, Floats]) -> Floats:
        """For each run, the sum of the weights of all terms that begin it."""
        sums = np.zeros((len(self._runs.runs), len(self.codes) + 1), np.float32)
        if weights:
            sums[[self._runs.number[term] for term in weights]] = [*weights.values()]
        for runs in self._runs.by_length():
            sums[runs] += sums[self._runs.parents[runs]]
        return sums

    def _longest(self, listed: Mapping[str, str]) -> tuple[Integers, Integers]:
        """For each run that terms begin, the longest of them: the number of its topic, and its length (0 for none)."""
        numbers = {topic: number for number, topic in enumerate(sorted(set(listed.values())))}
        found = np.zeros((2, len(self._runs.runs)), np.int64)
        for term, topic in listed.items():
            found[:, self._runs.number[term]] = numbers[topic], len(term)
        for runs in self._runs.by_length():
            inherited = found[:, self._runs.parents[runs]]
            found[:, runs] = np.where(found[1, runs] > 0, found[:, runs], inherited)
        return found[0], found[1]

    def listed(self, words: str) -> Iterator[tuple[int, str]]:
        """The hand-listed terms in words, the longest at each place: where each begins, and its topic."""
        starts, voices = self._voiced(*self._runs.of(words))
        return ((start, self._topics[voice]) for start, voice in zip(starts, voices, strict=True))

    def _voiced(self, starts: Integers, runs: Integers) -> Ranges:
        """Where hand-listed terms stand among the runs of a text, and the numbers of their topics."""
        lengths = self._lengths.take(runs)
        (begin,) = lengths.nonzero()
        kept, done = [], 0
        spans = zip(begin.tolist(), starts[begin].tolist(), lengths[begin].tolist(), strict=True)
        for at, start, length in spans:
            if start >= done:
                kept.append(at)
                done = start + length
        chosen = np.array(kept, np.int64)
        return starts[chosen], self._listed[runs[chosen]]

    def _sums(
        self, words: str, ends: Sequence[int], asked: Integers
    ) -> tuple[Floats, Floats, Floats]:
        """Running sums up to each end, nothing before the first: of learned weights and of hand-listed ones; and what terms
        say of their own within the stretches asked for, by the numbers of their ends.

        >>> files = {"topic_terms.csv": "term,topic\\n耕地,4\\n"}
        >>> files["topic_weights.csv"] = "term,weights,own\\n@4,4:50,\\n@bias,4:0 7:0,\\n保护,7:30,4:10\\n"
        >>> files["topic_layer.csv"] = SUMS_ALONE
        >>> Topics(Lexicon(files))._sums("要保护，保护耕地。", [4, 9], np.array([1]))
        (array([[ 0.,  0.,  0.],
               [ 0., 30.,  1.],
               [ 0., 60.,  2.]]), array([[ 0.,  0.,  0.],
               [ 0.,  0.,  0.],
               [50.,  0.,  1.]]), array([[10.,  0.]], dtype=float32))
        """
        starts, runs = self._runs.of(words)
        at, voices = self._voiced(starts, runs)
        telling = self._is_telling.take(runs)
        starts, runs = starts[telling], runs[telling]
        return (
            _running(self._learned, starts, runs, ends),
            _running(self._voices, at, voices, ends),
            _within(self._own, starts, runs, ends, asked),
        )


def _falling(numbers: Mapping[Name, float]) -> dict[Name, float]:
    """The greatest number first."""
    return dict(sorted(numbers.items(), key=lambda item: -item[1]))


def _running(weights: Floats, starts: Integers, rows: Integers, ends: Sequence[int]) -> Floats:
    """The weights in these rows, of terms that start there, summed up to each end: whole numbers, so that floats do."""
    bounds = starts.searchsorted([0, *ends])
    sums = np.zeros((len(bounds), weights.shape[1]))
    sums[1:] = np.add.reduceat(taken(weights, rows), bounds[:-1], axis=0)
    sums[1:][bounds[:-1] == bounds[1:]] = 0
    return sums.cumsum(axis=0)


def _within(
    weights: Floats, starts: Integers, rows: Integers, ends: Sequence[int], asked: Integers
) -> Floats:
    """The weights in these rows, of terms that start there, summed up within the stretches asked for."""
    bounds = starts.searchsorted([0, *ends])
    first, sizes = bounds[asked], bounds[asked + 1] - bounds[asked]
    at = sizes.cumsum() - sizes
    chosen = np.arange(sizes.sum()) + np.repeat(first - at, sizes)
    sums: Floats = np.add.reduceat(taken(weights, rows.take(chosen)), at, axis=0)
    sums[sizes == 0] = 0
    return sums


def _between(sums: Floats, first: Integers, last: Integers) -> Floats:
    """From running sums those of ranges."""
    return sums.take(last, axis=0) - sums.take(first, axis=0)


def _votes(learned: Floats, listed: Floats) -> Floats:
    """What places say: many terms in one place count for less each."""
    share_listed = LISTED * np.sqrt(FEW_LISTED / np.maximum(listed[..., -1:], FEW_LISTED))
    votes: Floats = learned[..., :-1] * _share(learned) + listed[..., :-1] * share_listed
    return votes


def _share(learned: Floats) -> Floats:
    """How much each of a place's terms counts."""
    share: Floats = 2 / np.sqrt(np.maximum(learned[..., -1:], FEW_TERMS))
    return share


def places(asked: Sequence[tuple[Text, Sequence[int]]]) -> dict[str, Ranges]:
    """For each place of `PLACES` and for the text the ranges of clauses that vote there, one range a clause (empty where none does).

    The clauses of all texts, each given with the offsets of its tasks' headings, are numbered in one series.
    """
    sentences, paragraphs, tasks, lines = _series(asked)
    index = np.arange(len(sentences))
    sentence = sentences.searchsorted(sentences)
    sentence_end = sentences.searchsorted(sentences, side="right")
    opening = paragraphs.searchsorted(paragraphs)
    ending = paragraphs.searchsorted(paragraphs, side="right")
    before = np.maximum(opening, sentences.searchsorted(sentences - 1))
    at, headings = tasks
    task = headings[at.searchsorted(index, side="right") - 1]
    heading = _headings(lines, paragraphs)
    counts = np.array([len(text.clauses) for text, _ in asked])
    text_begins, text_ends = (
        ends.repeat(counts) for ends in (counts.cumsum() - counts, counts.cumsum())
    )
    return {
        "clause": (index, index + 1),
        "before": (np.maximum(sentence, index - 3), index),
        "after": (index + 1, np.maximum(index + 1, np.minimum(index + 3, sentence_end))),
        "sentence_before": (np.minimum(np.maximum(before, index - 12), sentence), sentence),
        "around": (np.maximum(opening, index - _AROUND), np.minimum(ending, index + _AROUND + 1)),
        "task": (task, task + ((task >= 0) & (task != index))),
        "heading": heading,
        "text": (np.maximum(text_begins, index - _TEXT), np.minimum(text_ends, index + _TEXT)),
    }


def _series(
    asked: Sequence[tuple[Text, Sequence[int]]],
) -> tuple[Integers, Integers, Ranges, Integers]:
    """Of the clauses of all texts, one after the other: the numbers of their sentences and of their paragraphs; where each
    numbered task's heading stands, and that clause again (-1 where a text begins); the paragraphs that look like headings.

    No sentence or paragraph of two texts has the same number, and no two texts' paragraphs are near one another.
    """
    sentences: list[int] = []
    paragraphs: list[int] = []
    at: list[int] = []
    headings: list[int] = []
    lines = [-_HEADING_DISTANCE - 1]
    sentence = paragraph = 0
    for text, tasks in asked:
        begins = len(sentences)
        numbers = [begins + text.clause_at(task) for task in sorted(tasks)]
        at += [begins, *numbers]
        headings += [-1, *numbers]
        lines += [paragraph + number for number in _lines(text)]
        sentences += [sentence + clause.sentence for clause in text.clauses]
        paragraphs += [paragraph + clause.paragraph for clause in text.clauses]
        sentence += len(text.sentences)
        paragraph += len(text.paragraphs) + _HEADING_DISTANCE + 1
    return (
        np.array(sentences, np.int64),
        np.array(paragraphs, np.int64),
        (np.array(at, np.int64), np.array(headings, np.int64)),
        np.array(lines, np.int64),
    )


def _lines(text: Text) -> Iterator[int]:
    """The numbers of the lines of a text that look like headings."""
    for number, (start, end) in enumerate(text.paragraphs):
        if (
            end - start <= _HEADING_LENGTH
            and text.plain[end - 1] not in "。；，"
            # What holds a colon is a line of fields (来源：…).
            and text.plain.find("：", start, end - 1) < 0
        ):
            yield number


def _headings(lines: Integers, paragraphs: Integers) -> Ranges:
    """For each clause, those of the nearest line above its paragraph that looks like a heading."""
    nearest = lines[lines.searchsorted(paragraphs) - 1]
    is_near = paragraphs - nearest <= _HEADING_DISTANCE
    first = paragraphs.searchsorted(nearest)
    return first, np.where(is_near, paragraphs.searchsorted(nearest, side="right"), first)


def _read_weights(
    *columns: Mapping[str, str],
) -> tuple[list[int], list[dict[str, Floats]]]:
    """The codes of topics, and of each column what each term adds to each of them, in hundredths; one more cell of a row
    counts the term.

    >>> _read_weights({"耕地": "4:50 15:-20", "学校": "15:30"}, {"耕地": "", "学校": "4:10"})
    ([4, 15], [{'耕地': array([ 50., -20.,   1.], dtype=float32), '学校': array([ 0., 30.,  1.], dtype=float32)}, \
{'耕地': array([0., 0., 1.], dtype=float32), '学校': array([10.,  0.,  1.], dtype=float32)}])
    """
    pairs = [_pairs(cells) for cells in columns]
    codes = np.unique(np.concatenate(pairs)[:, 0])
    return codes.tolist(), [*map(partial(_rows, codes), columns, pairs)]


def _pairs(cells: Mapping[str, str]) -> Integers:
    """All pairs of a topic and a weight in a column."""
    told = " ".join(cells.values()).replace(":", " ").split()
    return np.array([*map(int, told)], np.int64).reshape(-1, 2)


def _rows(codes: Integers, cells: Mapping[str, str], pairs: Integers) -> dict[str, Floats]:
    rows = np.zeros((len(cells), len(codes) + 1), np.float32)
    rows[:, -1] = 1
    terms = np.repeat(np.arange(len(cells)), [cell.count(":") for cell in cells.values()])
    rows[terms, codes.searchsorted(pairs[:, 0])] = pairs[:, 1]
    return dict(zip(cells, rows, strict=True))
