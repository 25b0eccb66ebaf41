"""What stands around a report: labels, kicker, headline, decks, bylines, datelines, credits, and the debris of pages.

The lines above the lead and those below the last sentence are told apart by the rules of `masthead.toml`; what is left
above the lead (or, where nothing is, below the end) are the headlines, and their order and wording say which is which.
"""

import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from transforms.found import Found
from transforms.lexicon import Lexicon, Rule
from transforms.starts import Starts
from transforms.text import Text

_SECTIONS = (
    "line",
    "opening",
    "glued",
    "pictured",
    "joined",
    "closing",
    "bare",
    "kicker",
    "meeting",
    "deck",
    "body",
    "rest",
    "site",
    "source_lead",
    "source_aside",
    "minutes",
    "speech",
    "held",
    "slogan",
    "convened",
    "bare_meeting",
    "agenda",
    "agendas",
    "long",
    "unit",
    "signed",
    "turn",
)
_HEAD, _TAIL = 60, 40
"""How many paragraphs above the lead, and below the end, are looked at."""
_LONG, _OPENING, _CAPTION = 110, 800, 50
"""From how many characters on a line is no headline; how many are looked at for what kind of text it is."""
_HEADLINE = 9
"""A page's title with fewer characters names a site or a section."""
_BRACKETS = "（([【〔"
"""What opens a remark that is a line of its own."""
_SCRAP = 2
"""What is no longer is no headline, where a field gives one."""
_PLACE = 7
"""No place above a headline, with its colon, is longer."""
_TITLE_PARTS = re.compile(r"[_|｜]+|\s[-–—]+\s|-(?=[^-]*$)")
_BEFORE_SITE = frozenset("—–-_|｜")
"""What a page's own title sets before its site."""
_FIELDS = 160
"""No line of fields or of debris is longer."""
_COLONS = frozenset("：:")
# A button of the page before the fields: 【打印】 发布时间：….
_BUTTON = re.compile(r"[【\[（(]\w{2,4}[】\]）)]\s*|[<‹«]\s?\w{2,4}\s+")
# The name of a section before a headline on its line.
_LABEL = re.compile(r"(?:【[^】]{2,12}】|[\u4e00-\u9fff]{2,6}[丨｜|]\s?)(?=.{6})")
# The name of a section or a medium behind a headline (会议召开 | 要闻, 会议召开【云溪融媒】), and before fields (要闻 来源：…).
_LABEL_BEHIND = re.compile(
    r"(?<=.{9})(?:\s?[丨｜|]\s?[\u4e00-\u9fff]{2,6}|\s?【[\u4e00-\u9fff]{2,8}】)$"
)
_SECTION = re.compile(r"(?:[\u4e00-\u9fff]{2,6}\s+){1,3}")
# The day that stands before the fields of a line (2023-03-05 09:20 来源：…), and that of a page of another order.
_BEFORE_FIELDS = re.compile(
    r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[T\s]*(?:\d{1,2}:\d{2}(?::\d{2})?)?[\s|]*"
)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(20\d\d)(?=\s|$)")
_OPENING_FIELDS = " [【（("
# A field that the lead is glued to: 发布时间：2023-03-05 3月4日，县委召开会议，….
_TOLD = re.compile(r"(?:，[^，]{4,}){3}。$")
_BLANKS = re.compile(r"\s+")
_INNER_BLANK = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
# What a list of a page puts before each of its lines.
_BULLET = re.compile(r"[•·▪●◆]\s+")
# What is left of a table's borders.
_BORDER = re.compile(r"[\s|\-]{0,12}\|[\s|\-]{0,12}$")
_NOISE = re.compile(r"[#■□�^\\]+")
_DAY = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})")
_STOPS = "。！？"
_SENTENCE = re.compile("。|；|[！？](?=.{20})")
_PUNCTUATION = re.compile("[，。；：]")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_NAME = re.compile(r"[^\x00-\x7f]{2,5}$|[^\x00-\x7f]{1,8}·[^\x00-\x7f·]{1,8}$")
_BETWEEN_NAMES = re.compile(r"[\s、，,;；/／丨|：:（）()【】\[\]。]+")


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the masthead says, and which parts of the text it is; the parts are in order and do not overlap.

    The value of a part is one of label, kicker, title, deck, byline, dateline, credit, furniture.
    """

    title: str | None = None
    kicker: str | None = None
    byline: str | None = None
    publisher: str | None = None
    published_on: datetime.date | None = None
    parts: tuple[Found[str], ...] = ()


@dataclass(slots=True)
class _Notes:
    """What has been found so far."""

    parts: list[Found[str]] = field(default_factory=list)
    bylines: list[tuple[int, str]] = field(default_factory=list)
    publisher: str | None = None
    published_on: datetime.date | None = None
    is_said_when: bool = False
    """Whether that day stands in a field that says so, not on a line of its own, which may be today's."""
    located: int | None = None
    """Where a line begins that tells where in its site the page stands."""
    pending: str | None = None
    """The value that the next line gives, after a field name that stands on a line of its own."""


class Mastheads:
    """Finds the masthead of a text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._rules = {section: lexicon.rules("masthead", section) for section in _SECTIONS}
        self._locating = tuple(r.pattern for r in self._rules["line"] if r.extra.get("locates"))
        self._minutes = Starts(self._rules["minutes"][0].pattern)
        self._turns = Starts(self._rules["turn"][0].pattern)
        self._glued_lead = Starts(self._rules["glued"][0].pattern)
        self._fields = {r["term"]: (r["part"], r["value"]) for r in lexicon.table("credit_fields")}
        self._says = frozenset(lexicon.terms("reporting_verbs"))
        names = sorted(self._fields, key=lambda n: (-len(n), n))
        spaced = "|".join(r"\s{0,8}".join(map(re.escape, name)) for name in names)
        reporter = lexicon.alternation("reporter_titles")
        self._field = re.compile(
            rf"(?:\w{{0,8}}?(?P<reporter>{reporter})|(?P<name>{spaced}))\s?[：:]\s?"
        )
        others = [
            n
            for n, (part, value) in self._fields.items()
            if part == "credit" and not value and len(n) > 1
        ]
        self._other = re.compile(rf"[\s、，](?:{'|'.join(map(re.escape, sorted(others)))})[\s：:]")
        self._surnames = frozenset(lexicon.terms("surnames", kind="common"))
        tokens = lexicon.alternation("furniture")
        self._tokens = re.compile(
            rf"(?:{tokens}|[\s|>›»【】\[\]（）()：:×·・\-—_/、,.。\d《》<→…])++"
        )
        # 记者江明通讯员鲁川: what stands between two reporters' titles is a name.
        titles = map(re.escape, lexicon.terms("reporter_titles"))
        # The last character of a name (王志文) is no mark.
        marks = [(t if len(t) > 1 else rf"(?<!\w){t}") for t in lexicon.terms("byline_marks")]
        marks.sort(key=lambda t: (-len(t), t))
        no_name = "".join(f"(?<!{t})(?<!{t} )" for t in titles)
        self._marks = re.compile(
            rf"(?<!\w){no_name}(?:\w{{1,6}}·)?\w{{0,10}}?{reporter}|{reporter}|(?:{'|'.join(marks)})(?=[\s：:/／】）)\]]|$)"
        )

    def find(self, text: Text, title_hint: str | None = None) -> Masthead:
        """The masthead of `text`; `title_hint` is a headline known from elsewhere, such as a page's metadata."""
        notes = _Notes()
        title_hint = self._headline(title_hint)
        headlines, body = self._head(text, notes)
        below, end = self._tail(text, body, notes)
        self._lead(text, body, notes)
        self._close(text, body, end, notes)
        notes.parts += [
            Found(*match.span(), "furniture") for match in self._turns.finditer(text.plain)
        ]
        if not headlines:
            headlines, below = below, []
        notes.parts += [Found(h.start, h.end, "furniture") for h in below]
        headlines = self._of_the_page(headlines, notes)
        title, kicker = self._headlines(text, headlines, title_hint, notes)
        return Masthead(
            title or title_hint,
            kicker,
            _joined(notes.bylines),
            notes.publisher,
            notes.published_on,
            _in_order(notes.parts),
        )

    def _headline(self, hint: str | None) -> str | None:
        """The headline in a page's title, without what names the site or the section; null if it names nothing else."""
        parts = [p.strip() for p in _TITLE_PARTS.split(hint or "") if p and p.strip()]
        parts = [p for p in parts if len(p) >= _HEADLINE and not self._matches("site", p)]
        return _clean(max(parts, key=len)) if parts else None

    def _of_the_page(self, headlines: list[Found[str]], notes: _Notes) -> list[Found[str]]:
        """The headlines below the line that tells where in its site the page stands: what stands above it is the site's."""
        if notes.located is None:
            return headlines
        above = [h for h in headlines if h.start < notes.located]
        below = headlines[len(above) :]
        if not below:
            return headlines
        # A page's own title may hold the headline, with more words behind it.
        page, headline = (_BLANKS.sub("", "".join(h.value for h in x)) for x in (above, below[:1]))
        if headline not in page and any(self._matches("meeting", h.value) for h in above):
            return headlines
        notes.parts += [h._replace(value="furniture") for h in above]
        return below

    # --- Above the lead -------------------------------------------------------------------------------------------

    def _head(self, text: Text, notes: _Notes) -> tuple[list[Found[str]], int]:
        """The headlines above the lead, and the number of the lead's paragraph."""
        headlines: list[Found[str]] = []
        is_minutes = self._minutes.search(text.plain, 0, _OPENING) is not None
        for index, (start, end) in enumerate(text.paragraphs[:_HEAD]):
            start += _bullet(text.plain[start:end])
            line = text.plain[start:end]
            if is_minutes and self._rules["body"][2].pattern.match(line):
                return headlines, index
            is_scrap = all(len(h.value) <= _SCRAP for h in headlines)
            if is_scrap and (at := self._titled(line)):
                # 标 and 题：… that a wide blank has parted.
                notes.parts += [h._replace(value="furniture") for h in headlines]
                headlines = [Found(start + at, end, line[at:])]
                notes.parts.append(Found(start, start + at, "furniture"))
                continue
            if line[0] in _BRACKETS and is_scrap and (at := self._titled(line[1:-1])):
                # （原标题：…） above the lead.
                notes.parts += [h._replace(value="furniture") for h in headlines]
                headlines = [Found(start + 1 + at, end - 1, line[1 + at : -1])]
                notes.parts.append(Found(start, start + 1 + at, "furniture"))
                notes.parts.append(Found(end - 1, end, "furniture"))
                continue
            if self._settle(line, start, notes, self._place(headlines)):
                continue
            if glued := self._glued(line):
                headlines.append(Found(start, start + glued, line[:glued]))
                return headlines, index
            if self._begins_body(line) and not self._stands_above_fields(text, index, headlines):
                return headlines, index
            headlines.append(Found(start, end, line))
        return [], 0

    def _whole(self, text: Text, line: Found[str]) -> str:
        """A line of the headline as printed, without the mark that a picture goes with it (【图】)."""
        mark = self._rules["pictured"][0].pattern.search(text.plain, line.start, line.end)
        return text.text[line.start : mark.start() if mark else line.end]

    def _titled(self, line: str) -> int:
        """Where the headline begins that a field gives (原标题：…), 0 if none does."""
        field = None if _COLONS.isdisjoint(line) else self._field.match(line)
        is_title = field is not None and self._meaning(field)[1] == "title"
        return field.end() if field and is_title and len(line) - field.end() >= _HEADLINE else 0

    def _stands_above_fields(self, text: Text, index: int, headlines: list[Found[str]]) -> bool:
        """Whether the first line, which reads like a lead, is the headline: fields stand below it, and it ends with no mark."""
        start, end = text.paragraphs[index]
        if headlines or end - start > _LONG or text.plain[end - 1] in "。；：！？，":
            return False
        below = text.paragraphs[index + 1 : index + 2]
        return any(
            self._fielded(text.plain[s:e], s, _Notes()) for s, e in below if e - s <= _FIELDS
        )

    def _place(self, headlines: list[Found[str]]) -> str:
        """Where the next line stands: top, head (below a headline), or speech (below the headline of one)."""
        if not headlines:
            return "top"
        return "speech" if any(self._matches("speech", h.value) for h in headlines) else "head"

    def _settle(self, line: str, start: int, notes: _Notes, where: str) -> bool:
        """Whether a line is a credit, a label, furniture …; if so it is noted."""
        value, notes.pending = notes.pending, None
        if len(line) > _FIELDS:
            return False
        if _TOLD.search(line):
            self._fielded(line, start, notes)
            return False
        may_be_value = len(line) <= 24 and not self._field.match(line)
        # Of whom an editor's field names below it, nothing is taken down.
        is_named = value == "" and self._rules["bare"][0].pattern.match(line) is not None
        if may_be_value and (is_named or (value and self._note(value, line, start, notes))):
            notes.parts.append(Found(start, start + len(line), "credit"))
            return True
        if part := self._fielded(line, start, notes) or self._ruled(line, start, notes, where):
            if where != "tail" and any(rule.match(line) for rule in self._locating):
                notes.located = start
            notes.parts.append(Found(start, start + len(line), part))
            return True
        return False

    def _fielded(self, line: str, start: int, notes: _Notes) -> str | None:
        """The part that a line of fields is (来源：… 时间：…)."""
        if _COLONS.isdisjoint(line):
            return None
        opening = len(line) - len(line.lstrip("（(【[ |"))
        dated = _BEFORE_FIELDS.match(line, opening)
        if dated and self._field.match(line, dated.end()):
            self._note("date", dated[0], start, notes)
            opening = dated.end()
        if button := _BUTTON.match(line):
            opening = button.end()
        elif (label := _SECTION.match(line)) and (first := self._field.match(line, label.end())):
            opening = opening if self._meaning(first)[0] == "byline" else label.end()
        first = self._field.match(line, opening)
        if first is None:
            return None
        fields = list(self._field.finditer(line, opening))
        for this, after in zip(fields, [*fields[1:], None], strict=True):
            _, value = self._meaning(this)
            given = line[this.end() : after.start() if after else len(line)]
            if not given.strip("】）)] "):
                notes.pending = value if value != "title" else None
            elif value and value != "title":
                self._note(value, given, start + this.end(), notes)
        parts = {self._meaning(f)[0] for f in fields}
        return parts.pop() if len(parts) == 1 else "credit"

    def _meaning(self, match: re.Match[str]) -> tuple[str, str]:
        if match["reporter"]:
            return "byline", "byline"
        return self._fields[_BLANKS.sub("", match["name"])]

    def _note(self, value: str, given: str, at: int, notes: _Notes) -> bool:
        """Take down what a field says; whether it says it."""
        if value == "date":
            day = _day(given)
            if day and not notes.is_said_when:
                notes.published_on, notes.is_said_when = day, True
            return day is not None
        if value == "publisher":
            lead, aside = (self._rules[s][0].pattern for s in ("source_lead", "source_aside"))
            name = aside.split(lead.sub("", given, count=1))[0].strip("【】）)]〕》 ").split(" ")[0]
            notes.publisher = notes.publisher or name or None
            notes.published_on = notes.published_on or _day(given)
            return bool(name)
        names = self._names(given)
        notes.bylines += [(at, name) for name in names]
        return bool(names)

    def _ruled(self, line: str, start: int, notes: _Notes, where: str) -> str | None:
        """The part that a rule for whole lines says a line is; `where` is top, head, speech or tail."""
        if _is_noise(line):
            return "furniture"
        for rule in self._rules["line"]:
            match = rule.pattern.match(line)
            if match and self._take(match, start, notes):
                self._also(line, match, start, notes)
                return str(rule["part"])
        if self._tokens.fullmatch(line):
            return "furniture"
        match = self._rules["bare"][0].pattern.match(line) if where != "top" else None
        if match and where == "speech":
            return "deck"
        return "byline" if match and self._take(match, start, notes) else None

    def _also(self, line: str, match: re.Match[str], start: int, notes: _Notes) -> None:
        """Take down what fields say further along a line that begins with the day of publication or with a site."""
        groups = match.groupdict()
        if "byline" in groups or not (groups.get("date") or "site" in groups):
            return
        fields = list(self._field.finditer(line))
        for this, after in zip(fields, [*fields[1:], None], strict=False):
            if (value := self._meaning(this)[1]) and value != "title":
                given = line[this.end() : after.start() if after else None]
                self._note(value, given, start + this.end(), notes)

    def _take(self, match: re.Match[str], start: int, notes: _Notes) -> bool:
        """Take down what a rule's groups hold; false if they hold no names where names should be."""
        groups = match.groupdict()
        for group in ("byline", "names"):
            if groups.get(group) and not self._take_names(match, group, start, notes):
                return False
        notes.publisher = notes.publisher or groups.get("publisher")
        if groups.get("date"):
            notes.published_on = notes.published_on or _day(groups["date"])
        return True

    def _take_names(self, match: re.Match[str], group: str, start: int, notes: _Notes) -> bool:
        """Take down the names in a rule's group; of several fields in it, those of writers alone."""
        at, given = start + match.start(group), match[group]
        fields = list(self._field.finditer(given))
        if not fields:
            return self._note("byline", given, at, notes)
        for this, after in zip(fields, [*fields[1:], None], strict=True):
            if self._meaning(this)[1] == "byline":
                self._note(
                    "byline",
                    given[this.end() : after.start() if after else None],
                    at + this.end(),
                    notes,
                )
        return True

    def _names(self, given: str) -> list[str]:
        """The names of persons in a byline, without what says that they are reporters; none if other words stand there.

        Who did something else (记者 李明 编辑 王晓) is named behind what was done.
        """
        if other := self._other.search(given):
            given = given[: other.start()]
        words = [w for w in _BETWEEN_NAMES.split(self._marks.sub(" ", given)) if w]
        words = [w for w in words if not self._matches("unit", w)]
        words = [name for word in words for name in self._apart(word)]
        names: list[str] = []
        for word in words:
            # A name of two characters may be printed with a blank between them.
            if names and len(word) == 1 and len(names[-1]) == 1:
                names[-1] += word
            else:
                names.append(word)
        return names if all(map(self._is_name, names)) else []

    def _apart(self, word: str) -> tuple[str, ...]:
        """The names that are printed without a blank between them (李明亮王晓), three characters at a time."""
        if not 4 < len(word) < 10 or not _HAN.fullmatch(word):
            return (word,)
        cuts = [n for n in (3, 2) if word[:1] in self._surnames and word[n] in self._surnames]
        for cut in cuts:
            rest = self._apart(word[cut:]) if len(word) > cut + 3 else (word[cut:],)
            if all(2 <= len(name) < 4 for name in rest):
                return (word[:cut], *rest)
        return (word,)

    def _is_name(self, word: str) -> bool:
        """Whether a word may be a person's name: it has its length, and names no field (文号)."""
        return (
            _NAME.match(word) is not None
            and len(word.split("·")[0]) <= 4
            and word not in self._fields
            and word not in self._says
        )

    def _glued(self, line: str) -> int:
        """Where the lead begins on the headline's own line, which it may say again; 0 if it does not."""
        match = self._glued_lead.search(line[:_LONG])
        if match and not _SENTENCE.search(line[: match.start()]):
            return match.start()
        is_signed = any(r.pattern.match(line) for r in self._rules["signed"])
        blank = -1 if is_signed else line.find(" ", _HEADLINE - 1, _LONG)
        while blank > 0 and not _PUNCTUATION.search(line, 0, blank):
            rest = line[blank + 1 :]
            above = line[:blank]
            is_told = self._matches("body", rest) and self._matches("held", above)
            if (
                is_told
                or above in rest[:_LONG]
                or (self._matches("opening", rest) and not self._matches("opening", above))
            ):
                return blank
            blank = line.find(" ", blank + 1, _LONG)
        return 0

    def _begins_body(self, line: str) -> bool:
        """Whether a line is text, not headline."""
        if len(line) <= _FIELDS and self._matches("long", line) and not self._matches("body", line):
            return False
        if any(self._matches(section, line) for section in ("body", "opening", "signed")):
            return True
        if len(line) > _LONG or line.count("，") >= 3 or _SENTENCE.search(line[:-1]):
            return True
        is_led = line[-1] == "：" and not self._matches("kicker", line) and len(line) > _PLACE
        return line[-1] in "。；" or is_led

    def _matches(self, section: str, line: str) -> Rule | None:
        return next((r for r in self._rules[section] if r.pattern.search(line)), None)

    # --- The lead and the end -------------------------------------------------------------------------------------

    def _lead(self, text: Text, body: int, notes: _Notes) -> None:
        """The dateline that opens the lead, with the reporters it names; a picture's caption may stand above it."""
        for start, end in text.paragraphs[body : body + 2]:
            is_caption = end - start <= _CAPTION
            start += _bullet(text.plain[start:end])
            start = max([start, *(p.end for p in notes.parts if start < p.end <= end)])
            if glued := self._glued(text.plain[start:end]):
                start = _skip_blanks(text.plain, start + glued)
            for rule in (*self._rules["opening"], *self._rules["signed"]):
                match = rule.pattern.match(text.plain[start:end])
                if match and self._take(match, start, notes):
                    notes.parts.append(Found(start, start + match.end(), "dateline"))
                    return
            if not is_caption:
                return

    def _tail(self, text: Text, body: int, notes: _Notes) -> tuple[list[Found[str]], int]:
        """Headlines below the end, and the number of the last paragraph of the body."""
        first = self._rest(text, body, notes)
        headlines: list[Found[str]] = []
        for index in range(first - 1, max(body, first - 1 - _TAIL), -1):
            start, end = text.paragraphs[index]
            line = text.plain[start:end]
            if line[0] in _BRACKETS and (at := self._titled(line[1:-1])):  # （原标题：…）
                headlines.append(Found(start + 1 + at, end - 1, line[1 + at : -1]))
                continue
            if self._settle(line, start, notes, "tail"):
                continue
            if line[0] in _BRACKETS and line[-1] in "）)]】〕":
                match = self._rules["closing"][0].pattern.match(line)
                is_signed = match is not None and self._take(match, start, notes)
                notes.parts.append(Found(start, end, "byline" if is_signed else "furniture"))
                continue
            if line[-1] in "。！？；" or self._begins_body(line) or len(line) < 5:
                return headlines[::-1], index
            headlines.append(Found(start, end, line))
        return headlines[::-1], body

    def _rest(self, text: Text, body: int, notes: _Notes) -> int:
        """The paragraph from which on all is debris."""
        count = len(text.paragraphs)
        for index in range(max(body + 1, count - _TAIL), count):
            start, end = text.paragraphs[index]
            if end - start > 60 or not self._matches("rest", text.plain[start:end]):
                continue
            if len(text.text) - start < 0.3 * len(text.text):
                notes.parts += [Found(s, e, "furniture") for s, e in text.paragraphs[index:]]
                return index
        return count

    def _close(self, text: Text, body: int, last: int, notes: _Notes) -> None:
        """Reporters and sources named at the end of the last paragraphs of the body, and captions within it."""
        caption = self._rules["line"][0]
        for index in range(max(body, last - 2), last + 1):
            start, end = text.paragraphs[index]
            if text.plain[end - 1] in _STOPS:
                # Whoever is named stands behind the last sentence.
                continue
            is_short = index < last and end - start <= _CAPTION
            if is_short and caption.pattern.match(text.plain[start:end]):
                # Whoever took a picture is no reporter.
                continue
            for rule in self._rules["closing"]:
                match = rule.pattern.search(text.plain, max(start, end - _FIELDS), end)
                if match and self._take(match, 0, notes):
                    part = "credit" if match.groupdict().get("publisher") else "byline"
                    notes.parts.append(Found(match.start() + _blanks(match[0]), match.end(), part))
        for start, end in text.paragraphs[body + 1 : last]:
            if end - start < _LONG and caption.pattern.match(text.plain[start:end]):
                notes.parts.append(Found(start, end, str(caption["part"])))

    # --- Headlines ------------------------------------------------------------------------------------------------

    def _headlines(
        self, text: Text, lines: list[Found[str]], hint: str | None, notes: _Notes
    ) -> tuple[str | None, str | None]:
        """Headline and kicker among the lines that may be either; the others become labels and decks."""
        lines = [piece for line in lines for piece in self._pieces(line, notes)]
        first, last = self._hinted(lines, hint) or self._judged(lines)
        kickers = [i for i in range(first) if self._matches("kicker", lines[i].value)]
        if not kickers and first and first < last and len(lines[first - 1].value) > 8:
            kickers = [first - 1]
        # A page prints its headline twice: as its own, and as that of the text.
        printed = _BLANKS.sub("", "".join(x.value for x in lines[first:last]))
        begun = _BLANKS.sub("", lines[first].value) if first < len(lines) else ""
        above = {i: _BLANKS.sub("", lines[i].value) for i in kickers}
        kickers = [i for i in kickers if above[i] not in printed and begun not in above[i]]
        for index, line in enumerate(lines):
            kind = "title" if first <= index < last else "deck" if index >= last else "label"
            notes.parts.append(line._replace(value="kicker" if index in kickers else kind))
        return (
            _clean("\n".join(self._whole(text, x) for x in lines[first:last])),
            _clean("\n".join(text.text[lines[i].start : lines[i].end] for i in kickers)),
        )

    def _pieces(self, line: Found[str], notes: _Notes) -> Iterator[Found[str]]:
        """A line without the specks of a scan, the section before it and the fields behind it."""
        start, value = line.start + _bars(line.value), line.value[_bars(line.value) :]
        if label := _LABEL.match(value):
            notes.parts.append(Found(start, start + label.end(), "label"))
            start, value = start + label.end(), value[label.end() :]
            if part := self._fielded(value, start, notes):
                notes.parts.append(Found(start, start + len(value), part))
                return
        if border := _BORDER.search(value):
            value = value[: border.start()]
        if label := _LABEL_BEHIND.search(value):
            notes.parts.append(Found(start + label.start(), start + len(value), "label"))
            value = value[: label.start()]
        if fields := self._fields_behind(value):
            if part := self._fielded(value[fields:], start + fields, notes):
                notes.parts.append(Found(start + fields, start + len(value), part))
            value = value[:fields].rstrip()
        if _NOISE.search(value):
            longest = max(_NOISE.split(value), key=len)
            at = value.index(longest)
            notes.parts += [
                Found(s, e, "furniture")
                for s, e in ((start, start + at), (start + at + len(longest), start + len(value)))
                if e > s
            ]
            start, value = start + at, longest
        yield Found(start, start + len(value), value)

    def _fields_behind(self, line: str) -> int:
        """Where fields begin on a headline's own line (会议召开[来源：…); 0 if none do."""
        fields = None if _COLONS.isdisjoint(line) else self._field.search(line, _HEADLINE)
        if fields is None or line[fields.start() - 1] not in _OPENING_FIELDS:
            return 0
        return fields.start() - (line[fields.start() - 1] != " ")

    def _hinted(self, lines: list[Found[str]], hint: str | None) -> tuple[int, int] | None:
        """The lines that are the headline known from elsewhere."""
        wanted = _BLANKS.sub("", hint or "")
        for first in range(len(lines)):
            for last in range(first + 1, len(lines) + 1):
                if (
                    wanted
                    and _BLANKS.sub("", "".join(x.value for x in lines[first:last])) == wanted
                ):
                    return first, last
        return None

    def _judged(self, lines: list[Found[str]]) -> tuple[int, int]:
        """The first and the last line of the headline."""
        squeezed = [_BLANKS.sub("", x.value) for x in lines]
        if len(lines) > 2 and squeezed[0] == "".join(squeezed[1:]):
            return 0, 1
        first = 0
        while first < len(lines) - 1 and (
            len(lines[first].value) <= 5
            or squeezed[first] in squeezed[first + 1]
            or _names_site(squeezed[first], squeezed[first + 1])
        ):
            first += 1
        if not lines or (len(lines[first].value) <= 4 and first == len(lines) - 1):
            return len(lines), len(lines)
        if (kicker := self._kicker(lines, first)) is not None:
            return kicker + 1, self._until_deck(lines, kicker + 1)
        above = first + 1 < len(lines) and any(
            self._matches(section, lines[first].value) for section in ("slogan", "site")
        )
        if (
            above
            and not self._matches("deck", lines[first + 1].value)
            and self._matches("convened", lines[first + 1].value)
        ):
            return first + 1, first + 2
        if self._matches("meeting", lines[first].value):
            return first, self._until_sentence(lines, first)
        return first, self._until_deck(lines, first)

    def _until_sentence(self, lines: list[Found[str]], first: int) -> int:
        """Where a headline ends that names its meeting: it goes on with the two lines that tell its agenda, and with one (分析… 部署…) where it holds no more than the meeting."""
        below = [line.value for line in lines[first + 1 : first + 3]]
        if below and self._matches("joined", below[0]):
            return first + 2
        agendas = list(
            itertools.takewhile(
                lambda v: self._matches("agendas", v) and not self._matches("deck", v), below
            )
        )
        goes_on = self._matches("bare_meeting", lines[first].value) and any(
            self._matches("agenda", v) for v in agendas[:1]
        )
        return first + 1 + (len(agendas) if len(agendas) > 1 or goes_on else 0)

    def _kicker(self, lines: list[Found[str]], first: int) -> int | None:
        """The line of the kicker: it says who speaks, or what was studied, above the headline that says the rest."""
        says, study = self._rules["kicker"]
        for index in range(first, len(lines) - 1):
            if says.pattern.match(lines[index].value):
                # 李某某出席会议并讲话 · 李某某强调: the second one leads to the headline.
                is_led = index + 2 < len(lines) and says.pattern.match(lines[index + 1].value)
                return index + bool(is_led)
        after = lines[first + 1].value if first + 1 < len(lines) else ""
        if study.pattern.match(lines[first].value) and not self._matches(
            "meeting", lines[first].value
        ):
            return (
                first
                if self._matches("meeting", after) and not self._matches("deck", after)
                else None
            )
        return None

    def _until_deck(self, lines: list[Found[str]], first: int) -> int:
        """Where the headline that begins with the line `first` ends."""
        last = first + 1
        seen = {lines[first].value}
        while last < len(lines) and last - first < 3:
            value = lines[last].value
            if self._matches("deck", value) or self._matches("meeting", value) or value in seen:
                break
            last += 1
        return last


def _clean(title: str | None) -> str | None:
    """A headline without the blanks that only divide its lines."""
    return _INNER_BLANK.sub("", title).strip() or None if title else None


def _joined(bylines: list[tuple[int, str]]) -> str | None:
    """The names in the order in which they stand, each once."""
    return " ".join(dict.fromkeys(name for _, name in sorted(bylines, key=lambda b: b[0]))) or None


def _day(given: str) -> datetime.date | None:
    if match := _DAY_FIRST.match(given):
        day, month, year = map(int, match.groups())
    elif match := _DAY.search(given):
        year, month, day = map(int, match.groups())
    else:
        return None
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _bars(line: str) -> int:
    """How long the borders of a table before a line are."""
    return len(line) - len(line.lstrip("| "))


def _bullet(line: str) -> int:
    """How long the bullet before a line is."""
    match = _BULLET.match(line)
    return match.end() if match else 0


def _names_site(line: str, headline: str) -> bool:
    """Whether a line is a page's own title: the headline below it, a mark, and the site (…召开会议——云溪网)."""
    if len(headline) < _HEADLINE or not line.startswith(headline):
        return False
    return line[len(headline) : len(headline) + 1] in _BEFORE_SITE


def _is_noise(line: str) -> bool:
    """Whether a line is what a scan made of a stain or a stamp."""
    specks = sum(m.end() - m.start() for m in _NOISE.finditer(line))
    return specks > 0 and max(map(len, _NOISE.split(line))) < 0.6 * len(line)


def _skip_blanks(text: str, at: int) -> int:
    return at + _blanks(text[at : at + 10])


def _blanks(text: str) -> int:
    return len(text) - len(text.lstrip())


def _in_order(parts: list[Found[str]]) -> tuple[Found[str], ...]:
    """The parts in reading order; of two that overlap the first stays."""
    kept: list[Found[str]] = []
    for part in sorted(parts, key=lambda p: (p.start, p.end)):
        if part.start < part.end and (not kept or kept[-1].end <= part.start):
            kept.append(part)
    return tuple(kept)
