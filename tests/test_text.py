"""Decoding, the plain view, and the division into sentences and clauses."""

import contextlib
import random
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.source import Rejected
from transforms.text import Simplified, decode, plain_view, read_text

SIMPLIFIED = Simplified(dict(zip("會議強調發經濟著", "会议强调发经济着", strict=True)))
SENTENCE = "会议强调，要加快发展。"


def clauses(source: str) -> list[str]:
    text = read_text(source, SIMPLIFIED)
    return [text.text[c.start : c.end] for c in text.clauses]


# --- Decoding


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_encodings_are_told_and_named(encoding: str, named: str) -> None:
    decoded = decode(SENTENCE.encode(encoding))
    assert (decoded.text, decoded.encoding) == (SENTENCE, named)


TRADITIONAL = "會議強調，要加快發展，推動經濟平穩運行，切實保障民生。"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("big5", "big5"),
        ("cp950", "big5"),
        ("gbk", "gb18030"),
        ("utf-16-le", "utf-16le"),
        ("utf-16-be", "utf-16be"),
    ],
)
def test_traditional_characters_in_any_encoding(encoding: str, named: str) -> None:
    decoded = decode(TRADITIONAL.encode(encoding))
    assert (decoded.text, decoded.encoding) == (TRADITIONAL, named)


def test_characters_that_hong_kong_added_to_big5() -> None:
    text = TRADITIONAL + "深水埗、鰂魚涌"
    decoded = decode(text.encode("big5-hkscs"))
    assert (decoded.text, decoded.encoding) == (text, "big5-hkscs")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_characters(encoding: str) -> None:
    text = SENTENCE + "\nGDP增长6%。"
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_where_the_bytes_themselves_tell_the_confidence_is_full(encoding: str) -> None:
    assert decode(SENTENCE.encode(encoding)).confidence == 1


def test_confidence_grows_with_what_a_text_has_to_tell_it_by() -> None:
    little, much = (decode(words.encode("gb18030")) for words in ("要求切实", TRADITIONAL * 20))
    assert 0.1 <= little.confidence < much.confidence <= 1


def test_a_byte_that_does_not_fit_is_named_with_its_line() -> None:
    for encoding, broken in (("utf-8", b"\xe4\xff"), ("gb18030", b"\xff")):
        content = f"{SENTENCE * 3}\n{SENTENCE}".encode(encoding)
        with pytest.raises(Rejected) as error:
            decode(content + broken + SENTENCE.encode(encoding))
        assert error.value.reason.startswith(f"is {encoding} up to byte {len(content)} (0x")
        assert error.value.line == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16le"])
def test_a_file_that_ends_within_a_character_was_cut_off(encoding: str) -> None:
    content = f"{SENTENCE * 3}\n{SENTENCE}".encode(encoding)[:-1]
    with pytest.raises(Rejected, match=r"ends within a character, at byte \d+: .* cut off; fetch"):
        decode(content)


@pytest.mark.parametrize(("first", "second"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_where_one_encoding_gives_way_to_another_is_told(first: str, second: str) -> None:
    before, after = ((f"{SENTENCE}\n" * n).encode(e) for n, e in ((2, first), (3, second)))
    with pytest.raises(Rejected) as error:
        decode(before + after)
    words = f"is {first} up to byte {len(before)}, where {second} begins; save each part in UTF-8"
    assert error.value.reason.startswith(words)
    assert error.value.line == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SENTENCE.encode().decode("latin-1"), "decoded wrongly by an earlier conversion; fetch it"),
        (f"{SENTENCE}\x07", "this is no text; fetch it anew"),
    ],
)
def test_no_remedy_for_utf_8_is_to_save_it_as_utf_8(text: str, says: str) -> None:
    with pytest.raises(Rejected, match=says):
        decode(text.encode())


def test_a_broken_byte_in_the_first_half_is_named_too() -> None:
    with pytest.raises(Rejected, match=r"\(0xFF\), which is no character; mend it"):
        decode((SENTENCE * 9).encode() + b"\xff" + (SENTENCE * 20).encode())


def test_an_encoding_that_is_not_read_is_guessed_in_the_message_alone() -> None:
    russian = "Совещание подчеркнуло необходимость развития экономики и сельского хозяйства"
    with pytest.raises(Rejected, match=r"looks like (cp1251|windows-1251)"):
        decode(russian.encode("cp1251"))


@pytest.mark.parametrize("mark", ["\u202e", "\u202b", "\u2066"])
def test_what_shows_characters_in_another_order_is_rejected_with_its_line(mark: str) -> None:
    with pytest.raises(Rejected, match=f"U\\+{ord(mark):04X} shows") as error:
        decode(f"{SENTENCE}\n要{mark}投资5亿元。".encode())
    assert error.value.line == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        ("\u3000\n".encode(), "white space alone"),
        (b"PK\x03\x04\x14\x00\x00\x00", "control character U+0003"),
        ("会议\x00强调".encode(), "control character U+0000"),
        ("会\ufffd议\ufffd强调".encode(), "U+FFFD"),
        (b"\xff\xfe\x00\xd8\x00\x00", "does not fit"),
        (
            "회의에서 강조했다 경제 발전을 위하여 노력하자 우리는 함께 나아가자 그리고 더욱".encode(
                "euc-kr"
            ),
            "encoding",
        ),
        ("Ça dépend de l'été à Orléans où".encode("latin-1"), "encoding"),
    ],
)
def test_what_is_no_text_is_rejected_with_a_reason(content: bytes, says: str) -> None:
    with pytest.raises(Rejected, match=re.escape(says)):
        decode(content)


def test_a_control_character_is_rejected_with_its_line() -> None:
    with pytest.raises(Rejected) as error:
        decode("会议强调，\n要加快\x07发展。".encode())
    assert error.value.line == 2


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_rejected(seed: int) -> None:
    with pytest.raises(Rejected):
        decode(random.Random(seed).randbytes(500))


@given(st.binary(max_size=200))
def test_decoding_gives_text_or_a_reason(content: bytes) -> None:
    with contextlib.suppress(Rejected):
        assert decode(content).text.strip()


# --- The plain view


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("增长５．５％～６％", "增长5.5%~6%"),
        ("总值１，０００万元，１０：３０开会", "总值1,000万元，10:30开会"),
        ("2023年,要抓好落实;增长5%,投资1,000万元.", "2023年，要抓好落实；增长5%，投资1,000万元。"),
        ("用水量下降3%;2027年新建水站5座", "用水量下降3%；2027年新建水站5座"),
        ("(一)加强领导(扩大)", "（一）加强领导（扩大）"),
        ("见http://a.cn/x,y?z=1，时间10:30", "见http://a.cn/x,y?z=1，时间10:30"),
        ("「一網通辦」「內『外』」", "“一網通辦”“內‘外’”"),
        ("『八个着力』", "“八个着力”"),
        ('他说:"要抓好落实,推进发展。"', "他说：“要抓好落实，推进发展。”"),
        ('"一网通办"改革\n"双招双引"', "“一网通办”改革\n“双招双引”"),
        ("一九七○年", "一九七〇年"),
        ("会议：（一）加强；", "会议：（一）加强；"),
        ("GDP\u3000增长\u00a0快", "GDP 增长 快"),
    ],
)
def test_one_form_of_every_mark(text: str, plain: str) -> None:
    assert plain_view(text, SIMPLIFIED) == plain


def test_script_is_unified_where_a_text_is_traditional() -> None:
    assert plain_view("會議強調，要發展經濟", SIMPLIFIED) == "会议强调，要发展经济"


def test_a_character_of_both_scripts_makes_no_short_text_traditional() -> None:
    assert plain_view("研读著作，成效显著。", SIMPLIFIED) == "研读著作，成效显著。"
    assert plain_view("會議強調，要著力發展。", SIMPLIFIED) == "会议强调，要着力发展。"


def test_a_single_traditional_character_in_a_name_stays() -> None:
    text = "会议强调，要加快发展。" * 10 + "張經国"
    assert plain_view(text, SIMPLIFIED) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_plain_view_keeps_its_length(text: str) -> None:
    assert len(plain_view(text, SIMPLIFIED)) == len(text)


# --- Sentences and clauses


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("会议强调，要加快发展；要抓好落实。", ["会议强调，", "要加快发展；", "要抓好落实。"]),
        ("要做到：一是快、二是好！", ["要做到：", "一是快、二是好！"]),
        ("落实“甲，乙。丙”方案，抓好（丁，戊）。", ["落实“甲，乙。丙”方案，", "抓好（丁，戊）。"]),
        ("学习《甲，乙》，抓好落实", ["学习《甲，乙》，", "抓好落实"]),
        (
            "增强“四个意识、做到“两个维护”，抓好落实。",
            ["增强“四个意识、做到“两个维护”，", "抓好落实。"],
        ),
        ("抓好落实”，推进发展。", ["抓好落实”，", "推进发展。"]),
        (
            "他说：“我们要坚定信心，干在实处。”会议要求，抓紧。",
            ["他说：", "“我们要坚定信心，干在实处。”", "会议要求，", "抓紧。"],
        ),
        ("增长１，０００元，１０：３０开始。", ["增长１，０００元，", "１０：３０开始。"]),
        ("真抓实干！！久久为功", ["真抓实干！！", "久久为功"]),
    ],
)
def test_clauses(source: str, parts: list[str]) -> None:
    assert clauses(source) == parts


def test_a_long_quoted_speech_is_read_like_other_text() -> None:
    speech = "“要加快发展，抓好落实。要守住底线，不断增强群众的获得感。要压实责任，确保各项任务按期完成。”"
    assert len(clauses(f"他说：{speech}")) == 7


def test_a_quotation_without_an_end_swallows_nothing() -> None:
    assert len(clauses("推进“双招双引，抓好落实。\n要加快发展，守住底线。")) == 4


@given(st.text(alphabet="会要 　\n，。；：！？“”‘’（）《》、1"))
def test_the_division_loses_nothing(source: str) -> None:
    text = read_text(source, SIMPLIFIED)
    squeezed = "".join(source.split())
    assert "".join(text.text.split()) == squeezed
    for spans in (text.sentences, [(c.start, c.end) for c in text.clauses]):
        assert "".join("".join(text.text[s:e].split()) for s, e in spans) == squeezed
        assert all(s < e for s, e in spans)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
    for clause in text.clauses:
        sentence = text.sentences[clause.sentence]
        paragraph = text.paragraphs[clause.paragraph]
        assert sentence[0] <= clause.start <= clause.body_end <= clause.end <= sentence[1]
        assert paragraph[0] <= sentence[0] <= sentence[1] <= paragraph[1]
