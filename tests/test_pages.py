"""Web pages: the report, without what surrounds it."""

import datetime

from transforms.pages import read_page
from transforms.text import Simplified, read_text

SCRIPT = Simplified({})
PAGE = """<!DOCTYPE html>
<html>
<head>
<title>云溪县委召开经济工作会议_云溪县人民政府</title>
<meta name="ContentSource" content="云溪日报">
<meta name="PubDate" content="2023-01-04 09:30">
<style>p { color: red }</style>
</head>
<body>
<div class="nav"><a href="/">首页</a><a href="/news">新闻中心</a></div>
<ul><li><a href="/1">政务公开</a></li><li><a href="/2">办事服务</a></li></ul>
<h1>云溪县委召开经济工作会议</h1>
<div class="share">分享到：微信</div>
<div id="zoom">
<p>&emsp;&emsp;1月3日，云溪县委召开经济工作会议，县委书记陈志远出席并讲话，
  县长李国强主持会议。</p>
<p>会议强调，要坚持&ldquo;项目为王&rdquo;，<b>推动</b>经济平稳运行，全力以赴完成全年目标任务，
为现代化建设开好局、起好步。<br>会议号召，全县上下要真抓实干。<!-- 广告
--></p>
<table><tr><td>生产总值</td><td>6%</td></tr></table>
</div>
<p><a href="/3">上一篇：云溪县召开党代会</a></p>
<div class="footer">主办：云溪县人民政府办公室</div>
<script>var a = "会议，要求。"</script>
</body>
</html>
"""


def test_the_report_stays_and_its_surroundings_go() -> None:
    page = read_page(PAGE)
    assert page.text.replace("\u2003", "").split("\n") == [
        "云溪县委召开经济工作会议",
        "1月3日，云溪县委召开经济工作会议，县委书记陈志远出席并讲话，县长李国强主持会议。",
        "会议强调，要坚持“项目为王”，推动经济平稳运行，全力以赴完成全年目标任务，为现代化建设开好局、起好步。",
        "会议号召，全县上下要真抓实干。",
        "生产总值 6%",
    ]


def test_what_the_page_says_of_itself() -> None:
    page = read_page(PAGE)
    assert page.title == "云溪县委召开经济工作会议"
    assert page.publisher == "云溪日报"
    assert page.published_on == datetime.date(2023, 1, 4)


def test_every_stretch_keeps_its_line_of_the_file() -> None:
    page = read_page(PAGE)
    text = read_text(page.text, SCRIPT, page.marks)
    lines = PAGE.split("\n")
    for words in (
        "云溪县委召开",
        "1月3日",
        "县长李国强",
        "项目为王",
        "为现代化",
        "会议号召",
        "生产总值",
    ):
        assert words in lines[text.line_of(text.text.index(words)) - 1]


def test_a_page_without_containers_or_headline() -> None:
    page = read_page(
        "<title>云溪县</title>\r\n&nbsp;\r\n<p>1月3日，县委召开会议。</p><p>会议强调，要抓好落实。</p>"
    )
    assert page.text.split() == ["1月3日，县委召开会议。", "会议强调，要抓好落实。"]
    assert page.title == "云溪县"


def test_no_page_at_all() -> None:
    assert read_page("").text == ""
    assert read_page("会议强调，要抓好落实。").text == "会议强调，要抓好落实。"


def test_a_hidden_element_and_a_form_around_everything() -> None:
    page = read_page(
        "<form id='form1'><div style='display: none'>隐藏，不读。</div>"
        "<div class='content share'>" + "会议强调，要抓好落实。" * 20 + "</div></form>"
    )
    assert page.text == "会议强调，要抓好落实。" * 20
