"""Posters in detail: their order, their colours and bars, the lines to cut along, and the way their making is told."""

from __future__ import annotations

import re
import zlib
from datetime import date

import pypdfium2
import pytest

from survey.base.store import demo
from survey.base.store.database import commit
from survey.base.web import pdf
from survey.units import posters, service
from survey.units.service import NewUnit, NewWindow

TODAY = date(2026, 6, 1)
POINTS = 72 / 25.4


def poster(number: int = 1, *, mark: str = "", name: str = "综合窗口") -> posters.Poster:
    return posters.Poster("省教育厅", name, f"101-{number}", "234567A", "http://pj.example.cn/r/234567A", mark)


def drawn(data: bytes) -> str:
    """What the pages of a document draw, as PDF says it."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    pages = []
    for stream in streams:
        try:
            pages.append(zlib.decompress(stream).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(page for page in pages if " re f" in page)


def bars(data: bytes, colour: tuple[int, int, int]) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height in tenths of a millimetre of what is filled in a colour, on an A4 page."""
    found: list[tuple[int, int, int, int]] = []
    current: tuple[int, ...] = ()
    for line in drawn(data).splitlines():
        if fill := re.fullmatch(r"([\d.]+) ([\d.]+) ([\d.]+) rg|([\d.]+) g", line):
            parts = [fill[4]] * 3 if fill[4] else fill.groups()[:3]
            current = tuple(round(float(part) * 255) for part in parts)
        elif (box := re.fullmatch(r"([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+) re f", line)) and current == colour:
            left, top, width, height = (float(part) / POINTS for part in box.groups())
            found.append((round(left * 10), round((297 - top) * 10), round(width * 10), round(abs(height) * 10)))
    return found


def test_a_poster_begins_with_a_bar_between_its_margins(inside):
    assert bars(posters.pdf([poster()], "a4"), pdf.BRAND) == [(180, 120, 1740, 16)]
    assert bars(posters.pdf([poster()], "card"), pdf.BRAND) == [(90, 60, 870, 8)]


def test_a_simulated_poster_bears_a_band_over_its_whole_width(inside):
    assert bars(posters.pdf([poster()], "a4"), pdf.WARN_SOFT) == []
    assert bars(posters.pdf([poster(mark="演示数据")], "a4"), pdf.WARN_SOFT) == [(0, 0, 2100, 140)]
    cards = bars(posters.pdf([poster(n, mark="演示数据") for n in range(4)], "card"), pdf.WARN_SOFT)
    assert cards == [(left, top, 1050, 70) for top in (0, 1485) for left in (0, 1050)]


def test_the_code_is_black_and_as_wide_as_its_design(inside):
    boxes = bars(posters.pdf([poster()], "a4"), (0, 0, 0))
    size = len(service.qr_matrix("http://pj.example.cn/r/234567A"))
    module = 120 / size
    assert min(left for left, _top, _w, _h in boxes) == round((45 + 4 * module) * 10)
    assert max(left + width for left, _top, width, _h in boxes) == pytest.approx((165 - 4 * module) * 10, abs=2)
    assert min(top for _left, top, _w, _h in boxes) == round((92 + 4 * module) * 10)
    assert {height for *_rest, height in boxes} == {round(module * 1.02 * 10)}


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, []), (1, [(0, 1)]), (25, [(0, 25)]), (26, [(0, 26), (25, 26)]), (51, [(0, 51), (25, 51), (50, 51)])],
)
def test_the_way_is_told_every_twenty_five_posters(inside, number: int, told: list[tuple[int, int]]):
    steps: list[tuple[int, int]] = []
    posters.pdf([poster(n) for n in range(number)], "card", lambda done, total: steps.append((done, total)))
    assert steps == told


@pytest.mark.parametrize(("number", "pages"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_four_cards_fill_a_page(inside, number: int, pages: int):
    assert len(pypdfium2.PdfDocument(posters.pdf([poster(n) for n in range(number)], "card"))) == pages


def test_a_poster_says_everything_once_in_chinese_and_its_title_in_english(inside):
    text = pypdfium2.PdfDocument(posters.pdf([poster()], "a4"))[0].get_textpage().get_text_range()
    for words in (
        "省教育厅",
        "请您评价本次服务",
        "自愿参加 · 不记姓名 · 约需十秒",
        "综合窗口",
        "http://pj.example.cn/r/234567A",
        "请用手机扫码，或打开上方网址",
        "Please rate this service · 101-1",
    ):
        assert text.count(words) == 1, words
    assert "%(" not in text


def test_posters_come_by_unit_and_counter_and_bear_the_mark(inside):
    service.add_units([NewUnit("2", "乙"), NewUnit("1", "甲")])
    windows = service.add_windows(
        [NewWindow("2", "a", "二甲"), NewWindow("1", "z", "一末"), NewWindow("1", "b", "一乙")], codes_from=TODAY
    )
    found = service.posters_of(windows.values(), TODAY)
    assert [(one.unit_name, one.window_name, one.window_code, one.mark) for one in found] == [
        ("甲", "一乙", "b", ""),
        ("甲", "一末", "z", ""),
        ("乙", "二甲", "a", ""),
    ]
    assert all(one.link == f"http://pj.example.cn/r/{one.code}" for one in found)
    demo.set_present(True)
    commit()
    assert {"演示数据" in one.mark for one in service.posters_of(windows.values(), TODAY)} == {True}
    assert service.posters_of([windows["a"]], date(2026, 5, 31)) == []
