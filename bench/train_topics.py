"""Learn `seeds/lexicons/topic_weights.csv` and `topic_layer.csv` from labelled clauses, and measure the gain by cross-validation.

usage: python -m bench.train_topics SHARED [--gold DIR] [--texts DIR] [--write]

SHARED holds bulk/clauses.tsv, the texts it draws on, and gold/; `bench/topic_labels.csv` has further labels of ours for
clauses of the bulk texts and of pages of governments and parties (document, squeezed offsets, topic; no text). The pages belong
to others: whoever has them as files of DIR trains with them, each known by the digest of its squeezed text. Weights alone are
written, no sentences. The model is a linear support vector machine over the terms and places of `transforms/topics.py`, each term
counted by how much it tells of the topic; the layer between the first topics is learned from what such machines say of texts that
they have not seen. scikit-learn is needed here only.
"""

import argparse
import csv
import gzip
import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack, vstack
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from flows.sources import read_lexicons
from transforms.focus_areas import FocusAreas
from transforms.lexicon import Lexicon
from transforms.masthead import Mastheads
from transforms.pages import read_page
from transforms.text import Simplified, Text, decode, read_text
from transforms.topics import (
    COLUMNS,
    FEW_LISTED,
    FEW_TERMS,
    LISTED,
    OF_CLAUSES,
    OF_TOPICS,
    OWN,
    PLACES,
    SUMS_ALONE,
    TITLE,
    Asked,
    Candidates,
    Layer,
    Topics,
    Voices,
    candidates,
    places,
)
from transforms.zones import Zones

ROOT = Path(__file__).parents[1]
LEAST_DOCUMENTS = 5
SMALLEST_WEIGHT = 30  # hundredths; smaller ones change no decision worth their room
REGULARISATION = 0.13
SCALE = 5.0
"""Margins are small numbers; times this they are as large as what the hand-listed terms were given."""
DOUBT, LEAST_TOLD = 5.0, 0.03
"""What a term tells is counted as if so many clauses of all topics held it too, and so much of the mean is left to each."""
FOLDS = 4
UNITS, PENALTY, ROUNDS = 24, 1e-3, 120
"""The layer's units, what their weights' squares cost, and how often they are bettered at most."""
FOR_PAGES, FOR_GOLD, FOR_CLAUSES = 1.5, 6.0, 4.0
"""How much labels count: those of pages, made with the whole text in view on texts like those that are to be read; and those
of `gold` and of `clauses.tsv`, by those who wrote the guide. All others count once.
"""


def squeeze(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


@dataclass
class Labelled:
    """A text with the clauses whose topic is known: clause number -> topic."""

    name: str
    group: str
    text: Text
    title: str
    tasks: list[int]
    topics: dict[int, int] = field(default_factory=dict)
    is_initiative: dict[int, bool] = field(default_factory=dict)
    weight: float = 1.0

    def __post_init__(self) -> None:
        self.squeezed = squeeze(self.text.text)
        self.offsets, n = [], 0
        for ch in self.text.text:
            self.offsets.append(n)
            n += not ch.isspace()
        self._starts = [self.offsets[c.start] for c in self.text.clauses]

    def clause_at(self, squeezed_offset: int) -> int:
        """The number of the clause at an offset of the squeezed text."""
        return bisect_right(self._starts, squeezed_offset) - 1


class Reader:
    """Reads texts as the extractor does, as far as topics need it."""

    def __init__(self) -> None:
        self.lexicon = Lexicon(read_lexicons(ROOT / "seeds/lexicons"))
        self.simplified = Simplified(self.lexicon.mapping("traditional", "simplified"))
        self.mastheads, self.areas = Mastheads(self.lexicon), FocusAreas(self.lexicon)
        self.zones = Zones(self.lexicon)

    def read(self, name: str, group: str, source: str, weight: float = 1.0) -> Labelled:
        """One text, no clause of it labelled yet."""
        text = read_text(source, self.simplified)
        masthead = self.mastheads.find(text)
        areas = self.areas.find(text, masthead.parts, self.zones.of(text))
        tasks = [area.start for area in areas]
        return Labelled(name, group, text, masthead.title or "", tasks, weight=weight)


def digest(text: str) -> str:
    """The name of a text that has none: what `topic_labels.csv` knows it by."""
    return f"text-{hashlib.sha256(squeeze(text).encode()).hexdigest()[:12]}"


def read_labels() -> list[dict[str, str]]:
    """The rows of `topic_labels.csv`."""
    with (ROOT / "bench/topic_labels.csv").open(encoding="utf-8") as lines:
        return [*csv.DictReader(lines)]


def load(shared: Path, gold: Path, pages: Iterable[Path]) -> list[Labelled]:
    """All texts at hand that have labelled clauses."""
    reader = Reader()
    documents: dict[str, Labelled] = {}
    raw = {digest(text): text for text in (decode(page.read_bytes()).text for page in pages)}
    for file in ("work-reports", "meetings"):
        with gzip.open(shared / f"bulk/{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
            raw |= {d["id"]: d["text"] for d in map(json.loads, lines)}
    squeezed = {i: squeeze(t) for i, t in raw.items()}

    def document(name: str) -> Labelled:
        if name not in documents:
            weight = FOR_PAGES if name.startswith("text-") else 1.0
            documents[name] = reader.read(name, name, raw[name], weight)
        return documents[name]

    with (shared / "bulk/clauses.tsv").open(encoding="utf-8") as lines:
        rows = list(
            csv.DictReader(
                (line for line in lines if not line.startswith("#")),
                delimiter="\t",
                quoting=csv.QUOTE_NONE,
            )
        )
    for row in rows:
        clause = squeeze(row["clause"])
        needle = squeeze(row["before"])[-18:] + clause
        pool = [i for i in squeezed if row["source"] in i] or list(squeezed)
        name = next((i for i in pool if needle in squeezed[i]), None) or next(
            (i for i in squeezed if needle in squeezed[i]), None
        )
        if name and row["topic"]:
            d = document(name)
            at = d.clause_at(d.squeezed.index(needle) + len(needle) - 1)
            d.topics[at], d.is_initiative[at] = int(row["topic"]), row["initiative"] == "1"
    labels = read_labels()
    for row in filter(lambda row: row["document"] in raw, labels):
        d = document(row["document"])
        d.topics.setdefault(d.clause_at(int(row["end"]) - 1), int(row["topic"]))
    missing = {row["document"] for row in labels} - raw.keys()
    print(f"{len(missing)} labelled texts are not at hand")
    for path in sorted(gold.glob("*.gold.json")):
        wanted = json.loads(path.read_text(encoding="utf-8"))
        page = next((gold / "texts").glob(path.name.split(".")[0] + ".*"))
        source = decode(page.read_bytes()).text
        if page.suffix == ".html":
            source = read_page(source).text
        d = documents[path.name] = reader.read(path.name, path.name, source, weight=FOR_GOLD)
        at = 0
        for initiative in wanted["initiatives"]:
            text = squeeze(initiative["text"])
            at = d.squeezed.find(text, at)
            d.topics[d.clause_at(at + len(text) - 1)] = initiative["topic"]
    return [d for d in documents.values() if d.topics]


class Design:
    """Labelled clauses as rows: what each gram counts there, what each counts in the clause itself alone, and what each
    hand-listed topic counts, as `Topics.of_many` counts.
    """

    def __init__(self, documents: list[Labelled], topics: Topics) -> None:
        self.codes = sorted({t for d in documents for t in d.topics.values()})
        frequency: Counter[str] = Counter()
        counted = []
        for d in documents:
            stretches = [d.text.plain[c.start : c.end] for c in d.text.clauses] + [d.title]
            found = [topics_terms(topics, s) for s in stretches]
            near = {j for i in d.topics for j in range(max(0, i - 4), i + 4)}
            frequency.update({g for j in near if j < len(found) for g in found[j][0]})
            counted.append(found)
        self.grams = {
            g: n
            for n, g in enumerate(sorted(g for g, k in frequency.items() if k >= LEAST_DOCUMENTS))
        }
        self.x = vstack([self._rows(d, f) for d, f in zip(documents, counted, strict=True)]).tocsr()
        self.y = np.array([t for d in documents for _, t in sorted(d.topics.items())])
        self.groups = [d.group for d in documents for _ in d.topics]
        self.weights = np.array(
            [
                FOR_CLAUSES if i in d.is_initiative else d.weight
                for d in documents
                for i in sorted(d.topics)
            ]
        )
        self.kept = np.array(
            [d.is_initiative.get(i, False) for d in documents for i in sorted(d.topics)]
        )
        self.is_gold = np.array([d.name.endswith(".json") for d in documents for _ in d.topics])
        self.is_page = np.array([d.name.startswith("text-") for d in documents for _ in d.topics])

    def _rows(self, d: Labelled, found: list[tuple[list[str], list[int]]]) -> csr_matrix:
        n = len(self.grams)
        rows, columns = [], []
        listed = np.zeros((len(found), len(self.codes)))
        for r, (gs, ts) in enumerate(found):
            for g in gs:
                if g in self.grams:
                    rows.append(r)
                    columns.append(self.grams[g])
            for t in ts:
                if t in self.codes:
                    listed[r, self.codes.index(t)] += 1
        counts = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(found), n))
        wanted = sorted(d.topics)
        own = np.full(len(d.text.clauses), len(d.text.clauses))  # the title stands behind the text
        ranges = {**places([(d.text, d.tasks)]), "title": (own, own + 1)}
        total_g, total_l = csr_matrix((len(wanted), n)), np.zeros((len(wanted), len(self.codes)))
        own_g = total_g
        for place, of_place in {**PLACES, "title": TITLE}.items():
            first, last = ranges[place]
            spread = [(r, j) for r, i in enumerate(wanted) for j in range(first[i], last[i])]
            pick = csr_matrix(
                (np.ones(len(spread)), ([r for r, _ in spread], [j for _, j in spread])),
                shape=(len(wanted), len(found)),
            )
            g, voices = pick @ counts, pick @ listed
            share = 2 / np.sqrt(np.maximum(g.sum(axis=1), FEW_TERMS))
            share_listed = np.sqrt(FEW_LISTED / np.maximum(voices.sum(axis=1), FEW_LISTED))
            shared = csr_matrix(g.multiply(np.asarray(share).reshape(-1, 1)))
            if place == "clause":
                own_g = OWN * shared
            total_g = total_g + of_place * shared
            total_l += of_place * LISTED * voices * share_listed[:, None]
        return hstack([total_g, own_g, csr_matrix(total_l)]).tocsr()


def runs(words: str) -> Iterator[str]:
    """The runs of two, of three and of four characters."""
    for length in (2, 3, 4):
        for start in range(len(words) - length + 1):
            yield words[start : start + length]


def topics_terms(topics: Topics, words: str) -> tuple[list[str], list[int]]:
    """Every gram and the topics of every hand-listed term in a stretch of text."""
    gs = [gram for gram in runs(words) if gram.isalpha()]
    ts = [int(topic) for _, topic in topics.listed(words)]
    return gs, ts


def fit(design: Design, rows: np.ndarray) -> LinearSVC:
    """The model of the terms' weights, learned from these rows."""
    x, y = design.x[rows], design.y[rows]
    worth = told(x[:, : len(design.grams)], y)
    scale = np.concatenate([worth, worth, np.ones(len(design.codes))])
    model = LinearSVC(C=REGULARISATION, max_iter=3000)
    model.fit(x @ diags(scale), y, sample_weight=design.weights[rows])
    model.coef_ = model.coef_ * scale
    return model


def told(grams: csr_matrix, y: np.ndarray) -> np.ndarray:
    """What each gram is worth: the root of what it tells of the topic, in shares of the mean (Kullback and Leibler).

    A gram that stands with all topics alike (加强) would only tell the clauses apart that are learned from.
    """
    counts = np.array([np.asarray((grams[y == topic] > 0).sum(axis=0)).ravel() for topic in set(y)])
    overall = counts.sum(axis=1, keepdims=True) / counts.sum()
    shares = (counts + DOUBT * overall) / (counts.sum(axis=0) + DOUBT)
    information: np.ndarray = (shares * np.log(shares / overall)).sum(axis=0)
    worth: np.ndarray = np.sqrt(information / information.mean() + LEAST_TOLD)
    return worth


def hear(documents: list[Labelled], design: Design, topics: Topics, rows: np.ndarray) -> Candidates:
    """What the layer is told of labelled clauses in these rows, all those of some documents."""
    kept, asked, at = set(rows.tolist()), [], 0
    for d in documents:
        if at in kept:
            asked.append(Asked(d.text, d.title, d.tasks, sorted(d.topics)))
        at += len(d.topics)
    heard = topics.voices(asked)
    # A topic that no clause was learned from has no voice.
    votes = np.full((*heard.votes.shape[:2], len(design.codes)), -9.0)
    votes[:, :, [design.codes.index(code) for code in topics.codes]] = heard.votes
    return candidates(Voices(votes, heard.terms), design.codes)


def unheard(
    documents: list[Labelled], design: Design, lexicon: Lexicon
) -> tuple[Candidates, np.ndarray]:
    """What the layer is told of each labelled clause by machines that have not seen its text, and the number of its fold."""
    folds, told = np.zeros(len(design.y), int), []
    for fold, (train, test) in enumerate(
        GroupKFold(FOLDS).split(design.x, design.y, design.groups)
    ):
        weights = table(design, fit(design, train))
        told.append(
            hear(documents, design, Topics(with_tables(lexicon, weights, SUMS_ALONE)), test)
        )
        folds[test] = fold
    order = np.concatenate([np.flatnonzero(folds == fold) for fold in range(FOLDS)]).argsort()
    return Candidates(*(np.concatenate(parts)[order] for parts in zip(*told, strict=True))), folds


def part(told: Candidates, rows: np.ndarray) -> Candidates:
    """What the layer is told of these rows."""
    return Candidates(*(values[rows] for values in told))


def learn_layer(told: Candidates, design: Design, rows: np.ndarray) -> str:
    """`topic_layer.csv`, learned from these rows: of the candidates the right one is to have the highest score."""
    wanted = np.array(design.codes)[told.topics] == design.y[:, None]
    rows = rows[wanted[rows].any(axis=1)]
    of_topics, of_clauses, right = told.of_topics[rows], told.of_clauses[rows], wanted[rows]
    worth = design.weights[rows] / design.weights[rows].sum()
    # All inputs of one size, so that the penalty is fair to them.
    centre = np.concatenate([of_topics.mean((0, 1)), of_clauses.mean(0)])
    size = np.concatenate([of_topics.std((0, 1)), of_clauses.std(0)]) + 1e-6
    n = len(OF_TOPICS)
    of_topics, of_clauses = (
        (of_topics - centre[:n]) / size[:n],
        (of_clauses - centre[n:]) / size[n:],
    )
    random = np.random.default_rng(0)
    shapes = [(n,), (UNITS,), (UNITS,), (n, UNITS), (len(OF_CLAUSES), UNITS)]
    ends = np.cumsum([np.prod(shape) for shape in shapes])

    def parts(values: np.ndarray) -> list[np.ndarray]:
        pieces = np.split(values, ends[:-1])
        return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        straight, says, level, topic_weights, clause_weights = parts(values)
        shared = of_clauses @ clause_weights + level
        units = np.tanh(of_topics @ topic_weights + shared[:, None])
        scores = of_topics @ straight + units @ says
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        error = (shares - right) * worth[:, None]
        below = error[..., None] * says * (1 - units**2)
        each = below.sum(axis=1)
        gradient = [
            np.einsum("ck,ckt->t", error, of_topics),
            np.einsum("ck,cku->u", error, units),
            each.sum(axis=0),
            of_topics.reshape(-1, n).T @ below.reshape(-1, UNITS),
            of_clauses.T @ each,
        ]
        cost = -(worth * np.log(shares[right])).sum() + PENALTY * (values**2).sum() / 2
        return cost, np.concatenate([g.ravel() for g in gradient]) + PENALTY * values

    start = random.normal(scale=0.3, size=ends[-1])
    start[0] = 2.0
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    straight, says, level, topic_weights, clause_weights = parts(found.x)
    weights = np.vstack([topic_weights, clause_weights]) / size[:, None]
    level = level - centre @ weights
    lines = [["straight", 1, 0, *straight / size[:n], *([0] * len(OF_CLAUSES))]]
    lines += [
        [f"unit {unit + 1:02}", says[unit], level[unit], *weights[:, unit]] for unit in range(UNITS)
    ]
    rounded = ([name, *(f"{value:.4g}" for value in values)] for name, *values in lines)
    return "".join(f"{','.join(cells)}\n" for cells in (COLUMNS, *rounded))


def with_tables(lexicon: Lexicon, weights: str, layer: str) -> Lexicon:
    """The lexicon with these tables of topics."""
    return Lexicon({**lexicon.files, "topic_weights.csv": weights, "topic_layer.csv": layer})


def report(told: Candidates, folds: np.ndarray, design: Design, lexicon: Lexicon) -> None:
    """Print how often the topic is right in texts that the model has not seen."""
    codes = np.array(design.codes)
    chosen = np.zeros(len(design.y), int)
    for fold in range(FOLDS):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        layer = Layer(with_tables(lexicon, "", learn_layer(told, design, train)))
        chosen[test] = layer.scores(part(told, test)).argmax(axis=1)
    for name, best in (("highest sums alone", np.zeros_like(chosen)), ("with the layer", chosen)):
        right = codes[np.take_along_axis(told.topics, best[:, None], axis=1)[:, 0]] == design.y
        print(
            f"cross-validated over documents, {name}: labelled clauses that are initiatives {right[design.kept].mean():.3f}, "
            f"gold {right[design.is_gold].mean():.3f}, pages {right[design.is_page].mean():.3f}, "
            f"of all {len(right)}: {right.mean():.3f}"
        )


def table(design: Design, model: LinearSVC) -> str:
    """`topic_weights.csv` of a model."""
    n = len(design.grams)
    shared = np.column_stack([model.intercept_, model.coef_[:, :n], model.coef_[:, 2 * n :]])
    names = ["@bias", *design.grams, *(f"@{code}" for code in design.codes)]
    own = np.zeros_like(shared)
    own[:, 1 : n + 1] = model.coef_[:, n : 2 * n]
    lines = ["term,weights,own"]
    for name, j in sorted(zip(names, range(len(names)), strict=True)):
        least = 0 if name.startswith("@") else SMALLEST_WEIGHT
        cells = [_cell(model.classes_, weights[:, j], least) for weights in (shared, own)]
        if any(cells):
            lines.append(f"{name},{','.join(cells)}")
    return "\n".join(lines) + "\n"


def _cell(codes: np.ndarray, weights: np.ndarray, least: int) -> str:
    """What a term adds to each topic, in hundredths."""
    cells = {int(code): round(100 * SCALE * w) for code, w in zip(codes, weights, strict=True)}
    return " ".join(f"{code}:{w}" for code, w in cells.items() if w and abs(w) >= least)


def main() -> None:
    """Train, report and, if asked, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    pages = args.texts.iterdir() if args.texts else ()
    documents = load(args.shared, args.gold or args.shared / "gold", pages)
    lexicon = Lexicon(read_lexicons(ROOT / "seeds/lexicons"))
    stub = with_tables(lexicon, "term,weights,own\n@bias,1:0,\n", SUMS_ALONE)
    design = Design(documents, Topics(stub))
    print(f"{len(documents)} documents, {len(design.y)} labels, {len(design.grams)} terms")
    told, folds = unheard(documents, design, lexicon)
    report(told, folds, design, lexicon)
    if args.write:
        every = np.arange(len(design.y))
        for name, text in (
            ("topic_weights", table(design, fit(design, every))),
            ("topic_layer", learn_layer(told, design, every)),
        ):
            (ROOT / f"seeds/lexicons/{name}.csv").write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
