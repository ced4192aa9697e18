"""Channels and kinds of collections: their numbers, which are exchanged, and what follows from each kind."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.questions import channels
from survey.questions.service import (
    CHANNEL_CODES,
    CHANNEL_NAMES,
    CHANNELS,
    DRAWN,
    FILE,
    OPEN_TO_UNITS,
    QR,
    SELF_SELECTED,
    SMS,
    SOURCE_NAMES,
    SOURCES,
)
from survey.questions.sources import Source

#: number -> what a scheme calls it, what a page calls it
EXPECTED = {
    1: ("computer", "电脑端"),
    2: ("mobile", "移动端"),
    3: ("qr", "二维码"),
    4: ("tablet", "大厅平板"),
    5: ("terminal", "其他终端"),
    6: ("link", "个人链接"),
    7: ("default", "系统默认"),
    11: ("telephone", "电话"),
    12: ("face", "面访"),
    13: ("paper", "纸质"),
    14: ("file", "文件导入"),
}
#: kind -> self-selected, drawn, open to units, judged by number, its name
KINDS = {
    "counter": (True, False, True, True, "窗口评价"),
    "poll": (False, True, False, True, "抽样调查"),
    "panel": (False, True, False, False, "测评组"),
    "online": (True, False, False, True, "网上评议"),
    "open": (True, False, False, True, "开放征集"),
    "import": (False, False, False, True, "导入数据"),
    "complaint": (True, False, False, True, "投诉办理评价"),
}


def test_the_numbers_of_channels_are_those_that_systems_exchange() -> None:
    assert tuple(EXPECTED) == CHANNELS
    assert (channels.PC, channels.MOBILE, channels.QR, channels.TABLET, channels.TERMINAL) == (1, 2, 3, 4, 5)
    assert (channels.SMS, channels.DEFAULT) == (6, 7)
    assert (channels.TELEPHONE, channels.FACE_TO_FACE, channels.PAPER, channels.FILE) == (11, 12, 13, 14)
    assert (QR, SMS, FILE) == (3, 6, 14)


def test_every_channel_has_a_name_on_pages_and_a_word_in_schemes(house: Flask) -> None:
    assert {number: str(name) for number, name in CHANNEL_NAMES.items()} == {
        n: zh for n, (_code, zh) in EXPECTED.items()
    }
    assert {code: number for number, (code, _zh) in EXPECTED.items()} == CHANNEL_CODES


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_says_what_follows_from_it(house: Flask, code: str) -> None:
    source = SOURCES[code]
    flags = (source.self_selected, source.drawn, source.open_to_units, source.judged_by_number)
    assert (*flags, str(source.title)) == KINDS[code]
    assert source.code == code
    assert SOURCE_NAMES[code] is source.title


def test_kinds_stand_in_the_order_of_the_pages() -> None:
    assert list(SOURCES) == list(SOURCE_NAMES) == list(KINDS)


def test_nobody_is_both_drawn_and_a_volunteer() -> None:
    assert {"poll", "panel"} == DRAWN
    assert {"counter", "online", "open", "complaint"} == SELF_SELECTED
    assert not DRAWN & SELF_SELECTED
    assert {"counter"} == OPEN_TO_UNITS, "a unit watches nothing but its counters"
    assert set(SOURCES) - DRAWN - SELF_SELECTED == {"import"}


def test_a_kind_claims_nothing_by_itself() -> None:
    plain = Source("made", "新")
    assert (plain.self_selected, plain.drawn, plain.open_to_units, plain.judged_by_number) == (
        False,
        False,
        False,
        True,
    )
