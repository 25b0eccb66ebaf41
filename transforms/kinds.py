"""The kind of an initiative: target, bid, principle, goal or measure, the first that fits."""

from collections.abc import Iterator

from transforms.lexicon import Lexicon, Rule
from transforms.verbs import Head


class Kinds:
    """Tells initiatives apart by their head verb and its object; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._of_verb = lexicon.mapping("verb_kinds", "kind")
        self._of_phrase = lexicon.mapping("idioms", "kind")
        rules = lexicon.rules("kinds")
        verbs = {verb for rule in rules for verb in rule["verbs"]}
        self._rules = {verb: tuple(_asked(rules, verb)) for verb in verbs}
        self._common = tuple(_asked(rules, ""))

    def kind(self, plain: str, head: Head, has_target: bool) -> str:
        """The kind of the initiative `plain` (its span on the plain view), whose head has been found."""
        if has_target:
            return "target"
        verb = head.verb.value if head.verb else ""
        for rule in self._rules.get(verb, self._common):
            if rule.pattern.search(plain):
                return str(rule["kind"])
        return self._of_phrase.get(verb) or self._of_word(verb)

    def _of_word(self, verb: str) -> str:
        """The kind of a verb, or of the first of several that go together; a measure if no list says otherwise."""
        for stop in range(len(verb), 0, -1):
            if (kind := self._of_verb.get(verb[:stop])) and (stop != 1 or len(verb) == 1):
                return kind
        return "measure"


def _asked(rules: tuple[Rule, ...], verb: str) -> Iterator[Rule]:
    """The rules that are asked for a verb, in the file's order."""
    for rule in rules:
        if not rule["verbs"] or verb in rule["verbs"]:
            yield rule
