"""Words: what jieba's dictionary and the lexicons' own terms say about a stretch of plain text.

Cutting a text with jieba takes some two fifths of the time that all tables of it take now, and tagging it five times as long
as cutting (`bench/README.md`): so the dictionary is asked directly. The lexicons' own terms are given to it once.
"""

import sys
from collections.abc import Mapping

import jieba

from transforms.lexicon import Lexicon
from transforms.longest import lengths_by_end, lengths_by_start

# Longer words are not looked for.
_LONGEST = 8
# The dictionary's many names of persons that are hardly ever met only tear other words apart.
_NAME_TAGS, _FREQUENT = frozenset({"nr", "nrt", "nrfg"}), 100
# Keywords are taken from so many characters at most: an object that goes on for longer is a list.
_NEAR = 32
# Two characters may be a word whatever stands before them.
_PAIR = (2,)
_NOUN_TAGS = frozenset({"n", "nz", "nt", "ns", "nl", "ng", "vn", "an", "j", "l", "eng"})


class Words:
    """A dictionary of words with their tags; it is read from jieba's at the first question."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._terms = frozenset(lexicon.terms("terms"))
        self._common = frozenset(lexicon.terms("common_nouns"))
        self._tags: dict[str, str] = {}
        self._from: Mapping[str, tuple[int, ...]] = {}
        self._upto: Mapping[str, tuple[int, ...]] = {}

    def prepare(self) -> None:
        """Read the dictionary now."""
        if not self._tags:
            self._dictionary()

    def tag(self, word: str) -> str | None:
        """The dictionary's tag of a word (`v`, `n`, `d` …), `nz` for a term of the lexicons, None if it has none."""
        return (self._tags or self._dictionary()).get(word)

    def at(self, plain: str, start: int, end: int) -> int:
        """The end of the longest word that begins at `start`; a character that begins none is a word of its own."""
        tags = self._tags or self._dictionary()
        for length in self._from.get(plain[start : start + 2], ()):
            stop = start + length
            # Of two characters, these are the word.
            if stop <= end and (length == 2 or plain[start:stop] in tags):
                return stop
        return start + 1

    def keywords(self, span: str) -> tuple[str, ...]:
        """Up to five nouns and terms near the beginning of a span that say what it is about, in their order.

        Words are cut off the end, the longest first, which is right more often in Chinese than from the front.
        """
        tags = self._tags or self._dictionary()
        found, stop = [], min(len(span), _NEAR)
        while stop > 1:
            for length in self._upto.get(span[max(0, stop - 3) : stop], _PAIR):
                word = span[max(0, stop - length) : stop]
                if tag := tags.get(word):
                    if tag in _NOUN_TAGS and word not in self._common:
                        found.append(word)
                    stop -= length
                    break
            else:
                stop -= 1
        return tuple(dict.fromkeys(reversed(found)))[:5]

    def _dictionary(self) -> dict[str, str]:
        """Every word with its tag, read at the first question and without jieba's own loading, which prints to the log and
        leaves a cache file behind; with it, how long words are by how they begin and end.
        """
        with jieba.Tokenizer().get_dict_file() as file:
            lines = file.read().decode("utf-8").split("\n")
        entries = (line.split(" ") for line in lines if line)
        self._tags = {
            word: sys.intern(tag)
            for word, frequency, tag in entries
            if tag not in _NAME_TAGS or int(frequency) >= _FREQUENT
        }
        self._tags.update(dict.fromkeys(self._terms, "nz"))
        words = [word for word in self._tags if len(word) <= _LONGEST]
        self._from = lengths_by_start(words)
        # By three characters: among all words that end with two of them most would be tried in vain.
        upto = lengths_by_end((word for word in words if len(word) > 2), 3)
        with_pair = {lengths: lengths + _PAIR for lengths in set(upto.values())}
        self._upto = {end: with_pair[lengths] for end, lengths in upto.items()}
        return self._tags
