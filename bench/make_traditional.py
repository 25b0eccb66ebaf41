"""Make `seeds/lexicons/traditional.csv` from OpenCC's table of Traditional characters.

    python bench/make_traditional.py TSCharacters.txt

A character that Simplified texts use themselves (GB 2312 holds it) is left out; `traditional_rulings.csv` decides the
exceptions either way. (The view of a text uses the list for texts alone that hold many Traditional characters.)
"""

import csv
import sys
from pathlib import Path

LEXICONS = Path(__file__).parent.parent / "seeds" / "lexicons"


def is_simplified(character: str) -> bool:
    """Whether the standard of Simplified characters holds it."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def rulings() -> dict[str, str]:
    """Character -> what it becomes, decided by hand; itself where it stays."""
    with (LEXICONS / "traditional_rulings.csv").open(encoding="utf-8", newline="") as file:
        return {row["term"]: row["simplified"] for row in csv.DictReader(file)}


def pairs(table: str) -> dict[str, str]:
    """Traditional -> Simplified, one character for one, both in the basic plane."""
    found = {}
    for line in filter(None, table.splitlines()):
        traditional, _, readings = line.partition("\t")
        simplified = readings.split(" ")[0]
        if not is_simplified(traditional) and max(traditional, simplified) <= "\uffff":
            found[traditional] = simplified
    return {old: new for old, new in (found | rulings()).items() if old != new}


def main(path: str) -> None:
    """Write the word list and say how long it is."""
    found = pairs(Path(path).read_text(encoding="utf-8"))
    with (LEXICONS / "traditional.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["term", "simplified"])
        writer.writerows(sorted(found.items()))
    print(f"{len(found)} characters")


if __name__ == "__main__":
    main(sys.argv[1])
