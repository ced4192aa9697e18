"""What the rated read of a citizen's words names neither the writer nor anybody else."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.followup import service
from survey.followup.masking import MASK, masked
from tests.followup.conftest import rate
from tests.small_round import small_round


@pytest.mark.parametrize(
    "named",
    [
        *("13800138000", "138 0013 8000", "138-0013-8000", "１３８００１３８０００", "+86 13800138000", "0551-6263456"),
        *("一三八零零一三八零零零", "幺三八〇〇一三八〇〇〇", "34010219900307123X", "6222 0213 0201 1234 567"),
        *("li.si@example.cn", "皖A12345", "皖A·D12345", "粤b88888"),
    ],
)
def test_numbers_plates_and_addresses_are_masked_wherever_they_stand(named: str):
    for sentence in ("{}", "请打{}找我", "电话：{}。", "窗口说{}，我不信"):
        assert masked(sentence.format(named)) == sentence.format(MASK)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("我叫张三，住在城东", "我叫＊＊，住在城东"),
        ("我是李小明", "我是＊＊"),
        ("王科长让我等", "＊＊科长让我等"),
        ("欧阳医生和陈主任都不在", "欧阳医生和＊＊主任都不在"),
        ("加我微信abc_12345", "加我微信＊＊"),
        ("QQ：12345678", "QQ：＊＊"),
    ],
)
def test_names_and_chats_are_masked(said: str, read: str):
    assert masked(said) == read


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "等了两个小时",
        "3号窗口12:30还没开",
        "2026年3月1日来过",
        "交了120.50元",
        "编号A-17",
        "我是来办证的",
        "100%不满意",
    ],
)
def test_what_names_nobody_stays(plain: str):
    assert masked(plain) == plain


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_more_and_leaves_no_long_number(text: str):
    once = masked(text)
    assert masked(once) == once
    digits = "".join(c if c in "0123456789" else " " for c in once).split()
    assert all(len(run) < 7 for run in digits)


@pytest.mark.parametrize("role", list(Role))
def test_the_rated_read_masked_words_and_the_office_all(app: Flask, role: Role):
    with app.app_context():
        made = small_round()
        [key, *_others] = rate(made, [1] * 5, words="请回电13800138000")
        viewer = Viewer(7, "x", frozenset({role}), frozenset(made.unit_ids))
        said = service.case(key, viewer).words
        listed = {case.key: case.words for case in service.cases(viewer)[0]}
        assert said == listed[key] == ("请回电13800138000" if viewer.sees_all else f"请回电{MASK}")
        assert service.case(key, SYSTEM).words == "请回电13800138000", "stored as it was sent"
