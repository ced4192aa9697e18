"""The office keeps units in the browser; a unit's manager sees the own unit and nothing else."""

from __future__ import annotations

import io
import time
from datetime import date

import pypdfium2
import pytest

from survey.base import clock
from survey.base.people.roles import Role
from survey.units import service
from tests.units.conftest import Town


@pytest.fixture
def office(client, sign_in, town):
    sign_in(client, Role.OFFICE)
    return client


@pytest.fixture
def manager(client, sign_in, town):
    sign_in(client, Role.UNIT_MANAGER, units=[town.tax])
    return client


def upload(client, kind: str, data: bytes, name: str = "table.csv"):
    return client.submit(f"/units/upload/{kind}", file=(io.BytesIO(data), name))


def test_the_list_is_searched_filtered_and_sorted(office):
    page = office.get("/units").text
    assert page.index("省教育厅") < page.index("省税务局")
    assert "省税务局" not in office.get("/units?q=教育").text
    assert "没有符合条件的单位" in office.get("/units?class=9").text
    assert "没有符合条件的单位" in office.get("/units?state=closed").text
    assert office.get("/units?sort=name&page=99").status_code == 200


def test_the_list_turns_pages(office, app):
    with app.app_context():
        service.add_units([service.NewUnit(f"2{n:03}", f"单位{n}") for n in range(60)])
    assert "单位59" not in office.get("/units").text
    assert "单位59" in office.get("/units?page=2").text


def test_a_unit_is_added_and_changed(office, town, app):
    page = office.submit("/units/new", code="103", name="省财政厅", class_code="1", parent_id=str(town.education))
    assert "省财政厅" in page.text
    with app.app_context():
        unit = service.unit_by_code("103")
    office.submit(f"/units/{unit.id}/edit", name="财政厅", active=None)
    with app.app_context():
        assert service.unit(unit.id).name == "财政厅"
        assert service.unit(unit.id).parent_id == town.education


def test_a_taken_code_is_said_at_its_field(office):
    page = office.submit("/units/new", code="101", name="又一个")
    assert "编号 101 已被使用" in page.text


def test_a_faulty_upload_is_shown_line_by_line_and_stores_nothing(office, app):
    page = upload(office, "counters", "单位编号,窗口编号,窗口名称\n999,9-1,甲\n101,,乙\n".encode("gbk"))
    assert page.status_code == 422
    for words in ("999", "没有此编号的单位", "有 2 处需要更正"):
        assert words in page.text
    with app.app_context():
        assert len(service.windows()) == 3


def test_an_upload_is_checked_first_and_stored_after_consent(office, app):
    checked = upload(office, "counters", "单位编号,窗口编号,窗口名称\n101,101-9,九号窗口\n".encode())
    assert "九号窗口" in checked.text
    with app.app_context():
        assert len(service.windows()) == 3
    kept = checked.text.split('name="kept" value="')[1].split('"')[0]
    token = checked.text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"kept": kept, "csrf_token": token}
    stored = office.post("/units/upload/counters/confirm", data=sent, follow_redirects=True)
    assert "新增 1 项" in stored.text
    with app.app_context():
        assert len(service.windows()) == 4
    again = office.post("/units/upload/counters/confirm", data=sent)
    assert again.status_code == 410


@pytest.mark.parametrize("kind", ["units", "counters", "caseload"])
def test_what_is_stored_downloads_in_the_shape_of_an_upload(office, town, app, kind):
    with app.app_context():
        service.set_caseload([(town.windows["101-1"], date(clock.today().year, 1, 1), 9)])
    for ending in ("csv", "xlsx"):
        response = office.get(f"/units/download/{kind}.{ending}")
        assert "attachment" in response.headers["Content-Disposition"]
        assert "没有变化" in upload(office, kind, response.data, f"table.{ending}").text


def test_a_code_is_replaced_and_withdrawn_on_the_counters_page(office, town, app):
    path = f"/counters/{town.windows['101-1']}"
    with app.app_context():
        [first] = service.stays(window_id=town.windows["101-1"])
    page = office.submit(path, form=f"{path}/codes/{first.code}/replace")
    assert "请重新打印海报" in page.text
    with app.app_context():
        second = service.stays(window_id=town.windows["101-1"])[0]
    assert office.get(f"{path}/{second.code}.png").data[:4] == b"\x89PNG"
    assert office.get(f"{path}/{first.code}.png").status_code == 404
    page = office.submit(path, form=f"{path}/codes/{second.code}/revoke")
    assert "没有在用的评价码" in page.text
    assert "没有在用的评价码" not in office.submit(path, form=f"{path}/codes").text


def test_a_moved_poster_is_entered_where_it_stands_now(office, town, app):
    path = f"/counters/{town.windows['101-2']}"
    with app.app_context():
        [stay] = service.stays(window_id=town.windows["101-1"])
    assert "从未发放" in office.submit(path, form=f"{path}/codes/move", code="2345678").text
    assert "自今日起" in office.submit(path, form=f"{path}/codes/move", code=stay.code.lower()).text
    with app.app_context():
        assert service.find_place(stay.code, clock.today()).window_id == town.windows["101-2"]


def test_a_class_is_added_renamed_and_removed(office, app):
    office.submit("/classes/new", code="2", name="金融机构")
    with app.app_context():
        number = service.classes()[1].id
    office.submit(f"/classes/{number}", form=f"/classes/{number}", name="金融服务机构")
    assert "金融服务机构" in office.get("/classes").text
    office.submit(f"/classes/{number}", form=f"/classes/{number}/remove")
    assert "金融服务机构" not in office.get("/classes").text


def test_the_caseload_page_says_which_months_are_missing(office, town, app):
    with app.app_context():
        service.set_caseload([(town.windows["101-1"], date(2026, m, 1), 100) for m in range(1, 13)])
    page = office.get(f"/units/{town.education}/caseload?year=2026").text
    assert "1,200" in page
    over = sum(date(2026, month, 1) < clock.today().replace(day=1) for month in range(1, 13))
    assert f"还有 {over} 个窗口月" in page, "months to come are not missed"
    assert "2026-12" in office.get(f"/units/{town.education}/caseload.csv?year=2026").text


def test_the_caseload_of_a_part_of_a_year_is_shown_and_downloaded(office, town, app):
    with app.app_context():
        service.set_caseload([(town.windows["101-1"], date(2026, m, 1), 100) for m in range(1, 13)])
    address = f"/units/{town.education}/caseload"
    half = office.get(f"{address}?year=2026&part=1h").text
    assert "2026-06" in half and "2026-07" not in half and ">600<" in half
    assert f"{address}.csv?year=2026&amp;part=1h" in half
    lines = office.get(f"{address}.csv?year=2026&part=1h").text
    assert "2026-06" in lines and "2026-07" not in lines
    assert f"{clock.today():%Y-%m}" in office.get(f"{address}?year=1066&part=q9").text, "else the last twelve months"


def test_ticked_counters_are_printed_and_without_a_tick_all(office, town):
    some = office.submit("/posters", window=[str(town.windows["101-2"])], kind="a4")
    assert some.mimetype == "application/pdf"
    assert len(pypdfium2.PdfDocument(some.data)) == 1
    assert len(pypdfium2.PdfDocument(office.submit("/posters", kind="a4").data)) == 3
    one_unit = office.submit(f"/posters?unit={town.tax}", kind="a4")
    assert len(pypdfium2.PdfDocument(one_unit.data)) == 1


def test_many_posters_are_made_beside_the_page(office, app):
    with app.app_context():
        new = [service.NewWindow("101", f"more-{n}", f"{n}号窗口") for n in range(60)]
        service.add_windows(new, codes_from=date(2026, 1, 1))
    page = office.submit("/posters", kind="card", follow=False)
    assert page.status_code == 302
    deadline = time.monotonic() + 30
    while (waiting := office.get(page.location)).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    ready = office.get(waiting.location)
    name = waiting.location.rsplit("/", 1)[1]
    assert "评价码已生成" in ready.text
    assert len(pypdfium2.PdfDocument(office.get(f"/posters/{name}.pdf").data)) == 16


def test_a_manager_sees_the_own_unit_only(manager, town: Town, app):
    page = manager.get("/units").text
    assert "省税务局" in page
    assert "省教育厅" not in page
    assert manager.get(f"/units/{town.tax}").status_code == 200
    assert manager.get(f"/units/{town.tax}/caseload").status_code == 200
    for path in (
        f"/units/{town.education}",
        f"/units/{town.education}/caseload",
        f"/units/{town.education}/caseload.csv",
        f"/counters/{town.windows['101-1']}",
    ):
        assert manager.get(path).status_code == 404


def test_a_manager_prints_the_own_posters_only(manager, town):
    foreign = [str(number) for number in town.windows.values()]
    page = manager.submit("/posters", window=foreign, kind="a4")
    assert len(pypdfium2.PdfDocument(page.data)) == 1


def test_a_manager_changes_nothing(manager, town):
    assert "停用" not in manager.get(f"/counters/{town.windows['102-1']}").text.replace("停用日期", "")
    for path in ("/units/new", f"/units/{town.tax}/edit", "/rounds", "/units/upload/caseload"):
        assert manager.get(path).status_code == 403


@pytest.mark.parametrize("name", ["x", "../secret_key", "%2e%2e%2fsecret_key", "a" * 22])
def test_a_kept_file_is_found_by_its_own_name_only(office, name):
    assert office.get(f"/posters/{name}.pdf").status_code in {404, 410}
    assert office.get(f"/posters/ready/{name}").status_code in {404, 410}
