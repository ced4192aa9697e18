"""A day is read in every form that Chinese spreadsheets write, and never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.base import tables

FORMS = [
    "{0.year}/{0.month}/{0.day}",
    "{0.year}-{0.month}-{0.day}",
    "{0:%Y-%m-%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year} 年 {0.month} 月 {0.day} 日",
    "{0:%Y%m%d}",
    "{0:%Y%m%d}0905",
    "{0:%Y%m%d}090500",
    "{0.year}/{0.month}/{0.day} 9:05",
    "{0.year}/{0.month}/{0.day} 9:05:00",
    "{0.year}/{0.month}/{0.day} 9:05 AM",
    "{0.year}/{0.month}/{0.day} 上午 9:05",
    "{0.year}/{0.month}/{0.day} 下午9:05:30",
    "{0.year}年{0.month}月{0.day}日 9时05分",
    "{0.year}年{0.month}月{0.day}日星期一",
    "{0.year}/{0.month}/{0.day} (周一) 9:05",
    "{0:%Y-%m-%d}T09:05:00Z",
    "{0:%Y-%m-%d}T09:05:00.000+08:00",
    "{0:%Y-%m-%d} 09:05:00.000",
]


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), form=st.sampled_from(FORMS))
def test_a_day_is_read_in_every_form(day: date, form: str) -> None:
    assert tables.day_of(form.format(day)) == day


@pytest.mark.parametrize(
    "text",
    ["２０２６／３／１", "二〇二六年三月一日", "二○二六年三月一日", "1-Mar-2026", " 2026-03-01 ", "2026年3月1号"],
)
def test_so_it_is_in_wide_figures_and_in_words(text: str) -> None:
    assert tables.day_of(text) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "3/1/2026",
            "26/3/1",
            "2026-03",
            "2026年3月",
            "3月1日",
            "46082",
            "2026-02-30",
            "2026-13-01",
            "0000-01-01",
        ),
        *("2026-03-011", "2026-03-01 x", "2026/3-1", "202603011", "2026-03-01,2026-03-02", "1-Foo-2026", "昨天"),
        *("九九九九年十三月四十日", "2026-03-01" * 1_000, "²026-03-01x"),
    ],
)
def test_what_is_no_day_or_could_be_several_is_none(text: str) -> None:
    assert tables.day_of(text) is None


@given(text=st.text(st.sampled_from("0123456789-/.年月日号 时分上午下一二十〇:TZ+AMP星期"), max_size=30))
def test_no_text_is_more_than_a_day_or_none(text: str) -> None:
    assert tables.day_of(text) is None or isinstance(tables.day_of(text), date)


def test_every_day_of_a_century_is_read_in_words() -> None:
    figures = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))
    tens = ["", "十", "二十", "三十"]
    for days in range(0, 36_525, 13):
        day = date(2000, 1, 1) + timedelta(days)
        number = [tens[n // 10] + (figures[str(n % 10)] if n % 10 else "") for n in (day.month, day.day)]
        year = "".join(figures[figure] for figure in str(day.year))
        assert tables.day_of(f"{year}年{number[0]}月{number[1]}日") == day


PERSONAL = (
    *(
        "手机",
        "手机号码",
        "联系电话",
        "电话",
        "家庭住址",
        "通讯地址",
        "姓名",
        "姓 名",
        "身份证号",
        "证件号码",
        "微信号",
    ),
    *("电子邮箱", "车牌号", "银行卡号", "出生日期", "联系人", "name", "Full name", "phone", "Phone number", "E-mail"),
    *("address", "ID card", "Ｐｈｏｎｅ", "mobile_phone"),
)
OTHERS = (
    *("编号", "区域", "性别", "年龄组", "单位名称", "unit name", "unit_name", "办理事项", "渠道", "窗口", "stratum"),
    *("街道", "办件量", "case_key", "district"),
)


def test_columns_that_describe_a_person_are_known_by_their_heading() -> None:
    assert [heading for heading in PERSONAL if not tables.is_personal(heading)] == []
    assert [heading for heading in OTHERS if tables.is_personal(heading)] == []
