"""Charts and printed pages: colours of the theme, letters as outlines, the same bytes for the same numbers."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdfium2
import pytest

from survey.base.settings import ROOT
from survey.base.web import charts, colours, drawing, pdf

CSS = """
:root { --ink: #101010; --ink-soft: #202020; --line: #303030; --brand: #404040; --warn: #505050; --card: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #eeeeee; --warn: #ffcc00; } }
"""


def drawn(theme: str = "light", *, height: float = 2.0, label: str = "满意率") -> bytes:
    figure, axes = charts.sheet(height)
    axes.plot([1, 2, 3], [10, 20, 15])
    axes.set_xlabel(label)
    return charts.drawn(figure, axes, charts.theme(theme))


def test_a_dark_page_overrides_some_colours_and_keeps_the_rest() -> None:
    themes = colours.parse(CSS)
    assert themes["light"]["ink"] == "#101010"
    assert themes["dark"] == {**themes["light"], "ink": "#eeeeee", "warn": "#ffcc00"}
    assert colours.parse("") == {"light": {}, "dark": {}}
    assert colours.parse(":root { --ink: #ABCDEF; --x: red; --ink-soft: #12345; }")["light"] == {}


def test_the_product_has_both_themes_and_the_colours_that_charts_need() -> None:
    themes = colours.themes()
    assert set(themes) == {"light", "dark"}
    assert set(themes["light"]) == set(themes["dark"])
    assert themes["light"]["ink"] != themes["dark"]["ink"]
    for name, value in themes["light"].items():
        assert f"--{name}: {value};" in (ROOT / "static" / "tokens.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["ink", "ink-soft", "brand", "warn", "warn-soft", "card"])
def test_a_printed_colour_is_that_of_the_light_theme(name: str) -> None:
    value = colours.themes()["light"][name]
    assert "#" + "".join(f"{part:02x}" for part in colours.rgb(name)) == value


@pytest.mark.parametrize(("asked", "meant"), [("light", "light"), ("dark", "dark"), ("", "light"), ("pink", "light")])
def test_any_other_theme_is_the_light_one(asked: str, meant: str) -> None:
    found, known = charts.theme(asked), colours.themes()[meant]
    assert found == charts.ChartTheme(
        ink=known["ink"], soft=known["ink-soft"], line=known["line"], brand=known["brand"], warn=known["warn"]
    )


def test_a_chart_is_eight_inches_wide_and_lets_the_page_show_through() -> None:
    figure, axes = charts.sheet(2.5)
    assert list(figure.get_size_inches()) == [8.0, 2.5]
    assert figure.patch.get_alpha() == 0
    assert axes.get_facecolor()[3] == 0
    svg = drawn(height=2.5).decode()
    assert (re.findall(r'<svg[^>]* (?:width)="(\w+)"', svg), 'height="180pt"' in svg) == (["576pt"], True)


def test_the_same_numbers_give_the_same_picture_byte_for_byte() -> None:
    assert drawn() == drawn()
    assert drawn() != drawn(label="差评率")
    assert b"<dc:date>" not in drawn()
    assert b"<dc:creator>" not in drawn()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_letters_are_outlines_in_the_colours_of_the_theme(name: str) -> None:
    svg, colour = drawn(name).decode(), charts.theme(name)
    assert "<text" not in svg, "a machine without a Chinese font would draw boxes"
    assert "NotoSans" in svg.replace(" ", "")
    fills = set(re.findall(r"fill: (#[0-9a-f]{6})", svg))
    assert {colour.ink, colour.soft} <= fills


def test_a_chart_has_no_frame_and_no_ticks() -> None:
    figure, axes = charts.sheet(2)
    axes.plot([1, 2], [1, 2])
    charts.drawn(figure, axes, charts.theme("light"))
    assert not any(side.get_visible() for side in axes.spines.values())
    assert axes.get_axisbelow() is True
    assert {tick.tick1line.get_markersize() for tick in axes.xaxis.get_major_ticks()} == {0}
    labels = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    assert {label.get_color() for label in axes.get_xticklabels()} == {charts.theme("light").soft}
    assert {label.get_color() for label in axes.get_yticklabels()} == {charts.theme("light").ink}
    assert {label.get_fontproperties().get_file() for label in labels} == {charts.font().get_file()}
    assert {label.get_size() for label in labels} == {9}


def test_the_font_comes_with_the_product_and_knows_chinese() -> None:
    file = Path(charts.font().get_file())
    assert file.is_file()
    assert charts.font() is charts.font()
    assert charts.font().get_size() == charts.TEXT_SIZE == 9


def test_modules_that_draw_are_loaded_by_name() -> None:
    assert drawing.load("survey.base.web.charts") is charts
    with pytest.raises(ModuleNotFoundError):
        drawing.load("survey.base.web.nothing")


def test_a_document_is_a4_in_chinese_and_breaks_no_page_by_itself() -> None:
    paper = pdf.document()
    paper.add_page()
    paper.set_font(pdf.FONT, size=20)
    for _ in range(60):
        paper.cell(0, 10, "满意度测评", new_x="LMARGIN", new_y="NEXT")
    data = bytes(paper.output())
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)
    assert "满意度测评" in document[0].get_textpage().get_text_range()
    assert b"zh-CN" in data
    assert data.count(b"/FontFile") == 1
    assert len(data) < 100_000, "only the letters that are used"


def test_colours_in_print_are_those_of_the_pages() -> None:
    assert (colours.rgb("ink"), colours.rgb("ink-soft"), colours.rgb("brand")) == (pdf.INK, pdf.SOFT, pdf.BRAND)
    assert (colours.rgb("warn"), colours.rgb("warn-soft")) == (pdf.WARN, pdf.WARN_SOFT)
    assert pdf.silent(1, 2) is None
