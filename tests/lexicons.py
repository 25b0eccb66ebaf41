"""The repository's own lexicons, and texts made of a case's words, for the tests of recognisers."""

import pathlib

from transforms.lexicon import Lexicon
from transforms.text import Simplified, Text, read_text

FOLDER = pathlib.Path(__file__).parent.parent / "seeds" / "lexicons"
LEXICON = Lexicon(
    {
        p.name: p.read_text(encoding="utf-8")
        for p in FOLDER.iterdir()
        if p.suffix in (".csv", ".toml")
    }
)
SIMPLIFIED = Simplified(LEXICON.mapping("traditional", "simplified"))


def as_text(words: str) -> Text:
    """The words as a mended text."""
    return read_text(words, SIMPLIFIED)


def cases(path: pathlib.Path) -> list[tuple[str, str]]:
    """The lines of a case file as (text, what is expected of it); ⏎ stands for a line break of the text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(" ⇒") for line in lines if line and not line.startswith("#")]
    return [(words.replace("⏎", "\n"), expected.strip()) for words, _, expected in pairs]
