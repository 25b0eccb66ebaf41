"""A list or rule that is not well-formed is named when it is loaded: file, line, what is wrong, what to do."""

import pytest

from transforms.lexicon import Lexicon, LexiconError

TRADITIONAL = "term,simplified\n會,会\n著,着\n"
RULE = """
[[rule]]
name = "bids"
kind = "bid"
verbs = []
pattern = "争取"
examples = ["【争取】项目"]
counterexamples = ["修桥"]
"""


def fault_of_list(name: str, text: str) -> str:
    """What is said of a list of that name."""
    with pytest.raises(LexiconError) as error:
        Lexicon({f"{name}.csv": text, "traditional.csv": TRADITIONAL}).table(name)
    return str(error.value)


LISTS = {
    "verbs.csv:3: traits 'lead leed' of '修缮' cannot be; write any, arrive, causes, deal": (
        "term,traits\n会同,lead\n修缮,lead leed\n"
    ),
    "topic_terms.csv:2: topic '11' of '水渠' cannot be; write 1, 10, 12": "term,topic\n水渠,11\n",
    "idioms.csv:2: split 'no' of '齐心协力' cannot be; write nothing or yes": (
        "term,kind,split\n齐心协力,principle,no\n"
    ),
    "posts.csv:1: no column strength; name it there": "term\n书记\n",
    "adverbs.csv:2: term ' 加快' has a space around it; remove it": "term\n 加快\n",
    "adverbs.csv:3: term '' is empty; give it, or remove the line": 'term\n加快\n""\n',
    "adverbs.csv:4: term '加快' stands on line 2 already; keep one": "term\n加快\n抓紧\n加快\n",
    "adverbs.csv:3: term '加快' stands behind '抓紧'; sort the lines": "term\n抓紧\n加快\n",
    "adverbs.csv:3: '大會' has Traditional characters; write it in Simplified": (
        "term\n加快\n大會\n"
    ),
    "adverbs.csv:2: 2 columns; fill all 1": "term\n加快,lead\n",
    "adverbs.csv:1: is empty; begin with the names of the columns": "",
    "adverbs.csv:1: begins with a byte order mark; save it in UTF-8 without one": (
        "\ufeffterm\n加快\n"
    ),
    "adverbs.csv:2: ',' expected after '\"'; write the line as CSV": 'term\n"加"快\n',
    "programme_words.csv:3: term_key '行动' stands on line 2 already": (
        "term_key,use\n行动,lead\n行动,lead\n"
    ),
}


@pytest.mark.parametrize("words", LISTS)
def test_a_fault_of_a_list_is_named_with_its_line(words: str) -> None:
    assert fault_of_list(words.partition(".")[0], LISTS[words]).startswith(words)


def test_a_character_that_is_simplified_too_may_stand() -> None:
    lexicon = Lexicon({"adverbs.csv": "term\n显著\n", "traditional.csv": TRADITIONAL})
    assert lexicon.terms("adverbs") == ("显著",)


def test_a_term_may_stand_in_several_uses() -> None:
    lexicon = Lexicon({"programme_words.csv": "term_key,use\n行动,lead\n行动,soft\n"})
    assert lexicon.terms("programme_words", use="soft") == ("行动",)


def test_a_list_without_a_column_that_is_asked_for_says_so() -> None:
    lexicon = Lexicon({"adverbs.csv": "term\n加快\n"})
    for ask in (
        lambda: lexicon.mapping("adverbs", "use"),
        lambda: lexicon.terms("adverbs", use=""),
    ):
        with pytest.raises(LexiconError, match=r"adverbs\.csv:1: no column 'use'; name it"):
            ask()


RULES = {
    "kinds.toml:3: rule bids: kind: 'bidd' cannot be; write bid, goal, measure or principle": (
        'kind = "bid"',
        'kind = "bidd"',
    ),
    "kinds.toml:3: rule bids: knd: not a known key; write counterexamples, examples, kind": (
        'kind = "bid"',
        'kind = "bid"\nknd = "bid"',
    ),
    "kinds.toml:3: rule bids: no key 'kind'; add it to the rule": ('kind = "bid"', ""),
    "kinds.toml:3: rule bids: verbs: '争' cannot be; write it as the rules beside it do": (
        "verbs = []",
        'verbs = "争"',
    ),
    "kinds.toml:3: rule bids: examples: no list of texts": ('["【争取】项目"]', '"争取"'),
    "kinds.toml:3: rule bids: pattern: missing )": ('"争取"', '"(争取"'),
    "kinds.toml:3: rule bids: does not match its example '【争取】项目'": ('"争取"', '"争创"'),
    "kinds.toml: not TOML: ": ("verbs = []", "verbs = ["),
    "kinds.toml: no [[rule]]; write each of its rules under that": ("[[rule]]", "[rule]"),
}


@pytest.mark.parametrize("words", RULES)
def test_a_fault_of_a_rule_is_named_with_its_line(words: str) -> None:
    before, after = RULES[words]
    with pytest.raises(LexiconError) as error:
        Lexicon({"kinds.toml": RULE.replace(before, after, 1)}).rules("kinds")
    assert str(error.value).startswith(words)
