"""A code leads to its counter on the day, and its images say what they should to a real decoder."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
import zxingcpp
from PIL import Image

from survey.base.errors import NotFound, Refused
from survey.base.store.database import reading
from survey.units import service
from tests.units.conftest import OPENED, build

TODAY = date(2026, 6, 1)
YESTERDAY = TODAY - timedelta(days=1)


def code_of(window_id: int, day: date = TODAY) -> str:
    return service.standing([window_id], day)[window_id]


def test_a_scanned_code_leads_to_its_counter(inside_each):
    town = build()
    code = code_of(town.windows["102-1"])
    with reading() as connection:
        place = service.find_place_on(connection, code.lower(), TODAY)
    assert place == service.Place(code, town.windows["102-1"], "办税窗口", town.tax, "省税务局", "W5", withdrawn=False)


@pytest.mark.parametrize("code", ["", "2345678", "no such code", "' OR 1=1", "ABCDEFGHJKLMNPQRSTUVWXYZ"])
def test_a_code_that_was_never_issued_leads_nowhere(inside, town, code):
    with pytest.raises(NotFound):
        service.find_place(code, TODAY)


def test_a_withdrawn_code_still_says_where_it_stood(inside_each):
    window_id = build().windows["101-1"]
    code = code_of(window_id)
    service.revoke_code(code, TODAY)
    assert service.find_place(code, TODAY).withdrawn
    assert service.find_place(code, TODAY).window_id == window_id
    assert not service.find_place(code, YESTERDAY).withdrawn
    assert service.standing([window_id], TODAY) == {}
    with pytest.raises(Refused):
        service.revoke_code(code, TODAY)


def test_a_replaced_code_makes_way_for_a_new_one(inside_each):
    window_id = build().windows["101-1"]
    old = code_of(window_id)
    new = service.replace_code(old, TODAY)
    assert code_of(window_id) == new != old
    assert service.find_place(old, TODAY).withdrawn
    assert not service.find_place(new, TODAY).withdrawn
    history = [(stay.code, stay.from_day, stay.until_day) for stay in service.stays(window_id=window_id)]
    assert history == [(new, TODAY, None), (old, OPENED, TODAY)]


def test_a_moved_code_keeps_its_past(inside_each):
    town = build()
    here, there = town.windows["101-1"], town.windows["102-1"]
    code = code_of(here)
    service.move_code(code, there, TODAY)
    assert service.find_place(code, YESTERDAY).window_id == here
    assert service.find_place(code, TODAY).window_id == there
    assert service.find_place(code, TODAY).questionnaire == "W5"
    with pytest.raises(Refused):
        service.move_code(code, there, TODAY)
    with pytest.raises(NotFound):
        service.move_code("2345678", there, TODAY)


def test_a_withdrawn_code_can_be_put_up_again_elsewhere(inside, town):
    code = code_of(town.windows["101-1"])
    service.revoke_code(code, TODAY)
    service.move_code(code, town.windows["101-2"], TODAY)
    place = service.find_place(code, TODAY)
    assert (place.window_id, place.withdrawn) == (town.windows["101-2"], False)


def test_a_closed_counter_still_lets_the_citizen_speak(inside, town):
    window_id = town.windows["101-1"]
    service.change_window(window_id, name="1号窗口", questionnaire="W1", active=False)
    assert service.find_place(code_of(window_id), TODAY).withdrawn


def test_counters_without_a_code_are_given_one(inside, town):
    window_id = town.windows["101-2"]
    service.revoke_code(code_of(window_id), TODAY)
    [code] = service.issue_missing_codes(TODAY)
    assert code_of(window_id) == code
    assert service.issue_missing_codes(TODAY) == []


def test_codes_do_not_repeat(inside, town):
    codes = [service.issue_code(town.windows["101-1"], TODAY) for _ in range(50)]
    assert len(set(codes)) == 50


def test_the_png_says_the_link(inside):
    link = service.link_of("234567A")
    image = Image.open(io.BytesIO(service.qr_png(link)))
    [found] = zxingcpp.read_barcodes(image)
    assert found.text == link == "http://pj.example.cn/r/234567A"
    assert found.ec_level == "Q"


def test_the_svg_says_the_link(inside, browser):
    link = service.link_of("234567A")
    svg = service.qr_svg(link).decode()
    page = browser.new_page(color_scheme="dark")
    page.set_content(svg[svg.index("<svg") :])
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    page.close()
    assert found.text == link
    assert re.search(r'fill="white"', svg), "on a dark page the light modules would be dark"


def test_the_code_in_a_terminal_says_the_link(inside):
    link = service.link_of("234567A")
    rows = service.qr_terminal(link).split("\n")
    image = Image.new("L", (len(rows[0]), len(rows) * 2))
    lit = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    for y, row in enumerate(rows):
        for x, sign in enumerate(row):
            image.putpixel((x, 2 * y), lit[sign][0])
            image.putpixel((x, 2 * y + 1), lit[sign][1])
    [found] = zxingcpp.read_barcodes(image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST))
    assert found.text == link
