"""The kind of an initiative: target, bid, principle, goal or measure, the first that fits."""

from transforms.lexicon import Lexicon
from transforms.prefilter import ANY, Prefilter
from transforms.signals import Signals
from transforms.verbs import Head


class Kinds:
    """Tells initiatives apart by their head verb and its object; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon, prefilter: Prefilter | None = None) -> None:
        self._of_verb = lexicon.mapping("verb_kinds", "kind")
        self._of_phrase = lexicon.mapping("idioms", "kind")
        rules, prefilter = lexicon.rules("kinds"), prefilter or Prefilter()
        self._signals = {
            verb: Signals((r for r in rules if not r["verbs"] or verb in r["verbs"]), prefilter)
            for verb in {"", *(verb for rule in rules for verb in rule["verbs"])}
        }

    def kind(self, plain: str, head: Head, has_target: bool, may: int = ANY) -> str:
        """The kind of the initiative `plain` (its span on the plain view), whose head has been found.

        `may` are the bits that the prefilter gives the clause in which it stands.
        """
        if has_target:
            return "target"
        verb = head.verb.value if head.verb else ""
        # 学习宣传、落实全会精神: of deeds with one object the first is asked for.
        signals = self._signals.get(verb) or self._signals.get(verb.split("、")[0])
        signals = signals or self._signals[""]
        if rule := signals.of(plain, may):
            return str(rule["kind"])
        # 紧密配合 by itself; 有序推进 with something to push is no set phrase.
        phrase = head.adverb.value + verb if head.adverb and head.object is None else verb
        return self._of_phrase.get(phrase) or self._of_phrase.get(verb) or self._of_word(verb)

    def _of_word(self, verb: str) -> str:
        """The kind of a verb, or of the first of several that go together; a measure if no list says otherwise."""
        for stop in range(len(verb), 0, -1):
            if (kind := self._of_verb.get(verb[:stop])) and (stop != 1 or len(verb) == 1):
                return kind
        return "measure"
