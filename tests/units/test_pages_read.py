"""The pages of units as their readers see them: rows, figures, choices, files, and doors that stay shut."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook

from survey.base import clock
from survey.base.people.roles import Role
from survey.units import service
from tests.page_parts import alerts, choices, facts, figures, headings, rows, words

TODAY = date(2026, 3, 31)


@pytest.fixture(autouse=True)
def last_of_march(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def office(client, sign_in, town):
    sign_in(client, Role.OFFICE)
    return client


def upload(client, kind: str, text: str):
    return client.submit(f"/units/upload/{kind}", file=(io.BytesIO(text.encode()), "t.csv"))


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


#: path -> roles that may open it beside the administrator
DOORS = {
    "/units": {Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER, Role.FOLLOW_UP},
    "/units/1": {Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER, Role.FOLLOW_UP},
    "/counters/1": {Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER, Role.FOLLOW_UP},
    "/units/1/caseload": {Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER, Role.FOLLOW_UP},
    "/units/1/caseload.csv": {Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR, Role.UNIT_MANAGER, Role.FOLLOW_UP},
    "/posters": {Role.OFFICE, Role.UNIT_MANAGER, Role.STATISTICIAN},
    "/classes": {Role.OFFICE, Role.STATISTICIAN},
    "/units/download/units.csv": {Role.OFFICE, Role.STATISTICIAN},
    "/units/new": {Role.OFFICE},
    "/units/1/edit": {Role.OFFICE},
    "/units/1/counters/new": {Role.OFFICE},
    "/counters/1/edit": {Role.OFFICE},
    "/classes/new": {Role.OFFICE},
    "/classes/1": {Role.OFFICE},
    "/units/upload/units": {Role.OFFICE},
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_doors_and_no_other(client, sign_in, town, role):
    sign_in(client, role, units=[town.education])
    opened = {path for path in DOORS if client.get(path).status_code == 200}
    assert opened == {path for path, roles in DOORS.items() if role in roles or role is Role.ADMIN}
    page = client.get("/password").text
    assert ('href="/units"' in page) is ("/units" in opened)
    assert ('href="/posters"' in page) is ("/posters" in opened)
    token = client.token("/password")
    for path in ("/counters/1/codes", "/counters/1/codes/move", "/classes/1/remove", "/units/upload/units/confirm"):
        closed = client.post(path, data={"csrf_token": token}).status_code == 403
        assert closed is (role not in (Role.OFFICE, Role.ADMIN)), path


def test_buttons_that_change_are_shown_to_those_who_may(client, sign_in, town):
    managed = ("新增单位", "上传单位", "上传窗口", "上传办件量", "单位类别")
    for role in (Role.OFFICE, Role.ADMIN, Role.STATISTICIAN, Role.AUDITOR):
        sign_in(client, role)
        shown = role in (Role.OFFICE, Role.ADMIN)
        page = client.get("/units").text
        assert all((f">{words}</a>" in page) is shown for words in managed), role
        for path, word in (
            (f"/units/{town.tax}", ">编辑<"),
            (f"/units/{town.tax}", ">新增窗口<"),
            ("/counters/1", "改放"),
        ):
            assert (word in client.get(path).text) is shown, (role, path)


def test_the_list_counts_open_counters_and_sorts_by_its_headings(office, app, town):
    with app.app_context():
        service.add_units([service.NewUnit("099", "丁局")])
        window = service.window(town.windows["101-2"])
        service.change_window(window.id, name=window.name, questionnaire="W1", active=False)
    page = office.get("/units?q=&class=&state=").text
    assert rows(page) == [
        ["099", "丁局", "–", "–"],
        ["101", "省教育厅", "综合部门", "1"],
        ["102", "省税务局", "综合部门", "1"],
    ]
    assert headings(page) == ["编号 ↑", "单位", "类别", "在用窗口数"]
    assert "被评议单位，共 3 个" in page
    by_name = office.get("/units?q=省&class=1&sort=name").text
    assert headings(by_name)[:2] == ["编号", "单位 ↑"]
    assert [row[0] for row in rows(by_name)] == ["101", "102"]
    assert 'href="/units?q=%E7%9C%81&amp;class=1&amp;sort=class"' in by_name
    assert '<input type="hidden" name="sort" value="name">' in by_name
    assert choices(page, "class") == {"": "全部类别", "1": "综合部门"}
    assert choices(page, "state") == {"": "参评", "closed": "不再参评"}


@pytest.mark.parametrize(("number", "second"), [(48, 0), (49, 1)])
def test_fifty_units_fill_a_page(office, app, number, second):
    with app.app_context():
        service.add_units([service.NewUnit(f"2{n:03}", f"单位{n}") for n in range(number)])
    assert len(rows(office.get("/units").text)) == 50
    assert len(rows(office.get("/units?page=2").text)) == second
    assert len(rows(office.get("/units?page=0").text)) == 50
    assert ("下一页" in office.get("/units").text) is bool(second)


def test_an_empty_house_offers_the_upload_and_an_empty_search_does_not(client, sign_in, app):
    sign_in(client, Role.OFFICE)
    assert "还没有单位。" in client.get("/units").text
    assert "没有符合条件的单位。" in client.get("/units?q=x").text
    assert "还没有类别。上传单位时会自动建立。" in client.get("/classes").text
    assert "没有符合条件的窗口。" in client.get("/posters").text


def test_a_unit_shows_what_it_belongs_to_and_what_is_below(office, app, town):
    with app.app_context():
        service.change_unit(town.tax, name="税务分局", class_code="", parent_id=town.education, active=False)
        [stay] = service.stays(window_id=town.windows["101-2"])
        service.revoke_code(stay.code, TODAY)
        first = service.standing([town.windows["101-1"]], TODAY)[town.windows["101-1"]]
    page = office.get(f"/units/{town.education}").text
    assert facts(page) == {"编号": "101", "类别": "综合部门", "下级单位": "税务分局", "状态": "参评"}
    assert rows(page) == [
        ["101-1", "1号窗口(综合受理)", "W1", first, "正常使用"],
        ["101-2", "2号窗口", "W1", "无", "正常使用"],
    ]
    below = office.get(f"/units/{town.tax}").text
    assert facts(below) == {"编号": "102", "类别": "无", "上级单位": "省教育厅", "状态": "不再参评"}


def test_a_unit_is_named_at_the_field_that_is_wrong(office, town):
    assert "请填写编号。" in office.submit("/units/new", code="", name="x").text
    assert "请填写名称。" in office.submit("/units/new", code="9", name="").text
    assert "请使用 1 至 32 个字母、数字、点或短横线。" in office.submit("/units/new", code="a b", name="x").text
    assert "最多 100 个字符。" in office.submit("/units/new", code="9", name="名" * 101).text
    office.submit(f"/units/{town.tax}/edit", parent_id=str(town.education))
    page = office.submit(f"/units/{town.education}/edit", parent_id=str(town.tax)).text
    assert "该单位将成为自己的上级。" in page
    assert str(town.education) not in choices(page, "parent_id"), "a unit is not offered as its own parent"
    assert choices(page, "class_code") == {"": "无", "1": "1 综合部门"}
    assert "编号 1 已被使用。" in office.submit("/classes/new", code="1", name="又一个").text
    assert alerts(office.submit("/classes/new", code="2", name="金融").text) == [("success", "类别已新增。")]
    assert rows(office.get("/classes").text) == [["1", "综合部门", "2"], ["2", "金融", "0"]]
    assert "删除类别" not in office.get("/classes/1").text


def test_a_counter_is_added_changed_and_closed_on_its_page(office, app, town):
    path = f"/units/{town.tax}/counters/new"
    assert "编号 101-1 已被使用。" in office.submit(path, code="101-1", name="x", questionnaire="W1").text
    page = office.submit(path, code="102-9", name="九号", questionnaire="W13").text
    assert alerts(page) == [("success", "窗口已新增，并已发放评价码。")]
    assert facts(page)["问卷"].startswith("W13 ")
    assert facts(page)["状态"] == "正常使用"
    assert [row[1:] for row in rows(page)] == [["2026-03-31", "在用 更换 停用"]]
    with app.app_context():
        [window] = [each for each in service.windows(town.tax) if each.code == "102-9"]
    page = office.submit(f"/counters/{window.id}/edit", name="咨询台", questionnaire="W5", active=None).text
    with app.app_context():
        changed = service.window(window.id)
    assert (changed.name, changed.questionnaire) == ("咨询台", "W5")
    assert alerts(page) == [("success", "已保存。")]
    assert (
        "请填写海报上的评价码。"
        in office.submit(f"/counters/{window.id}", form=f"/counters/{window.id}/codes/move", code="").text
    )


def test_a_counter_deals_with_codes_of_its_own_only(office, app, town):
    here, there = town.windows["101-1"], town.windows["102-1"]
    with app.app_context():
        code = service.standing([there], TODAY)[there]
    token = {"csrf_token": office.token(f"/counters/{here}")}
    for deed in ("revoke", "replace"):
        refused = office.post(f"/counters/{here}/codes/{code}/{deed}", data=token)
        assert refused.status_code == 404
        assert "该评价码不在本窗口使用。" in refused.text
    for ending in ("svg", "png"):
        assert office.get(f"/counters/{here}/{code}.{ending}").status_code == 404
    svg = office.get(f"/counters/{there}/{code}.svg")
    assert (svg.status_code, svg.mimetype) == (200, "image/svg+xml")
    page = office.get(f"/counters/{there}").text
    assert f"http://pj.example.cn/r/{code} 的二维码" in page
    assert 'download="102-1.png"' in page


def test_caseload_is_a_table_of_months_and_counters_with_sums(office, app, town):
    first, second = town.windows["101-1"], town.windows["101-2"]
    with app.app_context():
        service.set_caseload(
            [
                (first, date(2026, 1, 1), 1200),
                (second, date(2026, 1, 1), 0),
                (first, date(2026, 3, 1), 30),
                (first, date(2025, 12, 1), 7),
                (town.windows["102-1"], date(2026, 1, 1), 999),
                (first, date(2019, 5, 1), 1),
            ]
        )
    page = office.get(f"/units/{town.education}/caseload?year=2026&part=q1").text
    assert rows(page) == [
        ["2026-01", "1,200", "0", "1,200"],
        ["2026-02", "–", "–", "0"],
        ["2026-03", "30", "–", "30"],
    ]
    foot = re.search(r"<tfoot>(.*?)</tfoot>", page, re.DOTALL)
    assert foot is not None
    assert words(foot.group(1)) == "各月合计 1,230 0 1,230"
    assert headings(page) == ["月份", "1号窗口(综合受理)", "2号窗口", "全部窗口"]
    assert alerts(page) == [("warning", "还有 2 个窗口月的办件量未填，相应评价无法加权。")], "March is not over"
    assert list(choices(page, "year").items())[:4] == [
        ("", "最近十二个月"),
        ("2026", "2026"),
        ("2025", "2025"),
        ("2019", "2019"),
    ]
    twelve = office.get(f"/units/{town.education}/caseload").text
    assert [row[0] for row in rows(twelve)][::11] == ["2025-04", "2026-03"]
    assert 'name="part"' not in twelve
    csv_lines = lines(office.get(f"/units/{town.education}/caseload.csv?year=2026&part=q1").data)
    assert csv_lines == [
        ["窗口编号", "月份", "办件量", "窗口名称"],
        *(["101-1", f"2026-0{n}", cases, "1号窗口(综合受理)"] for n, cases in ((1, "1200"), (2, ""), (3, "30"))),
        *(["101-2", f"2026-0{n}", cases, "2号窗口"] for n, cases in ((1, "0"), (2, ""), (3, ""))),
    ]


def test_a_closed_counter_is_shown_where_it_has_cases_and_is_not_missed(office, app, town):
    second = town.windows["101-2"]
    with app.app_context():
        service.change_window(second, name="2号窗口", questionnaire="W1", active=False)
        service.set_caseload([(town.windows["101-1"], date(2026, n, 1), 5) for n in (1, 2)])
    page = office.get(f"/units/{town.education}/caseload?year=2026").text
    assert "2号窗口" not in page
    assert alerts(page) == []
    with app.app_context():
        service.set_caseload([(second, date(2026, 2, 1), 5)])
    page = office.get(f"/units/{town.education}/caseload?year=2026").text
    assert "2号窗口" in page
    assert alerts(page) == []
    assert "2号窗口" not in office.get(f"/units/{town.education}/caseload.csv?year=2026").text


def test_files_of_what_is_stored_hold_every_row(office, app, town):
    with app.app_context():
        service.change_unit(town.tax, name="省税务局", class_code="", parent_id=town.education, active=False)
        service.change_window(town.windows["101-2"], name="2号窗口", questionnaire="W1", active=False)
    assert lines(office.get("/units/download/units.csv").data) == [
        ["单位编号", "单位名称", "类别编号", "类别名称", "上级单位编号"],
        ["101", "省教育厅", "1", "综合部门", ""],
        ["102", "省税务局", "", "", "101"],
    ]
    assert lines(office.get("/units/download/counters.csv").data) == [
        ["单位编号", "窗口编号", "窗口名称", "问卷"],
        ["101", "101-1", "1号窗口(综合受理)", "W1"],
        ["102", "102-1", "办税窗口", "W5"],
    ]
    months = [line[1] for line in lines(office.get("/units/download/caseload.csv").data)[1:]]
    assert (months[0], months[11], len(months)) == ("2025-04", "2026-03", 24)
    book = load_workbook(io.BytesIO(office.get("/units/download/counters.xlsx").data))
    assert [cell.value for cell in book.active[2]] == ["101", "101-1", "1号窗口(综合受理)", "W1"]
    assert office.get("/units/download/people.csv").status_code == 404
    assert office.get("/units/upload/people").status_code == 404
    office.post("/language", data={"lang": "en", "csrf_token": office.token("/units")})
    assert lines(office.get("/units/download/units.csv").data)[0][:2] == ["code", "name"]


def test_an_upload_says_line_by_line_what_it_would_do(office):
    page = upload(office, "units", "code,name\n101,教育厅\n102,省税务局\n103,省财政厅\n").text
    assert figures(page) == {"将新增": "1", "将变更": "1", "已有且不变": "1"}
    assert headings(page) == ["行", "处理", "编号", "原值", "新值"]
    assert rows(page) == [["2", "变更", "101", "省教育厅", "教育厅"], ["4", "新增", "103", "–", "省财政厅"]]
    assert "请选择文件。" in office.submit("/units/upload/units").text
    many = "code,name\n" + "".join(f"n{n},单位{n}\n" for n in range(201))
    page = upload(office, "units", many).text
    assert len(rows(page)) == 200
    assert "仅显示前 200 行。" in page
    assert "仅显示前" not in upload(office, "units", many.rpartition("n200")[0]).text


def test_posters_are_chosen_by_words_unit_and_class(office, app, town):
    with app.app_context():
        service.change_unit(town.tax, name="省税务局", class_code="", parent_id=None, active=True)
        service.change_window(town.windows["101-2"], name="2号窗口", questionnaire="W1", active=False)

    def counters(query: str) -> list[str]:
        return re.findall(r'class="small" href="/counters/\d+">([^<]+)</a>', office.get(f"/posters?{query}").text)

    assert counters("") == ["101-1", "102-1"]
    assert counters("q=税务 办税") == ["102-1"]
    assert counters("q=101-1") == ["101-1"]
    assert counters("q=税务 综合") == []
    assert counters(f"unit={town.education}") == ["101-1"]
    assert counters("class=1") == ["101-1"]
    assert counters("class=1&q=办税") == []
    assert "打印勾选的窗口；未勾选时打印下列全部 2 个窗口。" in office.get("/posters").text


def test_counters_without_codes_are_said_instead_of_printed(office, app, town):
    with app.app_context():
        for stay in service.stays():
            service.revoke_code(stay.code, TODAY)
    page = office.get("/posters").text
    assert page.count("disabled") == 3
    assert alerts(office.submit("/posters", kind="a4").text) == [
        ("danger", "这些窗口都没有在用的评价码，请到窗口页面发放。")
    ]
