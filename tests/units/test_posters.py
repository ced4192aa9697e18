"""Every code on every printed page is read by a real decoder."""

from __future__ import annotations

from datetime import date

import pypdfium2
import pytest
import zxingcpp

from survey.base.store import demo
from survey.base.store.database import commit
from survey.units import service
from tests.units.conftest import Town

TODAY = date(2026, 6, 1)
#: pixels a millimetre when a page is rendered at 150 dots an inch
PER_MM = 150 / 25.4


def printed(town: Town, kind: str) -> tuple[pypdfium2.PdfDocument, list[service.Poster]]:
    posters = service.posters_of(town.windows.values(), TODAY)
    return pypdfium2.PdfDocument(service.poster_pdf(posters, kind)), posters


def codes_on(page: pypdfium2.PdfPage) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())


@pytest.mark.parametrize(("kind", "pages"), [("a4", 3), ("card", 1)])
def test_every_code_leads_to_its_counter(inside, town, kind, pages):
    document, posters = printed(town, kind)
    assert len(document) == pages
    found = [code.text for page in document for code in codes_on(page)]
    assert sorted(found) == sorted(poster.link for poster in posters)
    assert {service.find_place(link.rsplit("/", 1)[1], TODAY).window_id for link in found} == set(town.windows.values())


def test_an_a4_poster_names_the_counter_whose_code_it_bears(inside, town):
    document, _ = printed(town, "a4")
    for page in document:
        [code] = codes_on(page)
        place = service.find_place(code.text.rsplit("/", 1)[1], TODAY)
        words = page.get_textpage().get_text_range()
        assert place.unit_name in words
        assert place.window_name in words
        assert code.text in words


def test_five_cards_take_two_pages(inside, town):
    service.add_windows([service.NewWindow("102", f"102-{n}", f"{n}号") for n in (2, 3)], codes_from=TODAY)
    posters = service.posters_of([window.id for window in service.windows()], TODAY)
    document = pypdfium2.PdfDocument(service.poster_pdf(posters, "card"))
    assert [len(codes_on(page)) for page in document] == [4, 1]


@pytest.mark.parametrize("kind", ["a4", "card"])
def test_the_printed_code_is_at_least_three_centimetres_wide(inside, town, kind):
    document, _ = printed(town, kind)
    for code in codes_on(document[0]):
        corners = code.position
        assert (corners.top_right.x - corners.top_left.x) / PER_MM >= 30
        assert code.ec_level == "Q"


@pytest.mark.parametrize("kind", ["a4", "card"])
def test_the_words_ask_for_a_rating_and_not_for_a_good_one(inside, town, kind):
    document, _ = printed(town, kind)
    words = document[0].get_textpage().get_text_range()
    assert "请您评价本次服务" in words
    assert "好评" not in words
    assert "满意" not in words
    assert "演示" not in words


def test_posters_of_simulated_counters_say_so(inside, town):
    demo.set_present(True)
    commit()
    document, _ = printed(town, "card")
    assert document[0].get_textpage().get_text_range().count("演示数据") == 3


def test_a_long_name_stays_on_the_poster(inside, town):
    name = "人力资源和社会保障厅" * 8
    service.change_window(town.windows["101-1"], name=name, questionnaire="W1", active=True)
    document, _ = printed(town, "card")
    assert name in document[0].get_textpage().get_text_range().replace("\r\n", "")


def test_a_counter_without_a_code_is_left_out(inside, town):
    window_id = town.windows["101-1"]
    service.revoke_code(service.standing([window_id], TODAY)[window_id], TODAY)
    assert [poster.window_code for poster in service.posters_of(town.windows.values(), TODAY)] == ["101-2", "102-1"]


def test_the_font_is_embedded_once_and_only_in_part(inside, town):
    posters = service.posters_of(town.windows.values(), TODAY) * 40
    data = service.poster_pdf(posters, "a4")
    assert data.count(b"/FontFile") == 1
    assert len(data) < 1_000_000
