"""A list is read whole or not at all: every fault has its line, its column, what stands there, and a remedy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from survey.base import tables
from survey.base.errors import ImportFaults
from survey.sample import service
from survey.sample.frame import importing, preview

PLAIN = service.FrameSource("名单", "数据局", date(2026, 2, 20), "编号", ("区域",))
NO_KEY = "请为每个单位填写编号；本行没有编号。"
LONG_KEY = "请填写不超过 64 个可见字符。"
NO_STRATUM = "请填写分层信息；不清楚时填“未知”。"
ODD_STRATUM = "请填写不超过 60 个可见字符，不要含“ / ”。"
NO_PHONE = "请填写数字电话号码，或留空。"


def read(app: Flask, text: str, **changes: object) -> list[service.Case]:
    with app.app_context():
        return service.read_cases(text.encode(), replace(PLAIN, **changes))


def faults(app: Flask, text: str, **changes: object) -> list[tuple[int, str, str, str]]:
    """Line, column, value and remedy of each fault."""
    with pytest.raises(ImportFaults) as refused:
        read(app, text, **changes)
    assert refused.value.message == "名单未导入，请修改以下各处。"
    return [(fault.line, fault.column, fault.value, fault.remedy) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("role", "headings"),
    [
        ("key", ["key", "case_key", "id", "编号", "序号", "样本编号", "个案编号", "代码", " ID ", "Case_Key"]),
        ("name", ["name", "姓名", "联系人", "NAME", " 姓名 "]),
        ("phone", ["phone", "telephone", "mobile", "电话", "手机", "联系电话", "Mobile"]),
        ("address", ["address", "地址", "通讯地址", "联系地址", "ADDRESS"]),
        ("stratum", ["区域", "群体", "", "编号码", "keys", "电", "addres"]),
    ],
)
def test_a_heading_says_what_its_column_probably_is(role: str, headings: list[str]) -> None:
    assert {service.guess_role(heading) for heading in headings} == {role}


def test_a_case_is_its_key_its_strata_in_the_order_asked_for_and_how_to_reach_it(still: Flask) -> None:
    text = "姓名,群体,备注,编号,区域,电话,地址\n张三,居民,无,a1,城镇,010-12345,长江路\n,企业,x,a2,乡村,,\n"
    found = read(still, text, columns=("区域", "群体"), contacts={"name": "姓名", "phone": "电话", "address": "地址"})
    assert found == [
        service.Case("a1", ("城镇", "居民"), {"name": "张三", "phone": "010-12345", "address": "长江路"}),
        service.Case("a2", ("乡村", "企业"), {}),
    ]
    assert read(still, text, columns=("群体", "区域"))[0] == service.Case("a1", ("居民", "城镇"), {})
    assert read(still, text, columns=())[1] == service.Case("a2", (), {})


def test_a_workbook_and_wide_figures_make_the_same_keys(still: Flask) -> None:
    with still.app_context():
        book = tables.write_xlsx({"名单": (("编号", "区域"), [("00123", "城镇"), ("x9", "乡村")])})
        cases = service.read_cases(book, PLAIN)
    assert [case.key for case in cases] == ["00123", "x9"]
    assert [case.key for case in read(still, "编号,区域\n００１２３,城镇\nｘ９,乡村\n")] == ["00123", "x9"]


def test_a_key_that_lost_its_digits_is_refused_and_a_stratum_of_the_same_look_is_not(still: Flask) -> None:
    with pytest.raises(ImportFaults) as refused, still.app_context():
        service.read_cases("编号,区域\n9.111E+17,城镇\n".encode(), PLAIN)
    assert [(fault.line, fault.column, fault.value) for fault in refused.value.faults] == [(2, "编号", "9.111E+17")]
    assert read(still, "编号,区域\na,9.111E+17\n") == [service.Case("a", ("9.111E+17",), {})]


@pytest.mark.parametrize(
    ("key", "remedy"),
    [("", NO_KEY), ("k" * 64, ""), ("k" * 65, LONG_KEY), ("a\ue000", LONG_KEY), ("a b", ""), ("号-1", "")],
)
def test_a_key_is_one_to_64_printable_characters(still: Flask, key: str, remedy: str) -> None:
    text = f"编号,区域\n首,城镇\n{key},城镇\n"
    if remedy:
        assert faults(still, text) == [(3, "编号", key, remedy)]
    else:
        assert [case.key for case in read(still, text)] == ["首", key]


def test_a_key_that_comes_again_names_the_line_where_it_stood_first(still: Flask) -> None:
    text = "编号,区域\na,城镇\nb,城镇\na,乡村\nb,乡村\na,城镇\n"
    again = "该编号已在第 {} 行出现，请删除其中一行。".format
    assert faults(still, text) == [
        (4, "编号", "a", again(2)),
        (5, "编号", "b", again(3)),
        (6, "编号", "a", again(2)),
    ]


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("", NO_STRATUM),
        ("区" * 60, ""),
        ("区" * 61, ODD_STRATUM),
        ("城\u200b镇", ODD_STRATUM),
        ("城镇 / 乡", ODD_STRATUM),
        ("城镇/乡", ""),
        ("未知", ""),
    ],
)
def test_a_stratum_is_one_to_60_printable_characters_without_the_joint(still: Flask, value: str, remedy: str) -> None:
    text = f"编号,区域,群体\na,城镇,居民\nb,{value},企业\n"
    if remedy:
        assert faults(still, text, columns=("区域", "群体")) == [(3, "区域", value, remedy)]
        assert read(still, text, columns=("群体",))[1].values == ("企业",), "a column that is left out is not judged"
    else:
        assert read(still, text, columns=("区域", "群体"))[1].values == (value, "企业")


@pytest.mark.parametrize("column", ["区域", "群体"])
def test_a_column_of_more_than_200_values_describes_persons(still: Flask, column: str) -> None:
    other = {"区域": "群体", "群体": "区域"}[column]
    lines = [f"编号,{column},{other}", *(f"k{i},值{i},同" for i in range(200))]
    assert len(read(still, "\n".join(lines), columns=("区域", "群体"))) == 200
    lines.append("k200,值200,同")
    remedy = "请不要导入这一列，或归并其取值，最多 200 个不同的值。"
    assert faults(still, "\n".join(lines), columns=("区域", "群体")) == [(0, column, "201", remedy)]
    lines.append("k201,值0,同")
    assert faults(still, "\n".join(lines), columns=("区域", "群体"))[0][2] == "201", "values are counted once"


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "12345",
        "1" * 40,
        "+86 (010) 8888-9999",
        "13800000000/13900000000、13700000000",
        "010-1234转5",
        "13800,138000;1380、1",
        "１３８００",
    ],
)
def test_a_telephone_number_may_be_written_in_many_ways(still: Flask, phone: str) -> None:
    found = read(still, f'编号,区域,电话\na,城镇,"{phone}"\n', contacts={"phone": "电话"})
    assert found[0].contact == ({"phone": phone} if phone else {})


@pytest.mark.parametrize("phone", ["1234", "1" * 41, "12345x", "无", "12345.6", "12345分机6", "+-() /"])
def test_what_is_no_telephone_number_is_refused_only_where_it_is_one(still: Flask, phone: str) -> None:
    text = f"编号,区域,电话\na,城镇,{phone}\nb,城镇,13800000000\n"
    assert faults(still, text, contacts={"phone": "电话"}) == [(2, "电话", phone, NO_PHONE)]
    assert read(still, text, contacts={"name": "电话"})[0].contact == {"name": phone}


def test_all_faults_of_a_list_come_together_in_the_order_of_its_lines(still: Flask) -> None:
    text = "编号,区域,群体,电话\na,,居民,1\na,城镇,,\n,城镇,居民,2\n"
    found = faults(still, text, columns=("区域", "群体"), contacts={"phone": "电话"})
    assert [(line, column) for line, column, *_ in found] == [
        (2, "区域"),
        (2, "电话"),
        (3, "编号"),
        (3, "群体"),
        (4, "编号"),
        (4, "电话"),
    ]
    assert [remedy for *_, remedy in found][:2] == [NO_STRATUM, NO_PHONE]


def test_a_list_of_headings_alone_says_to_add_cases(still: Flask) -> None:
    only = [(0, "", "", "请在表头下面每行填写一个单位。")]
    assert faults(still, "编号,区域\n") == only
    assert faults(still, "编号,区域,电话\n,,\n", contacts={"phone": "电话"}) == only


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"key_column": "代码"}, "代码"),
        ({"columns": ("区域", "年龄")}, "年龄"),
        ({"contacts": {"phone": "手机"}}, "手机"),
    ],
)
def test_a_column_that_is_promised_and_missing_is_named(still: Flask, changes: dict[str, object], missing: str) -> None:
    with pytest.raises(ImportFaults) as refused:
        read(still, "编号,区域\na,城镇\n", **changes)
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(1, missing)]
    assert refused.value.faults[0].remedy == f"请加上一列，列名为 {missing}。"


def test_a_preview_shows_each_heading_with_its_first_three_values(still: Flask) -> None:
    lines = "编号,区域\na,城镇\nb,\nc,乡村\nd,从不显示\n"
    with still.app_context():
        found = preview.columns(lines.encode("gb18030"))
    assert found == [
        preview.PreviewColumn("编号", ("a", "b", "c")),
        preview.PreviewColumn("区域", ("城镇", "", "乡村")),
    ]


def test_a_preview_of_a_heading_line_alone_has_no_values(still: Flask) -> None:
    with still.app_context():
        assert preview.columns("编号,区域\n".encode()) == [
            preview.PreviewColumn("编号", ()),
            preview.PreviewColumn("区域", ()),
        ]
        with pytest.raises(ImportFaults):
            preview.columns(b"")


def test_limits_of_a_list_are_what_its_sentences_say() -> None:
    assert (importing.LONGEST_KEY, importing.LONGEST_VALUE, importing.MOST_VALUES) == (64, 60, 200)
