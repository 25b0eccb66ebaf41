"""The process in which files from strangers are parsed (see `flows.sandbox`): `python -m flows.parser MEGABYTES`.

It reads a line of JSON that says what comes, and then the file; it answers with a line of JSON, until its input ends.
"""

import json
import os
import resource
import sys
from typing import IO, Any

from transforms.parsing import parse
from transforms.source import Rejected

_REMEDY = "the file is damaged or made to harm; save the text of the report as .txt in UTF-8"


def main() -> None:
    """Answer about one file after the other."""
    limit_memory(int(sys.argv[1]))
    answers = own_output()
    while head := sys.stdin.buffer.readline():
        told = json.loads(head)
        answer = _answer(sys.stdin.buffer.read(told["bytes"]), told["media_type"])
        answers.write(json.dumps(answer, default=str).encode() + b"\n")
        answers.flush()


def limit_memory(megabytes: int) -> None:
    """More is refused to this process from now on; it leaves no core behind when it dies of that."""
    size = megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def own_output() -> IO[bytes]:
    """The standard output for answers alone: what a library prints goes nowhere."""
    mine = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return mine


def _answer(content: bytes, media_type: str) -> dict[str, Any]:
    try:
        parsed = parse(content, media_type)
    except Rejected as rejected:
        return {"reason": rejected.reason, "line": rejected.line}
    except MemoryError:
        return {"reason": f"takes more memory to parse than a report can; {_REMEDY}"}
    # What a library raises at a damaged file is not always its own kind of error.
    except Exception as error:
        return {"reason": f"cannot be parsed ({type(error).__name__}: {error}); {_REMEDY}"[:500]}
    page = parsed.page
    return {
        "text": page.text,
        "marks": page.marks,
        "title": page.title,
        "publisher": page.publisher,
        "published_on": page.published_on,
        "encoding": parsed.encoding,
        "confidence": parsed.confidence,
    }


if __name__ == "__main__":
    main()
