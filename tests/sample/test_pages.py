"""The statistician's path through the pages, and who may not walk it."""

from __future__ import annotations

import io
import json
import time
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.base import tables
from survey.base.people.roles import Role
from survey.rounds import service as rounds
from survey.sample import service
from survey.sample.pages import frames, waves
from tests.conftest import SignIn
from tests.sample.conftest import SEED, MakeWave, frame_csv


def upload(client: FlaskClient, path: str, data: bytes, name: str = "list.csv") -> str:
    """Send a file; returns where the answer leads."""
    response = client.submit(path, form=path, follow=False, file=(io.BytesIO(data), name))
    assert response.status_code == 302, response.text
    return response.location


def wait_for_job(client: FlaskClient, address: str) -> str:
    """Reload a job's page until it leads to its result; returns where."""
    for _ in range(300):
        response = client.get(address)
        if response.status_code == 302:
            return response.location
        time.sleep(0.1)
    raise AssertionError(response.text)


def test_the_statistician_walks_from_a_list_to_a_closed_wave(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, Role.STATISTICIAN)
    with client.application.app_context():
        rounds.add_round("2026", "2026 年度", date(2026, 1, 1), date(2026, 12, 31))
    describe = upload(client, "/sample/frames/new", frame_csv().encode("gb18030"))
    checked = client.submit(describe, supplied_by="市政务服务局", note="2025 年办件人员")
    assert "240" in checked.text
    frame = client.submit(checked.request.path)
    assert frame.request.path == "/sample/frames/1" and "乡村" in frame.text

    chosen = {"frame_id": "1", "kind": "poll", "questionnaire": "G"}
    days = {"opens_on": "2026-03-01", "closes_on": "2026-03-31"}
    plan = client.submit("/sample/waves/new", name="三月民意调查", **chosen, **days)
    assert plan.request.path == "/sample/waves/1/design"
    address = (
        "/sample/waves/1/design?first=区域&second=群体&method=neyman&total=60&minimum=4&reserve=20&sd:城镇 / 居民=20"
    )
    planned = client.get(address)
    assert "城镇 / 居民" in planned.text and "±" in planned.text
    assert client.submit(address).request.path == "/sample/waves/1"
    drawn = client.submit("/sample/waves/1", form="/sample/waves/1/draw", seed=SEED)
    assert drawn.status_code == 200
    assert client.submit("/sample/waves/1", form="/sample/waves/1/open").status_code == 200
    assert "alert-success" in client.get("/sample/waves/1/record?check=1").text

    links = client.submit("/sample/waves/1/cases", form="/sample/waves/1/links.csv")
    assert links.mimetype == "text/csv" and links.text.count("/p/") == 60
    begun = client.submit("/sample/waves/1/cases?stratum=城镇 / 居民", form="/sample/waves/1/letters", follow=False)
    ready = wait_for_job(client, begun.location)
    assert client.submit(ready).data.startswith(b"%PDF")
    called = client.submit("/sample/waves/1", form="/sample/waves/1/reserve", stratum="城镇 / 居民", count="2")
    assert called.status_code == 200
    assert client.get("/sample").status_code == 200
    closed = client.submit("/sample/waves/1", form="/sample/waves/1/close")
    assert closed.status_code == 200
    assert "/links.csv" not in client.get("/sample/waves/1/cases").text
    assert client.get(ready).status_code == 410
    assert not list((client.application.extensions["settings"].instance / "uploads").iterdir())


def test_a_wave_makes_its_own_collection_and_says_which_rounds_count_it(
    client: FlaskClient, sign_in: SignIn, make_wave: MakeWave
) -> None:
    sign_in(client, Role.STATISTICIAN)
    with client.application.app_context():
        wave = make_wave("draft")
        collection = rounds.collection(wave.collection_id)
        assert (collection.kind, collection.title, collection.form) == ("poll", wave.name, wave.questionnaire)
        spring = rounds.add_round("2026-1", "一季度", date(2026, 1, 1), date(2026, 3, 31))
        autumn = rounds.add_round("2026-4", "四季度", date(2026, 10, 1), date(2026, 12, 31))
    page = client.get(f"/sample/waves/{wave.id}").text
    assert f"/collections/{wave.collection_id}" in page
    assert "一季度" in page and "2026 年度" in page and "四季度" not in page
    assert wave.name in client.get(f"/sample?round={spring.id}").text
    assert wave.name not in client.get(f"/sample?round={autumn.id}").text
    assert wave.name in client.get("/sample").text


def test_a_wave_asks_a_group_of_raters_by_a_form(client: FlaskClient, sign_in: SignIn, make_wave: MakeWave) -> None:
    sign_in(client, Role.STATISTICIAN)
    with client.application.app_context():
        frame_id = make_wave("draft").frame_id
        rounds.add_group("dragon", "龙舟队")
    page = client.get(f"/sample/waves/new?frame_id={frame_id}").text
    assert all(f'value="{code}"' in page for code in ("G", "L", "W1")), "a counter's form can be sent by link too"
    assert "人大代表" in page and "龙舟队" in page
    wanted = {"frame_id": str(frame_id), "kind": "panel", "questionnaire": "L", "group": "deputies"}
    wanted |= {"name": "代表评议", "opens_on": "2026-05-01", "closes_on": "2026-05-31"}
    made = client.submit("/sample/waves/new", **wanted)
    wave_id = int(made.request.path.split("/")[3])
    with client.application.app_context():
        assert rounds.collection(service.wave(wave_id).collection_id).group == "deputies"
    assert "人大代表" in client.get(f"/sample/waves/{wave_id}").text
    again = client.submit("/sample/waves/new", **wanted)
    assert again.request.path == "/sample/waves/new" and "is-invalid" in again.text


def test_a_faulty_list_names_each_place_and_stores_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, Role.STATISTICIAN)
    text = "编号,区域,电话\na,城镇,1\na,,13800000000\n,乡村,\n"
    describe = upload(client, "/sample/frames/new", text.encode())
    page = client.submit(describe, supplied_by="市政务服务局")
    assert page.status_code == 422
    assert page.text.count("<tr>") == 5  # the heading and four faults
    with client.application.app_context():
        assert service.frames() == []


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04 not a workbook", b"a,a\n1,2\n"])
def test_a_file_that_is_no_table_is_refused_with_a_remedy(client: FlaskClient, sign_in: SignIn, data: bytes) -> None:
    sign_in(client, Role.STATISTICIAN)
    page = client.submit("/sample/frames/new", file=(io.BytesIO(data), "x.csv"))
    assert page.status_code == 422


def test_the_meaning_of_the_columns_is_checked(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, Role.STATISTICIAN)
    describe = upload(client, "/sample/frames/new", frame_csv(9).encode())
    page = client.submit(describe, supplied_by="局", **{"roles-0": "stratum"})
    assert page.status_code == 200 and "alert-danger" in page.text


def test_a_plan_that_cannot_be_says_why(client: FlaskClient, sign_in: SignIn, make_wave: MakeWave) -> None:
    sign_in(client, Role.STATISTICIAN)
    with client.application.app_context():
        wave = make_wave("draft")
    for wish in ("total=100000&minimum=1&reserve=0", "total=10&minimum=5&reserve=0"):
        page = client.get(f"/sample/waves/{wave.id}/design?first=区域&second=群体&method=proportional&{wish}")
        assert page.status_code == 200 and "alert-warning" in page.text
    page = client.get(f"/sample/waves/{wave.id}/design?total=many&first=x&method=magic&minimum=&reserve=")
    assert page.status_code == 200 and "is-invalid" in page.text


def test_outcomes_are_recorded_singly_and_by_file(client: FlaskClient, sign_in: SignIn, make_wave: MakeWave) -> None:
    sign_in(client, Role.STATISTICIAN)
    with client.application.app_context():
        wave = make_wave()
        second, third = [case.case_key for case in service.cases(wave.id)[0]][1:3]
        case_id = service.cases(wave.id)[0][0].id
    cases = f"/sample/waves/{wave.id}/cases"
    page = client.submit(cases, form=f"{cases}/{case_id}", disposition="R")
    assert page.status_code == 200
    bad = f"key,disposition\n{second},完成了吗\nnobody,R\n{third},R\n{third},R\n".encode()
    faulty = client.submit(cases, form=f"/sample/waves/{wave.id}/dispositions", file=(io.BytesIO(bad), "d.csv"))
    assert faulty.status_code == 422 and faulty.text.count("<tr>") == 4
    good = f"编号,结果\n{second},联系不上\n{third},NE\n".encode("gb18030")
    checked = client.submit(cases, form=f"/sample/waves/{wave.id}/dispositions", file=(io.BytesIO(good), "d.csv"))
    client.submit(checked.request.path)
    with client.application.app_context():
        assert [case.disposition for case in service.cases(wave.id)[0]][:3] == ["R", "NC", "NE"]


def test_the_office_follows_a_wave_but_its_cases_stay_sealed(
    client: FlaskClient, sign_in: SignIn, make_wave: MakeWave
) -> None:
    with client.application.app_context():
        wave = make_wave()
    here = f"/sample/waves/{wave.id}"
    sign_in(client, Role.OFFICE)
    for path in (
        "/sample",
        here,
        f"{here}/record",
        f"{here}/record.json",
        f"{here}/weights.csv",
        f"{here}/weights.xlsx",
    ):
        response = client.get(path)
        assert response.status_code == 200
        assert "/p/" not in response.get_data(as_text=False).decode("latin-1")
    for path in (f"{here}/cases", f"{here}/design", "/sample/frames", "/sample/frames/1", "/sample/waves/new"):
        assert client.get(path).status_code == 403
    assert json.loads(client.get(f"{here}/record.json").text)["seed"] == SEED


@pytest.mark.parametrize("role", [Role.UNIT_MANAGER, Role.FOLLOW_UP, Role.INTERVIEWER])
def test_nobody_else_sees_any_of_it(app: Flask, sign_in: SignIn, make_wave: MakeWave, role: Role) -> None:
    with app.app_context():
        wave = make_wave()
    client = app.test_client()
    sign_in(client, role)
    for path in ("/sample", "/sample/frames", f"/sample/waves/{wave.id}", f"/sample/waves/{wave.id}/cases"):
        assert client.get(path).status_code == 403


def test_an_unknown_wave_or_file_is_a_sentence_not_a_fault(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, Role.STATISTICIAN)
    for path in ("/sample/waves/99", "/sample/frames/99", "/sample/frames/new/..%2f..%2fx"):
        assert client.get(path).status_code == 404
    assert client.get("/sample/frames/new/nothing").status_code == 410


def test_a_large_panel_is_drawn_beside_the_request(
    client: FlaskClient, sign_in: SignIn, make_wave: MakeWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, Role.STATISTICIAN)
    monkeypatch.setattr(waves, "MANY_CASES", 100)
    with client.application.app_context():
        wave = make_wave("draft", kind="panel")
    page = client.submit(f"/sample/waves/{wave.id}/design")
    assert page.request.path == f"/sample/waves/{wave.id}"
    begun = client.submit(page.request.path, form=f"{page.request.path}/draw", follow=False, seed=SEED)
    assert wait_for_job(client, begun.location) == page.request.path
    with client.application.app_context():
        assert len(service.links(wave.id)) == 240


def test_a_long_list_is_read_and_stored_beside_the_request(
    client: FlaskClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, Role.STATISTICIAN)
    monkeypatch.setattr(frames, "LONG_UPLOAD", 100)
    data = tables.write_xlsx({"名单": (("编号", "区域"), [(f"c{i}", "城镇") for i in range(50)])})
    describe = upload(client, "/sample/frames/new", data, "list.xlsx")
    begun = client.submit(describe, follow=False, supplied_by="数据局")
    checked = wait_for_job(client, begun.location)
    begun = client.submit(checked, follow=False)
    assert wait_for_job(client, begun.location) == "/sample/frames/1"
    with client.application.app_context():
        assert service.frame(1).cases == 50
