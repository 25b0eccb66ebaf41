"""Words: what jieba's dictionary and the lexicons' own terms say about a stretch of plain text.

Cutting a text with jieba costs more than all the rest of the pipeline, and tagging it eight times as much. So the
dictionary is asked directly (`at`, `tag`), and `cut` stays for the short stretches that this does not decide.
"""

import math

import jieba

from transforms.lexicon import Lexicon

_LONGEST = 8
_NOUN_TAGS = frozenset({"n", "nz", "nt", "ns", "nl", "ng", "vn", "an", "j", "l", "eng"})


class Words:
    """A dictionary of words with their tags; it is read from jieba's at the first question."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._terms = frozenset(lexicon.terms("terms"))
        self._stop = frozenset(lexicon.terms("common_nouns"))
        self._tags: dict[str, str] = {}
        self._tokenizer: jieba.Tokenizer | None = None

    def tag(self, word: str) -> str | None:
        """The dictionary's tag of a word (`v`, `n`, `d` …), `nz` for a term of the lexicons, None if it has none."""
        return self._dictionary().get(word)

    def at(self, plain: str, start: int, end: int) -> int:
        """The end of the longest word that begins at `start`; a character that begins none is a word of its own."""
        tags = self._dictionary()
        for stop in range(min(end, start + _LONGEST), start + 1, -1):
            if plain[start:stop] in tags:
                return stop
        return start + 1

    def cut(self, plain: str) -> list[str]:
        """The words of a short stretch, by jieba's most probable path."""
        if self._tokenizer is None:
            self._tokenizer = self._load_tokenizer()
        return list(self._tokenizer.cut(plain, HMM=False))

    def keywords(self, span: str) -> tuple[str, ...]:
        """Up to five nouns and terms of a span that say what it is about, in their order.

        Words are cut off the end, the longest first, which is right more often in Chinese than from the front.
        """
        tags, found, stop = self._dictionary(), [], len(span)
        while stop > 1:
            start = self._longest_before(span, stop)
            word, stop = span[start:stop], start
            if len(word) > 1 and tags[word] in _NOUN_TAGS and word not in self._stop:
                found.append(word)
        return tuple(dict.fromkeys(reversed(found)))[:5]

    def _longest_before(self, span: str, stop: int) -> int:
        for start in range(max(0, stop - _LONGEST), stop - 1):
            if span[start:stop] in self._tags:
                return start
        return stop - 1

    def _dictionary(self) -> dict[str, str]:
        if not self._tags:
            with jieba.Tokenizer().get_dict_file() as file:
                lines = file.read().decode("utf-8").split("\n")
            self._tags = {word: tag for word, _, tag in map(str.split, filter(None, lines))}
            self._tags.update(dict.fromkeys(self._terms - self._tags.keys(), "nz"))
        return self._tags

    def _load_tokenizer(self) -> jieba.Tokenizer:
        """A tokenizer filled here: its own loading prints to the log and leaves a cache file behind."""
        tokenizer = jieba.Tokenizer()
        with tokenizer.get_dict_file() as file:
            tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(file)
        tokenizer.initialized = True
        for term in sorted(self._terms):
            if not tokenizer.FREQ.get(term):
                tokenizer.add_word(term)
        tokenizer.log_total = math.log(tokenizer.total)
        return tokenizer
