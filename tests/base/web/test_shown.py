"""How values, columns, menus, languages and files look: every kind, both sides of every edge."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask import Flask, session
from openpyxl import load_workbook

from survey.base.people import guard
from survey.base.people.roles import Role, Viewer
from survey.base.web import columns, downloads, languages, menu, presentation
from survey.base.web.columns import Column
from survey.base.web.notices import NOTICES
from tests.page_parts import words

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (0, 2, "0.00"),
        (-1234.5, 1, "-1,234.5"),
        (999.995, 2, "1,000.00"),
        (1e6, 0, "1,000,000"),
        (2.5, 0, "2"),
        (None, 2, "–"),
        (NAN, 2, "–"),
    ],
)
def test_a_number_has_its_digits_or_is_a_dash(value: float | None, digits: int, said: str) -> None:
    assert presentation.number(value, digits) == said


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (0, 1, "0.0%"),
        (1, 1, "100.0%"),
        (0.9999, 1, "100.0%"),
        (0.12345, 2, "12.35%"),
        (1.5, 0, "150%"),
        (None, 1, "–"),
        (NAN, 1, "–"),
    ],
)
def test_a_share_is_said_in_a_hundred(value: float | None, digits: int, said: str) -> None:
    assert presentation.percent(value, digits) == said


def test_defaults_are_two_digits_of_a_number_and_one_of_a_share() -> None:
    assert (presentation.number(1 / 3), presentation.percent(1 / 3)) == ("0.33", "33.3%")


def test_moments_are_shown_as_a_chinese_clock_has_them() -> None:
    moment = datetime(2026, 3, 31, 16, 5, tzinfo=UTC)
    assert presentation.day(moment) == "2026-04-01"
    assert presentation.day(date(2026, 3, 31)) == "2026-03-31"
    assert presentation.moment(moment) == "2026-04-01 00:05"
    assert presentation.moment(moment.replace(tzinfo=None)) == "2026-04-01 00:05"
    assert (presentation.day(None), presentation.moment(None)) == ("–", "–")


def test_an_address_leaves_out_empty_filters_and_keeps_noughts(app: Flask) -> None:
    with app.test_request_context("/"):
        asked = {"q": "", "class": None, "page": 0, "state": "open"}
        assert presentation.page_url("units.listing", **asked) == "/units?page=0&state=open"


def test_the_citizens_style_carries_no_words_for_programmers(app: Flask) -> None:
    style = app.extensions["citizen_style"]
    assert style == app.jinja_env.globals["citizen_style"]
    for left_out in ("/*", "*/", "\n", " {", "{ ", ": ", "; ", "url(", "@import"):
        assert left_out not in style, left_out
    assert "var(--" in style
    assert style.count("{") == style.count("}")
    policy = app.extensions["citizen_policy"]
    scripts = " ".join(guard.digest_of(script) for script in app.jinja_env.globals["citizen_scripts"].values())
    assert policy == (
        f"default-src 'none'; style-src {app.extensions['citizen_style_source']}; script-src {scripts}; img-src data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


@dataclass(frozen=True)
class Line:
    """What a table of a test shows."""

    value: object


KINDS = [
    (Column("h", value=lambda line: line.value), "省局", "省局", None),
    (Column("h", "number", lambda line: line.value), 1234.5, "1,234.50", None),
    (Column("h", "number", lambda line: line.value, digits=0), 0, "0", None),
    (Column("h", "percent", lambda line: line.value), 0.5, "50.0%", None),
    (Column("h", "interval", lambda line: line.value, digits=1), (80.04, 90.06), "80.0 – 90.1", 80.04),
    (Column("h", "interval", lambda line: line.value), (None, None), "– – –", ""),
    (Column("h", "day", lambda line: line.value), date(2026, 3, 1), "2026-03-01", None),
    (Column("h", "moment", lambda line: line.value), datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01 08:00", None),
    (Column("h", "code", lambda line: line.value), "2A", "2A", None),
    (Column("h", "number", lambda line: line.value), None, "–", None),
    (Column("h", value=lambda line: line.value), "", "–", None),
    (Column("h"), "x", "–", None),
    (Column("h", "interval"), (1, 2), "–", None),
]


@pytest.mark.parametrize(("column", "value", "text", "order"), KINDS)
def test_a_cell_is_said_and_sorted_by_its_kind(column: Column, value: object, text: str, order: object) -> None:
    assert column.text(Line(value)) == text
    assert column.order(Line(value)) == order


@pytest.mark.parametrize("kind", ["text", "number", "percent", "interval", "day", "moment", "code", "levels"])
def test_numbers_stand_at_the_right_edge(kind: str) -> None:
    is_number = kind in ("number", "percent", "interval")
    assert Column("h", kind).css == ("number" if is_number else "")
    assert Column("h", kind, more="name").css == ("number name" if is_number else "name")


def test_a_file_holds_the_columns_that_know_their_values() -> None:
    listed = [
        Column("编号", value=lambda n: n),
        Column("", more="x"),
        Column("半数", "number", lambda n: n / 2, short="半"),
    ]
    assert columns.written(listed, [1, 2]) == (["编号", "半数"], [[1, 0.5], [2, 1.0]])
    assert columns.written(listed, []) == (["编号", "半数"], [])


def test_options_are_value_and_words_of_each_thing() -> None:
    entries = [menu.Entry("甲", "a", frozenset(), 2), menu.Entry("乙", "b", frozenset(), 1)]
    assert columns.options(entries, "endpoint", "label order") == [("a", "甲 2"), ("b", "乙 1")]
    assert columns.options([]) == []


ENTRIES = [
    menu.Entry("样本", "sample", frozenset({Role.STATISTICIAN}), 20),
    menu.Entry("单位", "units", frozenset({Role.OFFICE, Role.STATISTICIAN}), 10),
    menu.Entry("人员", "people", frozenset(), 90),
]


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        ({Role.OFFICE}, ["units"]),
        ({Role.STATISTICIAN}, ["units", "sample"]),
        ({Role.OFFICE, Role.STATISTICIAN}, ["units", "sample"]),
        ({Role.ADMIN}, ["units", "sample", "people"]),
        ({Role.INTERVIEWER}, []),
        (set(), []),
    ],
)
def test_the_menu_holds_what_a_person_may_open_in_order(roles: set[Role], seen: list[str]) -> None:
    viewer = Viewer(1, "li", frozenset(roles), frozenset())
    assert [entry.endpoint for entry in menu.visible(ENTRIES, viewer)] == seen


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/", "start"),
        ("/units", "units"),
        ("/units/", "units"),
        ("/units/1/edit", "units"),
        ("/unitsx", "start"),
        ("/units/codes", "codes"),
        ("/units/codes/1", "codes"),
        ("nowhere", ""),
    ],
)
def test_a_page_belongs_to_the_longest_address_that_it_begins_with(path: str, line: str) -> None:
    assert menu.current({"start": "/", "codes": "/units/codes", "units": "/units"}, path) == line


@pytest.mark.parametrize(
    ("path", "kept", "language"),
    [
        ("/units", "", "zh_Hans"),
        ("/units?lang=en", "", "en"),
        ("/units", "en", "en"),
        ("/units?lang=zh_Hans", "en", "zh_Hans"),
        ("/units?lang=fr", "en", "en"),
        ("/r/2345678", "en", "zh_Hans"),
        ("/p/x", "en", "zh_Hans"),
        ("/thanks", "en", "zh_Hans"),
        ("/receipt/x", "en", "zh_Hans"),
        ("/receipt/x?lang=en", "", "en"),
    ],
)
def test_citizens_ask_for_english_in_the_address_and_staff_by_the_switch(
    app: Flask, path: str, kept: str, language: str
) -> None:
    with app.test_request_context(path):
        if kept:
            session["lang"] = kept
        assert languages.chosen() == language
        assert languages.is_english() is (language == "en")
        assert presentation.html_language() == ("en" if language == "en" else "zh-Hans")
    assert languages.chosen() == "zh_Hans", "outside of a request it is Chinese"


def test_every_notice_says_what_happened_what_was_kept_and_what_to_do(app: Flask) -> None:
    with app.test_request_context("/"):
        chinese = {name: [str(n.title), str(n.kept), str(n.next)] for name, n in NOTICES.items()}
    with app.test_request_context("/?lang=en"):
        english = {name: [str(n.title), str(n.kept), str(n.next)] for name, n in NOTICES.items()}
    for name, sentences in chinese.items():
        assert all(sentence.endswith("。") for sentence in sentences), name
        assert all(sentence.endswith(".") and sentence.isascii() for sentence in english[name]), name
        assert "%(" not in "".join(sentences + english[name]), name
    titles = [sentences[0] for sentences in chinese.values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(("path", "status", "title"), [("/nope", 404, "no_such_page"), ("/health", 405, "not_allowed")])
def test_error_pages_say_their_notice(app: Flask, path: str, status: int, title: str) -> None:
    client = app.test_client()
    page = client.get(path) if status == 404 else client.put(path)
    assert page.status_code == status
    with app.test_request_context("/"):
        notice = NOTICES[title]
        for sentence in (notice.title, notice.kept, notice.next):
            assert str(sentence) in words(page.text)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a-1.csv", 'attachment; filename="a-1.csv"'),
        ("a b.csv", 'attachment; filename="a b.csv"'),
        ('a"b.csv', "attachment; filename=\"ab.csv\"; filename*=UTF-8''a%22b.csv"),
        ("a%b\\.csv", "attachment; filename=\"ab.csv\"; filename*=UTF-8''a%25b%5C.csv"),
        ("a\r\nX: y.csv", "attachment; filename=\"aX: y.csv\"; filename*=UTF-8''a%0D%0AX%3A%20y.csv"),
        ("名/单.pdf", "attachment; filename=\"/.pdf\"; filename*=UTF-8''%E5%90%8D%2F%E5%8D%95.pdf"),
        ("名-单-2.pdf", "attachment; filename=\"2.pdf\"; filename*=UTF-8''%E5%90%8D-%E5%8D%95-2.pdf"),
    ],
)
def test_a_file_is_saved_under_its_name_and_nothing_slips_into_the_header(name: str, header: str) -> None:
    assert downloads.disposition(name) == header


@pytest.mark.parametrize("ending", sorted(downloads.MEDIA_TYPES))
def test_the_ending_of_a_name_says_what_the_file_is(ending: str) -> None:
    for data in (b"x", "字"):
        answer = downloads.attachment(data, f"a{ending}")
        assert answer.content_type == downloads.MEDIA_TYPES[ending]
        assert answer.get_data() == (data if isinstance(data, bytes) else data.encode())
        assert answer.headers["Content-Disposition"] == f'attachment; filename="a{ending}"'


def test_a_file_of_an_unknown_kind_is_a_fault() -> None:
    for name in ("a.exe", "a"):
        with pytest.raises(KeyError):
            downloads.attachment(b"", name)


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize("ending", ["csv", "pdf", ""])
def test_a_table_is_csv_unless_a_workbook_is_asked_for(inside: None, ending: str) -> None:
    answer = downloads.table("units-1", ending, (["编号", "名称"], [["007", "=甲"], [1, None]]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="units-1.csv"'
    assert answer.mimetype == "text/csv"
    assert answer.get_data().decode("utf-8") == "\ufeff编号,名称\r\n007,'=甲\r\n1,\r\n"


@pytest.mark.parametrize(("title", "sheet"), [("", "units-1"), ("单位", "单位")])
def test_a_workbook_is_named_after_the_file_or_its_title(inside: None, title: str, sheet: str) -> None:
    answer = downloads.table("units-1", "xlsx", (["编号"], [["007"], [2]]), title=title)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="units-1.xlsx"'
    book = load_workbook(io.BytesIO(answer.get_data()))
    assert book.sheetnames == [sheet]
    assert [[cell.value for cell in row] for row in book[sheet].iter_rows()] == [["编号"], ["007"], [2]]


@pytest.mark.parametrize(("seconds", "kept"), [(0, None), (60, "private, max-age=60")])
def test_a_picture_is_kept_by_the_readers_browser_only(seconds: int, kept: str | None) -> None:
    answer = downloads.picture(b"<svg/>", "svg", seconds=seconds)
    assert answer.headers.get("Cache-Control") == kept
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert "Content-Disposition" not in answer.headers
