"""What columns of word lists and keys of rules may hold, where that is one of a few words; checked when they are loaded."""

from collections.abc import Collection, Mapping

from expectations.tables import COMPARATORS, KINDS, LEVELS, MEETING_KINDS, PARTICIPANT_ROLES, TOPICS

_KINDS = frozenset(KINDS) - {"target"}
"""Of the kinds of initiatives those that words decide; a target is one by its number."""
_LEVELS = frozenset(LEVELS)
_TRAITS = (
    "any arrive causes deal empty firm give lead light noun pairs pure pushed result state takes"
)
_BOOL: Collection[object] = (False, True)

COLUMNS: Mapping[str, Mapping[str, Collection[str]]] = {
    "authorities": {"level": _LEVELS, "branch": {"party", "state", "rank"}},
    "citation_words": {
        "use": {
            *("after_time", "aspect", "cue", "inspect", "joint", "narrative", "paper"),
            *("plain_speech", "speech", "spirit", "tail", "telling", "word"),
        }
    },
    "comparators": {"position": {"before", "after"}, "comparator": COMPARATORS},
    "counted_heads": {"kind": {"deed", "noun", "pair", "soft"}},
    "credit_fields": {
        "part": {"byline", "credit", "furniture"},
        "value": {"", "byline", "date", "publisher", "title"},
    },
    "divisions": {"level": {"province", "prefecture", "county"}},
    "given_name_stops": {"place": {"any", "last"}},
    "idioms": {"kind": _KINDS, "split": {"", "yes"}},
    "level_words": {"level": _LEVELS},
    "member_words": {"use": {"frame", "lead", "particle"}},
    "numerals": {"kind": {"digit", "double", "place", "point", "scale"}},
    "organ_tails": {"kind": {"office", "own"}},
    "organs": {"level": _LEVELS},
    "participation": {"role": PARTICIPANT_ROLES},
    "posts": {"strength": {"strong", "weak"}},
    "prepositions": {
        "construction": {
            *(
                "around",
                "disposal",
                "giving",
                "manner",
                "means",
                "phrase",
                "place",
                "regard",
                "use",
            ),
        }
    },
    "programme_heads": {"use": {"any", "issued", "official", "quoted", "soft", "whole"}},
    "programme_words": {
        "use": {"after", "class", "generic", "hard", "inner", "lead", "run", "soft"}
    },
    "surnames": {"kind": {"common", "compound", "rare"}},
    "target_words": {
        "use": {
            *("all", "anchor", "commitment", "deed", "duration_head", "each", "etc", "from"),
            *("growth", "keep", "lead", "list_noun", "mean", "place", "project", "project_unit"),
            *("stop", "tail"),
        }
    },
    "title_words": {
        "use": {
            *("about", "central", "dealt", "draft", "follow", "followed", "heard", "issue"),
            *("kind", "law", "neutral", "passed", "press", "report", "shown", "stage", "volume"),
        }
    },
    "titles": {"part": {"courtesy", "post"}},
    "topic_terms": {"topic": frozenset(map(str, TOPICS))},
    "units": {"measure": {"count", "duration", "money", "quantity", "share"}},
    "verb_kinds": {"kind": _KINDS},
    "verb_marks": {
        "mark": {
            *("adverbial", "attributive", "conjunction", "noun_ending", "quotation", "separator"),
            *("title", "unquotation", "untitle"),
        }
    },
    "verbs": {"traits": frozenset(_TRAITS.split())},
}
"""List -> column -> its words; of the column `traits`, which may hold several of them or none, each."""

_ZONES = {*("furniture", "mixed", "opening", "other", "past", "period", "plan", "problems", "year")}
_FORCE: Mapping[str, Collection[object]] = {"firm?": _BOOL, "turns?": _BOOL}

KEYS: Mapping[str, Mapping[str, type | Collection[object]]] = {
    "chapters.chapter": {"zone": _ZONES},
    "chapters.turn": {"zone": _ZONES, "holds": {"on", "paragraph"}},
    "citations.document": {"form": {"before", "title"}, "level": _LEVELS},
    "citations.own": {"demanded": _BOOL},
    "citations.rule": {
        "level": {*_LEVELS, "body", "joined", "place", "post", "superior", "unknown"},
        "event": _BOOL,
        "cue": (*_BOOL, "word"),
        "party?": _BOOL,
        "after?": str,
        "unnamed?": _BOOL,
    },
    "enumerations.after": {"form": {"list", "ordinals"}},
    "enumerations.rule": {"count": {"listed", "numeral", "sum"}, "listed?": _BOOL},
    "hygiene.private": {"what": str, "holds": {"", "luhn", "resident_id"}},
    "kinds.rule": {"kind": _KINDS, "verbs": list},
    "ledger.aim": {**_FORCE, "spoken?": _BOOL},
    "ledger.asked": {"says": {"order"}},
    "ledger.assessment": {**_FORCE, "keeps?": _BOOL},
    "ledger.frame": {"mode?": {"assessment"}},
    "ledger.past": _FORCE,
    "ledger.procedure": _FORCE,
    "ledger.speech": {"says": {"demand", "order", "others", "statement"}},
    "ledger.statistic": _FORCE,
    "masthead.line": {
        "part": {"byline", "credit", "dateline", "deck", "furniture", "label"},
        "locates?": _BOOL,
    },
    "meeting_kinds.rule": {"kind": MEETING_KINDS},
    "modals.modal": {"stays": _BOOL},
    "ordinals.ordinal": {"family": str, "demands": _BOOL},
    "people.rule": {"role?": PARTICIPANT_ROLES},
    "targets.rule": {"form": {"doubled", "measured", "share"}, "units?": dict},
    "targets.year": {"form": {"plan", "span", "this", "whole", "year"}},
}
"""File and section -> key -> its words or its type; a key that ends in `?` may be left out."""
