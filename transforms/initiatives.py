"""Initiatives: what the ledger found to be directed, read for its verb, its kind and its words."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from transforms.found import Found
from transforms.kinds import Kinds
from transforms.ledger import Entry
from transforms.lexicon import Lexicon
from transforms.prefilter import Prefilter
from transforms.text import Text
from transforms.verbs import Head, Verbs
from transforms.words import Words


class InitiativeFacts:
    """What an initiative says, in the words of the text; `keywords` alone are in the words of its plain view."""

    def __init__(
        self,
        verb: str | None,
        object: str | None,
        adverb: str | None,
        modal: str | None,
        kind: str,
        keywords: tuple[str, ...],
        sentence: str,
    ) -> None:
        self.verb = verb
        self.object = object
        self.adverb = adverb
        self.modal = modal
        self.kind = kind
        self.keywords = keywords
        self.sentence = sentence


class Initiatives:
    """Reads the initiatives of a text; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon, words: Words, prefilter: Prefilter | None = None) -> None:
        self._prefilter = prefilter or Prefilter()
        self._words = words
        self._verbs = Verbs(lexicon, words, self._prefilter)
        self._kinds = Kinds(lexicon, self._prefilter)

    def find(
        self, text: Text, entries: Iterable[Entry], targets: Iterable[Found[Any]]
    ) -> tuple[Found[InitiativeFacts], ...]:
        """The initiatives among a ledger's entries, in reading order; `targets` decide which of them are targets."""
        ends = sorted(target.end for target in targets)
        may = self._prefilter.of(text)
        return tuple(
            Found(
                entry.span_start,
                entry.span_end,
                self._facts(text, entry, ends, may[text.clause_at(entry.span_start)]),
            )
            for entry in entries
            if entry.role == "initiative"
        )

    def _facts(self, text: Text, entry: Entry, target_ends: list[int], may: int) -> InitiativeFacts:
        start, end = entry.span_start, entry.span_end
        plain = text.plain[start:end]
        head = self._verbs.head(text.plain, start, end, may)
        has_target = bisect_right(target_ends, start) != bisect_right(target_ends, end)
        spoken_of = (
            text.plain[head.object.start : end] if head.object and _opens(head, start) else plain
        )
        return InitiativeFacts(
            verb=_printed(text, head.verb),
            object=_printed(text, head.object),
            adverb=_printed(text, head.adverb),
            modal=_printed(text, entry.modal),
            kind=self._kinds.kind(plain, head, has_target, may),
            keywords=self._words.keywords(spoken_of),
            sentence=_sentence(text, start),
        )


def _opens(head: Head, start: int) -> bool:
    """Whether nothing but adverbs stands before the verb, so that the object says what it is about."""
    return head.verb is not None and head.verb.start == (head.adverb.end if head.adverb else start)


def _printed(text: Text, found: Found[str] | None) -> str | None:
    return text.text[found.start : found.end] if found else None


def _sentence(text: Text, offset: int) -> str:
    """The whole sentence in which an offset stands."""
    index = bisect_right(text.sentences, (offset, len(text.text) + 1)) - 1
    return text.text[slice(*text.sentences[index])]
