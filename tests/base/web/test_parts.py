"""The parts that pages are made of: tables, pagers, figures, fields, filters, buttons, each as it is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired

from survey.base.errors import Fault, grouped
from survey.base.web.columns import Column
from tests.page_parts import choices, facts, figures, headings, rows, words

Draw = Callable[..., str]


@pytest.fixture
def draw(app: Flask) -> Draw:
    """Draws a piece of a template with the parts, as if on the page of an address."""

    def drawn(template: str, path: str = "/units", **values: object) -> str:
        start = '{% import "base/_parts.html" as parts with context %}'
        with app.test_request_context(path):
            return render_template_string(start + template, **values)

    return drawn


@pytest.mark.parametrize(
    ("page", "total", "said", "links"),
    [
        (1, 0, "", []),
        (1, 50, "", []),
        (1, 51, "第 1 页，共 2 页", [("下一页", "2")]),
        (2, 51, "第 2 页，共 2 页", [("上一页", "1")]),
        (2, 101, "第 2 页，共 3 页", [("上一页", "1"), ("下一页", "3")]),
        (3, 150, "第 3 页，共 3 页", [("上一页", "2")]),
    ],
)
def test_a_pager_turns_to_the_pages_there_are(
    draw: Draw, page: int, total: int, said: str, links: list[tuple[str, str]]
) -> None:
    html = draw("{{ parts.pager(page, 50, total) }}", "/units?q=甲&page=9&sort=", page=page, total=total)
    found = re.findall(r'href="/units\?q=%E7%94%B2&amp;page=(\d+)">([^<]+)</a>', html)
    assert [(turn, number) for number, turn in found] == links
    assert said in words(html)
    assert bool(words(html)) is bool(said)


def test_a_table_draws_its_columns_or_lets_the_page_draw_its_lines(draw: Draw) -> None:
    columns = [
        Column("编号", "code", lambda n: f"A{n}"),
        Column(
            "单位", value=lambda n: f"单位<{n}>", link=lambda n: f"/units/{n}", note=lambda n: "新" if n == 2 else ""
        ),
        Column(
            "平均分", "number", lambda n: n / 2, short="分", digits=1, tags=lambda n: [("低", "bad")] if n < 2 else ()
        ),
    ]
    html = draw("{{ parts.table([1, 2], columns, '名单') }}", columns=columns)
    assert headings(html) == ["编号", "单位", "分"]
    assert rows(html) == [["A1", "单位<1>", "0.5 低"], ["A2", "单位<2> 新", "1.0"]]
    assert "<code>A1</code>" in html
    assert '<a href="/units/1">单位&lt;1&gt;</a>' in html
    assert '<span class="tag bad">低</span>' in html
    assert '<td class="number">' in html
    assert 'aria-label="名单"' in html
    assert "data-sortable" in html
    own = draw("{% call(n) parts.table([1], ['数'], 't', sort=false) %}<tr><td>{{ n }}!</td></tr>{% endcall %}")
    assert rows(own) == [["1!"]]
    assert "data-sortable" not in own


def test_an_empty_table_says_so_and_a_foot_and_marks_are_drawn(draw: Draw) -> None:
    columns = [Column("编号", value=str), Column("x", value=str), Column("y", value=str), Column("z", value=str)]
    assert words(draw("{{ parts.table([], columns, 't', empty='还没有。') }}", columns=columns)) == "还没有。"
    assert headings(draw("{{ parts.table([], columns, 't') }}", columns=columns)) == ["编号", "x", "y", "z"]
    foot = "{% set foot %}<tr><td>和</td></tr>{% endset %}"
    html = draw(
        foot + "{{ parts.table([1, 2], columns, 't', withheld=withheld, row_class=marked, foot=foot) }}",
        columns=columns,
        withheld=lambda n: "答卷太少" if n == 1 else "",
        marked=lambda n: "own" if n == 2 else "",
    )
    assert rows(html) == [["1", "1", "答卷太少"], ["2", "2", "2", "2"]]
    assert 'colspan="2"' in html
    assert html.count('<tr class="own">') == 1
    assert "<tfoot><tr><td>和</td></tr></tfoot>" in html


def test_headings_lead_explain_and_say_what_is_sorted(draw: Draw) -> None:
    html = draw(
        "{% for column in columns %}{{ parts.heading(column) }}{% endfor %}",
        columns=[
            Column("编号", href="/units?sort=code", ascending=True),
            Column("名称", href="/units?sort=name"),
            Column("n", "number", title="答卷数"),
            Column("选择", sorts=False),
            Column(""),
            "只是字",
        ],
    )
    assert '<a href="/units?sort=code">编号 ↑</a>' in html
    assert html.count("aria-sort") == 1
    assert '<a href="/units?sort=name">名称</a>' in html
    assert '<abbr title="答卷数">n</abbr>' in html
    assert html.count("data-nosort") == 1
    assert "<td></td>" in html
    assert "<th>只是字</th>" in html


def test_an_interval_is_sorted_by_its_lower_end(draw: Draw) -> None:
    column = Column("区间", "interval", lambda pair: pair)
    html = draw(
        "{% for pair in pairs %}{{ parts.cell(column, pair) }}{% endfor %}", column=column, pairs=[(1, 2), (None, None)]
    )
    assert re.findall(r'data-value="([^"]*)"', html) == ["1", ""]


@dataclass(frozen=True)
class Part:
    """A piece of a bar."""

    x: float
    width: float
    shade: int


def test_a_bar_of_levels_has_a_rectangle_for_each_part(draw: Draw) -> None:
    bar = SimpleNamespace(said=lambda language: f"满意 75% ({language})", segments=[Part(0, 75, 5), Part(75, 25, 1)])
    html = draw("{{ parts.level_bar(bar) }}", bar=bar)
    assert re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)" height="8"\s+fill="var\(--level-(\d)\)"', html) == [
        ("0.000", "75.000", "5"),
        ("75.000", "25.000", "1"),
    ]
    assert 'aria-label="满意 75% (zh-Hans)"' in html


@pytest.mark.parametrize(
    ("bars", "height", "drawn"),
    [
        ([(0.5, "brand")], "12", [("0", "50.00", "8", "brand")]),
        ([(1, "brand"), (0, "warn")], "16", [("1", "100.00", "6", "brand"), ("9", "0.00", "6", "warn")]),
    ],
)
def test_bars_lie_below_each_other(draw: Draw, bars: object, height: str, drawn: object) -> None:
    html = draw("{{ parts.bars(bars) }}", bars=bars)
    found = re.findall(r'<rect y="(\d+)" width="([\d.]+)"\s+height="(\d)" fill="var\(--(\w+)\)"', html)
    assert found == drawn
    assert f'width="160" height="{height}"' in html
    assert 'aria-hidden="true"' in html
    assert 'role="img" aria-label="一半"' in draw("{{ parts.bars(bars, '一半') }}", bars=bars)


def test_figures_and_facts_are_label_and_value(draw: Draw) -> None:
    html = draw(
        "{{ parts.figure('3', '件数', '本月') }}{{ parts.figure('4', '单位', href='/units') }}"
        "{{ parts.figure('5', '裸', bare=true) }}"
        "<dl>{{ parts.fact('编号', '101') }}{{ parts.fact('空', last=true) }}</dl>"
    )
    assert figures(html) == {"件数": "3", "单位": "4", "裸": "5"}
    assert '<a class="card p-3 h-100 text-decoration-none" href="/units">' in html
    assert "本月" in html
    assert html.count("card p-3") == 2
    assert facts(html) == {"编号": "101", "空": ""}


def test_a_chart_has_a_dark_brother_and_words(draw: Draw) -> None:
    html = draw("{{ parts.chart('units.listing', {'q': '甲', 'class': ''}, '单位图', '800', '300') }}")
    assert 'srcset="/units?q=%E7%94%B2&amp;theme=dark"' in html
    assert 'src="/units?q=%E7%94%B2" alt="单位图"' in html
    assert 'width="800" height="300"' in html
    assert "width=" not in draw("{{ parts.chart('units.listing', {}, 'x') }}")


class TwoForm(FlaskForm):
    """Fields of each shape."""

    class Meta:
        """No session is needed here."""

        csrf = False

    name = StringField("名称", [DataRequired("请填写名称。")], description="群众熟悉的名称")
    kind = SelectField("种类", choices=["甲", "乙"], default="乙")
    active = BooleanField("参评")


def test_a_field_binds_its_help_and_its_error_to_the_input(app: Flask, draw: Draw) -> None:
    with app.test_request_context("/units", method="POST"):
        form = TwoForm(data={})
        form.validate()
        plain = TwoForm()
    html = draw("{{ parts.field(form.name) }}", form=form)
    assert 'aria-describedby="name-help name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="form-control is-invalid"' in html
    assert '<div class="form-text" id="name-help">群众熟悉的名称</div>' in html
    assert words(html.partition('id="name-error"')[2].partition(">")[2]) == "请填写名称。"
    quiet = draw("{{ parts.field(form.name) }}", form=plain)
    assert 'aria-describedby="name-help"' in quiet
    assert 'aria-invalid="false"' in quiet
    assert "is-invalid" not in quiet
    select = draw("{{ parts.field(form.kind, 'wide') }}", form=plain)
    assert 'class="form-select"' in select
    assert 'class="mb-3 wide"' in select
    assert "aria-" not in select
    assert 'class="form-check-input"' in draw("{{ parts.field(form.active) }}", form=plain)


def test_a_select_of_the_address_keeps_what_was_chosen(draw: Draw) -> None:
    html = draw("{{ parts.select('unit', '单位', [(1, '甲'), (12, '<乙>')], '12', all='全部') }}")
    assert choices(html, "unit") == {"": "全部", "1": "甲", "12": "<乙>"}
    assert re.findall(r'value="(\w*)" selected', html) == ["12"]
    assert 'aria-label="单位"' in html
    assert "<label" not in html
    labelled = draw("{{ parts.select('unit', '单位', [(1, '甲')], 1, labelled=true) }}")
    assert '<label class="form-label" for="unit">单位</label>' in labelled
    assert 'id="unit"' in labelled
    assert re.findall(r'value="(\w*)" selected', labelled) == ["1"]
    assert 'value=""' not in labelled


def test_a_search_keeps_its_words_and_its_filters(draw: Draw) -> None:
    html = draw("{% call parts.search('a\"b', '编号或名称') %}{{ parts.hidden({'sort': 'n', 'x': 1}) }}{% endcall %}")
    assert 'value="a&#34;b"' in html
    assert 'placeholder="编号或名称" aria-label="编号或名称"' in html
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', html) == [("sort", "n"), ("x", "1")]
    assert "data-autosubmit" in html
    assert ">显示<" in draw("{% call parts.filters() %}x{% endcall %}")
    assert ">筛选<" in draw("{% call parts.filters('筛选') %}x{% endcall %}")


def test_a_button_posts_with_its_token_and_asks_first_where_told(draw: Draw) -> None:
    html = draw("{{ parts.button('/x', '停用', 'btn-danger', '确定停用？', {'outcome': 'no'}) }}")
    assert 'method="post" action="/x" data-confirm="确定停用？"' in html
    assert re.search(r'name="csrf_token" value="[^"]{20,}"', html)
    assert 'name="outcome" value="no"' in html
    assert '<button class="btn btn-danger">停用</button>' in html
    assert "data-confirm" not in draw("{{ parts.button('/x', '好') }}")


def test_downloads_lead_to_each_format(draw: Draw) -> None:
    html = draw("{{ parts.downloads('units.imports.table', {'kind': 'units'}, words={'csv': '表格'}) }}")
    assert re.findall(r'href="([^"]+)">([^<]+)</a>', html) == [
        ("/units/download/units.xlsx", "XLSX"),
        ("/units/download/units.csv", "表格"),
    ]


def test_faults_are_shown_with_place_value_and_remedy(draw: Draw) -> None:
    faults = grouped([Fault(2, "编号", "<b>", "请填写。"), Fault(0, "", "", "请添加。")])
    assert rows(draw("{{ parts.faults(faults) }}", faults=faults)) == [
        ["2", "编号", "<b>", "请填写。"],
        ["–", "", "", "请添加。"],
    ]


@pytest.mark.parametrize(("kind", "role"), [("danger", "alert"), ("warning", "status"), ("info", "status")])
def test_only_a_danger_interrupts_a_screen_reader(draw: Draw, kind: str, role: str) -> None:
    html = draw("{{ parts.alert(kind, '注意') }}", kind=kind)
    assert html.strip() == f'<div class="alert alert-{kind}" role="{role}">注意</div>'
    assert "<b>自己的</b>" in draw("{% call parts.alert(kind) %}<b>自己的</b>{% endcall %}", kind=kind)


def test_a_head_has_a_lead_and_its_links_where_there_are_any(draw: Draw) -> None:
    html = draw("{% call parts.head('单位', '谁被评议') %}{{ parts.link('/x', '新增') }}{% endcall %}")
    assert "<h1>单位</h1>" in html
    assert "谁被评议" in html
    assert '<a class="btn btn-outline-primary" href="/x">新增</a>' in html
    assert "<p" not in draw("{{ parts.head('单位') }}")
    assert words(draw("{{ parts.empty('还没有。') }}")) == "还没有。"
