"""What `huiyi check` can find: the stable names of findings, how grave each is, and what to do about it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]
Unit: TypeAlias = Literal["line", "printed line", "paragraph", "row"]
"""What a kind of file is counted in."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: an error makes a file unfit, a warning does not."""

    severity: Severity
    summary: str
    remedy: str


CODES: dict[str, Code] = {
    "cannot-read": Code(
        "error", "the file cannot be read", "save the text of the report as .txt in UTF-8"
    ),
    "encoding": Code(
        "error",
        "the bytes are no text in an encoding that is known",
        "open the file where it reads well, and save it as UTF-8 text",
    ),
    "sidecar": Code("error", "a mistake in the .toml beside the text", "correct the line named"),
    "no-report": Code(
        "error",
        "the text holds neither a meeting nor an initiative",
        "give the whole text of one meeting report; other texts do not belong here",
    ),
    "duplicate": Code(
        "error", "the same bytes are in the dataset or given twice", "leave this copy out"
    ),
    "near-duplicate": Code(
        "error",
        "the same report is in the dataset or given twice, from another outlet or with other line breaks",
        "leave this copy out; a report is released once",
    ),
    "changed-source": Code(
        "error",
        "a file that was released has other bytes now",
        "restore it, and add the new text as a file of its own; if the change is meant, say so with "
        "--allow changed-source",
    ),
    "several-articles": Code(
        "error",
        "a second article begins in the file",
        "give each article a file of its own, and cut this one where the next headline begins",
    ),
    "private-data": Code(
        "error",
        "a number that belongs to a private person",
        "leave this text out, or add the version that its publisher has redacted",
    ),
    "bidi-control": Code(
        "error",
        "a control character that turns the order in which a text is shown",
        "fetch the text anew without it; what is shown must be what is read",
    ),
    "unexplained": Code(
        "error",
        "a large share of the text plays no role that is known",
        "see which with `huiyi show --explain`: debris of a page goes, missing words go into seeds/lexicons",
    ),
    "broken-expectation": Code(
        "error",
        "rows of the text break what every row must be",
        "nothing is wrong with the text: report this as an error of the program",
    ),
    "no-meeting": Code(
        "warning",
        "initiatives, but no meeting that they were said at",
        "fine for an on-site visit; else give the text with its headline and lead",
    ),
    "no-date": Code(
        "warning",
        "the day of the meeting is not known",
        "give `published_on` in the sidecar, so that the year of 1月5日 can be told",
    ),
    "unlikely-day": Code(
        "warning",
        "the day of publication is yet to come, or far from the meeting's",
        "compare `published_on` in the sidecar, or the day printed in the text, with the source",
    ),
    "unknown-place": Code(
        "warning",
        "the place of the meeting is in no list of divisions",
        "look for a misprint; a new or renamed place goes into seeds/lexicons",
    ),
    "no-initiative": Code(
        "warning",
        "a meeting, but nothing that it directs to be done",
        "see with `huiyi show --explain` whether something was overlooked",
    ),
    "count-unfulfilled": Code(
        "warning",
        "a counted catch-phrase has more or fewer members than it says",
        "see whether the text is whole and its columns are in order; a slip of the source itself may stay",
    ),
    "broken-number": Code(
        "warning",
        "white space within a number",
        "compare with the source: a layout or a conversion has torn the number",
    ),
    "broken-quote": Code(
        "warning",
        "a quotation mark without its partner in the paragraph",
        "compare with the source: a mark is missing, or columns are out of order",
    ),
    "markup": Code(
        "warning",
        "HTML in a plain text",
        "save the page itself as .html, or copy the text as shown",
    ),
    "page-debris": Code(
        "warning",
        "much of the file is what surrounds a report on a page",
        "take the report alone: from its headline to its last sentence",
    ),
    "invisible-character": Code(
        "warning",
        "characters that nobody sees",
        "harmless where the source has them; else copy the text without them",
    ),
    "office-telephone": Code(
        "warning",
        "the telephone of an office",
        "fine where the source prints it in its report; page footers are better left out",
    ),
    "licence-unknown": Code(
        "warning",
        "nobody has said under which licence the text may be passed on",
        'write `licence = "…"` into the sidecar if you know it',
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding in a file: where (1-based, None where no place can be told), which words, what is the matter, what to do.

    `line` counts what `unit` says: the lines of a text, the printed lines of a PDF, a Word file's paragraphs, Parquet's rows.
    """

    code: str
    severity: Severity
    path: str
    line: int | None
    column: int | None
    words: str | None
    message: str
    remedy: str
    unit: Unit = "line"


def finding_at(
    path: str,
    code: str,
    message: str,
    *,
    line: int | None = None,
    column: int | None = None,
    words: str | None = None,
    remedy: str = "",
    unit: Unit = "line",
) -> Finding:
    """A finding as grave as its kind is, with the remedy of its kind where it has none of its own."""
    kind = CODES[code]
    remedy = remedy or kind.remedy
    return Finding(code, kind.severity, path, line, column, words, message, remedy, unit)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in a document; `confidence` is how sure its encoding is, 1 where its bytes say so (to 0.1)."""

    document_id: str
    title: str | None
    meeting: str | None
    date: str | None
    place: str | None
    encoding: str
    confidence: float
    counts: dict[str, int]
    unexplained: float


Verdict: TypeAlias = Literal["fit", "fit with warnings", "unfit"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file, or a row of a bulk file, with its verdict's reasons; no facts where nothing could be extracted."""

    path: str
    facts: Facts | None
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether the text is fit to come in."""
        grave = {finding.severity for finding in self.findings}
        if "error" in grave:
            return "unfit"
        return "fit with warnings" if grave else "fit"
